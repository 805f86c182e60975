import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { contentTag } from "../../src/files/content-tag.ts";
import { OpenedFile } from "../../src/files/opened-file.ts";
import { pattern } from "../support/site.ts";
import { Tree } from "../support/tree.ts";

const LARGE_BYTES = 300_000;
/** When no file of these tests has been written to lately. */
const LATER = Date.now() / 1000 + 3600;

let tree: Tree;
beforeAll(() => {
  tree = new Tree();
});
afterAll(() => tree[Symbol.dispose]());

function open(name: string): OpenedFile {
  const path = tree.path(name);
  return new OpenedFile(openSync(path, "r"), statSync(path));
}

/** The tag of a file with this content. */
async function tagOf(name: string, content?: string | Uint8Array): Promise<string | null> {
  if (content !== undefined) tree.add({ [name]: content });
  using file = open(name);
  return await contentTag(file, LATER);
}

describe("contentTag()", () => {
  test.each([0, 1, 65_536, 65_537, LARGE_BYTES])(
    "of %d bytes is the same wherever they are",
    async (size) => {
      const bytes = pattern(size);
      const one = await tagOf(`one-${size}`, bytes);
      const other = await tagOf(`other-${size}`, bytes);
      expect(one).toMatch(/^"[\w-]{22}"$/);
      expect(other).toBe(one);
    },
  );

  test("differs with a byte of content", async () => {
    const bytes = pattern(LARGE_BYTES);
    const one = await tagOf("bytes", bytes);
    bytes[LARGE_BYTES - 1]! ^= 1;
    expect(await tagOf("bytes", bytes)).not.toBe(one);
  });

  test("is another when a file is written to, at the same size and with the same time", async () => {
    const one = await tagOf("again", "one");
    const { mtime } = statSync(tree.path("again"));
    tree.add({ again: "two" });
    utimesSync(tree.path("again"), mtime, mtime);
    expect(await tagOf("again")).not.toBe(one);
  });

  test("leaves the file to be read from its beginning", async () => {
    tree.add({ read: "content" });
    using file = open("read");
    await contentTag(file, LATER);
    expect(Buffer.from(file.read()).toString()).toBe("content");
  });

  test("of a large file does not hold up the event loop", async () => {
    tree.add({ slow: pattern(LARGE_BYTES) });
    using file = open("slow");
    expect(contentTag(file, LATER)).toBeInstanceOf(Promise);
    await contentTag(file, LATER);
  });

  test("is read once for those who ask at the same time, and remembered for those who ask later", async () => {
    tree.add({ settled: pattern(LARGE_BYTES) });
    using file = open("settled");
    using other = open("settled");
    const asked = contentTag(file, LATER);
    expect(contentTag(other, LATER)).toBe(asked);
    const tag = await asked;
    expect(contentTag(other, LATER)).toBe(tag);
    expect(tag).toStartWith('"');
  });

  test("is none where the file is cut short meanwhile", async () => {
    tree.add({ cut: pattern(LARGE_BYTES) });
    using file = open("cut");
    const tag = contentTag(file, LATER);
    truncateSync(tree.path("cut"), 10);
    expect(await tag).toBeNull();
  });

  test("is none where the file is written over meanwhile", async () => {
    tree.add({ over: pattern(LARGE_BYTES) });
    tree.setModified("over", 784_111_777);
    using file = open("over");
    const tag = contentTag(file, LATER);
    writeFileSync(tree.path("over"), "x", { flag: "r+" });
    expect(await tag).toBeNull();
  });

  test("is not remembered while the file could change again unseen", async () => {
    tree.add({ recent: pattern(LARGE_BYTES) });
    using file = open("recent");
    const written = Date.now() / 1000;
    const tag = await contentTag(file, written);
    const again = contentTag(file, written);
    expect(again).toBeInstanceOf(Promise);
    expect(await again).toBe(tag);
  });

  test("is none where the file cannot be read", async () => {
    const folder = new OpenedFile(openSync(tree.root, "r"), statSync(tree.root));
    expect(await contentTag(folder, LATER)).toBeNull();
    folder.close();
  });
});
