/** Measures how many requests a second of server CPU time answers. */
import { type Contender, DEFAULT_CONNECTIONS, type Load } from "./cases.ts";
import { probe } from "./probe.ts";
import { cpuTimes, peakResidentBytes, totalMs } from "./proc.ts";
import type { ThroughputSample } from "./result.ts";
import { Server } from "./server.ts";
import type { Setup } from "./setup.ts";
import { recordPackets, runWrk, voidReason, wrkDefaultRequest, type WrkOptions } from "./wrk.ts";

/**
 * CPU time that a server gets for the runtime to compile what is hot, before it is measured. It takes some ten thousand
 * requests, and on a busy machine a second on the clock may bring far fewer.
 */
const WARM_UP_CPU_MS = 1200;
const WARM_UP_SLICE_SECONDS = 1;
const MAX_WARM_UP_SLICES = 20;

const LF = 0x0a;

/** A load whose packets lie in a file for `wrk`. */
export interface RecordedLoad extends Load {
  readonly packetsPath?: string;
}

export async function recordLoad(load: Load, setup: Setup): Promise<RecordedLoad> {
  if (load.packets === undefined) return load;
  const packetsPath = setup.newPath();
  await Bun.write(packetsPath, recordPackets(load.packets));
  return { ...load, packetsPath };
}

/** Starts a server, checks its answers, warms it up, and measures it for `seconds`. Throws when the run is void. */
export async function measureThroughput(
  contender: Contender,
  load: RecordedLoad,
  seconds: number,
  setup: Setup,
): Promise<ThroughputSample> {
  const serverOptions = setup.serverOptions();
  await using server = await Server.start(contender.peer, contender.app, serverOptions);
  const { port } = server;
  const packets = load.packets ?? [wrkDefaultRequest(port)];
  const answerBytes = await probe(port, { ...load, packets });

  const connections = contender.connections ?? DEFAULT_CONNECTIONS;
  const { packetsPath } = load;
  const wrk: WrkOptions = { ...setup.clientOptions(), port, connections, seconds, packetsPath };
  const warmUpRequests = await warmUp(server, wrk);

  const before = cpuTimes(server.pid);
  const summary = await runWrk(wrk);
  const after = cpuTimes(server.pid);

  const reason = voidReason(summary, answerBytes, connections * load.requestsPerPacket);
  if (reason !== undefined) throw new Error(`The run is void: ${reason}`);
  if (contender.logsRequests === true)
    await checkLog(serverOptions.stderrPath, warmUpRequests + summary.requests);
  return {
    requests: summary.requests,
    wallMs: Math.round(summary.microseconds / 1000),
    userMs: after.userMs - before.userMs,
    systemMs: after.systemMs - before.systemMs,
    peakBytes: peakResidentBytes(server.pid),
  };
}

/** Keeps a server busy until it is warm; returns how many requests that took. */
async function warmUp({ pid }: Server, wrk: WrkOptions): Promise<number> {
  const start = totalMs(cpuTimes(pid));
  let requests = 0;
  for (let slice = 0; slice < MAX_WARM_UP_SLICES; slice++) {
    requests += (await runWrk({ ...wrk, seconds: WARM_UP_SLICE_SECONDS })).requests;
    if (totalMs(cpuTimes(pid)) - start >= WARM_UP_CPU_MS) break;
  }
  return requests;
}

/** A server that logs pays for it only when it does: there must be a line for each request. */
async function checkLog(logPath: string, requests: number): Promise<void> {
  let lines = 0;
  for await (const bytes of Bun.file(logPath).stream()) {
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++;
  }
  if (lines < requests)
    throw new Error(`The run is void: ${requests} requests left ${lines} lines in the access log`);
}
