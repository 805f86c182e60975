/**
 * What tells one state of a file from every other, for whatever is kept of it: a tag, a compressed copy, a listing.
 * Known by the descriptor, not by the name: another file of the same name is another one.
 */

import { fstatSync, type Stats, statSync } from "node:fs";

export interface FileState {
  /** The same for the same state on this host, and for no other. */
  readonly id: string;
  readonly size: number;
  /** When the file was changed last, in milliseconds since 1970. */
  readonly changedMs: number;
}

/** What was changed this recently could change again within the same tick of the file system's clock. */
const SETTLED_AFTER_MS = 2000;

/** The state of the file opened as `fd`. Throws what the system says. */
export function fileStateOf(fd: number): FileState {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = fstatSync(fd, { bigint: true });
  const id = `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  return { id, size: Number(size), changedMs: Number(ctimeMs) };
}

/** What the system says of `path`, links followed; undefined where it says nothing. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Whether what was changed last at `changedMs` can be told by that from what it becomes next. */
export function isSettled(changedMs: number, nowMs: number): boolean {
  return nowMs - changedMs >= SETTLED_AFTER_MS;
}
