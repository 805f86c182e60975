/** The part of the project's `README.md` that a result writes. */
import { counted, decimal, grouped, mebibytes } from "../throughput/figures.ts";
import { describeEnvironment } from "../throughput/report.ts";
import {
  type BenchResult,
  type CaseResult,
  type IdleMemoryResult,
  type LatencyResult,
  type LatencyRow,
  requestsPerCpuSecond,
  type ThroughputResult,
} from "../throughput/result.ts";
import { ratioSpread, spread } from "../throughput/stats.ts";
import { table } from "../throughput/table.ts";
import { type Comparison, comparisons, headingOf, isItself, type Rival, sides } from "./comparison.ts";
import { markdownText } from "./markdown.ts";

/** Where the files lie that the summary shows and links to, as seen from the page. */
export interface Places {
  readonly light: string;
  readonly dark: string;
  readonly tables: string;
}

/** The columns, and which peers each stands for: a server that was run in several ways may share one. */
const COLUMNS: readonly (readonly [title: string, ...peers: string[]])[] = [
  ["Bun.serve, fetch", "bun-serve"],
  ["Bun.serve, routes", "bun-serve-static", "bun-serve-dir"],
  ["node:http", "node-http"],
  ["nginx", "nginx", "nginx-cached"],
  ["Python", "python-http10", "python-http11"],
  ["bare socket", "bun-listen"],
];

const ALT =
  "Bar chart: requests per second of server CPU time of basehttp and its rivals, case by case; " +
  "the table below has the figures";

/** A paragraph, the chart, a table of ratios, and what the table cannot say. */
export function summary(result: BenchResult, places: Places): string {
  const paragraphs = [
    method(result),
    picture(places),
    ratios(comparisons(result)),
    remarks(result.cases),
    `[All figures](${places.tables}): spreads, CPU time for each request, memory, and what was aimed at.`,
  ];
  return paragraphs.filter((text) => text !== "").join("\n\n");
}

function method({ environment, rounds, seconds }: BenchResult): string {
  const load = environment.loadAverage.toFixed(2);
  return [
    `Measured: ${markdownText(describeEnvironment(environment))}; load average ${load} before the start;`,
    `${counted(rounds, "round")} of ${seconds} s, in each of which every server ran in turn, as a fresh process.`,
    "A cell is basehttp's requests per second of server CPU time as a multiple of the rival's, the median of the rounds:",
    "above 1x basehttp is ahead, below 1x it is behind. Where a rival ran in several ways, its best counts.",
  ].join("\n");
}

function picture({ light, dark }: Places): string {
  return [
    "<picture>",
    `  <source media="(prefers-color-scheme: dark)" srcset="${dark}">`,
    `  <img src="${light}" width="600" alt="${ALT}">`,
    "</picture>",
  ].join("\n");
}

function ratios(all: readonly Comparison[]): string {
  if (all.length === 0) return "";
  const columns = columnsOf(all.flatMap(({ rivals }) => rivals));
  const rows = all.map(({ heading, rivals }) => [heading, ...columns.map((column) => cell(rivals, column))]);
  return table([["basehttp against", ...columns], ...rows].map((cells) => cells.map(markdownText))).join(
    "\n",
  );
}

function columnsOf(rivals: readonly Rival[]): string[] {
  const met = new Set(rivals.map(columnOf));
  const known = COLUMNS.map(([title]) => title).filter((title) => met.has(title));
  return [...new Set([...known, ...met])];
}

function columnOf({ peer, title }: Rival): string {
  return COLUMNS.find(([, ...peers]) => peers.includes(peer))?.[0] ?? title;
}

/** The ratio to the best of a column: what a rival can do is what counts, however it has to be set up. */
function cell(rivals: readonly Rival[], column: string): string {
  const medians = rivals.filter((rival) => columnOf(rival) === column).map(({ ratio }) => ratio.median);
  return medians.length === 0 ? "" : `${decimal(Math.min(...medians))}x`;
}

function remarks(cases: readonly CaseResult[]): string {
  const firstThroughput = cases.find((one) => one.kind === "throughput");
  const lines = cases.flatMap((one) => {
    if (one.kind === "void") return [`No figures for "${headingOf(one)}": ${one.reason}.`];
    if (one.kind === "latency") return latency(one);
    if (one.kind === "idle memory") return idleMemory(one);
    return [...againstItself(one), ...(one === firstThroughput ? peakMemory(one) : [])];
  });
  return lines.map((line) => `- ${markdownText(line)}`).join("\n");
}

function latency(result: LatencyResult): string[] {
  const both = sides(result.rows);
  if (both === undefined || both.rivals.length === 0) return [];
  const p99s = ({ samples }: LatencyRow): number[] => samples.map(({ p99Us }) => p99Us);
  const own = p99s(both.subject);
  const figures = both.rivals.map(
    (row) => `${decimal(ratioSpread(own, p99s(row)).median)}x that of ${row.title}`,
  );
  return [`${result.title}: the p99 of basehttp is ${figures.join("; ")}. Less is better.`];
}

function idleMemory({ title, connections, rows }: IdleMemoryResult): string[] {
  const figures = rows.map((row) => `${row.title} ${grouped(spread(row.bytesPerConnection).median)}`);
  return [`${title}, in bytes, with ${grouped(connections)} open: ${figures.join("; ")}.`];
}

/** What the subject pays for being set up in another way, such as with its log on. */
function againstItself({ rows }: ThroughputResult): string[] {
  const both = sides(rows);
  if (both === undefined) return [];
  const own = both.subject.samples.map(requestsPerCpuSecond);
  return both.rivals.filter(isItself).map((row) => {
    const { median } = ratioSpread(own, row.samples.map(requestsPerCpuSecond));
    return `${both.subject.title}: ${decimal(median)}x of ${row.title}.`;
  });
}

function peakMemory(result: ThroughputResult): string[] {
  const figures = result.rows.map(({ title, samples }) => {
    const bytes = spread(samples.map(({ peakBytes }) => peakBytes)).median;
    return `${title} ${mebibytes(bytes)}`;
  });
  return [`Peak memory in "${headingOf(result)}", in MiB: ${figures.join("; ")}.`];
}
