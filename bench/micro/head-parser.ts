/** `bun bench/micro/head-parser.ts`: what reading a request head costs, for heads of all kinds. */
import { bench, do_not_optimize, group, run } from "mitata";
import { HeadOutcome, parseHead } from "../../src/protocol/head-parser.ts";
import { DEFAULT_HEAD_LIMITS } from "../../src/protocol/limits.ts";
import { RequestHead } from "../../src/protocol/request-head.ts";
import { ADVERSARIAL_HEADS, BROWSER_REQUEST, REQUEST_HEADS } from "../corpus.ts";

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

/** Measures a parse that must end with `expected` every time. */
function benchParse(
  name: string,
  bytes: Uint8Array,
  expected: HeadOutcome,
  step: number = bytes.length,
): void {
  bench(`${name} (${bytes.length} bytes)`, () => {
    const outcome = parse(bytes, step);
    if (outcome !== expected) throw new Error(`"${name}" gives outcome ${outcome}, failure ${head.failure}`);
    return do_not_optimize(head.length);
  });
}

group("whole heads", () => {
  for (const [name, bytes] of Object.entries(REQUEST_HEADS)) benchParse(name, bytes, HeadOutcome.COMPLETE);
});

group("adversarial heads", () => {
  for (const [name, bytes] of Object.entries(ADVERSARIAL_HEADS)) {
    benchParse(name, bytes, name.startsWith("NUL") ? HeadOutcome.FAILED : HeadOutcome.COMPLETE);
  }
});

group("a browser's head in pieces", () => {
  for (const step of [344, 64, 1]) {
    benchParse(`${step} bytes at a time`, BROWSER_REQUEST, HeadOutcome.COMPLETE, step);
  }
});

group("looking up a field of a browser's head", () => {
  const found = new RequestHead();
  parseHead(found, BROWSER_REQUEST, 0, BROWSER_REQUEST.length, DEFAULT_HEAD_LIMITS);
  for (const [name, field] of [
    ["host", 0],
    ["cookie", 11],
    ["x-absent", -1],
  ] as const) {
    bench(name, () => {
      if (found.find(name) !== field) throw new Error(`"${name}" is not found where it is`);
    });
  }
});

await run({ throw: true, colors: process.stdout.isTTY === true });
