import { expect, test } from "bun:test";
import { sortedIndexes } from "../../../src/files/listing/order.ts";

const ENTRIES = {
  sizes: new Float64Array([5, -1, 2 ** 40, 5, 0]),
  mtimes: new Float64Array([3999, 1500, Number.NaN, -200, 3001]),
};

const CASES: [key: "name" | "size" | "date", isDescending: boolean, places: number[] | undefined][] = [
  ["name", false, undefined],
  ["name", true, [4, 3, 2, 1, 0]],
  ["size", false, [1, 4, 0, 3, 2]],
  ["size", true, [2, 3, 0, 4, 1]],
  ["date", false, [2, 3, 1, 0, 4]],
  ["date", true, [4, 0, 1, 3, 2]],
];

test.each(CASES)("entries by %s, descending: %p", (key, isDescending, places) => {
  const indexes = sortedIndexes({ key, isDescending }, ENTRIES);
  expect(indexes === undefined ? undefined : [...indexes]).toEqual(places);
});
