/**
 * Where a request ends: the one place that decides it (RFC 9112 6.3). Whatever two parsers could read in two ways
 * is refused, not interpreted.
 */

import { Failure } from "./failure.ts";
import { TCHAR } from "./grammar.ts";
import { BodyKind, type RequestHead } from "./request-head.ts";
import { asciiLower, equalsIgnoringCase, latin1 } from "./text.ts";
import { isToken, withoutBlanks } from "./token.ts";

/** Decides which body follows the head, and sets its `bodyKind` and `contentLength`. */
export function decideFraming(head: RequestHead): Failure {
  if (head.transferEncodingCount > 0) return decideTransferEncoding(head);
  if (head.contentLengthCount > 0) return decideContentLength(head);
  return Failure.NONE;
}

function decideTransferEncoding(head: RequestHead): Failure {
  if (head.minorVersion === 0) return Failure.TRANSFER_ENCODING_IN_HTTP_1_0;
  if (head.contentLengthCount > 0) return Failure.CONFLICTING_FRAMING;
  if (head.transferEncodingCount > 1) return Failure.BAD_TRANSFER_ENCODING;
  const { bytes, transferEncodingField } = head;
  const valueStart = head.valueStart(transferEncodingField);
  const valueEnd = head.valueEnd(transferEncodingField);
  if (equalsIgnoringCase(bytes, valueStart, valueEnd, "chunked")) {
    head.bodyKind = BodyKind.CHUNKED;
    return Failure.NONE;
  }
  return areCodingsBeforeChunked(latin1(bytes, valueStart, valueEnd))
    ? Failure.UNSUPPORTED_TRANSFER_ENCODING
    : Failure.BAD_TRANSFER_ENCODING;
}

/** Whether a list is well formed and its framing clear, only with codings that are not known here. */
function areCodingsBeforeChunked(value: string): boolean {
  const codings = value.split(",").map((coding) => asciiLower(withoutBlanks(coding)));
  return codings.every(isToken) && codings.indexOf("chunked") === codings.length - 1;
}

/**
 * `Content-Length = 1*DIGIT` (RFC 9110 8.6). Repeated values are refused even where they are equal; so is what
 * does not fit a number exactly: from there on nothing is added any more, so that no number of digits can wrap.
 */
function decideContentLength(head: RequestHead): Failure {
  if (head.contentLengthCount > 1) return Failure.BAD_CONTENT_LENGTH;
  const { bytes, contentLengthField } = head;
  const valueStart = head.valueStart(contentLengthField);
  const valueEnd = head.valueEnd(contentLengthField);
  if (valueStart === valueEnd) return Failure.BAD_CONTENT_LENGTH;
  let length = 0;
  for (let at = valueStart; at < valueEnd; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return Failure.BAD_CONTENT_LENGTH;
    if (length <= Number.MAX_SAFE_INTEGER) length = length * 10 + digit;
  }
  if (length > Number.MAX_SAFE_INTEGER) return Failure.BODY_TOO_LARGE;
  head.contentLength = length;
  if (length > 0) head.bodyKind = BodyKind.LENGTH;
  return Failure.NONE;
}

/** What the Connection fields say (RFC 9110 7.6.1): their options, in one number. */
export const ConnectionOption = { NONE: 0, CLOSE: 1, KEEP_ALIVE: 2 } as const;

/** Every Connection field's comma-separated options, compared without regard to case. */
export function connectionOptions(head: RequestHead): number {
  let options: number = ConnectionOption.NONE;
  let index = head.connectionField;
  while (index >= 0) {
    options |= optionsOf(head, index);
    index = head.find("connection", index + 1);
  }
  return options;
}

function optionsOf(head: RequestHead, index: number): number {
  const { bytes } = head;
  const valueEnd = head.valueEnd(index);
  let options: number = ConnectionOption.NONE;
  let at = head.valueStart(index);
  while (at < valueEnd) {
    const tokenStart = at;
    while (at < valueEnd && TCHAR[bytes[at]!] === 1) at++;
    if (equalsIgnoringCase(bytes, tokenStart, at, "close")) options |= ConnectionOption.CLOSE;
    else if (equalsIgnoringCase(bytes, tokenStart, at, "keep-alive")) options |= ConnectionOption.KEEP_ALIVE;
    while (at < valueEnd && TCHAR[bytes[at]!] !== 1) at++;
  }
  return options;
}

/** Whether the Expect fields ask for `100-continue` and nothing else (RFC 9110 10.1.1). */
export function expectsContinue(head: RequestHead): boolean {
  const { bytes, expectField } = head;
  return (
    expectField >= 0 &&
    head.find("expect", expectField + 1) < 0 &&
    equalsIgnoringCase(bytes, head.valueStart(expectField), head.valueEnd(expectField), "100-continue")
  );
}
