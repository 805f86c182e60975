import { describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler, HTTPServer, type HTTPServerOptions } from "../../src/index.ts";
import { limitsOf } from "../../src/server/options.ts";
import { MAX_DESCRIPTORS } from "../../src/transport/descriptors.ts";
import { DEFAULT_CONNECTION_LIMITS } from "../../src/transport/limits.ts";
import { exchange } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { observe, request } from "../support/observed-server.ts";

const LIMITS = Object.keys(DEFAULT_CONNECTION_LIMITS) as (keyof typeof DEFAULT_CONNECTION_LIMITS)[];

describe("limits", () => {
  test("have their defaults", () => {
    expect(limitsOf({}, {})).toEqual({
      maxHeadBytes: 64 * 1024,
      maxTargetBytes: 64 * 1024,
      maxFields: 100,
      maxExtensionBytes: 16 * 1024,
      maxTrailerBytes: 16 * 1024,
      maxTrailerFields: 100,
      maxBodyBytes: 128 * 1024 * 1024,
      maxUnsentBytes: 1024 * 1024,
      maxPipelined: 100,
      maxConnections: Math.floor(MAX_DESCRIPTORS * 0.8),
      maxHandshakes: Math.min(4000, Math.floor(MAX_DESCRIPTORS * 0.1)),
      headTimeout: 15,
      idleTimeout: 75,
      bodyTimeout: 30,
      minBodyRate: 500,
      bodyRateGrace: 20,
      writeTimeout: 60,
      drainTimeout: 30,
      handshakeTimeout: 10,
    });
  });

  test.each(LIMITS)("%s can be chosen, and the others keep their defaults", (name) => {
    expect(limitsOf({}, { [name]: 7 })).toEqual({ ...DEFAULT_CONNECTION_LIMITS, [name]: 7 });
    expect(limitsOf({}, { [name]: Number.POSITIVE_INFINITY })[name]).toBe(Number.POSITIVE_INFINITY);
    expect(limitsOf({}, { [name]: undefined })[name]).toBe(DEFAULT_CONNECTION_LIMITS[name]);
  });

  test.each(LIMITS)("%s that is not a number from 0 on throws", (name) => {
    for (const value of [-1, Number.NaN, "15", null]) {
      expect(() => limitsOf({}, { [name]: value as number })).toThrow(
        new RangeError(`${name}: ${String(value)} is not a number from 0 on`),
      );
    }
  });

  test("of a class are those of its servers, and go behind a server's own", () => {
    class Small extends HTTPServer {
      static override limits = { maxFields: 7, maxBodyBytes: 7 };
    }
    const server = new Small(["127.0.0.1", 0], BaseHTTPRequestHandler, {
      maxBodyBytes: 8,
      bind_and_activate: false,
    });
    expect(server.limits).toEqual({ ...DEFAULT_CONNECTION_LIMITS, maxFields: 7, maxBodyBytes: 8 });
  });

  test("of a class are looked at as closely", () => {
    class Wrong extends HTTPServer {
      static override limits = { maxFields: -7 };
    }
    expect(() => new Wrong(["127.0.0.1", 0], BaseHTTPRequestHandler)).toThrow(
      new RangeError("maxFields: -7 is not a number from 0 on"),
    );
  });

  test("that are wrong leave no listener behind", () => {
    expect(() => new HTTPServer(["127.0.0.1", 0], BaseHTTPRequestHandler, { headTimeout: -1 })).toThrow(
      RangeError,
    );
  });
});

describe("a limit that is reached", () => {
  const CASES: readonly [what: string, options: object, bytes: string, status: number][] = [
    [
      "maxHeadBytes by fields",
      { maxHeadBytes: 200 },
      request("GET / HTTP/1.1", [`X: ${"x".repeat(200)}`]),
      431,
    ],
    ["maxHeadBytes by the target", { maxHeadBytes: 200 }, request(`GET /${"x".repeat(300)} HTTP/1.1`), 414],
    ["maxTargetBytes", { maxTargetBytes: 20 }, request(`GET /${"x".repeat(20)} HTTP/1.1`), 414],
    ["maxFields", { maxFields: 3 }, request("GET / HTTP/1.1", ["A: 1", "B: 2", "C: 3"]), 431],
    ["maxBodyBytes", { maxBodyBytes: 3 }, request("POST / HTTP/1.1", ["Content-Length: 4"], "four"), 413],
  ];
  test.each(CASES)("%s is answered", async (_what, options, bytes, status) => {
    await using server = observe(() => {}, options);
    expect(decodeResponse(await exchange(server.port, bytes)).status).toBe(status);
  });

  test("a handler class's maxBodyBytes is its own", async () => {
    await using server = observe(async (handler) => {
      handler.send_response(200);
      handler.end_headers();
      handler.wfile.write(await handler.rfile.read());
    });
    (server.server.RequestHandlerClass as unknown as { maxBodyBytes: number }).maxBodyBytes = 3;
    const post = (body: string): string =>
      request("POST / HTTP/1.1", [`Content-Length: ${body.length}`], body);
    expect(decodeResponse(await exchange(server.port, post("123"))).body).toBe("123");
    expect(decodeResponse(await exchange(server.port, post("1234"))).status).toBe(413);
  });
});

test("an option that there is not is named", () => {
  expect(
    () => new HTTPServer(["127.0.0.1", 0], BaseHTTPRequestHandler, { maxHeadByte: 1 } as HTTPServerOptions),
  ).toThrow(new TypeError("maxHeadByte: HTTPServer has no such option"));
});

test("handlers that are neither a class nor a function are refused at once", () => {
  expect(() => new HTTPServer(["127.0.0.1", 0], undefined as never)).toThrow(
    new TypeError("RequestHandlerClass: a class or a function is wanted, not undefined"),
  );
});

test("a port that is none is refused with the range of those that are", () => {
  expect(() => new HTTPServer(["127.0.0.1", 70_000], BaseHTTPRequestHandler)).toThrow(
    "a port is a number from 0 to 65535",
  );
});
