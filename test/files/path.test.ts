import { describe, expect, test } from "bun:test";
import { posix } from "node:path";
import fc from "fast-check";
import { DOTFILE_TARGETS, HOSTILE_TARGETS, TARGETS } from "../../bench/corpus.ts";
import {
  asksForDotfile,
  decodeSegment,
  directoryLocation,
  displayPath,
  endsInSlash,
  holdsNul,
  isMalformed,
  translatePath,
} from "../../src/files/path.ts";

const ROOT = "/srv/www";

describe("translatePath() leads to", () => {
  const cases: [name: string, target: string, path: string][] = [
    ["the root itself for a slash", "/", "/srv/www/"],
    ["a file", "/a.txt", "/srv/www/a.txt"],
    ["a file in a directory", "/sub/a.txt", "/srv/www/sub/a.txt"],
    ["a directory, keeping its slash", "/sub/", "/srv/www/sub/"],
    ["what stands before the query", "/a.txt?b=/../c", "/srv/www/a.txt"],
    ["what stands before the fragment", "/a.txt#b?c", "/srv/www/a.txt"],
    ["a name with parameters", "/a;v=1", "/srv/www/a;v=1"],
    ["a name with a plus sign, which is no space", "/a+b", "/srv/www/a+b"],
    ["an escaped name", "/%61%2etxt", "/srv/www/a.txt"],
    ["a name with escaped delimiters", "/%3F%23%25%20", "/srv/www/?#% "],
    ["a name in UTF-8", "/%C3%BC%F0%9F%98%80", "/srv/www/\u00fc\u{1f600}"],
    ["a name whose characters are escaped in part", "/x%e2%82%acy", "/srv/www/x\u20acy"],
    ["a name with an invalid escape, as it stands", "/%zz%4%", "/srv/www/%zz%4%"],
    ["a name with a backslash", "/a%5Cb\\c", "/srv/www/a\\b\\c"],
    ["one place, however many slashes there are", "//sub///a.txt", "/srv/www/sub/a.txt"],
    ["the directory when the path ends in a dot", "/sub/.", "/srv/www/sub"],
    ["the directory when the path ends in two dots", "/sub/x/..", "/srv/www/sub"],
    ["a file beyond a directory that is not there", "/nope/../a.txt", "/srv/www/a.txt"],
    ["the root when nothing is left", "/sub/..", "/srv/www"],
    ["a directory with an escaped trailing slash", "/sub%2F", "/srv/www/sub/"],
    ["a directory with an escaped trailing slash in lower case", "/sub%2f?q", "/srv/www/sub/"],
    ["what a target without a leading slash names", "a.txt", "/srv/www/a.txt"],
  ];
  test.each(cases)("%s", (_name, target, path) => {
    expect(translatePath(target, ROOT)).toBe(path);
  });

  test.each(Object.entries(TARGETS))("what the bench's corpus says: %s", (_name, targets) => {
    for (const [target, path] of targets) expect(translatePath(target, ROOT)).toBe(ROOT + path);
  });

  test("the right place below a directory that ends in a slash, is the root, or is relative", () => {
    expect(translatePath("/a", "/srv/www/")).toBe("/srv/www/a");
    expect(translatePath("/a/", "/")).toBe("/a/");
    expect(translatePath("/", "/")).toBe("/");
    expect(translatePath("/a", "site")).toBe("site/a");
  });

  test("the current directory, never the file system's root, when the directory is empty", () => {
    expect(translatePath("/", "")).toBe("./");
    expect(translatePath("/etc/passwd", "")).toBe("./etc/passwd");
  });
});

