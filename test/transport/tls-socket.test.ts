import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { readFileSync } from "node:fs";
import { BaseHTTPRequestHandler } from "../../src/index.ts";
import { DEFAULT_CONNECTION_LIMITS } from "../../src/transport/limits.ts";
import { TlsSocket } from "../../src/transport/tls-socket.ts";
import { describeWithCertificates, someCertificate } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { MemoryConnection } from "../support/memory-socket.ts";
import { request } from "../support/observed-server.ts";

const PIECE: Uint8Array = new Uint8Array(16 * 1024).fill(0x61);

/** A socket that encrypts, and the client at its other end. */
async function connectedPair(): Promise<{ socket: TlsSocket; client: RawClient; closed: Promise<void> }> {
  const { certfile, keyfile } = someCertificate();
  const opened = Promise.withResolvers<TlsSocket>();
  const closed = Promise.withResolvers<void>();
  const listener = Bun.listen({
    ...{ hostname: "127.0.0.1", port: 0, allowHalfOpen: true },
    tls: { cert: readFileSync(certfile, "utf8"), key: readFileSync(keyfile, "utf8") },
    socket: {
      handshake: (socket) => opened.resolve(new TlsSocket(socket)),
      data: () => {},
      close: () => closed.resolve(),
    },
  });
  const client = await RawClient.connectTls(listener.port);
  listener.stop(false);
  return { client, socket: await opened.promise, closed: closed.promise };
}

describeWithCertificates("a socket that encrypts", () => {
  test("has no descriptor for sendfile to send what is not encrypted by", async () => {
    const { socket, client } = await connectedPair();
    expect("fd" in socket).toBe(false);
    await client[Symbol.asyncDispose]();
  });

  test("closes without waiting for its client to do so, when all has left", async () => {
    const { socket, client, closed } = await connectedPair();
    expect(socket.write(PIECE, 0, 100)).toBe(100);
    socket.end();
    await closed;
    expect(await client.untilClosed()).toHaveLength(100);
    expect(client.isEndedInOrder).toBe(true);
    await client[Symbol.asyncDispose]();
  });

  test("has all that it took arrive before it closes, and the client told that this was all", async () => {
    const { socket, client, closed } = await connectedPair();
    client.pause();
    let taken = 0;
    for (let more = PIECE.length; more === PIECE.length; taken += more) {
      more = socket.write(PIECE, 0, PIECE.length);
    }
    socket.end();
    client.resume();
    expect(await client.untilClosed()).toHaveLength(taken);
    expect(client.isEndedInOrder).toBe(true);
    await closed;
    await client[Symbol.asyncDispose]();
  });
});

describe("an answer with a long body", () => {
  const HELD = 100_000;
  const writesOf = async (fd: number | undefined, length: number): Promise<number[]> => {
    class Long extends BaseHTTPRequestHandler {
      do_GET(): void {
        this.send_response(200);
        this.send_header("Content-Length", length);
        this.end_headers();
        this.wfile.write(new Uint8Array(length));
      }
      override log_message(): void {}
    }
    using opened = await MemoryConnection.open(Long);
    opened.socket.fd = fd;
    opened.receive(request());
    return opened.socket.writes.map((write) => write.length);
  };

  test("leaves with its head in one write where that is encrypted", async () => {
    const [first = 0, ...others] = await writesOf(undefined, HELD);
    expect(first).toBeGreaterThan(HELD);
    expect(others).toEqual([]);
  });

  test("leaves from where it lies where it is longer than what is encrypted at once, or where nothing is", async () => {
    expect((await writesOf(undefined, 131_073)).slice(1)).toEqual([131_073]);
    expect((await writesOf(-1, HELD)).slice(1)).toEqual([HELD]);
  });
});

describe("a connection whose socket has something left to send when it closes", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test("is closed at once after writeTimeout", async () => {
    class Hello extends BaseHTTPRequestHandler {
      do_GET(): void {
        this.wfile.write("hello");
      }
      override log_message(): void {}
    }
    using opened = await MemoryConnection.open(Hello);
    opened.socket.isHeldUp = true;
    opened.receive(request("GET / HTTP/1.1", ["Connection: close"]));
    const pass = (seconds: number): void => {
      for (let ms = 0; ms < seconds * 1000; ms += 250) jest.advanceTimersByTime(250);
    };
    pass(DEFAULT_CONNECTION_LIMITS.writeTimeout - 1);
    expect(opened.socket.isClosed).toBe(false);
    pass(2);
    expect([opened.socket.isTerminated, opened.hasEnded]).toEqual([true, true]);
  });
});
