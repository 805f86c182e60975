/**
 * The head of a response as bytes (RFC 9112 4 and 5): status line and field lines, with the one check that keeps a
 * value from becoming a line of its own. Nothing that is written here contains a CR, LF or NUL that is not a line end
 * of ours, and nothing is cut to eight bits on its way: U+010A is refused, not turned into a line feed.
 */

import { COLON, CR, LF, SP, TCHAR } from "./grammar.ts";

/** The first of Latin-1's code units that may stand in a value: HTAB is let through besides. */
const FIRST_PRINTABLE = 0x20;

/** From this length on the runtime's own codec is faster than a loop. */
const NATIVE_FROM = 48;

const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether `text` can stand in a field value as it is: Latin-1 without control characters but HTAB. */
export function isSendable(text: string): boolean {
  return !UNSAFE.test(text);
}

/** Whether an answer has no body by its status, whatever was asked for (RFC 9110 6.4.1). */
export function isBodiless(status: number): boolean {
  return status < 200 || status === 204 || status === 205 || status === 304;
}

/**
 * Writes `text` as Latin-1 at `at`, and gives the offset behind it; -1 where it holds a control character or one
 * beyond Latin-1. There must be room for as many bytes as `text` has code units.
 */
export function writeText(bytes: Buffer, at: number, text: string): number {
  const length = text.length;
  if (length >= NATIVE_FROM) {
    if (!isSendable(text)) return -1;
    return at + bytes.latin1Write(text, at);
  }
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if ((unit < FIRST_PRINTABLE && unit !== 0x09) || unit > 0xff || unit === 0x7f) return -1;
    bytes[at + i] = unit;
  }
  return at + length;
}

/** Bytes of a field line beside its name and value: `": "` and CRLF. */
export const FIELD_LINE_OVERHEAD = 4;

/** Writes `name: value` CRLF at `at`, and gives the offset behind it; -1 where name or value cannot be sent. */
export function writeField(bytes: Buffer, at: number, name: string, value: string): number {
  const nameEnd = writeToken(bytes, at, name);
  if (nameEnd < 0) return -1;
  bytes[nameEnd] = COLON;
  bytes[nameEnd + 1] = SP;
  const valueEnd = writeText(bytes, nameEnd + 2, value);
  if (valueEnd < 0) return -1;
  return writeLineEnd(bytes, valueEnd);
}

/** Writes a field name (RFC 9110 5.6.2); -1 where it is none. */
function writeToken(bytes: Buffer, at: number, token: string): number {
  for (let i = 0; i < token.length; i++) {
    const unit = token.charCodeAt(i);
    if (unit > 0xff || TCHAR[unit] !== 1) return -1;
    bytes[at + i] = unit;
  }
  return token.length > 0 ? at + token.length : -1;
}

/** Writes `text` at `at`, and gives the offset behind it; -1 where a character is not ASCII. */
export function writeAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return -1;
    bytes[at + i] = unit;
  }
  return at + text.length;
}

/** Writes CRLF at `at`, and gives the offset behind it. */
export function writeLineEnd(bytes: Buffer, at: number): number {
  bytes[at] = CR;
  bytes[at + 1] = LF;
  return at + 2;
}

/** Writes a whole number in decimal digits, as many as it has. */
export function writeDecimal(bytes: Buffer, at: number, value: number): number {
  const end = at + decimalDigits(value);
  let rest = value;
  for (let i = end - 1; i >= at; i--) {
    const next = Math.floor(rest / 10);
    bytes[i] = 0x30 + (rest - next * 10);
    rest = next;
  }
  return end;
}

/** How many decimal digits a whole number has. */
export function decimalDigits(value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits++;
  return digits;
}
