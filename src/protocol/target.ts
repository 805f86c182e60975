/**
 * The four forms of a request target (RFC 9112 3.2), told apart by its first bytes and the method. The bytes
 * themselves have been checked by the parser.
 */

import { Failure } from "./failure.ts";
import { COLON } from "./grammar.ts";
import { isAuthority } from "./host.ts";
import type { RequestHead } from "./request-head.ts";
import { equalsIgnoringCase } from "./text.ts";

const SLASH = 0x2f;
const ASTERISK = 0x2a;
const QUESTION_MARK = 0x3f;
const SCHEMES: readonly string[] = ["http://", "https://"];

/** Checks the form of the target, and finds host and path in the absolute one. Host must have been checked before. */
export function checkTarget(head: RequestHead): Failure {
  if (head.hasMethod("CONNECT")) return checkAuthorityForm(head);
  const targetStart = head.methodEnd + 1;
  const first = head.bytes[head.start + targetStart];
  if (first === SLASH) return Failure.NONE;
  if (first !== ASTERISK) return checkAbsoluteForm(head);
  const isServerWide = head.targetEnd === targetStart + 1 && head.hasMethod("OPTIONS");
  return isServerWide ? Failure.NONE : Failure.BAD_TARGET;
}

/** `authority-form = uri-host ":" port` (RFC 9112 3.2.3): here the port must be there. */
function checkAuthorityForm(head: RequestHead): Failure {
  const { bytes, start } = head;
  const targetEnd = start + head.targetEnd;
  let digits = targetEnd;
  while (isDigit(bytes[digits - 1]!)) digits--;
  const hasPort = digits < targetEnd && bytes[digits - 1] === COLON;
  return hasPort && isAuthority(bytes, start + head.methodEnd + 1, targetEnd)
    ? Failure.NONE
    : Failure.BAD_TARGET;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** `absolute-form = http-URI / https-URI` (RFC 9112 3.2.2, RFC 9110 4.2): a host, no user information. */
function checkAbsoluteForm(head: RequestHead): Failure {
  const { bytes, start } = head;
  const targetStart = start + head.methodEnd + 1;
  const targetEnd = start + head.targetEnd;
  const authorityStart = endOfScheme(bytes, targetStart, targetEnd);
  if (authorityStart < 0) return Failure.BAD_TARGET;
  let at = authorityStart;
  while (at < targetEnd && bytes[at] !== SLASH && bytes[at] !== QUESTION_MARK) at++;
  if (!isAuthority(bytes, authorityStart, at)) return Failure.BAD_TARGET;
  head.pathStart = at - start;
  head.replaceHost(authorityStart - start, head.pathStart);
  return Failure.NONE;
}

/** Where the authority begins, behind `http://` or `https://`; -1 where there is neither. */
function endOfScheme(bytes: Uint8Array, start: number, end: number): number {
  for (const scheme of SCHEMES) {
    const schemeEnd = start + scheme.length;
    if (schemeEnd <= end && equalsIgnoringCase(bytes, start, schemeEnd, scheme)) return schemeEnd;
  }
  return -1;
}
