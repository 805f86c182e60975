/** ARCHITECTURE.md says that each file of `src/` is in one of its tables, once. */

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What the line above a table says of its folder, and where its files lie. */
const HEADING = /^(?:At the top and in|In) `([a-z]+)\/`(?:, for [a-z]+)?:$/;

/** The files in the first cells of the tables, as paths below `src/`. */
function filesInTables(): string[] {
  const files: string[] = [];
  let folder = "";
  for (const line of readFileSync(`${ROOT}/ARCHITECTURE.md`, "utf8").split("\n")) {
    if (line.startsWith("#")) folder = "";
    folder = HEADING.exec(line)?.[1] ?? folder;
    if (folder === "" || !line.startsWith("| `")) continue;
    const prefix = folder === "cli" ? "" : `${folder}/`;
    for (const [, file = ""] of (line.split("|")[1] ?? "").matchAll(/`([^`]+\.ts)`/g))
      files.push(prefix + file);
  }
  return files;
}

test("each file of src/ is in the tables of ARCHITECTURE.md, once, and no other is", () => {
  const sources = [...new Bun.Glob("**/*.ts").scanSync(`${ROOT}/src`)];
  expect(sources.map((path) => basename(path))).toContain("connection.ts");
  expect(filesInTables().toSorted()).toEqual(sources.toSorted());
});
