/**
 * What CPython's own tests ask of BaseHTTPRequestHandler over a socket, asked of ours; where basehttp differs on
 * purpose (docs/python.md, section 0), the difference is what is asserted, with its row.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler, HTTPStatus } from "../../src/index.ts";
import { exchange, parseResponse, RawClient, startServer } from "../support/client.ts";

class Handler extends BaseHTTPRequestHandler {
  override default_request_version = "HTTP/1.1";

  do_TEST(): void {
    this.send_response(HTTPStatus.NO_CONTENT);
    this.send_header("Content-Type", "text/html");
    this.send_header("Connection", "close");
    this.end_headers();
  }

  do_KEEP(): void {
    this.send_response(HTTPStatus.NO_CONTENT);
    this.send_header("Content-Type", "text/html");
    this.send_header("Connection", "keep-alive");
    this.end_headers();
  }

  do_NUMBER(): void {
    this.send_error(999);
  }

  do_NOTFOUND(): void {
    this.send_error(HTTPStatus.NOT_FOUND);
  }

  do_EXPLAIN(): void {
    this.send_error(999, "Short Message", "This is a long \n explanation");
  }

  do_CUSTOM(): void {
    this.send_response(999);
    this.send_header("Connection", "close");
    this.end_headers();
  }

  do_LATIN(): void {
    this.send_response(200);
    this.send_header("X-Special", "Dängerous Mind");
    this.end_headers();
    this.wfile.write(this.headers.get("x-special-incoming") ?? "");
  }

  /** The status to send as an error is the path. */
  do_ERROR(): void {
    this.send_error(Number(this.path.slice(1)));
  }

  do_HEAD(): void {
    this.do_ERROR();
  }

  override log_message(): void {}
}

let started: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  started = await startServer(Handler);
});

afterAll(async () => {
  await started[Symbol.asyncDispose]();
});

const ask = async (raw: string) => parseResponse(await exchange(started.port, raw));
const askFor = (line: string, ...headers: string[]) =>
  ask(`${[`${line} HTTP/1.1`, "Host: parity", ...headers].join("\r\n")}\r\n\r\n`);

describe("the request line", () => {
  test("a method that the handler does not have is 501 (REQ-21)", async () => {
    expect((await askFor("GET /")).status).toBe(501);
  });

  test("a field named like any other object's property is no method", async () => {
    for (const method of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      expect((await askFor(`${method} /`)).status).toBe(501);
    }
  });

  for (const [name, version] of [
    ["a version that is no HTTP version", "FUBAR"],
    ["a version of three numbers", "HTTP/9.9.9"],
    ["a signed major number", "HTTP/+1.1"],
    ["a signed minor number", "HTTP/1.-1"],
    ["an underscore between digits", "HTTP/1_0.1"],
    ["a major number of 12 digits", "HTTP/909876543210.0"],
    ["a minor number of 12 digits", "HTTP/1.909876543210"],
    ["lower case", "http/1.1"],
    ["a superscript digit", "HTTP/\xb9.1"],
    ["two digits in the minor number, which Python accepts (REQ-7)", "HTTP/1.10"],
    ["leading zeros, which Python accepts (REQ-7)", "HTTP/01.01"],
  ] as const) {
    test(`${name} is 400`, async () => {
      expect((await ask(`GET / ${version}\r\nHost: parity\r\n\r\n`)).status).toBe(400);
    });
  }

  for (const version of ["HTTP/9.9", "HTTP/2.0", "HTTP/3.0"]) {
    test(`${version} is 505 (REQ-9)`, async () => {
      expect((await ask(`GET / ${version}\r\nHost: parity\r\n\r\n`)).status).toBe(505);
    });
  }

  test("HTTP/1.2 is served as HTTP/1.1 (REQ-8)", async () => {
    const response = await ask("TEST / HTTP/1.2\r\nHost: parity\r\n\r\n");
    expect([response.status, response.headers.get("connection")]).toEqual([204, "close"]);
  });

  test("a line feed after the version is an end of line that is not CRLF: 400, where Python trims it (REQ-4)", async () => {
    expect((await ask("XYZBOGUS / HTTP/1.1\n\r\nHost: parity\r\n\r\n")).status).toBe(400);
  });

  for (const [name, line] of [
    ["two words, HTTP/0.9 to Python (REQ-11)", "GET /"],
    ["two words with another method", "CUSTOM /"],
    ["a blank method and path", "  "],
    ["one word", "GET"],
    ["four words", "GET / / HTTP/1.1"],
    ["two spaces (REQ-5)", "GET  / HTTP/1.1"],
    ["a tab for a space (REQ-5)", "GET\t/ HTTP/1.1"],
    ["a space before the method (REQ-5)", " GET / HTTP/1.1"],
    ["a space after the version (REQ-5)", "GET / HTTP/1.1 "],
  ] as const) {
    test(`${name}: 400 with a status line, and the connection closes`, async () => {
      await using client = await RawClient.connect(started.port);
      client.send(`${line}\r\nHost: parity\r\n\r\n`);
      const response = parseResponse(await client.untilClosed());
      expect(response.status).toBe(400);
      expect(response.headers.get("connection")).toBe("close");
      expect(response.headers.get("content-length")).toBe(String(response.body.length));
    });
  }

  test("nothing of the client's bytes is in the reason phrase (REQ-12)", async () => {
    for (const [raw, status] of [
      ["GET / EVIL/1.1\r\n\r\n", 400],
      ["GET /EVIL EVIL HTTP/1.1\r\n\r\n", 400],
      ["GET / HTTP/9.9\r\nHost: EVIL\r\n\r\n", 505],
      ["EVIL /EVIL HTTP/1.1\r\nHost: parity\r\n\r\n", 501],
      ["TEST / HTTP/1.1\r\nHost: parity\r\nExpect: EVIL\r\n\r\n", 417],
    ] as const) {
      const response = await ask(raw);
      expect(response.status).toBe(status);
      expect(response.reason).not.toContain("EVIL");
    }
  });

  test("what stands of them in the page is escaped (REQ-12, OUT-9)", async () => {
    for (const raw of [
      "GET / <b>\r\n\r\n",
      "<b> / HTTP/1.1\r\n\r\n",
      "GET <b> HTTP/1.1\r\nHost: parity\r\n\r\n",
    ]) {
      expect((await ask(raw)).body).not.toContain("<b>");
    }
  });

  test("empty lines before a request are skipped, where Python closes (REQ-6)", async () => {
    expect((await ask("\r\n\r\nTEST / HTTP/1.1\r\nHost: parity\r\n\r\n")).status).toBe(204);
  });

  test("a head that ends too soon makes no handler run (REQ-25)", async () => {
    const raw = await exchange(started.port, "TEST / HTTP/1.1\r\nHost: parity");
    expect(raw === "" ? 400 : parseResponse(raw).status).toBe(400);
  });

  test("a connection that says nothing gets nothing (REQ-2)", async () => {
    expect(await exchange(started.port, "")).toBe("");
  });

  test("HTTP/1.1 needs one Host, which Python does not ask for (REQ-24)", async () => {
    expect((await ask("TEST / HTTP/1.1\r\n\r\n")).status).toBe(400);
    expect((await ask("TEST / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")).status).toBe(400);
    expect((await ask("TEST / HTTP/1.0\r\n\r\n")).status).toBe(204);
  });
});

