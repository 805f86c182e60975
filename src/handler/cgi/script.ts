/**
 * Which script a path means: paths are taken apart by the code that does so for files, and what lies at them is looked
 * at before anything runs.
 */

import type { Stats } from "node:fs";
import { resolve } from "node:path";
import { Refusal } from "../../files/document-root.ts";
import { statOf } from "../../files/file-state.ts";
import { isDotfile, isMalformed, requestedNames } from "../../files/path.ts";
import { isWithin, isWithinResolved, realPath } from "../../files/real-path.ts";
import { isUnfinished } from "../../files/upload-names.ts";
import { quoted } from "../percent-format.ts";

/** The directory of scripts that a path lies in, as a path, and what follows it: both decoded. */
export type CGIInfo = readonly [directory: string, rest: string];

/** What finding a script needs of its handler. */
export interface ScriptSeeker {
  readonly directory: string;
  readonly dotfiles: boolean;
  readonly followSymlinks: boolean;
  translate_path(path: string): string;
  is_executable(path: string): boolean;
}

/** A script that may run. */
export interface Script {
  /** Its absolute path. */
  readonly file: string;
  /** SCRIPT_NAME. */
  readonly name: string;
  /** PATH_INFO. */
  readonly pathInfo: string;
}

/** Why none runs. */
export interface ScriptRefusal {
  readonly status: number;
  readonly message?: string;
  readonly explain?: string;
}

export const NOT_EXECUTABLE = "CGI script is not executable";

/** The directory among `directories` that `target` leads into; undefined where it leads into none. */
export function cgiInfo(target: string, directories: readonly string[]): CGIInfo | undefined {
  const { names, hasTrailingSlash } = requestedNames(target);
  const known = new Set(directories.map(asDirectory));
  for (let depth = 0; depth <= names.length; depth++) {
    const rest = names.slice(depth);
    // Without anything behind it, it is a directory as any other, which is asked for without its slash.
    if (rest.length === 0 && !hasTrailingSlash) break;
    const directory = `/${names.slice(0, depth).join("/")}`;
    if (!known.has(directory)) continue;
    return [directory, rest.join("/") + (rest.length > 0 && hasTrailingSlash ? "/" : "")];
  }
  return undefined;
}

/** Where the directories of scripts are on the disk, as paths. */
export function scriptDirectories(seeker: ScriptSeeker, directories: readonly string[]): string[] {
  return directories.map((directory) => pathOf(seeker, asDirectory(directory)));
}

/** The script that is meant: the first that is no directory on the way. What follows it is its PATH_INFO. */
export function findScript(seeker: ScriptSeeker, [directory, rest]: CGIInfo): Script | ScriptRefusal {
  if (isMalformed(rest)) return { status: Refusal.BAD_NAME };
  const names = rest.split("/").filter((name) => name !== "");
  const depth = asDirectory(directory).split("/").filter(Boolean).length;
  let name = asDirectory(directory);
  for (const [index, part] of names.entries()) {
    name = name === "/" ? `/${part}` : `${name}/${part}`;
    if (isHidden(seeker, part, depth + index === 0)) return noSuchScript(name);
    const file = resolve(pathOf(seeker, name));
    const stats = statOf(file);
    const isLast = index === names.length - 1;
    if (stats?.isDirectory() === true && !isLast) continue;
    const following = names.slice(index + 1);
    const pathInfo = following.map((word) => `/${word}`).join("") + (rest.endsWith("/") ? "/" : "");
    const refusal = refusalOf(seeker, stats, { file, name, pathInfo }, pathOf(seeker, directory));
    return refusal ?? { file, name, pathInfo };
  }
  return notAFile(`${name}/`);
}

/** `/cgi-bin` for `cgi-bin/` and the like. */
function asDirectory(directory: string): string {
  return `/${directory.split("/").filter(Boolean).join("/")}`;
}

/** What a decoded path is on the disk. */
function pathOf(seeker: ScriptSeeker, decoded: string): string {
  return seeker.translate_path(decoded.split("/").map(encodeURIComponent).join("/"));
}

/** Names that no file has, or none that is served. */
function isHidden({ dotfiles }: ScriptSeeker, name: string, isAtTop: boolean): boolean {
  return !name.isWellFormed() || isUnfinished(name) || (!dotfiles && isDotfile(name, isAtTop));
}

function refusalOf(
  seeker: ScriptSeeker,
  stats: Stats | undefined,
  { file, name, pathInfo }: Script,
  scriptDirectory: string,
): ScriptRefusal | undefined {
  const isInside = seeker.followSymlinks || liesInside(file, [seeker.directory || ".", scriptDirectory]);
  // An escaped slash, or what is not UTF-8, cannot be told in PATH_INFO (RFC 3875 4.1.5).
  if (stats === undefined || !isInside || !pathInfo.isWellFormed()) return noSuchScript(name);
  if (!stats.isFile()) return notAFile(name);
  if (seeker.is_executable(file)) return undefined;
  return refusal(403, NOT_EXECUTABLE, name);
}

/** Whether what `file` really is lies in each of `directories` that it lies in by name. */
function liesInside(file: string, directories: readonly string[]): boolean {
  const real = realPath(file);
  return directories.every((directory) => {
    if (!isWithinResolved(directory, file)) return true;
    const realDirectory = realPath(directory);
    return real !== undefined && realDirectory !== undefined && isWithin(realDirectory, real);
  });
}

function noSuchScript(name: string): ScriptRefusal {
  return refusal(404, "No such CGI script", name);
}

function notAFile(name: string): ScriptRefusal {
  return refusal(403, "CGI script is not a plain file", name);
}

/** In Python's words, but for the client's, which are in the page alone. */
function refusal(status: number, message: string, name: string): ScriptRefusal {
  return { status, message, explain: `${message} (${quoted(name.toWellFormed())})` };
}
