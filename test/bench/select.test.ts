import { expect, test } from "bun:test";
import type { IdleMemoryCase, LatencyCase, ThroughputCase } from "../../bench/throughput/cases/case.ts";
import { HELLO_LOAD } from "../../bench/throughput/cases/loads.ts";
import { peersOf, programsOf, selectCases } from "../../bench/throughput/select.ts";

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
const LATENCY: LatencyCase = {
  kind: "latency",
  name: "latency",
  title: "Latency",
  load: () => HELLO_LOAD,
  pacemaker: { peer: "bun-serve", app: "hello" },
  subject: { peer: "basehttp", app: "hello" },
  rivals: [{ peer: "nginx" }],
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

test("selectCases() drops a case without anybody left, and names it", () => {
  expect(selectCases([HELLO, LATENCY], ["hello", "latency"], ["nginx"], () => true)).toEqual({
    cases: [{ ...LATENCY, subject: { peer: "nginx" }, rivals: [] }],
    missing: ["hello is left out: none of the chosen servers takes part in it"],
  });
});

test("selectCases() names a case whose servers are not installed after them", () => {
  expect(selectCases([LATENCY], ["latency"], ["nginx"], (name) => name !== "nginx")).toEqual({
    cases: [],
    missing: [
      "nginx is left out: nginx is not installed (apt-get install nginx-light)",
      "latency is left out: none of the chosen servers takes part in it",
    ],
  });
});

test("peersOf() lists the subject and its rivals", () => {
  expect(peersOf(HELLO)).toEqual(["basehttp", "bun-serve", "bun-listen"]);
});

test("selectCases() names a server that is not installed, with its package, and goes on without it", () => {
  const selected = selectCases([LATENCY], ["latency"], ["basehttp", "nginx"], (name) => name !== "nginx");
  expect(selected).toEqual({
    cases: [{ ...LATENCY, rivals: [] }],
    missing: ["nginx is left out: nginx is not installed (apt-get install nginx-light)"],
  });
});

test("selectCases() names a case whose client is not installed, and nobody who would have been in it", () => {
  const selected = selectCases([HELLO, LATENCY], ["latency"], ALL_PEERS, (name) => name === "bun");
  expect(selected).toEqual({
    cases: [],
    missing: ["latency is left out: h2load is not installed (apt-get install nghttp2-client)"],
  });
});

test("programsOf() lists servers and clients", () => {
  expect(new Set(programsOf(LATENCY))).toEqual(new Set(["bun", "nginx", "wrk", "h2load"]));
  expect(new Set(programsOf(HELLO))).toEqual(new Set(["bun", "wrk"]));
});
