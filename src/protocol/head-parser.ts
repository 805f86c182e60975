/**
 * The parser of request heads (RFC 9112 2 to 5): over the bytes where they lie, by the tables of the grammar. It can
 * stop after any byte and go on from there, with the same result, and it never throws. A byte is looked at once, or
 * twice in a line that is cut or bad (`test/protocol/visits.test.ts` counts).
 *
 * It knows nothing of sockets, of time or of what a request means: the checks that need the whole head are in
 * `target.ts`, `host.ts` and `framing.ts`, and called from here when the head is complete.
 */

import { Failure } from "./failure.ts";
import { decideFraming } from "./framing.ts";
import { COLON, CR, FIELD_VALUE, HTAB, LF, NOTED_INITIAL, SP, TARGET, TCHAR } from "./grammar.ts";
import { checkHost } from "./host.ts";
import type { HeadLimits } from "./limits.ts";
import { HeadState, type RequestHead } from "./request-head.ts";
import { checkTarget } from "./target.ts";
import { equalsIgnoringCase } from "./text.ts";

/** What came of reading a head: `FAILED` leaves the reason in `head.failure`. */
export const HeadOutcome = { INCOMPLETE: 0, COMPLETE: 1, FAILED: 2 } as const;

export type HeadOutcome = (typeof HeadOutcome)[keyof typeof HeadOutcome];

/** Empty lines before a request line that are skipped (RFC 9112 2.2 asks for at least one). */
const MAX_EMPTY_LINES = 16;

const VERSION_PREFIX = "HTTP/";
const VERSION_LENGTH = "HTTP/1.1".length;
const SP_VERSION_CRLF_LENGTH = " HTTP/1.1\r\n".length;

/**
 * Reads a request head that begins at `start`, up to `end` at most. Called again after INCOMPLETE with the same
 * head and more bytes (the same ones first, in the same or another array), it goes on where it stopped.
 */
export function parseHead(
  head: RequestHead,
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: HeadLimits,
): HeadOutcome {
  head.bytes = bytes;
  head.start = start;
  head.received = end - start;
  const limit = start + limits.maxHeadBytes;
  const stop = end < limit ? end : limit;
  let at = start + head.length;
  const { maxTargetBytes } = limits;
  if (head.state === HeadState.EMPTY_LINE) at = parseWholeRequestLine(head, at, stop, maxTargetBytes);
  if (head.state < HeadState.FIELD) at = parseRequestLine(head, at, stop, maxTargetBytes);
  if (head.state === HeadState.FIELD) at = parseWholeFields(head, at, stop, limits.maxFields);
  if (head.state >= HeadState.FIELD && head.state !== HeadState.COMPLETE)
    at = parseFields(head, at, stop, limits.maxFields);
  head.length = at - start;
  if (head.failure !== Failure.NONE) return HeadOutcome.FAILED;
  if (head.state === HeadState.COMPLETE) return checkHead(head);
  if (stop !== limit) return HeadOutcome.INCOMPLETE;
  const isTargetToBlame = head.state === HeadState.TARGET || head.state === HeadState.VERSION;
  head.failure = isTargetToBlame ? Failure.TARGET_TOO_LONG : Failure.HEAD_TOO_LARGE;
  return HeadOutcome.FAILED;
}

function checkHead(head: RequestHead): HeadOutcome {
  head.failure = checkHost(head) || checkTarget(head) || decideFraming(head);
  return head.failure === Failure.NONE ? HeadOutcome.COMPLETE : HeadOutcome.FAILED;
}

/**
 * Reads a request line of HTTP/1 if it is whole and good, as nearly every one is. It stops before any other, which
 * `parseRequestLine` then reads.
 */
function parseWholeRequestLine(
  head: RequestHead,
  from: number,
  stop: number,
  maxTargetBytes: number,
): number {
  const { bytes, start } = head;
  let at = from;
  while (at < stop && TCHAR[bytes[at]!] === 1) at++;
  const methodEnd = at;
  if (at === from || at === stop || bytes[at] !== SP) return from;
  at++;
  while (at + 8 <= stop && areAll(TARGET, bytes, at)) at += 8;
  while (at < stop && TARGET[bytes[at]!] === 1) at++;
  const lineEnd = at + SP_VERSION_CRLF_LENGTH;
  const targetLength = at - methodEnd - 1;
  if (targetLength === 0 || targetLength > maxTargetBytes) return from;
  if (lineEnd > stop || !isVersionAndLineEnd(bytes, at)) return from;
  head.methodStart = from - start;
  head.methodEnd = methodEnd - start;
  head.pathStart = head.methodEnd + 1;
  head.targetEnd = at - start;
  head.majorVersion = 1;
  head.minorVersion = bytes[lineEnd - 3]! - 0x30;
  head.state = HeadState.FIELD;
  return lineEnd;
}

