/** A raw client and a server under test, for tests that look at bytes. */

import { FFIType } from "bun:ffi";
import { connect, type Socket } from "bun";
import { HTTPServer, type HTTPServerOptions, type RequestHandlerClass } from "../../src/index.ts";
import { findSystemCall } from "../../src/system/c-library.ts";

/** Of recv(2): gives what is there, and waits for nothing. */
const MSG_DONTWAIT = 0x40;

const receive: ((socket: number, bytes: Uint8Array, count: number, flags: number) => number) | null =
  findSystemCall("recv", {
    args: [FFIType.i32, FFIType.ptr, FFIType.u64_fast, FFIType.i32],
    returns: FFIType.i64_fast,
  });

export interface StartedServer<Server extends HTTPServer = HTTPServer> extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
  /** Settles when `serve_forever()` has. */
  readonly served: Promise<void>;
}

/** A server on a free port of the loopback interface, serving until it is disposed of. */
export async function startServer(
  Handler: RequestHandlerClass,
  options: HTTPServerOptions = {},
): Promise<StartedServer> {
  return serve(new HTTPServer(["127.0.0.1", 0], Handler, { drainTimeout: 1, ...options }));
}

/** Has a server serve until it is disposed of. */
export function serve<Server extends HTTPServer>(server: Server): StartedServer<Server> {
  const served = server.serve_forever();
  return {
    server,
    port: server.server_port,
    served,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await served;
    },
  };
}

/**
 * Sends raw bytes, says that no more will come, and gives all that is answered until the server closes, as Latin-1.
 */
export async function exchange(port: number, bytes: string | Uint8Array): Promise<string> {
  await using client = await RawClient.connect(port);
  client.send(bytes);
  client.endInput();
  return await client.untilClosed();
}

/** A connection whose bytes are sent and seen as they are. What is received is Latin-1 text. */
export class RawClient implements AsyncDisposable {
  #socket!: Socket;
  #received = "";
  #isClosed = false;
  #isReadable = true;
  #isEndedInOrder = false;
  #isAborted = false;
  #isReset = false;
  #localPort = 0;
  #waiters: (() => void)[] = [];
  #unsent: Uint8Array[] = [];

  static connect(port: number): Promise<RawClient> {
    return RawClient.#open({ hostname: "127.0.0.1", port });
  }

  static connectUnix(path: string): Promise<RawClient> {
    return RawClient.#open({ unix: path });
  }

  /** With TLS, whatever the certificate is: the bytes are those before encryption and after decryption. */
  static connectTls(to: number | string, tls: Bun.TLSOptions = {}): Promise<RawClient> {
    const address = typeof to === "string" ? { unix: to } : { hostname: "127.0.0.1", port: to };
    return RawClient.#open(address, { rejectUnauthorized: false, ...tls });
  }

