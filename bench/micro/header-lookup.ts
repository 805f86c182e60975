/** `bun bench/micro/header-lookup.ts`: what it costs to look up a field of a request by its name. */
import { HTTPMessage } from "../../src/handler/http-message.ts";
import { HeadOutcome, parseHead } from "../../src/protocol/head-parser.ts";
import { DEFAULT_HEAD_LIMITS } from "../../src/protocol/limits.ts";
import { RequestHead } from "../../src/protocol/request-head.ts";
import { browserRequests, MANY_FIELDS_REQUEST } from "../corpus.ts";
import { type Case, caseOf, runSuite, type Suite } from "./suite.ts";

/** A head that was read, and its field lines as text. */
interface ReadHead {
  readonly head: RequestHead;
  readonly fieldLines: readonly string[];
}

function read(bytes: Uint8Array): ReadHead {
  const head = new RequestHead();
  const outcome = parseHead(head, bytes, 0, bytes.length, DEFAULT_HEAD_LIMITS);
  if (outcome !== HeadOutcome.COMPLETE) throw new Error(`Not a whole head: ${bytes}`);
  const [, ...fieldLines] = Buffer.from(bytes).toString("latin1").trimEnd().split("\r\n");
  return { head, fieldLines };
}

/** Where a field stands by a plain look at the lines. */
function indexOf(name: string, { fieldLines }: ReadHead): number {
  return fieldLines.findIndex((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
}

function valueIn(name: string, one: ReadHead): string | null {
  const line = one.fieldLines[indexOf(name, one)];
  return line === undefined ? null : line.slice(name.length + ": ".length);
}

function getCase(what: string, name: string, heads: readonly ReadHead[]): Case {
  const messages = heads.map((one) => [new HTTPMessage(one.head), valueIn(name, one)] as const);
  return caseOf(`${name}: ${what}`, (message: HTTPMessage) => message.get(name), messages);
}

function findCase(what: string, name: string, heads: readonly ReadHead[]): Case {
  const expected = heads.map((one) => [one.head, indexOf(name, one)] as const);
  return caseOf(`${name}: ${what}`, (head: RequestHead) => head.find(name), expected);
}

/** Each with another path and cookie, so that no value is the same string twice in a row. */
const BROWSERS: readonly ReadHead[] = browserRequests(64).map(read);
const MANY_FIELDS: readonly ReadHead[] = [read(MANY_FIELDS_REQUEST)];

export const HEADER_LOOKUP: Suite = {
  "HTTPMessage.get in 64 browsers' heads": [
    getCase("the first of 12", "host", BROWSERS),
    getCase("the first, in another case", "Host", BROWSERS),
    getCase("the last of 12", "cookie", BROWSERS),
    getCase("the last, in another case", "COOKIE", BROWSERS),
    getCase("one in the middle, as it is mostly written", "User-Agent", BROWSERS),
    getCase("absent", "x-requested-with", BROWSERS),
  ],
  "HTTPMessage.get among 64 fields, most of them with names of one length": [
    getCase("the first", "host", MANY_FIELDS),
    getCase("the last", "x-forwarded-detail-62", MANY_FIELDS),
    getCase("the last, in another case", "X-Forwarded-Detail-62", MANY_FIELDS),
    getCase("absent, and of that length", "x-forwarded-detail-99", MANY_FIELDS),
    getCase("absent, and of another length", "x-requested-with", MANY_FIELDS),
  ],
  "RequestHead.find": [
    findCase("the first of 12", "host", BROWSERS),
    findCase("the last of 12", "cookie", BROWSERS),
    findCase("absent among 12", "x-requested-with", BROWSERS),
    findCase("the last of 64", "x-forwarded-detail-62", MANY_FIELDS),
    findCase("absent among 64, and of their length", "x-forwarded-detail-99", MANY_FIELDS),
  ],
};

if (import.meta.main) await runSuite(HEADER_LOOKUP);
