import { expect, test } from "bun:test";
import { readLog, runH2load } from "../../bench/throughput/h2load.ts";
import { Setup } from "../../bench/throughput/setup.ts";
import { describeWith } from "../support/programs.ts";

test("readLog() finds percentiles of latency whatever the order", () => {
  const latencies = Array.from({ length: 100 }, (_, index) => 100 - index);
  const log = latencies.map((latency) => `1795629234032264\t200\t${latency}\n`).join("");
  expect(readLog(log)).toEqual({ requests: 100, p50Us: 50, p99Us: 99 });
});

test("readLog() voids a run with a wrong status", () => {
  expect(() => readLog("1\t200\t5\n2\t500\t5\n")).toThrow("The run is void: status 500");
});

describeWith(["h2load"], "with h2load installed", () => {
  async function run(fetch: (request: Request) => Response, requestsPerSecond: number) {
    using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
    using setup = new Setup(new AbortController().signal);
    const postPath = setup.newPath();
    await Bun.write(postPath, "the body");
    const files = { logPath: setup.newPath(), postPath };
    const rate = { port: server.port ?? 0, connections: 2, seconds: 1, requestsPerSecond };
    return await runH2load({ ...setup.clientOptions(), ...files, ...rate });
  }

  test("runH2load() posts a file at a rate", async () => {
    const methods = new Set<string>();
    const { requests } = await run((request) => {
      methods.add(`${request.method} ${request.headers.get("Content-Length")}`);
      return new Response("yes");
    }, 100);
    expect(requests).toBeWithin(98, 103);
    expect([...methods]).toEqual(["POST 8"]);
  });

  test("runH2load() voids a run that stays behind its rate", async () => {
    const slow = (): Response => {
      Bun.sleepSync(5);
      return new Response("yes");
    };
    await expect(run(slow, 10_000)).rejects.toThrow("of 10000 requests were answered in time");
  });
});
