/** The process groups of scripts that run: none of them outlives the server's process, unless that is killed itself. */

import type { Cancel } from "../../transport/timers.ts";
import { onProcessEnd } from "./process-end.ts";

const groups = new Set<number>();
let stopWatching: Cancel = () => {};

/** The groups whose leader has not been seen to end yet. */
export const scriptGroups = {
  /** Starts the leader of one. Whatever is the end of this process, from before that on, ends the group as well. */
  start<Leader extends { readonly pid: number }>(spawn: () => Leader): Leader {
    if (groups.size === 0) stopWatching = onProcessEnd(killAll);
    try {
      const leader = spawn();
      groups.add(leader.pid);
      return leader;
    } finally {
      if (groups.size === 0) stopWatching();
    }
  },

  delete(leader: number): void {
    if (groups.delete(leader) && groups.size === 0) stopWatching();
  },
} as const;

function killAll(): void {
  for (const group of groups) killGroup(group, "SIGKILL");
}

/** Sends a signal to all processes of a group, if there is any. */
export function killGroup(leader: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // None of them is left, or another user's is (a script that changes its user): nothing more can be done.
  }
}
