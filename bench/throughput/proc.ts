/** What Linux tells about a process from outside (proc(5)), so that the process measured does nothing for it. */
import { readdirSync, readFileSync } from "node:fs";

export interface CpuTimes {
  readonly userMs: number;
  readonly systemMs: number;
}

/** The unit of `utime` and `stime`: USER_HZ is 100 on every architecture that Bun runs on. */
const TICK_MS = 10;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly times: CpuTimes;
}

/** CPU time of a process and its living descendants, all threads, those that have ended included. */
export function cpuTimes(pid: number): CpuTimes {
  const members = treeOf(pid);
  return {
    userMs: members.reduce((sum, { times }) => sum + times.userMs, 0),
    systemMs: members.reduce((sum, { times }) => sum + times.systemMs, 0),
  };
}

/** A process and its living descendants. */
export function processTree(pid: number): number[] {
  return treeOf(pid).map((member) => member.pid);
}

function treeOf(pid: number): Process[] {
  const processes = runningProcesses();
  const children = Map.groupBy(processes, ({ parent }) => parent);
  const tree = processes.filter((one) => one.pid === pid);
  if (tree.length === 0) throw new Error(`Process ${pid} has ended`);
  for (const member of tree) tree.push(...(children.get(member.pid) ?? []));
  return tree;
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

/**
 * The most resident memory in bytes that a process and its living descendants have had, each by itself: pages that they
 * share count for each of them, and peaks add up that were not at the same time. It is a bound, exact for one process.
 */
export function peakResidentBytes(pid: number): number {
  return processTree(pid).reduce((sum, member) => sum + peakOf(member), 0);
}

function peakOf(pid: number): number {
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

function runningProcesses(): Process[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      return [{ pid: Number(pid), parent: parseParent(stat), times: parseStat(stat) }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

/** Reads the process id of the parent, field 4 of `/proc/PID/stat`. */
export function parseParent(stat: string): number {
  return Number(fromState(stat)[1]);
}

/** Reads `utime` and `stime`, fields 14 and 15 of `/proc/PID/stat`. */
export function parseStat(stat: string): CpuTimes {
  const fields = fromState(stat);
  return { userMs: Number(fields[11]) * TICK_MS, systemMs: Number(fields[12]) * TICK_MS };
}

/**
 * The fields of `/proc/PID/stat` from the third one on, the state. The second is the command in parentheses and may itself
 * hold spaces and parentheses, so fields are counted from the last one that closes.
 */
function fromState(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Reads the kernel's list format: `0-2,5` is cores 0, 1, 2 and 5. */
export function parseCpuList(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
