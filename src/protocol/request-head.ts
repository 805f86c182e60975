/**
 * A request's head as it lies in the received bytes: where each part begins and ends, and what the fields that
 * frame a message say. Text is made only when somebody asks.
 *
 * All offsets are relative to `start`, so that a head whose bytes are gathered from several packets can move
 * while it is being read. They are good for as long as nobody parses another head into the same object.
 */

import { Failure } from "./failure.ts";
import { equalsIgnoringCase, latin1 } from "./text.ts";

/** How far the parser has come in a head. */
export const HeadState = {
  EMPTY_LINE: 0,
  EMPTY_LINE_LF: 1,
  METHOD: 2,
  TARGET: 3,
  VERSION: 4,
  VERSION_LF: 5,
  FIELD: 6,
  NAME: 7,
  VALUE_START: 8,
  VALUE: 9,
  VALUE_LF: 10,
  LAST_LF: 11,
  COMPLETE: 12,
} as const;

export type HeadState = (typeof HeadState)[keyof typeof HeadState];

/** Which body follows a head (RFC 9112 6.3). */
export const BodyKind = { NONE: 0, LENGTH: 1, CHUNKED: 2 } as const;

export type BodyKind = (typeof BodyKind)[keyof typeof BodyKind];

const NO_BYTES: Uint8Array = new Uint8Array(0);
const OFFSETS_PER_FIELD = 4;
/** Bytes beside a head that may stay with it. */
const MAX_KEPT_BYTES: number = 4 * 1024;
const FIRST_FIELD_CAPACITY = 24;
/** What is shown at most of a request line that is broken: it may be all that has come. */
const MAX_BROKEN_LINE_BYTES: number = 1024;

export class RequestHead {
  /** The bytes that the head lies in. */
  bytes: Uint8Array = NO_BYTES;
  /** Where in `bytes` the head begins: all other offsets count from here. */
  start = 0;
  /** Bytes read so far; once complete, the head's whole length with empty lines before and the one after. */
  length = 0;
  /** Bytes that have come: the head's own, as far as they are there, and what follows them. */
  received = 0;
  state: HeadState = HeadState.EMPTY_LINE;
  failure: Failure = Failure.NONE;
  emptyLines = 0;

  methodStart = 0;
  methodEnd = 0;
  targetEnd = 0;
  /** The minor version: the n of `HTTP/1.n`. */
  minorVersion = 0;
  majorVersion = 0;
  /** Where the origin-form part of the target begins; the target itself where it has no such part. */
  pathStart = 0;

  fieldCount = 0;
  /** Four offsets a field: name start, name end, value start, value end. */
  offsets: Uint32Array = new Uint32Array(FIRST_FIELD_CAPACITY * OFFSETS_PER_FIELD);

  // The first field of each name that means something to the message itself, -1 where there is none,
  // and how many fields of the names that must stand alone there are.
  hostField = -1;
  hostCount = 0;
  contentLengthField = -1;
  contentLengthCount = 0;
  transferEncodingField = -1;
  transferEncodingCount = 0;
  connectionField = -1;
  expectField = -1;

  bodyKind: BodyKind = BodyKind.NONE;
  /** Bytes of the body where its kind is LENGTH. */
  contentLength = 0;

  /** Somebody still reads in this head: it must not be used for another one. */
  isKept = false;

  /** Makes the object ready for the next head. */
  reset(): void {
    this.bytes = NO_BYTES;
    this.start = 0;
    this.length = 0;
    this.received = 0;
    this.state = HeadState.EMPTY_LINE;
    this.failure = Failure.NONE;
    this.emptyLines = 0;
    this.methodStart = 0;
    this.methodEnd = 0;
    this.targetEnd = 0;
    this.minorVersion = 0;
    this.majorVersion = 0;
    this.pathStart = 0;
    this.fieldCount = 0;
    this.hostField = -1;
    this.hostCount = 0;
    this.contentLengthField = -1;
    this.contentLengthCount = 0;
    this.transferEncodingField = -1;
    this.transferEncodingCount = 0;
    this.connectionField = -1;
    this.expectField = -1;
    this.bodyKind = BodyKind.NONE;
    this.contentLength = 0;
  }

  /** Doubles the room for fields. */
  grow(): void {
    const larger = new Uint32Array(this.offsets.length * 2);
    larger.set(this.offsets);
    this.offsets = larger;
  }

