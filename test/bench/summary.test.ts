import { expect, test } from "bun:test";
import { summary } from "../../bench/publish/summary.ts";
import { MIXED, resultOf, row, SUBJECT, throughputCase, VOID } from "./fixtures/result.ts";

const PLACES = { light: "light.svg", dark: "dark.svg", tables: "results.md" };

test("summary() says what was measured, shows it, and links to the rest", () => {
  expect(summary(MIXED, PLACES)).toBe(`\
Measured: 2026-11-23, commit 0123456, 2 x A CPU, Linux 6.18, bun 1.4.5, nginx 1.26.3; load average 0.25 before the start;
2 rounds of 3 s, in each of which every server ran in turn, as a fresh process.
A cell is basehttp's requests per second of server CPU time as a multiple of the rival's, the median of the rounds:
above 1x basehttp is ahead, below 1x it is behind. Where a rival ran in several ways, its best counts.

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="dark.svg">
  <img src="light.svg" width="600" alt="Bar chart: requests per second of server CPU time of basehttp and its rivals, case by case; the table below has the figures">
</picture>

| basehttp against | Bun.serve, fetch | Bun.serve, routes | nginx | bare socket |
| ---------------- | ---------------: | ----------------: | ----: | ----------: |
| Hello, World     |            1.63x |             1.13x |       |       0.80x |
| Another case     |                  |                   | 0.25x |             |

- Peak memory in "Hello, World", in MiB: basehttp 50.0; Bun.serve, fetch 50.0; Bun.serve, static route 50.0; Bun.listen, fixed bytes 50.0.
- basehttp, log on: 0.80x of log off.
- No figures for "Upload": errors: 3 status.
- Latency: the p99 of basehttp is 0.75x that of Bun.serve. Less is better.
- Idle, in bytes, with 9,000 open: basehttp 2,200; Bun.serve 1,500.

[All figures](results.md): spreads, CPU time for each request, memory, and what was aimed at.`);
});

test("summary() counts the best of the ways in which a rival ran", () => {
  const rivals = [row("nginx", "nginx", 1000, 2000), row("nginx-cached", "nginx, file cache", 1600, 3200)];
  const text = summary(resultOf(throughputCase("file-1k", "File", SUBJECT, ...rivals)), PLACES);
  expect(text).toContain("| basehttp against | nginx |\n");
  expect(text).toContain("| File of 1 KiB    | 1.25x |\n");
});

test("summary() gives a rival that it does not know a column of its own, after the others", () => {
  const rivals = [row("caddy", "Caddy | 2", 1000, 1000), row("nginx", "nginx", 1000, 1000)];
  const text = summary(resultOf(throughputCase("x", "a | *b*\n<c>", SUBJECT, ...rivals)), PLACES);
  expect(text).toContain("| basehttp against | nginx | Caddy \\| 2 |\n");
  expect(text).toContain("| a \\| \\*b\\* \\<c>  | 3.00x |      3.00x |\n");
});

test.each([
  ["no case", resultOf(), undefined],
  ["a case without figures", resultOf(VOID), '- No figures for "Upload": errors: 3 status.'],
  ["the subject alone", resultOf(throughputCase("hello", "Hello", SUBJECT)), "- Peak memory"],
  ["a rival alone", resultOf(throughputCase("hello", "Hello", row("nginx", "nginx", 1))), "- Peak memory"],
])("summary() of a result with %s has no table", (_, result, remark) => {
  const text = summary(result, PLACES);
  expect(text).not.toContain("| ");
  expect(text).toContain(remark ?? "</picture>\n\n[All figures]");
});