  static async #open(
    address: { hostname: string; port: number } | { unix: string },
    tls?: Bun.TLSOptions,
  ): Promise<RawClient> {
    const client = new RawClient();
    const handshake = Promise.withResolvers<void>();
    client.#socket = await connect({
      ...(address as { hostname: string; port: number }),
      ...(tls === undefined ? {} : { tls }),
      allowHalfOpen: true,
      socket: {
        data: (_socket, chunk) => {
          client.#received += chunk.toString("latin1");
          client.#wake();
        },
        drain: () => client.#pump(),
        ...(tls === undefined ? {} : { handshake: settleBy(handshake) }),
        end: () => {
          client.#isReadable = false;
          client.#isEndedInOrder = true;
          client.#wake();
        },
        close: (_socket, error) => {
          client.#isReadable = false;
          client.#isClosed = true;
          client.#isReset = error !== undefined;
          if (!client.#isReset && !client.#isAborted) client.#isEndedInOrder = true;
          client.#wake();
        },
        error: () => {},
      },
    });
    client.#localPort = client.#socket.localPort;
    if (tls !== undefined) await handshake.promise;
    return client;
  }

  /** All that has been received so far. */
  get received(): string {
    return this.#received;
  }

  /** Whether the server has ended its side, or the connection is gone. */
  get isEnded(): boolean {
    return !this.#isReadable;
  }

  /** Whether the server has ended its side, so that everything which it sent has come. */
  get isEndedInOrder(): boolean {
    return this.#isEndedInOrder;
  }

  /** The port of this side, by which a server's handler can tell its clients. */
  get localPort(): number {
    return this.#localPort;
  }

  send(bytes: string | Uint8Array): void {
    this.#unsent.push(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    this.#pump();
  }

  /** Half-closes. */
  endInput(): void {
    if (this.#unsent.length > 0) this.#unsent.push(new Uint8Array(0));
    else if (!this.#isClosed) this.#socket.shutdown();
  }

  /** Stops and resumes reading, so that the server's writes pile up. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /**
   * While it is paused, reads at most `count` bytes, and gives how many there were: the runtime itself would read half a
   * mebibyte. On Linux alone.
   */
  readSome(count: number): number {
    const { fd } = this.#socket as unknown as { fd: number };
    return receive?.(fd, new Uint8Array(count), count, MSG_DONTWAIT) ?? 0;
  }

  /** Goes away at once, with a reset: the runtime sets SO_LINGER to 0 for that. */
  abort(): void {
    this.#isAborted = true;
    if (!this.#isClosed) this.#socket.terminate();
  }

  /** Closes in order: what was sent arrives, but nobody takes what is answered. */
  end(): void {
    if (!this.#isClosed) this.#socket.end();
  }

  /** Waits until `condition` holds of what has been received; fails when the connection ends before. */
  async until(condition: (received: string) => boolean): Promise<string> {
    while (!condition(this.#received)) {
      if (!this.#isReadable) throw new Error(`The connection ended after ${JSON.stringify(this.#received)}`);
      await this.#change();
    }
    return this.#received;
  }

  /** Waits for the server to end its side, and gives all that was received. */
  async untilClosed(): Promise<string> {
    while (this.#isReadable) await this.#change();
    return this.#received;
  }

  /** Waits until both sides have ended theirs; fails when the connection is reset instead. */
  async untilGone(): Promise<void> {
    while (!this.#isClosed) await this.#change();
    if (this.#isReset) throw new Error("The connection was reset");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort();
    while (!this.#isClosed) await this.#change();
  }

  #pump(): void {
    while (this.#unsent.length > 0) {
      const bytes = this.#unsent[0]!;
      if (bytes.length === 0) {
        this.#unsent.shift();
        this.#socket.shutdown();
        continue;
      }
      const taken = this.#socket.write(bytes);
      if (taken < 0) {
        this.#unsent = [];
        return;
      }
      if (taken < bytes.length) {
        this.#unsent[0] = bytes.subarray(taken);
        return;
      }
      this.#unsent.shift();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }
}

/** Settles when the handshake is done; rejects where it comes to nothing. */
function settleBy({
  resolve,
  reject,
}: PromiseWithResolvers<void>): (socket: Socket, isDone: boolean, error: Error | null) => void {
  return (_socket, isDone, error) =>
    isDone ? resolve() : reject(error ?? new Error("There was no handshake"));
}

export interface ParsedResponse {
  readonly status: number;
  readonly reason: string;
  /** By lower-case name; of repeated fields the first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly headerLines: readonly (readonly [name: string, value: string])[];
  /** All that follows the head. */
  readonly body: string;
}

/** Takes one response apart. It fails where the bytes do not begin with one. */
export function parseResponse(raw: string): ParsedResponse {
  const headEnd = raw.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = raw.slice(0, headEnd).split("\r\n");
  const match = /^HTTP\/1\.[01] (\d{3}) (.*)$/.exec(statusLine);
  if (headEnd < 0 || match === null)
    throw new Error(`This is not a response: ${JSON.stringify(raw.slice(0, 200))}`);
  const headerLines = lines.map((line): [string, string] => {
    const colon = line.indexOf(": ");
    if (colon < 1) throw new Error(`This is not a field line: ${JSON.stringify(line)}`);
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  const headers = new Map<string, string>();
  for (const [name, value] of headerLines) {
    if (!headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value);
  }
  return {
    status: Number(match[1]),
    reason: match[2]!,
    headers,
    headerLines,
    body: raw.slice(headEnd + "\r\n\r\n".length),
  };
}
