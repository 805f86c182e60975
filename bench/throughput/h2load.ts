/**
 * Sends requests at a set rate with `h2load` and reads how long each answer took.
 *
 * Its clients wake up every 10 ms, all at about the same time, and each sends one after another what has come due since.
 * So a server sees bursts of as many requests as there are clients, and most of the latency is waiting for one's turn in
 * the burst: it says how soon a server is through with a crowd, not how soon it answers a request that comes alone.
 */
import { Child, type ChildOptions } from "./child.ts";
import { percentile } from "./stats.ts";

export interface H2loadOptions extends ChildOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Of all connections together. */
  readonly requestsPerSecond: number;
  /** Where `h2load` logs every request. */
  readonly logPath: string;
  /** A file whose content is posted; without it the request is a GET. */
  readonly postPath?: string | undefined;
}

/** What `h2load` logged of a run. */
export interface LatencyLog {
  readonly requests: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** How far the rate may stay behind: then requests were held back, and those that waited longest are not counted. */
const MAX_SHORTFALL = 0.02;

/** How long `h2load` may take beyond the time it was told. */
const SLACK_SECONDS = 15;

/** Runs `h2load`. Throws when an answer was wrong; whether the rate was kept, {@link rateShortfall} says. */
export async function runH2load(options: H2loadOptions): Promise<LatencyLog> {
  const { port, connections, seconds, requestsPerSecond, logPath, postPath } = options;
  const command = ["h2load", "--h1", `--clients=${connections}`, `--duration=${seconds}`];
  command.push(`--rps=${requestsPerSecond / connections}`, `--log-file=${logPath}`);
  if (postPath !== undefined) command.push(`--data=${postPath}`);
  command.push(`http://127.0.0.1:${port}/`);
  await using h2load = new Child(command, options);
  await h2load.success(seconds + SLACK_SECONDS);
  return readLog(await Bun.file(logPath).text());
}

/** Says how far a run stayed behind its rate, or returns undefined when it kept it up. */
export function rateShortfall({ requests }: LatencyLog, wanted: number): string | undefined {
  if (requests >= (1 - MAX_SHORTFALL) * wanted) return undefined;
  return `${requests} of ${Math.round(wanted)} requests were answered in time`;
}

/** Reads a log: a line for each request, with the time when it was sent, the status, and the latency in microseconds. */
export function readLog(text: string): LatencyLog {
  const latencies = text
    .split("\n")
    .filter(Boolean)
    .map(readLine)
    .sort((a, b) => a - b);
  return {
    requests: latencies.length,
    p50Us: percentile(latencies, 0.5),
    p99Us: percentile(latencies, 0.99),
  };
}

function readLine(line: string): number {
  const [, status, latency] = line.split("\t");
  if (status !== "200") throw new Error(`The run is void: status ${status}`);
  return Number(latency);
}
