import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { CONTENT_CODINGS, type ContentCoding } from "../../src/files/content-coding.ts";
import { DocumentRoot } from "../../src/files/document-root.ts";
import { OpenedFile } from "../../src/files/opened-file.ts";
import { openSibling } from "../../src/files/siblings.ts";
import { fifo, linkTo, Tree, type TreeContents } from "../support/tree.ts";

/** Sun, 06 Nov 1994 08:49:37 GMT */
const MODIFIED = 784_111_777;

const trees: Tree[] = [];
afterAll(() => {
  for (const tree of trees) tree[Symbol.dispose]();
});

let tree: Tree;
beforeEach(() => {
  tree = new Tree({ "www/a.js": "let a = 1;\n", "secret.txt": "secret", "outside/a.js.br": "outside" });
  trees.push(tree);
  tree.setModified("www/a.js", MODIFIED);
});

/** Which sibling of `a.js` is taken, and what is in it. */
function taken(
  contents: TreeContents,
  { codings = CONTENT_CODINGS, followSymlinks = false, path = "www/a.js" } = {},
): string {
  tree.add(contents);
  const root = new DocumentRoot(tree.path("www"), { followSymlinks });
  const file = root.open(tree.path(path));
  if (!(file instanceof OpenedFile)) throw new Error(`${path}: ${file}`);
  using _held = file;
  const sibling = openSibling(root, tree.path(path), file, codings);
  if (sibling === undefined) return "none";
  using found = sibling.file;
  return `${sibling.coding}: ${Buffer.from(found.read())}`;
}

describe("openSibling()", () => {
  const siblings = { "www/a.js.br": "B", "www/a.js.zst": "Z", "www/a.js.gz": "G" };
  const cases: [name: string, codings: ContentCoding[], outcome: string][] = [
    ["the first of the codings", ["br", "zstd", "gzip"], "br: B"],
    ["in the client's order", ["gzip", "br"], "gzip: G"],
    ["only what the client takes", ["zstd"], "zstd: Z"],
    ["nothing where the client takes none", [], "none"],
  ];
  test.each(cases)("gives %s", (_name, codings, outcome) => {
    expect(taken(siblings, { codings })).toBe(outcome);
  });

  test("gives nothing where there is none, and the next coding's where the first has none", () => {
    expect(taken({})).toBe("none");
    expect(taken({ "www/a.js.gz": "G" })).toBe("gzip: G");
  });

  test("knows no other extensions", () => {
    expect(
      taken({ "www/a.js.brotli": "x", "www/a.js.zstd": "x", "www/a.js.gzip": "x", "www/a.js.BR": "x" }),
    ).toBe("none");
    expect(taken({ "www/a.br": "x", "www/ab.js.br": "x" })).toBe("none");
  });

  const passedOver: [name: string, contents: TreeContents][] = [
    ["a directory", { "www/a.js.br/x": "x" }],
    ["a FIFO", { "www/a.js.br": fifo() }],
    ["a link that leaves the root", { "www/a.js.br": linkTo("../secret.txt") }],
    ["a link that leads nowhere", { "www/a.js.br": linkTo("nothing") }],
    ["a link to a device", { "www/a.js.br": linkTo("/dev/zero") }],
    ["an empty file", { "www/a.js.br": "" }],
  ];
  test.each(passedOver)("passes over %s", (_name, contents) => {
    expect(taken(contents)).toBe("none");
    expect(taken({ "www/a.js.gz": "G" })).toBe("gzip: G");
  });

  test("takes a link inside the root, and one that leaves it where that is allowed", () => {
    expect(taken({ "www/a.js.br": linkTo("built.br"), "www/built.br": "inside" })).toBe("br: inside");
    expect(taken({ "www/a.js.zst": linkTo("../secret.txt") }, { codings: ["zstd"] })).toBe("none");
    expect(taken({}, { codings: ["zstd"], followSymlinks: true })).toBe("zstd: secret");
  });

  test("takes a file's sibling from where the file was asked for, not from where a link leads", () => {
    expect(taken({ "www/b.js": linkTo("a.js"), "www/a.js.br": "B" }, { path: "www/b.js" })).toBe("none");
  });

  const ages: [name: string, modified: number, outcome: string][] = [
    ["a second older", MODIFIED - 1, "none"],
    ["as old", MODIFIED, "br: B"],
    ["older by what a tool cut off the time", MODIFIED + 0.25, "br: B"],
    ["younger", MODIFIED + 1, "br: B"],
    ["from the future", 4_000_000_000, "br: B"],
  ];
  test.each(ages)("one that is %s", (_name, modified, outcome) => {
    tree.add({ "www/a.js.br": "B" });
    tree.setModified("www/a.js", MODIFIED + 0.75);
    tree.setModified("www/a.js.br", modified);
    expect(taken({})).toBe(outcome);
  });
});
