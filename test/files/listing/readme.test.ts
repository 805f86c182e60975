import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { documentRoot } from "../../../src/files/document-root.ts";
import {
  isReadmeName,
  markdownToSafeHtml,
  MAX_README_BYTES,
  readmeHtml,
} from "../../../src/files/listing/readme.ts";
import { OpenedFile } from "../../../src/files/opened-file.ts";
import { Tree } from "../../support/tree.ts";

describe("Markdown becomes HTML", () => {
  const cases: [what: string, markdown: string, html: string][] = [
    [
      "with headings a level down, which can be linked to",
      "# One\n[to](#one)",
      '<h2 id="readme-one">One</h2>\n<p><a href="#readme-one">to</a></p>',
    ],
    [
      "with emphasis and code",
      "*a* **b** ~~c~~ `d`",
      "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>",
    ],
    [
      "with links",
      "[a](b/c.md?d#e) [f](https://g.test/) <mailto:h@i.test>",
      '<p><a href="b/c.md?d#e">a</a> <a href="https://g.test/">f</a> &lt;mailto:h@i.test&gt;</p>',
    ],
    [
      "with links in angle brackets, but for code",
      "a <https://a.test/?b&c> <b> `<https://d.test>`",
      '<p>a <a href="https://a.test/?b&amp;c">https://a.test/?b&amp;c</a> &lt;b&gt; <code>&lt;https://d.test&gt;</code></p>',
    ],
    [
      "in angle brackets and in a link only once",
      "[<https://a.test/>](b)",
      '<p><a href="b">&lt;https://a.test/&gt;</a></p>',
    ],
    ["with links by themselves", "https://a.test/", '<p><a href="https://a.test/">https://a.test/</a></p>'],
    ["with images of this server", '![a](b.png "c")', '<p><img src="b.png" alt="a" title="c" /></p>'],
    ["with tasks", "- [x] a\n- [ ] b", "<ul>\n<li>&#9745; a</li>\n<li>&#9744; b</li>\n</ul>"],
    [
      "with blocks of code that can be scrolled by the keyboard",
      "```js\n<b>\n```",
      '<pre tabindex="0"><code>&lt;b&gt;\n</code></pre>',
    ],
  ];
  test.each(cases)("%s", (_what, markdown, html) => {
    expect(markdownToSafeHtml(markdown)).toBe(html);
  });

  test("or nothing, where it says nothing", () => {
    expect(markdownToSafeHtml("")).toBeUndefined();
    expect(markdownToSafeHtml("<!-- -->\n".repeat(0))).toBeUndefined();
  });
});

