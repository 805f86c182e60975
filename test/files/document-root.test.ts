import { afterAll, beforeAll, describe, expect, type Mock, spyOn, test } from "bun:test";
import { chmodSync, closeSync, openSync, readdirSync, renameSync, statSync } from "node:fs";
import { DocumentRoot, documentRoot, isSameState, Refusal } from "../../src/files/document-root.ts";
import { MAX_HELD_FILE_BYTES, MAX_HELD_READ_FILE_BYTES } from "../../src/files/held-contents.ts";
import { OpenedDirectory } from "../../src/files/opened-directory.ts";
import { OpenedFile } from "../../src/files/opened-file.ts";
import { translatePath } from "../../src/files/path.ts";
import { isWithin, pathOfDescriptor, pathOfSameFile } from "../../src/files/real-path.ts";
import { dropPrivileges } from "../support/privileges.ts";
import { startSwapping } from "../support/swapper.ts";
import { fifo, linkTo, Tree } from "../support/tree.ts";

let tree: Tree;
beforeAll(() => {
  tree = new Tree({
    "www/a.txt": "a",
    "www/\ufffd": "the replacement character",
    "www/a%2Fb": "a name with an escape in it",
    "www/sub/b.txt": "b",
    "www/empty/": null,
    "www/pipe": fifo(),
    "www/link-in": linkTo("sub/b.txt"),
    "www/link-in-absolute": linkTo("a.txt"),
    "www/link-dir-in": linkTo("sub"),
    "www/link-out": linkTo("../secret.txt"),
    "www/link-dir-out": linkTo("../outside"),
    "www/link-sibling": linkTo("../www-old/secret.txt"),
    "www/link-to-link-out": linkTo("link-out"),
    "www/link-out-and-in": linkTo("../outside/back/a.txt"),
    "www/link-etc": linkTo("/etc"),
    "www/link-parent": linkTo(".."),
    "www/link-broken": linkTo("nothing"),
    "www/link-loop": linkTo("link-loop"),
    "www/link-device": linkTo("/dev/null"),
    "www-old/secret.txt": "secret",
    "secret.txt": "secret",
    "outside/secret.txt": "secret",
    "outside/back": linkTo("../www"),
    "www-by-link": linkTo("www"),
  });
});
afterAll(() => tree[Symbol.dispose]());

/** What opening comes to: the file's text, a directory's entries, or why not. Closes what it opened. */
function outcome(root: DocumentRoot, path: string): string | string[] | Refusal {
  const opened = root.open(path);
  if (typeof opened === "number") return opened;
  using held = opened;
  if (held instanceof OpenedFile) return Buffer.from(held.read()).toString();
  return (held.entries() ?? []).map((entry) => entry.name).sort();
}

function openedFrom(root: DocumentRoot, target: string): string | string[] | Refusal {
  return outcome(root, translatePath(target, root.directory));
}

describe("a root opens", () => {
  const cases: [name: string, target: string, result: string | string[]][] = [
    ["a file", "/a.txt", "a"],
    ["a file in a directory", "/sub/b.txt", "b"],
    ["a directory", "/sub", ["b.txt"]],
    ["a directory with a slash", "/sub/", ["b.txt"]],
    ["an empty directory", "/empty/", []],
    ["a link to a file inside", "/link-in", "b"],
    ["a link to a directory inside", "/link-dir-in", ["b.txt"]],
    ["a file behind a link to a directory inside", "/link-dir-in/b.txt", "b"],
    ["a link that leads out and in again", "/link-out-and-in", "a"],
    ["the file that has an escape in its name, by its own URL", "/a%252Fb", "a name with an escape in it"],
    ["the file called U+FFFD, by its own URL", "/%EF%BF%BD", "the replacement character"],
  ];
  test.each(cases)("%s", (_name, target, result) => {
    expect(openedFrom(rootOf("www"), target)).toEqual(result);
  });

  test("itself, also when it is a link, relative, or ends in a slash", () => {
    const names = readdirSync(tree.path("www")).sort();
    for (const directory of [tree.path("www"), tree.path("www-by-link"), `${tree.path("www")}/`]) {
      expect(openedFrom(new DocumentRoot(directory, { followSymlinks: false }), "/")).toEqual(names);
      expect(openedFrom(new DocumentRoot(directory, { followSymlinks: false }), "/a.txt")).toBe("a");
    }
    expect(
      openedFrom(new DocumentRoot("test/files", { followSymlinks: false }), "/document-root.test.ts"),
    ).toContain("itself, also when");
  });

  test("any file when it is the file system's root", () => {
    const root = new DocumentRoot("/", { followSymlinks: false });
    expect(outcome(root, tree.path("secret.txt"))).toBe("secret");
    expect(outcome(root, tree.path("www/link-out"))).toBe("secret");
  });

  test("what its caller chose outside of it", () => {
    expect(outcome(rootOf("www"), tree.path("outside/secret.txt"))).toBe("secret");
    expect(outcome(rootOf("www"), tree.path("outside/back/link-out"))).toBe("secret");
  });
});

