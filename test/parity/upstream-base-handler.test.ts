/**
 * What CPython's tests ask of one BaseHTTPRequestHandler without a network, asked of ours over a socket: the attributes
 * of a request, its exact answer, Expect, limits, logging and dates.
 */

import { describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler, HTTPServer } from "../../src/index.ts";
import { exchange, parseResponse, RawClient, startServer } from "../support/client.ts";
import { startObserved } from "./support/writes.ts";

interface Seen {
  readonly command: string;
  readonly path: string;
  readonly request_version: string;
  readonly requestline: string;
  readonly raw_requestline: string;
  readonly headers: [string, string][];
  readonly close_connection: boolean;
  readonly client_address: unknown;
}

/** Notes what a handler sees, and answers as CPython's test handler does. */
class Sociable extends BaseHTTPRequestHandler {
  static readonly seen: Seen[] = [];
  override server_version = "Test/1";
  override sys_version = "";

  do_GET(): void {
    Sociable.seen.push({
      command: this.command,
      path: this.path,
      request_version: this.request_version,
      requestline: this.requestline,
      raw_requestline: Buffer.from(this.raw_requestline).toString("latin1"),
      headers: [...this.headers.items()],
      close_connection: this.close_connection,
      client_address: this.client_address,
    });
    this.send_response(200);
    this.send_header("Content-Type", "text/html");
    this.end_headers();
    this.wfile.write("<html><body>Data</body></html>\r\n");
  }

  override log_message(): void {}
}

async function seenOf(raw: string): Promise<Seen | undefined> {
  Sociable.seen.length = 0;
  await using started = await startServer(Sociable);
  await exchange(started.port, raw);
  return Sociable.seen.at(-1);
}

