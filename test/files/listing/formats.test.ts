import { expect, test } from "bun:test";
import { jsonEntry, textLine } from "../../../src/files/listing/formats.ts";

const TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

test("JSON says name, type, size, date and link", () => {
  const file = { name: 'a "b"\n.txt', isDirectory: false, isLink: false };
  expect(JSON.parse(jsonEntry(file, 12, TIME))).toEqual({
    name: 'a "b"\n.txt',
    type: "file",
    size: 12,
    mtime: "2026-01-02T03:04:05.678Z",
    link: "a%20%22b%22%0A.txt",
  });
  expect(JSON.parse(jsonEntry({ name: "d", isDirectory: true, isLink: true }, -1, Number.NaN))).toEqual({
    name: "d",
    type: "directory",
    size: null,
    mtime: null,
    link: "d/",
    symlink: true,
  });
});

test("text is a line for each entry, whatever its name, with tabs between", () => {
  const file = { name: "a\tb\nc\x1b[2J", isDirectory: false, isLink: false };
  expect(textLine(file, 12, TIME)).toBe(
    "a\u2409b\u240ac\u241b[2J\tfile\t12\t2026-01-02T03:04:05.678Z\ta%09b%0Ac%1B%5B2J\n",
  );
  expect(textLine({ name: "d", isDirectory: true, isLink: false }, -1, Number.NaN)).toBe(
    "d/\tdirectory\t-\t-\td/\n",
  );
});
