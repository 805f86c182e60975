import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compareCodePoints, entryHref, entryLabel, sortEntries } from "../../../src/files/listing/entries.ts";
import type { DirectoryEntry } from "../../../src/files/opened-directory.ts";

const file = (name: string): DirectoryEntry => ({ name, isDirectory: false, isLink: false });
const directory = (name: string): DirectoryEntry => ({ name, isDirectory: true, isLink: false });
const link = (name: string, isDirectory: boolean = false): DirectoryEntry => ({
  name,
  isDirectory,
  isLink: true,
});

describe("sortEntries() orders", () => {
  const cases: [name: string, sorted: string[]][] = [
    ["capitals and small letters alike", ["a", "B", "c"]],
    ["digits as characters", ["1", "10", "2"]],
    ["punctuation by its code", ["!", "-", ".", "_", "a", "~"]],
    ["directories among files", ["a.txt", "b", "c.txt"]],
    ["a name before what continues it", ["a", "a.txt", "ab"]],
    ["characters beyond U+FFFF last", ["z", "\u00fc", "\uff21", "\u{1f600}", "\u{20000}"]],
    ["without a language's rules", ["z", "\u00e4", "\u0131"]],
    ["names that differ in case only: capitals first", ["README", "Readme", "readme"]],
  ];
  test.each(cases)("%s", (_name, sorted) => {
    const shuffled = sorted.toReversed().map(file);
    expect(sortEntries(shuffled).map((entry) => entry.name)).toEqual(sorted);
    expect(sortEntries(sorted.map(file)).map((entry) => entry.name)).toEqual(sorted);
  });

  test("any strings as the order of their code points does", () => {
    const text = fc.string({ unit: "binary", maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(compareByCodePointArrays(a, b)));
      }),
    );
  });
});

describe("an entry", () => {
  const cases: [name: string, entry: DirectoryEntry, href: string, label: string][] = [
    ["that is a file", file("a.txt"), "a.txt", "a.txt"],
    ["that is a directory", directory("sub"), "sub/", "sub/"],
    ["that is a link to a file, or to nothing", link("l"), "l", "l@"],
    ["that is a link to a directory", link("l", true), "l/", "l@"],
    ["with delimiters", file("a b?c#d%e&f"), "a%20b%3Fc%23d%25e%26f", "a b?c#d%e&f"],
    ["with quotes and brackets", file(`!'"()*<>`), "%21%27%22%28%29%2A%3C%3E", `!'"()*<>`],
    ["with what needs no escape", file("aZ09_.-~"), "aZ09_.-~", "aZ09_.-~"],
    ["with a colon, which makes no scheme", file("javascript:x"), "javascript%3Ax", "javascript:x"],
    ["with a backslash", file("a\\b"), "a%5Cb", "a\\b"],
    ["with letters of other languages", file("\u00fc\u{1f600}"), "%C3%BC%F0%9F%98%80", "\u00fc\u{1f600}"],
    ["with line ends", file("a\r\nb"), "a%0D%0Ab", "a\r\nb"],
  ];
  test.each(cases)("%s", (_name, entry, href, label) => {
    expect({ href: entryHref(entry), label: entryLabel(entry) }).toEqual({ href, label });
  });
});

function compareByCodePointArrays(a: string, b: string): number {
  const left = Array.from(a, (char) => char.codePointAt(0)!);
  const right = Array.from(b, (char) => char.codePointAt(0)!);
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    if (left[at] !== right[at]) return left[at]! - right[at]!;
  }
  return left.length - right.length;
}
