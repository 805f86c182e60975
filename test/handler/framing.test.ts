/** How answers are framed (RFC 9112 6), on real sockets: nothing that a handler does can shift the next answer. */

import { describe, expect, test } from "bun:test";
import type { BaseHTTPRequestHandler } from "../../src/index.ts";
import { exchange, parseResponse, RawClient } from "../support/client.ts";
import { type DecodedResponse, decodeResponse, decodeResponses } from "../support/decode.ts";
import { type Answer, observe, realWait, request } from "../support/observed-server.ts";

type Handler = BaseHTTPRequestHandler;

/** Answers 200 with these fields, and with a body in these pieces. */
function respond(handler: Handler, pieces: readonly string[], fields: Record<string, string> = {}): void {
  handler.send_response(200);
  for (const [name, value] of Object.entries(fields)) handler.send_header(name, value);
  handler.end_headers();
  for (const piece of pieces) handler.wfile.write(piece);
}

/** What `answer` comes to for one request, as a client reads it that waits for the connection to close. */
async function answerTo(answer: Answer, bytes: string): Promise<DecodedResponse> {
  await using server = observe(answer);
  return decodeResponse(await exchange(server.port, bytes), bytes.slice(0, bytes.indexOf(" ")));
}

const GET = request();
const HEAD = request("HEAD / HTTP/1.1");
const GET_1_0 = request("GET / HTTP/1.0");
const GET_1_0_KEEP_ALIVE = request("GET / HTTP/1.0", ["Connection: keep-alive"]);

describe("a handler that declares nothing", () => {
  const inTheTurn: [how: string, answer: Answer][] = [
    ["that is synchronous", (handler) => respond(handler, ["first ", "later"])],
    [
      "that is asynchronous and waits for nothing",
      async (handler) => {
        respond(handler, ["first ", "later"]);
      },
    ],
    [
      "that waits for settled promises between its writes",
      async (handler) => {
        await undefined;
        respond(handler, ["first "]);
        for (let count = 0; count < 50; count++) await Promise.resolve(count);
        handler.wfile.write("later");
      },
    ],
    [
      "that waits for real before it answers",
      async (handler) => {
        await realWait();
        respond(handler, ["first "]);
        await undefined;
        handler.wfile.write("later");
      },
    ],
  ];

  for (const [how, answer] of inTheTurn) {
    test(`${how} gets Content-Length`, async () => {
      for (const bytes of [GET, GET_1_0]) {
        const response = await answerTo(answer, bytes);
        expect(response).toMatchObject({ status: 200, framing: "length", body: "first later" });
        expect(response.headers.has("transfer-encoding")).toBe(false);
      }
    });
  }

  const goingOn: Answer = async (handler) => {
    respond(handler, ["first "]);
    await realWait();
    handler.wfile.write("later");
  };

  test("and goes on after the turn is chunked in HTTP/1.1, and the connection stays", async () => {
    await using server = observe(goingOn);
    const responses = decodeResponses(await exchange(server.port, GET + GET));
    expect(responses.map(({ framing, body }) => [framing, body])).toEqual([
      ["chunked", "first later"],
      ["chunked", "first later"],
    ]);
    expect(responses[0]!.headers.has("content-length")).toBe(false);
  });

  test("and goes on after the turn ends with the connection in HTTP/1.0", async () => {
    await using server = observe(goingOn);
    const [response, ...others] = decodeResponses(await exchange(server.port, GET_1_0 + GET_1_0));
    expect(response).toMatchObject({ framing: "close", body: "first later" });
    expect(others).toEqual([]);
  });

  test("and goes on after the turn does not promise HTTP/1.0 to keep the connection", async () => {
    const { framing, headers, body } = await answerTo(goingOn, GET_1_0_KEEP_ALIVE);
    expect([framing, body, headers.get("connection")]).toEqual(["close", "first later", "close"]);
  });

  test("keeps the connection of HTTP/1.0 where it gets a length, and says so", async () => {
    await using server = observe((handler) => respond(handler, ["body"]));
    const raw = await exchange(server.port, GET_1_0_KEEP_ALIVE + GET_1_0_KEEP_ALIVE + GET_1_0);
    const kept = decodeResponses(raw);
    expect(kept.map(({ framing, body }) => [framing, body])).toEqual(new Array(3).fill(["length", "body"]));
    expect(kept.map(({ headers }) => headers.get("connection"))).toEqual([
      "keep-alive",
      "keep-alive",
      "close",
    ]);
  });

  test("is never chunked by a handler class that speaks HTTP/1.0", async () => {
    await using server = observe(async (handler) => {
      await goingOn(handler);
    });
    const Speaking = server.server.RequestHandlerClass as unknown as { protocol_version: string };
    Speaking.protocol_version = "HTTP/1.0";
    const raw = await exchange(server.port, GET + GET);
    expect(raw).toStartWith("HTTP/1.0 200 OK\r\n");
    expect(decodeResponse(raw)).toMatchObject({ framing: "close", body: "first later" });
  });

  test("and writes more than any buffer holds still gets Content-Length", async () => {
    const piece = "x".repeat(100_000);
    const response = await answerTo((handler) => respond(handler, new Array(30).fill(piece)), GET);
    expect([response.framing, response.body.length]).toEqual(["length", 3_000_000]);
  });

  test("and writes nothing at all gets Content-Length: 0", async () => {
    const { framing, headers, body } = await answerTo((handler) => respond(handler, []), GET);
    expect([framing, headers.get("content-length"), body]).toEqual(["length", "0", ""]);
  });
});

