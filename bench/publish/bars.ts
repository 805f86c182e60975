/** Draws what a case says as a group of bars. */
import { share } from "../throughput/figures.ts";
import type { Spread } from "../throughput/stats.ts";
import type { Block } from "./block.ts";
import type { Comparison, Rival } from "./comparison.ts";
import { element, escapeXml, fitted, textWidth } from "./svg.ts";
import type { Theme } from "./theme.ts";

const HEADING_SIZE = 16;
const TEXT_SIZE = 15;
const BOLD = 600;

/** The subject's figure, by which the others are measured. */
const UNIT = "1.00";

const HEADING_HEIGHT = 24;
const ROW_HEIGHT = 21;
const BAR_HEIGHT = 13;
const MIDDLE = ROW_HEIGHT / 2;
/** Where the letters of a row stand. */
const BASELINE = MIDDLE + 5;
const WHISKER_HEIGHT = 8;
const GAP = 8;

/** The part of the width that names may take. */
const MOST_NAME_SHARE = 0.45;

/** A bar that is longer is cut and says so: beside it the others would be too short to compare. */
const LONGEST = 2;

/** Where things lie from left to right, in pixels. */
export interface Columns {
  /** Where the names begin, and where the figures have to end. */
  readonly start: number;
  readonly end: number;
  /** Where the bars begin; the names end a little before. */
  readonly barStart: number;
  /** How long the subject's bar is. */
  readonly unit: number;
  /** The longest bar that there is, by the subject's. */
  readonly longest: number;
}

/** The columns that suit all of `groups`, so that one scale holds for all. */
export function columnsFor(groups: readonly Comparison[], start: number, end: number): Columns {
  const rivals = groups.flatMap((group) => group.rivals);
  const subjects = groups.map(({ subject }) => subject);
  const titles = rivals.map(({ title }) => title);
  const figures = rivals.map(({ relative }) => share(relative.median));
  const nameWidth = Math.min(widest(subjects, titles), MOST_NAME_SHARE * (end - start));
  const barStart = start + nameWidth + GAP;
  const barEnd = end - widest([UNIT], figures) - GAP;
  const longest = Math.min(Math.max(1, ...rivals.map(({ relative }) => relative.most)), LONGEST);
  return { start, end, barStart, longest, unit: (barEnd - barStart) / longest };
}

/** A heading, the subject's bar and those of its rivals, and a line down from where the subject's ends. */
export function groupOfBars(group: Comparison, columns: Columns, theme: Theme): Block {
  const height = HEADING_HEIGHT + ROW_HEIGHT * (1 + group.rivals.length);
  const markup = [
    headingText(group.heading, columns, theme),
    unitLine(columns.barStart + columns.unit, height, theme),
    subjectRow(group.subject, columns, theme),
    ...group.rivals.map((rival, index) => rivalRow(rival, 1 + index, columns, theme)),
  ];
  return { markup: markup.join("\n"), height };
}

function headingText(heading: string, { start, end }: Columns, theme: Theme): string {
  const text = fitted(heading, end - start, HEADING_SIZE, true);
  const look = { "font-size": HEADING_SIZE, "font-weight": BOLD, fill: theme.text };
  return element("text", { x: start, y: HEADING_SIZE, ...look }, escapeXml(text));
}

function unitLine(x: number, bottom: number, theme: Theme): string {
  const d = `M${pixels(x)} ${HEADING_HEIGHT + ROW_HEIGHT}V${bottom}`;
  return element("path", { d, stroke: theme.subject, "stroke-dasharray": "2 3" });
}

function subjectRow(name: string, columns: Columns, theme: Theme): string {
  const { barStart, unit } = columns;
  return row(0, { fill: theme.subject, "font-weight": BOLD }, [
    nameText(name, columns, true),
    bar(barStart, unit, {}),
    figureText(UNIT, barStart + unit, theme),
  ]);
}

function rivalRow(
  { title, isLimit, relative }: Rival,
  index: number,
  columns: Columns,
  theme: Theme,
): string {
  const { barStart, unit, longest } = columns;
  const isCut = relative.median > longest;
  const length = unit * Math.min(relative.median, longest);
  const reach = unit * Math.min(relative.most, longest);
  const look = isLimit ? { fill: theme.background, stroke: theme.rival } : { fill: theme.rival };
  return row(index, { fill: theme.text }, [
    nameText(title, columns, false),
    bar(barStart, length, look),
    isCut ? cutMark(barStart + length, theme) : whisker(relative, columns, theme),
    figureText(share(relative.median), barStart + reach, theme),
  ]);
}

function nameText(name: string, { start, barStart }: Columns, isBold: boolean): string {
  const x = barStart - GAP;
  const text = fitted(name, x - start, TEXT_SIZE, isBold);
  return element("text", { x, y: BASELINE, "text-anchor": "end" }, escapeXml(text));
}

/** A figure beside the end of its bar, on a ground of its own where it crosses the line. */
function figureText(figure: string, end: number, theme: Theme): string {
  const ground = { stroke: theme.background, "stroke-width": 5, "paint-order": "stroke" };
  return element("text", { x: end + GAP, y: BASELINE, ...ground }, escapeXml(figure));
}

function bar(x: number, width: number, look: Readonly<Record<string, string>>): string {
  return element("rect", { x, y: MIDDLE - BAR_HEIGHT / 2, width, height: BAR_HEIGHT, ...look });
}

/** A thin line from the least to the most of all rounds, across the end of a bar; it is left open where it goes on. */
function whisker({ least, most }: Spread, { barStart, unit, longest }: Columns, theme: Theme): string {
  const from = pixels(barStart + unit * least);
  const to = pixels(barStart + unit * Math.min(most, longest));
  const top = MIDDLE - WHISKER_HEIGHT / 2;
  const cap = (x: number): string => `M${x} ${top}v${WHISKER_HEIGHT}`;
  const d = `M${from} ${MIDDLE}H${to}${cap(from)}${most > longest ? "" : cap(to)}`;
  return element("path", { d, stroke: theme.whisker, fill: "none" });
}

/** Two slanting gaps shortly before the end of a bar: it goes on beyond what is shown. */
function cutMark(end: number, theme: Theme): string {
  const slant = (x: number): string => `M${pixels(x)} ${MIDDLE + 9}l6 -18`;
  const d = `${slant(end - 24)}${slant(end - 17)}`;
  return element("path", { d, stroke: theme.background, "stroke-width": 3, fill: "none" });
}

function row(
  index: number,
  look: Readonly<Record<string, string | number>>,
  parts: readonly string[],
): string {
  const top = HEADING_HEIGHT + ROW_HEIGHT * index;
  return element("g", { transform: `translate(0 ${top})`, ...look }, parts.join(""));
}

/** The width of a column in which what belongs to the subject is bold, and what belongs to its rivals is not. */
function widest(bold: readonly string[], plain: readonly string[]): number {
  const widths = [
    ...bold.map((text) => textWidth(text, TEXT_SIZE, true)),
    ...plain.map((text) => textWidth(text, TEXT_SIZE)),
  ];
  return Math.max(0, ...widths);
}

/** For paths, whose numbers are part of a text. */
function pixels(value: number): number {
  return Math.round(value * 10) / 10;
}
