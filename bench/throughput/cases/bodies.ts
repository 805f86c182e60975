/** Bodies of requests and of answers, small and large. */
import { request } from "../../corpus/make.ts";
import type { Setup } from "../setup.ts";
import { KIB, MIB } from "../sizes.ts";
import type { Case, Load } from "./case.ts";
import { echoLoad } from "./loads.ts";

/** Few connections: there are no more bytes under way than memory close to the processor holds. */
const FEW_CONNECTIONS = 8;

/** A body that is counted and thrown away. */
function uploadLoad({ largeBytes }: Setup): Load {
  const head = request("POST / HTTP/1.1", ["Host: 127.0.0.1", `Content-Length: ${largeBytes}`]);
  return {
    packets: [Buffer.concat([head, Buffer.alloc(largeBytes, "x")])],
    requestsPerPacket: 1,
    expected: { contentType: "text/plain; charset=utf-8", body: Buffer.from(`${largeBytes}\n`) },
    isCompleted: true,
  };
}

/** What the apps called "stream" answer: 64 pieces of 16 KiB. */
const STREAM_LOAD: Load = {
  requestsPerPacket: 1,
  expected: { contentType: "application/octet-stream", body: Buffer.alloc(MIB, "x") },
};

export const BODY_CASES: readonly Case[] = [
  {
    kind: "throughput",
    name: "echo",
    title: "POST, 1 KiB echoed by an async handler",
    heading: "POST of 1 KiB, echoed",
    load: () => echoLoad(KIB),
    subject: { peer: "basehttp", app: "echo" },
    rivals: [{ peer: "bun-serve", app: "echo", goal: 1.35 }],
  },
  {
    kind: "throughput",
    name: "echo-1m",
    title: "POST, 1 MiB echoed by an async handler",
    heading: "POST of 1 MiB, echoed",
    load: () => ({ ...echoLoad(MIB), isCompleted: true }),
    connections: FEW_CONNECTIONS,
    subject: { peer: "basehttp", app: "echo" },
    rivals: [{ peer: "bun-serve", app: "echo", goal: 1 }],
  },
  {
    kind: "throughput",
    name: "upload",
    title: "POST, 100 MiB discarded piece by piece",
    heading: "Upload",
    load: uploadLoad,
    connections: FEW_CONNECTIONS,
    subject: { peer: "basehttp", app: "upload" },
    rivals: [
      { peer: "bun-serve", app: "upload", goal: 1 },
      { peer: "node-http", app: "upload" },
    ],
  },
  {
    kind: "throughput",
    name: "stream",
    title: "1 MiB in pieces of 16 KiB, each awaited",
    heading: "Streamed answer",
    isExtra: true,
    load: () => STREAM_LOAD,
    connections: FEW_CONNECTIONS,
    subject: { peer: "basehttp", app: "stream" },
    rivals: [
      { peer: "bun-serve", app: "stream" },
      { peer: "node-http", app: "stream" },
    ],
  },
];
