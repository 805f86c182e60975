/** Measures how long answers take at a rate that leaves a server half idle. */
import { type Contender, DEFAULT_CONNECTIONS } from "./cases/case.ts";
import { rateShortfall, runH2load } from "./h2load.ts";
import { LoadClient, type RecordedLoad } from "./load-client.ts";
import type { LatencySample } from "./result.ts";
import { Server } from "./server.ts";
import type { Setup } from "./setup.ts";
import { warmUp } from "./warm-up.ts";

/** How long the rate is measured from which that of a round follows. */
const PACE_SECONDS = 2;

/** The share of the full rate at which latency is measured: nobody is near the end of their strength there. */
const PACE_SHARE = 0.5;

const connections: number = DEFAULT_CONNECTIONS;

/** The rate at which a round is run: half of the requests that a server answers in a second on the clock. */
export async function measurePace(pacemaker: Contender, load: RecordedLoad, setup: Setup): Promise<number> {
  await using server = await Server.start(pacemaker, setup.serverOptions());
  const client = await LoadClient.checked({ port: server.port, load, connections, setup });
  await warmUp(server, client);
  const { requests, microseconds } = await client.run(PACE_SECONDS);
  return Math.round((PACE_SHARE * requests * 1e6) / microseconds);
}

export interface LatencyRun {
  readonly load: RecordedLoad;
  /** A file that is posted. */
  readonly postPath?: string | undefined;
  readonly requestsPerSecond: number;
  readonly seconds: number;
}

/** Starts a server, checks its answers, warms it up at full rate, and measures it. Throws when the run is void. */
export async function measureLatency(
  contender: Contender,
  { load, ...run }: LatencyRun,
  setup: Setup,
): Promise<LatencySample> {
  await using server = await Server.start(contender, setup.serverOptions());
  const { port } = server;
  await warmUp(server, await LoadClient.checked({ port, load, connections, setup }));
  const options = { ...setup.clientOptions(), ...run, port, connections, logPath: setup.newPath() };
  const log = await runH2load(options);
  const shortfall = rateShortfall(log, run.requestsPerSecond * run.seconds);
  if (shortfall !== undefined) throw new Error(`The run is void: ${shortfall}`);
  const { requests, p50Us, p99Us } = log;
  return { requestsPerSecond: Math.round(requests / run.seconds), p50Us, p99Us };
}
