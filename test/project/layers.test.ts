/** The linter's rules about layers, tried on a project that breaks each of them: a rule that cannot bite is none. */

import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Tree } from "../support/tree.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** The layers, each with those that it may import. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  system: [],
  files: ["protocol", "system"],
  transport: ["protocol", "system"],
  handler: ["files", "transport", "protocol", "system"],
  server: ["handler", "files", "transport", "protocol", "system"],
  cli: ["server", "handler", "files", "transport", "protocol", "system"],
};

const LAYERS = Object.keys(BELOW);

/** What no file of a layer may say, and the rule that refuses it. */
const FORBIDDEN: readonly [layer: string, rule: string, source: string][] = [
  ["protocol", "noRestrictedImports", 'export { statSync } from "node:fs";'],
  ["protocol", "noRestrictedImports", 'export type { Socket } from "bun";'],
  ["protocol", "noRestrictedImports", 'export { dlopen } from "bun:ffi";'],
  ["protocol", "noRestrictedImports", 'import mime from "mime";\nexport const types: unknown = mime;'],
  ["protocol", "noRestrictedGlobals", "export const now: number = performance.now();"],
  ["protocol", "noRestrictedGlobals", "export const version: string = Bun.version;"],
  ["protocol", "noRestrictedGlobals", "export const timer: unknown = setTimeout(() => {}, 1);"],
  ["files", "noRestrictedImports", 'export { connect } from "node:net";'],
  ["files", "noRestrictedGlobals", "export const timer: unknown = setTimeout(() => {}, 1);"],
  ["handler", "noRestrictedImports", 'export { connect } from "node:tls";'],
  ["handler", "noRestrictedGlobals", "export const timer: unknown = setInterval(() => {}, 1);"],
  ["server", "noRestrictedGlobals", "export const timer: unknown = setInterval(() => {}, 1);"],
];

/** The sources to lint, and for each the error that is expected of it, or `undefined`. */
const CASES: Map<string, { readonly source: string; readonly expected: string | undefined }> = new Map();

for (const layer of LAYERS) {
  for (const other of LAYERS.filter((name) => name !== layer)) {
    const expected = BELOW[layer]?.includes(other) ? undefined : "noRestrictedImports";
    const value = `export { one } from "../${other}/one.ts";\n`;
    const type = `import type { One } from "../${other}/one.ts";\nexport type Two = One;\n`;
    CASES.set(`src/${layer}/value-of-${other}.ts`, { source: value, expected });
    CASES.set(`src/${layer}/type-of-${other}.ts`, { source: type, expected });
  }
  for (const top of ["index", "cli"]) {
    const source = `import type { One } from "../${top}.ts";\nexport type Two = One;\n`;
    CASES.set(`src/${layer}/type-of-${top}-ts.ts`, { source, expected: "noRestrictedImports" });
  }
}
for (const [at, [layer, expected, source]] of FORBIDDEN.entries()) {
  CASES.set(`src/${layer}/forbidden-${at}.ts`, { source: `${source}\n`, expected });
}
CASES.set("src/server/there.ts", {
  source: 'import type { Back } from "./back.ts";\nexport interface There {\n  back: Back;\n}\n',
  expected: "noImportCycles",
});
CASES.set("src/server/back.ts", {
  source: 'import type { There } from "./there.ts";\nexport interface Back {\n  there: There;\n}\n',
  expected: "noImportCycles",
});

describe("the linter", () => {
  const errors = new Map<string, string[]>();

  beforeAll(async () => {
    using tree = new Tree({ "package.json": '{ "dependencies": { "mime": "*" } }\n' });
    const config = JSON.parse(readFileSync(`${PROJECT}/biome.json`, "utf8"));
    tree.add({ "biome.json": JSON.stringify({ ...config, $schema: undefined, vcs: undefined }) });
    for (const name of ["index", "cli", ...LAYERS.map((layer) => `${layer}/one`)]) {
      tree.add({ [`src/${name}.ts`]: "export type One = number;\nexport const one = 1;\n" });
    }
    for (const [path, { source }] of CASES) tree.add({ [path]: source });
    for (const { location, category } of await lint(tree.root)) {
      errors.set(location.path, [...(errors.get(location.path) ?? []), category.replace(/^.*\//, "")]);
    }
  });

  for (const [path, { expected }] of CASES) {
    test(expected === undefined ? `allows ${path}` : `refuses ${path}`, () => {
      expect(errors.get(path)).toEqual(expected === undefined ? undefined : [expected]);
    });
  }
});

interface Diagnostic {
  readonly category: string;
  readonly location: { readonly path: string };
}

async function lint(root: string): Promise<Diagnostic[]> {
  const biome = `${PROJECT}/node_modules/.bin/biome`;
  const command = [biome, "lint", "--reporter=json", "--max-diagnostics=none", "."];
  await using linter = Bun.spawn(command, { cwd: root, stdout: "pipe", stderr: "ignore" });
  const { diagnostics } = (await linter.stdout.json()) as { diagnostics: Diagnostic[] };
  return diagnostics;
}
