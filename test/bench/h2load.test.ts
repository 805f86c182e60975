import { expect, test } from "bun:test";
import { rateShortfall, readLog, runH2load } from "../../bench/throughput/h2load.ts";
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

test.each([
  [100, undefined],
  [103, undefined],
  [98, undefined],
  [97, "97 of 100 requests were answered in time"],
  [0, "0 of 100 requests were answered in time"],
])("rateShortfall() of %d requests where 100 were wanted is %p", (requests, expected) => {
  expect(rateShortfall({ requests, p50Us: 1, p99Us: 1 }, 100)).toBe(expected);
});

describeWith(["h2load"], "with h2load installed", () => {
  test("runH2load() posts a file", async () => {
    const methods = new Set<string>();
    using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch({ method, headers }) {
        methods.add(`${method} ${headers.get("Content-Length")}`);
        return new Response("yes");
      },
    });
    using setup = new Setup(new AbortController().signal);
    const postPath = setup.newPath();
    await Bun.write(postPath, "the body");
    const files = { logPath: setup.newPath(), postPath };
    const rate = { port: server.port ?? 0, connections: 2, seconds: 1, requestsPerSecond: 100 };
    const { requests } = await runH2load({ ...setup.clientOptions(), ...files, ...rate });
    expect(requests).toBeGreaterThan(0);
    expect([...methods]).toEqual(["POST 8"]);
  });
});
