/** Drives a server with `wrk` and refuses the run unless every answer was whole and right. */
import { join } from "node:path";
import { Child, type ChildOptions } from "./child.ts";

/** What a run of `wrk` counted, as `load.lua` prints it. */
export interface WrkSummary {
  readonly requests: number;
  /** Bytes received, heads included. */
  readonly bytes: number;
  readonly microseconds: number;
  readonly errors: Readonly<Record<"connect" | "read" | "write" | "status" | "timeout", number>>;
}

export interface WrkOptions extends ChildOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** A file made by {@link recordPackets}; `wrk`'s own default request without it. */
  readonly packetsPath?: string | undefined;
  /** Puts a running number wherever a packet has `########`, so that no two are the same. */
  readonly areNumbered?: boolean;
}

const LOAD_SCRIPT = join(import.meta.dirname, "load.lua");

/** How long `wrk` may take beyond the time it was told: to connect, to stop and to report. */
const SLACK_SECONDS = 15;

export async function runWrk(options: WrkOptions): Promise<WrkSummary> {
  const { port, connections, seconds, packetsPath } = options;
  const command = [
    "wrk",
    "--threads",
    "1",
    "--connections",
    String(connections),
    "--duration",
    `${seconds}s`,
  ];
  command.push("--timeout", "10s", "--script", LOAD_SCRIPT, `http://127.0.0.1:${port}/`);
  if (packetsPath !== undefined) command.push("--", packetsPath);
  if (options.areNumbered === true) command.push("numbered");
  await using wrk = new Child(command, options);
  const deadline = Date.now() + (seconds + SLACK_SECONDS) * 1000;
  for (;;) {
    const line = await wrk.nextLine((deadline - Date.now()) / 1000);
    if (line.startsWith("summary ")) return JSON.parse(line.slice("summary ".length)) as WrkSummary;
  }
}

/** The request that `wrk` sends when it is given none. */
export function wrkDefaultRequest(port: number): Uint8Array {
  return Buffer.from(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
}

/** Lays packets out as `load.lua` reads them: the length in bytes on a line, then the bytes. */
export function recordPackets(packets: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(packets.flatMap((packet) => [Buffer.from(`${packet.length}\n`), packet]));
}

/** Says what went wrong in a run by `wrk`'s own account, which knows of answers the status only. */
export function failure({ requests, errors }: WrkSummary): string | undefined {
  const counts = Object.entries(errors).filter(([, count]) => count > 0);
  if (counts.length > 0) return `errors: ${counts.map(([kind, count]) => `${count} ${kind}`).join(", ")}`;
  return requests === 0 ? "no request was answered" : undefined;
}

/**
 * Says what makes a run void whose answers all have `answerBytes`, or returns undefined when nothing does. Then the bytes
 * received tell whether each answer was whole, but for those that were on their way when the time was up.
 */
export function voidReason(
  summary: WrkSummary,
  answerBytes: number,
  requestsInFlight: number,
): string | undefined {
  const reason = failure(summary);
  if (reason !== undefined) return reason;
  const surplusBytes = summary.bytes - summary.requests * answerBytes;
  if (surplusBytes >= 0 && surplusBytes <= requestsInFlight * answerBytes) return undefined;
  return `${summary.requests} answers of ${answerBytes} bytes cannot make ${summary.bytes} bytes`;
}
