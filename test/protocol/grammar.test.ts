import { describe, expect, test } from "bun:test";
import * as grammar from "../../src/protocol/grammar.ts";
import {
  COLON,
  CR,
  FIELD_VALUE,
  HEX_VALUE,
  HTAB,
  LF,
  NOTED_INITIAL,
  REG_NAME,
  SP,
  TARGET,
  TCHAR,
} from "../../src/protocol/grammar.ts";

const ALL_CHARS = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));

describe("a byte class", () => {
  /** The grammar in the words of its RFC, as patterns. */
  test.each([
    // RFC 9110 5.6.2
    ["TCHAR", TCHAR, /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/, 77],
    // RFC 9110 5.5: VCHAR, obs-text, SP and HTAB
    ["FIELD_VALUE", FIELD_VALUE, /^[\t\x20-\x7e\x80-\xff]$/, 224],
    // RFC 9112 3.2, and what browsers send besides
    ["TARGET", TARGET, /^[\x21\x22\x24-\x7e]$/, 93],
    // RFC 3986 3.2.2, without what is percent-encoded
    ["REG_NAME", REG_NAME, /^[-._~!$&'()*+,;=0-9A-Za-z]$/, 77],
    // Connection, Content-Length, Expect, Host, Transfer-Encoding
    ["NOTED_INITIAL", NOTED_INITIAL, /^[CEHT]$/i, 8],
  ])("%s has the bytes that it should, and no others", (_name, table, pattern, size) => {
    expect(table).toHaveLength(256);
    expect([...table]).toEqual(ALL_CHARS.map((char) => (pattern.test(char) ? 1 : 0)));
    expect(table.reduce((sum, bit) => sum + bit, 0)).toBe(size);
  });

  test("is in each of the tables that a request is read by", () => {
    const tables = Object.values(grammar).filter((value) => value instanceof Uint8Array);
    expect(new Set(tables)).toEqual(
      new Set([TCHAR, FIELD_VALUE, TARGET, REG_NAME, NOTED_INITIAL, HEX_VALUE]),
    );
  });

  test("has no line end and no NUL in it", () => {
    for (const table of [TCHAR, FIELD_VALUE, TARGET, REG_NAME]) {
      expect([table[0], table[LF], table[CR]]).toEqual([0, 0, 0]);
    }
  });
});

test("HEX_VALUE has the value of each hexadecimal digit, and 255 for every other byte", () => {
  const expected = ALL_CHARS.map((char) => (/[0-9A-Fa-f]/.test(char) ? Number.parseInt(char, 16) : 255));
  expect([...HEX_VALUE]).toEqual(expected);
});

test("the named bytes are what they are called", () => {
  expect(String.fromCharCode(HTAB, LF, CR, SP, COLON)).toBe("\t\n\r :");
});
