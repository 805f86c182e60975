/** What a bench run found, as plain data: what `--json` writes and what the report is made from. */

import type { PeerName } from "./peers.ts";
import { type CpuTimes, totalMs } from "./proc.ts";

/** One run of one server; the CPU times and the memory are the server's. */
export interface ThroughputSample extends CpuTimes {
  readonly requests: number;
  readonly wallMs: number;
  /** The most resident memory that the server has had since it started. */
  readonly peakBytes: number;
}

export interface ThroughputRow {
  readonly peer: PeerName;
  readonly title: string;
  /** One for each round; the rounds of a case's rows belong together. */
  readonly samples: readonly ThroughputSample[];
  /** Absent in the row of the subject. */
  readonly goal?: number;
}

export interface ThroughputResult {
  readonly kind: "throughput";
  readonly name: string;
  readonly title: string;
  /** The subject first, where it took part. */
  readonly rows: readonly ThroughputRow[];
}

/** One run of one server at a set rate. Latency is counted from when a request is sent, in microseconds. */
export interface LatencySample {
  readonly requestsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

export interface LatencyRow {
  readonly peer: PeerName;
  readonly title: string;
  /** One for each round; the rounds of a case's rows belong together. */
  readonly samples: readonly LatencySample[];
  /** The most that the subject's p99 may be, as a multiple of this rival's; absent in the row of the subject. */
  readonly goal?: number;
}

export interface LatencyResult {
  readonly kind: "latency";
  readonly name: string;
  readonly title: string;
  /** The subject first, where it took part. */
  readonly rows: readonly LatencyRow[];
}

export interface IdleMemoryRow {
  readonly peer: PeerName;
  readonly title: string;
  /** One for each round. */
  readonly bytesPerConnection: readonly number[];
  /** Present in the row of the subject. */
  readonly goalBytes?: number;
}

export interface IdleMemoryResult {
  readonly kind: "idle memory";
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  readonly rows: readonly IdleMemoryRow[];
}

/** A case that gave no figures, and why. */
export interface VoidResult {
  readonly kind: "void";
  readonly name: string;
  readonly title: string;
  readonly reason: string;
}

export type CaseResult = ThroughputResult | LatencyResult | IdleMemoryResult | VoidResult;

export interface Environment {
  readonly date: string;
  readonly commit: string;
  readonly cpu: string;
  readonly kernel: string;
  /** Processes that wanted to run, on average over the minute before: more than 0 or 1 disturb the figures. */
  readonly loadAverage: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface BenchResult {
  readonly environment: Environment;
  readonly seconds: number;
  readonly rounds: number;
  readonly cases: readonly CaseResult[];
}

/** Requests answered in a second of server CPU time, user and system. */
export function requestsPerCpuSecond(sample: ThroughputSample): number {
  return (1000 * sample.requests) / totalMs(sample);
}
