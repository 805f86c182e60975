/** The same over TLS: records, handshakes, files that cannot go out by sendfile, and what a connection keeps. */
import { KIB } from "../sizes.ts";
import { type Case, type Contender, type Load, LONG_WARM_UP_CPU_MS } from "./case.ts";
import { CONNECT_LOAD } from "./connections.ts";
import { fileLoad } from "./files.ts";
import { HELLO_LOAD } from "./loads.ts";

/** Some 40,000 handshakes: fewer leave the runtime compiling meanwhile, which is a tenth of the figure. */
const HANDSHAKES_WARM_UP_CPU_MS = 8000;

const BASEHTTP_HELLO: Contender = { peer: "basehttp", app: "tls-hello" };
const BUN_SERVE_HELLO: Contender = { peer: "bun-serve", app: "tls-hello" };

function encrypted(load: Load): Load {
  return { ...load, isEncrypted: true };
}

export const TLS_CASES: readonly Case[] = [
  {
    kind: "throughput",
    name: "tls-hello",
    title: "Hello over TLS",
    heading: "Hello, World over TLS",
    isExtra: true,
    load: () => encrypted({ ...HELLO_LOAD, warmUpCpuMs: LONG_WARM_UP_CPU_MS }),
    subject: BASEHTTP_HELLO,
    rivals: [{ ...BUN_SERVE_HELLO, goal: 1.15 }],
  },
  {
    kind: "throughput",
    name: "tls-connect",
    title: "Hello over TLS, a handshake for each request",
    heading: "TLS handshake for each request",
    isExtra: true,
    load: () => encrypted({ ...CONNECT_LOAD, warmUpCpuMs: HANDSHAKES_WARM_UP_CPU_MS }),
    subject: BASEHTTP_HELLO,
    rivals: [{ ...BUN_SERVE_HELLO, goal: 1 }],
  },
  {
    kind: "throughput",
    name: "tls-file-100k",
    title: "A file of 100 KiB over TLS",
    heading: "File of 100 KiB over TLS",
    isExtra: true,
    load: async (setup) => encrypted(await fileLoad(setup, 100 * KIB)),
    subject: { peer: "basehttp", app: "tls-files" },
    rivals: [{ peer: "bun-serve-dir", app: "tls-files", goal: 1.1 }],
  },
  {
    kind: "idle memory",
    name: "tls-idle",
    title: "Memory of an idle TLS connection after one request",
    isExtra: true,
    isEncrypted: true,
    connections: 9000,
    subject: BASEHTTP_HELLO,
    rivals: [BUN_SERVE_HELLO],
  },
];