describe("translatePath() stays below the directory:", () => {
  const attacks: [name: string, target: string][] = [
    ["dot-dot", "/../../etc/passwd"],
    ["dot-dot after a file", "/a.txt/../../etc/passwd"],
    ["escaped dots", "/%2e%2e/%2e%2e/etc/passwd"],
    ["half-escaped dots", "/.%2e/%2E./etc/passwd"],
    ["escaped slash", "/..%2f..%2fetc/passwd"],
    ["escaped slash at both ends", "/%2f..%2f..%2fetc"],
    ["double-encoded dots", "/%252e%252e/etc/passwd"],
    ["double-encoded slash", "/..%252f..%252fetc/passwd"],
    ["backslash", "/..\\..\\etc\\passwd"],
    ["escaped backslash", "/..%5c..%5cetc%5cpasswd"],
    ["four dots", "/....//....//etc/passwd"],
    ["dot-dot with a parameter", "/..;/..;/etc/passwd"],
    ["overlong dots", "/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd"],
    ["overlong slash", "/..%c0%af..%c0%afetc/passwd"],
    ["percent-u escapes", "/%u002e%u002e/etc/passwd"],
    ["many slashes", "////etc/passwd"],
    ["NUL after dot-dot", "/..%00/etc/passwd"],
    ["dot-dot in the query", "/?/../../etc/passwd"],
    ["fullwidth dots", "/%ef%bc%8e%ef%bc%8e/etc/passwd"],
    ["no leading slash", "../../etc/passwd"],
  ];
  test.each(attacks)("%s", (_name, target) => {
    const path = translatePath(target, ROOT);
    expect(`${posix.normalize(path)}/`).toStartWith(`${ROOT}/`);
    expect(path.split("/")).not.toContain("..");
  });

  test.each(Object.entries(HOSTILE_TARGETS))("the bench's corpus: %s", (_name, targets) => {
    for (const [target, path] of targets) {
      expect(translatePath(target, ROOT)).toBe(ROOT + path);
      expect(posix.normalize(ROOT + path)).toStartWith(`${ROOT}/`);
    }
  });

  test("any text at all", () => {
    const pieces = fc.constantFrom(
      "..",
      ".",
      "/",
      "%2e",
      "%2F",
      "%5c",
      "\\",
      "%00",
      "a",
      "%",
      ";",
      "%c0%ae",
      "?",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const path = translatePath(`/${parts.join("")}`, ROOT);
        expect(`${posix.normalize(path)}/`).toStartWith(`${ROOT}/`);
      }),
    );
  });

  test("drive letters, streams and backslashes where the system is Windows", () => {
    expect(translatePath("/c:/..\\..\\x/D:e/a.txt", "C:/www", true)).toBe("C:/www/a.txt");
    expect(translatePath("/a.txt::$DATA", "C:/www", true)).toBe("C:/www");
  });
});

describe("decodeSegment()", () => {
  test("decodes valid UTF-8 as decodeURIComponent does, but for slashes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), (text) => {
        const segment = text.toWellFormed().replaceAll("/", "");
        const escaped = Array.from(new TextEncoder().encode(segment), percent).join("");
        expect(decodeSegment(escaped)).toBe(segment);
      }),
    );
  });

  test("agrees with the platform's decoder on which bytes are UTF-8", () => {
    const bytes = fc.uint8Array({ maxLength: 12 }).map((all) => all.filter((byte) => byte !== 0x2f));
    const nearMisses = fc.array(
      fc.constantFrom(0x61, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.oneof(bytes, nearMisses), (some) => {
        const decoded = decodeSegment(Array.from(some, percent).join(""));
        expect(decoded.isWellFormed()).toBe(Buffer.from(some).equals(Buffer.from(decodedByPlatform(some))));
        if (decoded.isWellFormed()) expect(decoded).toBe(decodedByPlatform(some));
      }),
      { numRuns: 500 },
    );
  });

  test("carries what no name can hold as lone surrogates", () => {
    expect(decodeSegment("a%FFb")).toBe("a\udcffb");
    expect(decodeSegment("a%2Fb")).toBe("a\udc2fb");
    expect(decodeSegment("%ED%A0%BD%ED%B8%80")).toBe("\udced\udca0\udcbd\udced\udcb8\udc80");
    expect(decodeSegment("%E2%82")).toBe("\udce2\udc82");
  });

  test("takes time in proportion to the text", () => {
    const escapes = 20_000;
    expect(decodeSegment("%FF".repeat(escapes))).toHaveLength(escapes);
    expect(decodeSegment("%C3%BC".repeat(escapes))).toHaveLength(escapes);
  });
});

describe("isMalformed()", () => {
  test.each([
    ["NUL", "/%00"],
    ["NUL in the middle", "/a%00.txt"],
    ["a high surrogate", "/%ED%A0%80"],
    ["a low surrogate", "/%ED%B3%BF"],
    ["a pair of surrogates", "/%ED%A0%BD%ED%B8%80"],
  ])("is true of %s", (_name, target) => {
    expect(isMalformed(translatePath(target, ROOT))).toBe(true);
  });

  test.each([
    ["an ordinary name", "/a.txt"],
    ["bytes that are not UTF-8", "/%FF"],
    ["a decoded slash", "/a%2Fb"],
    ["characters beyond U+FFFF", "/%F0%9F%98%80"],
    ["the character before the surrogates", "/%ED%9F%BF"],
  ])("is false of %s", (_name, target) => {
    expect(isMalformed(translatePath(target, ROOT))).toBe(false);
  });
});

test("holdsNul() looks at the whole path, and at nothing else", () => {
  const withNul = ["/%00", "/a%00", "/a%00/../b", "/..%00/b", "/%%00", "/%00?q"];
  expect(withNul.map(holdsNul)).toEqual(withNul.map(() => true));
  const without = ["/", "/a?%00", "/a#%00", "/%2500", "/%0%30", "/%0"];
  expect(without.map(holdsNul)).toEqual(without.map(() => false));
});

