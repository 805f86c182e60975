import { describe, expect, test } from "bun:test";
import { mediaRanges, weightOfType } from "../../src/files/media-ranges.ts";

describe("mediaRanges()", () => {
  const fields: readonly [accept: string, ranges: readonly string[]][] = [
    ["text/html", ["text/html 1"]],
    ["Text/HTML;level=1;Q=0.5", ["text/html 0.5"]],
    ["text/html ; q=0.125 ,\t*/*;q=0", ["text/html 0.125", "*/* 0"]],
    ["a/b;q=1.000,a/c;q=0.", ["a/b 1", "a/c 0"]],
    ["", []],
    ["text, text/, /html, a b/c", []],
    ["a/b;q=2,a/c;q=,a/d;q=0.1234,a/e;q=-1,a/f;q=0.5x", []],
  ];
  test.each(fields)("reads %p", (accept, expected) => {
    expect(mediaRanges(accept).map(({ type, subtype, weight }) => `${type}/${subtype} ${weight}`)).toEqual([
      ...expected,
    ]);
  });
});

test("weightOfType() goes by the range that means the type most exactly, wherever it stands", () => {
  const ranges = mediaRanges("*/*;q=0.1, text/html;q=0.3, text/*;q=0.2");
  expect(weightOfType("text", "html", ranges)).toBe(0.3);
  expect(weightOfType("text", "plain", ranges)).toBe(0.2);
  expect(weightOfType("image", "png", ranges)).toBe(0.1);
  expect(weightOfType("image", "png", mediaRanges("text/*"))).toBe(0);
});