describe("the attributes of a request (ATT-12)", () => {
  test("HTTP/1.1", async () => {
    const seen = await seenOf(
      "GET /a?b=c HTTP/1.1\r\nHost: p\r\nX-Odd-Case:  spaced \r\nx-odd-case: two\r\n\r\n",
    );
    expect(seen).toMatchObject({
      command: "GET",
      path: "/a?b=c",
      request_version: "HTTP/1.1",
      requestline: "GET /a?b=c HTTP/1.1",
      close_connection: false,
      headers: [
        ["Host", "p"],
        ["X-Odd-Case", "spaced"],
        ["x-odd-case", "two"],
      ],
    });
    expect(seen?.raw_requestline).toBe("GET /a?b=c HTTP/1.1\r\n");
    expect(seen?.client_address).toEqual(["127.0.0.1", expect.any(Number)]);
  });

  test("HTTP/1.0", async () => {
    const seen = await seenOf("GET / HTTP/1.0\r\n\r\n");
    expect(seen).toMatchObject({ request_version: "HTTP/1.0", headers: [], close_connection: true });
  });

  test("HTTP/1.0 with keep-alive", async () => {
    const seen = await seenOf("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    expect(seen).toMatchObject({ request_version: "HTTP/1.0", close_connection: false });
  });

  test("leading slashes are one (REQ-14)", async () => {
    expect((await seenOf("GET ///evil.test/%2e%2e HTTP/1.1\r\nHost: p\r\n\r\n"))?.path).toBe(
      "/evil.test/%2e%2e",
    );
  });

  test("an absolute target leaves its path, where Python keeps it whole (REQ-14)", async () => {
    const seen = await seenOf("GET http://p/a?b HTTP/1.1\r\nHost: p\r\n\r\n");
    expect(seen?.path).toBe("/a?b");
    expect(seen?.requestline).toBe("GET http://p/a?b HTTP/1.1");
  });

  test("a field line that no field can be is refused, where Python drops it and what follows (HDR-3, HDR-6)", async () => {
    for (const line of [
      "Name : v",
      "no colon",
      "N\xe4me: v",
      " folded: v",
      ": v",
      "A: b\rConnection: close",
    ]) {
      expect(await seenOf(`GET / HTTP/1.1\r\nHost: p\r\n${line}\r\nX: y\r\n\r\n`)).toBeUndefined();
    }
  });

  test("values are Latin-1 without the space around them (HDR-5)", async () => {
    const seen = await seenOf("GET / HTTP/1.1\r\nHost: p\r\nX: \t a\xe4\x80 b \t\r\n\r\n");
    expect(seen?.headers[1]).toEqual(["X", "a\xe4\x80 b"]);
  });
});

describe("the answer", () => {
  test("is the status line, Server, Date and what the handler sent, in this order (OUT-1)", async () => {
    await using started = await startServer(Sociable);
    const response = parseResponse(await exchange(started.port, "GET / HTTP/1.0\r\n\r\n"));
    expect([response.status, response.reason]).toEqual([200, "OK"]);
    expect(response.headerLines.slice(0, 3)).toEqual([
      ["Server", expect.stringMatching(/^Test\/1 ?$/)],
      [
        "Date",
        expect.stringMatching(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/),
      ],
      ["Content-Type", "text/html"],
    ]);
    expect(response.body).toBe("<html><body>Data</body></html>\r\n");
  });

  test("of an error has Connection, Content-Type and Content-Length after them (OUT-11)", async () => {
    await using started = await startServer(Sociable);
    const raw = await exchange(started.port, "BREW / HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
    const names = parseResponse(raw).headerLines.map(([name]) => name);
    expect(names).toEqual(["Server", "Date", "Connection", "Content-Type", "Content-Length"]);
  });

  test("the error page is Python's (OUT-10)", async () => {
    await using started = await startServer(Sociable);
    const raw = await exchange(started.port, "BREW / HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
    const { body } = parseResponse(raw);
    expect(body).toStartWith('<!DOCTYPE HTML>\n<html lang="en">\n');
    expect(body).toContain('<meta charset="utf-8">');
    expect(body).toContain("color-scheme: light dark;");
    expect(body).toContain("<title>Error response</title>");
    expect(body).toContain("<h1>Error response</h1>");
    expect(body).toContain("<p>Error code: 501</p>");
    expect(body).toMatch(/<p>Message: .*\.<\/p>/);
    expect(body).toContain("<p>Error code explanation: 501 - Server does not support this operation.</p>");
  });

  test("the text of an error is escaped in the page, quotes excepted (OUT-9)", async () => {
    class Escaping extends BaseHTTPRequestHandler {
      do_GET(): void {
        this.send_error(404, "<b> & 'c'", '"<d>"');
      }
      override log_message(): void {}
    }
    await using started = await startServer(Escaping);
    const response = parseResponse(await exchange(started.port, "GET / HTTP/1.0\r\n\r\n"));
    expect(response.reason).toBe("<b> & 'c'");
    expect(response.body).toContain("<p>Message: &lt;b&gt; &amp; 'c'.</p>");
    expect(response.body).toContain('404 - "&lt;d&gt;".</p>');
  });

  test("the error page and its type can be replaced (ATT-5, ATT-6)", async () => {
    class Plain extends BaseHTTPRequestHandler {
      override error_message_format = "%(code)d %(code)s|%(message)s|%(explain)s|100%%";
      override error_content_type = "text/plain";
      do_GET(): void {
        this.send_error(404, "Gone Fishing", "back at 5");
      }
      override log_message(): void {}
    }
    await using started = await startServer(Plain);
    const response = parseResponse(await exchange(started.port, "GET / HTTP/1.0\r\n\r\n"));
    expect(response.headers.get("content-type")).toBe("text/plain");
    expect(response.body).toBe("404 404|Gone Fishing|back at 5|100%");
  });

  test("headers that were never ended do not lead the next answer, as they do in Python (OUT-5)", async () => {
    class Forgetful extends BaseHTTPRequestHandler {
      do_GET(): void {
        this.send_response(200);
        this.send_header("X-Leak", this.path);
        if (this.path === "/ended") this.end_headers();
      }
      override log_message(): void {}
    }
    await using started = await startServer(Forgetful);
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: p\r\n\r\n`;
    const raw = await exchange(started.port, get("/forgotten") + get("/ended"));
    expect(raw).not.toContain("/forgotten");
    expect(raw).toStartWith("HTTP/1.1 500 Internal Server Error\r\n");
    expect(parseResponse(await exchange(started.port, get("/ended"))).headers.get("x-leak")).toBe("/ended");
  });

  test("CR, LF and NUL in a header or a reason throw, where Python lets them through (OUT-2, OUT-3)", async () => {
    const thrown: string[] = [];
    class Injecting extends BaseHTTPRequestHandler {
      do_GET(): void {
        const attempts: [() => void, string][] = [
          [() => this.send_response(200, "OK\r\nX: y"), "reason"],
          [() => this.send_header("X", "a\r\nSet-Cookie: b"), "value with CRLF"],
          [() => this.send_header("X", "a\nb"), "value with LF"],
          [() => this.send_header("X", "a\0b"), "value with NUL"],
          [() => this.send_header("X", "\u010d\u010a"), "value that would be cut to CRLF"],
          [() => this.send_header("X\r\nY", "z"), "name"],
          [() => this.send_header("X Y", "z"), "name with a space"],
        ];
        for (const [attempt, what] of attempts) {
          try {
            attempt();
          } catch (error) {
            if (error instanceof TypeError || error instanceof RangeError) thrown.push(what);
          }
        }
        this.send_response(200);
        this.end_headers();
      }
      override log_message(): void {}
    }
    await using started = await startServer(Injecting);
    const response = parseResponse(await exchange(started.port, "GET / HTTP/1.0\r\n\r\n"));
    expect(thrown).toEqual([
      "reason",
      "value with CRLF",
      "value with LF",
      "value with NUL",
      "value that would be cut to CRLF",
      "name",
      "name with a space",
    ]);
    expect(response.headers.has("x")).toBe(false);
    expect(response.headers.has("set-cookie")).toBe(false);
  });

  test("protocol_version HTTP/1.0 gives Python's default back (ATT-3)", async () => {
    class Old extends Sociable {
      override protocol_version = "HTTP/1.0";
    }
    await using started = await startServer(Old);
    const get = "GET / HTTP/1.1\r\nHost: p\r\nConnection: keep-alive\r\n\r\n";
    const raw = await exchange(started.port, get + get);
    expect(raw).toStartWith("HTTP/1.0 200 OK\r\n");
    expect(raw.split("HTTP/1.0 200 OK").length).toBe(2);
  });
});

describe("Expect: 100-continue (REQ-18, REQ-19)", () => {
  class Patient extends BaseHTTPRequestHandler {
    async do_PUT(): Promise<void> {
      const body = await this.rfile.read();
      this.send_response(200);
      this.send_header("Content-Length", String(body.length));
      this.end_headers();
      this.wfile.write(body);
    }
    override log_message(): void {}
  }
  const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
  const head = (version: string, expectation = "100-continue") =>
    `PUT / ${version}\r\nHost: p\r\nConnection: close\r\nExpect: ${expectation}\r\nContent-Length: 4\r\n\r\n`;

  test("HTTP/1.1: the 100 is here before the body is sent, and the answer follows", async () => {
    await using started = await startServer(Patient);
    await using client = await RawClient.connect(started.port);
    client.send(head("HTTP/1.1"));
    expect(await client.until((received) => received.endsWith("\r\n\r\n"))).toBe(CONTINUE);
    client.send("body");
    const answer = (await client.untilClosed()).slice(CONTINUE.length);
    expect(answer).toStartWith("HTTP/1.1 200 OK\r\n");
    expect(answer).toEndWith("\r\n\r\nbody");
  });

  test("the expectation is case-insensitive", async () => {
    await using started = await startServer(Patient);
    await using client = await RawClient.connect(started.port);
    client.send(head("HTTP/1.1", "100-Continue"));
    expect(await client.until((received) => received.endsWith("\r\n\r\n"))).toBe(CONTINUE);
    client.send("body");
    expect(await client.untilClosed()).toEndWith("\r\n\r\nbody");
  });

  test("HTTP/1.0: there is no 100", async () => {
    await using started = await startServer(Patient);
    const raw = await exchange(started.port, `${head("HTTP/1.0")}body`);
    expect(raw).toStartWith("HTTP/1.1 200 OK\r\n");
  });

  test("protocol_version HTTP/1.0: there is no 100", async () => {
    class Old extends Patient {
      override protocol_version = "HTTP/1.0";
    }
    await using started = await startServer(Old);
    expect(await exchange(started.port, `${head("HTTP/1.1")}body`)).toStartWith("HTTP/1.0 200 OK\r\n");
  });

  test("handle_expect_100 can refuse, and the connection closes without the body", async () => {
    class Refusing extends Patient {
      override handle_expect_100(): boolean {
        this.send_error(417);
        return false;
      }
    }
    await using started = await startServer(Refusing);
    await using client = await RawClient.connect(started.port);
    client.send("PUT / HTTP/1.1\r\nHost: p\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    const response = parseResponse(await client.untilClosed());
    expect([response.status, response.reason]).toEqual([417, "Expectation Failed"]);
    expect(response.headers.get("connection")).toBe("close");
  });

  test("an expectation that is not understood is 417, where Python ignores it (REQ-18)", async () => {
    await using started = await startServer(Patient);
    expect(parseResponse(await exchange(started.port, `${head("HTTP/1.1", "200-maybe")}body`)).status).toBe(
      417,
    );
  });
});

describe("writes to the socket (OUT-6, STR-3)", () => {
  class Writing extends BaseHTTPRequestHandler {
    async do_GET(): Promise<void> {
      this.send_response_only(200);
      this.send_header("X-First", "1");
      await new Promise((resolve) => setImmediate(resolve));
      this.send_header("Content-Length", "4");
      this.end_headers();
      this.wfile.write("body");
    }
    do_ERROR(): void {
      this.send_error(418);
    }
    do_EMPTY(): void {
      this.send_response(302);
      this.send_header("Location", "/elsewhere");
      this.end_headers();
    }
    async do_PUT(): Promise<void> {
      await this.rfile.read();
      this.do_EMPTY();
    }
    override log_message(): void {}
  }
  const lastRequest = (line: string) => `${line} HTTP/1.1\r\nHost: p\r\nConnection: close\r\n`;

  test("a head waits for its end, and then leaves with the body in one write", async () => {
    await using started = startObserved(Writing);
    const raw = await exchange(started.port, `${lastRequest("GET /")}\r\n`);
    expect(started.writes).toEqual([raw]);
    expect(raw).toStartWith("HTTP/1.1 200 OK\r\nX-First: 1\r\nContent-Length: 4\r\n");
    expect(raw).toEndWith("\r\n\r\nbody");
  });

  test("an error and its page are one write, where Python makes two", async () => {
    await using started = startObserved(Writing);
    const raw = await exchange(started.port, `${lastRequest("ERROR /")}\r\n`);
    expect(started.writes).toEqual([raw]);
    expect(raw).toEndWith("</html>\n");
  });

  test("an answer without a body is one write", async () => {
    await using started = startObserved(Writing);
    const raw = await exchange(started.port, `${lastRequest("EMPTY /")}\r\n`);
    expect(started.writes).toEqual([raw]);
  });

  test("100 Continue is a write of its own, before the answer (REQ-19)", async () => {
    await using started = startObserved(Writing);
    await using client = await RawClient.connect(started.port);
    client.send(`${lastRequest("PUT /")}Expect: 100-continue\r\nContent-Length: 4\r\n\r\n`);
    await client.until((received) => received.endsWith("\r\n\r\n"));
    client.send("body");
    await client.untilClosed();
    expect(started.writes.map((write) => write.split("\r\n", 1)[0])).toEqual([
      "HTTP/1.1 100 Continue",
      "HTTP/1.1 302 Found",
    ]);
  });
});

describe("limits (REQ-1, REQ-16, HDR-1)", () => {
  const field = (length: number) => `X: ${"x".repeat(length)}`;

  test("a target that is too long is 414", async () => {
    await using started = await startServer(Sociable);
    const raw = await exchange(started.port, `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: p\r\n\r\n`);
    expect([parseResponse(raw).status, parseResponse(raw).reason]).toEqual([414, "URI Too Long"]);
  });

  test("a field that is too long is 431", async () => {
    await using started = await startServer(Sociable);
    const raw = await exchange(started.port, `GET / HTTP/1.1\r\nHost: p\r\n${field(100_000)}\r\n\r\n`);
    expect(parseResponse(raw).status).toBe(431);
  });

  test("100 fields pass, 101 are 431", async () => {
    await using started = await startServer(Sociable);
    const withFields = (count: number) =>
      `GET / HTTP/1.1\r\nHost: p\r\n${"X: y\r\n".repeat(count - 2)}Connection: close\r\n\r\n`;
    expect(parseResponse(await exchange(started.port, withFields(100))).status).toBe(200);
    expect(parseResponse(await exchange(started.port, withFields(101))).status).toBe(431);
  });
});

describe("methods that need no request", () => {
  class Quiet extends BaseHTTPRequestHandler {
    static asked: unknown[] = [];
    static ask: (handler: Quiet) => unknown[] = () => [];
    do_GET(): void {
      Quiet.asked = Quiet.ask(this);
      this.send_response(204);
      this.end_headers();
    }
    override log_message(): void {}
  }

  async function answers(ask: (handler: Quiet) => unknown[]): Promise<unknown[]> {
    Quiet.ask = ask;
    Quiet.asked = [];
    await using started = await startServer(Quiet);
    await exchange(started.port, "GET / HTTP/1.0\r\n\r\n");
    return Quiet.asked;
  }

  test("date_time_string (OUT-13)", async () => {
    expect(
      await answers((handler) => [
        handler.date_time_string(784111777),
        handler.date_time_string(784111777.999),
        handler.date_time_string(0),
        handler.date_time_string(-1),
        Math.abs(Date.parse(handler.date_time_string()) - Date.now()) < 5000,
      ]),
    ).toEqual([
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "Thu, 01 Jan 1970 00:00:00 GMT",
      "Wed, 31 Dec 1969 23:59:59 GMT",
      true,
    ]);
  });

  test("version_string is server_version, a space and sys_version (OUT-12)", async () => {
    const [version, server_version, sys_version] = await answers((handler) => [
      handler.version_string(),
      handler.server_version,
      handler.sys_version,
    ]);
    expect(version).toBe(`${server_version} ${sys_version}`);
    expect(server_version).toMatch(/^BaseHTTP\/\d+\.\d+\.\d+/);
    expect(sys_version).toBe(`Bun/${Bun.version}`);
  });

  test("address_string of a client that had gone before it was asked is a dash", async () => {
    const forgotten = (handler: BaseHTTPRequestHandler): unknown[] => {
      Object.assign(handler, { client_address: ["", 0] });
      return [handler.address_string()];
    };
    expect(await answers(forgotten)).toEqual(["-"]);
  });

  test("address_string is the client's address (LOG-9)", async () => {
    expect(await answers((handler) => [handler.address_string()])).toEqual(["127.0.0.1"]);
  });

  test("log_date_time_string is local time with an English month (LOG-2)", async () => {
    const [now] = await answers((handler) => [handler.log_date_time_string()]);
    expect(now).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4} \d\d:\d\d:\d\d$/);
    const [day, month, year, time] = String(now).split(/[/ ]/);
    expect(Math.abs(Date.parse(`${day} ${month} ${year} ${time}`) - Date.now())).toBeLessThan(5000);
  });
});

describe("defaults of attributes", () => {
  test("the base class has Python's, section 0 excepted", () => {
    const { weekdayname, monthname, responses, ...rest } = BaseHTTPRequestHandler;
    expect(rest).toMatchObject({
      protocol_version: "HTTP/1.1",
      default_request_version: "HTTP/0.9",
      error_content_type: "text/html;charset=utf-8",
      timeout: null,
      disable_nagle_algorithm: true,
    });
    expect(weekdayname).toEqual(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
    expect(monthname.slice(1)).toEqual([
      "Jan",
      "Feb",
      "Mar",
      "Apr",
      "May",
      "Jun",
      "Jul",
      "Aug",
      "Sep",
      "Oct",
      "Nov",
      "Dec",
    ]);
    expect(monthname[0]).toBeFalsy();
    expect(responses.size).toBe(62);
    expect(responses.get(404)).toEqual(["Not Found", "Nothing matches the given URI"]);
  });

  test("a static of a subclass is what its instances have; a field wins over it", async () => {
    class ByStatic extends Sociable {
      static override protocol_version = "HTTP/1.0";
    }
    class ByField extends ByStatic {
      override protocol_version = "HTTP/1.1";
    }
    for (const [Handler, version] of [
      [ByStatic, "HTTP/1.0"],
      [ByField, "HTTP/1.1"],
    ] as const) {
      await using started = await startServer(Handler);
      const raw = await exchange(started.port, "GET / HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
      expect(raw).toStartWith(`${version} 200 OK\r\n`);
    }
  });

  test("MessageClass is what headers are made with (ATT-7)", async () => {
    const DefaultClass = BaseHTTPRequestHandler.MessageClass;
    class Loud extends DefaultClass {
      shout(name: string): string {
        return (this.get(name) ?? "").toUpperCase();
      }
    }
    let shouted = "";
    class Handler extends BaseHTTPRequestHandler {
      override MessageClass = Loud;
      do_GET(): void {
        shouted = (this.headers as Loud).shout("host");
        this.send_response(204);
        this.end_headers();
      }
      override log_message(): void {}
    }
    await using server = new HTTPServer(["127.0.0.1", 0], Handler);
    void server.serve_forever();
    await exchange(server.server_port, "GET / HTTP/1.1\r\nHost: quiet\r\nConnection: close\r\n\r\n");
    expect(shouted).toBe("QUIET");
  });
});
