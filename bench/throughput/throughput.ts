/** Measures how many requests a second of server CPU time answers. */
import { type Contender, DEFAULT_CONNECTIONS, type Load } from "./cases.ts";
import { probe } from "./probe.ts";
import { cpuTimes } from "./proc.ts";
import type { ThroughputSample } from "./result.ts";
import { Server } from "./server.ts";
import type { Setup } from "./setup.ts";
import { recordPackets, runWrk, voidReason, wrkDefaultRequest, type WrkOptions } from "./wrk.ts";

/** Enough for the runtime to compile what is hot. */
const WARM_UP_SECONDS = 1;

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
  const warmUp = await runWrk({ ...wrk, seconds: WARM_UP_SECONDS });

  const before = cpuTimes(server.pid);
  const summary = await runWrk(wrk);
  const after = cpuTimes(server.pid);

  const reason = voidReason(summary, answerBytes, connections * load.requestsPerPacket);
  if (reason !== undefined) throw new Error(`The run is void: ${reason}`);
  if (contender.logsRequests === true)
    await checkLog(serverOptions.stderrPath, warmUp.requests + summary.requests);
  return {
    requests: summary.requests,
    wallMs: Math.round(summary.microseconds / 1000),
    userMs: after.userMs - before.userMs,
    systemMs: after.systemMs - before.systemMs,
  };
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
