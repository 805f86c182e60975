/** The fuzzer's command line. */

import { parseArgs } from "node:util";
import { Refusal, refusing } from "../../bench/throughput/command.ts";
import { namesFrom } from "../../bench/throughput/options.ts";
import { TARGETS } from "./targets.ts";

export interface Options {
  readonly help: boolean;
  readonly seconds: number;
  readonly seed: number;
  /** Names of the targets. */
  readonly only: readonly string[];
  /** The file with the case to run again, and nothing else. */
  readonly replay: string | undefined;
}

const NAMES: readonly string[] = TARGETS.map(({ name }) => name);
const MOST_SECONDS = 86_400;
const MOST_SEED = 0xffffffff;

export const USAGE: string = `Usage: bun run fuzz [options]

  --seconds N      run for N seconds, 1 to ${MOST_SECONDS} (60)
  --seed S         begin with this number, 0 to ${MOST_SEED} (a new one each time)
  --only NAME,...  fuzz these targets only
  --replay FILE    run the case in FILE again, and nothing else
  -h, --help       print this

Targets:
  ${NAMES.join(", ")}
What fails is made small and written to fuzz-failures/. Exit status: 0 when all is well, 1 when something
failed, 2 when the command is not understood. Ctrl-C ends a run early, with its summary. A case that does not come to its
end in 20 s is written, too, and ends the run at once.`;

/** Reads the arguments. Throws a {@link Refusal} when they are not understood. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = refusing(() =>
    parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h", default: false },
        seconds: { type: "string", default: "60" },
        seed: { type: "string" },
        only: { type: "string", default: NAMES.join() },
        replay: { type: "string" },
      },
    }),
  );
  const { seed } = values;
  return {
    help: values.help,
    seconds: numberFrom("--seconds", values.seconds, 1, MOST_SECONDS),
    seed: seed === undefined ? newSeed() : numberFrom("--seed", seed, 0, MOST_SEED),
    only: namesFrom("target", values.only, NAMES),
    replay: values.replay,
  };
}

function numberFrom(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Refusal(`${option} takes a whole number from ${least} to ${most}, not "${text}"`);
}

function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
