/** How a server ends: nobody who was promised an answer goes without one, and nothing hangs. */

import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { BaseHTTPRequestHandler, HTTPServer } from "../../src/index.ts";
import { exchange, RawClient } from "../support/client.ts";
import { decodeResponse, decodeResponses } from "../support/decode.ts";
import { type Answer, observe, realWait, request } from "../support/observed-server.ts";

const GET = request();
const INDEX = fileURLToPath(new URL("../../src/index.ts", import.meta.url));

function hello(handler: BaseHTTPRequestHandler): void {
  handler.send_response(200);
  handler.end_headers();
  handler.wfile.write("hello");
}

/** A server whose handler waits until it is let go. */
function waitingServer(drainTimeout = 30) {
  const began = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const observed = observe(
    async (handler) => {
      began.resolve();
      await go.promise;
      hello(handler);
    },
    { drainTimeout },
  );
  return { observed, began: began.promise, go: go.resolve };
}

describe("shutdown()", () => {
  test("closes idle connections quietly, those that have been used and those that have not", async () => {
    await using observed = observe(hello);
    await using fresh = await RawClient.connect(observed.port);
    await using used = await RawClient.connect(observed.port);
    used.send(GET);
    await used.until((received) => received.endsWith("hello"));
    await observed.server.shutdown();
    expect(await fresh.untilClosed()).toBe("");
    expect(decodeResponse(await used.untilClosed()).body).toBe("hello");
  });

  test("answers the first request of a connection that was accepted a moment ago", async () => {
    await using observed = observe(hello);
    const accepted = Promise.withResolvers<void>();
    observed.server.verify_request = () => {
      accepted.resolve();
      return true;
    };
    await using client = await RawClient.connect(observed.port);
    await accepted.promise;
    const down = observed.server.shutdown();
    client.send(GET);
    const response = decodeResponse(await client.untilClosed());
    expect([response.body, response.headers.get("connection")]).toEqual(["hello", "close"]);
    await down;
  });

  test("takes no more connections", async () => {
    await using observed = observe(hello);
    await observed.server.shutdown();
    expect(observed.server.fileno()).toBe(-1);
    expect(RawClient.connect(observed.port)).rejects.toThrow();
    await RawClient.connect(observed.port).catch(() => {});
  });

  test("lets requests in flight finish, and tells their clients that the connection ends", async () => {
    const { observed, began, go } = waitingServer();
    await using server = observed;
    await using client = await RawClient.connect(server.port);
    client.send(GET);
    await began;
    let isDown = false;
    const down = server.server.shutdown().then(() => {
      isDown = true;
    });
    await realWait();
    expect(isDown).toBe(false);
    go();
    await down;
    const response = decodeResponse(await client.untilClosed());
    expect([response.body, response.headers.get("connection")]).toEqual(["hello", "close"]);
  });

  test("runs no request that comes after the one in flight", async () => {
    const { observed, began, go } = waitingServer();
    await using server = observed;
    await using client = await RawClient.connect(server.port);
    client.send(GET + GET);
    await began;
    const down = server.server.shutdown();
    client.send(GET);
    client.endInput();
    go();
    await down;
    expect(decodeResponses(await client.untilClosed()).length).toBe(1);
  });

  test("answers a request whose head has begun to come", async () => {
    await using observed = observe(hello);
    await using client = await RawClient.connect(observed.port);
    client.send("GET / HTTP/1.1\r\nHo");
    await using other = await RawClient.connect(observed.port);
    other.send(GET);
    await other.until((received) => received !== "");
    const down = observed.server.shutdown();
    client.send("st: test\r\n\r\n");
    await down;
    const response = decodeResponse(await client.untilClosed());
    expect([response.body, response.headers.get("connection")]).toEqual(["hello", "close"]);
  });

  test("lets a client that is slow to read have all of its answer", async () => {
    await using observed = observe((handler) => {
      handler.send_response(200);
      handler.end_headers();
      handler.wfile.write("x".repeat(20_000_000));
    });
    await using client = await RawClient.connect(observed.port);
    client.pause();
    client.send(GET);
    await observed.handled(1);
    const down = observed.server.shutdown();
    client.resume();
    const raw = await client.untilClosed();
    expect(decodeResponse(raw).body.length).toBe(20_000_000);
    await down;
  });

  test("cuts off after drainTimeout what has not finished", async () => {
    const { observed, began } = waitingServer(0.05);
    await using server = observed;
    await using client = await RawClient.connect(server.port);
    client.send(GET);
    await began;
    await server.server.shutdown();
    expect(await client.untilClosed()).toBe("");
    expect(server.errors).toEqual([]);
  });

  test("can be called again, at the same time and afterwards", async () => {
    const { observed, began, go } = waitingServer();
    await using server = observed;
    await using client = await RawClient.connect(server.port);
    client.send(GET);
    await began;
    const calls = [server.server.shutdown(), server.server.shutdown()];
    go();
    await Promise.all(calls);
    await server.server.shutdown();
    expect(decodeResponse(await client.untilClosed()).body).toBe("hello");
  });

  test("of a server that has never served ends the connections that it held", async () => {
    const server = new HTTPServer(["127.0.0.1", 0], BaseHTTPRequestHandler);
    await using client = await RawClient.connect(server.server_port);
    await realWait();
    await server.shutdown();
    expect(await client.untilClosed()).toBe("");
  });
});

