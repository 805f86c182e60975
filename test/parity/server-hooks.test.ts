/** The server's constructor, attributes and socketserver hooks (sections 1.2 and 1.3), each with Python's effect. */

import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BaseHTTPRequestHandler, HTTPServer } from "../../src/index.ts";
import { exchange, parseResponse, RawClient } from "../support/client.ts";

class Hello extends BaseHTTPRequestHandler {
  do_GET(): void {
    this.send_response(200);
    this.end_headers();
    this.wfile.write("hello");
  }
  override log_message(): void {}
}

const GET = "GET / HTTP/1.1\r\nHost: parity\r\nConnection: close\r\n\r\n";

async function bodyFrom(port: number): Promise<string> {
  return parseResponse(await exchange(port, GET)).body;
}

describe("construction", () => {
  test("binds at once: port 0 is known before anything is served (SRV-3)", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Hello);
    expect(server.server_port).toBeGreaterThan(0);
    expect(server.server_address).toEqual(["127.0.0.1", server.server_port]);
    expect(server.RequestHandlerClass).toBe(Hello);
  });

  test("server_name is the bound host, with no look-up that could stall (SRV-3)", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Hello);
    expect(server.server_name).toBe("127.0.0.1");
  });

  test("a taken port throws there (SS-1)", async () => {
    await using first = new HTTPServer(["127.0.0.1", 0], Hello);
    expect(() => new HTTPServer(["127.0.0.1", first.server_port], Hello)).toThrow(
      /address already in use|EADDRINUSE/i,
    );
  });

  test("bind_and_activate: false leaves both to the caller (SS-1)", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Hello, { bind_and_activate: false });
    expect(server.server_address).toEqual(["127.0.0.1", 0]);
    server.server_bind();
    expect(server.server_port).toBeGreaterThan(0);
    server.server_activate();
    void server.serve_forever();
    expect(await bodyFrom(server.server_port)).toBe("hello");
  });

  test("server_bind can be overridden: it runs in the constructor (SRV-3)", async () => {
    class Named extends HTTPServer {
      override server_bind(): void {
        super.server_bind();
        this.server_name = "parity.test";
      }
    }
    await using server = new Named(["127.0.0.1", 0], Hello);
    expect(server.server_name).toBe("parity.test");
  });

  test("connections made before serve_forever are held, not refused", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Hello);
    await using client = await RawClient.connect(server.server_port);
    client.send(GET);
    void server.serve_forever();
    expect(await client.untilClosed()).toEndWith("\r\n\r\nhello");
  });

  test("attributes have Python's defaults, a backlog that Bun fixes excepted (SRV-2, SS-2)", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Hello);
    expect(server.allow_reuse_address).toBe(true);
    expect(server.allow_reuse_port).toBe(false);
    expect(server.request_queue_size).toBe(512);
    expect(server.timeout ?? null).toBeNull();
    expect(server.fileno()).toBeGreaterThan(0);
  });

  test.skipIf(process.platform !== "linux")(
    "allow_reuse_port lets two servers have one port (SRV-2)",
    async () => {
      class Sharing extends HTTPServer {
        static override allow_reuse_port = true;
      }
      await using first = new Sharing(["127.0.0.1", 0], Hello);
      await using second = new Sharing(["127.0.0.1", first.server_port], Hello);
      expect(second.server_port).toBe(first.server_port);
      expect(second.allow_reuse_port).toBe(true);
    },
  );

  test("a unix socket is an address too (SS-15)", async () => {
    const directory = mkdtempSync(join(tmpdir(), "basehttp-unix-"));
    const path = join(directory, "s");
    try {
      await using server = new HTTPServer(path, Hello);
      void server.serve_forever();
      const response = await fetch("http://parity/", { unix: path });
      expect(await response.text()).toBe("hello");
      expect(server.server_address).toBe(path);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe("serve_forever and shutdown", () => {
  test("serve_forever settles after shutdown, and serves again on the same port (SS-3, SS-4)", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Hello);
    const { server_port } = server;
    for (let round = 0; round < 2; round++) {
      const served = server.serve_forever();
      expect(await bodyFrom(server_port)).toBe("hello");
      await server.shutdown();
      await served;
      expect(server.server_port).toBe(server_port);
    }
  });

  test("several connections are served at once (SRV-1)", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Hello);
    void server.serve_forever();
    await using idle = await RawClient.connect(server.server_port);
    await using stalled = await RawClient.connect(server.server_port);
    stalled.send("GET / HTTP/1.1\r\nHost: par");
    expect(await bodyFrom(server.server_port)).toBe("hello");
    stalled.send("ity\r\nConnection: close\r\n\r\n");
    expect(await stalled.untilClosed()).toEndWith("hello");
    idle.send(GET);
    expect(await idle.untilClosed()).toEndWith("hello");
  });

  test("server_close refuses what comes after (SS-13)", async () => {
    const server = new HTTPServer(["127.0.0.1", 0], Hello);
    const { server_port } = server;
    server.server_close();
    expect(RawClient.connect(server_port)).rejects.toThrow();
  });

  test("a block that holds the server closes it at its end (SS-13)", async () => {
    let port = 0;
    {
      await using server = new HTTPServer(["127.0.0.1", 0], Hello);
      port = server.server_port;
      void server.serve_forever();
      expect(await bodyFrom(port)).toBe("hello");
    }
    expect(RawClient.connect(port)).rejects.toThrow();
  });

  test("service_actions runs again and again while serving (SS-12)", async () => {
    const { promise: thirdRound, resolve } = Promise.withResolvers<void>();
    class Counting extends HTTPServer {
      rounds = 0;
      override service_actions(): void {
        this.rounds += 1;
        if (this.rounds === 3) resolve();
      }
    }
    await using server = new Counting(["127.0.0.1", 0], Hello);
    const served = server.serve_forever(0.01);
    await thirdRound;
    await server.shutdown();
    await served;
    const { rounds } = server;
    await new Promise((done) => setImmediate(done));
    expect(server.rounds).toBe(rounds);
  });
});

