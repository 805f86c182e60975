/** A client that asks for a file and then takes it only when told to. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";

export class Download implements Disposable {
  readonly #socket: Socket;
  #receivedBytes = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => {
      this.#receivedBytes += bytes.length;
    });
  }

  /** Asks for `path`; the answer has begun to arrive, and stands still, when the promise settles. */
  static async begin(port: number, path: string): Promise<Download> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const download = new Download(socket);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`);
    await once(socket, "data");
    socket.pause();
    return download;
  }

  /** Takes the rest; the bytes of the whole answer when the server has closed the connection. */
  async finish(): Promise<number> {
    const closed = once(this.#socket, "close");
    this.#socket.resume();
    await closed;
    return this.#receivedBytes;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** Settles when nobody listens on `port` any more. */
export async function untilRefused(port: number): Promise<void> {
  while (await isAccepted(port));
}

async function isAccepted(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
