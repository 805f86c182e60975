/** The fuzzer itself: what it finds when there is something to be found. */

import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Chunk, ChunkedDecoder } from "../../src/protocol/chunked.ts";
import { Failure as Reason } from "../../src/protocol/failure.ts";
import { Tree } from "../support/tree.ts";
import { readFailure, writeFailure } from "./failure-file.ts";
import { minimise } from "./minimise.ts";
import { Random } from "./random.ts";
import { failureText, Progress, summaryText } from "./report.ts";
import { casesOf, type Failure, runFuzz, type Tally } from "./run.ts";
import { faultOf, fromLatin1, type FuzzCase, latin1, type Target, wrong } from "./target.ts";
import { TARGETS } from "./targets.ts";
import { chunkedTarget } from "./targets/chunked.ts";

/** A decoder with a fault: it loses the trailers that are called Q. */
class WithFault extends ChunkedDecoder {
  override next(bytes: Uint8Array, at: number, end: number): Chunk {
    const outcome = super.next(bytes, at, end);
    if (outcome === Chunk.DONE) this.trailers = this.trailers.filter(([name]) => name !== "Q");
    return outcome;
  }
}

/** A decoder with a fault that shows only where the bytes are cut: it does not know a line feed that comes alone. */
class WithSplitFault extends ChunkedDecoder {
  override next(bytes: Uint8Array, at: number, end: number): Chunk {
    if (end - at !== 1 || bytes[at] !== 0x0a) return super.next(bytes, at, end);
    this.failure = Reason.BARE_LINE_END;
    this.consumedTo = at;
    return Chunk.FAILED;
  }
}

/** A decoder that throws where a chunk is larger than 15 bytes. */
class Throwing extends ChunkedDecoder {
  override next(bytes: Uint8Array, at: number, end: number): Chunk {
    const outcome = super.next(bytes, at, end);
    if (outcome === Chunk.DATA && this.dataEnd - this.dataStart > 15) throw new Error("A large chunk");
    return outcome;
  }
}

const MOST_CASES = 20_000;

/** Runs one target until it has failed. */
async function failureOf(target: Target, seed = 1): Promise<{ failure: Failure; tallies: readonly Tally[] }> {
  const failures: Failure[] = [];
  const tallies = await runFuzz({
    targets: [target],
    seed,
    isOver: ([tally]) => tally!.cases > MOST_CASES,
    failed: (failure) => void failures.push(failure),
  });
  expect(failures).toHaveLength(1);
  return { failure: failures[0]!, tallies };
}

describe("a fault that is planted in the decoder", () => {
  test("is found, counted and made as small as it gets", async () => {
    const { failure, tallies } = await failureOf(chunkedTarget(WithFault));
    expect(failure.fault.kind).toBe("wrong");
    expect(latin1(failure.fuzzCase.bytes)).toBe("0\r\nQ:\r\n\r\n");
    expect(failure.fuzzCase.cuts).toEqual([]);
    expect(tallies).toMatchObject([{ name: "chunked", throws: 0, splits: 0, wrongs: 1 }]);
    expect(tallies[0]!.cases).toBe(failure.index + 1);
  });

  test("is found where the cuts alone make it, with no more cuts than it needs", async () => {
    const { failure, tallies } = await failureOf(chunkedTarget(WithSplitFault));
    expect(failure.fault.kind).toBe("split");
    // The line feed that has to be there is the one behind a size.
    expect(latin1(failure.fuzzCase.bytes)).toMatch(/^.\r\n$/);
    expect(failure.fuzzCase.cuts).toEqual([2]);
    expect(tallies).toMatchObject([{ throws: 0, splits: 1, wrongs: 0 }]);
  });

  test("is found where it throws", async () => {
    const { failure, tallies } = await failureOf(chunkedTarget(Throwing));
    expect(failure.fault).toMatchObject({ kind: "throw", message: expect.stringContaining("A large chunk") });
    expect(latin1(failure.fuzzCase.bytes)).toMatch(/^[1-9a-f]+[0-9a-f]\r\na{16}$/);
    expect(tallies).toMatchObject([{ throws: 1, splits: 0, wrongs: 0 }]);
  });

  test("is found by the same seed in the same case, and by no more than its case", async () => {
    const [first, again] = [
      await failureOf(chunkedTarget(WithFault), 7),
      await failureOf(chunkedTarget(WithFault), 7),
    ];
    expect(again.failure).toEqual(first.failure);
    expect(await faultOf(chunkedTarget(), first.failure.fuzzCase)).toBeUndefined();
  });

  test("can be read back from the file that it is written to", async () => {
    using tree = new Tree();
    const { failure } = await failureOf(chunkedTarget(WithFault));
    const path = writeFailure(failure, 1, tree.path("fuzz-failures"));
    expect(path).toBe(`${tree.path("fuzz-failures")}/chunked-1-${failure.index}.json`);
    const read = readFailure(path);
    expect(read.target).toBe("chunked");
    expect(await faultOf(chunkedTarget(WithFault), read.fuzzCase)).toEqual(failure.fault);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      kind: "wrong",
      seed: 1,
      index: failure.index,
    });
    expect(failureText(failure, path)).toEndWith(`\n  Again: bun run fuzz --replay ${path}`);
  });

  test("ends the turns of its own target alone", async () => {
    const good: Target = { ...chunkedTarget(), name: "good" };
    let isFailed = false;
    const tallies = await runFuzz({
      targets: [chunkedTarget(WithFault), good],
      seed: 1,
      isOver: ([bad, other]) => isFailed && other!.cases > 10 * bad!.cases,
      failed: () => {
        isFailed = true;
      },
    });
    expect(tallies.map(({ name, wrongs }) => [name, wrongs])).toEqual([
      ["chunked", 1],
      ["good", 0],
    ]);
  });
});

