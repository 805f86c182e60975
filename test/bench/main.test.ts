import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BENCHES } from "../../bench/micro/main.ts";
import { git } from "../../bench/throughput/repository.ts";
import { noHistory } from "../support/history.ts";
import { describeWith, titleWithReason } from "../support/programs.ts";

/** A whole case takes seconds, more on a busy machine: servers are warmed up by the CPU time that they got. */
const CASE_TIMEOUT_MS = 60_000;

const BENCH = join(import.meta.dirname, "../../bench");
const MAIN = join(BENCH, "throughput/main.ts");
const COMPARE = join(BENCH, "compare.ts");
const LEAK = join(BENCH, "leak.ts");
const SIEGE = join(BENCH, "siege.ts");
const MICRO = join(BENCH, "micro/main.ts");

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(path: string, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  await using child = Bun.spawn([process.execPath, path, ...args], {
    env: { ...process.env, ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [code, stdout, stderr] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, stdout, stderr };
}

test("--help prints every option", async () => {
  const { code, stdout } = await run(MAIN, ["--help"]);
  expect(code).toBe(0);
  for (const option of ["--only", "--all", "--peers", "--seconds", "--rounds", "--json"])
    expect(stdout).toContain(option);
});

test.each([
  ["main.ts", MAIN],
  ["compare.ts", COMPARE],
  ["leak.ts", LEAK],
  ["siege.ts", SIEGE],
  ["micro/main.ts", MICRO],
])("%s --help prints its usage, and no empty line after it", async (_, path) => {
  const { code, stdout } = await run(path, ["--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: bun run bench[\s\S]*\S\n$/);
});

test("--help names every micro bench", async () => {
  const { code, stdout } = await run(MICRO, ["--help"]);
  expect(code).toBe(0);
  for (const name of BENCHES) expect(stdout).toContain(name);
});

test.each([
  ["main.ts", MAIN, ["--only", "nothing"], 'No such case: "nothing"'],
  ["main.ts", MAIN, ["--json", BENCH], `Cannot write the result to "${BENCH}": `],
  ["main.ts", MAIN, ["--json", "/nowhere/out.json"], 'Cannot write the result to "/nowhere/out.json": '],
  ["leak.ts", LEAK, ["--peer", "nobody"], "--peer takes basehttp or bun-serve"],
  ["leak.ts", LEAK, ["--nothing"], "--nothing"],
  ["siege.ts", SIEGE, ["--rounds", "none"], '--rounds takes a whole number from 1 to 9999, not "none"'],
  ["siege.ts", SIEGE, ["--nothing"], "--nothing"],
  ["compare.ts", COMPARE, [], "--baseline is missing"],
  ["compare.ts", COMPARE, ["--baseline", "HEAD", "--only", "idle"], 'No such case: "idle"'],
  ["micro/main.ts", MICRO, ["http-date", "mimes"], 'No such bench: "mimes"; there are head-parser, '],
  ["micro/main.ts", MICRO, ["--fast"], "--fast"],
])("%s refuses a wrong argument in one line on stderr", async (_, path, args, message) => {
  const { code, stdout, stderr } = await run(path, args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});

test("without wrk one line says how to install it", async () => {
  expect(await run(MAIN, [], { PATH: "/nowhere" })).toEqual({
    code: 2,
    stdout: "",
    stderr: "The bench needs wrk, which is not installed: apt-get install wrk, or dnf install wrk\n",
  });
});

describeWith(["wrk"], "with wrk installed", () => {
  test("a bench that would measure nothing is refused, and leaves no result behind", async () => {
    const folder = mkdtempSync(join(tmpdir(), "basehttp-test-"));
    const args = ["--only", "hello", "--peers", "python-http10", "--json", join(folder, "out.json")];
    expect(await run(MAIN, args)).toEqual({
      code: 2,
      stdout: "hello is left out: none of the chosen servers takes part in it\n",
      stderr: "Nothing to measure: none of the chosen servers takes part in the chosen cases\n",
    });
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  test("a comparison without a repository is refused with what git says", async () => {
    const { code, stderr } = await run(COMPARE, ["--baseline", "HEAD"], { GIT_DIR: "/nowhere" });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `Cannot look for "HEAD": not a git repository: '/nowhere'\n`,
    });
  });

  test(
    "a case runs whole and its result is written as JSON, with nothing left behind",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "basehttp-test-"));
      const json = join(folder, "out.json");
      const args = [
        "--only",
        "echo",
        "--peers",
        "bun-serve",
        "--seconds",
        "1",
        "--rounds",
        "1",
        "--json",
        json,
      ];
      const { code, stdout } = await run(MAIN, args, { TMPDIR: folder });
      expect(code).toBe(0);
      expect(stdout).toContain("| Bun.serve, fetch |");
      const { cases } = await Bun.file(json).json();
      expect(cases).toHaveLength(1);
      expect(cases[0]).toMatchObject({
        kind: "throughput",
        name: "echo",
        rows: [{ title: "Bun.serve, fetch" }],
      });
      expect(cases[0].rows[0].samples).toHaveLength(1);
      expect(readdirSync(folder)).toEqual(["out.json"]);
      rmSync(folder, { recursive: true });
    },
    CASE_TIMEOUT_MS,
  );

  test(
    "SIGINT ends a bench with code 130 and leaves nothing behind",
    async () => {
      await interrupt(MAIN, ["--only", "echo", "--peers", "bun-serve"]);
    },
    CASE_TIMEOUT_MS,
  );

  test.skipIf(noHistory !== undefined)(
    titleWithReason("SIGINT ends a comparison with code 130 and leaves nothing behind", noHistory),
    async () => {
      await interrupt(COMPARE, ["--only", "echo", "--baseline", "HEAD"]);
      expect(git("worktree", "list")).not.toContain("basehttp-test-");
    },
    CASE_TIMEOUT_MS,
  );
});

/** Interrupts a command as soon as it has begun, and again while it unwinds, as Ctrl-C on `bun run` does. */
async function interrupt(path: string, ownArgs: string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "basehttp-test-"));
  const args = [...ownArgs, "--seconds", "60", "--rounds", "1"];
  await using child = Bun.spawn([process.execPath, path, ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdout: "pipe",
    stderr: "pipe",
  });
  await child.stdout.getReader().read();
  const timer = setInterval(() => child.kill("SIGINT"), 5);
  expect(await child.exited).toBe(130);
  clearInterval(timer);
  expect(await child.stderr.text()).toBe("Interrupted\n");
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
}
