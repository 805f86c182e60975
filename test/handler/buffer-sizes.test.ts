/** `wbufsize` and `rbufsize` (STR-2, STR-3): how much is gathered before it is sent, and before a client is held up. */

import { describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler } from "../../src/index.ts";
import { decodeResponse } from "../support/decode.ts";
import { MemoryConnection, turnEnded } from "../support/memory-socket.ts";

class Quiet extends BaseHTTPRequestHandler {
  override log_message(): void {}

  do_GET(): void {
    this.send_response(200);
    if (this.path === "/declared") this.send_header("Content-Length", 6);
    this.end_headers();
    for (const piece of ["ab", "cd", "ef"]) this.wfile.write(piece);
  }
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`;

describe("wbufsize", () => {
  class Unbuffered extends Quiet {
    override wbufsize = 0;
  }

  test("of 0 sends each write at once, as Python does", async () => {
    using client = await MemoryConnection.open(Unbuffered);
    client.receive(get("/declared"));
    expect(client.socket.writes.slice(-3)).toEqual(["ab", "cd", "ef"]);
    expect(decodeResponse(client.socket.written).body).toBe("abcdef");
  });

  test("of 0 begins a body without a declared length in chunks", async () => {
    using client = await MemoryConnection.open(Unbuffered);
    client.receive(get("/"));
    expect(client.socket.writes.length).toBeGreaterThan(3);
    const { framing, body } = decodeResponse(client.socket.written);
    expect([framing, body]).toEqual(["chunked", "abcdef"]);
  });

  test("is 64 KiB by default: the whole answer is one write", async () => {
    using client = await MemoryConnection.open(Quiet);
    client.receive(get("/declared"));
    expect(client.socket.writes.length).toBe(1);
  });
});

describe("rbufsize", () => {
  test("is how much of a body may wait before the client is held up", async () => {
    const gate = Promise.withResolvers<void>();
    class Small extends Quiet {
      override rbufsize = 4;
      async do_POST(): Promise<void> {
        await gate.promise;
        this.send_response(200);
        this.end_headers();
        this.wfile.write(await this.rfile.read());
      }
    }
    using client = await MemoryConnection.open(Small);
    client.receive("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 8\r\n\r\nabc");
    expect(client.socket.isPaused).toBe(false);
    client.receive("de");
    expect(client.socket.isPaused).toBe(true);
    gate.resolve();
    await turnEnded();
    expect(client.socket.isPaused).toBe(false);
    client.receive("fgh");
    await turnEnded();
    expect(decodeResponse(client.socket.written).body).toBe("abcdefgh");
  });
});
