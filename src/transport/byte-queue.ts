/** Bytes that wait, in order, in few pieces: small ones are gathered, since each piece of its own costs 160 bytes. */

import { takeMemory } from "./spare-memory.ts";

const SMALLEST_PIECE = 16 * 1024;

export class ByteQueue {
  /** How many bytes wait. */
  length = 0;

  /** Bytes that are left free in front of the first piece that is copied. */
  readonly #headroom: number;
  #pieces: Uint8Array[] = [];
  /** Where the first piece's waiting bytes begin, and where the last one's end. */
  #firstStart = 0;
  #lastEnd = 0;

  /** @param headroom how many bytes `prepend()` will want to put in front of those pushed. */
  constructor(headroom = 0) {
    this.#headroom = headroom;
  }

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
    const at = this.#startOfPiece();
    const piece = takeMemory(at + Math.max(end - middle, SMALLEST_PIECE));
    piece.set(bytes.subarray(middle, end), at);
    this.#add(piece, at, end - middle);
  }

  /** Adds text as UTF-8, in a piece of its own, and gives the number of bytes that it came to. */
  pushText(text: string): number {
    const length = Buffer.byteLength(text);
    if (length === 0) return 0;
    const at = this.#startOfPiece();
    const piece = takeMemory(at + length);
    piece.utf8Write(text, at);
    this.#add(piece, at, length);
    return length;
  }

  /** Puts the first `count` of `bytes` in front of all that was pushed; `false` where there is no room for them. */
  prepend(bytes: Uint8Array, count: number): boolean {
    if (count > this.#firstStart) return false;
    this.#firstStart -= count;
    this.length += count;
    this.#pieces[0]?.set(bytes.subarray(0, count), this.#firstStart);
    return true;
  }

  /** Adds the bytes themselves: nobody else may change them from now on. */
  adopt(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#add(bytes, 0, bytes.length);
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

  /** Where in the next piece the bytes begin. */
  #startOfPiece(): number {
    return this.#pieces.length === 0 ? this.#headroom : 0;
  }

  #add(piece: Uint8Array, start: number, length: number): void {
    const last = this.#pieces.at(-1);
    // A piece that is not the last one is taken as full.
    if (last !== undefined && this.#lastEnd < last.length) {
      this.#pieces[this.#pieces.length - 1] = last.subarray(0, this.#lastEnd);
    }
    if (this.#pieces.push(piece) === 1) this.#firstStart = start;
    this.#lastEnd = start + length;
    this.length += length;
  }
}
