/** What Linux tells about a process from outside (proc(5)), so that the process measured does nothing for it. */
import { readdirSync, readFileSync } from "node:fs";

export interface CpuTimes {
  readonly userMs: number;
  readonly systemMs: number;
}

/** The unit of `utime` and `stime`: USER_HZ is 100 on every architecture that Bun runs on. */
const TICK_MS = 10;

/** CPU time of all threads of a process, those that have ended included. */
export function cpuTimes(pid: number): CpuTimes {
  return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
}

/** User and system time together. */
export function totalMs({ userMs, systemMs }: CpuTimes): number {
  return userMs + systemMs;
}

/** Resident memory in bytes. `smaps_rollup` counts pages; `VmRSS` may be some hundred KiB behind. */
export function residentBytes(pid: number): number {
  const kibibytes = /^Rss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"))?.[1];
  if (kibibytes === undefined) throw new Error(`Cannot read the resident memory of process ${pid}`);
  return Number(kibibytes) * 1024;
}

/** The most resident memory in bytes that a process has had. */
export function peakResidentBytes(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  if (kibibytes === undefined) throw new Error(`Cannot read the peak memory of process ${pid}`);
  return Number(kibibytes) * 1024;
}

/** How many files and sockets a process has open. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The cores that this process may run on, in ascending order. */
export function allowedCores(): number[] {
  const list = /^Cpus_allowed_list:\s+(\S+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
  return list === undefined ? [] : parseCpuList(list);
}

/** The most files that this process may raise its limit to. */
export function maxOpenFiles(): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1];
  return hard === undefined || hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
}

/**
 * Reads `utime` and `stime`, fields 14 and 15 of `/proc/PID/stat`. The second field is the command in parentheses and
 * may itself hold spaces and parentheses, so fields are counted from the last one that closes.
 */
export function parseStat(stat: string): CpuTimes {
  const fromState = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    userMs: Number(fromState[11]) * TICK_MS,
    systemMs: Number(fromState[12]) * TICK_MS,
  };
}

/** Reads the kernel's list format: `0-2,5` is cores 0, 1, 2 and 5. */
export function parseCpuList(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