describe("a root refuses", () => {
  const cases: [name: string, target: string, refusal: Refusal][] = [
    ["what is not there", "/nothing", Refusal.NOT_FOUND],
    ["what is not there in a directory that is not there", "/no/thing", Refusal.NOT_FOUND],
    ["a file as a directory", "/a.txt/", Refusal.NOT_FOUND],
    ["a file as a directory on the way", "/a.txt/b", Refusal.NOT_FOUND],
    ["a name that is too long", `/${"x".repeat(5000)}`, Refusal.NOT_FOUND],
    ["a path that is too long", "/sub".repeat(3000), Refusal.NOT_FOUND],
    ["NUL", "/a.txt%00", Refusal.BAD_NAME],
    ["NUL and an extension", "/a%00.txt", Refusal.BAD_NAME],
    ["an encoded surrogate", "/%ED%A0%80", Refusal.BAD_NAME],
    ["a byte that is not UTF-8, even where U+FFFD is a file", "/%FF", Refusal.NOT_FOUND],
    ["a decoded slash, even where both directory and file are there", "/sub%2Fb.txt", Refusal.NOT_FOUND],
    ["a decoded slash, even where a file has the escape in its name", "/a%2Fb", Refusal.NOT_FOUND],
    ["a FIFO, without waiting for its writer", "/pipe", Refusal.NOT_FOUND],
    ["a device behind a link", "/link-device", Refusal.NOT_FOUND],
    ["a link to nothing", "/link-broken", Refusal.NOT_FOUND],
    ["a link to itself", "/link-loop", Refusal.NOT_FOUND],
    ["a link to a file outside", "/link-out", Refusal.NOT_FOUND],
    ["a link to a link to a file outside", "/link-to-link-out", Refusal.NOT_FOUND],
    ["a link to a directory outside", "/link-dir-out", Refusal.NOT_FOUND],
    ["a link to a directory outside, with a slash", "/link-dir-out/", Refusal.NOT_FOUND],
    ["a file behind a link to a directory outside", "/link-dir-out/secret.txt", Refusal.NOT_FOUND],
    ["a link into a directory whose name continues the root's", "/link-sibling", Refusal.NOT_FOUND],
    ["an absolute link outside", "/link-etc/passwd", Refusal.NOT_FOUND],
    ["a link to the root's parent", "/link-parent/secret.txt", Refusal.NOT_FOUND],
  ];
  test.each(cases)("%s", (_name, target, refusal) => {
    const root = rootOf("www");
    expect(openedFrom(root, target)).toBe(refusal);
    expect(openedFrom(root, target)).toBe(refusal);
  });

  test("everything when it is not there itself", () => {
    expect(openedFrom(rootOf("nowhere"), "/")).toBe(Refusal.NOT_FOUND);
    expect(openedFrom(rootOf("nowhere"), "/a.txt")).toBe(Refusal.NOT_FOUND);
  });

  test("devices and FIFOs where links may lead anywhere, too", () => {
    const root = new DocumentRoot(tree.path("www"), { followSymlinks: true });
    expect(openedFrom(root, "/link-device")).toBe(Refusal.NOT_FOUND);
    expect(openedFrom(root, "/pipe")).toBe(Refusal.NOT_FOUND);
  });
});

test("a root that follows links opens what they lead to", () => {
  const root = new DocumentRoot(tree.path("www"), { followSymlinks: true });
  expect(openedFrom(root, "/link-out")).toBe("secret");
  expect(openedFrom(root, "/link-dir-out/secret.txt")).toBe("secret");
  expect(root.isLinkOut(tree.path("www/link-out"))).toBe(false);
});

