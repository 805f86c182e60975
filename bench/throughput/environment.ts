/** Where and with what a result was measured: without it a figure means nothing. */
import { cpus, loadavg, release } from "node:os";
import { type Program, versionOf } from "./programs.ts";
import { git } from "./repository.ts";
import type { Environment } from "./result.ts";

/** @param programs those that take part, servers and clients. */
export function describeEnvironment(programs: ReadonlySet<Program>): Environment {
  const cores = cpus();
  return {
    date: new Date().toISOString(),
    commit: commit(),
    cpu: `${cores.length} x ${cores[0]?.model.trim() ?? "unknown"}`,
    kernel: kernelVersion(),
    loadAverage: loadavg()[0] ?? 0,
    versions: Object.fromEntries([...programs].map((program) => [program, versionOf(program)])),
  };
}

/** The kernel's version, without what a vendor has added to it. */
function kernelVersion(): string {
  return /^\d+(?:\.\d+)*/.exec(release())?.[0] ?? release();
}

/** The commit that is measured, where git tells: an unpacked archive has none. */
function commit(): string {
  try {
    return git("describe", "--always", "--dirty");
  } catch {
    return "unknown";
  }
}
