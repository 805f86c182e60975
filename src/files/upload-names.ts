/** The names that uploaded files get, and those that they have until they are whole. Pure. */

import { isDotfile, isMalformed, requestedNames } from "./path.ts";
import { BAD_NAME, NAME_TOO_LONG, NO_FOLDER, type UploadRejection } from "./upload-rejection.ts";

/** What the names of files begin with that are not whole. Whoever finds one after a crash may delete it. */
export const UNFINISHED_PREFIX = ".basehttp-upload-";

/** What the common file systems of POSIX hold, in bytes. */
const MAX_NAME_BYTES = 255;

/** What no name on Windows may hold; a colon even leads to another stream of the same file. */
const NOT_ON_WINDOWS = /[<>:"|?*\\\0-\x1F]|[. ]$/;

const IS_WINDOWS = process.platform === "win32";

/** Whether `name` is that of an upload that is not whole. Some file systems do not tell capitals apart. */
export function isUnfinished(name: string): boolean {
  return name.slice(0, UNFINISHED_PREFIX.length).toLowerCase() === UNFINISHED_PREFIX;
}

/** Whether `target` asks for an upload that is not whole. */
export function asksForUnfinished(target: string): boolean {
  return /upload/i.test(target) || target.includes("%")
    ? requestedNames(target).names.some(isUnfinished)
    : false;
}

/** Why a file cannot be called `name`. `isAtTop`: in the root itself. */
export function nameRejection(
  name: string,
  isAtTop: boolean,
  takesDotfiles: boolean,
  isWindows: boolean = IS_WINDOWS,
): UploadRejection | undefined {
  if (name === "" || name === "." || name === ".." || name.includes("/")) return BAD_NAME;
  if (isMalformed(name) || !name.isWellFormed()) return BAD_NAME;
  if (isWindows && NOT_ON_WINDOWS.test(name)) return BAD_NAME;
  if (isUnfinished(name) || (!takesDotfiles && isDotfile(name, isAtTop))) return NO_FOLDER;
  return Buffer.byteLength(name) > MAX_NAME_BYTES ? NAME_TOO_LONG : undefined;
}

/**
 * The name that a form's `filename` asks for: its last segment, whichever system's separators it has
 * (RFC 7578 4.2). Browsers write a quotation mark as `%22`.
 */
export function formFileName(filename: string): string {
  return filename
    .slice(Math.max(filename.lastIndexOf("/"), filename.lastIndexOf("\\")) + 1)
    .replaceAll("%22", '"');
}

/** The path of a URL that `names` stand for, each without lone surrogates. */
export function urlPath(names: readonly string[]): string {
  return `/${names.map(encodeURIComponent).join("/")}`;
}