describe("handle_request", () => {
  test("serves one connection, and the next call the next (SS-5)", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Hello);
    for (let round = 0; round < 2; round++) {
      const handled = server.handle_request();
      expect(await bodyFrom(server.server_port)).toBe("hello");
      await handled;
    }
  });

  test("calls handle_timeout when nobody comes within timeout seconds (SS-5)", async () => {
    class Impatient extends HTTPServer {
      override timeout = 0.02;
      timedOut = 0;
      override handle_timeout(): void {
        this.timedOut += 1;
      }
    }
    await using server = new Impatient(["127.0.0.1", 0], Hello);
    await server.handle_request();
    expect(server.timedOut).toBe(1);
  });
});

describe("the hooks of a connection", () => {
  test("verify_request false: closed without a byte (SS-7)", async () => {
    class Bouncer extends HTTPServer {
      readonly refused: unknown[] = [];
      override verify_request(_request: unknown, client_address: unknown): boolean {
        this.refused.push(client_address);
        return false;
      }
    }
    await using server = new Bouncer(["127.0.0.1", 0], Hello);
    void server.serve_forever();
    expect(await exchange(server.server_port, GET)).toBe("");
    expect(server.refused).toEqual([["127.0.0.1", expect.any(Number)]]);
  });

  test("get_request that throws: the connection is skipped, and serving goes on (SS-6)", async () => {
    class Fickle extends HTTPServer {
      calls = 0;
      override get_request(): ReturnType<HTTPServer["get_request"]> {
        this.calls += 1;
        const accepted = super.get_request();
        if (this.calls === 1) throw new Error("not this one");
        return accepted;
      }
    }
    await using server = new Fickle(["127.0.0.1", 0], Hello);
    void server.serve_forever();
    expect(await exchange(server.server_port, GET)).toBe("");
    expect(await bodyFrom(server.server_port)).toBe("hello");
  });

  test("finish_request is where constructor arguments are put in (SS-9)", async () => {
    class Greeter extends Hello {
      greeting = "";
      override do_GET(): void {
        this.send_response(200);
        this.end_headers();
        this.wfile.write(this.greeting);
      }
    }
    class GreetingServer extends HTTPServer {
      override finish_request(
        ...args: Parameters<HTTPServer["finish_request"]>
      ): ReturnType<HTTPServer["finish_request"]> {
        const [request, client_address] = args;
        const handler = new Greeter(request, client_address, this);
        handler.greeting = `hello ${client_address[0]}`;
        return handler as unknown as ReturnType<HTTPServer["finish_request"]>;
      }
    }
    await using server = new GreetingServer(["127.0.0.1", 0], Greeter);
    void server.serve_forever();
    expect(await bodyFrom(server.server_port)).toBe("hello 127.0.0.1");
  });

  test("process_request that hands the connection back serves nothing (SS-8)", async () => {
    class Full extends HTTPServer {
      override process_request(...args: Parameters<HTTPServer["process_request"]>): void {
        this.shutdown_request(args[0]);
      }
    }
    await using server = new Full(["127.0.0.1", 0], Hello);
    void server.serve_forever();
    expect(await exchange(server.server_port, GET)).toBe("");
  });

  test("process_request can put a connection off, as one that starts a thread does (SS-8)", async () => {
    class Later extends HTTPServer {
      override process_request(...args: Parameters<HTTPServer["process_request"]>): void {
        setImmediate(() => super.process_request(...args));
      }
    }
    await using server = new Later(["127.0.0.1", 0], Hello);
    void server.serve_forever();
    expect(await bodyFrom(server.server_port)).toBe("hello");
  });

  for (const [how, Throwing] of [
    [
      "throws",
      class extends Hello {
        override do_GET(): void {
          throw new RangeError("from do_GET");
        }
      },
    ],
    [
      "rejects",
      class extends Hello {
        override async do_GET(): Promise<void> {
          throw new RangeError("from do_GET");
        }
      },
    ],
  ] as const) {
    test(`a handler that ${how} gets to handle_error, and the client a 500 (SS-11)`, async () => {
      class Watching extends HTTPServer {
        readonly errors: unknown[] = [];
        override handle_error(_request: unknown, client_address: unknown, error: unknown): void {
          this.errors.push([client_address, error]);
        }
      }
      await using server = new Watching(["127.0.0.1", 0], Throwing);
      void server.serve_forever();
      const response = parseResponse(await exchange(server.server_port, GET));
      expect(response.status).toBe(500);
      expect(response.body).not.toContain("from do_GET");
      expect(server.errors).toEqual([[["127.0.0.1", expect.any(Number)], new RangeError("from do_GET")]]);
    });
  }
});

