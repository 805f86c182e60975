import { describe, expect, test } from "bun:test";
import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { Baseline } from "../../bench/throughput/baseline.ts";
import { HELLO_LOAD } from "../../bench/throughput/cases/loads.ts";
import { Refusal } from "../../bench/throughput/command.ts";
import { probe } from "../../bench/throughput/probe.ts";
import { git } from "../../bench/throughput/repository.ts";
import { Server } from "../../bench/throughput/server.ts";
import { Setup } from "../../bench/throughput/setup.ts";
import { wrkDefaultRequest } from "../../bench/throughput/wrk.ts";
import { noHistory } from "../support/history.ts";
import { titleWithReason } from "../support/programs.ts";

describe.skipIf(noHistory !== undefined)(titleWithReason("Baseline.checkOut()", noHistory), () => {
  test("refuses what is no commit", () => {
    expect(() => Baseline.checkOut("--help", "/nowhere")).toThrow(new Refusal('No such commit: "--help"'));
  });

  test("refuses a folder that cannot be used, and says what git says", () => {
    const checkOut = (): unknown => Baseline.checkOut("HEAD", import.meta.dirname);
    expect(checkOut).toThrow(Refusal);
    expect(checkOut).toThrow(`out: '${import.meta.dirname}' already exists`);
  });
});

const TITLE =
  "a baseline is served from its own sources, by the bench of the working tree, and is gone afterwards";

test.skipIf(noHistory !== undefined)(titleWithReason(TITLE, noHistory), async () => {
  using setup = new Setup(new AbortController().signal);
  const tree = setup.newPath();
  {
    using baseline = Baseline.checkOut("HEAD", tree);
    expect(baseline.commit).toMatch(/^[0-9a-f]{7,}$/);
    expect(git("worktree", "list")).toContain(tree);
    expect(existsSync(join(tree, "bench/throughput/baseline.ts"))).toBeTrue();
    expect(lstatSync(join(tree, "src")).isSymbolicLink()).toBeFalse();

    const contender = { peer: "basehttp", app: "hello", tree } as const;
    await using server = await Server.start(contender, setup.serverOptions());
    await probe(server.port, { ...HELLO_LOAD, packets: [wrkDefaultRequest(server.port)] });
  }
  expect(git("worktree", "list")).not.toContain(tree);
  expect(existsSync(tree)).toBeFalse();
});
