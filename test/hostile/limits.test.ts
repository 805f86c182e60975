/** Sizes, counts and times that a client could make grow: what is ordinary is served, and there is an end to the rest. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler } from "../../src/index.ts";
import type { Connection } from "../../src/transport/connection.ts";
import { exchange, RawClient, type StartedServer, startServer } from "../support/client.ts";
import { decodeResponse, decodeResponses } from "../support/decode.ts";
import { request } from "../support/observed-server.ts";
import { drip, flood } from "./support/flood.ts";

/** Kernel buffers on both sides: what a client can send that nobody reads. */
const IN_FLIGHT_BYTES: number = 16 * 1024 * 1024;

class Reader extends BaseHTTPRequestHandler {
  static connections: Connection[] = [];

  do_GET(): void {
    Reader.connections.push(this.request);
    this.answer(this.path.length);
  }

  async do_POST(): Promise<void> {
    this.answer((await this.rfile.read()).length);
  }

  /** Answers without having read the body. */
  do_PUT(): void {
    this.answer(0);
  }

  answer(count: number): void {
    const body = String(count);
    this.send_response(200);
    this.send_header("Content-Length", body.length);
    this.end_headers();
    this.wfile.write(body);
  }

  override log_message(): void {}
}

let server: StartedServer;
beforeAll(async () => {
  server = await startServer(Reader, { maxBodyBytes: 1_000_000 });
});
afterAll(() => server[Symbol.asyncDispose]());

const GET_START = "GET / HTTP/1.1\r\nHost: test\r\n";
const CHUNKED_START = "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";

describe("what RFC 9110 and 9112 would have served", () => {
  const field = (length: number): string => `X-Long: ${"x".repeat(length)}`;
  const FIELDS = Array.from({ length: 95 }, (_, index) => `X-${index}: ${index}`);

  test.each<[what: string, bytes: string, answer: string]>([
    ["a request line of 8,000 octets", request(`GET /${"x".repeat(7985)} HTTP/1.1`), "7986"],
    ["fields of 7 KB", request("GET / HTTP/1.1", [field(7000)]), "1"],
    ["95 fields", request("GET / HTTP/1.1", FIELDS), "1"],
    [
      "a body of as many bytes as are allowed",
      request("POST / HTTP/1.1", ["Content-Length: 1000000"], "x".repeat(1_000_000)),
      "1000000",
    ],
  ])("%s is served", async (_what, bytes, answer) => {
    expect(decodeResponse(await exchange(server.port, bytes)).body).toBe(answer);
  });
});

describe("what has no end is cut off, and the client is told", () => {
  test.each<[what: string, status: number, beginning: string, piece: string]>([
    ["a method", 431, "", "M"],
    ["a target", 414, "GET /", "t"],
    ["a field's name", 431, GET_START, "n"],
    ["a field's value", 431, `${GET_START}X: `, "v"],
    ["blanks before a value", 431, `${GET_START}X:`, " "],
    ["a list of fields", 431, GET_START, "X: y\r\n"],
    ["a list of one-letter fields without a value", 431, GET_START, "X:\r\n"],
    ["empty lines", 400, "", "\r\n"],
    ["a chunk's extension", 413, `${CHUNKED_START}5;x=`, "e"],
    ["a chunk's extensions", 413, `${CHUNKED_START}5`, ";e"],
    ["a quoted extension", 413, `${CHUNKED_START}5;x="`, "\\e"],
    ["extensions of many chunks", 413, CHUNKED_START, "1;extension=of-a-chunk\r\nx\r\n"],
    ["leading zeros of a chunk's size", 400, CHUNKED_START, "0"],
    ["a trailer's name", 431, `${CHUNKED_START}0\r\n`, "n"],
    ["a trailer's value", 431, `${CHUNKED_START}0\r\nX: `, "v"],
    ["a list of trailers", 431, `${CHUNKED_START}0\r\n`, "X: y\r\n"],
    ["a body in chunks", 413, CHUNKED_START, `4000\r\n${"x".repeat(0x4000)}\r\n`],
    ["a body in chunks of a byte", 413, CHUNKED_START, "1\r\nx\r\n"],
    [
      "a body that was announced as too long",
      413,
      request("POST / HTTP/1.1", ["Content-Length: 1000001"]),
      "x",
    ],
    [
      "a body that its handler leaves unread",
      200,
      request("PUT / HTTP/1.1", ["Content-Length: 999999"]),
      "x",
    ],
  ])("%s: %i", async (_what, status, beginning, piece) => {
    // Single bytes are sent in packets of some size: thousands of each.
    const packet = piece.repeat(Math.ceil(8192 / piece.length));
    const { answer, sentBytes } = await flood(server.port, beginning, packet);
    const response = decodeResponse(answer);
    expect([response.status, response.headers.get("connection")]).toEqual([status, "close"]);
    expect(response.headers.has("date")).toBe(true);
    expect(sentBytes).toBeLessThan(IN_FLIGHT_BYTES);
  });
});

