/** Measures what an idle keep-alive connection costs a server in resident memory. */
import { join } from "node:path";
import { type Contender, HELLO_LOAD } from "./cases.ts";
import { Child } from "./child.ts";
import { probe } from "./probe.ts";
import { maxOpenFiles, residentBytes } from "./proc.ts";
import { Server } from "./server.ts";
import type { Setup } from "./setup.ts";
import { wrkDefaultRequest } from "./wrk.ts";

/** How long opening the connections may take. */
const OPENING_SECONDS = 60;

/** Descriptors that a process needs besides its connections. */
const SPARE_FILES = 200;

const CLIENT_PATH = join(import.meta.dirname, "clients", "idle.ts");

/** Says why so many connections cannot be had, or returns undefined when they can. */
export function connectionShortage(connections: number): string | undefined {
  const files = maxOpenFiles();
  if (files >= connections + SPARE_FILES) return undefined;
  return `${connections} connections need ulimit -Hn ${connections + SPARE_FILES}, and it is ${files}`;
}

/**
 * Opens the connections to a server that has just started, with one request on each. Load beforehand would leave free
 * pages in the server's heap, and the more of them the more garbage it makes; the connections would move in there and
 * seem to cost nothing. Without it, what the runtime compiles and sets up meanwhile is counted as theirs.
 *
 * @returns resident bytes that came with them, garbage collected before and after, divided by their number.
 */
export async function measureIdleMemory(
  { peer, app }: Contender,
  connections: number,
  setup: Setup,
): Promise<number> {
  await using server = await Server.start(peer, app, setup.serverOptions());
  const { port, pid } = server;
  const answerBytes = await probe(port, { ...HELLO_LOAD, packets: [wrkDefaultRequest(port)] });

  await server.collectGarbage();
  const before = residentBytes(pid);
  const command = [process.execPath, CLIENT_PATH, ...[port, connections, answerBytes].map(String)];
  await using idle = new Child(command, setup.clientOptions());
  await idle.nextLine(OPENING_SECONDS);
  await server.collectGarbage();
  const after = residentBytes(pid);

  const open = Number(await idle.ask("open"));
  if (open !== connections) throw new Error(`The run is void: ${connections - open} connections were closed`);
  return (after - before) / connections;
}
