/**
 * Opens connections, has each answer one request, and leaves them open.
 *
 *     idle.ts PORT CONNECTIONS ANSWER_BYTES IS_ENCRYPTED
 *
 * Prints `idle` when all are, and, for each line on stdin, how many still are. Ends with its stdin.
 */
import type { Socket } from "bun";

interface Connection {
  missingBytes: number;
  readonly answered: PromiseWithResolvers<void>;
}

/** Connections opened at once: fewer than any server's backlog. */
const WAVE = 100;

const [port = 0, connections = 0, answerBytes = 0, isEncrypted = 0] = process.argv.slice(2).map(Number);
const request = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
let open = 0;

async function openOne(): Promise<void> {
  const data: Connection = { missingBytes: answerBytes, answered: Promise.withResolvers() };
  await Bun.connect<Connection>({
    hostname: "127.0.0.1",
    port,
    data,
    ...(isEncrypted === 1
      ? { tls: { rejectUnauthorized: false }, socket: { handshake: opened, data: received, close: closed } }
      : { socket: { open: opened, data: received, close: closed } }),
  });
  await data.answered.promise;
}

function opened(socket: Socket<Connection>): void {
  open++;
  socket.write(request);
}

function received({ data }: Socket<Connection>, bytes: Uint8Array): void {
  data.missingBytes -= bytes.length;
  if (data.missingBytes < 0) data.answered.reject(new Error("The answer is longer than it was before"));
  if (data.missingBytes === 0) data.answered.resolve();
}

function closed({ data }: Socket<Connection>): void {
  open--;
  data.answered.reject(new Error("The server closed a connection before it had answered"));
}

for (let left = connections; left > 0; left -= WAVE) {
  await Promise.all(Array.from({ length: Math.min(WAVE, left) }, openOne));
}
process.stdout.write("idle\n");
process.stdin.on("data", () => process.stdout.write(`${open}\n`));
process.stdin.on("end", () => process.exit(0));