describe("a root that withholds a directory", () => {
  test.each([false, true])("opens nothing in it, by no link (links may lead out: %s)", (followSymlinks) => {
    using own = new Tree({
      "www/kept/a": "kept",
      "www/kept-not/a": "open",
      "www/link": linkTo("kept/a"),
      "www/way": linkTo("kept"),
    });
    const root = new DocumentRoot(own.path("www"), { followSymlinks, withheld: [own.path("www/kept")] });
    for (const target of ["/kept/a", "/kept/", "/link", "/way", "/way/a"]) {
      expect([target, openedFrom(root, target)]).toEqual([target, Refusal.NOT_FOUND]);
    }
    expect(root.isLinkOut(own.path("www/link"))).toBe(true);
    expect(openedFrom(root, "/kept-not/a")).toBe("open");
  });

  test("tells that it is there, by its own name", () => {
    using own = new Tree({ "www/kept/a": "kept" });
    const root = new DocumentRoot(own.path("www"), {
      followSymlinks: false,
      withheld: [own.path("www/kept"), own.path("www/none")],
    });
    expect(openedFrom(root, "/kept")).toEqual(["a"]);
    expect(openedFrom(root, "/none")).toBe(Refusal.NOT_FOUND);
  });
});

/** Whether a file comes from memory. */
function isHeldBy(root: DocumentRoot, path: string): boolean {
  const opened = root.open(path);
  if (!(opened instanceof OpenedFile)) throw new Error(`Cannot open ${path}: ${opened}`);
  using file = opened;
  return file.contents !== null && file.fd === -1;
}

