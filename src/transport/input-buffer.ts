/**
 * What has arrived on a connection and was not yet used. Mostly it is one packet, taken over as it is; only what
 * comes on top of bytes that still wait is copied.
 *
 * Bytes are never moved or overwritten in place, so a view that was given out stays good for as long as somebody
 * keeps it.
 */

const NO_BYTES: Uint8Array = new Uint8Array(0);

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
    larger.set(this.bytes.subarray(this.start, this.end));
    this.bytes = larger;
    this.start = 0;
    this.end = waiting;
    this.#capacity = larger.length;
  }
}
