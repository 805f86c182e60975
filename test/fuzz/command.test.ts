/** `bun run fuzz` as it is called. */

import { describe, expect, test } from "bun:test";
import { Refusal } from "../../bench/throughput/command.ts";
import { Tree } from "../support/tree.ts";
import { readFailure } from "./failure-file.ts";
import { parseOptions, USAGE } from "./options.ts";
import { latin1 } from "./target.ts";
import { TARGETS } from "./targets.ts";

const MAIN = `${import.meta.dir}/main.ts`;

interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

function fuzz(tree: Tree, ...args: string[]): Promise<Outcome> {
  return run(tree, MAIN, ...args);
}

async function run(tree: Tree, program: string, ...args: string[]): Promise<Outcome> {
  await using child = Bun.spawn([process.execPath, program, ...args], {
    cwd: tree.root,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { exitCode: await child.exited, out, err };
}

describe("the options of the fuzzer", () => {
  test("are a minute, every target and a new seed unless told otherwise", () => {
    const { seed, ...rest } = parseOptions([]);
    expect(rest).toEqual({
      help: false,
      seconds: 60,
      only: TARGETS.map(({ name }) => name),
      replay: undefined,
    });
    expect(seed).toBeWithin(0, 2 ** 32);
  });

  test("are read", () => {
    expect(parseOptions("--seconds 5 --seed 0 --only head,path --replay a.json".split(" "))).toEqual({
      help: false,
      seconds: 5,
      seed: 0,
      only: ["head", "path"],
      replay: "a.json",
    });
  });

  test.each([
    ["--seconds 0", '--seconds takes a whole number from 1 to 86400, not "0"'],
    ["--seconds 1.5", '--seconds takes a whole number from 1 to 86400, not "1.5"'],
    ["--seed -", '--seed takes a whole number from 0 to 4294967295, not "-"'],
    ["--seed 4294967296", '--seed takes a whole number from 0 to 4294967295, not "4294967296"'],
    ["--only heads", `No such target: "heads"; there are ${TARGETS.map(({ name }) => name).join(", ")}`],
  ])("%s is refused in one line", (args, message) => {
    expect(() => parseOptions(args.split(" "))).toThrow(new Refusal(message));
  });
});

describe("bun run fuzz", () => {
  test("says its seed, runs, sums up and is content", async () => {
    using tree = new Tree();
    const { exitCode, out } = await fuzz(tree, "--seconds", "1", "--seed", "5", "--only", "head,connection");
    expect(out).toStartWith("Seed 5: bun run fuzz --seed 5 --seconds 1\n");
    expect(out).toMatch(/\nhead +[0-9,]+ +[0-9,]+ +0 +0 +0\nconnection +[0-9,]+ +[0-9,]+ +0 +0 +0\nall /);
    expect(exitCode).toBe(0);
  });

  test("prints its usage", async () => {
    using tree = new Tree();
    expect(await fuzz(tree, "--help")).toEqual({ exitCode: 0, out: `${USAGE}\n`, err: "" });
  });

  test("ends with its summary when it is interrupted", async () => {
    await using child = Bun.spawn([process.execPath, MAIN, "--seconds", "3600", "--only", "date"], {
      stdout: "pipe",
    });
    let out = "";
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
      if (out === "") child.kill("SIGINT");
      out += piece;
    }
    expect(out).toMatch(/\nInterrupted after \d+ s\ntarget .*\ndate .*\nall /);
    expect(await child.exited).toBe(0);
  });

  test("writes the case that does not come to its end, and is killed", async () => {
    using tree = new Tree();
    const { exitCode, out } = await run(tree, `${import.meta.dir}/fixtures/hanging.ts`);
    expect(exitCode).not.toBe(0);
    expect(out).toMatch(/^FAILED hanging \(hang\), case \d+.*\n.*for ever/);
    const path = /--replay (.*)\n/.exec(out)![1]!;
    expect(latin1(readFailure(tree.path(path)).fuzzCase.bytes)).toContain("for ever");
  });

  test("runs one case again", async () => {
    using tree = new Tree({
      "good.json": '{ "target": "chunked", "text": "0\\r\\n\\r\\n", "cuts": [2], "variant": 0 }',
    });
    expect(await fuzz(tree, "--replay", "good.json")).toMatchObject({
      exitCode: 0,
      out: "chunked: all is well now\n",
    });
  });

  test.each([
    ["no file", "none.json", "ENOENT: no such file or directory"],
    ["no JSON", "text", "JSON Parse error"],
    ["no case", "no-case.json", '"no-case.json" does not hold a case: target, text, cuts and variant'],
    ["no such cut", "cut.json", '"cut.json" does not hold a case: target, text, cuts and variant'],
    ["no such target", "target.json", '"target.json": there is no target "heads"'],
    ["null", "null.json", '"null.json" does not hold a case: target, text, cuts and variant'],
  ])("refuses to replay %s, in one line", async (_what, name, message) => {
    using tree = new Tree({
      text: "text",
      "no-case.json": '{ "target": "head" }',
      "cut.json": '{ "target": "head", "text": "ab", "cuts": [3], "variant": 0 }',
      "target.json": '{ "target": "heads", "text": "ab", "cuts": [1], "variant": 0 }',
      "null.json": "null",
    });
    const { exitCode, out, err } = await fuzz(tree, "--replay", name);
    expect([exitCode, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(err.trimEnd()).not.toContain("\n");
  });
});
