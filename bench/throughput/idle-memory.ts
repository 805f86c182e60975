/** Measures what an idle keep-alive connection costs a server in resident memory. */
import { join } from "node:path";
import type { Contender } from "./cases/case.ts";
import { HELLO_LOAD } from "./cases/loads.ts";
import { Child } from "./child.ts";
import { probe } from "./probe.ts";
import { maxOpenFiles, residentBytes } from "./proc.ts";
import { Server } from "./server.ts";
import type { Setup } from "./setup.ts";
import { wrkDefaultRequest } from "./wrk.ts";

/** Connections that are open before those that are measured. */
const FIRST_CONNECTIONS = 2_000;

/** How long opening the connections may take. */
const OPENING_SECONDS = 60;

/** Descriptors that a process needs besides its connections. */
const SPARE_FILES = 200;

const CLIENT_PATH = join(import.meta.dirname, "clients", "idle.ts");

/** Says why so many connections cannot be had, or returns undefined when they can. */
export function connectionShortage(connections: number): string | undefined {
  const files = maxOpenFiles();
  const needed = FIRST_CONNECTIONS + connections + SPARE_FILES;
  if (files >= needed) return undefined;
  return `${connections} connections need ulimit -Hn ${needed}, and it is ${files}`;
}

/**
 * Opens the connections to a server that has some already, with one request on each. Without the first ones, what the
 * runtime compiles and sets up meanwhile would count as theirs; a load beforehand, on the other hand, would leave free
 * pages in the server's heap, where the connections would move in and seem to cost nothing.
 *
 * @returns resident bytes that came with them, garbage collected before and after, divided by their number.
 */
export async function measureIdleMemory(
  contender: Contender,
  connections: number,
  setup: Setup,
  isEncrypted = false,
): Promise<number> {
  await using server = await Server.start(contender, setup.serverOptions());
  const { port, pid } = server;
  const { least: answerBytes } = await probe(port, {
    ...HELLO_LOAD,
    isEncrypted,
    packets: [wrkDefaultRequest(port)],
  });
  const openIdle = async (count: number): Promise<Child> => {
    const command = [
      process.execPath,
      CLIENT_PATH,
      ...[port, count, answerBytes, Number(isEncrypted)].map(String),
    ];
    const idle = new Child(command, setup.clientOptions());
    await idle.nextLine(OPENING_SECONDS);
    await server.collectGarbage();
    return idle;
  };

  await using first = await openIdle(FIRST_CONNECTIONS);
  const before = residentBytes(pid);
  await using idle = await openIdle(connections);
  const after = residentBytes(pid);

  const open = Number(await first.ask("open")) + Number(await idle.ask("open"));
  const closed = FIRST_CONNECTIONS + connections - open;
  if (closed > 0) throw new Error(`The run is void: ${closed} connections were closed`);
  return (after - before) / connections;
}
