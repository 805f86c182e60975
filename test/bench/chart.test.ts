import { describe, expect, test } from "bun:test";
import { chart } from "../../bench/publish/chart.ts";
import { textWidth } from "../../bench/publish/svg.ts";
import { THEMES } from "../../bench/publish/theme.ts";
import { MIXED, resultOf, row, SUBJECT, throughputCase, VOID } from "./fixtures/result.ts";
import { type Element, parseXml } from "./fixtures/xml.ts";

const HOSTILE = `<script>"&'\0]]>\ud800`;

/** The texts of a chart, from top to bottom. */
function textsOf(svg: string): string[] {
  return parseXml(svg)
    .filter(({ name }) => name === "text")
    .map(({ text }) => text);
}

/** The bars of a chart: the rectangles but for the first, which is the background. */
function barsOf(svg: string): Element[] {
  return parseXml(svg)
    .filter(({ name }) => name === "rect")
    .slice(1);
}

describe.each(Object.entries(THEMES))("the %s chart", (_, theme) => {
  test("shows each case's subject and rivals with their ratios", () => {
    const texts = textsOf(chart(MIXED, theme));
    expect(texts.slice(2, -4)).toEqual([
      ...["Hello, World", "basehttp", "1.00"],
      ...["Bun.serve, fetch", "0.65", "Bun.serve, static route", "0.90", "Bun.listen, fixed bytes", "1.25"],
      ...["Another case", "basehttp", "1.00", "nginx", "4.00"],
    ]);
  });

  test("has the same bytes for the same result", () => {
    expect(chart(MIXED, theme)).toBe(chart(structuredClone(MIXED), theme));
  });

  test("has a background of its own, and colours that stand out from it", () => {
    const [background] = parseXml(chart(MIXED, theme)).filter(({ name }) => name === "rect");
    expect(background?.attributes.fill).toBe(theme.background);
    for (const text of [theme.text, theme.mutedText, theme.subject]) {
      expect(contrast(text, theme.background)).toBeGreaterThanOrEqual(4.5);
    }
    for (const mark of [theme.rival, theme.whisker]) {
      expect(contrast(mark, theme.background)).toBeGreaterThanOrEqual(3);
    }
    expect(contrast(theme.whisker, theme.rival)).toBeGreaterThanOrEqual(3);
  });
});

test("a chart says what it is to those who do not see it", () => {
  const [svg, title, desc] = parseXml(chart(MIXED, THEMES.light));
  expect(svg?.attributes).toMatchObject({ role: "img", "aria-labelledby": "title desc" });
  expect(title).toEqual({
    name: "title",
    attributes: { id: "title" },
    text: "Requests per second of server CPU time",
  });
  expect(desc?.text).toContain("Another case: basehttp 1, nginx 4.00 (4.00 to 4.00).");
});

test("a chart says where, when and how, and names what gave no figures", () => {
  expect(textsOf(chart(MIXED, THEMES.light)).slice(-4)).toEqual([
    "In a frame: the limit, a bare socket that always writes the same bytes.",
    "No figures: Upload.",
    "2 rounds of 3 s, in each every server in turn, as a fresh process.",
    "2026-11-23, commit 0123456, 2 x A CPU, Linux\u00a06.18, bun\u00a01.4.5, nginx\u00a01.26.3.",
  ]);
});

test("bars are as long as their ratios, on one scale, and a bar too long for it is cut", () => {
  const lengths = barsOf(chart(MIXED, THEMES.light)).map(({ attributes }) => Number(attributes.width));
  const [unit = 0, ...rest] = lengths;
  expect(rest.map((length) => Math.round((100 * length) / unit))).toEqual([65, 90, 125, 100, 200]);
});

test("a whisker reaches from the least to the most of all rounds", () => {
  const svg = chart(MIXED, THEMES.light);
  const [bar] = barsOf(svg);
  const start = Number(bar?.attributes.x);
  const unit = Number(bar?.attributes.width);
  const [whisker] = parseXml(svg).filter(({ attributes }) => attributes.stroke === THEMES.light.whisker);
  const [, from, to] = /^M(\S+) \S+?H([^M]+)M/.exec(whisker?.attributes.d ?? "") ?? [];
  expect(Number(from)).toBeCloseTo(start + 0.5 * unit, 0);
  expect(Number(to)).toBeCloseTo(start + 0.8 * unit, 0);
});

test("whatever titles hold, a chart is well-formed and holds them as text", () => {
  const svg = chart(
    resultOf(throughputCase("x", HOSTILE, SUBJECT, row("y", HOSTILE, 1, 2)), {
      ...VOID,
      name: HOSTILE,
      title: HOSTILE,
    }),
    THEMES.light,
  );
  expect(parseXml(svg).some(({ name }) => name === "script")).toBe(false);
  expect(textsOf(svg)).toContain(`<script>"&'\ufffd]]>\ufffd`);
  expect(textsOf(svg)).toContain(`No figures: <script>"&'\ufffd]]>\ufffd.`);
});

test("long names are cut before they leave the chart or reach its bars", () => {
  const long = "WIDE NAME ".repeat(30);
  const result = resultOf(
    throughputCase("x", long, { ...SUBJECT, title: long }, row("nginx", long, 1, 2), row("y", "y", 1e9, 1e9)),
    { ...VOID, name: "z", title: "W".repeat(500) },
  );
  for (const { name, text, attributes } of parseXml(chart(result, THEMES.light))) {
    if (name !== "text") continue;
    const width = textWidth(text, Number(attributes["font-size"] ?? 15));
    const isRight = attributes["text-anchor"] === "end";
    const start = Number(attributes.x) - (isRight ? width : 0);
    expect(start).toBeGreaterThanOrEqual(0);
    expect(start + width).toBeLessThanOrEqual(600);
  }
});

test.each([
  ["no case", resultOf()],
  ["only cases without figures", resultOf(VOID)],
  ["the subject alone", resultOf(throughputCase("hello", "Hello", SUBJECT))],
  ["rivals alone", resultOf(throughputCase("hello", "Hello", row("nginx", "nginx", 1), row("y", "y", 1)))],
])("of a result with %s a chart says that nothing was compared", (_, result) => {
  const svg = chart(result, THEMES.dark);
  expect(textsOf(svg)).toContain("Nothing was compared.");
  expect(barsOf(svg)).toEqual([]);
});

test("of many cases the chief ones are shown, in the order of the result", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "python", "browser", "hello"];
  const cases = names.map((name) => throughputCase(name, name, SUBJECT, row("nginx", "nginx", 1000, 1000)));
  const headings = textsOf(chart(resultOf(...cases), THEMES.light)).filter((text) =>
    /^\w$|^Hello|^A br/.test(text),
  );
  expect(headings).toEqual(["a", "b", "c", "d", "e", "f", "A browser's request", "Hello, World"]);
});

/** How much two colours differ, as WCAG 2 reckons it: from 1 to 21. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
