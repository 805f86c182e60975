/** A server whose writes to its sockets are seen one by one: what leaves in one of them leaves in one packet. */

import { spyOn } from "bun:test";
import { HTTPServer, type RequestHandlerClass } from "../../../src/index.ts";

export interface ObservedServer extends AsyncDisposable {
  readonly port: number;
  /** What each write was given, as Latin-1 text, in order. */
  readonly writes: readonly string[];
}

/** A server on a free port of the loopback interface, serving until it is disposed of. */
export function startObserved(Handler: RequestHandlerClass): ObservedServer {
  const writes: string[] = [];
  const server = observeListener(writes, () => new HTTPServer(["127.0.0.1", 0], Handler));
  void server.serve_forever();
  return {
    port: server.server_port,
    writes,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

type Listen = (options: Bun.TCPSocketListenOptions<unknown>) => Bun.TCPSocketListener<unknown>;

/** Runs `start` with a `Bun.listen` that has the sockets note their writes. */
function observeListener<Result>(writes: string[], start: () => Result): Result {
  const listen = Bun.listen as Listen;
  const observed: Listen = (options) => {
    const { open, ...handlers } = options.socket;
    return listen({
      ...options,
      socket: {
        ...handlers,
        open(socket) {
          noteWrites(socket, writes);
          open?.(socket);
        },
      },
    });
  };
  const spy = spyOn(Bun, "listen").mockImplementation(observed as typeof Bun.listen);
  try {
    return start();
  } finally {
    spy.mockRestore();
  }
}

function noteWrites(socket: Bun.Socket<unknown>, writes: string[]): void {
  const write = socket.write.bind(socket);
  socket.write = (data, byteOffset, byteLength) => {
    const bytes = Buffer.from(data as Uint8Array);
    writes.push(
      bytes.subarray(byteOffset ?? 0, (byteOffset ?? 0) + (byteLength ?? bytes.length)).toString("latin1"),
    );
    return write(data, byteOffset, byteLength);
  };
}
