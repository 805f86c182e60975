/** What a connection carries (RFC 9112 9): requests one behind the other, who closes, Expect, Upgrade, and halves. */

import { describe, expect, test } from "bun:test";
import { exchange, RawClient } from "../support/client.ts";
import { decodeResponses } from "../support/decode.ts";
import { observe, realWait, request } from "../support/observed-server.ts";
import {
  accepted,
  chunked,
  closing,
  cut,
  post,
  refused,
  type WireCase,
  withFields,
  withLine,
} from "./support/cases.ts";
import { Wire } from "./support/wire.ts";

const wire = new Wire();

const get = (path: string): string => withLine(`GET ${path} HTTP/1.1`);
const HELLO = "5\r\nhello\r\n0\r\n\r\n";
const PATHS: readonly string[] = Array.from({ length: 50 }, (_, index) => `/${index}`);

wire.testEach("requests in one packet:", [
  accepted("fifty are answered in order", PATHS.map(get).join(""), ...PATHS.map((path) => `GET ${path}`)),
  accepted(
    "each body ends where it ends",
    post("Content-Length: 5\r\n", "hello") + chunked(HELLO) + post("Content-Length: 0\r\n") + get("/a"),
    "POST / hello",
    "POST / hello",
    "POST /",
    "GET /a",
  ),
  accepted(
    "an answer without a body does not shift the next",
    withLine("HEAD /a HTTP/1.1") + get("/b") + withLine("HEAD /c HTTP/1.1"),
    "HEAD /a",
    "GET /b",
    "HEAD /c",
  ),
  {
    ...accepted("an unknown method does not end them", withLine("FOO / HTTP/1.1") + get("/a"), "GET /a"),
    statuses: [501, 200],
    methods: ["FOO", "GET", "GET"],
  },
  refused("a bad one behind a good one is not run", `${get("/a")}GET /b\r\n\r\n`, 400, ["GET /a"]),
  refused("nor are good ones behind a bad one", `${get("/a")}GET /b\r\n\r\n${get("/c")}`, 400, ["GET /a"]),
  refused("nor what follows a bad body", chunked(`x\r\n${get("/a")}`), 400, ["POST / (broken)"]),
  refused("nor what follows a bad field", `${get("/a")}GET /b HTTP/1.1\r\nHost : b\r\n\r\n`, 400, ["GET /a"]),
]);

wire.testEach("Connection ends the connection, and nothing behind it is run, when it says", [
  closing("close", withFields("Connection: close\r\n"), "GET /"),
  closing("close in capitals", withFields("CONNECTION: CLOSE\r\n"), "GET /"),
  closing("close in a list", withFields("Connection: x, close ,y\r\n"), "GET /"),
  closing("close among empty elements", withFields("Connection: ,, close,\r\n"), "GET /"),
  closing("close on a second line", withFields("Connection: x\r\nConnection: close\r\n"), "GET /"),
  closing("keep-alive and close", withFields("Connection: keep-alive, close\r\n"), "GET /"),
  closing("close and keep-alive", withFields("Connection: close\r\nConnection: keep-alive\r\n"), "GET /"),
  closing(
    "close, behind another request",
    get("/a") + withFields("Connection: close\r\n"),
    "GET /a",
    "GET /",
  ),
  closing("close, with a body", post("Connection: close\r\nContent-Length: 5\r\n", "hello"), "POST / hello"),
  closing(
    "close, with chunks",
    post("Connection: close\r\nTransfer-Encoding: chunked\r\n", HELLO),
    "POST / hello",
  ),
]);

wire.testEach("Connection does not end the connection when it says", [
  accepted("nothing", withFields("Connection:\r\n"), "GET /"),
  accepted("keep-alive", withFields("Connection: keep-alive\r\n"), "GET /"),
  accepted("a word that contains close", withFields("Connection: closed, not-close\r\n"), "GET /"),
  accepted(
    "close with a long s, which toUpperCase() makes an S of",
    withFields("Connection: clo\xc5\xbfe\r\n"),
    "GET /",
  ),
  accepted(
    "the name of a field that frames",
    post("Connection: Content-Length\r\nContent-Length: 5\r\n", "hello"),
    "POST / hello",
  ),
  accepted(
    "the name of the field that says how it frames",
    post("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n", HELLO),
    "POST / hello",
  ),
  accepted("Host", withFields("Connection: Host\r\n"), "GET /"),
  accepted("close, but is another field", withFields("Proxy-Connection: close\r\n"), "GET /"),
]);

const http10 = (lines: string, body = ""): string => `POST / HTTP/1.0\r\n${lines}\r\n${body}`;