describe("a declared Content-Length", () => {
  test("that is exceeded is kept: the surplus is dropped, reported, and does not shift the next answer", async () => {
    await using server = observe((handler) => respond(handler, ["four", "more"], { "Content-Length": "6" }));
    const responses = decodeResponses(await exchange(server.port, GET + GET));
    expect(responses.map(({ body }) => body)).toEqual(["fourmo", "fourmo"]);
    expect(server.lines[0]).toBe("More was written than Content-Length: 6 announced; the rest was dropped");
  });

  test("that is not reached closes the connection: the client sees that bytes are missing", async () => {
    await using server = observe((handler) => respond(handler, ["four"], { "Content-Length": "6" }));
    const raw = await exchange(server.port, GET + GET);
    expect(() => decodeResponses(raw)).toThrow("4 bytes of 6 have come");
    expect(raw).toEndWith("\r\n\r\nfour");
    expect(server.lines).toEqual([
      "Fewer bytes were written than Content-Length announced; the connection is closed",
    ]);
  });

  test("may be declared twice if it is the same, and is sent once", async () => {
    const { headers, body } = await answerTo((handler) => {
      handler.send_response(200);
      handler.send_header("Content-Length", 4);
      handler.send_header("content-length", "4");
      handler.end_headers();
      handler.wfile.write("body");
    }, GET);
    expect([headers.get("content-length"), body]).toEqual(["4", "body"]);
  });
});

