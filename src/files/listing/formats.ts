/** The listing as data: JSON, and plain text for terminals. Pure. */

import type { DirectoryEntry } from "../opened-directory.ts";
import { entryHref, entryLabel } from "./entries.ts";
import { isShowableTime, visibleName } from "./text.ts";

/** What JSON says of an entry; what is not known is null. */
export interface JsonEntry {
  readonly name: string;
  /** What it is, or what it leads to if it is a symbolic link. */
  readonly type: "directory" | "file";
  /** Bytes; null for directories. */
  readonly size: number | null;
  /** When it was last modified, by ISO 8601, in UTC. */
  readonly mtime: string | null;
  /** Where it is, relative to the directory. */
  readonly link: string;
  /** There and true for symbolic links. */
  readonly symlink?: true;
}

/** An entry as JSON. A size of -1 and a date of NaN stand for none. */
export function jsonEntry(entry: DirectoryEntry, size: number, mtimeMs: number): string {
  const said: JsonEntry = {
    name: entry.name,
    type: entry.isDirectory ? "directory" : "file",
    size: size < 0 ? null : size,
    mtime: isoTime(mtimeMs),
    link: entryHref(entry),
    ...(entry.isLink ? { symlink: true } : {}),
  };
  return JSON.stringify(said);
}

/** An entry as a line of text: name, type, size, date and link, with tabs between. */
export function textLine(entry: DirectoryEntry, size: number, mtimeMs: number): string {
  const time = isoTime(mtimeMs) ?? "-";
  const type = entry.isDirectory ? "directory" : "file";
  return `${visibleName(entryLabel(entry))}\t${type}\t${size < 0 ? "-" : size}\t${time}\t${entryHref(entry)}\n`;
}

function isoTime(ms: number): string | null {
  return isShowableTime(ms) ? new Date(ms).toISOString() : null;
}