describe("the hooks of a handler (section 1.4)", () => {
  test("setup and finish run once for a connection, handle_one_request for each request (STR-1)", async () => {
    const calls: string[] = [];
    class Traced extends Hello {
      override setup(): void {
        calls.push("setup");
        super.setup();
      }
      override handle_one_request(): ReturnType<BaseHTTPRequestHandler["handle_one_request"]> {
        calls.push("handle_one_request");
        return super.handle_one_request();
      }
      override finish(): void {
        calls.push("finish");
        super.finish();
      }
    }
    await using server = new HTTPServer(["127.0.0.1", 0], Traced);
    const served = server.serve_forever();
    await exchange(server.server_port, `GET / HTTP/1.1\r\nHost: parity\r\n\r\n${GET}`);
    await server.shutdown();
    await served;
    expect(calls).toEqual(["setup", "handle_one_request", "handle_one_request", "finish"]);
  });

  test("a handle of the handler's own can read and write what it likes (REQ-23)", async () => {
    class Raw extends BaseHTTPRequestHandler {
      override async handle(): Promise<void> {
        const line = await this.rfile.readline();
        this.wfile.write("you said: ");
        this.wfile.write(line);
      }
      override log_message(): void {}
    }
    await using server = new HTTPServer(["127.0.0.1", 0], Raw);
    void server.serve_forever();
    expect(await exchange(server.server_port, "anything at all\nand more")).toBe(
      "you said: anything at all\n",
    );
  });

  test("a handle that wraps the class's own is served as ever (REQ-23)", async () => {
    const calls: string[] = [];
    class Wrapping extends Hello {
      override handle(): ReturnType<BaseHTTPRequestHandler["handle"]> {
        calls.push("before");
        return super.handle();
      }
    }
    await using server = new HTTPServer(["127.0.0.1", 0], Wrapping);
    void server.serve_forever();
    const raw = await exchange(server.server_port, `GET / HTTP/1.1\r\nHost: parity\r\n\r\n${GET}`);
    expect(raw.match(/HTTP\/1\.1 200 OK\r/g)?.length).toBe(2);
    expect(calls).toEqual(["before"]);
  });

  test("a handle of the handler's own can loop until close_connection, as Python's does (REQ-23)", async () => {
    class Looping extends Hello {
      override async handle(): Promise<void> {
        do await this.handle_one_request();
        while (!this.close_connection);
      }
    }
    await using server = new HTTPServer(["127.0.0.1", 0], Looping);
    void server.serve_forever();
    const get = "GET / HTTP/1.1\r\nHost: parity\r\n\r\n";
    expect(
      (await exchange(server.server_port, get + get + GET + get)).match(/HTTP\/1\.1 200 OK\r/g)?.length,
    ).toBe(3);
    expect((await exchange(server.server_port, get + get)).match(/HTTP\/1\.1 200 OK\r/g)?.length).toBe(2);
  });

  test("a handle of the handler's own can await handle_one_request (REQ-23)", async () => {
    class Twice extends Hello {
      override async handle(): Promise<void> {
        await this.handle_one_request();
        await this.handle_one_request();
      }
    }
    await using server = new HTTPServer(["127.0.0.1", 0], Twice);
    void server.serve_forever();
    const get = "GET / HTTP/1.1\r\nHost: parity\r\n\r\n";
    const raw = await exchange(server.server_port, get + get + get);
    expect(raw.match(/HTTP\/1\.1 200 OK\r/g)?.length).toBe(2);
  });

  test("timeout closes an idle connection quietly, a begun request with 408 (STR-4, REQ-20)", async () => {
    class Hasty extends Hello {
      override timeout = 0.05;
    }
    await using server = new HTTPServer(["127.0.0.1", 0], Hasty);
    void server.serve_forever();
    await using idle = await RawClient.connect(server.server_port);
    await using begun = await RawClient.connect(server.server_port);
    begun.send("GET / HTTP/1.1\r\nHost: par");
    expect(await idle.untilClosed()).toBe("");
    expect(parseResponse(await begun.untilClosed()).status).toBe(408);
  });

  test("connection and request are one object (STR-6)", async () => {
    let same = false;
    class Looking extends Hello {
      override do_GET(): void {
        same = this.connection === this.request;
        super.do_GET();
      }
    }
    await using server = new HTTPServer(["127.0.0.1", 0], Looking);
    void server.serve_forever();
    await bodyFrom(server.server_port);
    expect(same).toBe(true);
  });

  test("finish closes wfile (STR-7)", async () => {
    const states: boolean[] = [];
    class Finishing extends Hello {
      override finish(): void {
        states.push(this.wfile.closed);
        super.finish();
        states.push(this.wfile.closed);
      }
    }
    await using server = new HTTPServer(["127.0.0.1", 0], Finishing);
    void server.serve_forever();
    expect(await bodyFrom(server.server_port)).toBe("hello");
    expect(states).toEqual([false, true]);
  });

  test("pipelined requests wait in the buffer for their turn (STR-2)", async () => {
    class Numbered extends Hello {
      override do_GET(): void {
        this.send_response(200);
        this.send_header("X-Path", this.path);
        this.end_headers();
      }
    }
    await using server = new HTTPServer(["127.0.0.1", 0], Numbered);
    void server.serve_forever();
    const requests = [1, 2, 3, 4].map((number) => `GET /${number} HTTP/1.1\r\nHost: parity\r\n\r\n`);
    const raw = await exchange(server.server_port, requests.join(""));
    expect([...raw.matchAll(/^X-Path: (.*)\r$/gm)].map(([, path]) => path)).toEqual(["/1", "/2", "/3", "/4"]);
  });

  test("write gives the number of bytes, all of them (STR-3)", async () => {
    let counts: number[] = [];
    class Counting extends Hello {
      override do_GET(): void {
        this.send_response(200);
        this.send_header("Content-Length", 2 + (1 << 20));
        this.end_headers();
        counts = [this.wfile.write("ü"), this.wfile.write(new Uint8Array(1 << 20)), this.wfile.write("")];
      }
    }
    await using server = new HTTPServer(["127.0.0.1", 0], Counting);
    void server.serve_forever();
    const body = await bodyFrom(server.server_port);
    expect(counts).toEqual([2, 1 << 20, 0]);
    expect(body.length).toBe(2 + (1 << 20));
  });
});