/** Whether ` HTTP/1.n` and CRLF stand at `at`. */
function isVersionAndLineEnd(bytes: Uint8Array, at: number): boolean {
  const minorVersion = bytes[at + 8]! - 0x30;
  return (
    bytes[at] === SP &&
    bytes[at + 1] === 0x48 &&
    bytes[at + 2] === 0x54 &&
    bytes[at + 3] === 0x54 &&
    bytes[at + 4] === 0x50 &&
    bytes[at + 5] === 0x2f &&
    bytes[at + 6] === 0x31 &&
    bytes[at + 7] === 0x2e &&
    minorVersion >= 0 &&
    minorVersion <= 9 &&
    bytes[at + 9] === CR &&
    bytes[at + 10] === LF
  );
}

/** `request-line = method SP request-target SP HTTP-version` (RFC 9112 3), and empty lines before it. */
function parseRequestLine(head: RequestHead, from: number, stop: number, maxTargetBytes: number): number {
  const { bytes, start } = head;
  let at = from;
  while (at < stop) {
    switch (head.state) {
      case HeadState.EMPTY_LINE:
        if (bytes[at] === CR) {
          head.state = HeadState.EMPTY_LINE_LF;
          at++;
          break;
        }
        if (bytes[at] === LF) return fail(head, at, Failure.BARE_LINE_END);
        head.methodStart = at - start;
        head.state = HeadState.METHOD;
        break;
      case HeadState.EMPTY_LINE_LF:
        if (bytes[at] !== LF) return fail(head, at, Failure.BARE_LINE_END);
        if (++head.emptyLines > MAX_EMPTY_LINES) return fail(head, at, Failure.TOO_MANY_EMPTY_LINES);
        head.state = HeadState.EMPTY_LINE;
        at++;
        break;
      case HeadState.METHOD:
        while (at < stop && TCHAR[bytes[at]!] === 1) at++;
        if (at === stop) return at;
        if (bytes[at] !== SP || at - start === head.methodStart) {
          return fail(head, at, methodFailure(bytes[at]!, at - start === head.methodStart));
        }
        head.methodEnd = at - start;
        head.pathStart = head.methodEnd + 1;
        head.state = HeadState.TARGET;
        at++;
        break;
      case HeadState.TARGET:
        at = endOfTarget(bytes, at, stop, start + head.pathStart + maxTargetBytes);
        if (at === stop) return at;
        head.targetEnd = at - start;
        if (TARGET[bytes[at]!] === 1) return fail(head, at, Failure.TARGET_TOO_LONG);
        if (bytes[at] === CR || bytes[at] === LF) return fail(head, at, Failure.BAD_REQUEST_LINE);
        if (bytes[at] !== SP || head.targetEnd === head.methodEnd + 1) {
          return fail(head, at, Failure.BAD_TARGET);
        }
        head.state = HeadState.VERSION;
        at++;
        break;
      case HeadState.VERSION:
        at = parseVersion(head, at, stop);
        if (head.failure !== Failure.NONE) return at;
        break;
      default:
        if (bytes[at] !== LF) return fail(head, at, Failure.BARE_LINE_END);
        if (head.majorVersion !== 1) return fail(head, at, Failure.UNSUPPORTED_VERSION);
        head.state = HeadState.FIELD;
        return at + 1;
    }
  }
  return at;
}

/** Where the target stops, or where it must. */
function endOfTarget(bytes: Uint8Array, from: number, stop: number, limit: number): number {
  const last = stop < limit ? stop : limit;
  let at = from;
  while (at < last && TARGET[bytes[at]!] === 1) at++;
  return at;
}

function methodFailure(byte: number, isFirst: boolean): Failure {
  const isLineEnd = byte === CR || byte === LF;
  return isLineEnd && !isFirst ? Failure.BAD_REQUEST_LINE : Failure.BAD_METHOD;
}

