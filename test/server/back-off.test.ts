import { expect, test } from "bun:test";
import { BackOff } from "../../src/server/back-off.ts";

/** The seconds to wait after each of several deaths, of loops that had served for so long. */
function delays(...served: number[]): number[] {
  const backOff = new BackOff();
  return served.map((seconds) => backOff.died(seconds));
}

test("a loop that dies is replaced at once, and its replacements ever later", () => {
  expect(delays(0, 0, 0, 0, 0)).toEqual([0, 0.5, 1, 2, 4]);
});

test("no replacement is waited for longer than half a minute", () => {
  expect(delays(...new Array<number>(50).fill(0)).at(-1)).toBe(30);
});

test("one that has served for a while is replaced at once again", () => {
  expect(delays(0, 0, 9.9, 10, 0)).toEqual([0, 0.5, 1, 0, 0.5]);
});
