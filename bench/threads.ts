/**
 * `bun run bench:threads [--rounds N] [--seconds N] [--starts N]`: what several event loops are good for. A handler that
 * computes for a millisecond is asked for by few clients, of a server of one loop and of one of two, in turn: requests per
 * second of wall time. Then a server of two loops is started and stopped again and again, and looked at for what stays
 * behind: processes, files, ports.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Child } from "./throughput/child.ts";
import { failure } from "./throughput/client-summary.ts";
import { Refusal, refusing, requireTools, runCommand } from "./throughput/command.ts";
import { grouped, withReach } from "./throughput/figures.ts";
import { countFrom } from "./throughput/options.ts";
import { cpuTimes, totalMs } from "./throughput/proc.ts";
import { inTurn } from "./throughput/rounds.ts";
import { Setup } from "./throughput/setup.ts";
import { ratioSpread, spread } from "./throughput/stats.ts";
import { runWrk } from "./throughput/wrk.ts";

/** Enough that each loop always has one that waits, few enough that the client costs nothing. */
const CONNECTIONS = 16;

/** What two loops must be worth on two cores. */
const LEAST_GAIN = 1.8;

const LOOPS = [1, 2] as const;
const SERVER_PATH = join(import.meta.dirname, "throughput", "peers", "burning.ts");
const CYCLES_PATH = join(import.meta.dirname, "..", "test", "server", "fixtures", "cycles.ts");
/** What a start and a stop may take, at most. */
const SECONDS_A_START = 3;

const USAGE = `Usage: bun run bench:threads [options]

  --rounds N     measure each in turn so many times (5)
  --seconds N    measure for so long (3)
  --starts N     start and stop so often (100)
  -h, --help     print this`;

interface Options {
  readonly help: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly starts: number;
}

interface Sample {
  readonly perSecond: number;
  /** Of the loops' time on a core: it stays the same where others take the cores away. */
  readonly perCpuSecond: number;
}

async function measure(workers: number, seconds: number, setup: Setup): Promise<Sample> {
  const options = { stderrPath: setup.serverOptions().stderrPath, signal: setup.signal };
  await using server = new Child([process.execPath, SERVER_PATH, String(workers)], options);
  const port = Number(await server.nextLine());
  const load = { ...options, stderrPath: setup.clientOptions().stderrPath, port, connections: CONNECTIONS };
  await runWrk({ ...load, seconds: 1 });
  const before = totalMs(cpuTimes(server.pid));
  const summary = await runWrk({ ...load, seconds });
  const reason = failure(summary);
  if (reason !== undefined) throw new Error(`The run is void: ${reason}`);
  const { requests, microseconds } = summary;
  const cpuMs = totalMs(cpuTimes(server.pid)) - before;
  return { perSecond: (requests * 1_000_000) / microseconds, perCpuSecond: (requests * 1000) / cpuMs };
}

/** Whether nothing stays behind of servers that were started and stopped. */
async function leavesNothing(starts: number, setup: Setup): Promise<boolean> {
  const options = { stderrPath: setup.serverOptions().stderrPath, signal: setup.signal };
  await using cycles = new Child([process.execPath, CYCLES_PATH, String(starts)], options);
  const [before, after, ports] = [
    await cycles.nextLine(starts * SECONDS_A_START),
    await cycles.nextLine(starts * SECONDS_A_START),
    await cycles.nextLine(),
  ];
  const isClean = before === after && ports === "free";
  console.log(`${starts} starts and stops: ${isClean ? "nothing is left" : "LEAK"}`);
  console.log(`  after the first: ${before}; after the last: ${after}; ports: ${ports}`);
  return isClean;
}

/** Exit code 1 says that the loops are not worth it, or that something stays behind. */
async function threads(args: string[], signal: AbortSignal): Promise<number> {
  const { help, rounds, seconds, starts } = parseOptions(args);
  if (help) {
    console.log(USAGE);
    return 0;
  }
  requireTools();
  using setup = new Setup(signal);
  const samples = await inTurn(LOOPS, rounds, true, (workers) => measure(workers, seconds, setup));
  const [one = [], two = []] = samples.map((all) => all.map(({ perSecond }) => perSecond));
  console.log(`1 loop:  ${describe(samples[0] ?? [])}`);
  console.log(`2 loops: ${describe(samples[1] ?? [])}`);
  const gain = ratioSpread(two, one);
  console.log(`gain:    ${withReach(gain, (ratio) => ratio.toFixed(2))}x, wanted ${LEAST_GAIN}x`);
  const isClean = await leavesNothing(starts, setup);
  return gain.median >= LEAST_GAIN && isClean ? 0 : 1;
}

function describe(samples: readonly Sample[]): string {
  const perSecond = spread(samples.map((sample) => sample.perSecond));
  const perCpuSecond = spread(samples.map((sample) => sample.perCpuSecond));
  return `${withReach(perSecond, grouped)} requests per second, ${grouped(perCpuSecond.median)} per CPU second`;
}

function parseOptions(args: string[]): Options {
  const { values } = refusing(() =>
    parseArgs({
      args,
      options: {
        help: { type: "boolean", short: "h", default: false },
        rounds: { type: "string", default: "5" },
        seconds: { type: "string", default: "3" },
        starts: { type: "string", default: "100" },
      },
    }),
  );
  const starts = countFrom("--starts", values.starts);
  if (starts % 2 !== 0) throw new Refusal(`--starts takes an even number, not "${values.starts}"`);
  return {
    help: values.help,
    rounds: countFrom("--rounds", values.rounds),
    seconds: countFrom("--seconds", values.seconds),
    starts,
  };
}

await runCommand(threads);
