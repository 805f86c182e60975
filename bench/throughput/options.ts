/** The bench's command line. */
import { parseArgs } from "node:util";
import { CASES } from "./cases.ts";
import { Refusal, refusing } from "./command.ts";
import { PEERS } from "./peers.ts";

export interface Options {
  readonly help: boolean;
  /** Names of the cases to run. */
  readonly only: readonly string[];
  /** Names of the servers that may take part. */
  readonly peers: readonly string[];
  /** How long each run is measured, warm-up excluded. */
  readonly seconds: number;
  readonly rounds: number;
  /** Where the result is written as JSON. */
  readonly json: string | undefined;
}

const CASE_NAMES = CASES.map(({ name }) => name);

/** The cases that run unless the user says which. */
export const DEFAULT_NAMES: readonly string[] = CASES.filter(({ isExtra }) => isExtra !== true).map(
  ({ name }) => name,
);

const EXTRA_NAMES = CASE_NAMES.filter((name) => !DEFAULT_NAMES.includes(name));
const PEER_NAMES = Object.keys(PEERS);

export const USAGE: string = `Usage: bun run bench [options]

  --only CASE,...    measure these cases only
  --all              measure all cases
  --peers PEER,...   start these servers only
  --seconds N        measure each run for N seconds (3)
  --rounds N         run each server N times, in turn (5)
  --json FILE        write the result to FILE too
  -h, --help         print this

Cases measured unless told otherwise:
  ${DEFAULT_NAMES.join(", ")}
Others:
  ${EXTRA_NAMES.join(", ")}
Servers:
  ${PEER_NAMES.join(", ")}`;

/** Reads the arguments. Throws a {@link Refusal} when they are not understood. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = refusing(() =>
    parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h", default: false },
        only: { type: "string" },
        all: { type: "boolean", default: false },
        peers: { type: "string" },
        seconds: { type: "string", default: "3" },
        rounds: { type: "string", default: "5" },
        json: { type: "string" },
      },
    }),
  );
  const { all, only = (all ? CASE_NAMES : DEFAULT_NAMES).join(), peers = PEER_NAMES.join() } = values;
  return {
    help: values.help,
    only: namesFrom("case", only, CASE_NAMES),
    peers: namesFrom("peer", peers, PEER_NAMES),
    seconds: countFrom("--seconds", values.seconds),
    rounds: countFrom("--rounds", values.rounds),
    json: values.json,
  };
}

/** Reads a list of names that must be known. */
export function namesFrom(what: string, list: string, known: readonly string[]): readonly string[] {
  const names = list.split(",");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Refusal(`No such ${what}: "${unknown}"; there are ${known.join(", ")}`);
  return names;
}

/** Reads a number of seconds or rounds. */
export function countFrom(option: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new Refusal(`${option} takes a whole number from 1 to 9999, not "${text}"`);
  }
  return Number(text);
}