wire.testEach("HTTP/1.0", [
  closing("closes by itself", http10(""), "POST /"),
  closing("has a body of the declared length", http10("Content-Length: 5\r\n", "hello"), "POST / hello"),
  closing("has no body without a length", http10("", "hello"), "POST /"),
  closing("closes where Connection says nothing that is known", http10("Connection: x\r\n"), "POST /"),
  closing("closes where Connection says both", http10("Connection: keep-alive, close\r\n"), "POST /"),
  accepted("goes on where it asks for it", http10("Connection: keep-alive\r\n"), "POST /"),
  accepted(
    "goes on behind its body",
    http10("Connection: keep-alive\r\nContent-Length: 5\r\n", "hello"),
    "POST / hello",
  ),
  closing(
    "gets no interim answer",
    http10("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"),
    "POST / hello",
  ),
  closing(
    "may expect what nobody knows",
    http10("Expect: x\r\nContent-Length: 5\r\n", "hello"),
    "POST / hello",
  ),
  closing("is not upgraded", http10("Connection: Upgrade\r\nUpgrade: websocket\r\n"), "POST /"),
]);

const expecting = (name: string, fields: string, body: string, ...handled: string[]): WireCase => ({
  ...accepted(name, post(`Expect: 100-continue\r\n${fields}`, body), ...handled),
  statuses: [100, 200],
});

wire.testEach("Expect", [
  expecting("gets 100 and then the answer", "Content-Length: 5\r\n", "hello", "POST / hello"),
  expecting("gets it for chunks, too", "Transfer-Encoding: chunked\r\n", HELLO, "POST / hello"),
  expecting(
    "gets it for a body that is a request",
    `Content-Length: ${get("/x").length}\r\n`,
    get("/x"),
    `POST / ${get("/x")}`,
  ),
  refused(
    "of something else is 417, and the body is never a request",
    post("Expect: x\r\nContent-Length: 5\r\n", get("/a")),
    417,
  ),
  refused(
    "of more than that is 417",
    post("Expect: 100-continue, x\r\nContent-Length: 5\r\n", get("/a")),
    417,
  ),
  refused(
    "twice is 417",
    post("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 5\r\n", get("/a")),
    417,
  ),
  refused(
    "with a bad length is 400, without 100 before",
    post("Expect: 100-continue\r\nContent-Length: x\r\n", get("/a")),
  ),
  refused(
    "with a length and a coding is 400, without 100 before",
    post("Expect: 100-continue\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", get("/a")),
  ),
  refused(
    "with a body that is too large is 413, without 100 before",
    post("Expect: 100-continue\r\nContent-Length: 999999999\r\n", get("/a")),
    413,
  ),
]);

const WEBSOCKET =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const H2C = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";

wire.testEach("Upgrade is not taken, and the connection stays HTTP:", [
  accepted("to WebSocket", withFields(WEBSOCKET), "GET /"),
  accepted("to HTTP/2", withFields(H2C), "GET /"),
  accepted("to what nobody knows", withFields("Connection: Upgrade\r\nUpgrade: x/1\r\n"), "GET /"),
  accepted("to several", withFields("Connection: Upgrade\r\nUpgrade: a, b, HTTP/2.0\r\n"), "GET /"),
  accepted("without Connection", withFields("Upgrade: websocket\r\n"), "GET /"),
  accepted("to nothing", withFields("Connection: Upgrade\r\nUpgrade:\r\n"), "GET /"),
  accepted("with a body, which is read", post(`${WEBSOCKET}Content-Length: 5\r\n`, "hello"), "POST / hello"),
  accepted(
    "with chunks, which are read",
    post(`${H2C}Transfer-Encoding: chunked\r\n`, HELLO),
    "POST / hello",
  ),
  refused("with HTTP/2's preface behind it", `${withFields(H2C)}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`, 505, [
    "GET /",
  ]),
  refused(
    "with WebSocket's bytes behind it",
    `${withFields(WEBSOCKET)}\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58`,
    400,
    ["GET /"],
  ),
  accepted("with a request behind it, which is one", withFields(WEBSOCKET) + get("/a"), "GET /", "GET /a"),
]);

wire.testEach("a client that ends its side", [
  cut("behind a request gets its answer", get("/a"), [200], "GET /a"),
  cut(
    "behind several gets all of theirs",
    get("/a") + get("/b") + get("/c"),
    [200, 200, 200],
    "GET /a",
    "GET /b",
    "GET /c",
  ),
  cut("behind a body gets its answer", post("Content-Length: 5\r\n", "hello"), [200], "POST / hello"),
  cut("behind chunks gets its answer", chunked(HELLO), [200], "POST / hello"),
  cut(
    "behind a request and half of one gets an answer and a refusal",
    `${get("/a")}GET /b HTTP/1.1\r\nHo`,
    [200, 400],
    "GET /a",
  ),
  cut("behind a request and an empty line gets its answer", `${get("/a")}\r\n`, [200], "GET /a"),
]);

describe("a refusal cannot be lost: what still comes behind it is read and dropped, not reset (RFC 9112 9.6), for", () => {
  test.each([
    ["a bad head", "GET / HTTP/1.1\r\nHost : test\r\n\r\n", 400],
    ["a bad length", post("Content-Length: x\r\n"), 400],
    ["a bad chunk", chunked("x"), 400],
    ["a body that is too large", post("Content-Length: 999999999\r\n"), 413],
    ["an expectation", post("Expect: x\r\nContent-Length: 100000\r\n"), 417],
  ])("%s", async (_what, bytes, status) => {
    await using server = observe(async (handler) => {
      await handler.rfile.read();
    });
    await using client = await RawClient.connect(server.port);
    client.send(bytes);
    const raw = await client.untilClosed();
    expect(decodeResponses(raw).map((response) => response.status)).toEqual([status]);
    client.send("x".repeat(100_000));
    await realWait();
    client.send(get("/smuggled"));
    client.endInput();
    await client.untilGone();
    expect(client.received).toBe(raw);
  });
});

