/** Keeps a server busy until it is warm. */
import type { LoadClient } from "./load-client.ts";
import { cpuTimes, totalMs } from "./proc.ts";
import type { Server } from "./server.ts";

/**
 * CPU time that a server gets for the runtime to compile what is hot, before it is measured. It takes some ten thousand
 * requests, and on a busy machine a second on the clock may bring far fewer.
 */
const WARM_UP_CPU_MS = 1200;
const WARM_UP_SLICE_SECONDS = 1;
const MAX_WARM_UP_SLICES = 20;

/** Returns how many requests it took. */
export async function warmUp({ pid }: Server, client: LoadClient): Promise<number> {
  const start = totalMs(cpuTimes(pid));
  let requests = 0;
  for (let slice = 0; slice < MAX_WARM_UP_SLICES; slice++) {
    requests += (await client.drive(WARM_UP_SLICE_SECONDS)).requests;
    if (totalMs(cpuTimes(pid)) - start >= WARM_UP_CPU_MS) break;
  }
  return requests;
}