describe("what never comes to an end has a time", () => {
  const SHORT = {
    headTimeout: 0.3,
    idleTimeout: 0.3,
    bodyTimeout: 0.3,
    writeTimeout: 0.3,
    bodyRateGrace: 0.3,
  };
  const POST = request("POST / HTTP/1.1", ["Content-Length: 10000"]);
  const GET = request();
  let hurried: StartedServer;
  beforeAll(async () => {
    hurried = await startServer(Reader, SHORT);
  });
  afterAll(() => hurried[Symbol.asyncDispose]());

  const stalled = async (bytes: string): Promise<string> => {
    await using client = await RawClient.connect(hurried.port);
    client.send(bytes);
    return await client.untilClosed();
  };
  const statuses = (answer: string): number[] => decodeResponses(answer).map(({ status }) => status);

  test.concurrent.each<[what: string, bytes: string, expected: number[]]>([
    ["an idle connection", "", []],
    ["an idle connection that was used", GET, [200]],
    ["a connection that has sent an empty line", "\r\n", []],
    ["a head that stops", GET_START, [408]],
    ["a second head that stops", GET + GET_START, [200, 408]],
    ["a body that stops", `${POST}x`, [408]],
    ["a body that never begins", POST, [408]],
    ["a chunk that stops", `${CHUNKED_START}5\r\nxx`, [408]],
    ["trailers that stop", `${CHUNKED_START}0\r\nX: y\r\n`, [408]],
    [
      "a body that its handler leaves unread, and that stops",
      request("PUT / HTTP/1.1", ["Content-Length: 10"]),
      [200],
    ],
  ])("%s", async (_what, bytes, expected) => {
    expect(statuses(await stalled(bytes))).toEqual(expected);
  });

  test.concurrent.each<[what: string, beginning: string, byte: string, expected: number[]]>([
    ["a head that is dripped", GET_START, "x", [408]],
    ["a target that is dripped", "GET /", "x", [408]],
    ["a second head that is dripped", GET, "x", [200, 408]],
    ["a body that is dripped", POST, "x", [408]],
    [
      "a body that its handler leaves unread, and that is dripped",
      request("PUT / HTTP/1.1", ["Content-Length: 10000"]),
      "x",
      [200],
    ],
  ])("%s", async (_what, beginning, byte, expected) => {
    expect(statuses(await drip(hurried.port, beginning, byte))).toEqual(expected);
  });
});

describe("a client that reads nothing", () => {
  const LONG_GET = request(`GET /${"x".repeat(1000)} HTTP/1.1`);

  test("and sends one request after the other is not listened to any more", async () => {
    await using held = await startServer(Reader, { maxUnsentBytes: 10_000, writeTimeout: 0.1 });
    Reader.connections = [];
    await using client = await RawClient.connect(held.port);
    client.pause();
    client.send(LONG_GET.repeat(100_000));
    while (Reader.connections.length === 0) await nextTurn();
    const { input, wfile } = Reader.connections[0]!;
    let most = 0;
    while (!wfile.closed) {
      most = Math.max(most, input.length + wfile.unsentBytes);
      await nextTurn();
    }
    expect(most).toBeWithin(10_000, 1024 * 1024);
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
