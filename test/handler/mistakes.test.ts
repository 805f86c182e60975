/** The mistakes that authors of handlers make, and the messages that help them. */

import { describe, expect, test } from "bun:test";
import type { BaseHTTPRequestHandler } from "../../src/index.ts";
import { exchange } from "../support/client.ts";
import { decodeResponses } from "../support/decode.ts";
import { type Answer, observe, realWait, request } from "../support/observed-server.ts";

type Handler = BaseHTTPRequestHandler;

const GET = request();

/** What an answer's author and client get to see. */
async function consequences(
  answer: Answer,
): Promise<{ statuses: number[]; lines: string[]; errors: unknown[] }> {
  await using server = observe(answer);
  const responses = decodeResponses(await exchange(server.port, GET + GET));
  return {
    statuses: responses.map(({ status }) => status),
    lines: [...server.lines],
    errors: [...server.errors],
  };
}

function ok(handler: Handler): void {
  handler.send_response(200);
  handler.end_headers();
}

describe("a handler that ends without a response", () => {
  const ENDINGS: readonly [how: string, answer: Answer][] = [
    ["by returning", () => {}],
    ["by settling", async () => {}],
    ["by settling after a wait", () => realWait()],
  ];
  test.each(ENDINGS)("%s is told so, and the client gets 500", async (_how, answer) => {
    expect(await consequences(answer)).toEqual({
      statuses: [500],
      lines: [
        "do_GET ended without a response: is an await or a return missing?",
        "code 500, message Internal Server Error",
      ],
      errors: [],
    });
  });

  test("without end_headers() is told so, and nothing of its head is sent (OUT-5)", async () => {
    const { statuses, lines } = await consequences((handler) => {
      handler.send_response(200);
      handler.send_header("X-Leak", "1");
    });
    expect(statuses).toEqual([500]);
    expect(lines[0]).toBe("do_GET ended without end_headers(): is that, or an await, missing?");
  });

  test("that forgot an await is told so twice: by the log, and where it writes too late", async () => {
    const late = Promise.withResolvers<unknown>();
    async function forgotten(handler: Handler): Promise<void> {
      await realWait();
      try {
        ok(handler);
      } catch (error) {
        late.resolve(error);
      }
    }
    await using server = observe((handler) => {
      void forgotten(handler);
    });
    const [response] = decodeResponses(await exchange(server.port, GET));
    expect(response!.status).toBe(500);
    expect(server.lines[0]).toBe("do_GET ended without a response: is an await or a return missing?");
    expect(await late.promise).toEqual(
      new TypeError("send_response() after the handler has ended: is an await or a return missing?"),
    );
  });
});

