import { expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PAGE_PATH, publication, RESULT_PATH } from "../../bench/publish/publication.ts";
import { MIXED } from "./fixtures/result.ts";

const ROOT = join(import.meta.dirname, "../..");
const JSON_TEXT = `${JSON.stringify(MIXED, undefined, 2)}\n`;

function committed(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function publish(root: string, ...args: string[]): { code: number; stdout: string; stderr: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([
    process.execPath,
    join(root, "bench/publish.ts"),
    ...args,
  ]);
  return { code: exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

test("what is published in this tree is what its result gives, to the byte", () => {
  const files = publication(committed(RESULT_PATH), RESULT_PATH, committed(PAGE_PATH));
  for (const [path, content] of files) expect({ path, content }).toEqual({ path, content: committed(path) });
});

test("publication() writes tables with every case, those without figures included", () => {
  const tables = publication(JSON_TEXT, "a.json", committed(PAGE_PATH)).get("bench/results/results.md");
  for (const { name, title } of MIXED.cases) expect(tables).toContain(`\n## ${name}: ${title}\n`);
  expect(tables).toContain("\nNo figures: errors: 3 status\n");
});

test("bench/publish.ts writes the files of a result and says which", () => {
  const root = mkdtempSync(join(tmpdir(), "basehttp-test-"));
  cpSync(join(ROOT, "bench"), join(root, "bench"), { recursive: true });
  const page = "<!-- bench:begin --><!-- bench:end -->";
  writeFileSync(join(root, PAGE_PATH), page);
  writeFileSync(join(root, "a.json"), JSON_TEXT);

  const files = publication(JSON_TEXT, "a.json", page);
  const stdout = `${[...files.keys()].join("\n")}\n`;
  expect(publish(root, join(root, "a.json"))).toEqual({ code: 0, stdout, stderr: "" });
  expect(publish(root, join(root, RESULT_PATH))).toEqual({ code: 0, stdout, stderr: "" });
  for (const [path, content] of files) expect(readFileSync(join(root, path), "utf8")).toBe(content);
  rmSync(root, { recursive: true });
});

test.each(["--help", "-h"])("bench/publish.ts says with %s how it is used, and writes nothing", (option) => {
  const { code, stdout, stderr } = publish(ROOT, option, "/nowhere/a.json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toStartWith("Usage: bun run bench:publish RESULT.json\n\n");
});

test.each([
  ["nothing", [], "Usage: bun run bench:publish RESULT.json"],
  ["two files", ["a.json", "b.json"], "Usage: bun run bench:publish RESULT.json"],
  ["a file that is not there", ["/nowhere/a.json"], 'Cannot read "/nowhere/a.json": no such file'],
  ["a folder", ["/"], 'Cannot read "/": it is a folder'],
  ["a file that is not JSON", [join(ROOT, "LICENSE")], `${join(ROOT, "LICENSE")} is not JSON`],
  [
    "another JSON file",
    [join(ROOT, "package.json")],
    `${join(ROOT, "package.json")} is no result of the bench: environment is not an object`,
  ],
])("bench/publish.ts refuses %s in one line on stderr", (_, args, message) => {
  expect(publish(ROOT, ...args)).toEqual({ code: 2, stdout: "", stderr: `${message}\n` });
});