describe("a root that has served a file before", () => {
  // A file is only remembered once it has been left alone for a while: here that while is over at once.
  let now: Mock<typeof Date.now>;
  beforeAll(() => {
    const realNow = Date.now.bind(Date);
    now = spyOn(Date, "now").mockImplementation(() => realNow() + 10_000);
  });
  afterAll(() => now.mockRestore());

  test("sees at once that it was changed, removed or replaced", () => {
    using own = new Tree({ "www/a": "first" });
    const root = new DocumentRoot(own.path("www"), { followSymlinks: false });
    expect(openedFrom(root, "/a")).toBe("first");
    own.add({ "www/a": "second, longer" });
    expect(openedFrom(root, "/a")).toBe("second, longer");
    own.remove("www/a");
    expect(openedFrom(root, "/a")).toBe(Refusal.NOT_FOUND);
    own.add({ "www/a/c": "now a directory" });
    expect(openedFrom(root, "/a")).toEqual(["c"]);
  });

  test("holds larger ones where it is told to, and for nobody else", () => {
    using own = new Tree({ "www/big": "x".repeat(MAX_HELD_FILE_BYTES + 1) });
    const [directory, path] = [own.path("www"), own.path("www/big")];
    const options = { followSymlinks: false };
    const reading = documentRoot(directory, { ...options, maxHeldFileBytes: MAX_HELD_READ_FILE_BYTES });
    expect([isHeldBy(reading, path), isHeldBy(reading, path)]).toEqual([false, true]);
    const sending = documentRoot(directory, options);
    expect([isHeldBy(sending, path), isHeldBy(sending, path)]).toEqual([false, false]);
    expect(documentRoot(directory, { ...options, maxHeldFileBytes: MAX_HELD_FILE_BYTES })).toBe(sending);
  });

  test("holds a small file that is asked for again in memory, and only as long as it is the same", () => {
    using own = new Tree({ "www/a": "first", "www/big": "x".repeat(MAX_HELD_FILE_BYTES + 1) });
    const root = new DocumentRoot(own.path("www"), { followSymlinks: false });
    const isHeld = (name: string): boolean => isHeldBy(root, own.path(`www/${name}`));
    expect([isHeld("a"), isHeld("a"), isHeld("a")]).toEqual([false, true, true]);
    expect([isHeld("big"), isHeld("big")]).toEqual([false, false]);
    expect(openedFrom(root, "/a")).toBe("first");
    own.add({ "www/a": "other" });
    expect(openedFrom(root, "/a")).toBe("other");
    own.remove("www/a");
    expect(openedFrom(root, "/a")).toBe(Refusal.NOT_FOUND);
  });

  test("gives out what it holds as bytes of their reader's own", () => {
    using own = new Tree({ "www/a": "first" });
    const root = new DocumentRoot(own.path("www"), { followSymlinks: false });
    for (let time = 0; time < 3; time++) {
      using file = root.openFile(own.path("www/a"))!;
      expect(file.contents !== null).toBe(time > 0);
      const bytes = file.read();
      expect(Buffer.from(bytes).toString()).toBe("first");
      bytes.fill(0);
    }
  });

  test("tells its states apart by anything that has changed, also where the time of change has not", () => {
    const state = { dev: 1, ino: 2, size: 3, mtimeMs: 4, ctimeMs: 5 };
    expect(isSameState(state, { ...state })).toBe(true);
    for (const name of ["dev", "ino", "size", "mtimeMs", "ctimeMs"] as const) {
      expect(isSameState(state, { ...state, [name]: 6 })).toBe(false);
    }
  });

  const swaps: [name: string, swap: (own: Tree) => void][] = [
    [
      "was replaced by a link out",
      (own) => {
        own.remove("www/sub/a");
        own.add({ "www/sub/a": linkTo("../../secret") });
      },
    ],
    [
      "lay in a directory that was replaced by a link out",
      (own) => {
        own.remove("www/sub");
        own.add({ "www/sub": linkTo("../outside") });
      },
    ],
    [
      "lay in a directory that was moved out, with a link in its place, and was changed there",
      (own) => {
        const before = statSync(own.path("www/sub/a")).ctimeMs;
        renameSync(own.path("www/sub"), own.path("moved"));
        own.add({ "www/sub": linkTo("../moved") });
        // Two changes can fall into one tick of the file system's clock.
        do own.add({ "moved/a": "secret" });
        while (statSync(own.path("moved/a")).ctimeMs === before);
      },
    ],
    [
      "was replaced by a FIFO",
      (own) => {
        own.remove("www/sub/a");
        own.add({ "www/sub/a": fifo() });
      },
    ],
  ];
  test.each(swaps)("refuses it when it %s", (_name, swap) => {
    using own = new Tree({ "www/sub/a": "public", secret: "secret", "outside/a": "secret" });
    const root = new DocumentRoot(own.path("www"), { followSymlinks: false });
    expect(openedFrom(root, "/sub/a")).toBe("public");
    expect(openedFrom(root, "/sub/a")).toBe("public");
    swap(own);
    expect(openedFrom(root, "/sub/a")).toBe(Refusal.NOT_FOUND);
  });

  test("asks no more where it lies as long as it has not changed", () => {
    using own = new Tree({ "www/sub/a": "public" });
    const [warm, cold] = [0, 1].map(() => new DocumentRoot(own.path("www"), { followSymlinks: false }));
    expect(openedFrom(warm!, "/sub/a")).toBe("public");
    renameSync(own.path("www/sub"), own.path("moved"));
    own.add({ "www/sub": linkTo("../moved") });
    expect([openedFrom(warm!, "/sub/a"), openedFrom(cold!, "/sub/a")]).toEqual(["public", Refusal.NOT_FOUND]);
  });

  test("follows its root when that is a link which now leads elsewhere", () => {
    using own = new Tree({
      "one/a": "1",
      "two/a": "2",
      "two/old": linkTo("../one/a"),
      current: linkTo("one"),
    });
    const root = new DocumentRoot(own.path("current"), { followSymlinks: false });
    expect(openedFrom(root, "/a")).toBe("1");
    own.remove("current");
    own.add({ current: linkTo("two") });
    expect(openedFrom(root, "/a")).toBe("2");
    expect(openedFrom(root, "/old")).toBe(Refusal.NOT_FOUND);
  });

  test("forgets rather than remembering paths without end", () => {
    using own = new Tree({ "www/a": "a" });
    const root = new DocumentRoot(own.path("www"), { followSymlinks: false });
    let mostRemembered = 0;
    for (let number = 0; number < 5000; number++) {
      const detour = Array.from(number.toString(2).padStart(13, "0"), (bit) => (bit === "1" ? "/./" : "/"));
      expect(outcome(root, own.path(`www${detour.join("")}a`))).toBe("a");
      mostRemembered = Math.max(mostRemembered, root.rememberedPaths);
    }
    expect(mostRemembered).toBe(4096);
    expect(root.rememberedPaths).toBe(5000 - 4096);
  });
});

