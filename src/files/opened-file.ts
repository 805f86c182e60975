/** An opened regular file: what `send_head` returns and `copyfile` copies. */

import { closeSync, fstatSync, readSync, type Stats } from "node:fs";

/**
 * A regular file, open for reading, at the size it had when it was opened. Whoever holds it closes it.
 * Reads never go past that size, so no more can be sent than was announced.
 */
export class OpenedFile {
  /** The file descriptor, for as long as the file is open. */
  readonly fd: number;
  /** Bytes it held when it was opened. */
  readonly size: number;
  /** When it was last modified, in seconds since 1970, with a fraction. */
  readonly mtime: number;
  readonly #mtimeMs: number;
  #position = 0;
  /** Where reading ends. */
  #end: number;
  #isClosed = false;

  constructor(fd: number, stats: Stats) {
    this.fd = fd;
    this.size = stats.size;
    this.mtime = stats.mtimeMs / 1000;
    this.#mtimeMs = stats.mtimeMs;
    this.#end = stats.size;
  }

  /** Whether `close` has been called. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /** Bytes not read yet, of the whole or of the part that was selected. */
  get remaining(): number {
    return this.#end - this.#position;
  }

  /** Has reading go on at `start` and end before `end`, both within the size. */
  select(start: number, end: number): void {
    if (!(start >= 0 && start <= end && end <= this.size)) {
      throw new RangeError(`There are no bytes ${start} to ${end} in ${this.size}`);
    }
    this.#position = start;
    this.#end = end;
  }

  /**
   * Whether what has been read can be taken for one version: the file has not been written to since it was opened,
   * or has only become longer, as a log does.
   */
  isIntact(): boolean {
    const stats = fstatSync(this.fd);
    return stats.size > this.size || (stats.size === this.size && stats.mtimeMs === this.#mtimeMs);
  }

  /**
   * Reads on into `target`, as much as it holds or as there is. Returns the bytes read: fewer than asked
   * for at the end of the file, which comes early when it has been cut short meanwhile.
   */
  readInto(target: Uint8Array): number {
    if (this.#isClosed) throw new TypeError("Cannot read from a closed file");
    const wanted = Math.min(target.length, this.remaining);
    let filled = 0;
    while (filled < wanted) {
      const count = readSync(this.fd, target, filled, wanted - filled, this.#position);
      if (count === 0) break;
      filled += count;
      this.#position += count;
    }
    return filled;
  }

  /**
   * The next `size` bytes, or all that are left when it is negative, as a file's `read` gives them in
   * Python: fewer at the end of the file, none after it.
   */
  read(size: number = -1): Uint8Array {
    const bytes = new Uint8Array(size < 0 ? this.remaining : Math.min(size, this.remaining));
    return bytes.subarray(0, this.readInto(bytes));
  }

  /** Closes the descriptor. Closing again does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
