import { describe, expect, test } from "bun:test";
import { FILE_NAMES, HOSTILE_FILE_NAMES } from "../../bench/corpus.ts";
import { extensionOf, guessMediaType, withCharset } from "../../src/files/mime.ts";
import { PYTHON_TYPES } from "../../src/files/python-types.ts";

const PYTHON_DEFAULT_MAP = {
  ".gz": "application/gzip",
  ".Z": "application/octet-stream",
  ".bz2": "application/x-bzip2",
  ".xz": "application/x-xz",
};

describe("extensionOf()", () => {
  const cases: [path: string, extension: string][] = [
    ["a.txt", ".txt"],
    ["/srv/www/a.txt", ".txt"],
    ["a.tar.gz", ".gz"],
    ["a.", "."],
    ["README", ""],
    ["", ""],
    [".html", ""],
    ["..html", ""],
    [".profile.html", ".html"],
    ["/srv/v1.2/README", ""],
    ["/srv/v1.2/.html", ""],
    ["A.HTML", ".HTML"],
    ["a.b\\c", ".b\\c"],
  ];
  test.each(cases)("%p is %p", (path, extension) => {
    expect(extensionOf(path)).toBe(extension);
  });
});

describe("guessMediaType()", () => {
  const cases: [path: string, type: string | undefined, why: string][] = [
    ["a.html", "text/html", "Python's table"],
    ["a.HTML", "text/html", "Python's table, whatever the case"],
    ["a.js", "text/javascript", "Python's table"],
    ["a.avi", "video/vnd.avi", "Python's table, although the registry's says otherwise"],
    ["a.ico", "image/vnd.microsoft.icon", "Python's table"],
    ["a.xml", "text/xml", "Python's table, although the registry's says otherwise"],
    ["a.webmanifest", "application/manifest+json", "Python's table"],
    ["a.wasm", "application/wasm", "Python's table"],
    ["a.map", "application/json", "the registry's table"],
    ["a.jsonld", "application/ld+json", "the registry's table"],
    ["a.ODF", "application/vnd.oasis.opendocument.formula", "the registry's table, whatever the case"],
    ["a.ts", "text/plain", "TypeScript is no video"],
    ["a.mts", "text/plain", "TypeScript is no video"],
    ["a.CTS", "text/plain", "TypeScript is no video"],
    ["a.m2ts", "video/mp2t", "this one is a video"],
    ["a.gz", "application/gzip", "the author's map"],
    ["a.GZ", "application/gzip", "the author's map in lower case"],
    ["a.js.gz", "application/gzip", "it is gzip, whatever is in it"],
    ["a.tar.bz2", "application/x-bzip2", "it is bzip2, whatever is in it"],
    ["a.Z", "application/octet-stream", "the author's map in its own case"],
    ["a.js.br", undefined, "it is not JavaScript, and Brotli has no type"],
    ["a.tgz", "application/gzip", "short for .tar.gz"],
    ["a.TGZ", "application/gzip", "short for .tar.gz, whatever the case"],
    ["a.svgz", "application/gzip", "short for .svg.gz"],
    ["a.tbz2", "application/x-bzip2", "short for .tar.bz2"],
    ["a.txz", "application/x-xz", "short for .tar.xz"],
    ["a.unheard-of", undefined, "unknown"],
    ["README", undefined, "no extension"],
    [".html", undefined, "no extension"],
    ["a.", undefined, "an empty extension"],
    ["constructor", undefined, "no extension, and a name that every object knows"],
    ["a.constructor", undefined, "a name that every object knows"],
    ["a.__proto__", undefined, "a name that every object knows"],
  ];
  test.each(cases)("%p is %p: %s", (path, type) => {
    expect(guessMediaType(path, PYTHON_DEFAULT_MAP)).toBe(type);
  });

  test.each(Object.entries({ ...FILE_NAMES, ...HOSTILE_FILE_NAMES }))(
    "knows the files of the bench's corpus: %s",
    (_what, fileNames) => {
      for (const [name, type] of fileNames) expect(guessMediaType(name, PYTHON_DEFAULT_MAP)).toBe(type);
    },
  );

  test("asks the author's map first: its own spelling, then lower case", () => {
    const extensions = { ".html": "a/b", ".Html": "c/d", ".tgz": "e/f", "": "g/h" };
    const paths = ["x.html", "x.Html", "x.HTML", "x.tgz", "x", "x.txt"];
    expect(paths.map((path) => guessMediaType(path, extensions))).toEqual([
      "a/b",
      "c/d",
      "a/b",
      "e/f",
      "g/h",
      "text/plain",
    ]);
  });
});

test("Python's table is whole", () => {
  expect(PYTHON_TYPES.size).toBe(213);
  for (const [extension, type] of PYTHON_TYPES) {
    expect(extension).toMatch(/^\.[a-z0-9]+$/);
    expect(type).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/);
  }
});

test("withCharset() says the charset of text types that do not say it themselves", () => {
  expect(withCharset("text/html", "utf-8")).toBe("text/html; charset=utf-8");
  expect(withCharset("text/html", "")).toBe("text/html");
  expect(withCharset("text/html;charset=latin1", "utf-8")).toBe("text/html;charset=latin1");
  expect(withCharset("application/json", "utf-8")).toBe("application/json");
  expect(withCharset("image/svg+xml", "utf-8")).toBe("image/svg+xml");
});
