/** Media types by file name: a table of the author's, Python's, then the `mime` package's. */

import mime from "mime";
import { PYTHON_SUFFIX_ALIASES, PYTHON_TYPES } from "./python-types.ts";

/** Media types by extension, each with its dot; `""` stands for names without one. */
export interface ExtensionsMap {
  [extension: string]: string;
}

/** TypeScript, which the registry's table takes for MPEG transport streams. */
const TYPESCRIPT_EXTENSIONS: ReadonlySet<string> = new Set([".ts", ".mts", ".cts"]);

/**
 * The media type of the file called `path`, by its extension: as `extensions` has it, in its own spelling and
 * then in lower case, else as the tables have it; undefined when none knows it. What has been compressed is
 * known by its compression, whatever is in it: `a.tgz` and `a.svg.gz` are both gzip.
 */
export function guessMediaType(path: string, extensions: ExtensionsMap): string | undefined {
  const extension = extensionOf(path);
  const lowerCase = extension.toLowerCase();
  const known = extensions[extension] ?? extensions[lowerCase];
  if (known !== undefined) return known;
  const alias = PYTHON_SUFFIX_ALIASES.get(lowerCase);
  if (alias !== undefined) return guessMediaType(alias, extensions);
  return PYTHON_TYPES.get(lowerCase) ?? registeredType(lowerCase);
}

function registeredType(extension: string): string | undefined {
  if (TYPESCRIPT_EXTENSIONS.has(extension)) return "text/plain";
  return mime.getType(extension.slice(1)) ?? undefined;
}

/**
 * The extension of `path`'s last name with its dot, `""` where it has none. Dots that begin a name begin no
 * extension: `.profile` has none (SIM-16).
 */
export function extensionOf(path: string): string {
  const nameStart = path.lastIndexOf("/") + 1;
  let stemStart = nameStart;
  while (path[stemStart] === ".") stemStart++;
  const dot = path.lastIndexOf(".");
  return dot > stemStart ? path.slice(dot) : "";
}

/** `type` with its charset said, where it is a text type without parameters and `charset` is not empty. */
export function withCharset(type: string, charset: string): string {
  const saysIt = charset !== "" && type.startsWith("text/") && !type.includes(";");
  return saysIt ? `${type}; charset=${charset}` : type;
}
