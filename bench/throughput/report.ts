import { totalMs } from "./proc.ts";
/** Turns results into Markdown: tables whose columns line up on a terminal too. */
import {
  type BenchResult,
  type CaseResult,
  type IdleMemoryResult,
  type LatencyResult,
  type LatencyRow,
  requestsPerCpuSecond,
  type ThroughputResult,
  type ThroughputRow,
  type ThroughputSample,
} from "./result.ts";
import { ratioSpread, type Spread, spread } from "./stats.ts";

/** Where, when and how the result was measured, in a paragraph. */
export function describeRun({ environment, seconds, rounds }: Omit<BenchResult, "cases">): string {
  const { date, commit, cpu, kernel, loadAverage, versions } = environment;
  const runtimes = Object.entries(versions).map(([runtime, version]) => `${runtime} ${version}`);
  return [
    `${date.slice(0, 10)}, commit ${commit}, ${cpu}, Linux ${kernel}, ${runtimes.join(", ")}.`,
    `Load average before the start: ${loadAverage.toFixed(2)}.`,
    `${rounds} rounds of ${seconds} s each; medians, and in parentheses the least and the most of all rounds.`,
    "Requests per second of the server's CPU time, user and system.",
  ].join("\n");
}

/** A case's heading and table. */
export function describeCase(result: CaseResult): string {
  return [`## ${result.name}: ${result.title}`, "", ...describeFigures(result), ""].join("\n");
}

function describeFigures(result: CaseResult): string[] {
  if (result.kind === "void") return [`No figures: ${result.reason}`];
  if (result.kind === "throughput") return table(throughputTable(result));
  return table(result.kind === "latency" ? latencyTable(result) : idleMemoryTable(result));
}

function throughputTable({ rows }: ThroughputResult): string[][] {
  const [subject] = rows;
  const subjectIs = `${subject?.title ?? "subject"} is`;
  const header = [
    "server",
    "requests per CPU s",
    "user us each",
    "system us each",
    "busy",
    subjectIs,
    "goal",
  ];
  return [header, ...rows.map((row) => throughputCells(row, row === subject ? undefined : subject))];
}

function throughputCells(row: ThroughputRow, subject: ThroughputRow | undefined): string[] {
  const cells = [
    row.title,
    withReach(spread(row.samples.map(requestsPerCpuSecond)), grouped),
    microseconds(row.samples, ({ userMs }) => userMs),
    microseconds(row.samples, ({ systemMs }) => systemMs),
    percent(row.samples, (sample) => totalMs(sample) / sample.wallMs),
  ];
  if (subject === undefined) return [...cells, "", ""];
  const ratio = ratioSpread(subject.samples.map(requestsPerCpuSecond), row.samples.map(requestsPerCpuSecond));
  const goal = row.goal === undefined ? "" : `${row.goal}x: ${ratio.median >= row.goal ? "met" : "missed"}`;
  return [...cells, withReach(ratio, decimal, "x"), goal];
}

function latencyTable({ rows }: LatencyResult): string[][] {
  const [subject] = rows;
  const header = [
    "server",
    "requests per s",
    "p50 us",
    "p99 us",
    `p99 of ${subject?.title ?? "subject"} is`,
    "goal",
  ];
  return [header, ...rows.map((row) => latencyCells(row, row === subject ? undefined : subject))];
}

function latencyCells({ title, samples, goal }: LatencyRow, subject: LatencyRow | undefined): string[] {
  const p99s = samples.map(({ p99Us }) => p99Us);
  const cells = [
    title,
    grouped(spread(samples.map(({ requestsPerSecond }) => requestsPerSecond)).median),
    withReach(spread(samples.map(({ p50Us }) => p50Us)), grouped),
    withReach(spread(p99s), grouped),
  ];
  if (subject === undefined) return [...cells, "", ""];
  const ratio = ratioSpread(
    subject.samples.map(({ p99Us }) => p99Us),
    p99s,
  );
  const verdict = ratio.median <= (goal ?? Number.NaN) ? "met" : "missed";
  return [...cells, withReach(ratio, decimal, "x"), goal === undefined ? "" : `${goal}x at most: ${verdict}`];
}

function idleMemoryTable({ rows, connections }: IdleMemoryResult): string[][] {
  const header = ["server", `bytes per connection, ${grouped(connections)} open`, "goal"];
  return [
    header,
    ...rows.map(({ title, bytesPerConnection, goalBytes }) => {
      const bytes = spread(bytesPerConnection);
      const verdict = bytes.median <= (goalBytes ?? Number.NaN) ? "met" : "missed";
      return [
        title,
        withReach(bytes, grouped),
        goalBytes === undefined ? "" : `${grouped(goalBytes)}: ${verdict}`,
      ];
    }),
  ];
}

/** Markdown rows, the first of them the header; every column but the first is aligned to the right. */
function table(rows: readonly string[][]): string[] {
  const [header = []] = rows;
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const padded = rows.map((row) =>
    line(
      widths.map(
        (width, column) => (column === 0 ? row[column]?.padEnd(width) : row[column]?.padStart(width)) ?? "",
      ),
    ),
  );
  const rule = line(
    widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)),
  );
  return [padded[0] ?? "", rule, ...padded.slice(1)];
}

function withReach({ median, least, most }: Spread, format: (value: number) => string, unit = ""): string {
  return `${format(median)}${unit} (${format(least)}-${format(most)})`;
}

function microseconds(
  samples: readonly ThroughputSample[],
  msOf: (sample: ThroughputSample) => number,
): string {
  return spread(samples.map((sample) => (1000 * msOf(sample)) / sample.requests)).median.toFixed(2);
}

function percent(
  samples: readonly ThroughputSample[],
  shareOf: (sample: ThroughputSample) => number,
): string {
  return `${Math.round(100 * spread(samples.map(shareOf)).median)} %`;
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function decimal(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}
