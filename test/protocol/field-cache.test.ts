import { beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ANSWERS } from "../../bench/corpus.ts";
import { knownField, noteField } from "../../src/protocol/field-cache.ts";
import { FIELD_LINE_OVERHEAD, writeField } from "../../src/protocol/response-head.ts";
import { textOf } from "../support/head.ts";

/** The buffer that lines are written in, as answers are: again and again over what was there. */
const buffer = Buffer.alloc(4096);

/** Puts a field line into the buffer at `at` as an answer does: a known one is copied, another one written and noted. */
function send(name: string, value: string, at = 0): string {
  const known = knownField(name, value);
  if (known !== null) {
    buffer.set(known, at);
    return textOf(buffer.subarray(at, at + known.length));
  }
  const end = writeField(buffer, at, name, value);
  noteField(name, value, buffer, at, end);
  return textOf(buffer.subarray(at, end));
}

const knownText = (name: string, value: string): string | undefined => {
  const line = knownField(name, value);
  return line === null ? undefined : textOf(line);
};

/** Two fields that share a place: what they are kept by is the length of name and value. */
const NEIGHBOURS = [
  ["X-One", "first"],
  ["X-Two", "other"],
] as const;

describe("a field line", () => {
  // The lines are kept for the whole event loop: each test begins with others in the places that it looks at.
  beforeEach(() => {
    for (let length = 0; length < 64; length++) send("Reset-It!", "-".repeat(length));
  });

  test("is known when it was sent twice in a row", () => {
    expect(knownText("X-One", "first")).toBeUndefined();
    send("X-One", "first");
    expect(knownText("X-One", "first")).toBeUndefined();
    send("X-One", "first");
    expect(knownText("X-One", "first")).toBe("X-One: first\r\n");
  });

  test("that is known stays as it is when the buffer is written over", () => {
    for (let time = 0; time < 3; time++) send("X-One", "first", 100);
    buffer.fill("!");
    expect(knownText("X-One", "first")).toBe("X-One: first\r\n");
  });

  test("is not known by another one's name or value", () => {
    for (let time = 0; time < 3; time++) send("X-One", "first");
    expect(knownText("x-one", "first")).toBeUndefined();
    expect(knownText("X-One", "First")).toBeUndefined();
    expect(knownText("X-On", "efirst")).toBeUndefined();
    expect(knownText("X-Two", "other")).toBeUndefined();
  });

  test("makes room for another one at its place", () => {
    const [[oneName, one], [twoName, two]] = NEIGHBOURS;
    for (let time = 0; time < 2; time++) send(oneName, one);
    for (let time = 0; time < 2; time++) send(twoName, two);
    expect(knownText(oneName, one)).toBeUndefined();
    expect(knownText(twoName, two)).toBe("X-Two: other\r\n");
  });

  test("whose value changes every time is never kept", () => {
    for (let time = 0; time < 5; time++) {
      send("X-One", `fir${time}t`);
      expect(knownText("X-One", `fir${time}t`)).toBeUndefined();
    }
  });

  test.each([
    [256, true],
    [257, false],
  ])("of %i bytes is kept: %p", (length, isKept) => {
    const value = "a".repeat(length - "X".length - FIELD_LINE_OVERHEAD);
    for (let time = 0; time < 3; time++) send("X", value);
    expect(knownText("X", value)).toBe(isKept ? `X: ${value}\r\n` : undefined);
  });

  test("that is too long to be kept leaves the one at its place alone", () => {
    const [short, long] = ["b".repeat(60), "a".repeat(60 + 64 * 4)];
    for (let time = 0; time < 2; time++) send("X", short);
    for (let time = 0; time < 2; time++) send("X", long);
    expect(knownText("X", short)).toBe(`X: ${short}\r\n`);
  });

  test("is the same whether it is known or written, in answers that are mostly alike", () => {
    for (const { fields } of Object.values(ANSWERS).flat()) {
      for (const [name, value] of fields) expect(send(name, value)).toBe(`${name}: ${value}\r\n`);
    }
  });

  test("is the same whether it is known or written, for any sequence of them", () => {
    const name = fc.constantFrom("A", "B", "X-One", "X-Two");
    const value = fc.constantFrom("", "a", "b", "first", "other", "\xff", "x".repeat(57), "x".repeat(300));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value, fc.nat(100)), { maxLength: 60 }), (fields) => {
        for (const [anyName, any, at] of fields)
          expect(send(anyName, any, at)).toBe(`${anyName}: ${any}\r\n`);
      }),
    );
  });
});
