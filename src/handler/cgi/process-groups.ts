/** The process groups of scripts that run: none of them outlives the server's process, unless that is killed itself. */

const groups = new Set<number>();
let isWatching = false;

/** The groups whose leader has not been seen to end yet. */
export const scriptGroups = {
  add(leader: number): void {
    groups.add(leader);
    if (isWatching) return;
    isWatching = true;
    process.on("exit", () => {
      for (const group of groups) killGroup(group, "SIGKILL");
    });
  },

  delete(leader: number): void {
    groups.delete(leader);
  },
} as const;

/** Sends a signal to all processes of a group, if there is any. */
export function killGroup(leader: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // None of them is left, or another user's is (a script that changes its user): nothing more can be done.
  }
}
