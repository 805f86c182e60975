/**
 * Opens connections and ends them, in each of the ways in turn that connections end.
 *
 *     churn.ts PORT CONNECTIONS
 *
 * Prints `done` when all are closed; ends with code 1 when an answer is wrong or does not come.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { readAnswer } from "../answer.ts";

type Life = (socket: Socket) => Promise<void>;

/** Connections open at once. */
const WAVE = 50;

/** How long a connection may be silent: a server that forgets one is found out. */
const SILENCE_SECONDS = 10;

const [port = 0, connections = 0] = process.argv.slice(2).map(Number);

/** The server closes after its answer, since the client asks it to. */
async function closedByServer(socket: Socket): Promise<void> {
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await receiveAnswer(socket);
  await once(socket, "end");
}

async function closedByClient(socket: Socket): Promise<void> {
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await receiveAnswer(socket);
  socket.end();
}

/** The client vanishes in the middle of a head. */
async function resetInHead(socket: Socket): Promise<void> {
  await sent(socket, "GET / HTTP/1.1\r\nHost:");
  socket.resetAndDestroy();
}

/** The client gives up in the middle of a body, while a handler waits for the rest. */
async function closedInBody(socket: Socket): Promise<void> {
  await sent(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nthe beginning");
  socket.end();
}

async function receiveAnswer(socket: Socket): Promise<void> {
  let received = Buffer.alloc(0);
  for (;;) {
    const [bytes] = (await once(socket, "data")) as [Buffer];
    received = Buffer.concat([received, bytes]);
    const answer = readAnswer(received);
    if (answer === undefined) continue;
    if (answer.statusLine !== "HTTP/1.1 200 OK") throw new Error(`A wrong answer: ${answer.statusLine}`);
    return;
  }
}

async function sent(socket: Socket, text: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.write(text, () => resolve());
  await promise;
}

async function live(life: Life): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.setTimeout(SILENCE_SECONDS * 1000, () =>
    socket.destroy(new Error(`${life.name}: the server is silent`)),
  );
  const closed = once(socket, "close");
  await once(socket, "connect");
  await life(socket);
  socket.resume(); // what still comes has to be read, or the end of it never does
  await closed;
}

const LIVES: readonly Life[] = [closedByServer, closedByClient, resetInHead, closedInBody];

for (let left = connections; left > 0; left -= WAVE) {
  const count = Math.min(WAVE, left);
  await Promise.all(
    Array.from({ length: count }, (_, index) => live(LIVES[index % LIVES.length] ?? closedByClient)),
  );
}
process.stdout.write("done\n");
process.stdin.on("end", () => process.exit(0)).resume();
