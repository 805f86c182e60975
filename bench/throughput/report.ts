/** Turns results into Markdown, for terminals and for readers. */
import { counted, decimal, grouped, mebibytes, withReach } from "./figures.ts";
import { totalMs } from "./proc.ts";
import {
  type BenchResult,
  type CaseResult,
  type Environment,
  type IdleMemoryResult,
  type IdleMemoryRow,
  type LatencyResult,
  type LatencyRow,
  requestsPerCpuSecond,
  type ThroughputResult,
  type ThroughputRow,
  type ThroughputSample,
  type VoidResult,
} from "./result.ts";
import { ratioSpread, spread } from "./stats.ts";
import { table } from "./table.ts";

/** Where, when and how the result was measured, in a paragraph. */
export function describeRun({ environment, seconds, rounds }: Omit<BenchResult, "cases">): string {
  const { loadAverage } = environment;
  return [
    `${describeEnvironment(environment)}.`,
    `Load average before the start: ${loadAverage.toFixed(2)}.`,
    `${counted(rounds, "round")} of ${seconds} s each; medians, and in parentheses the least and the most of all rounds.`,
    "req/CPU s: requests per second of the server's CPU time, user and system; user us and sys us: for each request.",
    "req/s: by the clock. busy: CPU time by the clock. peak MiB: the most resident memory.",
  ].join("\n");
}

/** When, at which commit, on what and with which versions, in a line; `space` is what stands before a version. */
export function describeEnvironment(
  { date, commit, cpu, kernel, versions }: Environment,
  space = " ",
): string {
  const named = Object.entries({ Linux: kernel, ...versions });
  const programs = named.map(([program, version]) => `${program}${space}${version}`);
  return [date.slice(0, 10), `commit ${commit}`, cpu, ...programs].join(", ");
}

/** A case's heading and table; `text` is how a heading, a cell and a reason are written. */
export function describeCase(result: CaseResult, text: (plain: string) => string = String): string {
  const figures =
    result.kind === "void"
      ? [`No figures: ${text(result.reason)}`]
      : table(rowsOf(result).map((row) => row.map(text)));
  return [`## ${text(result.name)}: ${text(result.title)}`, "", ...figures, ""].join("\n");
}

function rowsOf(result: Exclude<CaseResult, VoidResult>): string[][] {
  if (result.kind === "throughput") return withoutEmptyGoals(throughputTable(result));
  return withoutEmptyGoals(result.kind === "latency" ? latencyTable(result) : idleMemoryTable(result));
}

/** The rows of a table without their last column, the goals, where nobody has one. */
function withoutEmptyGoals(rows: string[][]): string[][] {
  const [, ...body] = rows;
  return body.every((cells) => cells.at(-1) === "") ? rows.map((cells) => cells.slice(0, -1)) : rows;
}

function throughputTable({ rows }: ThroughputResult): string[][] {
  const [first] = rows;
  const firstIs = `${first?.title ?? "the first"} is`;
  return [
    ["server", "req/CPU s", "req/s", "user us", "sys us", "busy", "peak MiB", firstIs, "goal"],
    ...rows.map((row) => throughputCells(row, row === first ? undefined : first)),
  ];
}

function throughputCells(row: ThroughputRow, first: ThroughputRow | undefined): string[] {
  const { samples } = row;
  const cells = [
    row.title,
    withReach(spread(samples.map(requestsPerCpuSecond)), decimal),
    decimal(median(samples, ({ requests, wallMs }) => (1000 * requests) / wallMs)),
    decimal(median(samples, ({ userMs, requests }) => (1000 * userMs) / requests)),
    decimal(median(samples, ({ systemMs, requests }) => (1000 * systemMs) / requests)),
    `${Math.round(100 * median(samples, (sample) => totalMs(sample) / sample.wallMs))} %`,
    mebibytes(median(samples, ({ peakBytes }) => peakBytes)),
  ];
  if (first === undefined) return [...cells, "", ""];
  const ratio = ratioSpread(first.samples.map(requestsPerCpuSecond), samples.map(requestsPerCpuSecond));
  const goal = goalFor(first, row.goal);
  return [
    ...cells,
    withReach(ratio, decimal, "x"),
    goal === undefined ? "" : `${goal}x: ${verdict(shown(ratio.median) >= goal)}`,
  ];
}

function latencyTable({ rows }: LatencyResult): string[][] {
  const [first] = rows;
  const p99Is = `p99 of ${first?.title ?? "the first"} is`;
  return [
    ["server", "req/s", "p50 us", "p99 us", p99Is, "goal"],
    ...rows.map((row) => latencyCells(row, row === first ? undefined : first)),
  ];
}

function latencyCells({ title, samples, goal }: LatencyRow, first: LatencyRow | undefined): string[] {
  const p99s = samples.map(({ p99Us }) => p99Us);
  const cells = [
    title,
    withReach(spread(samples.map(({ requestsPerSecond }) => requestsPerSecond)), grouped),
    withReach(spread(samples.map(({ p50Us }) => p50Us)), grouped),
    withReach(spread(p99s), grouped),
  ];
  if (first === undefined) return [...cells, "", ""];
  const firstP99s = first.samples.map(({ p99Us }) => p99Us);
  const ratio = ratioSpread(firstP99s, p99s);
  const most = goalFor(first, goal);
  return [
    ...cells,
    withReach(ratio, decimal, "x"),
    most === undefined ? "" : `${most}x or less: ${verdict(shown(ratio.median) <= most)}`,
  ];
}

function idleMemoryTable({ rows, connections }: IdleMemoryResult): string[][] {
  const cellsOf = ({ title, bytesPerConnection, goalBytes }: IdleMemoryRow): string[] => {
    const bytes = spread(bytesPerConnection);
    const goal =
      goalBytes === undefined
        ? ""
        : `${grouped(goalBytes)} or less: ${verdict(Math.round(bytes.median) <= goalBytes)}`;
    return [title, withReach(bytes, grouped), goal];
  };
  return [["server", `bytes per connection, ${grouped(connections)} open`, "goal"], ...rows.map(cellsOf)];
}

/** A rival's goal is about the subject: without it the first row is another rival, which aims at nothing. */
function goalFor(first: { readonly peer: string }, goal: number | undefined): number | undefined {
  return first.peer === "basehttp" ? goal : undefined;
}

/** A ratio as the table has it, so that it and the verdict beside it agree. */
function shown(ratio: number): number {
  return Number(decimal(ratio).replaceAll(",", ""));
}

function verdict(isMet: boolean): string {
  return isMet ? "met" : "missed";
}

function median(
  samples: readonly ThroughputSample[],
  figureOf: (sample: ThroughputSample) => number,
): number {
  return spread(samples.map(figureOf)).median;
}
