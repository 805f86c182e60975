/**
 * `bun run bench:leak [--peer NAME]`: does a server's memory grow with what it has served? A million requests on kept-alive
 * connections, no two the same, and 100,000 connections opened and closed in several ways; after each half the garbage
 * is collected and resident memory is read. The first half may fill caches and heaps, the second must find them full.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Child } from "./throughput/child.ts";
import { failure } from "./throughput/client-summary.ts";
import { Refusal, refusing, requireTools, runCommand } from "./throughput/command.ts";
import { mebibytes } from "./throughput/figures.ts";
import type { PeerName } from "./throughput/peers.ts";
import { openFiles, residentBytes } from "./throughput/proc.ts";
import { Server } from "./throughput/server.ts";
import { Setup } from "./throughput/setup.ts";
import { recordPackets, runWrk } from "./throughput/wrk.ts";

const REQUESTS = 1_000_000;
const CONNECTIONS = 100_000;

/** The most that the second half may add. */
const ALLOWED_BYTES = 8 * 1024 * 1024;

/** How long half a load may take before the bench gives up. */
const HALF_LOAD_SECONDS = 300;

/** How long one run of `wrk` lasts; as many follow each other as it takes. */
const SLICE_SECONDS = 3;

/** The servers that have the app which this bench needs. */
const PEERS_WITH_WORK: readonly PeerName[] = ["basehttp", "bun-serve"];

const USAGE = `Usage: bun run bench:leak [options]

  --peer PEER    put the loads on this server (basehttp): ${PEERS_WITH_WORK.join(", ")}
  -h, --help     print this`;

const CHURN_PATH = join(import.meta.dirname, "throughput", "clients", "churn.ts");

/** What `wrk` sends in turn, a running number in place of each `########`. */
const PACKETS = [
  "GET /########?page=######## HTTP/1.1\r\nHost: a\r\nCookie: session=########\r\nX-Trace-########: yes\r\n\r\n",
  "POST /######## HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nbody number ########",
  "POST /######## HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n########\r\n0\r\n\r\n",
];

interface Reading {
  readonly residentBytes: number;
  readonly openFiles: number;
}

/** Puts half of a load on a server. */
type HalfLoad = (server: Server, setup: Setup) => Promise<void>;

const LOADS: Readonly<Record<string, HalfLoad>> = {
  "1,000,000 requests on kept-alive connections": halfTheRequests,
  "100,000 connections opened and closed": halfTheConnections,
};

async function halfTheRequests({ port }: Server, setup: Setup): Promise<void> {
  const packetsPath = setup.newPath();
  await Bun.write(packetsPath, recordPackets(PACKETS.map((packet) => Buffer.from(packet))));
  const wrk = {
    ...setup.clientOptions(),
    port,
    connections: 64,
    seconds: SLICE_SECONDS,
    packetsPath,
    areNumbered: true,
  };
  const deadline = Date.now() + HALF_LOAD_SECONDS * 1000;
  for (let left = REQUESTS / 2; left > 0;) {
    if (Date.now() > deadline) throw new Error(`Half the requests take longer than ${HALF_LOAD_SECONDS} s`);
    const summary = await runWrk(wrk);
    const reason = failure(summary);
    if (reason !== undefined) throw new Error(`The run is void: ${reason}`);
    left -= summary.requests;
  }
}

async function halfTheConnections({ port }: Server, setup: Setup): Promise<void> {
  const command = [process.execPath, CHURN_PATH, String(port), String(CONNECTIONS / 2)];
  await using client = new Child(command, setup.clientOptions());
  await client.nextLine(HALF_LOAD_SECONDS);
}

/** Reads what a server holds when its connections are gone and its garbage is collected. */
async function readingOf(server: Server, restingFiles: number): Promise<Reading> {
  for (let checks = 0; checks < 100 && openFiles(server.pid) > restingFiles; checks++) await Bun.sleep(50);
  await server.collectGarbage();
  return { residentBytes: residentBytes(server.pid), openFiles: openFiles(server.pid) };
}

/** Puts a load on a fresh server; returns whether its second half left the memory alone. */
async function hasNoLeak(title: string, load: HalfLoad, peer: PeerName, setup: Setup): Promise<boolean> {
  await using server = await Server.start({ peer, app: "work" }, setup.serverOptions());
  const restingFiles = openFiles(server.pid);
  const start = await readingOf(server, restingFiles);
  await load(server, setup);
  const half = await readingOf(server, restingFiles);
  await load(server, setup);
  const end = await readingOf(server, restingFiles);

  const addedBytes = end.residentBytes - half.residentBytes;
  const isBounded = addedBytes < ALLOWED_BYTES && end.openFiles <= restingFiles;
  console.log(
    `${title}: ${isBounded ? "no leak" : "LEAK"}, the second half added ${mebibytes(addedBytes)} MiB`,
  );
  console.log(`  start ${describe(start)}; half ${describe(half)}; end ${describe(end)}`);
  return isBounded;
}

function describe(reading: Reading): string {
  return `${mebibytes(reading.residentBytes)} MiB, ${reading.openFiles} files open`;
}

interface Options {
  readonly help: boolean;
  readonly peer: PeerName;
}

function parseOptions(args: string[]): Options {
  const { values } = refusing(() =>
    parseArgs({
      args,
      options: {
        help: { type: "boolean", short: "h", default: false },
        peer: { type: "string", default: "basehttp" },
      },
    }),
  );
  const peer = PEERS_WITH_WORK.find((name) => name === values.peer);
  if (peer === undefined) {
    throw new Refusal(`--peer takes ${PEERS_WITH_WORK.join(" or ")}, not "${values.peer}"`);
  }
  return { help: values.help, peer };
}

/** Puts every load on a server of its own. Exit code 1 says that one found a leak. */
async function leak(args: string[], signal: AbortSignal): Promise<number> {
  const { help, peer } = parseOptions(args);
  if (help) {
    console.log(USAGE);
    return 0;
  }
  requireTools();
  using setup = new Setup(signal);
  let isBounded = true;
  for (const [title, load] of Object.entries(LOADS)) {
    isBounded = (await hasNoLeak(title, load, peer, setup)) && isBounded;
  }
  return isBounded ? 0 : 1;
}

await runCommand(leak);
