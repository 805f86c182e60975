import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openSync, statSync, truncateSync, utimesSync } from "node:fs";
import fc from "fast-check";
import { ByteRangesBody, partOf } from "../../src/files/byteranges.ts";
import { OpenedFile } from "../../src/files/opened-file.ts";
import { type ByteRange, contentRange } from "../../src/files/range.ts";
import { parseByteranges } from "../support/byteranges.ts";
import { pattern } from "../support/site.ts";
import { Tree } from "../support/tree.ts";

const BYTES = pattern(5000);
const TEXT = Buffer.from(BYTES).toString("latin1");

let tree: Tree;
beforeAll(() => {
  tree = new Tree({ file: BYTES });
});
afterAll(() => tree[Symbol.dispose]());

function open(name = "file"): OpenedFile {
  const path = tree.path(name);
  return new OpenedFile(openSync(path, "r"), statSync(path));
}

function bodyOver(source: OpenedFile | Uint8Array, ranges: readonly ByteRange[]): ByteRangesBody {
  return new ByteRangesBody(source, ranges, BYTES.length, "text/plain");
}

/** Reads to the end, so many bytes at a time. */
function readAll(body: ByteRangesBody, sizes: readonly number[]): string {
  let text = "";
  for (let round = 0; ; round++) {
    const size = sizes[round % sizes.length]!;
    const bytes = body.read(size);
    expect(bytes.length).toBeLessThanOrEqual(size);
    if (bytes.length === 0) return text;
    text += Buffer.from(bytes).toString("latin1");
  }
}

describe("ByteRangesBody", () => {
  const ranges = fc.array(
    fc
      .tuple(fc.nat(BYTES.length - 1), fc.integer({ min: 1, max: 3000 }))
      .map(([start, length]) => ({ start, end: Math.min(BYTES.length, start + length) })),
    { minLength: 2, maxLength: 6 },
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 4 });

  test("is the parts, as long as it says, in whatever pieces it is read, of a file and of bytes", () => {
    fc.assert(
      fc.property(ranges, sizes, fc.boolean(), (parts, pieces, isFile) => {
        const body = bodyOver(isFile ? open() : BYTES, parts);
        const text = readAll(body, pieces);
        body.close();
        expect(text.length).toBe(body.length);
        expect(parseByteranges(body.contentType, text)).toEqual(
          parts.map((part) => ({
            contentType: "text/plain",
            contentRange: contentRange(part, BYTES.length),
            body: TEXT.slice(part.start, part.end),
          })),
        );
      }),
      { numRuns: 200 },
    );
  });

  test("closes its file", () => {
    const file = open();
    bodyOver(file, [{ start: 0, end: 1 }]).close();
    expect(file.closed).toBe(true);
  });

  const RANGES = [
    { start: 0, end: 10 },
    { start: 4000, end: 4010 },
  ];
  const changes: [name: string, change: (path: string) => void][] = [
    ["cut short", (path) => truncateSync(path, 4005)],
    ["written over", (path) => utimesSync(path, 1, 1)],
  ];
  test.each(changes)("of a file that was %s ends before its end", (_name, change) => {
    tree.add({ changing: BYTES });
    const body = bodyOver(open("changing"), RANGES);
    body.read(1);
    change(tree.path("changing"));
    const text = readAll(body, [4096]);
    expect(body.read(1)).toHaveLength(0);
    body.close();
    expect(text.length + 1).toBeLessThan(body.length);
    expect(text).not.toContain("--\r\n");
  });
});

test("no part follows one that is cut short", () => {
  tree.add({ short: BYTES });
  const file = open("short");
  const body = bodyOver(file, [
    { start: 1000, end: 1010 },
    { start: 0, end: 10 },
  ]);
  truncateSync(tree.path("short"), 1005);
  const text = readAll(body, [4096]);
  body.close();
  expect(text).toEndWith(TEXT.slice(1000, 1005));
});

describe("partOf()", () => {
  test("is those bytes, of a file and of bytes", () => {
    using file = open();
    const part = { start: 10, end: 20 };
    expect(Buffer.from((partOf(file, part) as OpenedFile).read()).toString("latin1")).toBe(
      TEXT.slice(10, 20),
    );
    expect(Buffer.from(partOf(BYTES, part) as Uint8Array).toString("latin1")).toBe(TEXT.slice(10, 20));
  });

  test("of what is not there is a mistake", () => {
    using file = open();
    for (const part of [
      { start: 0, end: 5001 },
      { start: -1, end: 5 },
      { start: 5, end: 4 },
    ]) {
      expect(() => partOf(file, part)).toThrow(RangeError);
    }
  });
});
