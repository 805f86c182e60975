/** Keeps a server busy until it is warm. */
import { WARM_UP_CPU_MS } from "./cases/case.ts";
import type { LoadClient } from "./load-client.ts";
import { cpuTimes, totalMs } from "./proc.ts";
import type { Server } from "./server.ts";

const SLICE_SECONDS = 1;
const MAX_SLICES = 20;

/**
 * Drives a server until it has had the CPU time that the runtime needs to compile what is hot. By the clock would not
 * do: on a busy machine a second may bring little of it.
 *
 * @returns how many requests it took. Throws when the server has not had it after 20 s of load.
 */
export async function warmUp(
  { pid }: Pick<Server, "pid">,
  client: Pick<LoadClient, "load" | "drive">,
): Promise<number> {
  const { warmUpCpuMs = WARM_UP_CPU_MS } = client.load;
  const start = totalMs(cpuTimes(pid));
  let requests = 0;
  let hadMs = 0;
  for (let slice = 0; slice < MAX_SLICES; slice++) {
    requests += (await client.drive(SLICE_SECONDS)).requests;
    hadMs = totalMs(cpuTimes(pid)) - start;
    if (hadMs >= warmUpCpuMs) return requests;
  }
  throw new Error(
    `The run is void: the server was not warm after ${MAX_SLICES * SLICE_SECONDS} s, which brought it ${hadMs} of ${warmUpCpuMs} ms of CPU time`,
  );
}
