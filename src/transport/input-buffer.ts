/**
 * What has arrived on a connection and was not yet used. Mostly it is one packet, taken over as it is; only what
 * comes on top of bytes that still wait is copied.
 *
 * Bytes are never moved or overwritten in place, so a view that was given out stays good for as long as somebody
 * keeps it.
 */

const NO_BYTES: Uint8Array = new Uint8Array(0);

/**
 * Up to this many bytes are copied rather than seen through a view: a view of a fresh packet takes twice the time, since
 * the runtime has to make its `ArrayBuffer` first, and keeps the whole packet alive.
 */
const SMALL_BYTES: number = 4 * 1024;

/** `Buffer`'s way of copying a part of an array, which makes no view of that part. */
const { copy } = Buffer.prototype as unknown as {
  copy(this: Uint8Array, target: Uint8Array, targetStart: number, start: number, end: number): number;
};

export class InputBuffer {
  bytes: Uint8Array = NO_BYTES;
  /** The waiting bytes: from `start` to `end`. */
  start = 0;
  end = 0;
  /** How far `bytes` may be written to: nowhere, when it is a packet taken over. */
  #capacity = 0;

  get length(): number {
    return this.end - this.start;
  }

  append(chunk: Uint8Array): void {
    if (this.start === this.end) {
      this.bytes = chunk;
      this.start = 0;
      this.end = chunk.length;
      this.#capacity = 0;
      return;
    }
    if (this.end + chunk.length > this.#capacity) this.#move(chunk.length);
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** Takes the first `length` of the waiting bytes, as a plain array that stays good. */
  take(length: number): Uint8Array {
    const { bytes, start } = this;
    this.start += length;
    if (length > SMALL_BYTES) return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
    const taken = new Uint8Array(length);
    copy.call(bytes, taken, 0, start, start + length);
    return taken;
  }

  /** Moves the first `length` of the waiting bytes to `target`, from `at` on. */
  takeInto(target: Uint8Array, at: number, length: number): void {
    copy.call(this.bytes, target, at, this.start, this.start + length);
    this.start += length;
  }

  /** Lets go of the bytes when all are used: an idle connection holds none. */
  release(): void {
    if (this.start === this.end) this.clear();
  }

  clear(): void {
    this.bytes = NO_BYTES;
    this.start = 0;
    this.end = 0;
    this.#capacity = 0;
  }

  /** Doubling keeps the copying linear however small the pieces are that come. */
  #move(needed: number): void {
    const waiting = this.end - this.start;
    const larger = new Uint8Array(Math.max(waiting * 2, waiting + needed, 512));
    copy.call(this.bytes, larger, 0, this.start, this.end);
    this.bytes = larger;
    this.start = 0;
    this.end = waiting;
    this.#capacity = larger.length;
  }
}
