import { expect, test } from "bun:test";
import { CASES } from "../../bench/throughput/cases.ts";
import { Refusal } from "../../bench/throughput/command.ts";
import { parseOptions } from "../../bench/throughput/options.ts";
import { PEERS } from "../../bench/throughput/peers.ts";

const ALL = CASES.map(({ name }) => name);

test("parseOptions() leaves the extra cases out unless told otherwise", () => {
  expect(parseOptions([])).toEqual({
    help: false,
    only: CASES.filter(({ isExtra }) => isExtra !== true).map(({ name }) => name),
    peers: Object.keys(PEERS),
    seconds: 3,
    rounds: 5,
    json: undefined,
  });
});

test("parseOptions() takes every case with --all, and any of them by its name", () => {
  expect(parseOptions(["--all"]).only).toEqual(ALL);
  expect(parseOptions(["--only", ALL.join()]).only).toEqual(ALL);
});

test("the chief cases run by themselves", () => {
  const chief = "hello browser pipelined echo echo-1m upload connect latency idle file-1k".split(" ");
  expect(parseOptions([]).only).toEqual(expect.arrayContaining(chief));
});

test("parseOptions() reads every option", () => {
  const args = [
    "--only",
    "hello,idle",
    "--peers",
    "basehttp",
    "--seconds",
    "10",
    "--rounds=2",
    "--json",
    "out.json",
  ];
  expect(parseOptions(args)).toEqual({
    help: false,
    only: ["hello", "idle"],
    peers: ["basehttp"],
    seconds: 10,
    rounds: 2,
    json: "out.json",
  });
});

test.each([
  [["--only", "hello,helo"], 'No such case: "helo"; there are hello, '],
  [["--only", ""], 'No such case: ""'],
  [["--peers", "toString"], 'No such peer: "toString"'],
  [["--seconds", "0"], '--seconds takes a whole number from 1 to 9999, not "0"'],
  [["--seconds", "1.5"], 'not "1.5"'],
  [["--rounds", "1e3"], '--rounds takes a whole number from 1 to 9999, not "1e3"'],
  [["--fast"], "--fast"],
  [["hello"], "hello"],
])("parseOptions() refuses %p in a line that says why", (args, message) => {
  const parse = (): unknown => parseOptions(args);
  expect(parse).toThrow(Refusal);
  expect(parse).toThrow(message);
});
