/**
 * The one output buffer of an event loop. Answers are built in it and leave it in one `socket.write` a turn.
 *
 * It has one owner at a time. Whoever claims it from another first makes that one take its bytes away, so that
 * connections whose handlers run interleaved never mix.
 */

import { writeAscii } from "../protocol/response-head.ts";

export interface OutputOwner {
  /** Takes the owner's bytes out of the buffer: the next owner begins at 0. */
  yieldOutput(): void;
}

/** Once so many bytes are ready to leave, they leave, whether or not the turn is over. */
export const FULL_BYTES: number = 64 * 1024;

const FIRST_CAPACITY = 2 * FULL_BYTES;

/**
 * Where in its memory the buffer begins. Large arrays begin at a page, as this memory does. With the buffer at its
 * beginning, a chunk would be copied to a few bytes behind the place in a page that it comes from, and some processors
 * (Zen 4: glibc bug 30994) then take twenty times as long: 4,700 ns instead of 210 for 16 KiB (the bench's case
 * `stream`).
 */
const SHIFT_IN_PAGE = 2048;

/** A UTF-16 code unit becomes three bytes of UTF-8 at most. */
const MOST_BYTES_PER_UNIT = 3;

/** Text up to this length is encoded by a loop, which beats the codec's call. */
const SHORT_TEXT = 32;

class Output {
  bytes: Buffer = shiftedBuffer(FIRST_CAPACITY);
  /** How many bytes of the owner's there are, from 0. */
  length = 0;
  owner: OutputOwner | null = null;

  claim(owner: OutputOwner): void {
    if (this.owner === owner) return;
    if (this.length > 0) this.owner!.yieldOutput();
    this.length = 0;
    this.owner = owner;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = shiftedBuffer(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Appends `text` as UTF-8, and gives the number of bytes that it came to. */
  appendText(text: string): number {
    this.reserve(text.length * MOST_BYTES_PER_UNIT);
    const from = this.length;
    const end = text.length > SHORT_TEXT ? -1 : writeAscii(this.bytes, from, text);
    this.length = end >= 0 ? end : from + this.bytes.utf8Write(text, from);
    return this.length - from;
  }
}

function shiftedBuffer(capacity: number): Buffer {
  return Buffer.allocUnsafeSlow(SHIFT_IN_PAGE + capacity).subarray(SHIFT_IN_PAGE);
}

/** The output buffer of this event loop. */
export const output: Output = new Output();
