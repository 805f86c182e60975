/**
 * `bun run bench:compare --baseline REF`: the working tree against another commit of this repository, for whoever changes
 * the hot path. The commit is checked out in a folder of its own and served with the same handlers.
 */
import { parseArgs } from "node:util";
import { Baseline } from "./throughput/baseline.ts";
import { CASES } from "./throughput/cases.ts";
import type { ThroughputCase } from "./throughput/cases/case.ts";
import { Refusal, refusing, requireTools, runCommand } from "./throughput/command.ts";
import { countFrom, DEFAULT_NAMES, namesFrom } from "./throughput/options.ts";
import { exitCodeOf, runCases } from "./throughput/run-cases.ts";
import { Setup } from "./throughput/setup.ts";

/** Only they have a figure that is steady enough for differences of a few per cent. */
const COMPARABLE: readonly ThroughputCase[] = CASES.filter((one) => one.kind === "throughput");
const NAMES = COMPARABLE.map(({ name }) => name);

const USAGE = `Usage: bun run bench:compare --baseline REF [options]

  --baseline REF     compare the working tree with this commit, branch or tag
  --only CASE,...    measure these cases only: ${NAMES.join(", ")}
  --seconds N        measure each run for N seconds (3)
  --rounds N         run each of the two N times, in turn: A B B A ... (6)
  -h, --help         print this`;

interface Options {
  readonly help: boolean;
  readonly baseline: string;
  readonly only: readonly string[];
  readonly seconds: number;
  readonly rounds: number;
}

function parseOptions(args: string[]): Options {
  const { values } = refusing(() =>
    parseArgs({
      args,
      options: {
        help: { type: "boolean", short: "h", default: false },
        baseline: { type: "string", default: "" },
        only: { type: "string", default: NAMES.filter((name) => DEFAULT_NAMES.includes(name)).join() },
        seconds: { type: "string", default: "3" },
        rounds: { type: "string", default: "6" },
      },
    }),
  );
  if (values.baseline === "" && !values.help)
    throw new Refusal("--baseline is missing: which commit is the working tree compared with?");
  return {
    help: values.help,
    baseline: values.baseline,
    only: namesFrom("case", values.only, NAMES),
    seconds: countFrom("--seconds", values.seconds),
    rounds: countFrom("--rounds", values.rounds),
  };
}

/** A case of which nobody is left but its subject, as it is and as it was. */
function againstBaseline({ subject, ...one }: ThroughputCase, { tree, commit }: Baseline): ThroughputCase {
  return {
    ...one,
    subject: { ...subject, title: "working tree" },
    rivals: [{ ...subject, title: `baseline ${commit}`, tree }],
  };
}

/** Measures and reports. Exit code 1 says that a case gave no figures. */
async function compare(args: string[], signal: AbortSignal): Promise<number> {
  const { help, baseline: ref, only, seconds, rounds } = parseOptions(args);
  if (help) {
    console.log(USAGE);
    return 0;
  }
  requireTools();
  using setup = new Setup(signal);
  using baseline = Baseline.checkOut(ref, setup.newPath());
  const cases = COMPARABLE.filter(({ name }) => only.includes(name));
  const compared = cases.map((one) => againstBaseline(one, baseline));
  return exitCodeOf(await runCases(compared, { seconds, rounds, setup, isMirrored: true }));
}

await runCommand(compare);
