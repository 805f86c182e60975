/** The memory of another process, as Linux tells it. */

import { readFileSync } from "node:fs";

/** The most that a process has had in memory so far. */
export function peakResidentBytes(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return Number(kibibytes) * 1024;
}
