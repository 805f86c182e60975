import { expect, test } from "bun:test";
import { progressBar } from "../../bench/throughput/progress.ts";

test.each([
  ["at first, when nothing is known of the time", 0, 0, "[........................] 0 %"],
  ["on the way", 5, 100_000, "[############............] 50 %, 2 min left"],
  ["near the end", 9, 45_000, "[######################..] 90 %, 5 s left"],
])("progressBar() %s", (_, done, elapsedMs, expected) => {
  expect(progressBar(done, 10, elapsedMs)).toBe(expected);
});
