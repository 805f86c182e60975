import { expect, test } from "bun:test";
import { kindOf } from "../../../src/files/listing/kinds.ts";
import { STYLE } from "../../../src/files/listing/style.ts";

test("the kind of a file is told by its last extension, in any case", () => {
  const names = ["a.png", "A.PNG", "a.tar.gz", "a.mp4", "a.flac", "a.ts", "a.md", "a.", "png", ".png", "a.b"];
  expect(names.map(kindOf)).toEqual(["i", "i", "z", "v", "a", "c", "t", "", "", "", ""]);
});

test("what objects inherit is no extension", () => {
  expect(["a.constructor", "a.__proto__", "a.toString"].map(kindOf)).toEqual(["", "", ""]);
});

test("every kind has an icon", () => {
  for (const kind of ["d", "i", "v", "a", "z", "c", "t"]) expect(STYLE).toContain(`.${kind}>a::before{`);
});
