/**
 * `bun run bench`: our server and its peers side by side. The `README.md` of the bench says how it measures.
 */
import { CASES } from "./cases.ts";
import { requireTools, runCommand } from "./command.ts";
import { describeEnvironment } from "./environment.ts";
import { parseOptions, USAGE } from "./options.ts";
import { Progress } from "./progress.ts";
import { describeCase, describeRun } from "./report.ts";
import type { CaseResult } from "./result.ts";
import { runCase, stepsOf } from "./run.ts";
import { programsOf, selectCases } from "./select.ts";
import { Setup } from "./setup.ts";

/** Measures and reports. Exit code 1 says that a case gave no figures. */
async function bench(args: string[], signal: AbortSignal): Promise<number> {
  const { help, only, peers, seconds, rounds, json } = parseOptions(args);
  if (help) {
    console.log(USAGE);
    return 0;
  }
  requireTools();
  using setup = new Setup(signal);
  const { cases, missing } = selectCases(CASES, only, peers);
  for (const line of missing) console.log(line);
  const environment = describeEnvironment(new Set(cases.flatMap(programsOf)));
  console.log(`${describeRun({ environment, seconds, rounds })}\n`);

  const progress = new Progress(cases.reduce((sum, one) => sum + stepsOf(one, rounds), 0));
  const results: CaseResult[] = [];
  for (const one of cases) {
    const result = await runCase(one, { seconds, rounds, setup, progress });
    progress.clear();
    console.log(describeCase(result));
    results.push(result);
  }
  if (json !== undefined) {
    await Bun.write(
      json,
      `${JSON.stringify({ environment, seconds, rounds, cases: results }, undefined, 2)}\n`,
    );
  }
  return results.some(({ kind }) => kind === "void") ? 1 : 0;
}

await runCommand(bench);