describe("requests in one packet", () => {
  test("are answered in order behind handlers that wait for different times", async () => {
    let running = 0;
    let mostRunning = 0;
    await using server = observe(async (handler) => {
      mostRunning = Math.max(mostRunning, ++running);
      for (let turns = 5 - Number(handler.path.slice(1)); turns > 0; turns--) await realWait();
      running--;
      handler.send_response(200);
      handler.end_headers();
      handler.wfile.write(handler.path);
    });
    const raw = await exchange(server.port, ["/0", "/1", "/2", "/3", "/4"].map(get).join(""));
    expect(decodeResponses(raw).map(({ body }) => body)).toEqual(["/0", "/1", "/2", "/3", "/4"]);
    expect(mostRunning).toBe(1);
  });

  test("are answered while the client has long ended its side, and the handler still works", async () => {
    const go = Promise.withResolvers<void>();
    await using server = observe(async (handler) => {
      await go.promise;
      handler.send_response(200);
      handler.end_headers();
    });
    await using client = await RawClient.connect(server.port);
    client.send(get("/a") + get("/b"));
    client.endInput();
    for (let turn = 0; turn < 10; turn++) await realWait();
    expect([client.received, client.isEnded]).toEqual(["", false]);
    go.resolve();
    expect(decodeResponses(await client.untilClosed())).toHaveLength(2);
  });

  test("begin anywhere around 64 KiB, where buffers end", async () => {
    const cases: WireCase[] = [];
    for (let length = 65_536 - 90; length <= 65_540; length += 3) {
      const head = `POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ${length - 60}\r\n\r\n`;
      const body = "x".repeat(length - 60);
      cases.push(accepted(`a body of ${body.length}`, head + body + get("/a"), `POST / ${body}`, "GET /a"));
    }
    await wire.checkAll(cases);
  });

  test("are the same however chunks are cut", async () => {
    const sizes = [1, 2, 3, 15, 16, 17, 255, 256, 1023, 1024, 4095, 4096, 65_535, 65_536, 65_537];
    await wire.checkAll(
      sizes.map((size) => {
        const body = "y".repeat(size);
        const chunk = `${size.toString(16)}\r\n${body}\r\n`;
        return accepted(`chunks of ${size}`, chunked(`${chunk}${chunk}0\r\n\r\n`), `POST / ${body}${body}`);
      }),
    );
  });
});

describe("an answer without a body", () => {
  const BODY = "<!-- what nobody may take for an answer -->";

  test.each([
    ["HEAD", "HEAD / HTTP/1.1", 200],
    ["HEAD that fails", "HEAD /missing HTTP/1.1", 404],
    ["204", "GET /204 HTTP/1.1", 204],
    ["205", "GET /205 HTTP/1.1", 205],
    ["304", "GET /304 HTTP/1.1", 304],
    ["HEAD with 204", "HEAD /204 HTTP/1.1", 204],
    ["HEAD with 304", "HEAD /304 HTTP/1.1", 304],
  ])("to %s has none, whatever the handler writes, and when", async (_what, line, status) => {
    for (const waits of [false, true]) {
      await using server = observe(async (handler) => {
        if (handler.path === "/missing") {
          handler.send_error(404);
          return;
        }
        handler.send_response(Number(handler.path.slice(1)) || 200);
        handler.end_headers();
        handler.wfile.write(BODY);
        if (waits) {
          await realWait();
          handler.wfile.write(BODY);
          await handler.wfile.flush();
        }
      });
      const raw = await exchange(server.port, request(line) + request("GET / HTTP/1.1"));
      const [first, second, ...others] = decodeResponses(raw, [line.slice(0, line.indexOf(" ")), "GET"]);
      expect([first!.status, first!.body, second!.status, others]).toEqual([status, "", 200, []]);
      expect(raw.split(BODY)).toHaveLength(waits ? 3 : 2);
      expect(raw.slice(0, raw.lastIndexOf("HTTP/1.1 200"))).not.toContain(BODY);
      if (status === 204) {
        expect([first!.headers.has("content-length"), first!.headers.has("transfer-encoding")]).toEqual([
          false,
          false,
        ]);
      }
    }
  });
});

wire.testEach("what a HEAD request is refused with has no body either:", [
  { ...refused("a bad field", "HEAD / HTTP/1.1\r\nHost : test\r\n\r\n"), methods: ["HEAD"] },
  {
    ...refused(
      "a length and a coding",
      "HEAD / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ),
    methods: ["HEAD"],
  },
  {
    ...refused("an expectation", withFields("Expect: x\r\n").replace("GET", "HEAD"), 417),
    methods: ["HEAD"],
  },
  { ...refused("another version", withLine("HEAD / HTTP/2.0"), 505), methods: ["HEAD"] },
]);
