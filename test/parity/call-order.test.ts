/** The order in which overridable methods are called (OUT-14 and the hooks of section 1.3), and what each call is told. */

import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { BaseHTTPRequestHandler, HTTPServer } from "../../src/index.ts";
import { exchange, parseResponse } from "../support/client.ts";
import { titleWithReason } from "../support/programs.ts";
import { findPython, NO_PYTHON } from "./support/python.ts";

const HANDLER_METHODS = [
  "setup",
  "handle",
  "handle_one_request",
  "parse_request",
  "do_GET",
  "send_response",
  "send_response_only",
  "send_header",
  "end_headers",
  "flush_headers",
  "send_error",
  "log_request",
  "log_error",
  "log_message",
  "version_string",
  "date_time_string",
  "log_date_time_string",
  "address_string",
  "finish",
] as const;

const SERVER_METHODS = [
  "server_bind",
  "server_activate",
  "get_request",
  "verify_request",
  "process_request",
  "finish_request",
  "shutdown_request",
  "close_request",
  "server_close",
] as const;

const CONSTRUCTION = ["server_bind", "server_activate"];
const BEFORE_THE_HANDLER = ["get_request", "verify_request", "process_request", "finish_request"];
const READING = ["setup", "handle", "handle_one_request", "parse_request"];
const LOG_LINE = ["log_message", "address_string", "log_date_time_string"];
const STATUS_LINE_AND_TWO_HEADERS = [
  "send_response",
  "log_request",
  ...LOG_LINE,
  "send_response_only",
  "version_string",
  "send_header",
  "date_time_string",
  "send_header",
];
const END_OF_HEAD = ["end_headers", "flush_headers"];
const AFTER_THE_HANDLER = ["finish", "shutdown_request", "close_request"];

/** OUT-14: a GET that is answered with 200. */
const SUCCESS = [
  ...BEFORE_THE_HANDLER,
  ...READING,
  "do_GET",
  ...STATUS_LINE_AND_TWO_HEADERS,
  ...END_OF_HEAD,
  ...AFTER_THE_HANDLER,
];

/** OUT-14: a method that the handler does not have: an error page with Connection, Content-Type and Content-Length. */
const ERROR = [
  ...BEFORE_THE_HANDLER,
  ...READING,
  "send_error",
  "log_error",
  ...LOG_LINE,
  ...STATUS_LINE_AND_TWO_HEADERS,
  "send_header",
  "send_header",
  "send_header",
  ...END_OF_HEAD,
  ...AFTER_THE_HANDLER,
];

type Method = (this: unknown, ...args: unknown[]) => unknown;

interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly self: unknown;
}

/** Overrides each method of `recorded` by one that notes its call and then does what the class does. */
function record(recorded: { readonly prototype: object }, names: readonly string[], calls: Call[]): void {
  const prototype = recorded.prototype as Record<string, Method>;
  for (const name of names) {
    const method = prototype[name];
    if (method === undefined) throw new Error(`There is no ${name} to record`);
    prototype[name] = function (...args): unknown {
      calls.push({ name, args, self: this });
      return method.apply(this, args);
    };
  }
}

/** A server and its handler class of which every overridable method is overridden. */
function recorded(calls: Call[]): HTTPServer {
  class Handler extends BaseHTTPRequestHandler {
    do_GET(): void {
      this.send_response(200);
      this.end_headers();
    }
  }
  class Server extends HTTPServer {}
  record(Handler, HANDLER_METHODS, calls);
  record(Server, SERVER_METHODS, calls);
  return new Server(["127.0.0.1", 0], Handler);
}

function names(calls: readonly Call[]): string[] {
  return calls.map((call) => call.name);
}

/** Serves one request, which closes its connection, and gives the calls from connecting to closing. */
async function callsOf(method: string): Promise<{ calls: Call[]; server: HTTPServer; raw: string }> {
  const calls: Call[] = [];
  await using server = recorded(calls);
  calls.length = 0;
  void server.serve_forever();
  const raw = await exchange(
    server.server_port,
    `${method} / HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n`,
  );
  return { calls: [...calls], server, raw };
}

