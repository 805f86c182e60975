/** `bun run fuzz`: generated input against everything that reads what a peer sends. */

import { Refusal, runCommand } from "../../bench/throughput/command.ts";
import { readFailure, writeFailure } from "./failure-file.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { failureText, Progress, summaryText } from "./report.ts";
import { runFuzz } from "./run.ts";
import { faultOf } from "./target.ts";
import { TARGETS } from "./targets.ts";
import { Watchdog } from "./watchdog.ts";

async function main(args: string[], signal: AbortSignal): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  return options.replay === undefined ? await fuzz(options, signal) : await replay(options.replay);
}

/** Runs until the time is up or somebody interrupts. */
async function fuzz({ seed, seconds, only }: Options, signal: AbortSignal): Promise<number> {
  console.log(`Seed ${seed}: bun run fuzz --seed ${seed} --seconds ${seconds}`);
  const progress = new Progress(seconds);
  const start = performance.now();
  const elapsed = (): number => performance.now() - start;
  let failures = 0;
  const targets = TARGETS.filter(({ name }) => only.includes(name));
  using watchdog = new Watchdog(targets, seed);
  const tallies = await runFuzz({
    targets: watchdog.watch(targets),
    seed,
    isOver(current) {
      progress.show(elapsed(), current);
      return signal.aborted || elapsed() >= seconds * 1000;
    },
    failed(failure) {
      failures++;
      progress.clear();
      console.log(failureText(failure, writeFailure(failure, seed)));
    },
  });
  for (const target of targets) target.cleanUp?.();
  progress.clear();
  if (signal.aborted) console.log(`Interrupted after ${Math.round(elapsed() / 1000)} s`);
  console.log(summaryText(tallies));
  return failures > 0 ? 1 : 0;
}

/** Runs the one case of a file. */
async function replay(path: string): Promise<number> {
  const { target: name, fuzzCase } = readFailure(path);
  const target = TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new Refusal(`"${path}": there is no target "${name}"`);
  const fault = await faultOf(target, fuzzCase);
  target.cleanUp?.();
  if (fault === undefined) {
    console.log(`${name}: all is well now`);
    return 0;
  }
  console.log(`FAILED ${name} (${fault.kind})\n  ${fault.message}`);
  return 1;
}

await runCommand(main);
process.exit();
