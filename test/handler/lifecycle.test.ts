/** The life of a connection as its handler sees it: order, hooks, and how it ends. */

import { describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler, type RequestHandlerClass } from "../../src/index.ts";
import { exchange, RawClient, startServer } from "../support/client.ts";
import { decodeResponse, decodeResponses } from "../support/decode.ts";
import { observe, realWait, request } from "../support/observed-server.ts";

const GET = request();

class Quiet extends BaseHTTPRequestHandler {
  answer(body: string): void {
    this.send_response(200);
    this.end_headers();
    this.wfile.write(body);
  }
  override log_message(): void {}
}

function bodiesOf(raw: string): string[] {
  return decodeResponses(raw).map(({ body }) => body);
}

describe("pipelined requests", () => {
  test("are answered in order, however long each handler takes", async () => {
    const turns = [5, 0, 3, 1, 0, 4, 2];
    await using server = observe(async (handler) => {
      const index = Number(handler.path.slice(1));
      for (let turn = 0; turn < turns[index]!; turn++) await realWait();
      handler.send_response(200);
      handler.end_headers();
      handler.wfile.write(`answer ${index}`);
    });
    const requests = turns.map((_, index) => request(`GET /${index} HTTP/1.1`));
    const raw = await exchange(server.port, requests.join(""));
    expect(bodiesOf(raw)).toEqual(turns.map((_, index) => `answer ${index}`));
  });

  test("are handled one at a time: the next begins when the one before has ended", async () => {
    const events: string[] = [];
    await using server = observe(async (handler) => {
      events.push(`begin ${handler.path}`);
      await realWait();
      handler.send_response(200);
      handler.end_headers();
      events.push(`end ${handler.path}`);
    });
    await exchange(server.port, request("GET /1 HTTP/1.1") + request("GET /2 HTTP/1.1"));
    expect(events).toEqual(["begin /1", "end /1", "begin /2", "end /2"]);
  });

  test("behind a body are found where it ends, whether it is read, in part or not at all", async () => {
    await using server = observe(async (handler) => {
      if (handler.path === "/all") await handler.rfile.read();
      if (handler.path === "/part") await handler.rfile.read(3);
      handler.send_response(200);
      handler.end_headers();
      handler.wfile.write(handler.path);
    });
    const body = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    const framings: [fields: string[], body: string][] = [
      [[`Content-Length: ${body.length}`], body],
      [["Transfer-Encoding: chunked"], `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`],
    ];
    for (const [fields, framed] of framings) {
      const requests = ["/all", "/part", "/none"].map((path) =>
        request(`POST ${path} HTTP/1.1`, fields, framed),
      );
      const raw = await exchange(server.port, requests.join("") + request("GET /last HTTP/1.1"));
      expect(bodiesOf(raw)).toEqual(["/all", "/part", "/none", "/last"]);
    }
  });

  test("of many connections do not get into each other's answers", async () => {
    await using server = observe(async (handler) => {
      const body = handler.path.repeat(50);
      if (body.length % 2 === 0) await realWait();
      handler.send_response(200);
      handler.end_headers();
      handler.wfile.write(body.slice(0, 20));
      if (body.length % 3 === 0) await undefined;
      handler.wfile.write(body.slice(20));
    });
    const paths = Array.from(
      { length: 40 },
      (_, index) => `/${"abcdefgh".slice(0, 1 + (index % 8))}${index}`,
    );
    const raws = await Promise.all(
      paths.map((path) => exchange(server.port, request(`GET ${path} HTTP/1.1`).repeat(5))),
    );
    for (const [index, raw] of raws.entries()) {
      expect(bodiesOf(raw)).toEqual(new Array(5).fill(paths[index]!.repeat(50)));
    }
  });

  test("after one that is broken are not run", async () => {
    await using server = observe((handler) => {
      handler.send_response(200);
      handler.end_headers();
      handler.wfile.write(handler.path);
    });
    const raw = await exchange(server.port, `${request("GET /good HTTP/1.1")}BROKEN\r\n\r\n${GET}`);
    expect(decodeResponses(raw).map(({ status }) => status)).toEqual([200, 400]);
  });
});

describe("a client that has half-closed", () => {
  test("gets the answers that it waits for, of slow handlers, too", async () => {
    await using server = observe(async (handler) => {
      await realWait();
      handler.send_response(200);
      handler.end_headers();
      handler.wfile.write("late");
    });
    // `exchange` half-closes as soon as it has sent everything.
    expect(bodiesOf(await exchange(server.port, GET + GET))).toEqual(["late", "late"]);
  });

  test("in the middle of a body gets 400", async () => {
    await using server = observe(async (handler) => {
      await handler.rfile.read();
    });
    const bytes = request("POST / HTTP/1.1", ["Content-Length: 10"], "1234");
    expect(decodeResponse(await exchange(server.port, bytes)).status).toBe(400);
    expect(server.errors).toEqual([]);
  });

  test("in the middle of a head gets 400 (REQ-25)", async () => {
    await using server = observe(() => {});
    expect(decodeResponse(await exchange(server.port, "GET / HTTP/1.1\r\nHos")).status).toBe(400);
  });

  test("without a byte gets none", async () => {
    await using server = observe(() => {});
    expect(await exchange(server.port, "")).toBe("");
  });
});