/** `HTTP-version = "HTTP/" DIGIT "." DIGIT` (RFC 9112 2.3), and the CR after it. */
function parseVersion(head: RequestHead, from: number, stop: number): number {
  const { bytes } = head;
  const versionStart = head.start + head.targetEnd + 1;
  for (let at = from; at < stop; at++) {
    const byte = bytes[at]!;
    const place = at - versionStart;
    const digit = byte - 0x30;
    const isDigit = digit >= 0 && digit <= 9;
    if (place < VERSION_PREFIX.length) {
      if (byte !== VERSION_PREFIX.charCodeAt(place)) return fail(head, at, Failure.BAD_VERSION);
    } else if (place === VERSION_LENGTH) {
      if (byte !== CR) return fail(head, at, byte === LF ? Failure.BARE_LINE_END : Failure.BAD_VERSION);
      head.state = HeadState.VERSION_LF;
      return at + 1;
    } else if (place === VERSION_PREFIX.length + 1) {
      if (byte !== 0x2e) return fail(head, at, Failure.BAD_VERSION);
    } else {
      if (!isDigit) return fail(head, at, Failure.BAD_VERSION);
      if (place === VERSION_PREFIX.length) head.majorVersion = digit;
      else head.minorVersion = digit;
    }
  }
  return stop;
}

/**
 * Reads field lines as long as they are whole and good: those of nearly every request. It stops at the beginning of
 * any other line, which `parseFields` then reads from there.
 *
 * Values, which are most of a head, are looked at eight bytes at a time: two thirds of the time of a plain loop
 * (`bench/micro/head-parser.ts`). A view of them as words is not the way: the runtime would have to make an
 * `ArrayBuffer` for each packet, which costs more than the whole head.
 */
function parseWholeFields(head: RequestHead, from: number, stop: number, maxFields: number): number {
  const { bytes, start } = head;
  let lineStart = from;
  for (let count = head.fieldCount; count < maxFields; count++) {
    let at = lineStart;
    while (at < stop && TCHAR[bytes[at]!] === 1) at++;
    const nameEnd = at;
    if (at === lineStart) return endOfHead(head, at, stop);
    if (at === stop || bytes[at] !== COLON) return lineStart;
    at++;
    while (at < stop && (bytes[at] === SP || bytes[at] === HTAB)) at++;
    const valueStart = at;
    while (at + 8 <= stop && areAll(FIELD_VALUE, bytes, at)) at += 8;
    while (at < stop && FIELD_VALUE[bytes[at]!] === 1) at++;
    if (at + 1 >= stop || bytes[at] !== CR || bytes[at + 1] !== LF) return lineStart;
    const field = count * 4;
    if (field === head.offsets.length) head.grow();
    const { offsets } = head;
    offsets[field] = lineStart - start;
    offsets[field + 1] = nameEnd - start;
    offsets[field + 2] = valueStart - start;
    offsets[field + 3] = endOfValue(bytes, valueStart, at) - start;
    head.fieldCount = count + 1;
    if (NOTED_INITIAL[bytes[lineStart]!] === 1) notePurpose(head, count, lineStart, nameEnd);
    lineStart = at + 2;
  }
  return lineStart;
}

/** Ends the head where the empty line stands at `at`, whole; else leaves it to `parseFields`. */
function endOfHead(head: RequestHead, at: number, stop: number): number {
  if (at + 1 >= stop || head.bytes[at] !== CR || head.bytes[at + 1] !== LF) return at;
  head.state = HeadState.COMPLETE;
  return at + 2;
}

/** Whether each of the eight bytes from `at` on belongs to the class of `table`. */
function areAll(table: Uint8Array, bytes: Uint8Array, at: number): boolean {
  const first = table[bytes[at]!]! & table[bytes[at + 1]!]! & table[bytes[at + 2]!]! & table[bytes[at + 3]!]!;
  const second =
    table[bytes[at + 4]!]! & table[bytes[at + 5]!]! & table[bytes[at + 6]!]! & table[bytes[at + 7]!]!;
  return (first & second) === 1;
}