describe("a case that fails", () => {
  const holding = (pattern: RegExp): Target => ({
    name: "pattern",
    generate: () => new Uint8Array(0),
    check: ({ bytes, cuts }) =>
      pattern.test(latin1(bytes)) && cuts.includes(latin1(bytes).search(pattern)) ? wrong("here") : undefined,
  });

  test("loses every byte and every cut that the fault does without, and its cuts stay where they were", async () => {
    const fuzzCase: FuzzCase = {
      bytes: fromLatin1("some bytes, a NEEDLE and some more\r\n"),
      cuts: [0, 3, 14, 14, 17, 30],
      variant: 9,
    };
    const found = await minimise(holding(/NEEDLE/), { fuzzCase, fault: wrong("here") });
    expect(found.fuzzCase).toEqual({ bytes: expect.anything(), cuts: [0], variant: 9 });
    expect(latin1(found.fuzzCase.bytes)).toBe("NEEDLE");
  });

  test("has plain bytes where others are not needed", async () => {
    const fuzzCase: FuzzCase = { bytes: fromLatin1("\0\x01\xff"), cuts: [], variant: 0 };
    const target: Target = {
      ...holding(/x/),
      check: ({ bytes }) => (bytes.length > 1 ? wrong("long") : undefined),
    };
    const found = await minimise(target, { fuzzCase, fault: wrong("long") });
    expect(latin1(found.fuzzCase.bytes)).toBe("aa");
  });

  test("is not made into one with another kind of fault", async () => {
    const target: Target = {
      ...holding(/x/),
      check({ bytes }) {
        if (bytes.length < 5) throw new Error("short");
        return wrong("long");
      },
    };
    const fuzzCase: FuzzCase = { bytes: fromLatin1("0123456789"), cuts: [], variant: 0 };
    const found = await minimise(target, { fuzzCase, fault: wrong("long") });
    expect(found.fuzzCase.bytes.length).toBe(5);
  });
});

describe("the cases of every target", () => {
  afterAll(() => {
    for (const target of TARGETS) target.cleanUp?.();
  });

  for (const target of TARGETS) {
    test(`${target.name}: are the same by the same seed, others by another, and all is well with them`, async () => {
      const [one, same, other] = [casesOf(target, 5), casesOf(target, 5), casesOf(target, 6)];
      let differing = 0;
      for (let count = 0; count < 300; count++) {
        const fuzzCase = one.next();
        expect(same.next()).toEqual(fuzzCase);
        if (!Bun.deepEquals(other.next(), fuzzCase)) differing++;
        expect(fuzzCase.cuts.toSorted((a, b) => a - b)).toEqual([...fuzzCase.cuts]);
        expect(Math.max(0, ...fuzzCase.cuts)).toBeLessThanOrEqual(fuzzCase.bytes.length);
        expect(await faultOf(target, fuzzCase)).toBeUndefined();
      }
      expect(differing).toBeGreaterThan(250);
    });
  }
});

test("random numbers are the same on every machine, and spread", () => {
  const random = new Random("a seed");
  expect([random.next(), random.next(), random.next()]).toEqual([1277673495, 2523959311, 1375953802]);
  const counts = new Array<number>(8).fill(0);
  for (let count = 0; count < 8000; count++) counts[random.below(8)]!++;
  for (const count of counts) expect(count).toBeWithin(850, 1150);
});

describe("a report", () => {
  const tallies: readonly Tally[] = [
    { name: "head", ms: 2000, cases: 200_000, throws: 0, splits: 1, wrongs: 0 },
    { name: "chunked", ms: 1000, cases: 50_000, throws: 2, splits: 0, wrongs: 3 },
  ];

  test("has a row a target and one for all", () => {
    expect(summaryText(tallies).split("\n")).toEqual([
      "target     cases  cases/s  throws  split disagreements  wrong outcomes",
      "head     200,000  100,000       0                    1               0",
      "chunked   50,000   50,000       2                    0               3",
      "all      250,000   83,333       2                    1               3",
    ]);
  });

  test("says how far it is in a line each ten seconds where there is no terminal", () => {
    let written = "";
    const progress = new Progress(60, { isTTY: false, write: (text) => (written += text) });
    for (const ms of [0, 9_999, 10_000, 19_000, 20_500]) progress.show(ms, tallies);
    progress.clear();
    expect(written).toBe("10 of 60 s, 250,000 cases, 2 failures\n20 of 60 s, 250,000 cases, 2 failures\n");
  });

  test("redraws one line each second on a terminal, and takes it away", () => {
    let written = "";
    const progress = new Progress(60, { isTTY: true, write: (text) => (written += text) });
    for (const ms of [500, 1000, 1900]) progress.show(ms, tallies);
    progress.clear();
    expect(written).toBe("\r\x1b[2K1 of 60 s, 250,000 cases, 2 failures\r\x1b[2K");
  });
});