describe("what Markdown may hide is harmless:", () => {
  const attacks: [name: string, markdown: string][] = [
    ["a script", "<script>alert(1)</script>"],
    ["a script in a block of HTML", "<div>\n<script>\nalert(1)\n</script>\n</div>"],
    ["an image with a handler", "a <img src=x onerror=alert(1)> b"],
    ["a frame", "<iframe src=https://evil.test></iframe>"],
    ["a style", "<style>*{display:none}</style>"],
    ["a form", '<form action="https://evil.test"><input name=password></form>'],
    ["a base", "<base href=https://evil.test/>"],
    ["comments and instructions", "<!-- --><svg onload=alert(1)><!-- -->\n<?php ?>\n<![CDATA[<b>]]>"],
    ["a link to a script", "[x](javascript:alert(1))"],
    ["a link to a script in mixed case", "[x](JaVaScRiPt:alert(1))"],
    ["a link to a script by references", "[x](java&#115;cript:alert(1)) [x](&#x6A;avascript&colon;alert(1))"],
    ["a link to a script behind a blank", "[x](<  javascript:alert(1)>) [x](<\tjavascript:alert(1)>)"],
    [
      "a link to a script with a line end in it",
      "[x](<java\nscript:alert(1)>) [x](java&NewLine;script:alert(1)) [x](java&#10;script:alert(1)) [x](java&Tab;script&#58;alert(1))",
    ],
    ["a link to a script behind a control", "[x](\x01javascript:alert(1)) [x](&#1;javascript:alert(1))"],
    ["a link to a script by a definition", "[x][1] [1]\n\n[1]: javascript:alert(1) 'title'"],
    ["a link to a script in angle brackets", "<javascript:alert(1)>"],
    ["a link to data", "[x](data:text/html,<script>alert(1)</script>)"],
    ["a link to VBScript", "[x](vbscript:msgbox)"],
    ["a link to a file", "[x](file:///etc/passwd) [y](blob:x)"],
    ["an image of data", "![x](data:image/svg+xml,<svg onload=alert(1)>)"],
    [
      "an image from elsewhere",
      "![x](https://evil.test/track.png) ![x](//evil.test/x) ![x](/\\evil.test/x) ![x](&#47;/evil.test/x)",
    ],
    ["a title that ends its attribute", "[x](y 'a\" onclick=\"alert(1)') ![x](y 'a\" onerror=\"alert(1)')"],
    ["a text that ends its attribute", '![x" onerror="alert(1)](y)'],
    ["an address that ends its attribute", '[x](y"onclick="alert(1)) ![x](<y" onerror="alert(1)>)'],
    ["a language that ends its attribute", '```js"onclick="alert(1)\nx\n```'],
    ["a heading that takes an id of the page", "# upload\n# __proto__\n# body"],
    ["an address by itself", 'www.a.test/"onclick=alert(1) https://a.test/<script>'],
  ];
  test.each(attacks)("%s", (_name, markdown) => {
    expectHarmless(markdownToSafeHtml(markdown) ?? "");
  });

  test("whatever is put together from such parts", () => {
    const parts = attacks.flatMap(([, markdown]) => markdown.split(/(?<=[\s()[\]<>"'`:])/));
    const markdown = fc.array(fc.constantFrom(...parts, "\n", "\n\n", "> ", "- ", "`", "|"), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(markdown, (pieces) => {
        expectHarmless(markdownToSafeHtml(pieces.join("")) ?? "");
      }),
    );
  });

  const heavy: [name: string, markdown: string][] = [
    ["quotes in quotes", ">".repeat(MAX_README_BYTES)],
    ["brackets", "[".repeat(MAX_README_BYTES)],
    ["images in images", "![".repeat(MAX_README_BYTES / 2)],
    ["links in links", "[a](".repeat(MAX_README_BYTES / 4)],
    ["emphasis in emphasis", "*a **b ".repeat(MAX_README_BYTES / 7)],
    ["lists in lists", Array.from({ length: 300 }, (_, depth) => `${" ".repeat(depth * 2)}- x`).join("\n")],
    ["a long address, again and again", `${"[a]".repeat(15_000)}\n\n[a]: /${"x".repeat(20_000)}`],
  ];
  test.each(heavy)("%s, as many as there is room for", (_name, markdown) => {
    const html = markdownToSafeHtml(markdown) ?? "";
    expect(html.length).toBeLessThanOrEqual(1024 * 1024);
    expect(deepest(html)).toBeLessThanOrEqual(64);
  });
});

describe("readmeHtml()", () => {
  const htmlOf = (content: string | Uint8Array): string | undefined => {
    using tree = new Tree({ "README.md": content });
    const opened = documentRoot(tree.root, { followSymlinks: false }).open(tree.path("README.md"));
    if (!(opened instanceof OpenedFile)) throw new Error("It was not opened");
    using held = opened;
    return readmeHtml(held);
  };

  test("reads UTF-8, and takes other bytes for what they are not", () => {
    expect(htmlOf("\ufeffGr\u00fc\u00dfe")).toBe("<p>Gr\u00fc\u00dfe</p>");
    expect(htmlOf(new Uint8Array([0xff, 0x41]))).toBe("<p>\ufffdA</p>");
  });

  test("shows the beginning of a long one, by whole lines", () => {
    const html = htmlOf(`${"a line\n".repeat(20_000)}end`)!;
    expect(html).toEndWith("a line</p><p>&hellip;</p>");
    expect(html.length).toBeLessThan(MAX_README_BYTES + 100);
  });
});

test("a README is called so, in any case", () => {
  const names = [
    "README.md",
    "readme.md",
    "Readme.markdown",
    "README",
    "README.txt",
    "xREADME.md",
    "README.md.bak",
  ];
  expect(names.filter(isReadmeName)).toEqual(["README.md", "readme.md", "Readme.markdown"]);
});

/** Parses as browsers do, and looks at every element and attribute. */
function expectHarmless(html: string): void {
  const seen: string[] = [];
  new HTMLRewriter()
    .on("*", {
      element(element) {
        if (
          !/^(?:p|br|hr|em|strong|del|code|pre|blockquote|[uo]l|li|table|thead|tbody|t[rhd]|h[2-6]|a|img)$/.test(
            element.tagName,
          )
        )
          seen.push(`<${element.tagName}>`);
        for (const [name, value] of element.attributes) {
          if (!isHarmless(name!, decodeReferences(value!))) seen.push(`${name}=${value}`);
        }
      },
      comments: () => void seen.push("<!-- -->"),
    })
    .transform(html);
  expect({ html, seen }).toEqual({ html, seen: [] });
}

function isHarmless(name: string, value: string): boolean {
  if (name === "href") return ["https:", "http:", "mailto:", "here:"].includes(schemeOf(value));
  if (name === "src") return new URL(value, "http://here.test/").origin === "http://here.test";
  if (name === "id") return value.startsWith("readme-");
  return ["title", "alt", "align", "start", "tabindex"].includes(name);
}

function schemeOf(link: string): string {
  if (!URL.canParse(link, "http://here.test/a/")) return "here:";
  const url = new URL(link, "http://here.test/a/");
  return url.protocol;
}

/** What browsers make of the references that matter in an address. */
function decodeReferences(value: string): string {
  const named: Record<string, string> = {
    colon: ":",
    tab: "\t",
    newline: "\n",
    amp: "&",
    quot: '"',
    sol: "/",
    bsol: "\\",
  };
  return value.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));?/gi, (all, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return decimal === undefined ? (named[name.toLowerCase()] ?? all) : String.fromCodePoint(Number(decimal));
  });
}

function deepest(html: string): number {
  let depth = 0;
  let most = 0;
  for (const [tag] of html.matchAll(/<\/?(?!img|br|hr)\w+/g)) {
    depth += tag.startsWith("</") ? -1 : 1;
    most = Math.max(most, depth);
  }
  return most;
}
