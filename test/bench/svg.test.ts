import { expect, test } from "bun:test";
import { element, escapeXml, fitted, textWidth, wrapped } from "../../bench/publish/svg.ts";

test("element() escapes what attributes hold and rounds numbers", () => {
  expect(element("a", { b: `"<&>`, c: 1.249, d: 2 })).toBe('<a b="&quot;&lt;&amp;&gt;" c="1.2" d="2"/>');
});

test("element() takes children as markup", () => {
  expect(element("a", {}, "b", "<c/>")).toBe("<a>b<c/></a>");
});

test("escapeXml() replaces what XML cannot hold", () => {
  expect(escapeXml("a\0b\x1b\uffff\udc00\t\n")).toBe("a\ufffdb\ufffd\ufffd\ufffd\t\n");
});

test("fitted() leaves alone what fits, and else ends with an ellipsis within the width", () => {
  expect(fitted("nginx", 100, 15)).toBe("nginx");
  const text = fitted("nginx, with a long name", 100, 15);
  expect(text).toMatch(/^nginx,.*…$/);
  expect(textWidth(text, 15)).toBeLessThanOrEqual(100);
});

test("wrapped() breaks at spaces, and cuts a word that is wider than a line", () => {
  expect(wrapped("one two three", 7 * 10, 10)).toEqual(["one two", "three"]);
  expect(wrapped("a wwwwwwwwwwww b", 50, 10)).toEqual(["a", "wwww…", "b"]);
});
