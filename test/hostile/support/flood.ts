/** Clients that send without end, or a little at a time, until the server has had enough. */

import { connect, type Socket } from "bun";

export interface Flooded {
  /** All that the server answered until it ended its side, as Latin-1. */
  readonly answer: string;
  /** Bytes that the client could send until then. */
  readonly sentBytes: number;
}

/** Sends `beginning`, and then `piece` again and again, as fast as the server takes it, until it ends its side. */
export async function flood(port: number, beginning: string, piece: string): Promise<Flooded> {
  const first = Buffer.from(beginning, "latin1");
  const more = Buffer.from(piece, "latin1");
  let answer = "";
  let sentBytes = 0;
  let hasEnded = false;
  const end = Promise.withResolvers<void>();
  const ended = (): void => {
    hasEnded = true;
    end.resolve();
  };
  function pump(socket: Socket): void {
    while (!hasEnded) {
      const bytes = sentBytes < first.length ? first.subarray(sentBytes) : more;
      const at = sentBytes < first.length ? 0 : (sentBytes - first.length) % more.length;
      const taken = socket.write(bytes.subarray(at));
      if (taken <= 0) return;
      sentBytes += taken;
    }
  }
  const socket = await connect({
    hostname: "127.0.0.1",
    port,
    allowHalfOpen: true,
    socket: {
      open: pump,
      drain: pump,
      data(_socket, chunk) {
        answer += chunk.toString("latin1");
      },
      end: ended,
      close: ended,
      error() {},
    },
  });
  await end.promise;
  socket.terminate();
  return { answer, sentBytes };
}

/** Sends `beginning`, and then a byte every few milliseconds, until the server ends its side; all that it answered. */
export async function drip(port: number, beginning: string, byte: string): Promise<string> {
  let answer = "";
  const end = Promise.withResolvers<void>();
  const socket = await connect({
    hostname: "127.0.0.1",
    port,
    allowHalfOpen: true,
    socket: {
      data(_socket, chunk) {
        answer += chunk.toString("latin1");
      },
      end: () => end.resolve(),
      close: () => end.resolve(),
      error() {},
    },
  });
  socket.write(Buffer.from(beginning, "latin1"));
  const dripping = setInterval(() => socket.write(byte), 10);
  await end.promise;
  clearInterval(dripping);
  socket.terminate();
  return answer;
}
