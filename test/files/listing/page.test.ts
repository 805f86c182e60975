import { describe, expect, test } from "bun:test";
import {
  pageEnd,
  type PageFrame,
  pagePolicy,
  pageStart,
  rowEnd,
  rowStart,
} from "../../../src/files/listing/page.ts";
import { withoutOwnParts } from "../../support/listing.ts";

const FRAME: PageFrame = {
  displayPath: "/a/b/",
  names: ["a", "b"],
  order: { key: "name", isDescending: false },
  count: 3,
  canUpload: false,
};

const page = (frame: Partial<PageFrame> = {}): string => {
  const whole = { ...FRAME, ...frame };
  return pageStart(whole) + pageEnd(whole);
};

const file = (name: string) => ({ name, isDirectory: false, isLink: false });

describe("a row", () => {
  test("has a link, a size and a date", () => {
    const time = new Date(2026, 0, 2, 3, 4, 5);
    const datetime = `${time.toISOString().slice(0, 19)}Z`;
    expect(rowStart(file("a b.png")) + rowEnd(1536, time.getTime())).toBe(
      '<li class="i"><a href="a%20b.png"><bdi>a b.png</bdi></a>' +
        '<data value=1536 title="1,536 bytes">1.5 KiB</data>' +
        `<time datetime=${datetime}>2026-01-02 03:04</time></li>\n`,
    );
  });

  test("has no size and no date where there is none", () => {
    const directory = { name: "d", isDirectory: true, isLink: false };
    expect(rowStart(directory) + rowEnd(-1, Number.NaN)).toBe(
      '<li class="d"><a href="d/"><bdi>d/</bdi></a></li>\n',
    );
  });

  test("shows names as text, and what does not show by itself", () => {
    expect(rowStart(file('<img src=x onerror="a">&amp;\u202e'))).toBe(
      '<li><a href="%3Cimg%20src%3Dx%20onerror%3D%22a%22%3E%26amp%3B%E2%80%AE">' +
        '<bdi>&lt;img src=x onerror="a"&gt;&amp;amp;\u2039U+202E\u203a</bdi></a>',
    );
  });
});

describe("the page", () => {
  test("has Python's title, and says where it is by relative links", () => {
    expect(page()).toContain("<title>Directory listing for /a/b/</title>");
    expect(page()).toContain("<h1>Directory listing for /a/b/</h1>");
    const crumbs = /<nav.*?<\/nav>/s.exec(page({ names: ["a<b", "c\u202e", "d"] }))![0];
    expect([...crumbs.matchAll(/href="([^"]*)"[^>]*><bdi>(.*?)<\/bdi>/g)].map(([, ...link]) => link)).toEqual(
      [
        ["../../../", "/"],
        ["../../", "a&lt;b"],
        ["../", "c\u2039U+202E\u203a"],
      ],
    );
    expect(crumbs).toContain('<span aria-current="page"><bdi>d</bdi></span>');
  });

  test("lets no markup through in its path", () => {
    const attack = `</title><script>alert("1")</script>&amp;`;
    const shown = withoutOwnParts(page({ displayPath: attack, names: [attack] }));
    expect(shown).not.toContain("<script");
    expect(shown.match(/<\/title>/g)).toHaveLength(1);
    expect(shown).toContain("&amp;amp;");
  });

  test("offers for each column the order that a click on it asks for", () => {
    const offered = (key: "name" | "size" | "date", isDescending: boolean) =>
      [
        ...page({ order: { key, isDescending } }).matchAll(
          /name="order" value="(\w+)"><button data-key="\w+"( data-now="\w+")?/g,
        ),
      ].map(([, order, now]) => (order ?? "") + (now ?? ""));
    expect(offered("name", false)).toEqual(['desc data-now="asc"', "desc", "desc"]);
    expect(offered("size", true)).toEqual(["asc", 'asc data-now="desc"', "desc"]);
    expect(offered("date", false)).toEqual(["asc", "desc", 'desc data-now="asc"']);
  });

  test("is of characters that need no encoding, where names are", () => {
    // So that it stays a string of bytes, which is encoded several times as fast.
    expect(page({ canUpload: true })).toMatch(/^[\x00-\x7f]*$/);
  });

  test("says how much there is", () => {
    const said = (count: number) => /role="status">(.*?)</.exec(page({ count }))![1];
    expect([0, 1, 2, 12_345].map(said)).toEqual(["0 entries", "1 entry", "2 entries", "12,345 entries"]);
    expect(page({ count: 0 })).toContain('<p class="none">This directory is empty.</p>');
  });

  test("has the README's name as text", () => {
    const shown = withoutOwnParts(page({ readme: { name: "<b>.md", html: "<p>text</p>" } }));
    expect(shown).toContain("<h2>&lt;b&gt;.md</h2>");
    expect(shown).toContain("<p>text</p>");
  });
});

describe("the policy", () => {
  test.each([false, true])(
    "allows the page's own style and script and no others; with upload: %p",
    (canUpload) => {
      const text = page({ canUpload });
      const hashed = (element: string): string[] =>
        [...text.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, "gs"))].map(
          ([, inner]) => `'sha256-${new Bun.CryptoHasher("sha256").update(inner!).digest("base64")}'`,
        );
      const directives = new Map(
        pagePolicy(canUpload)
          .split("; ")
          .map((directive): [string, string] => {
            const [name = "", ...values] = directive.split(" ");
            return [name, values.join(" ")];
          }),
      );
      expect(Object.fromEntries(directives)).toEqual({
        "default-src": "'none'",
        "style-src": hashed("style").join(" "),
        "script-src": hashed("script").join(" "),
        "img-src": "'self' data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'self'",
        ...(canUpload ? { "connect-src": "'self'" } : {}),
      });
    },
  );

  test("needs no exception: there is no style and no handler in any attribute", () => {
    expect(withoutOwnParts(page({ canUpload: true }))).not.toMatch(/\s(?:style|on\w+)=/);
  });

  test("goes with uploads: without them the page has no form for files", () => {
    expect(page({ canUpload: true })).toContain('<form method="post" enctype="multipart/form-data">');
    expect(page()).not.toContain("multipart");
    expect(page()).not.toContain("XMLHttpRequest");
  });
});