describe("an answer that can have no body", () => {
  test.each([204, 304])("%p has none, whatever was written, and no length of its own", async (status) => {
    await using server = observe((handler) => {
      handler.send_response(status);
      handler.end_headers();
      handler.wfile.write("what nobody may see");
    });
    const raw = await exchange(server.port, GET + GET);
    expect(raw).not.toContain("what nobody may see");
    const responses = decodeResponses(raw);
    expect(responses.map((response) => response.status)).toEqual([status, status]);
    expect(responses[0]!.headers.has("content-length")).toBe(false);
    expect(responses[0]!.headers.has("transfer-encoding")).toBe(false);
  });

  test("204 drops a length that was declared (RFC 9110 8.6), 304 keeps it", async () => {
    const declaring =
      (status: number): Answer =>
      (handler) => {
        handler.send_response(status);
        handler.send_header("Content-Length", 1000);
        handler.end_headers();
      };
    expect((await answerTo(declaring(204), GET)).headers.has("content-length")).toBe(false);
    expect((await answerTo(declaring(304), GET)).headers.get("content-length")).toBe("1000");
  });

  test("205 says Content-Length: 0 (OUT-8)", async () => {
    await using server = observe((handler) => {
      handler.send_response(205);
      handler.end_headers();
      handler.wfile.write("what nobody may see");
    });
    const responses = decodeResponses(await exchange(server.port, GET + GET));
    expect(responses.map(({ headers, body }) => [headers.get("content-length"), body])).toEqual([
      ["0", ""],
      ["0", ""],
    ]);
  });

  test("one to HEAD has the length that GET's would have", async () => {
    const answer: Answer = (handler) => respond(handler, ["first ", "later"]);
    await using server = observe(answer);
    const raw = await exchange(server.port, HEAD + GET);
    const [head, get] = decodeResponses(raw, ["HEAD", "GET"]);
    expect(head).toMatchObject({ framing: "none", body: "" });
    expect(head!.headers.get("content-length")).toBe(get!.headers.get("content-length")!);
  });

  test("one to HEAD has the length that was declared, written or not", async () => {
    for (const pieces of [[], ["not all"], ["x".repeat(100)]]) {
      await using server = observe((handler) => respond(handler, pieces, { "Content-Length": "50" }));
      const responses = decodeResponses(await exchange(server.port, HEAD + HEAD), ["HEAD", "HEAD"]);
      expect(responses.map(({ headers }) => headers.get("content-length"))).toEqual(["50", "50"]);
      expect(server.lines).toEqual([]);
    }
  });

  test("one to HEAD that goes on after the turn keeps the connection", async () => {
    await using server = observe(async (handler) => {
      respond(handler, ["first"]);
      await realWait();
      handler.wfile.write("later");
      await handler.wfile.flush();
    });
    const responses = decodeResponses(await exchange(server.port, HEAD + HEAD), ["HEAD", "HEAD"]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe("an interim answer", () => {
  test("goes out at once, and the final one follows", async () => {
    const go = Promise.withResolvers<void>();
    await using server = observe(async (handler) => {
      handler.send_response_only(103);
      handler.send_header("Link", "</style.css>; rel=preload");
      handler.end_headers();
      await go.promise;
      respond(handler, ["final"]);
    });
    await using client = await RawClient.connect(server.port);
    client.send(GET);
    const early = await client.until((received) => received.includes("\r\n\r\n"));
    expect(early).toBe("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n");
    go.resolve();
    client.endInput();
    const [, final] = decodeResponses(await client.untilClosed());
    expect(final).toMatchObject({ status: 200, body: "final" });
  });

  test("alone is no answer", async () => {
    await using server = observe((handler) => {
      handler.send_response_only(103);
      handler.end_headers();
    });
    const responses = decodeResponses(await exchange(server.port, GET));
    expect(responses.map(({ status }) => status)).toEqual([103, 500]);
  });

  test("101 is not one: what follows is the other protocol's, until the connection ends", async () => {
    await using server = observe(async (handler) => {
      handler.send_response_only(101);
      handler.send_header("Upgrade", "example");
      handler.send_header("Connection", "Upgrade");
      handler.end_headers();
      handler.wfile.write("the other protocol");
      await realWait();
      handler.wfile.write(" goes on");
    });
    const raw = await exchange(server.port, GET + GET);
    expect(parseResponse(raw)).toMatchObject({ status: 101, body: "the other protocol goes on" });
    expect(parseResponse(raw).headers.get("connection")).toBe("Upgrade");
  });
});

describe("Expect: 100-continue", () => {
  const POST = request("POST / HTTP/1.1", ["Expect: 100-continue", "Content-Length: 4"]);
  const echo: Answer = async (handler) => respond(handler, [await handler.rfile.text()]);

  test("gets 100 before the body is sent, and one answer after it (REQ-19)", async () => {
    await using server = observe(echo);
    await using client = await RawClient.connect(server.port);
    client.send(POST);
    expect(await client.until((received) => received !== "")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    client.send(`body${GET}`);
    client.endInput();
    const [, ...finals] = decodeResponses(await client.untilClosed());
    expect(finals.map(({ body }) => body)).toEqual(["body", ""]);
  });

  test("gets none in HTTP/1.0 (RFC 9110 10.1.1)", async () => {
    const bytes = request("POST / HTTP/1.0", ["Expect: 100-continue", "Content-Length: 4"], "body");
    expect((await answerTo(echo, bytes)).body).toBe("body");
  });

  test("that is refused closes: the body that was announced is never taken for a request", async () => {
    await using server = observe(echo);
    const Refusing = server.server.RequestHandlerClass as unknown as { prototype: Handler };
    Refusing.prototype.handle_expect_100 = function (this: Handler): boolean {
      this.send_error(417);
      return false;
    };
    const responses = decodeResponses(await exchange(server.port, POST + GET));
    expect(responses.map(({ status }) => status)).toEqual([417]);
    expect(responses[0]!.headers.get("connection")).toBe("close");
  });

  test("beside another expectation is 417 (REQ-18)", async () => {
    const bytes = request("POST / HTTP/1.1", ["Expect: the-unexpected", "Content-Length: 0"]);
    expect((await answerTo(echo, bytes)).status).toBe(417);
  });
});

describe("a framing of the handler's own", () => {
  test("Transfer-Encoding: chunked declared by it is left to it", async () => {
    await using server = observe(async (handler) => {
      respond(handler, ["3\r\none\r\n"], { "Transfer-Encoding": "chunked" });
      await realWait();
      handler.wfile.write("3\r\ntwo\r\n0\r\n\r\n");
    });
    const responses = decodeResponses(await exchange(server.port, GET + GET));
    expect(responses.map(({ framing, body }) => [framing, body])).toEqual([
      ["chunked", "onetwo"],
      ["chunked", "onetwo"],
    ]);
  });

  test("an answer written whole, without send_response, goes out as it is, and closes (STR-3)", async () => {
    const whole = "HTTP/1.1 299 Odd\r\nX-Mine: yes\r\nContent-Length: 2\r\n\r\nok";
    await using server = observe(async (handler) => {
      handler.wfile.write(whole.slice(0, 20));
      await realWait();
      handler.wfile.write(whole.slice(20));
    });
    expect(await exchange(server.port, GET + GET)).toBe(whole);
    expect([server.lines, server.errors]).toEqual([[], []]);
  });
});

describe("the Connection field", () => {
  test("of the request ends the connection, and the answer says so", async () => {
    await using server = observe((handler) => respond(handler, ["body"]));
    const raw = await exchange(server.port, request("GET / HTTP/1.1", ["Connection: close"]) + GET);
    expect(decodeResponse(raw).headers.get("connection")).toBe("close");
  });

  test("of the answer is the handler's to send: close ends the connection", async () => {
    await using server = observe((handler) => respond(handler, ["body"], { Connection: "close" }));
    const raw = await exchange(server.port, GET + GET);
    expect(raw.match(/^Connection:/gm)?.length).toBe(1);
    expect(decodeResponse(raw).headers.get("connection")).toBe("close");
  });

  test("close_connection set by the handler does so, too", async () => {
    await using server = observe((handler) => {
      handler.close_connection = true;
      respond(handler, ["body"]);
    });
    expect(decodeResponse(await exchange(server.port, GET + GET)).headers.get("connection")).toBe("close");
  });
});
