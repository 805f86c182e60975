/** What goes wrong in handlers and with clients, and what the others notice of it: nothing. */

import { describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler, ConnectionClosedError, HTTPServer } from "../../src/index.ts";
import { exchange, RawClient, startServer } from "../support/client.ts";
import { decodeResponse, decodeResponses } from "../support/decode.ts";
import { type Answer, observe, realWait, request } from "../support/observed-server.ts";

const GET = request();
const FAULT = new Error("the handler's fault");

function begin(handler: BaseHTTPRequestHandler): void {
  handler.send_response(200);
  handler.end_headers();
}

describe("a handler that fails before anything has left", () => {
  const FAILURES: readonly [how: string, answer: Answer][] = [
    [
      "by a throw",
      () => {
        throw FAULT;
      },
    ],
    [
      "by a throw behind a head and a body",
      (handler) => {
        begin(handler);
        handler.wfile.write("half of it");
        throw FAULT;
      },
    ],
    [
      "by a throw in the middle of a head",
      (handler) => {
        handler.send_response(200);
        handler.send_header("Content-Length", 100);
        throw FAULT;
      },
    ],
    ["by a rejection", () => Promise.reject(FAULT)],
    [
      "by a rejection after a wait",
      async (handler) => {
        await realWait();
        begin(handler);
        throw FAULT;
      },
    ],
  ];

  for (const [how, answer] of FAILURES) {
    test(`${how}: a whole 500 that closes, handle_error, and no word of it to the client`, async () => {
      await using server = observe(answer);
      const raw = await exchange(server.port, GET + GET);
      const response = decodeResponse(raw);
      expect([response.status, response.headers.get("connection")]).toEqual([500, "close"]);
      expect(raw).not.toContain("fault");
      expect(raw).not.toContain("half of it");
      expect(server.errors).toEqual([FAULT]);
    });
  }

  test("by a rejection without a reason is a 500, too", async () => {
    await using server = observe(() => Promise.reject());
    expect(decodeResponse(await exchange(server.port, GET)).status).toBe(500);
    expect(server.errors).toEqual([undefined]);
  });

  test("leaves the answers before it whole", async () => {
    let count = 0;
    await using server = observe((handler) => {
      if (++count === 3) throw FAULT;
      begin(handler);
      handler.wfile.write(`answer ${count}`);
    });
    const responses = decodeResponses(await exchange(server.port, GET.repeat(5)));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 500]);
    expect(count).toBe(3);
  });
});

describe("a handler that fails when its answer has left in part", () => {
  test("in chunks: the connection closes without the last one", async () => {
    await using server = observe(async (handler) => {
      begin(handler);
      handler.wfile.write("half of it");
      await realWait();
      throw FAULT;
    });
    const raw = await exchange(server.port, GET + GET);
    expect(raw).toEndWith("\r\n\r\na\r\nhalf of it\r\n");
    expect(() => decodeResponses(raw)).toThrow();
    expect(server.errors).toEqual([FAULT]);
  });

  test("with a length: the connection closes before it is reached", async () => {
    await using server = observe(async (handler) => {
      handler.send_response(200);
      handler.send_header("Content-Length", 100);
      handler.end_headers();
      await handler.wfile.flush();
      throw FAULT;
    });
    const raw = await exchange(server.port, GET + GET);
    expect(() => decodeResponses(raw)).toThrow("0 bytes of 100 have come");
    expect(server.errors).toEqual([FAULT]);
  });

  test("until the connection ends: it is reset, since an end in order would make that the whole of it", async () => {
    await using server = observe(async (handler) => {
      begin(handler);
      handler.wfile.write("half of it");
      await realWait();
      throw FAULT;
    });
    await using client = await RawClient.connect(server.port);
    client.send(request("GET / HTTP/1.0"));
    expect(await client.untilClosed()).toEndWith("\r\n\r\nhalf of it");
    expect(client.isEndedInOrder).toBe(false);
    expect(server.errors).toEqual([FAULT]);
  });

  test("fetch() sees that it is incomplete", async () => {
    await using server = observe(async (handler) => {
      begin(handler);
      handler.wfile.write("half of it");
      await handler.wfile.flush();
      await realWait();
      throw FAULT;
    });
    const response = await fetch(server.server.url);
    expect(response.text()).rejects.toThrow();
    await response.text().catch(() => {});
  });
});

