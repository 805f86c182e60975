/** docs/python.md is what the row ids in code and tests lead to: here it is held against them. */

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = readFileSync(`${ROOT}docs/python.md`, "utf8");

/** How many rows each section's prefix has: ids are stable, so a row that goes missing is a mistake. */
const ROW_COUNTS: Readonly<Record<string, number>> = {
  MOD: 5,
  SRV: 9,
  SS: 15,
  STR: 7,
  ATT: 12,
  REQ: 25,
  HDR: 9,
  OUT: 14,
  LOG: 10,
  SIM: 26,
};

const ROW_ID = new RegExp(`\\b(?:${Object.keys(ROW_COUNTS).join("|")})-\\d+\\b`, "g");

interface Row {
  readonly id: string;
  readonly cells: readonly string[];
}

/** The rows of the numbered sections: those with an id of their own in the first cell, and a test in the last. */
const ROWS: readonly Row[] = PAGE.slice(PAGE.indexOf("\n## 1.1 "))
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => {
    const [id = "", ...cells] = line.split("|").slice(1, -1);
    return { id: id.trim(), cells: cells.map((cell) => cell.trim()) };
  });

const ID_ROWS = ROWS.filter(({ id }) => id.match(ROW_ID)?.[0] === id);

const EXPECTED_IDS = Object.entries(ROW_COUNTS).flatMap(([prefix, count]) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`),
);

describe("the page", () => {
  test("has each row once, in order", () => {
    expect(ID_ROWS.map(({ id }) => id)).toEqual(EXPECTED_IDS);
  });

  test("says in each row what Python does, how basehttp stands to it, and which test shows it", () => {
    const STANDS = /\*\*(?:same|differs|not yet|not ported)\*\*|^`HTTPServer`/i;
    const lacking = ID_ROWS.filter(({ cells: [python = "", basehttp = "", shown = ""] }) => {
      return python === "" || !STANDS.test(basehttp) || !shown.startsWith("`");
    });
    expect(lacking.map(({ id }) => id)).toEqual([]);
  });

  test("cites only tests that are there", () => {
    const cited = [...PAGE.matchAll(/`([a-z-]+(?:\/[a-z-]+)+)` "([^"]+)"/g)];
    expect(cited.length).toBeGreaterThan(EXPECTED_IDS.length);
    const missing = cited.filter(([, file, title = ""]) => {
      const path = `${ROOT}test/${file}.test.ts`;
      return !existsSync(path) || !readFileSync(path, "utf8").includes(title);
    });
    expect(missing.map(([citation]) => citation)).toEqual([]);
  });
});

test("every row that code, tests and documentation cite is on the page", async () => {
  const known = new Set(EXPECTED_IDS);
  const strangers: string[] = [];
  for await (const path of new Bun.Glob("{src,test,bench,docs,examples}/**/*.{ts,md}").scan(ROOT)) {
    const text = await Bun.file(`${ROOT}${path}`).text();
    for (const id of text.match(ROW_ID) ?? []) if (!known.has(id)) strangers.push(`${path}: ${id}`);
  }
  expect(strangers).toEqual([]);
});