describe("HTTP/0.9, which is not spoken (REQ-11, REQ-15)", () => {
  test("a two-word GET gets a whole HTTP/1.1 error at once, with no blank line needed", async () => {
    await using client = await RawClient.connect(started.port);
    client.send("GET /\r\n");
    const response = parseResponse(await client.untilClosed());
    expect(response.status).toBe(400);
    expect(response.headers.get("content-length")).toBe(String(response.body.length));
  });

  test("a literal HTTP/0.9 is another major version", async () => {
    expect((await ask("GET / HTTP/0.9\r\n\r\n")).status).toBe(505);
  });

  test("a second request behind it is not handled", async () => {
    const raw = await exchange(started.port, "GET /\r\nTEST / HTTP/1.1\r\nHost: parity\r\n\r\n");
    expect(raw.match(/HTTP\/1\.1 /g)?.length).toBe(1);
  });
});

describe("the connection", () => {
  for (const value of ["close", "keep-alive"]) {
    test(`Connection: ${value} on the request changes nothing about its 501`, async () => {
      expect((await askFor("GET /", `Connection: ${value}`)).status).toBe(501);
    });
  }

  test("a handler without a body reaches the client (204)", async () => {
    expect((await askFor("TEST /")).status).toBe(204);
  });

  test("a keep-alive header of the handler's keeps the connection usable", async () => {
    await using client = await RawClient.connect(started.port);
    client.send("KEEP / HTTP/1.1\r\nHost: parity\r\n\r\n");
    const kept = await client.until((received) => received.endsWith("\r\n\r\n"));
    expect(parseResponse(kept).headers.get("connection")).toBe("keep-alive");
    client.send("TEST / HTTP/1.1\r\nHost: parity\r\n\r\n");
    expect((await client.untilClosed()).slice(kept.length)).toStartWith("HTTP/1.1 204 No Content\r\n");
  });

  test("an error about a well-formed request keeps it, where Python closes (OUT-7)", async () => {
    const raw = await exchange(
      started.port,
      "NOTFOUND / HTTP/1.1\r\nHost: parity\r\n\r\nTEST / HTTP/1.1\r\nHost: parity\r\n\r\n",
    );
    expect(raw).toStartWith("HTTP/1.1 404 Not Found\r\n");
    expect(raw).toContain("HTTP/1.1 204 No Content\r\n");
  });

  test("Connection is a list of tokens (REQ-17)", async () => {
    for (const value of ["close, TE", "TE , CLOSE", "close "]) {
      await using client = await RawClient.connect(started.port);
      client.send(`NOTFOUND / HTTP/1.1\r\nHost: parity\r\nConnection: ${value}\r\n\r\n`);
      expect((await client.untilClosed()).startsWith("HTTP/1.1 404 ")).toBe(true);
    }
  });

  test("a connection that will be closed is announced so, where Python is silent (1.8)", async () => {
    const raw = "LATIN / HTTP/1.1\r\nHost: parity\r\nConnection: close\r\n\r\n";
    expect((await ask(raw)).headers.get("connection")).toBe("close");
  });

  test("HTTP/1.0 closes, unless keep-alive was asked for, which is announced back (1.8)", async () => {
    await using closing = await RawClient.connect(started.port);
    closing.send("NOTFOUND / HTTP/1.0\r\n\r\n");
    expect(parseResponse(await closing.untilClosed()).status).toBe(404);

    await using kept = await RawClient.connect(started.port);
    kept.send("NOTFOUND / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const first = parseResponse(await kept.until((received) => received.endsWith("</html>\n")));
    expect(first.headers.get("connection")).toBe("keep-alive");
    expect(first.headers.get("content-length")).toBe(String(first.body.length));
    kept.send("TEST / HTTP/1.0\r\n\r\n");
    expect(await kept.untilClosed()).toContain("</html>\nHTTP/1.1 204 No Content\r\n");
  });
});

describe("errors and statuses", () => {
  test("send_error takes a number that no status has (OUT-7)", async () => {
    const response = await askFor("NUMBER /");
    expect([response.status, response.reason]).toEqual([999, "???"]);
    expect(response.body).toContain("<p>Error code explanation: 999 - ???.</p>");
  });

  test("so does send_response, with an empty reason phrase (OUT-2)", async () => {
    const raw = await exchange(started.port, "CUSTOM / HTTP/1.1\r\nHost: parity\r\n\r\n");
    expect(raw).toStartWith("HTTP/1.1 999 \r\n");
  });

  test("a message and an explanation of the handler's own stand in the page", async () => {
    const response = await askFor("EXPLAIN /");
    expect([response.status, response.reason]).toEqual([999, "Short Message"]);
    expect(response.body).toContain("<p>Message: Short Message.</p>");
    expect(response.body).toContain("This is a long \n explanation");
    expect(Number(response.headers.get("content-length"))).toBe(response.body.length);
  });

  test("an error's Content-Length is the length of its page", async () => {
    const response = await askFor("NOTFOUND /");
    expect(Number(response.headers.get("content-length"))).toBe(response.body.length);
    expect(response.body.length).toBeGreaterThan(100);
  });

  test("Latin-1 header values pass both ways", async () => {
    const response = await askFor("LATIN /", "X-Special-Incoming: Ärger mit Unicode", "Connection: close");
    expect(response.headers.get("x-special")).toBe("Dängerous Mind");
    // The body is written as UTF-8; the client of these tests shows bytes as Latin-1.
    expect(Buffer.from(response.body, "latin1").toString("utf8")).toBe("Ärger mit Unicode");
  });

  for (const code of [204, 304]) {
    test(`send_error(${code}) has no body, no Content-Length and no Content-Type (OUT-8)`, async () => {
      const response = await askFor(`ERROR /${code}`, "Connection: close");
      expect(response.status).toBe(code);
      expect(response.headers.has("content-length")).toBe(false);
      expect(response.headers.has("content-type")).toBe(false);
      expect(response.body).toBe("");
    });

    test(`send_error(${code}) on HEAD neither`, async () => {
      const response = await askFor(`HEAD /${code}`, "Connection: close");
      expect(response.status).toBe(code);
      expect(response.headers.has("content-length")).toBe(false);
      expect(response.headers.has("content-type")).toBe(false);
      expect(response.body).toBe("");
    });
  }

  test("send_error(205) says that its length is 0, which Python leaves open (OUT-8)", async () => {
    const response = await askFor("ERROR /205", "Connection: close");
    expect([response.status, response.headers.get("content-length"), response.body]).toEqual([205, "0", ""]);
    expect(response.headers.has("content-type")).toBe(false);
  });

  test("send_error on HEAD has the length and type of the page, without the page (OUT-8)", async () => {
    const page = await askFor("ERROR /404", "Connection: close");
    const head = await askFor("HEAD /404", "Connection: close");
    expect(head.status).toBe(404);
    expect(head.headers.get("content-length")).toBe(page.headers.get("content-length") ?? "no length");
    expect(head.headers.get("content-type")).toBe("text/html;charset=utf-8");
    expect(head.body).toBe("");
  });
});
