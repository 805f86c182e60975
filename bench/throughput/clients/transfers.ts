/**
 * Sends one request over and over on each of some connections, and sees every exchange that it begins to its end.
 *
 *     transfers.ts PORT CONNECTIONS SECONDS REQUEST_PATH ANSWER_BYTES
 *
 * No exchange begins after so many seconds. Prints the summary that `load.lua` has `wrk` print; ends with code 1 when an
 * answer has another length or status, or a connection is closed.
 */
import type { Socket } from "bun";

interface Connection {
  /** How much of the request is sent. */
  sentBytes: number;
  missingBytes: number;
  readonly finished: PromiseWithResolvers<void>;
}

const IS_SUCCESS = /^HTTP\/1\.1 2\d\d /;
const decoder = new TextDecoder("latin1");

const [, , port, connections, seconds, requestPath = "", answerBytes] = process.argv;
const request = await Bun.file(requestPath).bytes();

let transfers = 0;
let receivedBytes = 0;
let deadline = 0;

function begin(socket: Socket<Connection>): void {
  socket.data.sentBytes = 0;
  socket.data.missingBytes = Number(answerBytes);
  send(socket);
}

function send(socket: Socket<Connection>): void {
  const { data } = socket;
  if (data.sentBytes < request.length) data.sentBytes += socket.write(request.subarray(data.sentBytes));
}

function receive(socket: Socket<Connection>, bytes: Uint8Array): void {
  const { data } = socket;
  const isFirst = data.missingBytes === Number(answerBytes);
  receivedBytes += bytes.length;
  data.missingBytes -= bytes.length;
  if (isFirst && !IS_SUCCESS.test(decoder.decode(bytes.subarray(0, 16)))) fail(socket, "refuses a request");
  else if (data.missingBytes < 0) fail(socket, "answers with too much");
  else if (data.missingBytes === 0) finish(socket);
}

function finish(socket: Socket<Connection>): void {
  transfers++;
  if (socket.data.sentBytes < request.length) fail(socket, "answers before it is asked");
  else if (performance.now() < deadline) begin(socket);
  else socket.data.finished.resolve();
}

function fail({ data }: Socket<Connection>, how: string): void {
  data.finished.reject(new Error(`The server ${how}`));
}

async function connect(): Promise<Socket<Connection>> {
  return await Bun.connect<Connection>({
    hostname: "127.0.0.1",
    port: Number(port),
    data: { sentBytes: 0, missingBytes: 0, finished: Promise.withResolvers() },
    socket: {
      data: receive,
      drain: send,
      close: (socket) => fail(socket, "closes a connection"),
    },
  });
}

const sockets = await Promise.all(Array.from({ length: Number(connections) }, connect));
const start = performance.now();
deadline = start + 1000 * Number(seconds);
for (const socket of sockets) begin(socket);
await Promise.all(sockets.map(({ data }) => data.finished.promise));

const microseconds = Math.round(1000 * (performance.now() - start));
const errors = { connect: 0, read: 0, write: 0, status: 0, timeout: 0 };
const summary = { requests: transfers, bytes: receivedBytes, microseconds, errors };
process.stdout.write(`summary ${JSON.stringify(summary)}\n`);
process.exit(0);
