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
 * @returns how many requests it took.
 */
export async function warmUp({ pid }: Server, client: LoadClient): Promise<number> {
  const { warmUpCpuMs = WARM_UP_CPU_MS } = client.load;
  const start = totalMs(cpuTimes(pid));
  let requests = 0;
  for (let slice = 0; slice < MAX_SLICES; slice++) {
    requests += (await client.drive(SLICE_SECONDS)).requests;
    if (totalMs(cpuTimes(pid)) - start >= warmUpCpuMs) break;
  }
  return requests;
}
