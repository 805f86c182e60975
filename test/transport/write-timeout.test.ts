/** `writeTimeout` on real sockets: a client's time runs from the last byte that it took, whatever buffers lie between. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, spyOn, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { BaseHTTPRequestHandler, HTTPServer, HTTPSServer } from "../../src/index.ts";
import { Backlog } from "../../src/transport/backlog.ts";
import type { Connection } from "../../src/transport/connection.ts";
import { DEFAULT_CONNECTION_LIMITS } from "../../src/transport/limits.ts";
import { unreadBytes } from "../../src/transport/unread-bytes.ts";
import { describeWithCertificates, someCertificate } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { turnEnded } from "../support/memory-socket.ts";
import { request } from "../support/observed-server.ts";
import { titleWithReason } from "../support/programs.ts";
import { Tree } from "../support/tree.ts";

const { writeTimeout } = DEFAULT_CONNECTION_LIMITS;

/** More than all buffers between a handler and a client that reads nothing. */
const BODY: Uint8Array = new Uint8Array(16 * 1024 * 1024);

class Big extends BaseHTTPRequestHandler {
  static connections: Connection[] = [];
  static lines: string[] = [];

  do_GET(): void {
    Big.connections.push(this.request);
    this.wfile.write(BODY);
  }

  override log_message(format: string, ...args: unknown[]): void {
    Big.lines.push([format, ...args].join(" "));
  }
}

beforeEach(() => {
  Big.connections = [];
  Big.lines = [];
  jest.useFakeTimers();
});
afterEach(() => void jest.useRealTimers());

/** A client that has asked for more than it takes, and the server's connection to it. */
class Stalled implements AsyncDisposable {
  readonly client: RawClient;
  readonly #server: HTTPServer;
  readonly #connection: Connection;
  /** The descriptor of the server's socket. */
  readonly #socket: number;
  /** What waits in the server and in its socket. */
  #untaken = Number.POSITIVE_INFINITY;
  /** How long nothing has been taken by the client's system, which goes on by itself for a moment. */
  secondsStill = 0;

  private constructor(server: HTTPServer, client: RawClient, connection: Connection, socket: number) {
    this.#server = server;
    this.client = client;
    this.#connection = connection;
    this.#socket = socket;
  }

  static async open(address: [string, number] | string): Promise<Stalled> {
    const server = new HTTPServer(address, Big);
    const isPath = typeof address === "string";
    const connecting = isPath ? RawClient.connectUnix(address) : RawClient.connect(server.server_port);
    return Stalled.#begin(server, await connecting);
  }

  static async openTls(): Promise<Stalled> {
    const server = new HTTPSServer(["127.0.0.1", 0], Big, someCertificate());
    return Stalled.#begin(server, await RawClient.connectTls(server.server_port));
  }

  static async #begin(server: HTTPServer, client: RawClient): Promise<Stalled> {
    void server.serve_forever();
    client.pause();
    client.send(request());
    while (Big.connections.length === 0) await turnEnded();
    const connection = Big.connections[0]!;
    // Nobody else tells which of the process's sockets it is.
    const looks = spyOn(Backlog.prototype, "look");
    while (looks.mock.calls.length === 0) await tick();
    const socket = looks.mock.calls[0]![0];
    looks.mockRestore();
    const stalled = new Stalled(server, client, connection, socket);
    stalled.#hasTakenSome();
    return stalled;
  }

  /** Whether the server has closed the connection. */
  get isCutOff(): boolean {
    return this.#connection.wfile.hasGone;
  }

  /** Lets time go by, in steps, as an event loop does that is not held up. */
  async pass(seconds: number): Promise<void> {
    for (let count = 0; count < seconds * 4; count++) {
      await tick();
      if (!this.isCutOff) this.secondsStill = this.#hasTakenSome() ? 0 : this.secondsStill + 0.25;
    }
  }

  /** The client reads, and its system makes known that it has room. */
  async read(count: number): Promise<void> {
    this.client.readSome(count);
    while (!this.#hasTakenSome()) await turnEnded();
    this.secondsStill = 0;
  }

  #hasTakenSome(): boolean {
    const before = this.#untaken;
    this.#untaken = this.#connection.wfile.unsentBytes + unreadBytes(this.#socket);
    // More, where a socket that encrypts has filled the room that there was again.
    return this.#untaken !== before;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.#server.shutdown();
  }
}

async function tick(): Promise<void> {
  jest.advanceTimersByTime(250);
  await turnEnded();
}

const reason = process.platform === "linux" ? undefined : "only Linux tells what a client has read";

// So much at once that the client's system makes the room known, and so little that the server's does not.
describe.skipIf(reason !== undefined).each<[where: string, bytesAtOnce: number]>([
  ["TCP", 100_000],
  ["a unix socket", 40_000],
])(titleWithReason("over %s a client", reason), (where, bytesAtOnce) => {
  let tree: Tree;
  beforeAll(() => {
    tree = new Tree();
  });
  afterAll(() => tree[Symbol.dispose]());

  describeStalled(() => Stalled.open(where === "TCP" ? ["127.0.0.1", 0] : tree.path("socket")), bytesAtOnce);
});

describeWithCertificates("over TLS", () => {
  describe.skipIf(reason !== undefined)(titleWithReason("a client", reason), () => {
    describeStalled(() => Stalled.openTls(), 100_000);
  });
});

function describeStalled(open: () => Promise<Stalled>, bytesAtOnce: number): void {
  test("that reads nothing is cut off within a second, and the log says so", async () => {
    await using stalled = await open();
    while (!stalled.isCutOff) await stalled.pass(0.25);
    expect(stalled.secondsStill).toBeWithin(writeTimeout - 0.5, writeTimeout + 1);
    expect(Big.lines.at(-1)).toContain("Request timed out");
  });

  test("that reads a little every minute lives on, and has its time from when it stops", async () => {
    await using stalled = await open();
    for (let count = 0; count < 2; count++) {
      await stalled.pass(writeTimeout - 1);
      await stalled.read(bytesAtOnce);
    }
    await stalled.pass(writeTimeout - 0.5);
    expect(stalled.isCutOff).toBe(false);
    while (!stalled.isCutOff) await stalled.pass(0.25);
    expect(stalled.secondsStill).toBeWithin(writeTimeout - 0.5, writeTimeout + 1);
  });
}

describe("what a socket's client has not read", () => {
  test("is not told of one that is closed, or of what is no socket", () => {
    using tree = new Tree({ file: "text" });
    const file = openSync(tree.path("file"), "r");
    expect([-1, file].map(unreadBytes)).toEqual([-1, -1]);
    closeSync(file);
  });
});
