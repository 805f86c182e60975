/** Traps of the language, where bytes from the peer get into them. */

import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { exchange, RawClient } from "../support/client.ts";
import { decodeResponse, decodeResponses } from "../support/decode.ts";
import { type Answer, observe, realWait, request } from "../support/observed-server.ts";

const INDEX = fileURLToPath(new URL("../../src/index.ts", import.meta.url));

/** Sends what the query says, decoded, by `send`; then what there is to read. */
function reflect(send: (handler: Parameters<Answer>[0], text: string) => void): Answer {
  return (handler) => {
    send(handler, decodeURIComponent(handler.path.slice(handler.path.indexOf("?") + 1)));
    handler.end_headers();
    handler.wfile.write("body");
  };
}

describe("a handler that sends what the peer said cannot be made to split its answer", () => {
  const PLACES: readonly (readonly [place: string, answer: Answer])[] = [
    [
      "in a field's value",
      reflect((handler, text) => {
        handler.send_response(200);
        handler.send_header("X-Said", text);
      }),
    ],
    [
      "in a cookie",
      reflect((handler, text) => {
        handler.send_response(200);
        handler.send_header("Set-Cookie", `said=${text}; HttpOnly`);
      }),
    ],
    [
      "in a redirect",
      reflect((handler, text) => {
        handler.send_response(302);
        handler.send_header("Location", `/${text}`);
      }),
    ],
    [
      "in a field's name",
      reflect((handler, text) => {
        handler.send_response(200);
        handler.send_header(`X-${text}`, "1");
      }),
    ],
    ["in a reason phrase", reflect((handler, text) => handler.send_response(200, text))],
    [
      "in the reason phrase of an interim answer",
      reflect((handler, text) => handler.send_response_only(103, text)),
    ],
  ];

  const SPLITS: readonly (readonly [how: string, said: string])[] = [
    ["CR LF", "%0d%0aSet-Cookie:%20evil=1"],
    ["LF alone", "%0aSet-Cookie:%20evil=1"],
    ["CR alone", "%0dSet-Cookie:%20evil=1"],
    ["two CR LF and a body", "%0d%0a%0d%0a<script>"],
    ["NUL", "a%00b"],
    ["DEL", "a%7fb"],
    ["code units that Latin-1 would cut to CR LF", "%C4%8D%C4%8ASet-Cookie:%20evil=1"],
    ["other code units that Latin-1 would cut to CR LF", "%E5%98%8D%E5%98%8ASet-Cookie:%20evil=1"],
    ["U+2028, which is a line's end elsewhere", "a%E2%80%A8b"],
    ["an emoji", "%F0%9F%98%80%0d%0a"],
  ];

  for (const [place, answer] of PLACES) {
    test.each([...SPLITS])(`${place}: %s`, async (_how, said) => {
      for (const text of [said, `${"long".repeat(20)}${said}`]) {
        await using server = observe(answer);
        const raw = await exchange(server.port, request(`GET /?${text} HTTP/1.1`) + request());
        // The author is told, the client gets one whole 500, and nothing of what it said.
        expect(decodeResponse(raw).status).toBe(500);
        expect(raw).not.toContain("evil");
        expect(raw).not.toContain("<script>");
        expect(server.errors).toEqual([expect.any(TypeError)]);
      }
    });
  }
});

describe("names that every object has", () => {
  const NAMES = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "length",
    "get",
  ];

  test("are no fields that were not sent, and fields like others that were", async () => {
    const seen: unknown[] = [];
    await using server = observe((handler) => {
      seen.push(NAMES.map((name) => [handler.headers.get(name), handler.headers.get_all(name)]));
      handler.send_response(204);
      handler.end_headers();
    });
    const lines = NAMES.map((name) => `${name}: sent`);
    await exchange(server.port, request() + request("GET / HTTP/1.1", lines));
    expect(seen).toEqual([NAMES.map(() => [null, null]), NAMES.map(() => ["sent", ["sent"]])]);
    expect(({} as Record<string, unknown>).sent).toBeUndefined();
  });

  test("are no methods, nor is anything else that a handler has", async () => {
    await using server = observe((handler) => {
      handler.send_response(200);
      handler.end_headers();
    });
    const methods = [...NAMES, "handle", "finish", "send_error", "answer", "GET_", "do_GET", "wfile"];
    const raw = await exchange(
      server.port,
      methods.map((method) => request(`${method} / HTTP/1.1`)).join("") + request(),
    );
    expect(decodeResponses(raw).map(({ status }) => status)).toEqual([...methods.map(() => 501), 200]);
  });
});

describe("what was received and is kept", () => {
  test("stays what it was while other requests come on the same and on other connections", async () => {
    const kept: { body: Uint8Array; fields: () => string; expected: string }[] = [];
    await using server = observe(async (handler) => {
      const { headers, path } = handler;
      const body = await handler.rfile.read();
      kept.push({ body, fields: () => String(headers.get("X-Id")), expected: path.slice(1) });
      await realWait();
      handler.send_response(200);
      handler.end_headers();
      handler.wfile.write(body);
    });
    const one = (id: string): string =>
      request(
        `POST /${id} HTTP/1.1`,
        [`X-Id: ${id}`, `Content-Length: ${id.length * 3000}`],
        id.repeat(3000),
      );
    const answers = await Promise.all(
      ["a", "b", "c"].map((client) =>
        exchange(server.port, ["0", "1", "2", "3"].map((number) => one(client + number)).join("")),
      ),
    );
    expect(answers.flatMap((raw) => decodeResponses(raw).map(({ body }) => body)).sort()).toEqual(
      ["a", "b", "c"].flatMap((client) =>
        ["0", "1", "2", "3"].map((number) => (client + number).repeat(3000)),
      ),
    );
    expect(kept).toHaveLength(12);
    for (const { body, fields, expected } of kept) {
      expect(fields()).toBe(expected);
      expect(Buffer.from(body).toString()).toBe(expected.repeat(3000));
    }
  });
});

