/** What a case is: who is measured against whom, under which load, and what is aimed at. */
import type { ExpectedAnswer } from "../answer.ts";
import type { PeerName } from "../peers.ts";
import type { Setup } from "../setup.ts";

export interface Load {
  /** What is sent, in turn, each as one packet; `wrk`'s default request without it. */
  readonly packets?: readonly Uint8Array[];
  readonly requestsPerPacket: number;
  readonly expected: ExpectedAnswer;
  /** The folder that servers of files serve. */
  readonly folder?: string;
  /** Whether the requests ask for the end of their connection, so that each needs one of its own. */
  readonly isConnectionPerRequest?: boolean;
  /** Whether it goes over TLS. */
  readonly isEncrypted?: boolean;
  /** CPU time that a server gets before it is measured; {@link WARM_UP_CPU_MS} when not said. */
  readonly warmUpCpuMs?: number;
  /**
   * Whether every exchange that has begun is measured to its end, by a client of our own. `wrk` stops in the middle: with
   * messages so large that a run has only some hundred of them, those cut off would be a share of the figure. There is one
   * packet then.
   */
  readonly isCompleted?: boolean;
}

export interface Contender {
  readonly peer: PeerName;
  /** Which of the peer's apps runs, where it has several. */
  readonly app?: string;
  /** Takes the peer's title's place in reports. */
  readonly title?: string;
  /** Open connections; the case's when not said. */
  readonly connections?: number;
  /** Whether it writes a line to stderr for each request, which is then checked. */
  readonly logsRequests?: boolean;
  /** The root of the source tree that it runs from; the bench's own when not said. */
  readonly tree?: string;
}

/** One against whom the subject of a case is measured. */
export interface Rival extends Contender {
  /** What the subject aims at, as a multiple of this rival's figure; that of latency is a bound. */
  readonly goal?: number;
}

interface Named {
  readonly name: string;
  readonly title: string;
  /** A shorter title, for charts and the tables of ratios; the title when not said. */
  readonly heading?: string;
  /** Whether it runs only when it is named or all cases are wanted. A chart without room for all leaves it out first. */
  readonly isExtra?: boolean;
}

/** Requests for each second of CPU time that the server takes. */
export interface ThroughputCase extends Named {
  readonly kind: "throughput";
  readonly load: (setup: Setup) => Load | Promise<Load>;
  /** Open connections; 64 when not said. */
  readonly connections?: number;
  readonly subject: Contender;
  readonly rivals: readonly Rival[];
}

/** How long answers take at a rate that all contenders can keep up. */
export interface LatencyCase extends Named {
  readonly kind: "latency";
  /** Its packets are for the check and the warm-up; the client that measures makes its own requests. */
  readonly load: (setup: Setup) => Load | Promise<Load>;
  /** A body that the client posts; it gets `/` without one. */
  readonly post?: Uint8Array;
  /** Half of what this one reaches is the rate, the same for all. */
  readonly pacemaker: Contender;
  readonly subject: Contender;
  readonly rivals: readonly Rival[];
}

export interface IdleMemoryCase extends Named {
  readonly kind: "idle memory";
  /** Whether they are TLS connections. */
  readonly isEncrypted?: boolean;
  readonly connections: number;
  readonly subject: Contender & {
    /** The most bytes for each connection that the subject aims at. */
    readonly goalBytes?: number;
  };
  readonly rivals: readonly Contender[];
}

export type Case = ThroughputCase | LatencyCase | IdleMemoryCase;

export const DEFAULT_CONNECTIONS = 64;

/**
 * A second under full load, or almost. By then servers do what they will do for the rest of their lives, since some 40,000
 * requests are through, unless each of them takes long.
 */
export const WARM_UP_CPU_MS = 900;

/** Two such seconds, for requests that take twice as long and more. */
export const LONG_WARM_UP_CPU_MS = 1800;
