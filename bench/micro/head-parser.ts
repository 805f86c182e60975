/** `bun bench/micro/head-parser.ts`: what reading a request head costs, for heads of all kinds. */
import { HeadOutcome, parseHead } from "../../src/protocol/head-parser.ts";
import { DEFAULT_HEAD_LIMITS } from "../../src/protocol/limits.ts";
import { RequestHead } from "../../src/protocol/request-head.ts";
import { ADVERSARIAL_HEADS, browserRequests, REFUSED_HEADS, REQUEST_HEADS } from "../corpus.ts";
import { type Case, caseOf, runSuite, type Suite } from "./suite.ts";

/** One object for all of them, as a connection has: what it costs to fill is measured, not to make. */
const head: RequestHead = new RequestHead();

/** Parses `bytes` as if `step` of them came at a time. */
function parse(bytes: Uint8Array, step: number): HeadOutcome {
  head.reset();
  let outcome: HeadOutcome = HeadOutcome.INCOMPLETE;
  for (let end = step; outcome === HeadOutcome.INCOMPLETE && end < bytes.length + step; end += step) {
    outcome = parseHead(head, bytes, 0, Math.min(end, bytes.length), DEFAULT_HEAD_LIMITS);
  }
  return outcome;
}

/** How many fields a head has; of one that is refused, minus the number of bytes that were good. */
function fieldsIn(bytes: Uint8Array, step: number = bytes.length): number {
  return parse(bytes, step) === HeadOutcome.COMPLETE ? head.fieldCount : -head.length;
}

function parseCase(name: string, bytes: Uint8Array, expected: number): Case {
  return caseOf(`${name} (${bytes.length} bytes)`, (input: Uint8Array) => fieldsIn(input), [
    [bytes, expected],
  ]);
}

const BROWSER_FIELDS = 12;

/** Of one shape, each with another path and cookie: what no branch predictor learns by heart. */
const BROWSER_HEADS = browserRequests(256).map((bytes) => [bytes, BROWSER_FIELDS] as const);

function piecesCase(name: string, step: number): Case {
  return caseOf(name, (bytes: Uint8Array) => fieldsIn(bytes, step), BROWSER_HEADS);
}

export const HEAD_PARSER: Suite = {
  "whole heads": [
    ...Object.entries(REQUEST_HEADS).map(([name, one]) => parseCase(name, one.bytes, one.fieldCount)),
    caseOf("256 browsers in turn", (bytes: Uint8Array) => fieldsIn(bytes), BROWSER_HEADS),
  ],
  "adversarial heads": Object.entries(ADVERSARIAL_HEADS).map(([name, one]) =>
    parseCase(name, one.bytes, one.fieldCount),
  ),
  "heads that are refused": Object.entries(REFUSED_HEADS).map(([name, one]) =>
    parseCase(name, one.bytes, -one.refusedAt),
  ),
  "256 browsers' heads in pieces": [
    piecesCase("two pieces", 344),
    piecesCase("64 bytes at a time", 64),
    piecesCase("byte by byte", 1),
  ],
};

if (import.meta.main) await runSuite(HEAD_PARSER);
