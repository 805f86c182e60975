import { describe, expect, test } from "bun:test";
import { chmodSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { PathWatch } from "../../src/files/path-watch.ts";
import { linkTo, Tree } from "../support/tree.ts";

describe.skipIf(process.platform !== "linux")("PathWatch", () => {
  test("says nothing has changed as long as nothing has", () => {
    using tree = new Tree({ a: "text", "b/c": "" });
    const watch = PathWatch.begin(tree.path("a"))!;
    tree.add({ "b/d": "another one" });
    expect([watch.isUnchanged(), watch.isUnchanged()]).toEqual([true, true]);
  });

  test("watches nothing at a path that leads nowhere", () => {
    using tree = new Tree();
    expect(PathWatch.begin(tree.path("missing"))).toBeNull();
  });

  const changes: readonly [what: string, change: (tree: Tree) => void][] = [
    ["was removed", (tree) => tree.remove("www/a")],
    ["has become longer", (tree) => writeFileSync(tree.path("www/a"), "text and more")],
    [
      "was written anew and dated back",
      (tree) => {
        const path = tree.path("www/a");
        const { atime, mtime, ctimeMs } = statSync(path);
        // Two changes can fall into one tick of the file system's clock.
        do writeFileSync(path, "taxt");
        while (statSync(path).ctimeMs === ctimeMs);
        utimesSync(path, atime, mtime);
      },
    ],
    ["may not be read any more", (tree) => chmodSync(tree.path("www/a"), 0)],
    ["has another in its place", (tree) => renameSync(tree.path("other"), tree.path("www/a"))],
    [
      "lies in a directory that has become a link to another",
      (tree) => {
        renameSync(tree.path("www"), tree.path("moved"));
        tree.add({ www: linkTo("elsewhere") });
      },
    ],
  ];
  test.each(changes)("sees that a file %s", (_what, change) => {
    using tree = new Tree({ "www/a": "text", other: "text", "elsewhere/a": "text" });
    const watch = PathWatch.begin(tree.path("www/a"))!;
    change(tree);
    expect(watch.isUnchanged()).toBe(false);
  });
});
