/** Small answers: what a request costs besides its body. */
import { browserRequests } from "../../corpus.ts";
import { type Case, type Load, LONG_WARM_UP_CPU_MS } from "./case.ts";
import { getRequest, HELLO, HELLO_LOAD } from "./loads.ts";

/** Enough that no cache of the processor holds them all, few enough that the client has them at hand. */
const DISTINCT_REQUESTS = 4096;

const PIPELINED = 16;

/** Sixteen requests in one packet. */
function pipelinedLoad(): Load {
  const packet = Buffer.concat(Array.from({ length: PIPELINED }, () => getRequest("/")));
  return { packets: [packet], requestsPerPacket: PIPELINED, expected: HELLO };
}

const JSON_LOAD: Load = {
  requestsPerPacket: 1,
  expected: { contentType: "application/json", body: Buffer.from('{"message":"Hello, World!"}') },
};

export const HELLO_CASES: readonly Case[] = [
  {
    kind: "throughput",
    name: "hello",
    title: "Hello, the default request of wrk",
    heading: "Hello, World",
    load: () => HELLO_LOAD,
    subject: { peer: "basehttp", app: "hello" },
    rivals: [
      { peer: "bun-serve", app: "hello", goal: 1.3 },
      { peer: "bun-serve-static" },
      { peer: "bun-listen", goal: 0.96 },
      { peer: "node-http", app: "hello", goal: 2.2 },
    ],
  },
  {
    kind: "throughput",
    name: "browser",
    title: "Hello, a browser's head of 600 bytes, path and cookie new in every request",
    heading: "A browser's request",
    load: () => ({ packets: browserRequests(DISTINCT_REQUESTS), requestsPerPacket: 1, expected: HELLO }),
    subject: { peer: "basehttp", app: "hello" },
    rivals: [{ peer: "bun-serve", app: "hello", goal: 1.3 }],
  },
  {
    kind: "throughput",
    name: "pipelined",
    title: "Hello, 16 requests pipelined",
    heading: "Pipelined requests",
    load: pipelinedLoad,
    subject: { peer: "basehttp", app: "hello" },
    rivals: [
      { peer: "bun-serve", app: "hello", goal: 8 },
      { peer: "bun-serve-static", goal: 1.1 },
    ],
  },
  {
    kind: "throughput",
    name: "json",
    title: "JSON, serialised for each request",
    heading: "JSON",
    isExtra: true,
    load: () => JSON_LOAD,
    subject: { peer: "basehttp", app: "json" },
    rivals: [
      { peer: "bun-serve", app: "json" },
      { peer: "node-http", app: "json" },
    ],
  },
  {
    kind: "throughput",
    name: "python",
    title: "Hello, Python's http.server driven as suits it",
    heading: "Hello, World, as suits Python",
    isExtra: true,
    load: () => HELLO_LOAD,
    subject: { peer: "basehttp", app: "hello" },
    rivals: [
      { peer: "python-http10", app: "hello", connections: 4, goal: 25 },
      { peer: "python-http11", app: "hello", connections: 16, goal: 25 },
    ],
  },
  {
    kind: "throughput",
    name: "log",
    title: "Hello, access log written to a file",
    isExtra: true,
    load: () => ({ ...HELLO_LOAD, warmUpCpuMs: LONG_WARM_UP_CPU_MS }),
    subject: { peer: "basehttp", app: "hello-logged", title: "basehttp, log on", logsRequests: true },
    rivals: [{ peer: "basehttp", app: "hello", title: "basehttp, log off", goal: 0.8 }],
  },
];
