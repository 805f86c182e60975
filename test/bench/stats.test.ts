import { expect, test } from "bun:test";
import { percentile, ratioSpread, spread } from "../../bench/throughput/stats.ts";

test("spread() finds the median of an odd and of an even number of values, in any order", () => {
  expect(spread([30, 10, 20])).toEqual({ median: 20, least: 10, most: 30 });
  expect(spread([40, 10, 30, 20])).toEqual({ median: 25, least: 10, most: 40 });
});

test("spread() sorts numbers as numbers", () => {
  expect(spread([9, 10, 100])).toEqual({ median: 10, least: 9, most: 100 });
});

test("spread() of nothing is not a number", () => {
  expect(spread([])).toEqual({ median: Number.NaN, least: Number.NaN, most: Number.NaN });
});

test("ratioSpread() compares within each round, so that a slow round cancels out", () => {
  expect(ratioSpread([200, 20, 200], [100, 10, 100])).toEqual({ median: 2, least: 2, most: 2 });
});

test("ratioSpread() leaves out rounds that only one side has", () => {
  expect(ratioSpread([6, 8, 100], [3, 2])).toEqual({ median: 3, least: 2, most: 4 });
});

test("percentile() is a value of which it can be said that so many are no greater", () => {
  const values = Array.from({ length: 200 }, (_, index) => index + 1);
  expect(percentile(values, 0.99)).toBe(198);
  expect(percentile(values, 0.5)).toBe(100);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.99)).toBe(Number.NaN);
});
