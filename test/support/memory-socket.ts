/** A socket in memory: it notes every write, takes as much as it is told to, and closes when it is told to. */

import type { RequestHandlerClass } from "../../src/index.ts";
import { Connection } from "../../src/transport/connection.ts";
import { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from "../../src/transport/limits.ts";
import type { ConnectionOwner, TransportSocket } from "../../src/transport/parties.ts";
import { ticker } from "../../src/transport/ticker.ts";

export class MemorySocket implements TransportSocket {
  readonly remoteAddress = "192.0.2.1";
  readonly remotePort = 50_000;
  /** It is no file's or socket's; undefined for a socket that encrypts. */
  fd: number | undefined = -1;
  /** What each write has taken, as Latin-1 text. */
  readonly writes: string[] = [];
  /** How many bytes will still be taken before the socket is full. */
  room: number = Number.POSITIVE_INFINITY;
  isPaused = false;
  /** Whether we have said that nothing more will be written. */
  isShutDown = false;
  isClosed = false;
  /** What was written is still on its way, so that the socket does not close in order. */
  isHeldUp = false;
  /** Whether it was closed at once, instead of in order. */
  isTerminated = false;
  /** Called when the connection closes the socket. */
  onClose: () => void = () => {};

  /** All that was taken. */
  get written(): string {
    return this.writes.join("");
  }

  write(bytes: Uint8Array, byteOffset: number, byteLength: number): number {
    if (this.isClosed) return -1;
    const taken = Math.min(this.room, byteLength);
    this.room -= taken;
    this.writes.push(Buffer.from(bytes.subarray(byteOffset, byteOffset + taken)).toString("latin1"));
    return taken;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  shutdown(): void {
    this.isShutDown = true;
  }

  end(): void {
    if (!this.isHeldUp) this.#close();
  }

  terminate(): void {
    this.isTerminated = true;
    this.#close();
  }

  setNoDelay(): boolean {
    return true;
  }

  #close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.onClose();
  }
}

/** A connection on a memory socket, and its client. */
export class MemoryConnection implements Disposable {
  readonly socket: MemorySocket = new MemorySocket();
  readonly connection: Connection;
  /** What was thrown at the server. */
  readonly failures: unknown[] = [];
  /** Whether the connection has told its server that it has ended. */
  hasEnded = false;

  private constructor(limits: ConnectionLimits) {
    const owner: ConnectionOwner<Connection> = {
      tally: { accepted: 0, requests: 0 },
      limits,
      handlerFailed: (_connection, error) => void this.failures.push(error),
      handlerFinished: (connection) => connection.close(),
      connectionEnded: () => {
        this.hasEnded = true;
      },
    };
    this.connection = new Connection(this.socket, owner);
    this.socket.onClose = () => this.connection.closed();
    ticker.retain();
  }

  /** A connection that `Handler` serves. */
  static async open(
    Handler: RequestHandlerClass,
    limits: Partial<ConnectionLimits> = {},
  ): Promise<MemoryConnection> {
    const opened = new MemoryConnection({ ...DEFAULT_CONNECTION_LIMITS, ...limits });
    const server = {
      server_address: ["192.0.2.2", 80],
      server_name: "test",
      server_port: 80,
      shutdown: async () => {},
    };
    const Class = Handler as new (
      connection: Connection,
      address: [string, number],
      server: unknown,
    ) => unknown;
    new Class(opened.connection, ["192.0.2.1", 50_000], server);
    // The conversation begins a microtask later, when the handler's class has initialised its fields.
    await Promise.resolve();
    return opened;
  }

  /** Delivers what the client sends, in one packet. */
  receive(bytes: string | Uint8Array): void {
    this.connection.received(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** The client has made room for `bytes` more, or for any number. */
  drain(bytes: number = Number.POSITIVE_INFINITY): void {
    this.socket.room = bytes;
    this.connection.drained();
  }

  /** The client ends its side. */
  endInput(): void {
    this.connection.peerEnded();
  }

  /** The client goes away. */
  disconnect(): void {
    this.socket.terminate();
  }

  [Symbol.dispose](): void {
    this.disconnect();
    ticker.release();
  }
}

/** Settles when the present turn of the event loop is over, and what was written in it has left. */
export function turnEnded(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