describe("a process", () => {
  test("ends after shutdown(), though a handler of its never does", async () => {
    const program = `
      import { BaseHTTPRequestHandler, HTTPServer } from ${JSON.stringify(INDEX)};
      class Handler extends BaseHTTPRequestHandler {
        do_GET() {
          process.kill(process.pid, "SIGTERM");
          return new Promise(() => {});
        }
      }
      const server = new HTTPServer(["127.0.0.1", 0], Handler, { drainTimeout: 0.05 });
      process.once("SIGTERM", () => void server.shutdown().then(() => console.log("down")));
      fetch(server.url).catch(() => console.log("cut off"));
      await server.serve_forever();
      console.log("served");
    `;
    await using child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "pipe" });
    const lines = (await child.stdout.text()).trimEnd().split("\n");
    expect(lines.sort()).toEqual(["cut off", "down", "served"]);
    expect(await child.exited).toBe(0);
    expect(await child.stderr.text()).toBe("shutdown(): 1 connections still open are cut off\n");
  });
});

describe("shutdown() called by a handler", () => {
  const CALLERS: readonly [how: string, answer: Answer][] = [
    [
      "that is synchronous",
      (handler) => {
        void handler.server.shutdown();
        hello(handler);
      },
    ],
    [
      "that is synchronous, after its answer",
      (handler) => {
        hello(handler);
        void handler.server.shutdown();
      },
    ],
    [
      "that awaits it",
      async (handler) => {
        await handler.server.shutdown();
        hello(handler);
      },
    ],
    [
      "that awaits it after it has waited for something else",
      async (handler) => {
        await realWait();
        await handler.server.shutdown();
        hello(handler);
      },
    ],
  ];
  test.each(CALLERS)("%s ends the server, and the answer arrives", async (_how, answer) => {
    await using observed = observe(answer, { drainTimeout: 30 });
    const response = decodeResponse(await exchange(observed.port, GET));
    expect([response.status, response.body]).toEqual([200, "hello"]);
    await observed.server.shutdown();
    expect(RawClient.connect(observed.port)).rejects.toThrow();
    await RawClient.connect(observed.port).catch(() => {});
  });

  test("waits for the others, all the same", async () => {
    const events: string[] = [];
    const began = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    await using observed = observe(
      async (handler) => {
        if (handler.path === "/stop") {
          await handler.server.shutdown();
          events.push("stopped");
        } else {
          began.resolve();
          await go.promise;
          events.push("worked");
        }
        hello(handler);
      },
      { drainTimeout: 30 },
    );
    const working = exchange(observed.port, GET);
    await began.promise;
    const stopping = exchange(observed.port, request("GET /stop HTTP/1.1"));
    await realWait();
    go.resolve();
    expect(decodeResponse(await working).body).toBe("hello");
    expect(decodeResponse(await stopping).body).toBe("hello");
    expect(events).toEqual(["worked", "stopped"]);
  });
});

describe("serve_forever()", () => {
  test("settles when the last connection has ended", async () => {
    const { observed, began, go } = waitingServer();
    await using server = observed;
    const other = new HTTPServer(["127.0.0.1", 0], server.server.RequestHandlerClass, { drainTimeout: 30 });
    let isServed = false;
    const served = other.serve_forever().then(() => {
      isServed = true;
    });
    await using client = await RawClient.connect(other.server_port);
    client.send(GET);
    await began;
    const down = other.shutdown();
    await realWait();
    expect(isServed).toBe(false);
    go();
    await Promise.all([down, served]);
    expect(isServed).toBe(true);
  });

  test("throws while it is running", async () => {
    await using observed = observe(hello);
    expect(() => observed.server.serve_forever()).toThrow(
      new TypeError("serve_forever() is running already"),
    );
    expect(observed.server.handle_request()).rejects.toThrow(new TypeError("The server is serving already"));
    await observed.server.handle_request().catch(() => {});
  });
});

describe("an AbortSignal", () => {
  test("that is aborted shuts the server down", async () => {
    const controller = new AbortController();
    await using observed = observe(hello, { signal: controller.signal });
    await using client = await RawClient.connect(observed.port);
    client.send(GET);
    await client.until((received) => received.endsWith("hello"));
    controller.abort();
    expect(decodeResponse(await client.untilClosed()).body).toBe("hello");
    expect(observed.server.fileno()).toBe(-1);
  });

  test("that was aborted before makes the constructor throw its reason, with nothing bound", () => {
    const reason = new Error("not today");
    const options = { signal: AbortSignal.abort(reason) };
    expect(() => new HTTPServer(["127.0.0.1", 0], BaseHTTPRequestHandler, options)).toThrow(reason);
  });
});
