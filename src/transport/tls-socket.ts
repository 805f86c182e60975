/**
 * A socket that encrypts, as a connection sees it. It shows no descriptor to send by: bytes that were given to that would
 * go out between the records of TLS as they are. What the system says of it is about encrypted bytes.
 *
 * Bun encrypts up to 128 KiB at a time and keeps what the system does not take of them: `write` takes no more before
 * that is on its way, and `shutdown` and `close` wait for it. So nothing has to be bounded here.
 */

import type { TransportSocket } from "./parties.ts";

/** What is needed of Bun's socket. */
interface EncryptingSocket extends Omit<TransportSocket, "fd" | "watchedFd" | "end"> {
  close(): void;
}

export class TlsSocket implements TransportSocket {
  readonly #socket: EncryptingSocket;

  constructor(socket: EncryptingSocket) {
    this.#socket = socket;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  get watchedFd(): number {
    return (this.#socket as unknown as { readonly fd: number }).fd;
  }

  write(bytes: Uint8Array, byteOffset: number, byteLength: number): number {
    return this.#socket.write(bytes, byteOffset, byteLength);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  shutdown(): void {
    this.#socket.shutdown();
  }

  /**
   * Bun's own `end` would wait for the client to close, for ever; `close` alone would not tell it that the answer was not
   * cut short.
   */
  end(): void {
    this.#socket.shutdown();
    this.#socket.close();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  setNoDelay(noDelay?: boolean): boolean {
    return this.#socket.setNoDelay(noDelay);
  }
}
