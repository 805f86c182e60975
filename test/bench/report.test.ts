import { expect, test } from "bun:test";
import type { PeerName } from "../../bench/throughput/peers.ts";
import { describeCase, describeRun } from "../../bench/throughput/report.ts";
import type { LatencySample } from "../../bench/throughput/result.ts";
import { resultOf, sample } from "./fixtures/result.ts";

test("describeRun() says where, when and with what", () => {
  const environment = {
    date: "2026-11-23T07:51:31.685Z",
    commit: "0123456",
    cpu: "2 x A CPU",
    kernel: "6.18.44",
    loadAverage: 0.25,
    versions: {
      bun: "1.4.5",
      node: "20.20.2",
      python3: "3.12.3",
      nginx: "1.26.3",
      other: "unknown",
    },
  };
  expect(describeRun({ environment, seconds: 3, rounds: 5 })).toBe(
    [
      "2026-11-23, commit 0123456, 2 x A CPU, Linux 6.18.44, bun 1.4.5, node 20.20.2, python3 3.12.3, nginx 1.26.3, other unknown.",
      "Load average before the start: 0.25.",
      "5 rounds of 3 s each; medians, and in parentheses the least and the most of all rounds.",
      "req/CPU s: requests per second of the server's CPU time, user and system; user us and sys us: for each request.",
      "req/s: by the clock. busy: CPU time by the clock. peak MiB: the most resident memory.",
    ].join("\n"),
  );
});

test("describeRun() tells one round from several", () => {
  const { environment } = resultOf();
  expect(describeRun({ environment, seconds: 1, rounds: 1 })).toContain("\n1 round of 1 s each; ");
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

| server    |                req/CPU s |  req/s | user us | sys us | busy | peak MiB |       basehttp is |        goal |
| --------- | -----------------------: | -----: | ------: | -----: | ---: | -------: | ----------------: | ----------: |
| basehttp  | 112,500 (75,000-150,000) | 90,000 |    2.50 |   7.50 | 80 % |     50.0 |                   |             |
| Bun.serve |  80,000 (60,000-100,000) | 64,000 |    3.33 |   10.0 | 80 % |     50.0 | 1.38x (1.25-1.50) |   1.3x: met |
| node:http |      6,250 (5,000-7,500) |  5,000 |    41.7 |    125 | 80 % |     50.0 | 17.5x (15.0-20.0) | 25x: missed |
`);
});

test("describeCase() holds no rival to its goal when the subject did not take part", () => {
  const result = describeCase({
    kind: "throughput",
    name: "hello",
    title: "Hello",
    rows: [
      { peer: "bun-serve", title: "Bun.serve", samples: [sample(30_000)], goal: 1.3 },
      { peer: "node-http", title: "node:http", samples: [sample(15_000)], goal: 2 },
    ],
  });
  expect(result).toContain("|      Bun.serve is |\n");
  expect(result).toContain("| 2.00x (2.00-2.00) |\n");
});

test("describeCase() judges a ratio as it shows it", () => {
  const result = describeCase({
    kind: "throughput",
    name: "hello",
    title: "Hello",
    rows: [
      { peer: "basehttp", title: "basehttp", samples: [sample(95_600)] },
      { peer: "bun-serve", title: "Bun.serve", samples: [sample(100_000)], goal: 0.96 },
      { peer: "bun-listen", title: "Bun.listen", samples: [sample(100_200)], goal: 0.96 },
    ],
  });
  expect(result).toContain("| 0.96x (0.96-0.96) |    0.96x: met |\n");
  expect(result).toContain("| 0.95x (0.95-0.95) | 0.96x: missed |\n");
});

test("describeCase() writes few requests with a fraction, and long times without", () => {
  const rows = [{ peer: "basehttp", title: "basehttp", samples: [sample(81)] }] as const;
  expect(describeCase({ kind: "throughput", name: "upload", title: "Upload", rows })).toContain(
    "| basehttp | 40.5 (40.5-40.5) |  32.4 |   6,173 | 18,519 | 80 % |",
  );
});

test("describeCase() compares latency at the 99th percentile, where less is better", () => {
  const result = describeCase({
    kind: "latency",
    name: "latency",
    title: "Latency",
    rows: [
      { peer: "basehttp", title: "basehttp", samples: [latency(300), latency(450)] },
      { peer: "bun-serve", title: "Bun.serve", samples: [latency(400), latency(500)], goal: 1 },
      { peer: "nginx" as PeerName, title: "nginx", samples: [latency(200), latency(250)], goal: 1.5 },
    ],
  });
  expect(result).toBe(`## latency: Latency

| server    |                  req/s |        p50 us |        p99 us | p99 of basehttp is |                 goal |
| --------- | ---------------------: | ------------: | ------------: | -----------------: | -------------------: |
| basehttp  | 20,000 (20,000-20,000) |   94 (75-113) | 375 (300-450) |                    |                      |
| Bun.serve | 20,000 (20,000-20,000) | 113 (100-125) | 450 (400-500) |  0.82x (0.75-0.90) |      1x or less: met |
| nginx     | 20,000 (20,000-20,000) |    56 (50-63) | 225 (200-250) |  1.65x (1.50-1.80) | 1.5x or less: missed |
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

| server    | bytes per connection, 9,000 open |                  goal |
| --------- | -------------------------------: | --------------------: |
| basehttp  |              2,300 (2,000-2,400) | 2,200 or less: missed |
| Bun.serve |              1,500 (1,500-1,500) |                       |
`);
});

test("describeCase() writes titles and reasons as it is told to", () => {
  const rows = [{ peer: "basehttp", title: "a", samples: [sample(1)] }] as const;
  const loud = (text: string): string => text.toUpperCase();
  expect(describeCase({ kind: "throughput", name: "n", title: "t", rows }, loud)).toMatch(
    /^## N: T\n.*\n\| A /s,
  );
  expect(describeCase({ kind: "void", name: "n", title: "t", reason: "why" }, loud)).toBe(
    "## N: T\n\nNo figures: WHY\n",
  );
});

test("describeCase() says why there are no figures", () => {
  const result = describeCase({ kind: "void", name: "hello", title: "Hello", reason: "errors: 3 status" });
  expect(result).toBe("## hello: Hello\n\nNo figures: errors: 3 status\n");
});

/** So many microseconds for the slowest of a hundred requests, and a quarter of it for half of them. */
function latency(p99Us: number): LatencySample {
  return { requestsPerSecond: 20_000, p50Us: p99Us / 4, p99Us };
}
