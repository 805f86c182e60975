/** Drives a server with `wrk`. */
import { join } from "node:path";
import { Child, type ChildOptions } from "./child.ts";
import { readSummary, type Summary } from "./client-summary.ts";

export interface WrkOptions extends ChildOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Whether it speaks TLS. */
  readonly isEncrypted?: boolean | undefined;
  /** A file made by {@link recordPackets}; `wrk`'s own default request without it. */
  readonly packetsPath?: string | undefined;
  /** Puts a running number wherever a packet has `########`, so that no two are the same. */
  readonly areNumbered?: boolean;
}

const LOAD_SCRIPT = join(import.meta.dirname, "load.lua");

export async function runWrk(options: WrkOptions): Promise<Summary> {
  const { port, connections, seconds, packetsPath } = options;
  const scheme = options.isEncrypted === true ? "https" : "http";
  const command = [
    "wrk",
    "--threads",
    "1",
    "--connections",
    String(connections),
    "--duration",
    `${seconds}s`,
  ];
  command.push("--timeout", "10s", "--script", LOAD_SCRIPT, `${scheme}://127.0.0.1:${port}/`);
  if (packetsPath !== undefined) command.push("--", packetsPath);
  if (options.areNumbered === true) command.push("numbered");
  await using wrk = new Child(command, options);
  return await readSummary(wrk, seconds);
}

/** The request that `wrk` sends when it is given none. */
export function wrkDefaultRequest(port: number): Uint8Array {
  return Buffer.from(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
}

/** Lays packets out as `load.lua` reads them: the length in bytes on a line, then the bytes. */
export function recordPackets(packets: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(packets.flatMap((packet) => [Buffer.from(`${packet.length}\n`), packet]));
}