describe("the hooks", () => {
  /** A handler class that notes which of its hooks are called. */
  function traced(calls: string[], isAsync: boolean): RequestHandlerClass {
    return class extends Quiet {
      count = 0;
      override setup(): void | Promise<void> {
        calls.push("setup");
        if (!isAsync) return super.setup();
        return realWait().then(() => super.setup());
      }
      do_GET(): void {
        this.count++;
        calls.push(`do_GET ${this.count}`);
        this.answer(String(this.count));
      }
      override finish(): void | Promise<void> {
        calls.push("finish");
        if (!isAsync) return super.finish();
        return realWait().then(() => super.finish());
      }
    };
  }

  test.each([
    ["synchronous", false],
    ["asynchronous", true],
  ])(
    "that are %s frame a connection's requests, which one instance serves (STR-1)",
    async (_how, isAsync) => {
      const calls: string[] = [];
      await using started = await startServer(traced(calls, isAsync));
      expect(bodiesOf(await exchange(started.port, GET + GET))).toEqual(["1", "2"]);
      await exchange(started.port, GET);
      expect(calls).toEqual(["setup", "do_GET 1", "do_GET 2", "finish", "setup", "do_GET 1", "finish"]);
    },
  );

  test("find the fields that a subclass initialises", async () => {
    class Fields extends Quiet {
      greeting = "from a field";
      override setup(): void {
        this.greeting += ", seen in setup";
        void super.setup();
      }
      do_GET(): void {
        this.answer(this.greeting);
      }
    }
    await using started = await startServer(Fields);
    expect(bodiesOf(await exchange(started.port, GET))).toEqual(["from a field, seen in setup"]);
  });

  test.each(["setup", "handle", "finish"] as const)(
    "%s that throws ends its connection alone",
    async (hook) => {
      const errors: unknown[] = [];
      let isBroken = true;
      class Broken extends Quiet {
        do_GET(): void {
          this.answer("served");
        }
      }
      const original = Broken.prototype[hook];
      Broken.prototype[hook] = function (this: Broken): void | Promise<void> {
        if (isBroken) throw new Error(hook);
        return original.call(this);
      };
      await using started = await startServer(Broken);
      started.server.handle_error = (_request, _address, error) => void errors.push(error);
      const raw = await exchange(started.port, GET);
      if (hook === "finish") expect(bodiesOf(raw)).toEqual(["served"]);
      expect(errors).toEqual([new Error(hook)]);
      isBroken = false;
      expect(bodiesOf(await exchange(started.port, GET))).toEqual(["served"]);
    },
  );
});

describe("what a request leaves behind", () => {
  test("is nothing: command, path, headers and status line are the next one's own", async () => {
    class Showing extends Quiet {
      do_GET(): void {
        this.answer([this.command, this.path, this.requestline, this.headers.get("X-Field")].join("|"));
      }
    }
    await using started = await startServer(Showing);
    const raw = await exchange(
      started.port,
      request("GET /1 HTTP/1.1", ["X-Field: one"]) + request("GET /2 HTTP/1.1"),
    );
    expect(bodiesOf(raw)).toEqual(["GET|/1|GET /1 HTTP/1.1|one", "GET|/2|GET /2 HTTP/1.1|"]);
  });

  test("is what was kept on purpose: headers stay good after their request", async () => {
    const kept: BaseHTTPRequestHandler["headers"][] = [];
    class Keeping extends Quiet {
      do_GET(): void {
        kept.push(this.headers);
        this.answer("");
      }
    }
    await using started = await startServer(Keeping);
    const fields = Array.from({ length: 100 }, (_, index) => `X-Index: ${index}`);
    await exchange(started.port, fields.map((field) => request("GET / HTTP/1.1", [field])).join(""));
    expect(kept.map((headers) => `X-Index: ${headers.get("x-index")}`)).toEqual(fields);
  });

  test("is what an asynchronous handler reads after its turn: its own request's, not the next one's", async () => {
    class Late extends Quiet {
      async do_GET(): Promise<void> {
        await realWait();
        this.answer(`${this.path} ${this.headers.get("X-Field")} ${this.requestline}`);
      }
    }
    await using started = await startServer(Late);
    await using client = await RawClient.connect(started.port);
    client.send(request("GET /1 HTTP/1.1", ["X-Field: one"]));
    await using other = await RawClient.connect(started.port);
    other.send(request("GET /2 HTTP/1.1", ["X-Field: two"]));
    client.send(request("GET /3 HTTP/1.1", ["X-Field: three"]));
    client.endInput();
    other.endInput();
    expect(bodiesOf(await client.untilClosed())).toEqual([
      "/1 one GET /1 HTTP/1.1",
      "/3 three GET /3 HTTP/1.1",
    ]);
    expect(bodiesOf(await other.untilClosed())).toEqual(["/2 two GET /2 HTTP/1.1"]);
  });
});

describe("a handler that writes to another connection", () => {
  test("gets both answers right", async () => {
    let waiting: Quiet | undefined;
    const released = Promise.withResolvers<void>();
    class Chat extends Quiet {
      async do_GET(): Promise<void> {
        this.send_response(200);
        this.send_header("Content-Length", 7);
        this.end_headers();
        waiting = this;
        await released.promise;
      }
      do_POST(): void {
        this.send_response(200);
        this.end_headers();
        this.wfile.write("to me, ");
        waiting!.wfile.write("to them");
        this.wfile.write("to me");
        released.resolve();
      }
    }
    await using started = await startServer(Chat);
    await using listener = await RawClient.connect(started.port);
    listener.send(GET);
    await listener.until((received) => received.includes("\r\n\r\n"));
    expect(bodiesOf(await exchange(started.port, request("POST / HTTP/1.1")))).toEqual(["to me, to me"]);
    listener.endInput();
    expect(bodiesOf(await listener.untilClosed())).toEqual(["to them"]);
  });
});
