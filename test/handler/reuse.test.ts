/** What one request, or its client, leaves behind must not reach the next one, or keep the connection from ending. */

import { describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler, HTTPServer } from "../../src/index.ts";
import { exchange, parseResponse, RawClient, startServer } from "../support/client.ts";

class Quiet extends BaseHTTPRequestHandler {
  override log_message(): void {}

  reply(text: string): void {
    this.send_response(200);
    this.end_headers();
    this.wfile.write(text);
  }
}

const get = (path: string, fields = ""): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n${fields}\r\n`;
const post = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** A promise for one event, made before the event can come. */
function event<T = void>(): PromiseWithResolvers<T> {
  return Promise.withResolvers<T>();
}

describe("a body that its handler ignores", () => {
  class Ignoring extends Quiet {
    do_POST(): void {
      this.reply("ignored");
    }
    do_GET(): void {
      this.reply(this.path);
    }
  }

  for (const [how, request] of [
    ["by Content-Length", post("/", "GET /evil HTTP/1.1\r\nHost: h\r\n\r\n")],
    [
      "by chunks",
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" +
        "1f\r\nGET /evil HTTP/1.1\r\nHost: h\r\n\r\n\r\n0\r\n\r\n",
    ],
  ] as const) {
    test(`${how} never becomes a request, and the next request is answered`, async () => {
      await using started = await startServer(Ignoring);
      const raw = await exchange(started.port, request + get("/next", "Connection: close\r\n"));
      expect(raw.match(/HTTP\/1\.1 200 OK/g)?.length).toBe(2);
      expect(raw).toEndWith("\r\n\r\n/next");
      expect(raw).not.toContain("/evil");
    });
  }
});

describe("a body that nobody will read", () => {
  class Stale extends Quiet {
    async do_POST(): Promise<void> {
      const body = await this.rfile.read();
      this.reply(`got ${body.length};`);
    }
    do_GET(): void {
      this.reply(`${this.path};`);
    }
    do_PUT(): void {
      void this.rfile.readable;
      this.reply("untouched;");
    }
  }

  test("a stream that was only looked at takes nothing of the next request", async () => {
    await using started = await startServer(Stale);
    const put = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\naaaaa";
    const raw = await exchange(started.port, put + post("/", "123456789"));
    expect(raw).toContain("untouched;");
    expect(raw).toEndWith("got 9;");
  });

  test("nor does it keep those behind a body that comes late from being answered", async () => {
    await using started = await startServer(Stale);
    await using client = await RawClient.connect(started.port);
    client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\na");
    await client.until((received) => received.includes("untouched;"));
    client.send(`aaaa${get("/one")}${get("/two")}`);
    expect(await client.until((received) => received.includes("/two;"))).toContain("/one;");
  });

  test("reading after the handler has ended is the author's mistake", async () => {
    const outcome = event<unknown>();
    class Late extends Quiet {
      do_POST(): void {
        setImmediate(() => {
          try {
            outcome.resolve(this.rfile.read());
          } catch (error) {
            outcome.resolve(error);
          }
        });
        this.reply("early");
      }
    }
    await using started = await startServer(Late);
    await exchange(started.port, post("/", "body"));
    expect(String(await outcome.promise)).toContain("rfile.read() after the handler has ended");
  });
});

describe("streams of one request", () => {
  test("wfile.writable is a new stream for each request", async () => {
    class Streaming extends Quiet {
      async do_GET(): Promise<void> {
        this.send_response(200);
        this.end_headers();
        await new Blob([this.path]).stream().pipeTo(this.wfile.writable);
      }
    }
    await using started = await startServer(Streaming);
    const raw = await exchange(started.port, get("/one") + get("/two"));
    expect(raw).toContain("/one");
    expect(raw).toContain("/two");
  });

  test("an iterator that was kept cannot read the next request's body", async () => {
    const outcome = event<unknown>();
    class Keeping extends Quiet {
      kept: AsyncIterator<Uint8Array> | null = null;
      async do_POST(): Promise<void> {
        if (this.kept === null) {
          this.kept = this.rfile[Symbol.asyncIterator]();
          await this.rfile.read();
        } else {
          await this.kept.next().then(
            (piece) => outcome.resolve(piece),
            (error) => outcome.resolve(error),
          );
        }
        this.reply("done");
      }
    }
    await using started = await startServer(Keeping);
    await exchange(started.port, post("/", "first") + post("/", "secret"));
    expect(await outcome.promise).toBeInstanceOf(TypeError);
  });

  test("a writable that was kept cannot write into the next answer", async () => {
    const outcome = event<unknown>();
    class Keeping extends Quiet {
      kept: WritableStreamDefaultWriter<string | Uint8Array> | null = null;
      async do_GET(): Promise<void> {
        this.send_response(200);
        this.end_headers();
        if (this.kept === null) {
          this.kept = this.wfile.writable.getWriter();
        } else {
          await this.kept.write("from the first").then(
            () => outcome.resolve("written"),
            (error) => outcome.resolve(error),
          );
        }
      }
    }
    await using started = await startServer(Keeping);
    const raw = await exchange(started.port, get("/one") + get("/two"));
    expect(await outcome.promise).toBeInstanceOf(TypeError);
    expect(raw).not.toContain("from the first");
  });
});

describe("whether the connection goes on", () => {
  test("a client's Connection: close is not overruled by the handler", async () => {
    class Clinging extends Quiet {
      do_GET(): void {
        this.send_response(200);
        this.send_header("Connection", "keep-alive");
        this.end_headers();
        this.wfile.write(this.path);
      }
    }
    await using started = await startServer(Clinging);
    const raw = await exchange(started.port, get("/one", "Connection: close\r\n") + get("/two"));
    expect(raw).toEndWith("/one");
  });

  test("close in a list of the handler's ends it", async () => {
    class Closing extends Quiet {
      do_GET(): void {
        this.send_response(200);
        this.send_header("Connection", "x-foo, Close");
        this.end_headers();
        this.wfile.write(this.path);
      }
    }
    await using started = await startServer(Closing);
    expect(await exchange(started.port, get("/one") + get("/two"))).toEndWith("/one");
  });

  test("it ends after a coding of the handler's own that does not say where it ends", async () => {
    class Careless extends Quiet {
      do_GET(): void {
        this.send_response(200);
        this.send_header("Transfer-Encoding", "chunked");
        this.end_headers();
        this.wfile.write("plain bytes");
      }
    }
    await using started = await startServer(Careless);
    expect(await exchange(started.port, get("/one") + get("/two"))).toEndWith("\r\n\r\nplain bytes");
  });

  test("requests behind a long unread answer are answered although the client has half-closed", async () => {
    const long = new Uint8Array(12 * 1024 * 1024);
    class Long extends Quiet {
      async do_GET(): Promise<void> {
        await null;
        this.send_response(200);
        this.end_headers();
        this.wfile.write(this.path === "/long" ? long : this.path);
      }
    }
    await using started = await startServer(Long);
    await using client = await RawClient.connect(started.port);
    client.pause();
    client.send(get("/long") + get("/two") + get("/three"));
    client.endInput();
    client.resume();
    const raw = await client.untilClosed();
    expect(raw.length).toBeGreaterThan(long.length);
    expect(raw).toEndWith("/three");
    expect(raw).toContain("\r\n\r\n/two");
  });
});

describe("an answer's own rules", () => {
  test("HTTP/1.0 gets no interim answer", async () => {
    class Hinting extends Quiet {
      do_GET(): void {
        this.send_response_only(103);
        this.send_header("Link", "</style.css>; rel=preload");
        this.end_headers();
        this.reply("final");
      }
    }
    await using started = await startServer(Hinting);
    expect(await exchange(started.port, "GET / HTTP/1.0\r\n\r\n")).toStartWith("HTTP/1.1 200 OK");
    expect(await exchange(started.port, get("/"))).toStartWith("HTTP/1.1 103 Early Hints");
  });

  test("the success of CONNECT has no length", async () => {
    class Tunnel extends Quiet {
      do_CONNECT(): void {
        this.send_response(200);
        this.end_headers();
        this.wfile.write("tunnelled");
      }
    }
    await using started = await startServer(Tunnel);
    const response = parseResponse(
      await exchange(started.port, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"),
    );
    expect([response.headers.has("content-length"), response.headers.has("transfer-encoding")]).toEqual([
      false,
      false,
    ]);
    expect(response.body).toBe("tunnelled");
  });

  test("a class with phrases of its own sends them", async () => {
    class Phrased extends Quiet {
      static override responses = new Map([
        ...BaseHTTPRequestHandler.responses,
        [200, ["Fine", ""] as const],
      ]);
      do_GET(): void {
        this.reply("");
      }
    }
    await using started = await startServer(Phrased);
    expect(await exchange(started.port, get("/"))).toStartWith("HTTP/1.1 200 Fine\r\n");
  });

  test("a method may give back anything but a promise", async () => {
    class Giving extends Quiet {
      do_GET(): undefined {
        this.send_response(200);
        this.end_headers();
        return this.wfile.write("given") as unknown as undefined;
      }
    }
    await using started = await startServer(Giving);
    expect(await exchange(started.port, get("/"))).toEndWith("given");
  });

  test("a handle_one_request() that answers nothing is a 500, and its author is told", async () => {
    const logged: string[] = [];
    class Silent extends BaseHTTPRequestHandler {
      override handle_one_request(): void {}
      override log_message(format: string, ...args: unknown[]): void {
        logged.push([format, ...args].join(" "));
      }
    }
    await using started = await startServer(Silent);
    expect(parseResponse(await exchange(started.port, get("/"))).status).toBe(500);
    expect(logged.join("\n")).toContain("handle_one_request() ended without a response");
  });
});

test("a Transfer-Encoding is refused however long its blanks are", async () => {
  await using started = await startServer(Quiet);
  const field = `Transfer-Encoding: a${" ".repeat(60_000)}b`;
  expect(
    parseResponse(await exchange(started.port, `POST / HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`)).status,
  ).toBe(400);
});

test("a coding that cannot be sent frames nothing", async () => {
  class Catching extends Quiet {
    do_GET(): void {
      this.send_response(200);
      try {
        this.send_header("Transfer-Encoding", "chunked\r\n");
      } catch {}
      this.end_headers();
      this.wfile.write("hello");
    }
  }
  await using started = await startServer(Catching);
  expect(parseResponse(await exchange(started.port, get("/"))).headers.get("content-length")).toBe("5");
});

test("HEAD of an answer with a coding of the handler's own gets no length beside it", async () => {
  class Coded extends Quiet {
    do_HEAD(): void {
      this.send_response(200);
      this.send_header("Transfer-Encoding", "chunked");
      this.end_headers();
      this.wfile.write("5\r\nhello\r\n0\r\n\r\n");
    }
  }
  await using started = await startServer(Coded);
  const { headers, body } = parseResponse(await exchange(started.port, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"));
  expect([headers.get("transfer-encoding"), headers.has("content-length"), body]).toEqual([
    "chunked",
    false,
    "",
  ]);
});

test("close() of the connection waits for the answer that the handler is at", async () => {
  class Closing extends Quiet {
    do_GET(): void {
      this.reply("whole");
      this.connection.close();
    }
  }
  await using started = await startServer(Closing);
  expect(await exchange(started.port, get("/") + get("/two"))).toEndWith("\r\n\r\nwhole");
});

describe("hooks and shutdown", () => {
  test("a connection that is not to be served gets shutdown_request once", async () => {
    let calls = 0;
    class Refusing extends HTTPServer {
      override verify_request(): boolean {
        return false;
      }
      override shutdown_request(...args: Parameters<HTTPServer["shutdown_request"]>): void | Promise<void> {
        calls += 1;
        return super.shutdown_request(...args);
      }
    }
    await using server = new Refusing(["127.0.0.1", 0], Quiet);
    void server.serve_forever();
    await exchange(server.server_port, get("/"));
    await server.shutdown();
    expect(calls).toBe(1);
  });

  test("shutdown() in process_request() serves the connection at hand and ends", async () => {
    class Once extends HTTPServer {
      override process_request(...args: Parameters<HTTPServer["process_request"]>): void | Promise<void> {
        void this.shutdown();
        return super.process_request(...args);
      }
    }
    class Hello extends Quiet {
      do_GET(): void {
        this.reply("hello");
      }
    }
    await using server = new Once(["127.0.0.1", 0], Hello, { drainTimeout: 60 });
    const served = server.serve_forever();
    await exchange(server.server_port, get("/"));
    await served;
  });

  test("a process_request() that rejects is an error of the request, and its connection is closed", async () => {
    const errors: unknown[] = [];
    class Failing extends HTTPServer {
      override async process_request(): Promise<void> {
        throw new RangeError("not today");
      }
      override handle_error(_request: unknown, _address: unknown, error: unknown): void {
        errors.push(error);
      }
    }
    await using server = new Failing(["127.0.0.1", 0], Quiet);
    void server.serve_forever();
    expect(await exchange(server.server_port, get("/"))).toBe("");
    expect(errors).toEqual([new RangeError("not today")]);
  });

  test("handle_request() settles when the server is shut down", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Quiet);
    const handled = server.handle_request();
    await server.shutdown();
    await handled;
  });

  test("serve_forever() settles when server_close() is called and all is answered", async () => {
    const server = new HTTPServer(["127.0.0.1", 0], Quiet);
    const served = server.serve_forever();
    server.server_close();
    await served;
  });

  test("a client that leaves during an asynchronous setup() still gets its handler finished", async () => {
    const [begun, gone, finished] = [event(), event(), event()];
    class Slow extends Quiet {
      override async setup(): Promise<void> {
        begun.resolve();
        await gone.promise;
        await super.setup();
      }
      override finish(): void {
        finished.resolve();
      }
    }
    await using started = await startServer(Slow);
    const client = await RawClient.connect(started.port);
    client.send(get("/"));
    await begun.promise;
    await client[Symbol.asyncDispose]();
    gone.resolve();
    await finished.promise;
  });

  test("a handler with a loop of its own gets every one of many pipelined requests", async () => {
    const count = 1500;
    class Pulling extends Quiet {
      seen = 0;
      override async handle(): Promise<void> {
        do await this.handle_one_request();
        while (!this.close_connection);
      }
      async do_GET(): Promise<void> {
        if (this.seen++ === 0) await new Promise((resolve) => setImmediate(resolve));
        this.reply("x");
      }
    }
    await using started = await startServer(Pulling);
    const padding = `X-Padding: ${"p".repeat(900)}\r\n`;
    const raw = await exchange(started.port, get("/", padding).repeat(count));
    expect(raw.match(/HTTP\/1\.1 200 OK/g)?.length).toBe(count);
  });

  test("shutdown() ends a handler that reads the connection's own bytes", async () => {
    const begun = event();
    class Raw extends Quiet {
      override async handle(): Promise<void> {
        begun.resolve();
        await this.rfile.readline();
      }
    }
    await using started = await startServer(Raw, { drainTimeout: 60 });
    await using _client = await RawClient.connect(started.port);
    await begun.promise;
    await started.server.shutdown();
  });
});

test("a server's own type can be declared", async () => {
  class Counting extends HTTPServer {
    count = 0;
  }
  class Counter extends Quiet {
    declare readonly server: Counting;
    do_GET(): void {
      this.reply(String(++this.server.count));
    }
  }
  await using server = new Counting(["127.0.0.1", 0], Counter);
  void server.serve_forever();
  expect(await exchange(server.server_port, get("/") + get("/"))).toEndWith("2");
});
