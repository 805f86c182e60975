/** All that is published of a result, made from nothing else. */
import { describeCase, describeRun } from "../throughput/report.ts";
import type { BenchResult } from "../throughput/result.ts";
import { chart } from "./chart.ts";
import { markdownText } from "./markdown.ts";
import { parseResult } from "./parse.ts";
import { withSection } from "./section.ts";
import { summary } from "./summary.ts";
import { THEMES } from "./theme.ts";

/** Where the result itself is kept, from the project's folder. */
export const RESULT_PATH = "bench/results/result.json";
export const PAGE_PATH = "README.md";

const TABLES_PATH = "bench/results/results.md";
const LIGHT_PATH = "bench/results/chart-light.svg";
const DARK_PATH = "bench/results/chart-dark.svg";

const TABLES_HEAD = `# Results of the bench

Written by \`bun run bench:publish\` from [result.json](result.json), which has every sample.
[How it measures](../README.md#how-it-measures), and
[what the figures do not say](../README.md#what-the-figures-do-not-say).`;

/**
 * The files that a result is published as, by their path from the project's folder. `json` is what the bench wrote,
 * found at `source`; `page` is the project's `README.md` as it is. Throws a {@link Refusal} when either is not as it
 * has to be.
 */
export function publication(json: string, source: string, page: string): ReadonlyMap<string, string> {
  const result = parseResult(json, source);
  const places = { light: LIGHT_PATH, dark: DARK_PATH, tables: TABLES_PATH };
  return new Map([
    [RESULT_PATH, json],
    [TABLES_PATH, tables(result)],
    [LIGHT_PATH, chart(result, THEMES.light)],
    [DARK_PATH, chart(result, THEMES.dark)],
    [PAGE_PATH, withSection(page, summary(result, places))],
  ]);
}

function tables(result: BenchResult): string {
  const cases = result.cases.map((one) => describeCase(one, markdownText));
  return [TABLES_HEAD, "", markdownLines(describeRun(result)), "", ...cases].join("\n");
}

function markdownLines(lines: string): string {
  return lines.split("\n").map(markdownText).join("\n");
}
