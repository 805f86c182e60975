/** Where and with what a result was measured: without it a figure means nothing. */
import { cpus, loadavg, release } from "node:os";
import { type Program, versionOf } from "./programs.ts";
import type { Environment } from "./result.ts";

/** @param programs those that take part, servers and clients. */
export function describeEnvironment(programs: ReadonlySet<Program>): Environment {
  const cores = cpus();
  return {
    date: new Date().toISOString(),
    commit: commit(),
    cpu: `${cores.length} x ${cores[0]?.model.trim() ?? "unknown"}`,
    kernel: release(),
    loadAverage: loadavg()[0] ?? 0,
    versions: Object.fromEntries([...programs].map((program) => [program, versionOf(program)])),
  };
}

function commit(): string {
  if (Bun.which("git") === null) return "unknown";
  const command = ["git", "-C", import.meta.dirname, "describe", "--always", "--dirty"];
  const { stdout } = Bun.spawnSync(command, { stderr: "ignore" });
  return stdout.toString().trim() || "unknown";
}