describe("a client that leaves", () => {
  test("in the middle of an answer: flush() rejects, and the log is quiet", async () => {
    let caught: unknown;
    await using server = observe(async (handler) => {
      begin(handler);
      try {
        for (;;) {
          handler.wfile.write("x".repeat(64 * 1024));
          await handler.wfile.flush();
        }
      } catch (error) {
        caught = error;
        throw error;
      }
    });
    await using client = await RawClient.connect(server.port);
    client.send(GET);
    await client.until((received) => received.length > 100_000);
    client.abort();
    await server.handled(1);
    expect(caught).toBeInstanceOf(ConnectionClosedError);
    expect(caught).toMatchObject({ code: "EPIPE", message: "The client has closed the connection" });
    expect([server.errors, server.lines]).toEqual([[], []]);
  });

  test("in the middle of a body: read() rejects, and the log is quiet", async () => {
    let caught: unknown;
    const began = Promise.withResolvers<void>();
    await using server = observe(async (handler) => {
      began.resolve();
      try {
        await handler.rfile.read();
      } catch (error) {
        caught = error;
        throw error;
      }
    });
    await using client = await RawClient.connect(server.port);
    client.send(`${request("POST / HTTP/1.1", ["Content-Length: 100"])}not all`);
    await began.promise;
    client.abort();
    await server.handled(1);
    expect(caught).toBeInstanceOf(Error);
    expect(server.errors).toEqual([]);
  });

  test("while its handler works does not disturb a handler that does not care", async () => {
    const go = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    await using server = observe(async (handler) => {
      began.resolve();
      await go.promise;
      begin(handler);
      handler.wfile.write("to nobody");
    });
    const client = await RawClient.connect(server.port);
    client.send(GET);
    await began.promise;
    await client[Symbol.asyncDispose]();
    go.resolve();
    await server.handled(1);
    await realWait();
    expect([server.errors, server.lines]).toEqual([[], []]);
  });
});

describe("a body that its handler leaves unread", () => {
  function answer(handler: BaseHTTPRequestHandler): void {
    begin(handler);
    handler.wfile.write(handler.command);
  }

  test.each([1, 1000, 256 * 1024])(
    "of %p bytes is dropped, and the next request is answered",
    async (length) => {
      await using server = observe(answer);
      const bytes = request("POST / HTTP/1.1", [`Content-Length: ${length}`], "G".repeat(length)) + GET;
      const responses = decodeResponses(await exchange(server.port, bytes));
      expect(responses.map(({ body }) => body)).toEqual(["POST", "GET"]);
    },
  );

  test("in chunks is dropped, too", async () => {
    await using server = observe(answer);
    const chunked = request("POST / HTTP/1.1", ["Transfer-Encoding: chunked"], "5\r\nGET /\r\n0\r\n\r\n");
    const responses = decodeResponses(await exchange(server.port, chunked + GET));
    expect(responses.map(({ body }) => body)).toEqual(["POST", "GET"]);
  });

  test("in malformed chunks ends the connection, after the answer", async () => {
    await using server = observe(answer);
    const chunked = request("POST / HTTP/1.1", ["Transfer-Encoding: chunked"], "5\r\nGET /GET\r\n");
    expect(decodeResponse(await exchange(server.port, chunked + GET)).body).toBe("POST");
  });

  test("read in part is dropped from there", async () => {
    await using server = observe(async (handler) => {
      await handler.rfile.read(3);
      answer(handler);
    });
    const bytes = request("POST / HTTP/1.1", ["Content-Length: 8"], "12345678") + GET;
    expect(decodeResponses(await exchange(server.port, bytes)).map(({ body }) => body)).toEqual([
      "POST",
      "GET",
    ]);
  });

  const TOO_LONG: readonly [how: string, head: string, part: string][] = [
    [
      "beyond what is dropped",
      request("POST / HTTP/1.1", [`Content-Length: ${64 * 1024 * 1024}`]),
      "x".repeat(64 * 1024),
    ],
    [
      "in chunks without an end",
      request("POST / HTTP/1.1", ["Transfer-Encoding: chunked"]),
      `10000\r\n${"x".repeat(64 * 1024)}\r\n`,
    ],
  ];
  for (const [how, head, part] of TOO_LONG) {
    test(`${how} ends the connection, and a client that still sends gets the answer`, async () => {
      await using server = observe(answer);
      await using client = await RawClient.connect(server.port);
      client.send(head);
      for (let count = 0; count < 3 && !client.isEnded; count++) {
        client.send(part);
        await realWait();
      }
      while (!client.isEnded) {
        client.send(part);
        await realWait();
      }
      const [response, ...others] = decodeResponses(await client.untilClosed());
      expect([response?.status, response?.body, others]).toEqual([200, "POST", []]);
    });
  }

  test("that is too large is refused before it has come, and its client gets the 413", async () => {
    await using server = observe(answer, { maxBodyBytes: 1000 });
    await using client = await RawClient.connect(server.port);
    client.send(request("POST / HTTP/1.1", ["Content-Length: 1001"]));
    client.send("x".repeat(1001));
    client.endInput();
    expect(decodeResponse(await client.untilClosed())).toMatchObject({ status: 413 });
    const fitting = request("POST / HTTP/1.1", ["Content-Length: 1000"], "x".repeat(1000));
    expect(decodeResponse(await exchange(server.port, fitting)).status).toBe(200);
  });

  test("that one chunk announces to be too large is refused before it has come", async () => {
    await using server = observe(
      async (handler) => {
        await handler.rfile.read();
        answer(handler);
      },
      { maxBodyBytes: 1000 },
    );
    await using client = await RawClient.connect(server.port);
    client.send(request("POST / HTTP/1.1", ["Transfer-Encoding: chunked"], "1\r\nx\r\n3e8\r\n"));
    expect(decodeResponse(await client.untilClosed())).toMatchObject({ status: 413 });
  });

  test("that turns out too large in chunks is refused where it is read", async () => {
    await using server = observe(
      async (handler) => {
        await handler.rfile.read();
        answer(handler);
      },
      { maxBodyBytes: 1000 },
    );
    const chunk = `3e8\r\n${"x".repeat(1000)}\r\n`;
    const head = request("POST / HTTP/1.1", ["Transfer-Encoding: chunked"]);
    expect(decodeResponse(await exchange(server.port, `${head}${chunk}0\r\n\r\n`)).status).toBe(200);
    expect(decodeResponse(await exchange(server.port, `${head}${chunk}1\r\nx\r\n0\r\n\r\n`)).status).toBe(
      413,
    );
    expect(server.errors).toEqual([]);
  });
});

