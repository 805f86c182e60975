/** What the parser of request heads makes of some bytes, however they arrive. Bytes are written as Latin-1 text. */

import { expect } from "bun:test";
import { Failure } from "../../src/protocol/failure.ts";
import { HeadOutcome, parseHead } from "../../src/protocol/head-parser.ts";
import { DEFAULT_HEAD_LIMITS, type HeadLimits } from "../../src/protocol/limits.ts";
import { BodyKind, RequestHead } from "../../src/protocol/request-head.ts";

export type Field = [name: string, value: string];

export interface CompleteHead {
  outcome: "COMPLETE";
  method: string;
  target: string;
  path: string;
  version: string;
  fields: Field[];
  /** Which body follows: none, a chunked one, or one of so many bytes. */
  body: "none" | "chunked" | number;
  /** Bytes of the whole head. What comes behind them is not the head's. */
  length: number;
}

export interface FailedHead {
  outcome: "FAILED";
  failure: keyof typeof Failure;
  /** Bytes that were good, up to the one that was refused. */
  length: number;
}

export interface IncompleteHead {
  outcome: "INCOMPLETE";
  length: number;
}

/** All that a parse came to, so that results are compared whole. */
export type HeadResult = CompleteHead | FailedHead | IncompleteHead;

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

export const textOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

/** What lies around the head in the receive buffer, in turns: none of it may be taken for a part of the head. */
const SURROUNDINGS = ["\r\n\r\n", "X", "", "GET / HTTP/1.1\r\n", "\n", ": a\r\n\r\n", "\0"];

/**
 * Parses `text` as if it arrived up to each of `ends`, one after the other. At each step it lies in another array,
 * at another offset, among other bytes: as in a buffer that grows and is compacted.
 */
export function parseInSteps(
  text: string,
  ends: readonly number[],
  limits: HeadLimits = DEFAULT_HEAD_LIMITS,
  head: RequestHead = new RequestHead(),
): HeadResult {
  let outcome: HeadOutcome = HeadOutcome.INCOMPLETE;
  for (const [step, end] of ends.entries()) {
    const before = SURROUNDINGS[(step + 1) % SURROUNDINGS.length]!;
    const after = SURROUNDINGS[step % SURROUNDINGS.length]!;
    const bytes = bytesOf(before + text.slice(0, end) + after);
    outcome = parseHead(head, bytes, before.length, before.length + end, limits);
    if (outcome !== HeadOutcome.INCOMPLETE) break;
    expect(head.length).toBe(end);
  }
  return resultOf(head, outcome);
}

/** Parses `text` in one piece. */
export function parse(text: string, limits: HeadLimits = DEFAULT_HEAD_LIMITS): HeadResult {
  return parseInSteps(text, [text.length], limits);
}

/** Parses `text` whole, byte by byte and cut in two at every place, and returns what all of them agree on. */
export function parseEveryWay(text: string, limits: HeadLimits = DEFAULT_HEAD_LIMITS): HeadResult {
  const whole = parse(text, limits);
  const everyByte = Array.from({ length: text.length }, (_, index) => index + 1);
  expect(parseInSteps(text, everyByte, limits)).toEqual(whole);
  for (let cut = 0; cut < text.length; cut++) {
    expect(parseInSteps(text, [cut, text.length], limits)).toEqual(whole);
  }
  return whole;
}

/** A head that must be complete, for tests of what can be asked of it. */
export function completeHead(text: string): RequestHead {
  const head = new RequestHead();
  const bytes = bytesOf(text);
  expect(parseHead(head, bytes, 0, bytes.length, DEFAULT_HEAD_LIMITS)).toBe(HeadOutcome.COMPLETE);
  return head;
}

function resultOf(head: RequestHead, outcome: HeadOutcome): HeadResult {
  const { length } = head;
  if (outcome === HeadOutcome.INCOMPLETE) return { outcome: "INCOMPLETE", length };
  if (outcome === HeadOutcome.FAILED)
    return { outcome: "FAILED", failure: failureName(head.failure), length };
  return {
    outcome: "COMPLETE",
    method: head.method(),
    target: head.target(),
    path: head.path(),
    version: `HTTP/${head.majorVersion}.${head.minorVersion}`,
    fields: fieldsOf(head),
    body: bodyOf(head),
    length,
  };
}

function failureName(failure: Failure): keyof typeof Failure {
  const names = Object.keys(Failure) as (keyof typeof Failure)[];
  return names.find((name) => Failure[name] === failure)!;
}

function fieldsOf(head: RequestHead): Field[] {
  return Array.from({ length: head.fieldCount }, (_, index) => [
    head.fieldName(index),
    head.fieldValue(index),
  ]);
}

function bodyOf(head: RequestHead): CompleteHead["body"] {
  switch (head.bodyKind) {
    case BodyKind.NONE:
      expect(head.contentLength).toBe(0);
      return "none";
    case BodyKind.CHUNKED:
      return "chunked";
    default:
      return head.contentLength;
  }
}
