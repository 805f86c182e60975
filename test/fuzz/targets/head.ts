/** The parser of request heads: the same outcome at any cuts, and that of the grammar. */

import { Failure } from "../../../src/protocol/failure.ts";
import { HeadOutcome, parseHead } from "../../../src/protocol/head-parser.ts";
import { DEFAULT_HEAD_LIMITS, type HeadLimits } from "../../../src/protocol/limits.ts";
import { BodyKind, HeadState, RequestHead } from "../../../src/protocol/request-head.ts";
import { referenceHead } from "../../support/reference.ts";
import { framingText, headText } from "../pieces.ts";
import {
  endsOf,
  type Fault,
  fromLatin1,
  type FuzzCase,
  latin1,
  splitFault,
  type Target,
  wrong,
} from "../target.ts";

/** A target that is too long must be had by few bytes. */
const LIMITS: HeadLimits = { ...DEFAULT_HEAD_LIMITS, maxTargetBytes: 200 };

/** What follows the bytes that have come, in a buffer that has held others: none of it may be read. */
const REMAINS: Uint8Array = fromLatin1("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");

const whole = new RequestHead();
const cut = new RequestHead();

export const headTarget: Target = {
  name: "head",
  share: 2,
  generate: (random) => fromLatin1(headText(random, random.oneIn(3) ? framingText(random) : "")),
  check: checkHead,
};

function checkHead(fuzzCase: FuzzCase): Fault | undefined {
  const { bytes } = fuzzCase;
  whole.reset();
  const outcome = parseHead(whole, bytes, 0, bytes.length, LIMITS);
  const outcomeOfCut = parseInPieces(cut, fuzzCase);
  if (outcome !== outcomeOfCut || !areEqual(whole, cut)) {
    return splitFault(shown(outcome, whole), shown(outcomeOfCut, cut));
  }
  return outcome === HeadOutcome.FAILED ? checkFailed(whole) : checkMeaning(outcome, bytes);
}

/** Parses what has come up to each cut, each time in another place. */
function parseInPieces(head: RequestHead, fuzzCase: FuzzCase): HeadOutcome {
  const { bytes, variant } = fuzzCase;
  const place = new Uint8Array(variant + bytes.length + REMAINS.length);
  head.reset();
  let start = variant;
  for (const end of endsOf(fuzzCase)) {
    place.set(bytes.subarray(0, end), start);
    place.set(REMAINS, start + end);
    const outcome = parseHead(head, place, start, start + end, LIMITS);
    if (outcome !== HeadOutcome.INCOMPLETE || end === bytes.length) return outcome;
    start = (start + 1) % (variant + 1);
  }
  return HeadOutcome.INCOMPLETE;
}

function areEqual(one: RequestHead, other: RequestHead): boolean {
  if (one.failure !== other.failure || one.length !== other.length) return false;
  if (one.failure !== Failure.NONE)
    return knowsLine(one) === knowsLine(other) && one.method() === other.method();
  if (one.state !== other.state || one.fieldCount !== other.fieldCount) return false;
  for (let at = 0; at < one.fieldCount * 4; at++) if (one.offsets[at] !== other.offsets[at]) return false;
  return (
    one.methodStart === other.methodStart &&
    one.methodEnd === other.methodEnd &&
    one.targetEnd === other.targetEnd &&
    one.pathStart === other.pathStart &&
    one.minorVersion === other.minorVersion &&
    one.bodyKind === other.bodyKind &&
    one.contentLength === other.contentLength &&
    one.connectionField === other.connectionField &&
    one.expectField === other.expectField &&
    one.hostField === other.hostField
  );
}

/** Of the state of a head that failed only this counts: whether its request line was read to its end. */
function knowsLine(head: RequestHead): boolean {
  return head.state > HeadState.VERSION;
}

function shown(outcome: HeadOutcome, head: RequestHead): object {
  const { bytes: _bytes, ...rest } = head;
  return { outcome, ...rest, offsets: [...head.offsets.subarray(0, head.fieldCount * 4)] };
}

/** What is asked of a head that failed: its line, for the log. */
function checkFailed(head: RequestHead): Fault | undefined {
  const line = head.requestLine();
  head.method();
  return /[\r\n]/.test(line) ? wrong(`the request line is ${JSON.stringify(line)}`) : undefined;
}

function checkMeaning(outcome: HeadOutcome, bytes: Uint8Array): Fault | undefined {
  const expected = referenceHead(latin1(bytes));
  const isWithinLimits =
    expected !== undefined &&
    expected.length <= LIMITS.maxHeadBytes &&
    expected.target.length <= LIMITS.maxTargetBytes &&
    expected.fields.length <= LIMITS.maxFields;
  if (outcome === HeadOutcome.INCOMPLETE) {
    return isWithinLimits ? wrong("the grammar has a head, the parser wants more") : undefined;
  }
  const read = {
    outcome: "COMPLETE",
    method: whole.method(),
    target: whole.target(),
    path: whole.path(),
    version: `HTTP/1.${whole.minorVersion}`,
    fields: Array.from({ length: whole.fieldCount }, (_, at) => [whole.fieldName(at), whole.fieldValue(at)]),
    body: bodyOf(whole),
    length: whole.length,
  };
  const [one, other] = [JSON.stringify(expected), JSON.stringify(read)];
  return one === other ? undefined : wrong(`expected ${one}, read ${other}`);
}

function bodyOf(head: RequestHead): string | number {
  if (head.bodyKind === BodyKind.NONE) return "none";
  return head.bodyKind === BodyKind.CHUNKED ? "chunked" : head.contentLength;
}
