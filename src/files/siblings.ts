/**
 * Files that were compressed beforehand: `app.js.br`, `app.js.zst` and `app.js.gz` stand for `app.js`, for
 * clients that take that coding.
 */

import type { ContentCoding } from "./content-coding.ts";
import type { DocumentRoot } from "./document-root.ts";
import { OpenedFile } from "./opened-file.ts";

/** A file in place of another one, and the coding that it is in. Its holder closes it. */
export interface Sibling {
  readonly coding: ContentCoding;
  readonly file: OpenedFile;
}

/** What is behind the name of the file that was asked for. */
const EXTENSIONS: Readonly<Record<ContentCoding, string>> = { br: ".br", zstd: ".zst", gzip: ".gz" };

/**
 * Opens the first sibling of `file`, which lies at `path`, that there is in one of `codings`. It is held to
 * the rules of the root that the file itself is held to: links that lead out, FIFOs and the like are passed
 * over.
 *
 * One that is older than the file is what is left of an earlier build, and an empty one is no file in any
 * coding: both are passed over too. Whole seconds are compared, because that is what many tools keep of a
 * modification time when they compress or copy.
 */
export function openSibling(
  root: DocumentRoot,
  path: string,
  file: OpenedFile,
  codings: readonly ContentCoding[],
): Sibling | undefined {
  for (const coding of codings) {
    const opened = root.open(path + EXTENSIONS[coding]);
    if (typeof opened === "number") continue;
    if (opened instanceof OpenedFile && isGood(opened, file)) return { coding, file: opened };
    opened.close();
  }
  return undefined;
}

function isGood(sibling: OpenedFile, file: OpenedFile): boolean {
  return sibling.size > 0 && Math.floor(sibling.mtime) >= Math.floor(file.mtime);
}
