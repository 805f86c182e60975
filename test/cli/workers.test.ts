/** `--workers`: several event loops, and one voice. */

import { describe, expect, test } from "bun:test";
import { truncateSync } from "node:fs";
import { titleWithReason } from "../support/programs.ts";
import { childrenOf } from "../support/threaded.ts";
import { Tree } from "../support/tree.ts";
import { runCommand, startCommand } from "./support/command.ts";
import { Download, untilRefused } from "./support/download.ts";

const LARGE_BYTES = 64 * 2 ** 20;
const TIMEOUT_MS = 60_000;
const REASON = process.platform === "linux" ? undefined : "Linux alone spreads connections over processes";

describe.skipIf(REASON !== undefined)(titleWithReason("basehttp --workers 2", REASON), () => {
  test(
    "says once where it listens, when its loops do, and once that it was interrupted",
    async () => {
      using tree = new Tree({ "a.txt": "a" });
      await using serving = await startCommand(["--workers", "2", "-q", "-d", tree.root]);
      const loops = childrenOf(serving.command.pid);
      expect(loops).toHaveLength(2);
      expect(await (await fetch(`${serving.url}a.txt`)).text()).toBe("a");
      // As a terminal sends it to the whole group.
      for (const pid of [...loops, serving.command.pid]) process.kill(pid, "SIGINT");
      const { exitCode, stdout } = await serving.command.outcome();
      expect([exitCode, stdout]).toEqual([0, "\nKeyboard interrupt received, exiting.\n"]);
    },
    TIMEOUT_MS,
  );

  test(
    "drains all loops after SIGTERM, whoever gets it",
    async () => {
      using tree = new Tree({ large: "" });
      truncateSync(tree.path("large"), LARGE_BYTES);
      await using serving = await startCommand(["--workers", "2", "-q", "-d", tree.root]);
      using one = await Download.begin(serving.port, "/large");
      using other = await Download.begin(serving.port, "/large");
      const { pid } = serving.command;
      for (const member of [pid, ...childrenOf(pid)]) process.kill(member, "SIGTERM");
      await untilRefused(serving.port);
      for (const download of [one, other]) expect(await download.finish()).toBeGreaterThan(LARGE_BYTES);
      const { exitCode, stdout } = await serving.command.outcome();
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    },
    TIMEOUT_MS,
  );

  test(
    "ends at once after a second signal, and leaves no loop behind",
    async () => {
      using tree = new Tree({ large: "" });
      truncateSync(tree.path("large"), LARGE_BYTES);
      await using serving = await startCommand(["--workers", "2", "-q", "-d", tree.root]);
      using _download = await Download.begin(serving.port, "/large");
      serving.command.kill("SIGTERM");
      await untilRefused(serving.port);
      serving.command.kill("SIGINT");
      // The streams end with the last of the loops.
      expect((await serving.command.outcome()).exitCode).toBe(130);
    },
    TIMEOUT_MS,
  );

  test(
    "logs the requests of all loops, a line each",
    async () => {
      using tree = new Tree({ "a.txt": "a" });
      await using serving = await startCommand(["--workers", "2", "-d", tree.root]);
      for (let asked = 0; asked < 10; asked++) {
        await (await fetch(`${serving.url}a.txt?${asked}`, { headers: { Connection: "close" } })).text();
      }
      serving.command.kill("SIGTERM");
      const { stderr } = await serving.command.outcome();
      const asked = Array.from(stderr.matchAll(/"GET \/a\.txt\?(\d) HTTP\/1\.1" 200/g), ([, at]) => at);
      expect(asked.sort()).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    },
    TIMEOUT_MS,
  );
});

test("a number of workers that is none ends basehttp with one line and status 2", async () => {
  expect(await runCommand(["--workers", "x"])).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      "basehttp: error: argument --workers: expected a number from 0 to 1024, not 'x' (see basehttp --help)\n",
  });
});
