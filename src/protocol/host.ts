/** The Host field (RFC 9112 3.2, RFC 9110 7.2) and the authority grammar that it shares with request targets. */

import { Failure } from "./failure.ts";
import { COLON, HEX_VALUE, REG_NAME } from "./grammar.ts";
import { isIPLiteral } from "./ip-literal.ts";
import type { RequestHead } from "./request-head.ts";
import { latin1 } from "./text.ts";

const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const PERCENT = 0x25;
const MAX_PORT = 65_535;

/** Exactly one valid Host where the version is 1.1 or later, at most one before. */
export function checkHost(head: RequestHead): Failure {
  if (head.hostCount > 1) return Failure.REPEATED_HOST;
  if (head.hostCount === 0) return head.minorVersion === 0 ? Failure.NONE : Failure.MISSING_HOST;
  const { bytes, hostField } = head;
  const valueStart = head.valueStart(hostField);
  const valueEnd = head.valueEnd(hostField);
  // An empty value is what a client sends whose target has no authority: allowed by RFC 9112 3.2.
  return valueStart === valueEnd || isAuthority(bytes, valueStart, valueEnd)
    ? Failure.NONE
    : Failure.BAD_HOST;
}

/**
 * Whether the bytes are `uri-host [ ":" port ]` (RFC 3986 3.2.2): a registered name, an IPv4 address or an address
 * in brackets; the port may be empty. An empty host is not an authority here: no URI of this protocol has one.
 */
export function isAuthority(bytes: Uint8Array, start: number, end: number): boolean {
  const at =
    bytes[start] === OPENING_BRACKET ? endOfLiteral(bytes, start, end) : endOfName(bytes, start, end);
  if (at === start) return false;
  return at === end || (bytes[at] === COLON && isPort(bytes, at + 1, end));
}

/** Where the address in brackets ends that begins at `start`; `start` where there is none. */
function endOfLiteral(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== CLOSING_BRACKET) at++;
  return at < end && isIPLiteral(latin1(bytes, start + 1, at)) ? at + 1 : start;
}

/** `reg-name = *( unreserved / pct-encoded / sub-delims )`: where it ends. */
function endOfName(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    if (REG_NAME[bytes[at]!] === 1) at++;
    else if (bytes[at] === PERCENT && at + 2 < end && isHex(bytes[at + 1]!) && isHex(bytes[at + 2]!)) at += 3;
    else break;
  }
  return at;
}

function isHex(byte: number): boolean {
  return HEX_VALUE[byte]! < 16;
}

function isPort(bytes: Uint8Array, start: number, end: number): boolean {
  let port = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return false;
    port = port * 10 + digit;
    if (port > MAX_PORT) return false;
  }
  return true;
}
