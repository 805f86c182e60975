import { expect, test } from "bun:test";
import { parseResult } from "../../bench/publish/parse.ts";
import { Refusal } from "../../bench/throughput/command.ts";
import { MIXED, resultOf, row, sample, throughputCase } from "./fixtures/result.ts";

function refusalOf(json: string): unknown {
  try {
    parseResult(json, "a.json");
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return (error as Error).message;
  }
  return undefined;
}

test("parseResult() reads what the bench wrote", () => {
  expect(parseResult(JSON.stringify(MIXED), "a.json")).toEqual(MIXED);
});

test("parseResult() takes servers and members that it does not know", () => {
  const result = { ...resultOf(throughputCase("x", "X", row("caddy", "Caddy", 1))), more: true };
  expect(refusalOf(JSON.stringify(result))).toBeUndefined();
});

test("parseResult() refuses what is not JSON", () => {
  expect(refusalOf("# Results")).toBe("a.json is not JSON");
});

const LATENCY = MIXED.cases.find(({ kind }) => kind === "latency");

test.each([
  ["null", null, "it is not an object"],
  ["a list", [], "it is not an object"],
  ["an object of another kind", { name: "basehttp" }, "environment is not an object"],
  ["no list of cases", { ...MIXED, cases: {} }, "cases is not a list"],
  ["no case", resultOf(), "cases is empty"],
  [
    "a date of another form",
    { ...MIXED, environment: { ...MIXED.environment, date: "today" } },
    "environment.date is not a date",
  ],
  ["no rounds", { ...MIXED, rounds: 0 }, "rounds is not a positive number"],
  [
    "a kind of case from elsewhere",
    { ...MIXED, cases: [{ kind: "toString", name: "", title: "" }] },
    'cases[0].kind is unknown: "toString"',
  ],
  [
    "a row without samples",
    resultOf(throughputCase("x", "X", row("nginx", "nginx"))),
    "cases[0].rows[0].samples is empty",
  ],
  [
    "a sample that is no number",
    resultOf(throughputCase("x", "X", row("nginx", "nginx", 1, Number.NaN))),
    "cases[0].rows[0].samples[1].requests is not a positive number",
  ],
  [
    "a sample without CPU time",
    resultOf(
      throughputCase("x", "X", { ...row("y", "Y"), samples: [{ ...sample(1), userMs: 0, systemMs: 0 }] }),
    ),
    "cases[0].rows[0].samples[0] has no CPU time",
  ],
  [
    "latency without rows",
    { ...MIXED, cases: [{ ...LATENCY, rows: undefined }] },
    "cases[0].rows is not a list",
  ],
])("parseResult() refuses %s and says where", (_, value, complaint) => {
  expect(refusalOf(JSON.stringify(value))).toBe(`a.json is no result of the bench: ${complaint}`);
});
