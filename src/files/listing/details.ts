/** Sizes and dates of a directory's entries, asked for some at a time. */

import { lstatSync, type Stats, statSync } from "node:fs";
import type { OpenedDirectory } from "../opened-directory.ts";
import type { Snapshot } from "./snapshot.ts";
import { hasStatx, statNames } from "./statx.ts";

const IF_THERE = { throwIfNoEntry: false } as const;

/** What is known of the entries of a snapshot beside their names, each as of the moment it was asked for. */
export class Details {
  /** Bytes; -1 for what has none to speak of: directories, and what is gone or cannot be asked. */
  readonly sizes: Float64Array;
  /** When they were last modified, in milliseconds since 1970; NaN where that is not known. */
  readonly mtimes: Float64Array;
  readonly #directory: OpenedDirectory;
  readonly #snapshot: Snapshot;

  constructor(directory: OpenedDirectory, snapshot: Snapshot) {
    this.#directory = directory;
    this.#snapshot = snapshot;
    this.sizes = new Float64Array(snapshot.entries.length);
    this.mtimes = new Float64Array(snapshot.entries.length);
  }

  /** Asks for those of one slice of the snapshot. */
  readSlice(slice: number): void {
    const { fd } = this.#directory;
    const { start, end } = this.#snapshot.sliceRange(slice);
    const isBatch = fd !== undefined && hasStatx();
    if (isBatch) statNames(fd, this.#snapshot.encodedNames(slice), this.sizes, this.mtimes, start);
    for (let index = start; index < end; index++) {
      if (!isBatch || this.#snapshot.entries[index]!.isLink) this.#readOne(index);
    }
  }

  /** Of a link they are its target's. What was no link when the directory was read is not followed. */
  #readOne(index: number): void {
    const { name, isLink } = this.#snapshot.entries[index]!;
    let stats: Stats | undefined;
    try {
      const path = `${this.#directory.path}/${name}`;
      stats = isLink ? statSync(path, IF_THERE) : lstatSync(path, IF_THERE);
    } catch {
      // As if it were gone.
    }
    this.sizes[index] = stats?.isFile() ? stats.size : -1;
    this.mtimes[index] = stats?.mtimeMs ?? Number.NaN;
  }
}