  /** The request method, as received: methods are case-sensitive. Empty where there is none. */
  method(): string {
    const { bytes } = this;
    const from = this.start + this.methodStart;
    const end = this.start + this.methodEnd;
    // By far the most common one is told without making text.
    if (end - from === 3 && bytes[from] === 0x47 && bytes[from + 1] === 0x45 && bytes[from + 2] === 0x54) {
      return "GET";
    }
    return latin1(bytes, from, end);
  }

  /** Whether the method is `name`. Methods are case-sensitive (RFC 9110 9.1). */
  hasMethod(name: string): boolean {
    return this.methodEnd - this.methodStart === name.length && this.method() === name;
  }

  /** Keeps the head's own bytes where it lies in much more than that, which would stay with it. */
  detach(): void {
    if (this.bytes.length <= this.length + MAX_KEPT_BYTES) return;
    this.bytes = new Uint8Array(this.bytes.subarray(this.start, this.start + this.length));
    this.start = 0;
  }

  /** The request target, as received. */
  target(): string {
    return latin1(this.bytes, this.start + this.methodEnd + 1, this.start + this.targetEnd);
  }

  /** The target's path and query: the target itself, or what an absolute-form target says after its authority. */
  path(): string {
    const path = latin1(this.bytes, this.start + this.pathStart, this.start + this.targetEnd);
    const isAbsolute = this.pathStart > this.methodEnd + 1;
    return isAbsolute && path.charCodeAt(0) !== 0x2f ? `/${path}` : path;
  }

  /**
   * Has the Host field, where there is one, say what stands from `start` to `end` in the target: the received value is
   * to be ignored then (RFC 9112 3.2.2).
   */
  replaceHost(start: number, end: number): void {
    if (this.hostField < 0) return;
    this.offsets[this.hostField * OFFSETS_PER_FIELD + 2] = start;
    this.offsets[this.hostField * OFFSETS_PER_FIELD + 3] = end;
  }

  /** The request line without its line end; of one that is broken, as much as had come, up to 1 KiB. */
  requestLine(): string {
    const from = this.start + this.methodStart;
    if (this.state > HeadState.VERSION) {
      return latin1(this.bytes, from, this.start + this.targetEnd + " HTTP/1.1".length);
    }
    const stop = Math.min(this.start + this.received, from + MAX_BROKEN_LINE_BYTES);
    let end = from;
    while (end < stop && this.bytes[end] !== 0x0d && this.bytes[end] !== 0x0a) end++;
    return latin1(this.bytes, from, end);
  }

  /** Where in `bytes` the value of a field begins. */
  valueStart(index: number): number {
    return this.start + this.offsets[index * OFFSETS_PER_FIELD + 2]!;
  }

  /** Where in `bytes` the value of a field ends. */
  valueEnd(index: number): number {
    return this.start + this.offsets[index * OFFSETS_PER_FIELD + 3]!;
  }

  fieldName(index: number): string {
    return this.#text(index * OFFSETS_PER_FIELD);
  }

  fieldValue(index: number): string {
    return this.#text(index * OFFSETS_PER_FIELD + 2);
  }

  /**
   * The index of the first field called `lowerCaseName`, not before the field `from`; -1 where there is none.
   */
  find(lowerCaseName: string, from = 0): number {
    const { bytes, start, offsets, fieldCount } = this;
    for (let index = from; index < fieldCount; index++) {
      const nameStart = start + offsets[index * OFFSETS_PER_FIELD]!;
      const nameEnd = start + offsets[index * OFFSETS_PER_FIELD + 1]!;
      if (equalsIgnoringCase(bytes, nameStart, nameEnd, lowerCaseName)) return index;
    }
    return -1;
  }

  /**
   * Whether a field chooses what is to be answered: Range, or one whose name begins with `If-` (RFC 9110 13 and 14).
   * Told in one pass, because most requests have none of the six.
   */
  get isSelective(): boolean {
    const { bytes, start, offsets, fieldCount } = this;
    for (let index = 0; index < fieldCount; index++) {
      const nameStart = start + offsets[index * OFFSETS_PER_FIELD]!;
      const initial = bytes[nameStart]! | 0x20;
      if (initial !== 0x69 && initial !== 0x72) continue;
      const nameEnd = start + offsets[index * OFFSETS_PER_FIELD + 1]!;
      if (equalsIgnoringCase(bytes, nameStart, nameEnd, "range")) return true;
      if (equalsIgnoringCase(bytes, nameStart, Math.min(nameStart + 3, nameEnd), "if-")) return true;
    }
    return false;
  }

  #text(offset: number): string {
    return latin1(this.bytes, this.start + this.offsets[offset]!, this.start + this.offsets[offset + 1]!);
  }
}