test("a directory that is swapped for a link out, again and again, never shows what is outside", async () => {
  using own = new Tree({ "www/dir/a": "public", "outside/a": "secret", "link-out": linkTo("../outside") });
  await using _swapper = await startSwapping(own.root);
  const root = new DocumentRoot(own.path("www"), { followSymlinks: false });
  const seen = new Map<unknown, number>();
  const count = (result: unknown): number => seen.get(result) ?? 0;
  while (count("public") < 1000 || count(Refusal.NOT_FOUND) < 1000) {
    const result = openedFrom(root, "/dir/a");
    seen.set(result, count(result) + 1);
  }
  expect([...seen.keys()].sort()).toEqual([Refusal.NOT_FOUND, "public"]);
});

describe("what links and permissions leave open:", () => {
  test("isLinkOut() is true of links to what lies outside only", () => {
    const root = rootOf("www");
    const links = readdirSync(tree.path("www")).filter((name) => root.isLinkOut(tree.path(`www/${name}`)));
    expect(links.sort()).toEqual([
      "link-device",
      "link-dir-out",
      "link-etc",
      "link-out",
      "link-parent",
      "link-sibling",
      "link-to-link-out",
    ]);
  });

  test("isFile() is true of regular files, links followed", () => {
    const root = rootOf("www");
    const names = ["a.txt", "link-in", "link-out", "sub", "pipe", "link-broken", "nothing", "a.txt/"];
    expect(names.filter((name) => root.isFile(tree.path(`www/${name}`)))).toEqual([
      "a.txt",
      "link-in",
      "link-out",
    ]);
  });

  test("a directory that may be entered but not read is one, without entries", () => {
    using own = new Tree({ "www/closed/index.html": "x" });
    chmodSync(own.path("www/closed"), 0o311);
    chmodSync(own.root, 0o755);
    const root = new DocumentRoot(own.path("www"), { followSymlinks: false });
    using _nobody = dropPrivileges();
    using opened = root.open(own.path("www/closed")) as OpenedDirectory;
    expect(opened).toBeInstanceOf(OpenedDirectory);
    expect(opened.entries()).toBeUndefined();
    expect(outcome(root, own.path("www/closed/index.html"))).toBe("x");
  });

  test("a file that may not be read is not found", () => {
    using own = new Tree({ "www/closed.txt": "x" });
    chmodSync(own.path("www/closed.txt"), 0o200);
    chmodSync(own.root, 0o755);
    const root = new DocumentRoot(own.path("www"), { followSymlinks: false });
    using _nobody = dropPrivileges();
    expect(openedFrom(root, "/closed.txt")).toBe(Refusal.NOT_FOUND);
  });

  test("opening leaves no descriptor behind", () => {
    const root = rootOf("www");
    const names = readdirSync(tree.path("www"));
    const before = nextDescriptor();
    for (const name of [...names, "nothing", "a.txt%00", "%FF"]) openedFrom(root, `/${name}`);
    expect(nextDescriptor()).toBe(before);
  });
});

describe("where the system does not tell a descriptor's path", () => {
  test("the real path of the same file is found by name", () => {
    const path = tree.path("www/link-in");
    expect(pathOfSameFile(path, statSync(path))).toBe(tree.path("www/sub/b.txt"));
    expect(pathOfSameFile(tree.path("www-by-link/a.txt"), statSync(path))).toBeUndefined();
    expect(pathOfSameFile(tree.path("www/nothing"), statSync(path))).toBeUndefined();
  });

  test.skipIf(process.platform !== "linux")("it is the same that Linux tells", () => {
    const fd = openSync(tree.path("www/link-in"), "r");
    expect(pathOfDescriptor(fd)).toBe(tree.path("www/sub/b.txt"));
    closeSync(fd);
    expect(pathOfDescriptor(fd)).toBeUndefined();
  });
});

test("isWithin() compares whole names", () => {
  const inside = ["/srv/www", "/srv/www/", "/srv/www/a"];
  const outside = ["/srv", "/srv/www-old/a", "/srv/wwwa", "/", "", "srv/www/a"];
  expect(inside.map((path) => isWithin("/srv/www", path))).toEqual([true, true, true]);
  expect(outside.map((path) => isWithin("/srv/www", path))).toEqual(outside.map(() => false));
  expect(isWithin("/", "/a")).toBe(true);
});

function rootOf(name: string): DocumentRoot {
  return new DocumentRoot(tree.path(name), { followSymlinks: false });
}

/** The descriptor that is free next: it stays the same as long as none is lost. */
function nextDescriptor(): number {
  const fd = openSync(tree.path("www/a.txt"), "r");
  closeSync(fd);
  return fd;
}