describe("the order of calls", () => {
  test("construction binds, then activates", async () => {
    const calls: Call[] = [];
    await using _server = recorded(calls);
    expect(names(calls)).toEqual(CONSTRUCTION);
  });

  test("a request that is answered with 200 (OUT-14)", async () => {
    expect(names((await callsOf("GET")).calls)).toEqual(SUCCESS);
  });

  test("a request that is answered with an error (OUT-14)", async () => {
    expect(names((await callsOf("BREW")).calls)).toEqual(ERROR);
  });

  test("the same order when handle_request serves it", async () => {
    const calls: Call[] = [];
    await using server = recorded(calls);
    calls.length = 0;
    const handled = server.handle_request();
    await exchange(server.server_port, "GET / HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
    await handled;
    expect(names(calls)).toEqual(SUCCESS);
  });

  test("shutting down calls no hook of a server's end: closing it calls server_close, once", async () => {
    const calls: Call[] = [];
    {
      await using server = recorded(calls);
      const served = server.serve_forever();
      calls.length = 0;
      await server.shutdown();
      await served;
      expect(names(calls)).toEqual([]);
    }
    expect(names(calls)).toEqual(["server_close"]);
  });

  test("a second request on the connection starts at handle_one_request", async () => {
    const calls: Call[] = [];
    await using server = recorded(calls);
    calls.length = 0;
    void server.serve_forever();
    const get = "GET / HTTP/1.1\r\nHost: p\r\n";
    await exchange(server.server_port, `${get}\r\n${get}Connection: close\r\n\r\n`);
    const atSecond = names(calls).lastIndexOf("handle_one_request");
    expect(names(calls).slice(0, atSecond)).toEqual(SUCCESS.slice(0, SUCCESS.indexOf("finish")));
    expect(names(calls).slice(atSecond)).toEqual(SUCCESS.slice(SUCCESS.indexOf("handle_one_request")));
  });

  test("what each call is told", async () => {
    const { calls, server } = await callsOf("GET");
    const handler = calls.find((call) => call.name === "setup")?.self as BaseHTTPRequestHandler;
    const argsOf = (name: string) => calls.filter((call) => call.name === name).map((call) => call.args);
    const { request, client_address } = handler;
    expect(handler.server).toBe(server);
    expect(argsOf("verify_request")).toEqual([[request, client_address]]);
    expect(argsOf("process_request")).toEqual([[request, client_address]]);
    expect(argsOf("finish_request")).toEqual([[request, client_address]]);
    expect(argsOf("shutdown_request")).toEqual([[request]]);
    expect(argsOf("close_request")).toEqual([[request]]);
    expect(argsOf("send_response")).toEqual([[200]]);
    expect(argsOf("log_request")).toEqual([[200]]);
    expect(argsOf("log_message")).toEqual([['"%s" %s %s', "GET / HTTP/1.1", "200", "-"]]);
    expect(argsOf("send_header").map(([name]) => name)).toEqual(["Server", "Date"]);
  });

  test("what the calls give is what the client gets", async () => {
    const { calls, raw } = await callsOf("GET");
    const handler = calls.find((call) => call.name === "setup")?.self as BaseHTTPRequestHandler;
    const sent = calls.filter((call) => call.name === "send_header").map((call) => call.args.map(String));
    const { headerLines } = parseResponse(raw);
    expect(headerLines.slice(0, 2)).toEqual(sent as [string, string][]);
    expect(headerLines[0]?.[1]).toBe(handler.version_string());
  });
});

const python = findPython();

const absence = python === undefined ? NO_PYTHON : undefined;

describe.skipIf(python === undefined)(titleWithReason("the order in an installed Python", absence), () => {
  test("is the one that these tests expect", () => {
    const script = fileURLToPath(new URL("python/call_order.py", import.meta.url));
    const asked = Bun.spawnSync([python?.path ?? "", script, "GET", "BREW"], { stderr: "ignore" });
    expect(JSON.parse(asked.stdout.toString())).toEqual({
      construction: CONSTRUCTION,
      GET: SUCCESS,
      BREW: ERROR,
      closing: ["server_close"],
    });
  });
});
