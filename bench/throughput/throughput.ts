/** Measures how many requests a second of server CPU time answers. */
import type { Contender } from "./cases/case.ts";
import { LoadClient, type RecordedLoad } from "./load-client.ts";
import { cpuTimes, peakResidentBytes } from "./proc.ts";
import type { ThroughputSample } from "./result.ts";
import { Server } from "./server.ts";
import type { Setup } from "./setup.ts";
import { warmUp } from "./warm-up.ts";

const LF = 0x0a;

/** Starts a server, checks its answers, warms it up, and measures it for `seconds`. Throws when the run is void. */
export async function measureThroughput(
  contender: Contender & { readonly connections: number },
  load: RecordedLoad,
  seconds: number,
  setup: Setup,
): Promise<ThroughputSample> {
  const serverOptions = setup.serverOptions();
  await using server = await Server.start(contender, serverOptions, load.folder);
  const { connections } = contender;
  const client = await LoadClient.checked({ port: server.port, load, connections, setup });
  const warmUpRequests = await warmUp(server, client);

  const before = cpuTimes(server.pid);
  const summary = await client.run(seconds);
  const after = cpuTimes(server.pid);

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

/** A server that logs pays for it only when it does: there must be a line for each request. */
async function checkLog(logPath: string, requests: number): Promise<void> {
  let lines = 0;
  for await (const bytes of Bun.file(logPath).stream()) {
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++;
  }
  if (lines < requests)
    throw new Error(`The run is void: ${requests} requests left ${lines} lines in the access log`);
}
