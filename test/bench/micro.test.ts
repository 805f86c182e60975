import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { CHUNKED } from "../../bench/micro/chunked.ts";
import { HEAD_PARSER } from "../../bench/micro/head-parser.ts";
import { HEADER_LOOKUP } from "../../bench/micro/header-lookup.ts";
import { HTTP_DATE } from "../../bench/micro/http-date.ts";
import { BENCHES } from "../../bench/micro/main.ts";
import { MIME } from "../../bench/micro/mime.ts";
import { PATH } from "../../bench/micro/path.ts";
import { RESPONSE_HEAD } from "../../bench/micro/response-head.ts";
import { type Case, caseOf, iterationOf, type Suite } from "../../bench/micro/suite.ts";

const SUITES: Readonly<Record<string, Suite>> = {
  "head-parser": HEAD_PARSER,
  "header-lookup": HEADER_LOOKUP,
  chunked: CHUNKED,
  "response-head": RESPONSE_HEAD,
  "http-date": HTTP_DATE,
  path: PATH,
  mime: MIME,
};

const HELPERS = ["main.ts", "suite.ts"];

const CASES: [file: string, group: string, name: string, one: Case][] = Object.entries(SUITES).flatMap(
  ([file, suite]) =>
    Object.entries(suite).flatMap(([group, cases]) =>
      cases.map((one): (typeof CASES)[number] => [file, group, one.name, one]),
    ),
);

test("every bench in the folder is run by main.ts, and tested here", () => {
  const files = readdirSync(join(import.meta.dirname, "../../bench/micro"));
  const names = files.filter((file) => !HELPERS.includes(file)).map((file) => file.replace(/\.ts$/, ""));
  expect([...BENCHES].sort()).toEqual(names.sort());
  expect(Object.keys(SUITES)).toEqual([...BENCHES]);
});

test.each(CASES)("%s, %s: the case %p gives the right result for each of its inputs", (_f, _g, _n, one) => {
  const iterate = iterationOf(one);
  expect(one.samples).not.toBeEmpty();
  // Twice round: what is cached must be right as well.
  for (const { expected } of [...one.samples, ...one.samples]) expect(iterate()).toBe(expected);
});

test.each(CASES)("%s, %s: the case %p ends the bench at a wrong result", (_f, _g, name, one) => {
  const samples = one.samples.map((sample) => ({ ...sample, expected: "something else" }));
  expect(iterationOf({ name, samples })).toThrow(`"${name}" gives `);
});

describe("a case", () => {
  const upperCase = (text: string): string => text.toUpperCase();

  test("takes its inputs in turn", () => {
    const iterate = iterationOf(
      caseOf("case", upperCase, [
        ["a", "A"],
        ["b", "B"],
      ]),
    );
    expect([iterate(), iterate(), iterate()]).toEqual(["A", "B", "A"]);
  });

  test("names the result, what was expected and the input when they do not agree", () => {
    const iterate = iterationOf(caseOf("case", upperCase, [["a\n", "B"]]));
    expect(iterate).toThrow('"case" gives "A\\n", not "B", for "a\\n"');
  });

  test("shows long inputs in part", () => {
    const iterate = iterationOf(caseOf("case", upperCase, [["a".repeat(8192), "B"]]));
    expect(iterate).toThrow(/^"case" gives "A{99}\.\.\., not "B", for "a{99}\.\.\.$/);
  });

  test("knows NaN for a result, and tells 0 from it", () => {
    expect(iterationOf(caseOf("case", Number, [["a", NaN]]))()).toBeNaN();
    expect(iterationOf(caseOf("case", Number, [["0", NaN]]))).toThrow('"case" gives 0, not NaN, for "0"');
  });
});
