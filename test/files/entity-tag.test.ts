import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  codedTag,
  matchesStrongly,
  matchesWeakly,
  parseEntityTags,
  statTag,
} from "../../src/files/entity-tag.ts";

const NOW = 1_790_000_000;

describe("statTag()", () => {
  test("is the same for the same size and time, whenever it is asked for", () => {
    expect(statTag(1234, 784_111_777.25, NOW)).toBe(statTag(1234, 784_111_777.25, NOW + 1000));
    expect(statTag(1234, 784_111_777.25, NOW)).toBe('"ya-cyu8ip-mh34"');
  });

  test("differs with the size, the second and the least part of one that a file system's clock can show", () => {
    const mtime = 1_780_000_000.5;
    const others = [statTag(11, mtime, NOW), statTag(10, mtime + 1, NOW), statTag(10, mtime + 2 ** -22, NOW)];
    expect(new Set([statTag(10, mtime, NOW), ...others]).size).toBe(4);
  });

  test("is one entity tag for every size and time", () => {
    const sizes = fc.maxSafeNat();
    const times = fc.double({ min: -1e11, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(sizes, times, (size, mtime) => {
        const tag = statTag(size, mtime, NOW);
        expect(parseEntityTags(tag)).toEqual([tag]);
      }),
    );
  });

  test("is weak while a whole second lasts that may be the file system's step", () => {
    expect(statTag(1, NOW, NOW)).toStartWith('W/"');
    expect(statTag(1, NOW, NOW + 2)).toStartWith('W/"');
    expect(statTag(1, NOW, NOW + 3)).toStartWith('"');
    expect(statTag(1, NOW + 0.25, NOW)).toStartWith('"');
  });
});

test("codedTag() is another tag for each coding", () => {
  expect(codedTag('"a-b"', "br")).toBe('"a-b-br"');
  expect(codedTag('W/"a-b"', "gzip")).toBe('W/"a-b-gzip"');
});

describe("parseEntityTags()", () => {
  const cases: [name: string, value: string, tags: readonly string[] | "*" | null][] = [
    ["one tag", '"a"', ['"a"']],
    ["a weak one", 'W/"a"', ['W/"a"']],
    ["several, with whitespace between", '"a" ,\tW/"b",  "c"', ['"a"', 'W/"b"', '"c"']],
    ["empty members", ',, "a",,"b", ', ['"a"', '"b"']],
    ["a comma in a tag", '"a,b","c"', ['"a,b"', '"c"']],
    ["what looks like an escape is none", '"a\\","b"', ['"a\\"', '"b"']],
    ["the empty tag", '""', ['""']],
    ["bytes beyond ASCII", '"\xfc"', ['"\xfc"']],
    ["any", "*", "*"],
    ["any in a list", '*, "a"', null],
    ["nothing", "", null],
    ["commas alone", ",,", null],
    ["no quotes", "a", null],
    ["a quote that is not closed", '"a', null],
    ["a small w", 'w/"a"', null],
    ["a space in a tag", '"a b"', null],
    ["no comma between", '"a" "b"', null],
    ["text behind a tag", '"a"b', null],
  ];
  test.each(cases)("%s", (_name, value, tags) => {
    expect(parseEntityTags(value)).toEqual(tags);
  });

  test("takes time in proportion to the length of the value", () => {
    // Whoever tries again from each byte takes minutes.
    for (const value of [
      `${" ".repeat(500_000)}x`,
      `${'"a",'.repeat(16_000)}x`,
      `${" ".repeat(64_000)}x`,
      `"${"a".repeat(64_000)}`,
    ]) {
      expect(parseEntityTags(value)).toBeNull();
    }
  });
});

describe("comparison is that of RFC 9110 8.8.3.2", () => {
  const rows: [one: string, other: string, strong: boolean, weak: boolean][] = [
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
  ];
  test.each(rows)("%s and %s", (one, other, strong, weak) => {
    expect([matchesStrongly(one, other), matchesWeakly(one, other)]).toEqual([strong, weak]);
    expect([matchesStrongly(other, one), matchesWeakly(other, one)]).toEqual([strong, weak]);
  });
});
