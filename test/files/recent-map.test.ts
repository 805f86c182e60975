import { expect, test } from "bun:test";
import { RecentMap } from "../../src/files/recent-map.ts";

test("a full RecentMap forgets what was asked for longest ago", () => {
  const map = new RecentMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect([map.get("a"), map.get("b"), map.get("c"), map.size]).toEqual([1, undefined, 3, 2]);
});

test("a value in place of another makes no room", () => {
  const map = new RecentMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("b", 3);
  expect([map.get("a"), map.get("b"), map.size]).toEqual([1, 3, 2]);
});
