/** Scripts over HTTP: what goes in, and what their answers become. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { relative } from "node:path";
import { CGIHTTPRequestHandler } from "../../src/index.ts";
import { hasPipes } from "../../src/system/pipe.ts";
import { exchange, parseResponse, RawClient, startServer } from "../support/client.ts";
import { decodeResponse, decodeResponses, isWhole } from "../support/decode.ts";
import { describeWith } from "../support/programs.ts";
import { serveScripts, TEXT } from "../support/scripts.ts";
import { pattern } from "../support/site.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

const CAT = "echo 'Content-Type: application/octet-stream'; echo; exec cat";

function says(...lines: string[]): string {
  return `cat <<'END'\n${lines.join("\n")}\nEND`;
}

describe("a script", () => {
  test("answers GET", async () => {
    await using site = await serveScripts({ hello: `${TEXT} echo hello` });
    const { status, headers, body } = await site.ask("GET /cgi-bin/hello");
    expect([status, headers.get("content-type"), body]).toEqual([200, "text/plain", "hello\n"]);
  });

  test("answers HEAD without its output", async () => {
    await using site = await serveScripts({ hello: `${TEXT} echo "$REQUEST_METHOD"` });
    const raw = await site.askRaw("HEAD /cgi-bin/hello");
    expect(parseResponse(raw)).toMatchObject({ status: 200, body: "" });
  });

  test("lies in htbin as well, and in directories below", async () => {
    await using site = await serveScripts(
      {
        "a/b/hello": `${TEXT} echo "$SCRIPT_NAME$PATH_INFO"`,
        "../htbin/hello": `${TEXT} echo "$SCRIPT_NAME"`,
      },
      {},
    );
    expect((await site.ask("GET /cgi-bin/a/b/hello/c")).body).toBe("/cgi-bin/a/b/hello/c\n");
    expect((await site.ask("GET /htbin/hello")).body).toBe("/htbin/hello\n");
  });

  test("runs where it lies", async () => {
    await using site = await serveScripts({ "sub/where": `${TEXT} pwd` });
    expect((await site.ask("GET /cgi-bin/sub/where")).body).toBe(`${site.tree.path("cgi-bin/sub")}\n`);
  });

  test.if(hasPipes())("opens its streams by their names", async () => {
    await using site = await serveScripts({
      names: `${TEXT} cat /dev/stdin; echo to stderr >/dev/stderr; echo to stdout >/dev/stdout`,
    });
    const answer = await site.ask("POST /cgi-bin/names", "Content-Length: 5", "", "body\n");
    expect([answer.body, site.lines]).toEqual([
      "body\nto stdout\n",
      ["CGI script /cgi-bin/names: to stderr"],
    ]);
  });

  test.if(hasPipes())("is given nothing of the server's that is open", async () => {
    await using site = await serveScripts({ open: `${TEXT} ls /proc/self/fd` });
    await using _other = await RawClient.connect(site.port);
    // The last is the directory that it reads.
    expect((await site.ask("GET /cgi-bin/open")).body).toBe("0\n1\n2\n3\n");
  });

  test("keeps the connection for the next request", async () => {
    await using site = await serveScripts({ cat: CAT });
    const post = "POST /cgi-bin/cat HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    const get = "GET /cgi-bin/cat HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const answers = decodeResponses(await exchange(site.port, post + post + get));
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, "abc"],
      [200, "abc"],
      [200, ""],
    ]);
  });

  test("answers a client of HTTP/1.0, with the end of the connection for the end of its output", async () => {
    await using site = await serveScripts({ hello: `${TEXT} echo "$SERVER_PROTOCOL"` });
    const answer = decodeResponse(await exchange(site.port, "GET /cgi-bin/hello HTTP/1.0\r\n\r\n"));
    expect([answer.status, answer.body, answer.framing]).toEqual([200, "HTTP/1.0\n", "close"]);
  });

  test("streams both ways: neither waits for the other to end", async () => {
    await using site = await serveScripts({ slow: `${TEXT} echo first; read line; echo "$line"` });
    await using client = await RawClient.connect(site.port);
    client.send("POST /cgi-bin/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 7\r\n\r\n");
    await client.until((received) => received.includes("first"));
    client.send("second\n");
    expect(decodeResponse(await client.untilClosed()).body).toBe("first\nsecond\n");
  });
});

describe("other requests", () => {
  test("get files, as from the class above", async () => {
    await using site = await serveScripts({}, { files: { "a.txt": "a" } });
    expect((await site.ask("GET /a.txt")).body).toBe("a");
    expect((await site.ask("GET /")).body).toContain("cgi-bin/");
  });

  test.each(["/a.txt", "/", "/cgi-bin"])("to POST to %s are 501 in Python's words", async (target) => {
    await using site = await serveScripts({}, { files: { "a.txt": "a" } });
    const raw = await site.askRaw(`POST ${target}`, "Content-Length: 0");
    expect(raw.split("\r\n")[0]).toBe("HTTP/1.1 501 Can only POST to CGI scripts");
  });

  test.each(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])("with %s run nothing: 501", async (method) => {
    await using site = await serveScripts({ hello: `${TEXT} echo hello` });
    expect((await site.ask(`${method} /cgi-bin/hello`, "Content-Length: 0")).status).toBe(501);
  });
});

describe("the body of a request", () => {
  const BODY = pattern(10_000_000);

  test.each(["with its length", "in chunks"])("of 10 MB reaches a script %s", async (how) => {
    await using site = await serveScripts({ cat: CAT });
    const body = how === "in chunks" ? new Blob([BODY]).stream() : BODY;
    const answer = await fetch(`http://127.0.0.1:${site.port}/cgi-bin/cat`, { method: "POST", body });
    expect(Buffer.from(await answer.arrayBuffer()).equals(BODY)).toBe(true);
  });

  test.each<[string, string[], string]>([
    ["with its length", ["Content-Length: 5", "Content-Type: a/b", "", "12345"], "5 a/b 12345"],
    [
      "in chunks, with the length that they have",
      ["Transfer-Encoding: chunked", "", "2\r\n12\r\n3\r\n345\r\n0\r\n\r\n"],
      "5  12345",
    ],
    ["of no bytes", ["Content-Length: 0", "Content-Type: a/b", ""], "0 a/b "],
    ["that there is not", [], "  "],
  ])("%s is told of by CONTENT_LENGTH", async (_, rest, told) => {
    await using site = await serveScripts({
      tell: `${TEXT} printf '%s %s ' "$CONTENT_LENGTH" "$CONTENT_TYPE"; cat`,
    });
    expect((await site.ask("POST /cgi-bin/tell", ...rest)).body).toBe(told);
  });

  test("that a script does not read does not hold up its answer", async () => {
    await using site = await serveScripts({ deaf: `exec 0<&-; ${TEXT} echo deaf` });
    await using client = await RawClient.connect(site.port);
    client.send("POST /cgi-bin/deaf HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
    client.send(pattern(3_000_000));
    expect(decodeResponse(await client.untilClosed()).body).toBe("deaf\n");
  });

  test("that is still on its way when the script has answered does not hold up the answer", async () => {
    await using site = await serveScripts({ hasty: `${TEXT} echo hasty` });
    await using client = await RawClient.connect(site.port);
    client.send("POST /cgi-bin/hasty HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123");
    const received = await client.until(isWhole);
    expect(decodeResponse(received).body).toBe("hasty\n");
  });

  test("that breaks off is 400, and ends the script", async () => {
    await using site = await serveScripts({ cat: `read line; ${CAT}` });
    const raw = await exchange(
      site.port,
      "POST /cgi-bin/cat HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123",
    );
    expect(decodeResponse(raw).status).toBe(400);
  });

  test("that is too long is 413, before anything runs", async () => {
    await using site = await serveScripts({ cat: CAT }, { server: { maxBodyBytes: 10 } });
    const chunks = ["Transfer-Encoding: chunked", "", "14\r\n12345678901234567890\r\n0\r\n\r\n"];
    expect((await site.ask("POST /cgi-bin/cat", "Content-Length: 11", "", "12345678901")).status).toBe(413);
    expect((await site.ask("POST /cgi-bin/cat", ...chunks)).status).toBe(413);
  });

  test("is 503 where a chunked one finds no room", async () => {
    await using site = await serveScripts({ cat: CAT });
    const chunks = `${(70_000).toString(16)}\r\n${"a".repeat(70_000)}\r\n0\r\n\r\n`;
    const before = process.env.TMPDIR;
    process.env.TMPDIR = site.tree.path("none");
    try {
      expect((await site.ask("POST /cgi-bin/cat", "Transfer-Encoding: chunked", "", chunks)).status).toBe(
        503,
      );
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
    expect(site.lines[0]).toBe("CGI script /cgi-bin/cat: no room for the body of its request");
    expect((await site.ask("POST /cgi-bin/cat", "Transfer-Encoding: chunked", "", chunks)).body).toHaveLength(
      70_000,
    );
  });
});

describe("what a script says of its answer", () => {
  const SAYINGS: readonly [what: string, head: string[], line: string, fields: string[]][] = [
    ["Status", ["Status: 404 Not Found", "Content-Type: a/b"], "404 Not Found", ["Content-Type: a/b"]],
    ["Status with a phrase of its own", ["Status: 418 Short and stout"], "418 Short and stout", []],
    ["Status without a phrase", ["Status: 201", "X-A: 1"], "201 Created", ["X-A: 1"]],
    ["Location, absolute", ["Location: http://a.example/b"], "302 Found", ["Location: http://a.example/b"]],
    [
      "Location, absolute, with a Status",
      ["Status: 307 Temporary Redirect", "Location: http://a.example/b"],
      "307 Temporary Redirect",
      ["Location: http://a.example/b"],
    ],
    [
      "Location, local, with a Status",
      ["Location: /b", "Status: 303 See Other"],
      "303 See Other",
      ["Location: /b"],
    ],
    ["Location, relative", ["Location: b"], "302 Found", ["Location: b"]],
    [
      "fields of its own, repeated ones in their order",
      ["Content-Type: a/b", "Set-Cookie: a=1", "set-cookie:b=2", "X-Empty:"],
      "200 OK",
      ["Content-Type: a/b", "Set-Cookie: a=1", "set-cookie: b=2", "X-Empty: "],
    ],
    [
      "fields about the connection, which are not its business",
      [
        "Content-Type: a/b",
        "Connection: keep-alive, X-Hop",
        "Keep-Alive: 1",
        "Transfer-Encoding: chunked",
        "TE: trailers",
        "Trailer: X",
        "Upgrade: h2c",
        "X-Hop: 1",
        "Proxy-Connection: close",
      ],
      "200 OK",
      ["Content-Type: a/b"],
    ],
    [
      "who serves, and when, which the server says",
      ["Content-Type: a/b", "Server: X", "Date: X"],
      "200 OK",
      ["Content-Type: a/b"],
    ],
    [
      "letters beyond ASCII",
      ["Content-Type: a/b", "X-Name: \u00e9"],
      "200 OK",
      ["Content-Type: a/b", "X-Name: \u00c3\u00a9"],
    ],
  ];

  test.each(SAYINGS)("%s", async (_, head, line, fields) => {
    await using site = await serveScripts({ say: says(...head, "", "output") });
    const raw = await site.askRaw("GET /cgi-bin/say");
    const { status, reason, headerLines } = parseResponse(raw);
    expect(decodeResponse(raw).body).toBe("output\n");
    const own = ["Server", "Date", "Connection", "Transfer-Encoding"];
    expect([
      `${status} ${reason}`,
      headerLines.filter(([name]) => !own.includes(name)).map(([name, value]) => `${name}: ${value}`),
    ]).toEqual([line, fields]);
    for (const name of own)
      expect([name, headerLines.filter((field) => field[0] === name).length]).toEqual([name, 1]);
  });

  test("is read with CRLF as with LF", async () => {
    await using site = await serveScripts({ say: "printf 'Status: 201 Made\\r\\nX-A: 1\\r\\n\\r\\nout'" });
    const { status, headers, body } = await site.ask("GET /cgi-bin/say");
    expect([status, headers.get("x-a"), body]).toEqual([201, "1", "out"]);
  });

  test("is read however it is cut", async () => {
    const bytes = "Status: 201\\r\\nX-A: 1\\r\\n\\r\\nout";
    const cuts = Array.from(bytes.matchAll(/\\?./g), ([char]) => `printf '${char}'`);
    await using site = await serveScripts({ say: cuts.join("\n") });
    const { status, headers, body } = await site.ask("GET /cgi-bin/say");
    expect([status, headers.get("x-a"), body]).toEqual([201, "1", "out"]);
  });

  test.each([204, 304])("%d has no output", async (code) => {
    await using site = await serveScripts({ say: says(`Status: ${code}`, "", "output") });
    expect(await site.ask("GET /cgi-bin/say")).toMatchObject({ status: code, body: "", framing: "none" });
  });

  test("of a length is held against what it writes", async () => {
    await using site = await serveScripts({
      exact: "printf 'Content-Type: a/b\\nContent-Length: 3\\n\\nabc'",
      more: "printf 'Content-Type: a/b\\nContent-Length: 3\\n\\nabcde'",
      less: "printf 'Content-Type: a/b\\nContent-Length: 3\\n\\nab'",
    });
    const exact = await site.ask("GET /cgi-bin/exact");
    expect([exact.body, exact.framing]).toEqual(["abc", "length"]);
    expect((await site.ask("GET /cgi-bin/more")).body).toBe("abc");
    expect(await site.askRaw("GET /cgi-bin/less")).toEndWith("\r\n\r\nab");
    expect(site.lines).toEqual([
      "CGI script /cgi-bin/more: it wrote 2 bytes more than its Content-Length says",
      "Fewer bytes were written than Content-Length announced; the connection is closed",
    ]);
  });

  test("may be about caches, which the site has nothing to say to about scripts", async () => {
    await using site = await serveScripts(
      { say: says("Content-Type: a/b", "Cache-Control: no-store", "", "") },
      { cache: 60 },
    );
    const { headerLines } = parseResponse(await site.askRaw("GET /cgi-bin/say"));
    expect(headerLines.filter(([name]) => name === "Cache-Control")).toEqual([["Cache-Control", "no-store"]]);
  });

  test("does not repeat what the site says of every answer", async () => {
    await using site = await serveScripts(
      { say: says("Content-Type: a/b", "Access-Control-Allow-Origin: http://b.example", "", "") },
      { cors: true },
    );
    const { headerLines } = parseResponse(await site.askRaw("GET /cgi-bin/say"));
    const allowed = headerLines.filter(([name]) => name.toLowerCase() === "access-control-allow-origin");
    expect(allowed).toEqual([["Access-Control-Allow-Origin", "*"]]);
  });
});

describe("a local redirect", () => {
  const SCRIPTS = {
    to: 'echo "Location: $QUERY_STRING"; echo',
    tell: `${TEXT} echo "$REQUEST_METHOD $REQUEST_URI $SCRIPT_NAME $PATH_INFO $QUERY_STRING [$CONTENT_LENGTH$CONTENT_TYPE]"; cat`,
  };

  test.each<[string, string, string, string[]]>([
    ["leads to a script, with a path and a query", "GET", "/cgi-bin/tell/a?b", []],
    [
      "of POST is one by GET, without a body",
      "POST",
      "/cgi-bin/tell/a?b",
      ["Content-Length: 3", "Content-Type: a/b", "", "abc"],
    ],
  ])("%s", async (_, method, to, rest) => {
    await using site = await serveScripts(SCRIPTS);
    const { status, body } = await site.ask(`${method} /cgi-bin/to?${to}`, ...rest);
    expect([status, body]).toEqual([200, "GET /cgi-bin/tell/a?b /cgi-bin/tell /a b []\n"]);
  });

  test("leads to a file, to what there is not, and for HEAD as well", async () => {
    await using site = await serveScripts(SCRIPTS, { files: { "a.txt": "a" } });
    expect((await site.ask("GET /cgi-bin/to?/a.txt")).body).toBe("a");
    expect((await site.ask("GET /cgi-bin/to?/none")).status).toBe(404);
    expect(parseResponse(await site.askRaw("HEAD /cgi-bin/to?/a.txt"))).toMatchObject({
      status: 200,
      body: "",
    });
  });

  test("stays on this server, whatever it looks like", async () => {
    await using site = await serveScripts(SCRIPTS, { files: { "evil.example/a": "here" } });
    expect((await site.ask("GET /cgi-bin/to?//evil.example/a")).body).toBe("here");
    expect((await site.ask("GET /cgi-bin/to?/../../etc/passwd")).status).toBe(404);
    expect((await site.ask("GET /cgi-bin/to?/cgi-bin/..%2fsecret")).status).toBe(404);
  });

  test("leads nobody where a subclass does not let them in", async () => {
    class PartlyOpen extends CGIHTTPRequestHandler {
      override admitRequest(): boolean | Promise<boolean> {
        return this.path.startsWith("/cgi-bin/to") || super.admitRequest();
      }
    }
    await using site = await serveScripts(SCRIPTS, {
      files: { "private.txt": "private" },
      auth: "ada:secret",
      Handler: PartlyOpen,
    });
    const ask = async (method: string, to: string, ...fields: string[]) => {
      const { status, body } = await site.ask(`${method} /cgi-bin/to?${to}`, ...fields);
      return [status, body.includes("private")];
    };
    expect(await ask("GET", "/private.txt")).toEqual([401, false]);
    expect(await ask("POST", "/cgi-bin/tell", "Content-Length: 0")).toEqual([401, false]);
    expect(await ask("GET", "/cgi-bin/to?/private.txt")).toEqual([401, false]);
    const credentials = `Authorization: Basic ${btoa("ada:secret")}`;
    expect(await ask("GET", "/private.txt", credentials)).toEqual([200, true]);
  });

  test("that leads back to itself ends with 502", async () => {
    await using site = await serveScripts({ loop: "echo ran >&2; echo 'Location: /cgi-bin/loop'; echo" });
    expect((await site.ask("GET /cgi-bin/loop")).status).toBe(502);
    expect(site.lines.filter((line) => line.endsWith(": ran")).length).toBe(11);
    expect(site.lines[11]).toBe("CGI script: more than 10 local redirects, the last to /cgi-bin/loop");
  });

  test("that is no path is 502", async () => {
    await using site = await serveScripts({ odd: "echo 'Location: /a b'; echo" });
    expect((await site.ask("GET /cgi-bin/odd")).status).toBe(502);
  });

  test("counts anew with each request of a connection, whoever lets them in", async () => {
    class Open extends CGIHTTPRequestHandler {
      override admitRequest(): boolean {
        return true;
      }
    }
    await using site = await serveScripts(SCRIPTS, { files: { "a.txt": "a" }, Handler: Open });
    const request = "GET /cgi-bin/to?/a.txt HTTP/1.1\r\nHost: x\r\n\r\n";
    const answers = decodeResponses(await exchange(site.port, request.repeat(12)));
    expect(answers.map(({ body }) => body)).toEqual(Array(12).fill("a"));
  });
});

describe("a script that is called nph-", () => {
  test("answers by itself, and the connection ends with it", async () => {
    await using site = await serveScripts({
      "nph-own": "printf 'HTTP/1.1 299 Own\\r\\nX-A: 1\\r\\nContent-Length: 3\\r\\n\\r\\nown'",
    });
    await using client = await RawClient.connect(site.port);
    client.send("GET /cgi-bin/nph-own HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await client.untilClosed()).toBe("HTTP/1.1 299 Own\r\nX-A: 1\r\nContent-Length: 3\r\n\r\nown");
  });

  test("is only called so by its own name", async () => {
    await using site = await serveScripts({ "nph-dir/hello": `${TEXT} echo hello` });
    expect((await site.ask("GET /cgi-bin/nph-dir/hello/nph-x")).body).toBe("hello\n");
  });

  test("is 502 where it says nothing", async () => {
    await using site = await serveScripts({ "nph-mute": "true" });
    expect((await site.ask("GET /cgi-bin/nph-mute")).status).toBe(502);
  });
});

describe("the class", () => {
  test("tells scripts and programs by Python's methods", async () => {
    let handler: CGIHTTPRequestHandler | undefined;
    class Probe extends CGIHTTPRequestHandler {
      override is_cgi(): boolean {
        handler = this;
        return super.is_cgi();
      }
    }
    await using site = await serveScripts({ "sub/hello": `${TEXT} echo hello` }, { Handler: Probe });
    expect((await site.ask("GET /cgi-bin/sub/hello/a/?q")).status).toBe(200);
    expect(handler!.cgi_info).toEqual(["/cgi-bin", "sub/hello/a/"]);
    expect([handler!.is_python("a.PY"), handler!.is_python("a.pyw"), handler!.is_python("py")]).toEqual([
      true,
      true,
      false,
    ]);
    expect(handler!.is_executable(site.tree.path("cgi-bin/sub/hello"))).toBe(true);
    expect(handler!.have_fork).toBe(true);
  });

  test("runs scripts where a subclass says that they are", async () => {
    class Everything extends CGIHTTPRequestHandler {
      override is_cgi(): boolean {
        this.cgi_info = ["/cgi-bin", "hello/x"];
        return true;
      }
    }
    await using site = await serveScripts({ hello: `${TEXT} echo "$PATH_INFO"` }, { Handler: Everything });
    expect((await site.ask("GET /whatever")).body).toBe("/x\n");
  });

  test("runs nothing that a subclass does not hold executable", async () => {
    class Strict extends CGIHTTPRequestHandler {
      override is_executable(): boolean {
        return false;
      }
    }
    await using site = await serveScripts({ hello: `${TEXT} echo hello` }, { Handler: Strict });
    expect((await site.ask("GET /cgi-bin/hello")).status).toBe(403);
  });

  test("does not go together with uploads", async () => {
    expect(() => CGIHTTPRequestHandler.with({ upload: true })).toThrow("upload cannot be on");
    class Careless extends CGIHTTPRequestHandler {
      static override upload = true;
    }
    await using site = await serveScripts({ a: "true" }, { Handler: Careless, files: { "a.txt": "a" } });
    const errors: unknown[] = [];
    site.server.handle_error = (_request, _address, error) => void errors.push(error);
    const put = "PUT /cgi-bin/b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    expect(await exchange(site.port, put)).toBe("");
    expect(String(errors[0])).toContain("upload cannot be on");
  });

  test("serves a directory that is said relative to the current one", async () => {
    await using site = await serveScripts({ where: `${TEXT} pwd; echo "$PATH_TRANSLATED"` });
    class Relative extends CGIHTTPRequestHandler {
      override log_message(): void {}
    }
    const directory = relative(process.cwd(), site.tree.root);
    await using started = await startServer(Relative.with({ directory }));
    const request = "GET /cgi-bin/where/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    expect(decodeResponse(await exchange(started.port, request)).body).toBe(
      `${site.tree.path("cgi-bin")}\n${site.tree.path("a")}\n`,
    );
  });

  test("takes no limit that is none", async () => {
    await using site = await serveScripts({}, { maxCgiScripts: Number.NaN });
    const errors: unknown[] = [];
    site.server.handle_error = (_request, _address, error) => void errors.push(error);
    expect(await exchange(site.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).toBe("");
    expect(String(errors[0])).toBe("RangeError: maxCgiScripts: NaN is not a number from 0 on");
  });

  test("says so where there are no scripts", async () => {
    class Elsewhere extends CGIHTTPRequestHandler {
      static override have_fork = false;
    }
    await using site = await serveScripts({}, { Handler: Elsewhere });
    const errors: unknown[] = [];
    site.server.handle_error = (_request, _address, error) => void errors.push(error);
    expect(await exchange(site.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).toBe("");
    expect(String(errors[0])).toContain("there are no CGI scripts on this system");
  });
});

describeWith(["python3"], "python3", (python) => {
  test("answers as a script", async () => {
    await using site = await serveScripts({
      "hello.py": `#!${python}\nimport os, sys\nbody = sys.stdin.buffer.read()\nprint("Content-Type: text/plain\\n")\nprint(os.environ["REQUEST_METHOD"], len(body))\n`,
    });
    expect((await site.ask("POST /cgi-bin/hello.py", "Content-Length: 4", "", "four")).body).toBe("POST 4\n");
  });
});

describeWith(["perl"], "perl", (perl) => {
  test("answers as a script", async () => {
    await using site = await serveScripts({
      "hello.pl": `#!${perl}\nlocal $/; my $body = <STDIN>;\nprint "Content-Type: text/plain\\r\\n\\r\\n$ENV{REQUEST_METHOD} $body";\n`,
    });
    expect((await site.ask("POST /cgi-bin/hello.pl", "Content-Length: 4", "", "four")).body).toBe(
      "POST four",
    );
  });
});