/** `*( field-line CRLF ) CRLF` (RFC 9112 5), without whitespace before the colon, folding or bare line ends. */
function parseFields(head: RequestHead, from: number, stop: number, maxFields: number): number {
  const { bytes, start } = head;
  let at = from;
  let state = head.state;
  let field = head.fieldCount * 4;
  while (at < stop) {
    switch (state) {
      case HeadState.FIELD:
        if (bytes[at] === CR) {
          state = HeadState.LAST_LF;
          at++;
          break;
        }
        if (head.fieldCount === maxFields) return fail(head, at, Failure.TOO_MANY_FIELDS);
        if (field === head.offsets.length) head.grow();
        head.offsets[field] = at - start;
        state = HeadState.NAME;
        break;
      case HeadState.NAME:
        while (at < stop && TCHAR[bytes[at]!] === 1) at++;
        if (at === stop) break;
        if (bytes[at] !== COLON || at - start === head.offsets[field]) {
          return fail(head, at, nameFailure(bytes[at]!, at - start === head.offsets[field]));
        }
        head.offsets[field + 1] = at - start;
        state = HeadState.VALUE_START;
        at++;
        break;
      case HeadState.VALUE_START:
        while (at < stop && (bytes[at] === SP || bytes[at] === HTAB)) at++;
        head.offsets[field + 2] = at - start;
        if (at < stop) state = HeadState.VALUE;
        break;
      case HeadState.VALUE:
        while (at < stop && FIELD_VALUE[bytes[at]!] === 1) at++;
        if (at === stop) break;
        if (bytes[at] !== CR) {
          return fail(head, at, bytes[at] === LF ? Failure.BARE_LINE_END : Failure.BAD_FIELD_VALUE);
        }
        head.offsets[field + 3] = endOfValue(bytes, start + head.offsets[field + 2]!, at) - start;
        state = HeadState.VALUE_LF;
        at++;
        break;
      case HeadState.VALUE_LF:
        if (bytes[at] !== LF) return fail(head, at, Failure.BARE_LINE_END);
        notePurpose(head, head.fieldCount, start + head.offsets[field]!, start + head.offsets[field + 1]!);
        head.fieldCount++;
        field += 4;
        state = HeadState.FIELD;
        at++;
        break;
      default:
        if (bytes[at] !== LF) return fail(head, at, Failure.BARE_LINE_END);
        head.state = HeadState.COMPLETE;
        return at + 1;
    }
  }
  head.state = state;
  return at;
}

function nameFailure(byte: number, isFirst: boolean): Failure {
  if (byte === LF) return Failure.BARE_LINE_END;
  return isFirst && (byte === SP || byte === HTAB) ? Failure.FOLDED_FIELD : Failure.BAD_FIELD_NAME;
}

/** Where a value ends that is followed by the CR at `at`: blanks before the line end are not part of it. */
function endOfValue(bytes: Uint8Array, start: number, at: number): number {
  let end = at;
  while (end > start && (bytes[end - 1] === SP || bytes[end - 1] === HTAB)) end--;
  return end;
}

/**
 * Remembers the fields that the message itself is read by. Their lengths tell most others from them. How their names may
 * begin stands in `NOTED_INITIAL`, which whole lines are asked by before.
 */
function notePurpose(head: RequestHead, index: number, nameStart: number, nameEnd: number): void {
  const { bytes } = head;
  switch (nameEnd - nameStart) {
    case 4:
      if (equalsIgnoringCase(bytes, nameStart, nameEnd, "host") && head.hostCount++ === 0) {
        head.hostField = index;
      }
      break;
    case 6:
      if (head.expectField < 0 && equalsIgnoringCase(bytes, nameStart, nameEnd, "expect")) {
        head.expectField = index;
      }
      break;
    case 10:
      if (head.connectionField < 0 && equalsIgnoringCase(bytes, nameStart, nameEnd, "connection")) {
        head.connectionField = index;
      }
      break;
    case 14:
      if (
        equalsIgnoringCase(bytes, nameStart, nameEnd, "content-length") &&
        head.contentLengthCount++ === 0
      ) {
        head.contentLengthField = index;
      }
      break;
    case 17:
      if (
        equalsIgnoringCase(bytes, nameStart, nameEnd, "transfer-encoding") &&
        head.transferEncodingCount++ === 0
      ) {
        head.transferEncodingField = index;
      }
      break;
  }
}

function fail(head: RequestHead, at: number, failure: Failure): number {
  head.failure = failure;
  return at;
}
