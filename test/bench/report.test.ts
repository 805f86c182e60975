import { expect, test } from "bun:test";
import { describeCase, describeRun } from "../../bench/throughput/report.ts";
import type { ThroughputSample } from "../../bench/throughput/result.ts";

test("describeRun() says where, when and with what", () => {
  const environment = {
    date: "2026-11-23T07:51:31.685Z",
    commit: "0123456",
    cpu: "2 x A CPU",
    kernel: "6.18",
    loadAverage: 0.25,
    versions: { bun: "1.4.5", node: "v20.20.2" },
  };
  expect(describeRun({ environment, seconds: 3, rounds: 5 })).toBe(
    [
      "2026-11-23, commit 0123456, 2 x A CPU, Linux 6.18, bun 1.4.5, node v20.20.2.",
      "Load average before the start: 0.25.",
      "5 rounds of 3 s each; medians, and in parentheses the least and the most of all rounds.",
      "Requests per second of the server's CPU time, user and system.",
    ].join("\n"),
  );
});

test("describeCase() compares the subject with each rival round by round, and with its goal", () => {
  const result = describeCase({
    kind: "throughput",
    name: "hello",
    title: "Hello",
    rows: [
      { peer: "basehttp", title: "basehttp", samples: [sample(300_000), sample(150_000)] },
      { peer: "bun-serve", title: "Bun.serve", samples: [sample(200_000), sample(120_000)], goal: 1.3 },
      { peer: "node-http", title: "node:http", samples: [sample(15_000), sample(10_000)], goal: 25 },
    ],
  });
  expect(result).toBe(`## hello: Hello

| server    |       requests per CPU s | user us each | system us each | busy |       basehttp is |        goal |
| --------- | -----------------------: | -----------: | -------------: | ---: | ----------------: | ----------: |
| basehttp  | 112,500 (75,000-150,000) |         2.50 |           7.50 | 80 % |                   |             |
| Bun.serve |  80,000 (60,000-100,000) |         3.33 |          10.00 | 80 % | 1.38x (1.25-1.50) |   1.3x: met |
| node:http |      6,250 (5,000-7,500) |        41.67 |         125.00 | 80 % | 17.5x (15.0-20.0) | 25x: missed |
`);
});

test("describeCase() judges memory by the subject's goal", () => {
  const result = describeCase({
    kind: "idle memory",
    name: "idle",
    title: "Idle",
    connections: 9000,
    rows: [
      { peer: "basehttp", title: "basehttp", bytesPerConnection: [2000, 2300, 2400], goalBytes: 2200 },
      { peer: "bun-serve", title: "Bun.serve", bytesPerConnection: [1500] },
    ],
  });
  expect(result).toBe(`## idle: Idle

| server    | bytes per connection, 9,000 open |          goal |
| --------- | -------------------------------: | ------------: |
| basehttp  |              2,300 (2,000-2,400) | 2,200: missed |
| Bun.serve |              1,500 (1,500-1,500) |               |
`);
});

test("describeCase() says why there are no figures", () => {
  const result = describeCase({ kind: "void", name: "hello", title: "Hello", reason: "errors: 3 status" });
  expect(result).toBe("## hello: Hello\n\nNo figures: errors: 3 status\n");
});

/** So many requests in two seconds of CPU time and two and a half on the wall. */
function sample(requests: number): ThroughputSample {
  return { requests, wallMs: 2500, userMs: 500, systemMs: 1500, peakBytes: 50 * 1024 * 1024 };
}
