/**
 * Opens connections that keep a server waiting, and goes on with that until the server has closed all of them.
 *
 *     siege.ts PORT CONNECTIONS_OF_EACH_KIND
 *
 * Prints `besieging` when all are open, for each line on stdin how many still are, and `over ` with what became of them,
 * as JSON, when none is. Ends with its stdin.
 */
import type { Socket } from "bun";

/** What became of the connections of a kind. */
export interface Outcome {
  /** Seconds from the opening of a connection to its end: the shortest and the longest. */
  least: number;
  most: number;
  /** How many were answered with which status; 0 for no answer. */
  readonly statuses: Record<string, number>;
}

export type Kind = "idle" | "dripping" | "stalled";

interface Connection {
  readonly kind: Kind;
  readonly openedAt: number;
  status: number;
}

/** What each kind sends at once. */
const BEGINNINGS: Readonly<Record<Kind, string>> = {
  idle: "",
  dripping: "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Drip: ",
  stalled: "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n0123456789",
};

/** Connections of each kind that are opened at once: fewer than any server's backlog together. */
const WAVE = 100;

/** Each dripping connection sends a byte a second, not all of them at the same time. */
const SLICES_PER_SECOND = 20;

const [port = 0, connectionsOfEach = 0] = process.argv.slice(2).map(Number);
const outcomes = {} as Record<Kind, Outcome>;
const dripping: Socket<Connection>[] = [];
let open = 0;

async function openOne(kind: Kind): Promise<void> {
  const data: Connection = { kind, openedAt: performance.now(), status: 0 };
  const socket = await Bun.connect<Connection>({
    hostname: "127.0.0.1",
    port,
    data,
    socket: { data: received, close: closed },
  });
  open++;
  socket.write(BEGINNINGS[kind]);
  if (kind === "dripping") dripping.push(socket);
}

function received({ data }: Socket<Connection>, bytes: Buffer): void {
  if (data.status === 0) data.status = Number(bytes.toString("latin1", 9, 12));
}

function closed({ data: { kind, openedAt, status } }: Socket<Connection>): void {
  open--;
  const seconds = (performance.now() - openedAt) / 1000;
  outcomes[kind] ??= { least: seconds, most: seconds, statuses: {} };
  const outcome = outcomes[kind];
  outcome.least = Math.min(outcome.least, seconds);
  outcome.most = Math.max(outcome.most, seconds);
  outcome.statuses[status] = (outcome.statuses[status] ?? 0) + 1;
  if (open === 0) process.stdout.write(`over ${JSON.stringify(outcomes)}\n`);
}

let slice = 0;
function drip(): void {
  for (let at = slice; at < dripping.length; at += SLICES_PER_SECOND) dripping[at]!.write("x");
  slice = (slice + 1) % SLICES_PER_SECOND;
}

setInterval(drip, 1000 / SLICES_PER_SECOND);
for (let left = connectionsOfEach; left > 0; left -= WAVE) {
  const wave = Array.from({ length: Math.min(WAVE, left) }).flatMap(() =>
    (Object.keys(BEGINNINGS) as Kind[]).map(openOne),
  );
  await Promise.all(wave);
}
process.stdout.write("besieging\n");
process.stdin.on("data", () => process.stdout.write(`${open}\n`));
process.stdin.on("end", () => process.exit(0));