describe("a handler that waits on what the peer sends and fails", () => {
  test("loses neither the process nor another's answer, nor the socket", async () => {
    await using server = observe(async (handler) => {
      const said = JSON.parse(await handler.rfile.text()) as { path: { name: string } };
      handler.send_response(200);
      handler.end_headers();
      handler.wfile.write(said.path.name);
    });
    const post = (body: string): string =>
      request("POST / HTTP/1.1", [`Content-Length: ${body.length}`, "Connection: close"], body);
    const statuses = async (body: string): Promise<number[]> =>
      decodeResponses(await exchange(server.port, post(body))).map(({ status }) => status);
    const bodies = ["", "{", "null", "[]", '{"__proto__":{"path":{"name":"x"}}}', "\xff\xfe", "1e999"];
    const failed = await Promise.all(bodies.map(statuses));
    expect(failed).toEqual(bodies.map(() => [500]));
    expect(server.errors).toHaveLength(bodies.length);
    expect(await statuses('{"path":{"name":"fine"}}')).toEqual([200]);
  });
});

describe("the log", () => {
  test("has no line and no control character that a peer made up", async () => {
    const program = `
      import { BaseHTTPRequestHandler, HTTPServer } from ${JSON.stringify(INDEX)};
      class Handler extends BaseHTTPRequestHandler {
        do_GET() {
          this.log_message("said %s", decodeURIComponent(this.path));
          this.send_error(404);
        }
      }
      const server = new HTTPServer(["127.0.0.1", 0], Handler);
      void server.serve_forever();
      console.log(server.server_port);
      for await (const _ of Bun.stdin.stream());
      await server.shutdown();
    `;
    await using child = Bun.spawn([process.execPath, "-e", program], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    const port = await firstLine(child.stdout);
    const attacks = [
      "GET /%0a127.0.0.1%20-%20-%20[forged] HTTP/1.1\r\nHost: test\r\n\r\n",
      "GET /%1b[2J%1b]0;title%07 HTTP/1.1\r\nHost: test\r\n\r\n",
      "GET /%C2%9b2J%C2%85 HTTP/1.1\r\nHost: test\r\n\r\n",
      "GET /\x1b[2J HTTP/1.1\r\nHost: test\r\n\r\n",
      "GET /\x9b2J HTTP/1.1\r\nHost: test\r\n\r\n",
      "\x1b[31mGET / HTTP/1.1\r\nHost: test\r\n\r\n",
      "GET / HTTP/1.1\x07\r\nHost: test\r\n\r\n",
      "GET /\0\x01\x02 HTTP/1.1\r\n\r\n",
      "FOO`$(reboot)` / HTTP/1.1\r\nHost: test\r\n\r\n",
      "GET /%25s%25d%25n HTTP/1.1\r\nHost: test\r\n\r\n",
    ];
    for (const attack of attacks) await exchange(Number(port), attack);
    child.stdin.end();
    const lines = (await child.stderr.text()).split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.length).toBeGreaterThanOrEqual(attacks.length * 2);
    for (const line of lines) {
      expect(line).toMatch(/^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4} \d\d:\d\d:\d\d\] /);
      expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
    }
    expect(lines.some((line) => line.includes("said /%s%d%n"))).toBe(true);
  });
});

describe("a peer's bytes that are slow to look at", () => {
  /** Heads near the limit, on which a loop within a loop would show. */
  const HEADS: Readonly<Record<string, string>> = {
    "a Transfer-Encoding of commas": request("POST / HTTP/1.1", [`Transfer-Encoding: ${",".repeat(60_000)}`]),
    "a Transfer-Encoding of blanks": request("POST / HTTP/1.1", [
      `Transfer-Encoding: x${" ".repeat(60_000)}x`,
    ]),
    "a Connection of commas": request("GET / HTTP/1.1", [`Connection: ${"a,".repeat(30_000)}close`]),
    "many Connections": request("GET / HTTP/1.1", new Array(98).fill(`Connection: ${"a,".repeat(300)}close`)),
    "a Host of colons": request().replace("Host: test", `Host: [${":".repeat(60_000)}]`),
    "a target of escapes": request(`GET /${"%41".repeat(20_000)} HTTP/1.1`),
    "a target of slashes": request(`GET ${"/".repeat(60_000)} HTTP/1.1`),
    "a Content-Length of zeros": request("GET / HTTP/1.1", [`Content-Length: ${"0".repeat(60_000)}`]),
  };

  test.each(Object.entries(HEADS))("is answered, and so is the next: %s", async (_name, head) => {
    await using server = observe((handler) => {
      handler.send_response(200);
      handler.end_headers();
    });
    await using client = await RawClient.connect(server.port);
    client.send(head);
    await client.until((received) => received.includes("\r\n\r\n"));
    expect(decodeResponse(await exchange(server.port, request())).status).toBe(200);
  });
});

/** The first line that a program prints. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += Buffer.from(chunk).toString();
    if (text.includes("\n")) break;
  }
  return text.trim();
}