describe("others", () => {
  test("are served while fifty handlers fail at once", async () => {
    await using server = observe(async (handler) => {
      if (handler.path === "/fail") throw FAULT;
      await realWait();
      begin(handler);
      handler.wfile.write("served");
    });
    const [failing, serving] = [request("GET /fail HTTP/1.1"), request("GET /serve HTTP/1.1")];
    const raws = await Promise.all(
      Array.from({ length: 100 }, (_, index) => exchange(server.port, index % 2 === 0 ? failing : serving)),
    );
    expect(raws.map((raw) => decodeResponse(raw).status)).toEqual(
      Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 500 : 200)),
    );
    expect(server.errors.length).toBe(50);
  });
});

describe("a handler that cannot even say that it failed", () => {
  const VERSIONS = ["HTTP/1.1", "HTTP/1.0"];
  for (const method of ["log_message", "send_error"]) {
    test.each(VERSIONS)(
      `because ${method}() always throws leaves a bare 500 to its client of %s`,
      async (version) => {
        class Mute extends BaseHTTPRequestHandler {
          do_GET(): void {
            throw FAULT;
          }
        }
        Object.defineProperty(Mute.prototype, method, {
          value: () => {
            throw new Error("the handler's other fault");
          },
        });
        const errors: string[] = [];
        class Server extends HTTPServer {
          override handle_error(_request: unknown, _address: unknown, error: unknown): void {
            errors.push(String(error));
          }
        }
        await using server = new Server(["127.0.0.1", 0], Mute, { drainTimeout: 1 });
        void server.serve_forever();
        const raw = await exchange(server.server_port, request(`GET / ${version}`).repeat(2));
        const [response, ...others] = decodeResponses(raw);
        expect([response?.status, response?.body, others]).toEqual([500, "", []]);
        expect(raw).not.toContain("fault");
        expect(errors).toEqual(["Error: the handler's fault", "Error: the handler's other fault"]);
      },
    );
  }
});

describe("a send_error() that takes its time", () => {
  class Slow extends BaseHTTPRequestHandler {
    override async send_error(...args: Parameters<BaseHTTPRequestHandler["send_error"]>): Promise<void> {
      await realWait();
      super.send_error(...args);
    }
    override log_message(): void {}
  }
  test.each([
    ["an unknown method", request("BREW / HTTP/1.1"), 501],
    ["a broken head", "GET / HTTP/1.1\r\n\r\n", 400],
    ["an unknown expectation", request("GET / HTTP/1.1", ["Expect: tea"]), 417],
  ])("is waited for where it answers %s", async (_what, bytes, status) => {
    await using server = await startServer(Slow);
    expect(decodeResponse(await exchange(server.port, bytes)).status).toBe(status);
  });
});

describe("a promise in the place of a value", () => {
  const failure = (): Promise<string> => Promise.reject(FAULT);
  const MISTAKES: readonly [where: string, answer: Answer, message: string][] = [
    [
      "a header field",
      (handler) => {
        handler.send_response(200);
        handler.send_header("X", failure() as unknown as string);
      },
      'send_header("X"): the value is a promise: is an await missing?',
    ],
    [
      "a body",
      (handler) => {
        begin(handler);
        handler.wfile.write(failure() as unknown as string);
      },
      "wfile.write(): text or a Uint8Array is wanted, not a promise: is an await missing?",
    ],
  ];
  test.each(MISTAKES)(
    "as %s is refused to its author, and what becomes of it is nobody's concern",
    async (_where, answer, message) => {
      await using server = observe(answer);
      expect(decodeResponse(await exchange(server.port, GET)).status).toBe(500);
      expect(server.errors).toEqual([new TypeError(message)]);
    },
  );
});
