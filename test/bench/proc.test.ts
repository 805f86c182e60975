import { describe, expect, test } from "bun:test";
import { cpus } from "node:os";
import { setImmediate } from "node:timers/promises";
import {
  allowedCores,
  cpuTimes,
  maxOpenFiles,
  openFiles,
  parseCpuList,
  parseParent,
  parseStat,
  peakResidentBytes,
  processTree,
  residentBytes,
  totalMs,
} from "../../bench/throughput/proc.ts";

test("parseStat() and parseParent() find their fields, whatever the command is called", () => {
  for (const command of ["bun", "a b", "evil) R 1 2 3 4 5 6 7 8 9 10 11 12 13", "(("]) {
    const stat = `4711 (${command}) S 1 4711 4711 0 -1 4194304 5768 0 10 0 59 118 7 8 20 0 4 0 114436 6638366720`;
    expect(parseStat(stat)).toEqual({ userMs: 590, systemMs: 1180 });
    expect(parseParent(stat)).toBe(1);
  }
});

test("parseCpuList() reads single cores and ranges", () => {
  expect(parseCpuList("0")).toEqual([0]);
  expect(parseCpuList("0-1")).toEqual([0, 1]);
  expect(parseCpuList("1-3,7,10-11")).toEqual([1, 2, 3, 7, 10, 11]);
});

describe.skipIf(process.platform !== "linux")("of this process", () => {
  /** Works until CPU time has come to this process or a child, in turns that let a test time out. */
  async function workUntil(hasCome: () => boolean): Promise<void> {
    while (!hasCome()) await setImmediate();
  }

  test("cpuTimes() grows while it works", async () => {
    const total = (): number => totalMs(cpuTimes(process.pid));
    const before = total();
    await workUntil(() => total() >= before + 50);
    expect(total()).toBeGreaterThanOrEqual(before + 50);
  });

  test("a process counts with its descendants as long as they live", async () => {
    const alone = peakResidentBytes(process.pid);
    const script = "sleep 100 & echo $!; wait";
    await using shell = Bun.spawn(["sh", "-c", script], { stdout: "pipe", stdin: "pipe" });
    const { value } = await shell.stdout.getReader().read();
    const sleeper = Number(new TextDecoder().decode(value));

    expect(processTree(shell.pid)).toEqual([shell.pid, sleeper]);
    expect(processTree(process.pid)).toContain(sleeper);
    expect(peakResidentBytes(process.pid)).toBeGreaterThan(alone);
    process.kill(sleeper);
    await shell.exited;
    expect(processTree(process.pid)).not.toContain(sleeper);
  });

  test("cpuTimes() counts what a child works", async () => {
    const total = (): number => totalMs(cpuTimes(process.pid));
    const before = total();
    await using worker = Bun.spawn(["sh", "-c", "while :; do :; done"]);
    await workUntil(() => totalMs(cpuTimes(worker.pid)) >= 100);
    expect(total() - before).toBeGreaterThanOrEqual(100);
  });

  test("residentBytes() counts memory that is written to", () => {
    const before = residentBytes(process.pid);
    const block = new Uint8Array(64 * 1024 * 1024).fill(1);
    expect(residentBytes(process.pid) - before).toBeGreaterThan(60 * 1024 * 1024);
    expect(block.at(-1)).toBe(1);
  });

  test("openFiles() counts a file that is opened", async () => {
    const before = openFiles(process.pid);
    using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    expect(openFiles(process.pid)).toBeGreaterThan(before);
    expect(listener.port).toBeGreaterThan(0);
  });

  test("allowedCores() are cores that exist", () => {
    const cores = allowedCores();
    expect(cores.length).toBeGreaterThan(0);
    expect(cores.length).toBeLessThanOrEqual(cpus().length);
    expect(new Set(cores).size).toBe(cores.length);
  });

  test("maxOpenFiles() is no less than what is open", () => {
    expect(maxOpenFiles()).toBeGreaterThan(openFiles(process.pid));
  });
});
