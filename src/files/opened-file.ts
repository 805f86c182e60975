/** An opened regular file: what `send_head` returns and `copyfile` copies. */

import { closeSync, fstatSync, readSync, type Stats } from "node:fs";

/** What has been made of one version of a file, to be used for the next request as well. */
export class VersionMemo {
  /** Its entity tag by size and time. */
  statTag: string | null = null;
  /** The media type of its name, and the table that it was looked up in first. */
  mediaType: string | null = null;
  mediaTypeTable: object | null = null;
}

/** As many bytes at its end tell whether a file was written anew. */
const TAIL_BYTES = 4096;

/**
 * A regular file, open for reading, at the size it had when it was opened. Whoever holds it closes it.
 * Reads never go past that size, so no more can be sent than was announced.
 */
export class OpenedFile {
  /** The file descriptor, for as long as the file is open; -1 where its contents are held in memory. */
  readonly fd: number;
  /** The whole file, where it is held in memory: nobody may change it. */
  readonly contents: Uint8Array | null;
  /** What is known of this version of it from before; null where nothing can be kept yet. */
  readonly memo: VersionMemo | null;
  /** Bytes it held when it was opened. */
  readonly size: number;
  /** When it was last modified, in seconds since 1970, with a fraction. */
  readonly mtime: number;
  #mtimeMs: number;
  #position = 0;
  /** Where reading ends. */
  #end: number;
  #isClosed = false;
  /** The hash of its last bytes, where it has been asked to keep watch. */
  #tail: bigint | undefined = undefined;

  constructor(fd: number, stats: Stats, memo: VersionMemo | null = null, contents: Uint8Array | null = null) {
    this.fd = fd;
    this.contents = contents;
    this.memo = memo;
    this.size = stats.size;
    this.mtime = stats.mtimeMs / 1000;
    this.#mtimeMs = stats.mtimeMs;
    this.#end = stats.size;
  }

  /** Whether `close` has been called. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /** Bytes that were read, or sent by somebody else. */
  get position(): number {
    return this.#position;
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

  /** Leaves out the next `count` bytes. */
  skip(count: number): void {
    this.#position += count;
  }

  /** Keeps what `isIntact` needs to tell a file that has grown from one that was written anew. */
  watch(): void {
    if (this.contents === null) this.#tail = this.#hashOfTail();
  }

  /**
   * Whether what it held when it was opened is still what it holds there. That it was replaced or deleted does not
   * matter: it is open. That something was added does not either, as to a log, if it was watched.
   *
   * @throws TypeError once it is closed: its descriptor may be another file's by then.
   */
  isIntact(): boolean {
    if (this.#isClosed) throw new TypeError("Cannot read from a closed file");
    if (this.contents !== null) return true;
    const { size, mtimeMs } = fstatSync(this.fd);
    if (mtimeMs === this.#mtimeMs && size >= this.size) return true;
    const hasGrown = size > this.size && this.#tail !== undefined && this.#tail === this.#hashOfTail();
    if (hasGrown) this.#mtimeMs = mtimeMs;
    return hasGrown;
  }

  #hashOfTail(): bigint {
    const tail = new Uint8Array(Math.min(TAIL_BYTES, this.size));
    readSync(this.fd, tail, 0, tail.length, this.size - tail.length);
    return Bun.hash.wyhash(tail);
  }

  /**
   * Reads on into `target`, as much as it holds or as there is. Returns the bytes read: fewer than asked
   * for at the end of the file, which comes early when it has been cut short meanwhile.
   */
  readInto(target: Uint8Array): number {
    if (this.#isClosed) throw new TypeError("Cannot read from a closed file");
    const wanted = Math.min(target.length, this.remaining);
    if (this.contents !== null) {
      target.set(this.contents.subarray(this.#position, this.#position + wanted));
      this.#position += wanted;
      return wanted;
    }
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
   * Python: fewer at the end of the file, none after it. They are the caller's.
   */
  read(size: number = -1): Uint8Array {
    if (this.contents !== null) return this.#readHeld(this.contents, size).slice();
    const bytes = new Uint8Array(size < 0 ? this.remaining : Math.min(size, this.remaining));
    return bytes.subarray(0, this.readInto(bytes));
  }

  /** All that are left, as `read()` gives them; those that are held in memory nobody may change. */
  readShared(): Uint8Array {
    return this.contents === null ? this.read() : this.#readHeld(this.contents, -1);
  }

  #readHeld(contents: Uint8Array, size: number): Uint8Array {
    const start = this.#position;
    this.#position = size < 0 ? this.#end : Math.min(start + size, this.#end);
    return start === 0 && this.#position === this.size ? contents : contents.subarray(start, this.#position);
  }

  /** Closes the descriptor. Closing again does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.fd >= 0) closeSync(this.fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
