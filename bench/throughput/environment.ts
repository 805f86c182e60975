/** Where and with what a result was measured: without it a figure means nothing. */
import { cpus, loadavg, release } from "node:os";
import { type PeerName, PEERS, runtimePath } from "./peers.ts";
import type { Environment } from "./result.ts";

export function describeEnvironment(peers: readonly PeerName[]): Environment {
  const runtimes = new Set(peers.map((peer) => PEERS[peer].runtime));
  const cores = cpus();
  return {
    date: new Date().toISOString(),
    commit: firstLine(["git", "-C", import.meta.dirname, "describe", "--always", "--dirty"]),
    cpu: `${cores.length} x ${cores[0]?.model.trim() ?? "unknown"}`,
    kernel: release(),
    loadAverage: loadavg()[0] ?? 0,
    versions: Object.fromEntries(
      [...runtimes].map((runtime) => [runtime, firstLine([runtimePath(runtime) ?? runtime, "--version"])]),
    ),
  };
}

function firstLine(command: string[]): string {
  if (Bun.which(command[0] ?? "") === null) return "unknown";
  const { stdout } = Bun.spawnSync(command, { stderr: "ignore" });
  return stdout.toString().split("\n")[0]?.trim() || "unknown";
}
