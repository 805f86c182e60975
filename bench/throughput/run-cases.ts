/** Runs cases one after another and reports each as soon as it is through. */
import type { Case } from "./cases/case.ts";
import { describeEnvironment } from "./environment.ts";
import { Progress } from "./progress.ts";
import { describeCase, describeRun } from "./report.ts";
import type { BenchResult, CaseResult } from "./result.ts";
import { runCase, type RunOptions, stepsOf } from "./run.ts";
import { programsOf } from "./select.ts";

export async function runCases(
  cases: readonly Case[],
  options: Omit<RunOptions, "progress">,
): Promise<BenchResult> {
  const { seconds, rounds } = options;
  const environment = describeEnvironment(new Set(cases.flatMap(programsOf)));
  console.log(`${describeRun({ environment, seconds, rounds })}\n`);

  using progress = new Progress(cases.reduce((sum, one) => sum + stepsOf(one, rounds), 0));
  const results: CaseResult[] = [];
  for (const one of cases) {
    const result = await runCase(one, { ...options, progress });
    progress.clear();
    console.log(describeCase(result));
    results.push(result);
  }
  return { environment, seconds, rounds, cases: results };
}

/** 1 when a case gave no figures. */
export function exitCodeOf({ cases }: BenchResult): number {
  return cases.some(({ kind }) => kind === "void") ? 1 : 0;
}