describe("asksForDotfile()", () => {
  test.each([
    "/.git/config",
    "/.env",
    "/sub/.htpasswd",
    "/%2egit/config",
    "/%2Egit/",
    "//.git",
    "/a/../.git",
    "/sub/.well-known/x",
    "/.well-known/.secret",
    "/.well-known-not",
    "/...",
    "/..;/",
    ".git/config",
  ])("is true of %s", (target) => {
    expect(asksForDotfile(target)).toBe(true);
  });

  test.each([
    "/",
    "/a.txt",
    "/a./b.",
    "/./a.txt",
    "/../a.txt",
    "/.git/../a.txt",
    "/.well-known/acme-challenge/x",
    "/.well-known",
    "/?/.git",
    "/%252egit",
  ])("is false of %s", (target) => {
    expect(asksForDotfile(target)).toBe(false);
  });
});

describe("asksForDotfile(), over the bench's corpus,", () => {
  test.each(Object.entries(DOTFILE_TARGETS))("is true of %s", (_what, targets) => {
    for (const target of targets) expect(asksForDotfile(target)).toBe(true);
  });

  test.each(Object.entries(TARGETS))("is false of %s", (_what, targets) => {
    for (const [target] of targets) expect(asksForDotfile(target)).toBe(false);
  });
});

describe("directoryLocation()", () => {
  const cases: [name: string, target: string, location: string][] = [
    ["adds the slash", "/sub", "/sub/"],
    ["keeps the query", "/sub?a=b&c", "/sub/?a=b&c"],
    ["keeps the fragment", "/sub#x", "/sub/#x"],
    ["drops an empty query", "/sub?", "/sub/"],
    ["drops an empty fragment", "/sub#", "/sub/"],
    ["keeps escapes as they are", "/%C3%BC%2e", "/%C3%BC%2e/"],
    ["keeps dot segments as they are", "/sub/.", "/sub/./"],
    ["keeps dot-dot segments as they are", "/a.txt/..", "/a.txt/../"],
    ["has one slash in front: two", "//evil.test/..%2fsub", "/evil.test/..%2fsub/"],
    ["has one slash in front: many", "////evil.test", "/evil.test/"],
    ["has no backslash: in front", "/\\evil.test", "/evil.test/"],
    ["has no backslash: backslashes only", "\\\\evil.test", "/evil.test/"],
    ["has no backslash: inside", "/a\\b", "/a%5Cb/"],
    ["names no scheme", "javascript:alert(1)", "/javascript:alert(1)/"],
    ["names no host: empty path", "?x", "/?x"],
    ["cannot be split: CR LF", "/a\r\nSet-Cookie: b=c", "/a%0D%0ASet-Cookie:%20b=c/"],
    ["cannot be split: HTAB, which browsers drop", "/\t/evil.test", "/%09/evil.test/"],
    ["is ASCII", "/\u00fc\u{1f600}", "/%C3%BC%F0%9F%98%80/"],
    ["is ASCII: lone surrogate", "/\ud800", "/%EF%BF%BD/"],
  ];
  test.each(cases)("%s", (_name, target, location) => {
    expect(directoryLocation(target)).toBe(location);
  });

  test("stays on its origin and in its line, whatever the target", () => {
    const pieces = fc.constantFrom(
      "/",
      "\\",
      "//",
      "evil.test",
      "..",
      "\t",
      "\r\n",
      "?",
      "#",
      "@",
      ":",
      "%5c",
      "http:",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const location = directoryLocation(parts.join(""));
        expect(location).toMatch(/^\/(?:[!-.0-[\]-~][!-[\]-~]*)?$/);
        expect(new URL(location, "http://here.test/a/b").origin).toBe("http://here.test");
      }),
    );
  });
});

test("endsInSlash() looks at the path only, and counts an escaped slash", () => {
  expect(["/", "/a/", "/a%2f", "/a%2F?x", "/a/#x"].map(endsInSlash)).toEqual(Array(5).fill(true));
  expect(["/a", "/a?/", "/a#/", "/a/.", "/a%252f"].map(endsInSlash)).toEqual(Array(5).fill(false));
});

test("displayPath() is for people to read", () => {
  expect(displayPath("/%C3%BC%20b/?q#f")).toBe("/\u00fc b/");
  expect(displayPath("/a%2Fb%FF%zz/")).toBe("/a/b\ufffd%zz/");
});

function percent(byte: number): string {
  return `%${byte.toString(16).padStart(2, "0")}`;
}

function decodedByPlatform(bytes: Iterable<number>): string {
  return Buffer.from([...bytes]).toString("utf8");
}
