import { describe, expect, test } from "bun:test";
import { linkSync, openSync, renameSync, truncateSync, utimesSync } from "node:fs";
import { documentRoot } from "../../../src/files/document-root.ts";
import { Details } from "../../../src/files/listing/details.ts";
import { entriesKept, type Snapshot, snapshotOf } from "../../../src/files/listing/snapshot.ts";
import { OpenedDirectory } from "../../../src/files/opened-directory.ts";
import { linkTo, Tree } from "../../support/tree.ts";

const SETTLED_MS = 10_000;

/** A directory's snapshot as it would be taken so much later, for the clock that only moves on by itself. */
function snapshotLater(directory: OpenedDirectory, key: string, laterMs: number = SETTLED_MS): Snapshot {
  const { now } = Date;
  Date.now = () => now() + laterMs;
  try {
    return snapshotOf(directory, key, () => true)!;
  } finally {
    Date.now = now;
  }
}

function openDirectory(path: string): OpenedDirectory {
  const opened = documentRoot(path, { followSymlinks: false }).open(path);
  if (!(opened instanceof OpenedDirectory)) throw new Error(`${path} was not opened`);
  return opened;
}

const names = (snapshot: Snapshot): string[] => snapshot.entries.map(({ name }) => name);

describe("a snapshot", () => {
  test("is kept while the directory stays as it is", () => {
    using tree = new Tree({ b: "", A: "" });
    using directory = openDirectory(tree.root);
    const before = entriesKept();
    const first = snapshotLater(directory, tree.root);
    expect(entriesKept()).toBe(before + 2);
    tree.add({ b: "longer" });
    expect(snapshotLater(directory, tree.root)).toBe(first);
    expect(names(first)).toEqual(["A", "b"]);
  });

  const changes: [what: string, change: (tree: Tree) => void, names: string[]][] = [
    ["an entry more", (tree) => tree.add({ c: "" }), ["a", "b", "c"]],
    ["an entry less", (tree) => tree.remove("a"), ["b"]],
    ["another name", (tree) => renameSync(tree.path("a"), tree.path("z")), ["b", "z"]],
    ["a file in a file's place", (tree) => renameSync(tree.path("a"), tree.path("b")), ["b"]],
  ];
  test.each(changes)("is taken anew when there is %s, be the date set back", (_what, change, expected) => {
    using tree = new Tree({ a: "", b: "" });
    utimesSync(tree.root, 1, 1);
    using directory = openDirectory(tree.root);
    snapshotLater(directory, tree.root);
    change(tree);
    utimesSync(tree.root, 1, 1);
    expect(names(snapshotLater(directory, tree.root))).toEqual(expected);
  });

  test("is not kept of a directory that has only just changed", () => {
    using tree = new Tree({ a: "" });
    using directory = openDirectory(tree.root);
    expect(snapshotLater(directory, tree.root, 500)).not.toBe(snapshotLater(directory, tree.root, 500));
  });

  test("is not kept of a directory with links: what they lead to changes elsewhere", () => {
    using tree = new Tree({ a: linkTo("../nowhere") });
    using directory = openDirectory(tree.root);
    expect(snapshotLater(directory, tree.root)).not.toBe(snapshotLater(directory, tree.root));
  });

  test("is another one for another key", () => {
    using tree = new Tree({ a: "" });
    using directory = openDirectory(tree.root);
    expect(snapshotLater(directory, "one")).not.toBe(snapshotLater(directory, "two"));
  });

  test("of a large directory is the same for all who are being sent it, and only while that stays as it is", () => {
    class LargeDirectory extends OpenedDirectory {
      override entries() {
        return Array.from({ length: 10_001 }, (_, at) => ({
          name: `${at}`,
          isDirectory: false,
          isLink: false,
        }));
      }
    }
    using tree = new Tree({ a: "" });
    using directory = new LargeDirectory(openSync(tree.root, "r"), tree.root);
    const before = entriesKept();
    const first = snapshotLater(directory, tree.root);
    expect(snapshotLater(directory, tree.root)).toBe(first);
    expect(snapshotLater(directory, "another")).not.toBe(first);
    expect(entriesKept()).toBe(before);
    tree.add({ new: "" });
    expect(snapshotLater(directory, tree.root)).not.toBe(first);
    expect(first.entries).toHaveLength(10_001);
  });

  test("is not kept beyond a number of entries", () => {
    using tree = new Tree(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${index}`, ""])));
    using directory = openDirectory(tree.root);
    for (let key = 0; key < 101; key++) {
      expect(snapshotLater(directory, `${tree.root} ${key}`).entries).toHaveLength(100);
      expect(entriesKept()).toBeLessThanOrEqual(10_000);
    }
  });

  test("that is too large to be kept is shared by those who use it at the same time", () => {
    using tree = new Tree({ "0": "" });
    for (let index = 1; index <= 10_000; index++) linkSync(tree.path("0"), tree.path(`${index}`));
    using directory = openDirectory(tree.root);
    const before = entriesKept();
    const inUse = snapshotLater(directory, tree.root);
    expect(inUse.entries).toHaveLength(10_001);
    expect(snapshotLater(directory, tree.root)).toBe(inUse);
    expect(snapshotLater(directory, `${tree.root} `)).not.toBe(inUse);
    expect(entriesKept()).toBe(before);
    tree.add({ another: "" });
    expect(snapshotLater(directory, tree.root).entries).toHaveLength(10_002);
  }, 30_000);

  test("of nothing that can be read is none", () => {
    using tree = new Tree();
    expect(snapshotOf(new OpenedDirectory(undefined, tree.root), "", () => true)).toBeUndefined();
  });
});

describe("details", () => {
  /** What is known by name. The dates are set, but for what cannot be dated. */
  const known = (details: Details, snapshot: Snapshot): Record<string, [size: number, mtimeMs: number]> => {
    for (let slice = 0; slice < snapshot.slices; slice++) details.readSlice(slice);
    return Object.fromEntries(
      snapshot.entries.map(({ name }, index) => [name, [details.sizes[index]!, details.mtimes[index]!]]),
    );
  };

  const TREE = {
    empty: "",
    "\u00fc \u{1f600}\n": "four",
    "d/x": "",
    link: linkTo("twelve"),
    "link-dir": linkTo("d"),
    broken: linkTo("nothing"),
    twelve: "twelve bytes",
  };

  test.each(["by the opened directory", "by its path"])(
    "are those of files, and of what links lead to, %s",
    (way) => {
      using tree = new Tree(TREE);
      for (const name of ["empty", "\u00fc \u{1f600}\n", "d", "twelve"])
        tree.setModified(name, 1_700_000_000.5);
      using opened = openDirectory(tree.root);
      const snapshot = snapshotOf(opened, "details", () => true)!;
      const directory = way === "by its path" ? new OpenedDirectory(undefined, tree.root) : opened;
      const time = 1_700_000_000_500;
      expect(known(new Details(directory, snapshot), snapshot)).toEqual({
        empty: [0, time],
        "\u00fc \u{1f600}\n": [4, time],
        d: [-1, time],
        link: [12, time],
        "link-dir": [-1, time],
        broken: [-1, Number.NaN],
        twelve: [12, time],
      });
    },
  );

  test.each(["by the opened directory", "by its path"])(
    "of what has gone meanwhile, or become a link, are none of another's, %s",
    (way) => {
      using tree = new Tree({ "www/gone": "x", "www/swapped": "x", secret: "a secret of 21 bytes." });
      using opened = openDirectory(tree.path("www"));
      const snapshot = snapshotOf(opened, "swapped", () => true)!;
      tree.remove("www/gone");
      tree.remove("www/swapped");
      tree.add({ "www/swapped": linkTo("../secret") });
      const directory = way === "by its path" ? new OpenedDirectory(undefined, opened.path) : opened;
      const { gone, swapped } = known(new Details(directory, snapshot), snapshot);
      expect([gone, swapped![0]]).toEqual([[-1, Number.NaN], -1]);
    },
  );

  test("of large and old files are exact", () => {
    using tree = new Tree({ large: "" });
    truncateSync(tree.path("large"), 5 * 1024 ** 4);
    tree.setModified("large", 1.5);
    using directory = openDirectory(tree.root);
    const snapshot = snapshotOf(directory, "large", () => true)!;
    expect(known(new Details(directory, snapshot), snapshot)).toEqual({ large: [5 * 1024 ** 4, 1500] });
  });

  test("of more than a slice are each their own", () => {
    const sizes = Array.from({ length: 1100 }, (_, index) => [`${index}`, index % 7] as const);
    using tree = new Tree();
    for (const [name, size] of sizes) {
      if (size === Number(name)) tree.add({ [name]: "x".repeat(size) });
      else linkSync(tree.path(`${size}`), tree.path(name));
    }
    using directory = openDirectory(tree.root);
    const snapshot = snapshotOf(directory, "many", () => true)!;
    const found = Object.entries(known(new Details(directory, snapshot), snapshot));
    expect(Object.fromEntries(found.map(([name, [size]]) => [name, size]))).toEqual(
      Object.fromEntries(sizes),
    );
  });
});
