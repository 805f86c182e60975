/** What is measured, against whom, and what is aimed at. */
import { browserRequests, postRequest } from "../corpus.ts";
import type { ExpectedAnswer } from "./answer.ts";
import type { PeerName } from "./peers.ts";

export interface Load {
  /** What is sent, in turn, each as one packet; `wrk`'s default request without it. */
  readonly packets?: readonly Uint8Array[];
  readonly requestsPerPacket: number;
  readonly expected: ExpectedAnswer;
}

export interface Contender {
  readonly peer: PeerName;
  /** Which of the peer's apps runs, where it has several. */
  readonly app?: string;
  /** Takes the peer's title's place in reports. */
  readonly title?: string;
  /** Open connections; 64 when not said. */
  readonly connections?: number;
  /** Whether it writes a line to stderr for each request, which is then checked. */
  readonly logsRequests?: boolean;
}

/** One against whom the subject of a case is measured. */
export interface Rival extends Contender {
  /** What the subject aims at: requests per CPU second, as a multiple of this rival's. */
  readonly goal?: number;
}

export interface ThroughputCase {
  readonly kind: "throughput";
  readonly name: string;
  readonly title: string;
  readonly load: () => Load;
  readonly subject: Contender;
  readonly rivals: readonly Rival[];
}

export interface IdleMemoryCase {
  readonly kind: "idle memory";
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  readonly subject: Contender & {
    /** The most bytes for each connection that the subject aims at. */
    readonly goalBytes?: number;
  };
  readonly rivals: readonly Contender[];
}

export type Case = ThroughputCase | IdleMemoryCase;

export const DEFAULT_CONNECTIONS = 64;

/** Enough that no cache of the processor holds them all, few enough that the client has them at hand. */
const DISTINCT_REQUESTS = 4096;

const HELLO: ExpectedAnswer = {
  contentType: "text/plain; charset=utf-8",
  body: Buffer.from("Hello, World!\n"),
};

export const HELLO_LOAD: Load = { requestsPerPacket: 1, expected: HELLO };

const PIPELINED = 16;

/** Sixteen of the requests that `wrk` sends by default, in one packet. */
function pipelinedLoad(): Load {
  const packet = Buffer.from("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(PIPELINED));
  return { packets: [packet], requestsPerPacket: PIPELINED, expected: HELLO };
}

function echoLoad(bodyBytes: number): Load {
  const { bytes, body } = postRequest(bodyBytes);
  return {
    packets: [bytes],
    requestsPerPacket: 1,
    expected: { contentType: "application/octet-stream", body },
  };
}

export const CASES: readonly Case[] = [
  {
    kind: "throughput",
    name: "hello",
    title: "Hello, the default request of wrk",
    load: () => HELLO_LOAD,
    subject: { peer: "basehttp", app: "hello" },
    rivals: [
      { peer: "bun-serve", app: "hello", goal: 1.25 },
      { peer: "bun-listen", goal: 0.92 },
      { peer: "node-http", goal: 2.2 },
    ],
  },
  {
    kind: "throughput",
    name: "browser",
    title: "Hello, a browser's head of 600 bytes, path and cookie new in every request",
    load: () => ({ packets: browserRequests(DISTINCT_REQUESTS), requestsPerPacket: 1, expected: HELLO }),
    subject: { peer: "basehttp", app: "hello" },
    rivals: [{ peer: "bun-serve", app: "hello", goal: 1.22 }],
  },
  {
    kind: "throughput",
    name: "pipelined",
    title: "Hello, 16 requests pipelined",
    load: pipelinedLoad,
    subject: { peer: "basehttp", app: "hello" },
    rivals: [{ peer: "bun-serve", app: "hello", goal: 7 }],
  },
  {
    kind: "throughput",
    name: "echo",
    title: "POST, 1 KB echoed by an async handler",
    load: () => echoLoad(1024),
    subject: { peer: "basehttp", app: "echo" },
    rivals: [{ peer: "bun-serve", app: "echo", goal: 1.2 }],
  },
  {
    kind: "throughput",
    name: "python",
    title: "Hello, Python's http.server driven as suits it",
    load: () => HELLO_LOAD,
    subject: { peer: "basehttp", app: "hello" },
    rivals: [
      { peer: "python-http10", connections: 4, goal: 25 },
      { peer: "python-http11", connections: 16, goal: 25 },
    ],
  },
  {
    kind: "throughput",
    name: "log",
    title: "Hello, access log written to a file",
    load: () => HELLO_LOAD,
    subject: { peer: "basehttp", app: "hello-logged", title: "basehttp, log on", logsRequests: true },
    rivals: [{ peer: "basehttp", app: "hello", title: "basehttp, log off", goal: 0.8 }],
  },
  {
    kind: "idle memory",
    name: "idle",
    title: "Memory of an idle connection after one request",
    connections: 9000,
    subject: { peer: "basehttp", app: "hello", goalBytes: 2200 },
    rivals: [{ peer: "bun-serve", app: "hello" }, { peer: "bun-listen" }],
  },
];
