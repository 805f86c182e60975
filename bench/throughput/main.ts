/**
 * `bun run bench`: our server and its peers side by side. The `README.md` of the bench says how it measures.
 */
import { closeSync, existsSync, openSync, unlinkSync } from "node:fs";
import { CASES } from "./cases.ts";
import { Refusal, requireTools, runCommand } from "./command.ts";
import { parseOptions, USAGE } from "./options.ts";
import { exitCodeOf, runCases } from "./run-cases.ts";
import { selectCases } from "./select.ts";
import { Setup } from "./setup.ts";

/** Measures and reports. Exit code 1 says that a case gave no figures. */
async function bench(args: string[], signal: AbortSignal): Promise<number> {
  const { help, only, peers, seconds, rounds, json } = parseOptions(args);
  if (help) {
    console.log(USAGE);
    return 0;
  }
  if (json !== undefined) requireWritable(json);
  requireTools();
  const { cases, missing } = selectCases(CASES, only, peers);
  for (const line of missing) console.log(line);
  if (cases.length === 0)
    throw new Refusal("Nothing to measure: none of the chosen servers takes part in the chosen cases");
  using setup = new Setup(signal);
  const result = await runCases(cases, { seconds, rounds, setup });
  if (json !== undefined) await Bun.write(json, `${JSON.stringify(result, undefined, 2)}\n`);
  return exitCodeOf(result);
}

/** Throws a {@link Refusal} where no result can be written: after minutes of measuring it would be lost. */
function requireWritable(path: string): void {
  const isNew = !existsSync(path);
  try {
    closeSync(openSync(path, "a"));
    if (isNew) unlinkSync(path);
  } catch (error) {
    throw new Refusal(`Cannot write the result to "${path}": ${(error as Error).message}`);
  }
}

await runCommand(bench);