describe("a mistake that throws", () => {
  const MISTAKES: readonly [what: string, answer: (handler: Handler) => void, message: string][] = [
    [
      "a write before end_headers()",
      (handler) => {
        handler.send_response(200);
        handler.wfile.write("too early");
      },
      "wfile.write() before end_headers(): end the header fields first, then write the body",
    ],
    [
      "a header after end_headers()",
      (handler) => {
        ok(handler);
        handler.send_header("X-Late", "1");
      },
      'send_header("X-Late") after end_headers(): the header fields have been ended already',
    ],
    [
      "a header before send_response()",
      (handler) => handler.send_header("X-Early", "1"),
      'send_header("X-Early") before send_response(): begin the answer first',
    ],
    [
      "send_response() twice",
      (handler) => {
        handler.send_response(200);
        handler.send_response(404);
      },
      "send_response() twice: end_headers() is missing, or a return after the first answer",
    ],
    [
      "a second answer",
      (handler) => {
        ok(handler);
        handler.send_response(404);
      },
      "send_response() after an answer has been begun: is a return missing?",
    ],
    [
      "end_headers() without a response",
      (handler) => handler.end_headers(),
      "end_headers() without a response: call send_response() first",
    ],
    [
      "end_headers() twice",
      (handler) => {
        ok(handler);
        handler.end_headers();
      },
      "end_headers() twice: the header fields have been ended already",
    ],
    [
      "CR LF in a header value",
      (handler) => {
        handler.send_response(200);
        handler.send_header("X-Name", "a\r\nSet-Cookie: stolen=1");
      },
      'send_header("X-Name", "a\\r\\nSet-Cookie: stolen=1"): the name must be a token and the value Latin-1 ' +
        "without control characters such as CR and LF",
    ],
    [
      "a character that would become a line feed in eight bits",
      (handler) => {
        handler.send_response(200);
        handler.send_header("X-Name", "a\u010ab");
      },
      'send_header("X-Name", "a\u010ab"): the name must be a token and the value Latin-1 ' +
        "without control characters such as CR and LF",
    ],
    [
      "CR LF in a header name",
      (handler) => {
        handler.send_response(200);
        handler.send_header("X\r\nSet-Cookie", "1");
      },
      'send_header("X\\r\\nSet-Cookie", "1"): the name must be a token and the value Latin-1 ' +
        "without control characters such as CR and LF",
    ],
    [
      "CR LF in the reason",
      (handler) => handler.send_response(200, "OK\r\nSet-Cookie: stolen=1"),
      'send_response(200, "OK\\r\\nSet-Cookie: stolen=1"): the message must be Latin-1 without control characters',
    ],
    [
      "Content-Length twice and different",
      (handler) => {
        handler.send_response(200);
        handler.send_header("Content-Length", 4);
        handler.send_header("Content-Length", 5);
      },
      "Content-Length is 4 already: it cannot be 5 as well",
    ],
    [
      "Content-Length that is no number",
      (handler) => {
        handler.send_response(200);
        handler.send_header("Content-Length", "many");
      },
      'send_header("Content-Length", "many"): the value must be a number of bytes',
    ],
    [
      "a header without a value",
      (handler) => {
        handler.send_response(200);
        handler.send_header("X-Name", undefined as unknown as string);
      },
      'send_header("X-Name", undefined): there is no value',
    ],
    [
      "write() of a promise",
      (handler) => {
        ok(handler);
        handler.wfile.write(Promise.resolve("late") as unknown as string);
      },
      "wfile.write(): text or a Uint8Array is wanted, not a promise: is an await missing?",
    ],
    [
      "Content-Length before Transfer-Encoding",
      (handler) => {
        handler.send_response(200);
        handler.send_header("Content-Length", 4);
        handler.send_header("Transfer-Encoding", "chunked");
      },
      "Content-Length and Transfer-Encoding exclude each other: declare one of them",
    ],
    [
      "Transfer-Encoding before Content-Length",
      (handler) => {
        handler.send_response(200);
        handler.send_header("Transfer-Encoding", "chunked");
        handler.send_header("Content-Length", 4);
      },
      "Content-Length and Transfer-Encoding exclude each other: declare one of them",
    ],
  ];

  for (const [what, answer, message] of MISTAKES) {
    test(`${what} says what to do, and the client gets a whole 500 and nothing else`, async () => {
      await using server = observe(answer);
      const raw = await exchange(server.port, GET + GET);
      expect(server.errors).toEqual([new TypeError(message)]);
      expect(decodeResponses(raw).map(({ status }) => status)).toEqual([500]);
      expect(raw).not.toContain("Set-Cookie");
      expect(raw).not.toContain("X-");
    });
  }

  test.each(["1e3", "-1", "+1", "0x10", " 1", "1.5", "", "9999999999999999"])(
    "Content-Length: %j is no number of bytes",
    async (value) => {
      const { errors } = await consequences((handler) => {
        handler.send_response(200);
        handler.send_header("Content-Length", value);
      });
      expect(errors).toEqual([
        new TypeError(`send_header("Content-Length", "${value}"): the value must be a number of bytes`),
      ]);
    },
  );

  test.each([99, 1000, 200.5, Number.NaN])("%p is no status code", async (code) => {
    const { statuses, errors } = await consequences((handler) => handler.send_response(code));
    expect(errors).toEqual([new RangeError(`send_response(${code}): a status code has three digits`)]);
    expect(statuses).toEqual([500]);
  });
});

describe("a write after the handler has ended", () => {
  test("throws where it is made, and reaches nobody", async () => {
    const errors: unknown[] = [];
    let kept: Handler | undefined;
    await using server = observe((handler) => {
      kept = handler;
      ok(handler);
    });
    const response = await fetch(server.server.url);
    await response.text();
    for (const attempt of [
      () => kept!.wfile.write("too late"),
      () => kept!.send_header("X-Late", "1"),
      () => kept!.send_response(200),
    ]) {
      try {
        attempt();
      } catch (error) {
        errors.push((error as Error).message);
      }
    }
    expect(errors).toEqual([
      "wfile.write() after the handler has ended: is an await or a return missing?",
      'send_header("X-Late") after the handler has ended: is an await missing?',
      "send_response() after the handler has ended: is an await or a return missing?",
    ]);
  });
});

describe("two reads at once", () => {
  test("throw, and the client gets 500", async () => {
    await using server = observe((handler) => {
      void handler.rfile.read(1);
      void handler.rfile.read(1);
    });
    const raw = await exchange(server.port, request("POST / HTTP/1.1", ["Content-Length: 2"]));
    expect(server.errors).toEqual([
      new TypeError("rfile.read() while another read is pending: await that one first"),
    ]);
    expect(decodeResponses(raw).map(({ status }) => status)).toEqual([500]);
  });
});

describe("a handler that ends while its own promise is pending", () => {
  test("closes the connection after the answer: the rest of the body is nobody's", async () => {
    await using server = observe((handler) => {
      void handler.rfile.read();
      ok(handler);
      handler.wfile.write("answer");
    });
    const raw = await exchange(server.port, `${request("POST / HTTP/1.1", ["Content-Length: 5"])}1234`);
    expect(decodeResponses(raw).map(({ body }) => body)).toEqual(["answer"]);
    expect(server.errors).toEqual([]);
  });
});
