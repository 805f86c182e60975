import { describe, expect, test } from "bun:test";
import { FIELD_VALUE } from "../../src/protocol/grammar.ts";
import { consistsOf, isToken, withoutBlanks } from "../../src/protocol/token.ts";

const SYMBOLS = "!#$%&'*+-.^_`|~";

describe("isToken()", () => {
  test("is about letters, digits and fifteen symbols, and no other code unit up to U+0200", () => {
    for (let unit = 0; unit < 0x200; unit++) {
      const char = String.fromCharCode(unit);
      const isExpected = /^[0-9A-Za-z]$/.test(char) || SYMBOLS.includes(char);
      expect([unit, isToken(char), isToken(`a${char}`)]).toEqual([unit, isExpected, isExpected]);
    }
  });

  test("needs one character", () => expect(isToken("")).toBe(false));
});

test("consistsOf() knows no character beyond Latin-1", () => {
  expect(consistsOf("a\tb \xff", FIELD_VALUE)).toBe(true);
  for (const text of ["\u0100", "a\u212a", "a\r"]) expect(consistsOf(text, FIELD_VALUE)).toBe(false);
});

test("withoutBlanks() takes SP and HTAB off the ends, and nothing else", () => {
  expect(withoutBlanks(" \t a \t b\t ")).toBe("a \t b");
  expect(withoutBlanks(" \t ")).toBe("");
  expect(withoutBlanks("\xa0\n")).toBe("\xa0\n");
});
