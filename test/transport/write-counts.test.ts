/** How many writes an answer costs: each is a system call that takes longer than all the rest of a request. */

import { describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler } from "../../src/index.ts";
import { decodeResponses } from "../support/decode.ts";
import { MemoryConnection, turnEnded } from "../support/memory-socket.ts";

const GET = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

class Quiet extends BaseHTTPRequestHandler {
  override log_message(): void {}

  answer(...pieces: string[]): void {
    this.send_response(200);
    this.end_headers();
    for (const piece of pieces) this.wfile.write(piece);
  }
}

class Sync extends Quiet {
  do_GET(): void {
    this.answer("hello, ", this.path);
  }
}

class Async extends Quiet {
  async do_GET(): Promise<void> {
    await undefined;
    this.send_response(200);
    this.end_headers();
    for (const piece of ["hello, ", this.path]) {
      for (let count = 0; count < 10; count++) await undefined;
      this.wfile.write(piece);
    }
    await Promise.all([Promise.resolve(), Promise.resolve()]);
  }
}

class Echo extends Quiet {
  async do_POST(): Promise<void> {
    const body = await this.rfile.text();
    this.answer("got ", body);
  }
}

/** What each write held: the framing and body of the answers in it. */
function bodies(writes: readonly string[]): [framing: string, body: string][][] {
  return writes.map((write) => decodeResponses(write).map(({ framing, body }) => [framing, body]));
}

describe("one write", () => {
  test("for head and body of a synchronous handler, before the packet's callback returns", async () => {
    using client = await MemoryConnection.open(Sync);
    client.receive(GET);
    expect(bodies(client.socket.writes)).toEqual([[["length", "hello, /"]]]);
  });

  test.each(["text", "bytes"])("for a head and a long body that is %s", async (kind) => {
    const body = "x".repeat(1_000_000);
    class Long extends Quiet {
      do_GET(): void {
        this.send_response(200);
        this.end_headers();
        this.wfile.write(kind === "text" ? body : Buffer.from(body));
      }
    }
    using client = await MemoryConnection.open(Long);
    client.receive(GET);
    expect(bodies(client.socket.writes)).toEqual([[["length", body]]]);
  });

  test("for the answers to 16 requests in one packet", async () => {
    using client = await MemoryConnection.open(Sync);
    client.receive(Array.from({ length: 16 }, (_, n) => GET.replace("/ ", `/${n} `)).join(""));
    const expected = Array.from({ length: 16 }, (_, n) => ["length", `hello, /${n}`]);
    expect(bodies(client.socket.writes)).toEqual([expected as [string, string][]]);
  });

  test("for an asynchronous handler that waits for nothing but settled promises", async () => {
    using client = await MemoryConnection.open(Async);
    client.receive(GET);
    await turnEnded();
    expect(bodies(client.socket.writes)).toEqual([[["length", "hello, /"]]]);
  });

  test("for an asynchronous handler that reads a body which is here already", async () => {
    using client = await MemoryConnection.open(Echo);
    client.receive("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody");
    await turnEnded();
    expect(bodies(client.socket.writes)).toEqual([[["length", "got body"]]]);
  });

  test("for an asynchronous handler whose body comes later", async () => {
    using client = await MemoryConnection.open(Echo);
    client.receive("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n");
    await turnEnded();
    expect(client.socket.writes).toEqual([]);
    client.receive("0\r\n\r\n");
    await turnEnded();
    expect(bodies(client.socket.writes)).toEqual([[["length", "got body"]]]);
  });

  test("for an error page, and one for a refusal", async () => {
    using missing = await MemoryConnection.open(Sync);
    missing.receive(GET.replace("GET", "BREW"));
    expect(decodeResponses(missing.socket.writes[0]!)).toMatchObject([{ status: 501 }]);
    expect(missing.socket.writes.length).toBe(1);
    using broken = await MemoryConnection.open(Sync);
    broken.receive("GET\r\n\r\n");
    expect(decodeResponses(broken.socket.writes[0]!)).toMatchObject([{ status: 400 }]);
    expect(broken.socket.writes.length).toBe(1);
  });

  test("for an answer that is replaced by a 500", async () => {
    class Throws extends Quiet {
      do_GET(): void {
        this.answer("half of");
        throw new Error("it");
      }
    }
    using client = await MemoryConnection.open(Throws);
    client.receive(GET);
    expect(client.socket.writes.length).toBe(1);
    expect(decodeResponses(client.socket.writes[0]!)).toMatchObject([{ status: 500 }]);
  });
});

describe("two writes", () => {
  test("with wfile.flush() in between", async () => {
    class Flushing extends Quiet {
      async do_GET(): Promise<void> {
        this.send_response(200);
        this.send_header("Content-Length", 10);
        this.end_headers();
        this.wfile.write("first");
        await this.wfile.flush();
        this.wfile.write("later");
      }
    }
    using client = await MemoryConnection.open(Flushing);
    client.receive(GET);
    await turnEnded();
    expect(client.socket.writes.map((write) => write.slice(-5))).toEqual(["first", "later"]);
  });

  test("for an interim answer and the final one", async () => {
    using client = await MemoryConnection.open(Echo);
    client.receive("POST / HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    expect(client.socket.writes).toEqual(["HTTP/1.1 100 Continue\r\n\r\n"]);
    client.receive("ok");
    await turnEnded();
    expect(client.socket.writes.length).toBe(2);
  });

  test("for a handler that goes on after real input or output", async () => {
    class Slow extends Quiet {
      async do_GET(): Promise<void> {
        this.answer("first");
        await new Promise((resolve) => setTimeout(resolve));
        this.wfile.write("later");
      }
    }
    using client = await MemoryConnection.open(Slow);
    client.receive(GET);
    while (!client.socket.written.endsWith("0\r\n\r\n")) await turnEnded();
    expect(client.socket.writes.length).toBe(2);
    expect(bodies([client.socket.written])).toEqual([[["chunked", "firstlater"]]]);
  });
});

test("no write at all where the client takes nothing, until it does", async () => {
  using client = await MemoryConnection.open(Sync);
  client.socket.room = 0;
  client.receive(GET);
  client.receive(GET);
  client.receive(GET);
  expect(client.socket.writes).toEqual([""]);
  client.drain();
  expect(bodies(client.socket.writes.slice(1)).flat()).toEqual(new Array(3).fill(["length", "hello, /"]));
});
