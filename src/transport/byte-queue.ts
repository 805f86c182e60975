/** Bytes that wait, in order, in few pieces: small ones are gathered, since each piece of its own costs 160 bytes. */

const SMALLEST_PIECE = 16 * 1024;

export class ByteQueue {
  /** How many bytes wait. */
  length = 0;

  #pieces: Uint8Array[] = [];
  /** Where the first piece's waiting bytes begin, and where the last one's end. */
  #firstStart = 0;
  #lastEnd = 0;

  /** Adds a copy of the bytes from `start` to `end`: they may be reused afterwards. */
  push(bytes: Uint8Array, start: number, end: number): void {
    const last = this.#pieces.at(-1);
    const room = last === undefined ? 0 : last.length - this.#lastEnd;
    const middle = Math.min(end, start + room);
    if (last !== undefined && middle > start) {
      last.set(bytes.subarray(start, middle), this.#lastEnd);
      this.#lastEnd += middle - start;
      this.length += middle - start;
    }
    if (middle === end) return;
    const piece = new Uint8Array(Math.max(end - middle, SMALLEST_PIECE));
    piece.set(bytes.subarray(middle, end));
    this.#add(piece, end - middle);
  }

  /** Adds the bytes themselves: nobody else may change them from now on. */
  adopt(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#add(bytes, bytes.length);
  }

  /** The bytes that are first in the queue; empty where nothing waits. */
  first(): Uint8Array {
    const piece = this.#pieces[0];
    if (piece === undefined) return new Uint8Array(0);
    return piece.subarray(this.#firstStart, this.#pieces.length === 1 ? this.#lastEnd : piece.length);
  }

  /** Takes `count` bytes off the front: at most as many as `first()` holds. */
  skip(count: number): void {
    this.length -= count;
    this.#firstStart += count;
    const piece = this.#pieces[0]!;
    const end = this.#pieces.length === 1 ? this.#lastEnd : piece.length;
    if (this.#firstStart < end) return;
    this.#pieces.shift();
    this.#firstStart = 0;
  }

  #add(piece: Uint8Array, length: number): void {
    const last = this.#pieces.at(-1);
    // A piece that is not the last one is taken as full.
    if (last !== undefined && this.#lastEnd < last.length) {
      this.#pieces[this.#pieces.length - 1] = last.subarray(0, this.#lastEnd);
    }
    this.#pieces.push(piece);
    this.#lastEnd = length;
    this.length += length;
  }
}
