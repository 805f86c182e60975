import { expect, test } from "bun:test";
import type { IdleMemoryCase, ThroughputCase } from "../../bench/throughput/cases.ts";
import { HELLO_LOAD } from "../../bench/throughput/cases.ts";
import { peersOf, selectCases } from "../../bench/throughput/select.ts";

const HELLO: ThroughputCase = {
  kind: "throughput",
  name: "hello",
  title: "Hello",
  load: () => HELLO_LOAD,
  subject: { peer: "basehttp", app: "hello" },
  rivals: [
    { peer: "bun-serve", app: "hello", goal: 1.25 },
    { peer: "bun-listen", goal: 0.92 },
  ],
};
const IDLE: IdleMemoryCase = {
  kind: "idle memory",
  name: "idle",
  title: "Idle",
  connections: 9,
  subject: { peer: "basehttp", app: "hello", goalBytes: 2200 },
  rivals: [{ peer: "bun-serve", app: "hello" }],
};
const ALL_PEERS = ["basehttp", "bun-serve", "bun-listen"];

test("selectCases() keeps everything that is wanted and installed", () => {
  expect(selectCases([HELLO, IDLE], ["hello", "idle"], ALL_PEERS)).toEqual({
    cases: [HELLO, IDLE],
    missing: [],
  });
});

test("selectCases() drops cases that are not wanted", () => {
  expect(selectCases([HELLO, IDLE], ["idle"], ALL_PEERS).cases).toEqual([IDLE]);
});

test("selectCases() drops rivals that are not wanted", () => {
  const { cases } = selectCases([HELLO], ["hello"], ["basehttp", "bun-listen"]);
  expect(cases).toEqual([{ ...HELLO, rivals: [{ peer: "bun-listen", goal: 0.92 }] }]);
});

test("selectCases() lets a rival stand in for a subject that is not wanted, without the subject's goals", () => {
  const { cases } = selectCases([HELLO, IDLE], ["hello", "idle"], ["bun-serve", "bun-listen"]);
  expect(cases).toEqual([
    { ...HELLO, subject: { peer: "bun-serve", app: "hello" }, rivals: [{ peer: "bun-listen" }] },
    { ...IDLE, subject: { peer: "bun-serve", app: "hello" }, rivals: [] },
  ]);
});

test("selectCases() drops a case without anybody left", () => {
  expect(selectCases([HELLO], ["hello"], ["node-http"]).cases).toEqual([]);
});

test("peersOf() lists the subject and its rivals", () => {
  expect(peersOf(HELLO)).toEqual(["basehttp", "bun-serve", "bun-listen"]);
});
