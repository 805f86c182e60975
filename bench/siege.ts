/**
 * `bun run bench:siege [--rounds N] [--seconds N]`: what clients that keep a server waiting cost those that do not. Of
 * 10,000 connections to one event loop 3,000 are idle, 3,000 send a head a byte a second, 3,000 stop in the middle of a
 * body, and 1,000 ask for "Hello, World!" as fast as they can, which is measured with the others and alone, in turn. Then
 * the siege goes on until the server has ended it.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HELLO_LOAD } from "./throughput/cases/loads.ts";
import { Child } from "./throughput/child.ts";
import type { Kind, Outcome } from "./throughput/clients/siege.ts";
import { Refusal, refusing, requireTools, runCommand } from "./throughput/command.ts";
import { grouped, mebibytes, withReach } from "./throughput/figures.ts";
import { LoadClient } from "./throughput/load-client.ts";
import { countFrom } from "./throughput/options.ts";
import { cpuTimes, maxOpenFiles, openFiles, peakResidentBytes, totalMs } from "./throughput/proc.ts";
import { inTurn } from "./throughput/rounds.ts";
import { Server } from "./throughput/server.ts";
import { Setup } from "./throughput/setup.ts";
import { ratioSpread, type Spread, spread } from "./throughput/stats.ts";
import { warmUp } from "./throughput/warm-up.ts";

const BESIEGERS_OF_EACH_KIND = 3_000;
const BESIEGERS: number = 3 * BESIEGERS_OF_EACH_KIND;
const CONNECTIONS = 1_000;

/** What a server must bear. */
const LEAST_SHARE = 0.9;
const MOST_BYTES: number = 300 * 1024 * 1024;

/** The deadlines of the server's connections by default, as the siege meets them, and how exactly they are kept. */
const DEADLINES: Readonly<Record<Kind, number>> = { idle: 75, dripping: 15, stalled: 20 };
const PRECISION_SECONDS = 1;

const OPENING_SECONDS = 60;
const LONGEST_SIEGE_SECONDS = 120;
/** Descriptors that a process needs besides its connections; a server that has fewer left refuses connections. */
const NEEDED_FILES = 12_600;

const SIEGE_PATH = join(import.meta.dirname, "throughput", "clients", "siege.ts");

const USAGE = `Usage: bun run bench:siege [options]

  --rounds N     measure each in turn so many times (3)
  --seconds N    measure for so long (3; the siege breaks off after 15)
  -h, --help     print this`;

interface Sample {
  readonly requestsPerCpuSecond: number;
  readonly peakBytes: number;
}

interface Siege {
  readonly server: Server;
  readonly client: LoadClient;
  readonly besiegers: Child | null;
}

/** Starts a server, warms it up, besieges it if it is to be, and has it looked at. */
async function withServer<T>(
  isBesieged: boolean,
  setup: Setup,
  look: (siege: Siege) => Promise<T>,
): Promise<T> {
  await using server = await Server.start({ peer: "basehttp", app: "besieged" }, setup.serverOptions());
  const { port } = server;
  const client = await LoadClient.checked({ port, load: HELLO_LOAD, connections: CONNECTIONS, setup });
  await warmUp(server, client);
  if (!isBesieged) return await look({ server, client, besiegers: null });
  const command = [process.execPath, SIEGE_PATH, String(port), String(BESIEGERS_OF_EACH_KIND)];
  await using besiegers = new Child(command, setup.clientOptions());
  await besiegers.nextLine(OPENING_SECONDS);
  return await look({ server, client, besiegers });
}

async function measure({ server, client, besiegers }: Siege, seconds: number): Promise<Sample> {
  const before = totalMs(cpuTimes(server.pid));
  const { requests } = await client.run(seconds);
  const cpuMs = totalMs(cpuTimes(server.pid)) - before;
  const open = besiegers === null ? BESIEGERS : Number(await besiegers.ask("open"));
  if (open < BESIEGERS) throw new Error(`The run is void: ${BESIEGERS - open} connections were closed`);
  return { requestsPerCpuSecond: (requests * 1000) / cpuMs, peakBytes: peakResidentBytes(server.pid) };
}

/** Waits until the server has ended the siege; what became of the connections, and of the server's descriptors. */
async function outlast({ server, besiegers }: Siege): Promise<Record<Kind, Outcome>> {
  const line = await besiegers!.nextLine(LONGEST_SIEGE_SECONDS);
  const left = openFiles(server.pid);
  if (left > CONNECTIONS) throw new Error(`The siege is over, and the server has ${left} files open`);
  return JSON.parse(line.slice("over ".length)) as Record<Kind, Outcome>;
}

function isInTime(kind: Kind, { least, most }: Outcome): boolean {
  const deadline = DEADLINES[kind];
  return least >= deadline - PRECISION_SECONDS && most <= deadline + PRECISION_SECONDS;
}

function describe(kind: Kind, outcome: Outcome): string {
  const { least, most, statuses } = outcome;
  const answers = Object.entries(statuses).map(([status, count]) =>
    status === "0" ? `${grouped(count)} without an answer` : `${grouped(count)} with ${status}`,
  );
  const verdict = isInTime(kind, outcome) ? "in time" : "NOT IN TIME";
  return `${kind}: ended after ${least.toFixed(1)} to ${most.toFixed(1)} s, ${answers.join(", ")}; ${verdict}`;
}

/** Exit code 1 says that the server did not bear it. */
async function siege(args: string[], signal: AbortSignal): Promise<number> {
  const { help, rounds, seconds } = parseOptions(args);
  if (help) {
    console.log(USAGE);
    return 0;
  }
  requireTools();
  if (maxOpenFiles() < NEEDED_FILES) {
    throw new Refusal(`10,000 connections need ulimit -Hn ${NEEDED_FILES}, and it is ${maxOpenFiles()}`);
  }
  using setup = new Setup(signal);
  const [alone = [], besieged = []] = await inTurn([false, true], rounds, true, (isBesieged) =>
    withServer(isBesieged, setup, (state) => measure(state, seconds)),
  );
  const rates = (samples: readonly Sample[]): number[] =>
    samples.map((sample) => sample.requestsPerCpuSecond);
  const shares: Spread = ratioSpread(rates(besieged), rates(alone));
  const peakBytes = Math.max(...besieged.map((sample) => sample.peakBytes));
  console.log(`alone:    ${withReach(spread(rates(alone)), grouped)} requests per CPU second`);
  console.log(`besieged: ${withReach(spread(rates(besieged)), grouped)}`);
  console.log(
    `share:    ${withReach(shares, (share) => share.toFixed(2))}, at most ${mebibytes(peakBytes)} MiB`,
  );

  const outcomes = await withServer(true, setup, outlast);
  const kinds = Object.entries(outcomes) as [Kind, Outcome][];
  for (const [kind, outcome] of kinds) console.log(describe(kind, outcome));
  const isBorne = shares.median >= LEAST_SHARE && peakBytes <= MOST_BYTES;
  return isBorne && kinds.every(([kind, outcome]) => isInTime(kind, outcome)) ? 0 : 1;
}

interface Options {
  readonly help: boolean;
  readonly rounds: number;
  readonly seconds: number;
}

function parseOptions(args: string[]): Options {
  const { values } = refusing(() =>
    parseArgs({
      args,
      options: {
        help: { type: "boolean", short: "h", default: false },
        rounds: { type: "string", default: "3" },
        seconds: { type: "string", default: "3" },
      },
    }),
  );
  return {
    help: values.help,
    rounds: countFrom("--rounds", values.rounds),
    seconds: countFrom("--seconds", values.seconds),
  };
}

await runCommand(siege);
