/** What a run says while it goes on, and at its end. */

import type { Failure, Tally } from "./run.ts";
import { latin1 } from "./target.ts";

const TERMINAL_MS = 1000;
const PLAIN_MS = 10_000;

/** What is needed of a stream that may be a terminal. */
export interface Terminal {
  readonly isTTY: boolean;
  write(text: string): unknown;
}

/** One line that is redrawn on a terminal each second; elsewhere a line each ten seconds. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #totalMs: number;
  #shownMs = 0;

  constructor(seconds: number, terminal: Terminal = process.stderr) {
    this.#terminal = terminal;
    this.#totalMs = seconds * 1000;
  }

  /** To be called often: shows how far the run is when it is time to. */
  show(elapsedMs: number, tallies: readonly Tally[]): void {
    const { isTTY } = this.#terminal;
    if (elapsedMs - this.#shownMs < (isTTY ? TERMINAL_MS : PLAIN_MS)) return;
    this.#shownMs = elapsedMs;
    const cases = tallies.reduce((sum, tally) => sum + tally.cases, 0);
    const failures = tallies.filter(({ throws, splits, wrongs }) => throws + splits + wrongs > 0).length;
    const seconds = `${Math.floor(elapsedMs / 1000)} of ${Math.round(this.#totalMs / 1000)} s`;
    const line = `${seconds}, ${cases.toLocaleString("en")} cases, ${failures} failures`;
    this.#terminal.write(isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
  }

  /** Takes the line away, so that others can be written. */
  clear(): void {
    if (this.#terminal.isTTY) this.#terminal.write("\r\x1b[2K");
  }
}

/** A failure, and how it is seen again. */
export function failureText({ target, index, fault, fuzzCase }: Failure, path: string): string {
  const { bytes, cuts, variant } = fuzzCase;
  return [
    `FAILED ${target} (${fault.kind}), case ${index}, made small:`,
    `  ${JSON.stringify(latin1(bytes))}, cut at [${cuts.join(", ")}], variant ${variant}`,
    `  ${fault.message}`,
    `  Again: bun run fuzz --replay ${path}`,
  ].join("\n");
}

const COLUMNS = ["target", "cases", "cases/s", "throws", "split disagreements", "wrong outcomes"] as const;

/** A table with a row a target and one for them all. */
export function summaryText(tallies: readonly Tally[]): string {
  const total: Tally = { name: "all", ms: 0, cases: 0, throws: 0, splits: 0, wrongs: 0 };
  for (const tally of tallies) {
    total.ms += tally.ms;
    total.cases += tally.cases;
    total.throws += tally.throws;
    total.splits += tally.splits;
    total.wrongs += tally.wrongs;
  }
  return table([COLUMNS, ...[...tallies, total].map(cellsOf)]);
}

function cellsOf({ name, ms, cases, throws, splits, wrongs }: Tally): string[] {
  const rate = Math.round(cases / Math.max(ms / 1000, 0.001));
  return [name, ...[cases, rate, throws, splits, wrongs].map((count) => count.toLocaleString("en"))];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lineOf = (row: readonly string[]): string =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("  ");
  return rows.map(lineOf).join("\n");
}
