/** Draws a result: the chief cases as groups of bars, by requests per second of server CPU time. */
import { counted, share } from "../throughput/figures.ts";
import { describeEnvironment } from "../throughput/report.ts";
import type { BenchResult } from "../throughput/result.ts";
import { columnsFor, groupOfBars } from "./bars.ts";
import { type Block, stacked } from "./block.ts";
import { type Comparison, comparisons, headingOf } from "./comparison.ts";
import { element, escapeXml, wrapped } from "./svg.ts";
import type { Theme } from "./theme.ts";

const MOST_GROUPS = 8;

/** No wider than this, since on a phone the whole chart, text and all, shrinks to the width of the screen. */
const WIDTH = 600;
const MARGIN = 20;
const GROUP_GAP = 14;

const FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif";
const TITLE_SIZE = 20;
const TEXT_SIZE = 15;
const NOTE_SIZE = 13;

/** Where a line must not end. */
const NO_BREAK_SPACE = "\u00a0";

const TITLE = "Requests per second of server CPU time";

/** The chart of a result as SVG, the same bytes for the same result. */
export function chart(result: BenchResult, theme: Theme): string {
  const groups = chiefComparisons(result);
  const columns = columnsFor(groups, MARGIN, WIDTH - MARGIN);
  const bars = groups.map((group) => groupOfBars(group, columns, theme));
  const blocks = [headBlock(result, theme), ...bars, textBlock(footnotes(result, groups), NOTE_SIZE, theme)];
  const { markup, height } = stacked(blocks, GROUP_GAP, MARGIN);
  return svg(height + MARGIN, description(groups), theme, markup);
}

function svg(height: number, text: string, theme: Theme, markup: string): string {
  const size = { width: WIDTH, height };
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    ...size,
    viewBox: `0 0 ${WIDTH} ${height}`,
    role: "img",
    "aria-labelledby": "title desc",
    "font-family": FONT,
    "font-size": TEXT_SIZE,
  };
  const root = element(
    "svg",
    attributes,
    `\n${element("title", { id: "title" }, TITLE)}`,
    `\n${element("desc", { id: "desc" }, escapeXml(text))}`,
    `\n${element("rect", { ...size, rx: 8, fill: theme.background })}`,
    `\n${markup}`,
  );
  return `${root}\n`;
}

/** Chief cases are chosen first; all are shown in the order of the result. */
function chiefComparisons(result: BenchResult): Comparison[] {
  const all = comparisons(result);
  const others = all.filter(({ isChief }) => !isChief);
  const chosen = [...all.filter(({ isChief }) => isChief), ...others].slice(0, MOST_GROUPS);
  return all.filter((one) => chosen.includes(one));
}

function headBlock({ rounds }: BenchResult, theme: Theme): Block {
  const title = element(
    "text",
    { x: MARGIN, y: TITLE_SIZE - 3, "font-size": TITLE_SIZE, "font-weight": 600, fill: theme.text },
    TITLE,
  );
  const note = `basehttp = 1, longer is better; medians of ${counted(rounds, "round")}, and least to most.`;
  const { markup, height } = textBlock([note], NOTE_SIZE, theme);
  const lines = element("g", { transform: `translate(0 ${TITLE_SIZE + 4})` }, markup);
  return { markup: `${title}\n${lines}`, height: TITLE_SIZE + 4 + height };
}

/** Paragraphs in muted text, wrapped. */
function textBlock(paragraphs: readonly string[], size: number, theme: Theme): Block {
  const lineHeight = Math.round(1.4 * size);
  const lines = paragraphs.flatMap((one) => wrapped(one, WIDTH - 2 * MARGIN, size));
  const markup = lines.map((line, index) =>
    element(
      "text",
      { x: MARGIN, y: size + index * lineHeight, "font-size": size, fill: theme.mutedText },
      escapeXml(line),
    ),
  );
  return { markup: markup.join("\n"), height: lines.length * lineHeight };
}

function footnotes(result: BenchResult, groups: readonly Comparison[]): string[] {
  const hasLimit = groups.some(({ rivals }) => rivals.some(({ isLimit }) => isLimit));
  const voids = result.cases.filter(({ kind }) => kind === "void").map(headingOf);
  return [
    ...(groups.length === 0 ? ["Nothing was compared."] : []),
    ...(hasLimit ? ["In a frame: the limit, a bare socket that always writes the same bytes."] : []),
    ...(voids.length > 0 ? [`No figures: ${voids.join("; ")}.`] : []),
    `${counted(result.rounds, "round")} of ${result.seconds} s, in each every server in turn, as a fresh process.`,
    `${describeEnvironment(result.environment, NO_BREAK_SPACE)}.`,
  ];
}

/** All that the bars say, for those who do not see them. */
function description(groups: readonly Comparison[]): string {
  const lines = groups.map(({ heading, subject, rivals }) => {
    const figures = rivals.map(
      ({ title, relative: { median, least, most } }) =>
        `${title} ${share(median)} (${share(least)} to ${share(most)})`,
    );
    return `${heading}: ${subject} 1, ${figures.join(", ")}.`;
  });
  return ["By basehttp = 1, medians and, in parentheses, the least and the most.", ...lines].join(" ");
}
