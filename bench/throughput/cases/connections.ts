/** Connections: opened for one request each, idle, and sharing a server that is half busy. */
import { postRequest } from "../../corpus.ts";
import { KIB } from "../sizes.ts";
import { type Case, type Contender, type Load, LONG_WARM_UP_CPU_MS } from "./case.ts";
import { echoLoad, getRequest, HELLO, HELLO_LOAD } from "./loads.ts";

export const CONNECT_LOAD: Load = {
  packets: [getRequest("/", "Connection: close")],
  requestsPerPacket: 1,
  expected: HELLO,
  isConnectionPerRequest: true,
  warmUpCpuMs: LONG_WARM_UP_CPU_MS,
};

const BUN_SERVE_HELLO: Contender = { peer: "bun-serve", app: "hello" };
const BUN_SERVE_ECHO: Contender = { peer: "bun-serve", app: "echo" };

export const CONNECTION_CASES: readonly Case[] = [
  {
    kind: "throughput",
    name: "connect",
    title: "Hello, a connection for each request",
    heading: "New connection for each request",
    load: () => CONNECT_LOAD,
    subject: { peer: "basehttp", app: "hello" },
    rivals: [
      { ...BUN_SERVE_HELLO, goal: 1.05 },
      { peer: "node-http", app: "hello" },
    ],
  },
  {
    kind: "latency",
    name: "latency",
    title: "Hello, at half the rate that Bun.serve reaches",
    load: () => HELLO_LOAD,
    pacemaker: BUN_SERVE_HELLO,
    subject: { peer: "basehttp", app: "hello" },
    rivals: [{ ...BUN_SERVE_HELLO, goal: 1 }],
  },
  {
    kind: "latency",
    name: "latency-echo",
    title: "POST, 1 KiB echoed, at half the rate that Bun.serve reaches",
    isExtra: true,
    load: () => echoLoad(KIB),
    post: postRequest(KIB).body,
    pacemaker: BUN_SERVE_ECHO,
    subject: { peer: "basehttp", app: "echo" },
    rivals: [{ ...BUN_SERVE_ECHO, goal: 1 }],
  },
  {
    kind: "idle memory",
    name: "idle",
    title: "Memory of an idle connection after one request",
    connections: 9000,
    subject: { peer: "basehttp", app: "hello", goalBytes: 1800 },
    rivals: [BUN_SERVE_HELLO, { peer: "bun-listen" }],
  },
];
