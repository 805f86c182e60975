/**
 * Handlers written for Python's class, translated line by line. Above each stands the Python it comes from. What
 * changes is what has to: `self` is `this`, a read is awaited, and `%` formatting is `util.format`.
 */

import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "node:util";
import { BaseHTTPRequestHandler, HTTPServer, HTTPStatus, SimpleHTTPRequestHandler } from "../../src/index.ts";
import { exchange, parseResponse, RawClient, startServer } from "../support/client.ts";

/** A request that is the last of its connection. */
function request(line: string, headers: readonly string[] = [], body = ""): string {
  const fields = ["Host: parity.test", "Connection: close", ...headers];
  if (body !== "") fields.push(`Content-Length: ${Buffer.byteLength(body, "latin1")}`);
  return `${line} HTTP/1.1\r\n${fields.join("\r\n")}\r\n\r\n${body}`;
}

describe("an echo of POST", () => {
  // class Echo(BaseHTTPRequestHandler):
  //     def do_POST(self):
  //         length = int(self.headers["Content-Length"])
  //         body = self.rfile.read(length)
  //         self.send_response(200)
  //         self.send_header("Content-Type", self.headers["Content-Type"])
  //         self.send_header("Content-Length", str(length))
  //         self.end_headers()
  //         self.wfile.write(body)
  class Echo extends BaseHTTPRequestHandler {
    async do_POST(): Promise<void> {
      const length = Number(this.headers.get("Content-Length"));
      const body = await this.rfile.read(length);
      this.send_response(200);
      this.send_header("Content-Type", this.headers.get("Content-Type") ?? "");
      this.send_header("Content-Length", String(length));
      this.end_headers();
      this.wfile.write(body);
    }
    override log_message(): void {}
  }

  test("gives the body back with its type", async () => {
    await using started = await startServer(Echo);
    const raw = await exchange(
      started.port,
      request("POST /", ["Content-Type: text/x-test"], "sixteen bytes ok"),
    );
    const response = parseResponse(raw);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/x-test");
    expect(response.headers.get("content-length")).toBe("16");
    expect(response.body).toBe("sixteen bytes ok");
  });

  test("gives every byte value back unchanged", async () => {
    await using started = await startServer(Echo);
    const body = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
    const raw = await exchange(
      started.port,
      request("POST /", ["Content-Type: application/octet-stream"], body),
    );
    expect(parseResponse(raw).body).toBe(body);
  });

  test("serves the next request of the connection from where the body ended", async () => {
    await using started = await startServer(Echo);
    const first = "POST /1 HTTP/1.1\r\nHost: p\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\none";
    const raw = await exchange(started.port, first + request("POST /2", ["Content-Type: a/b"], "two"));
    expect(raw.split("HTTP/1.1 200 OK").length).toBe(3);
    expect(raw).toContain("\r\n\r\noneHTTP/1.1 200 OK");
    expect(raw.endsWith("\r\n\r\ntwo")).toBe(true);
  });

  test("waits for a body that comes after the head", async () => {
    await using started = await startServer(Echo);
    await using client = await RawClient.connect(started.port);
    client.send(
      "POST / HTTP/1.1\r\nHost: p\r\nContent-Type: a/b\r\nContent-Length: 10\r\nConnection: close\r\n\r\n",
    );
    client.send("first");
    client.send("later");
    expect(await client.untilClosed()).toEndWith("\r\n\r\nfirstlater");
  });
});

describe("a JSON API with its state on the server object", () => {
  // class TaskServer(HTTPServer):
  //     def __init__(self, *args):
  //         super().__init__(*args)
  //         self.tasks = {}
  //         self.next_id = 1
  class TaskServer extends HTTPServer {
    readonly tasks: Map<number, string> = new Map();
    next_id = 1;
  }

  // class TaskHandler(BaseHTTPRequestHandler):
  //     def do_GET(self):
  //         if self.path != "/tasks":
  //             return self.send_error(HTTPStatus.NOT_FOUND)
  //         self.reply(HTTPStatus.OK, [{"id": i, "title": t} for i, t in self.server.tasks.items()])
  //     def do_POST(self):
  //         task = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
  //         if "title" not in task:
  //             return self.send_error(HTTPStatus.BAD_REQUEST, explain="title is missing")
  //         task_id = self.server.next_id
  //         self.server.next_id += 1
  //         self.server.tasks[task_id] = task["title"]
  //         self.reply(HTTPStatus.CREATED, {"id": task_id}, {"Location": f"/tasks/{task_id}"})
  //     def do_DELETE(self):
  //         task_id = int(self.path.rsplit("/", 1)[1])
  //         if self.server.tasks.pop(task_id, None) is None:
  //             return self.send_error(HTTPStatus.NOT_FOUND)
  //         self.send_response(HTTPStatus.NO_CONTENT)
  //         self.end_headers()
  //     def reply(self, status, value, headers={}):
  //         body = json.dumps(value).encode()
  //         self.send_response(status)
  //         self.send_header("Content-Type", "application/json")
  //         self.send_header("Content-Length", str(len(body)))
  //         for name, value in headers.items():
  //             self.send_header(name, value)
  //         self.end_headers()
  //         self.wfile.write(body)
  class TaskHandler extends BaseHTTPRequestHandler {
    get tasks(): TaskServer {
      return this.server as TaskServer;
    }
    do_GET(): void {
      if (this.path !== "/tasks") return void this.send_error(HTTPStatus.NOT_FOUND);
      this.reply(
        HTTPStatus.OK,
        [...this.tasks.tasks].map(([id, title]) => ({ id, title })),
      );
    }
    async do_POST(): Promise<void> {
      const task = (await this.rfile.json()) as { title?: string };
      if (task.title === undefined) {
        return void this.send_error(HTTPStatus.BAD_REQUEST, undefined, "title is missing");
      }
      const task_id = this.tasks.next_id;
      this.tasks.next_id += 1;
      this.tasks.tasks.set(task_id, task.title);
      this.reply(HTTPStatus.CREATED, { id: task_id }, { Location: `/tasks/${task_id}` });
    }
    do_DELETE(): void {
      const task_id = Number(this.path.slice(this.path.lastIndexOf("/") + 1));
      if (!this.tasks.tasks.delete(task_id)) return void this.send_error(HTTPStatus.NOT_FOUND);
      this.send_response(HTTPStatus.NO_CONTENT);
      this.end_headers();
    }
    reply(status: HTTPStatus, value: unknown, headers: Record<string, string> = {}): void {
      const body = JSON.stringify(value);
      this.send_response(status);
      this.send_header("Content-Type", "application/json");
      this.send_header("Content-Length", String(Buffer.byteLength(body)));
      for (const [name, value] of Object.entries(headers)) this.send_header(name, value);
      this.end_headers();
      this.wfile.write(body);
    }
    override log_message(): void {}
  }

  test("keeps what one connection stored for the next", async () => {
    await using server = new TaskServer(["127.0.0.1", 0], TaskHandler);
    void server.serve_forever();
    const port = server.server_port;

    const created = parseResponse(
      await exchange(port, request("POST /tasks", [], '{"title":"write tests"}')),
    );
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe("/tasks/1");
    expect(JSON.parse(created.body)).toEqual({ id: 1 });

    const listed = parseResponse(await exchange(port, request("GET /tasks")));
    expect(listed.headers.get("content-type")).toBe("application/json");
    expect(JSON.parse(listed.body)).toEqual([{ id: 1, title: "write tests" }]);
    expect([...server.tasks]).toEqual([[1, "write tests"]]);

    const deleted = parseResponse(await exchange(port, request("DELETE /tasks/1")));
    expect(deleted.status).toBe(204);
    expect(deleted.body).toBe("");
    expect(parseResponse(await exchange(port, request("DELETE /tasks/1"))).status).toBe(404);
  });

  test("explains a bad request in the error page", async () => {
    await using server = new TaskServer(["127.0.0.1", 0], TaskHandler);
    void server.serve_forever();
    const response = parseResponse(await exchange(server.server_port, request("POST /tasks", [], "{}")));
    expect(response.status).toBe(400);
    expect(response.body).toContain("title is missing");
  });
});

describe("a handler that overrides log_message", () => {
  // class Logged(BaseHTTPRequestHandler):
  //     lines = []
  //     def do_GET(self):
  //         self.send_response(200)
  //         self.end_headers()
  //     def log_message(self, format, *args):
  //         self.lines.append("%s said: %s" % (self.address_string(), format % args))
  class Logged extends BaseHTTPRequestHandler {
    static readonly lines: string[] = [];
    do_GET(): void {
      this.send_response(200);
      this.end_headers();
    }
    override log_message(format_: string, ...args: unknown[]): void {
      Logged.lines.push(format("%s said: %s", this.address_string(), format(format_, ...args)));
    }
  }

  test("gets the format and its arguments, for answers and for errors", async () => {
    Logged.lines.length = 0;
    await using started = await startServer(Logged);
    await exchange(started.port, request("GET /a%20b"));
    await exchange(started.port, request("BREW /pot"));
    expect(Logged.lines[0]).toBe('127.0.0.1 said: "GET /a%20b HTTP/1.1" 200 -');
    expect(Logged.lines[1]).toStartWith("127.0.0.1 said: code 501, message ");
    expect(Logged.lines[2]).toBe('127.0.0.1 said: "BREW /pot HTTP/1.1" 501 -');
    expect(Logged.lines.length).toBe(3);
  });
});

describe("a handler that overrides translate_path", () => {
  // class Aliased(SimpleHTTPRequestHandler):
  //     aliases = {"/docs/": "/usr/share/doc/"}
  //     def translate_path(self, path):
  //         for prefix, root in self.aliases.items():
  //             if path.startswith(prefix):
  //                 return os.path.join(root, path[len(prefix):])
  //         return super().translate_path(path)
  class Aliased extends SimpleHTTPRequestHandler {
    static readonly aliases: Map<string, string> = new Map();
    override translate_path(path: string): string {
      for (const [prefix, root] of Aliased.aliases) {
        if (path.startsWith(prefix)) return join(root, path.slice(prefix.length));
      }
      return super.translate_path(path);
    }
    override log_message(): void {}
  }

  test("serves an alias from elsewhere and the rest from the directory", async () => {
    const root = await mkdtemp(join(tmpdir(), "basehttp-alias-"));
    const elsewhere = await mkdtemp(join(tmpdir(), "basehttp-elsewhere-"));
    try {
      await writeFile(join(root, "here.txt"), "from the directory");
      await writeFile(join(elsewhere, "there.txt"), "from elsewhere");
      Aliased.aliases.set("/docs/", elsewhere);
      await using started = await startServer(Aliased.with({ directory: root }));
      const there = parseResponse(await exchange(started.port, request("GET /docs/there.txt")));
      const here = parseResponse(await exchange(started.port, request("GET /here.txt")));
      const missing = parseResponse(await exchange(started.port, request("GET /there.txt")));
      expect([there.status, there.body]).toEqual([200, "from elsewhere"]);
      expect([here.status, here.body]).toEqual([200, "from the directory"]);
      expect(missing.status).toBe(404);
    } finally {
      await rm(root, { recursive: true });
      await rm(elsewhere, { recursive: true });
    }
  });
});

describe("a handler that overrides send_error", () => {
  // class JsonErrors(BaseHTTPRequestHandler):
  //     def do_GET(self):
  //         self.send_error(404, explain="no such thing: %s" % self.path)
  //     def send_error(self, code, message=None, explain=None):
  //         short, long = self.responses.get(code, ("???", "???"))
  //         body = json.dumps({"code": code, "message": message or short, "explain": explain or long}).encode()
  //         self.send_response(code, message)
  //         self.send_header("Content-Type", "application/json")
  //         self.send_header("Content-Length", str(len(body)))
  //         self.end_headers()
  //         if self.command != "HEAD":
  //             self.wfile.write(body)
  class JsonErrors extends BaseHTTPRequestHandler {
    do_GET(): void {
      this.send_error(404, undefined, format("no such thing: %s", this.path));
    }
    override send_error(code: number | HTTPStatus, message?: string, explain?: string): void {
      const [short, long] = this.responses.get(Number(code)) ?? ["???", "???"];
      const body = JSON.stringify({
        code: Number(code),
        message: message ?? short,
        explain: explain ?? long,
      });
      this.send_response(code, message);
      this.send_header("Content-Type", "application/json");
      this.send_header("Content-Length", String(Buffer.byteLength(body)));
      this.end_headers();
      if (this.command !== "HEAD") this.wfile.write(body);
    }
    override log_message(): void {}
  }

  test("is called by the handler's own code", async () => {
    await using started = await startServer(JsonErrors);
    const response = parseResponse(await exchange(started.port, request("GET /x")));
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(JSON.parse(response.body)).toEqual({
      code: 404,
      message: "Not Found",
      explain: "no such thing: /x",
    });
  });

  test("is called for a method that the handler does not have", async () => {
    await using started = await startServer(JsonErrors);
    const response = parseResponse(await exchange(started.port, request("BREW /pot")));
    expect(response.status).toBe(501);
    expect(JSON.parse(response.body)).toMatchObject({ code: 501 });
  });

  test("is called for a request that cannot be parsed", async () => {
    await using started = await startServer(JsonErrors);
    const response = parseResponse(await exchange(started.port, "GET / HTTP/9.9\r\nHost: p\r\n\r\n"));
    expect(response.status).toBe(505);
    expect(JSON.parse(response.body)).toMatchObject({ code: 505 });
  });
});

describe("a handler that reads a body in pieces", () => {
  // class Digest(BaseHTTPRequestHandler):
  //     def do_PUT(self):
  //         remaining = int(self.headers["Content-Length"])
  //         digest, pieces = hashlib.sha256(), 0
  //         while remaining:
  //             piece = self.rfile.read(min(4096, remaining))
  //             digest.update(piece)
  //             remaining -= len(piece)
  //             pieces += 1
  //         self.send_response(200)
  //         self.end_headers()
  //         self.wfile.write(b"%d %s" % (pieces, digest.hexdigest().encode()))
  class Digest extends BaseHTTPRequestHandler {
    async do_PUT(): Promise<void> {
      let remaining = Number(this.headers.get("Content-Length"));
      const digest = createHash("sha256");
      let pieces = 0;
      while (remaining > 0) {
        const piece = await this.rfile.read(Math.min(4096, remaining));
        digest.update(piece);
        remaining -= piece.length;
        pieces += 1;
      }
      this.send_response(200);
      this.end_headers();
      this.wfile.write(format("%d %s", pieces, digest.digest("hex")));
    }
    override log_message(): void {}
  }

  test("reads each piece whole, however the bytes arrive", async () => {
    const body = "0123456789abcdef".repeat(1000);
    await using started = await startServer(Digest);
    await using client = await RawClient.connect(started.port);
    client.send(`PUT / HTTP/1.1\r\nHost: p\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`);
    for (let at = 0; at < body.length; at += 1234) client.send(body.slice(at, at + 1234));
    const response = parseResponse(await client.untilClosed());
    expect(response.body).toBe(`4 ${createHash("sha256").update(body).digest("hex")}`);
  });

  // class Lines(BaseHTTPRequestHandler):
  //     def do_POST(self):
  //         first = self.rfile.readline()
  //         rest = self.rfile.read(int(self.headers["Content-Length"]) - len(first))
  //         self.send_response(200)
  //         self.end_headers()
  //         self.wfile.write(rest + first)
  class Lines extends BaseHTTPRequestHandler {
    async do_POST(): Promise<void> {
      const first = await this.rfile.readline();
      const rest = await this.rfile.read(Number(this.headers.get("Content-Length")) - first.length);
      this.send_response(200);
      this.end_headers();
      this.wfile.write(rest);
      this.wfile.write(first);
    }
    override log_message(): void {}
  }

  test("reads a line, then the rest", async () => {
    await using started = await startServer(Lines);
    const response = parseResponse(await exchange(started.port, request("POST /", [], "first\nsecond\n")));
    expect(response.body).toBe("second\nfirst\n");
  });

  test("reads a line that arrives byte by byte", async () => {
    await using started = await startServer(Lines);
    await using client = await RawClient.connect(started.port);
    for (const byte of request("POST /", [], "first\nsecond\n")) client.send(byte);
    expect(parseResponse(await client.untilClosed()).body).toBe("second\nfirst\n");
  });
});

describe("a handler that streams without a length", () => {
  // class Counter(BaseHTTPRequestHandler):
  //     def do_GET(self):
  //         self.send_response(200)
  //         self.send_header("Content-Type", "text/plain")
  //         self.end_headers()
  //         for number in range(3):
  //             self.wfile.write(b"%d\n" % number)
  //             self.server.gate.wait()
  class Counter extends BaseHTTPRequestHandler {
    static gate: () => Promise<void> = () => Promise.resolve();
    async do_GET(): Promise<void> {
      this.send_response(200);
      this.send_header("Content-Type", "text/plain");
      this.end_headers();
      for (let number = 0; number < 3; number++) {
        this.wfile.write(format("%d\n", number));
        await this.wfile.flush();
        await Counter.gate();
      }
    }
    override log_message(): void {}
  }

  test("each piece arrives while the handler goes on", async () => {
    const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    const waitingAt = gates.values();
    Counter.gate = () => waitingAt.next().value?.promise ?? Promise.resolve();
    await using started = await startServer(Counter);
    await using client = await RawClient.connect(started.port);
    client.send("GET / HTTP/1.1\r\nHost: p\r\n\r\n");
    for (const [number, gate] of gates.entries()) {
      await client.until((received) => received.endsWith(`\r\n2\r\n${number}\n\r\n`));
      gate.resolve();
    }
    const { headers, body } = parseResponse(
      await client.until((received) => received.endsWith("\r\n0\r\n\r\n")),
    );
    expect(headers.get("transfer-encoding")).toBe("chunked");
    expect(headers.has("content-length")).toBe(false);
    expect(body).toBe("2\r\n0\n\r\n2\r\n1\n\r\n2\r\n2\n\r\n0\r\n\r\n");
  });

  test("HTTP/1.0 gets the bytes as they are, ended by the close", async () => {
    Counter.gate = () => new Promise((resolve) => setImmediate(resolve));
    await using started = await startServer(Counter);
    const response = parseResponse(await exchange(started.port, "GET / HTTP/1.0\r\n\r\n"));
    expect(response.headers.has("transfer-encoding")).toBe(false);
    expect(response.headers.has("content-length")).toBe(false);
    expect(response.body).toBe("0\n1\n2\n");
  });
});

describe("a handler that closes the connection itself", () => {
  // class Once(BaseHTTPRequestHandler):
  //     protocol_version = "HTTP/1.1"
  //     def do_GET(self):
  //         self.send_response(200)
  //         self.send_header("Content-Length", "4")
  //         self.end_headers()
  //         self.wfile.write(b"once")
  //         self.close_connection = True
  class Once extends BaseHTTPRequestHandler {
    override protocol_version = "HTTP/1.1";
    do_GET(): void {
      this.send_response(200);
      this.send_header("Content-Length", "4");
      this.end_headers();
      this.wfile.write("once");
      this.close_connection = true;
    }
    override log_message(): void {}
  }

  test("close_connection ends it, and what was pipelined behind is not handled", async () => {
    await using started = await startServer(Once);
    const get = "GET / HTTP/1.1\r\nHost: p\r\n\r\n";
    const raw = await exchange(started.port, get + get);
    expect(raw.split("HTTP/1.1 200 OK").length).toBe(2);
    expect(raw).toEndWith("\r\n\r\nonce");
  });

  test("the server closes although the client does not", async () => {
    await using started = await startServer(Once);
    await using client = await RawClient.connect(started.port);
    client.send("GET / HTTP/1.1\r\nHost: p\r\n\r\n");
    expect(await client.untilClosed()).toEndWith("\r\n\r\nonce");
  });

  // class Goodbye(BaseHTTPRequestHandler):
  //     protocol_version = "HTTP/1.1"
  //     def do_GET(self):
  //         self.send_response(200)
  //         self.send_header("Connection", "close")
  //         self.end_headers()
  class Goodbye extends BaseHTTPRequestHandler {
    override protocol_version = "HTTP/1.1";
    do_GET(): void {
      this.send_response(200);
      this.send_header("Connection", "close");
      this.end_headers();
    }
    override log_message(): void {}
  }

  test("so does a Connection: close header, sent once", async () => {
    await using started = await startServer(Goodbye);
    await using client = await RawClient.connect(started.port);
    client.send("GET / HTTP/1.1\r\nHost: p\r\n\r\n");
    const response = parseResponse(await client.untilClosed());
    expect(response.headerLines.filter(([name]) => name.toLowerCase() === "connection")).toEqual([
      ["Connection", "close"],
    ]);
  });
});

describe("a handler that answers do_PROPFIND", () => {
  // class Dav(BaseHTTPRequestHandler):
  //     def do_PROPFIND(self):
  //         depth = self.headers.get("Depth", "infinity")
  //         body = '<multistatus xmlns="DAV:"><!-- %s %s --></multistatus>' % (self.path, depth)
  //         self.send_response(HTTPStatus.MULTI_STATUS)
  //         self.send_header("Content-Type", 'application/xml; charset="utf-8"')
  //         self.send_header("Content-Length", str(len(body)))
  //         self.end_headers()
  //         self.wfile.write(body.encode())
  class Dav extends BaseHTTPRequestHandler {
    do_PROPFIND(): void {
      const depth = this.headers.get("Depth", "infinity");
      const body = format('<multistatus xmlns="DAV:"><!-- %s %s --></multistatus>', this.path, depth);
      this.send_response(HTTPStatus.MULTI_STATUS);
      this.send_header("Content-Type", 'application/xml; charset="utf-8"');
      this.send_header("Content-Length", String(body.length));
      this.end_headers();
      this.wfile.write(body);
    }
    override log_message(): void {}
  }

  test("any method name is reached through do_", async () => {
    await using started = await startServer(Dav);
    const response = parseResponse(await exchange(started.port, request("PROPFIND /folder/", ["depth: 1"])));
    expect([response.status, response.reason]).toEqual([207, "Multi-Status"]);
    expect(response.body).toBe('<multistatus xmlns="DAV:"><!-- /folder/ 1 --></multistatus>');
  });

  test("a header that is absent has the default", async () => {
    await using started = await startServer(Dav);
    const response = parseResponse(await exchange(started.port, request("PROPFIND /")));
    expect(response.body).toContain("<!-- / infinity -->");
  });

  test("method names are case-sensitive", async () => {
    await using started = await startServer(Dav);
    expect(parseResponse(await exchange(started.port, request("propfind /"))).status).toBe(501);
  });
});

describe("more of what Python's users write", () => {
  // class Private(BaseHTTPRequestHandler):
  //     def do_GET(self):
  //         if self.headers.get("Authorization") != "Basic " + base64.b64encode(b"user:secret").decode():
  //             self.send_response(401)
  //             self.send_header("WWW-Authenticate", 'Basic realm="private"')
  //             self.end_headers()
  //             return
  //         self.send_response(200)
  //         self.end_headers()
  //         self.wfile.write(b"welcome")
  class Private extends BaseHTTPRequestHandler {
    do_GET(): void {
      if (this.headers.get("Authorization") !== `Basic ${btoa("user:secret")}`) {
        this.send_response(401);
        this.send_header("WWW-Authenticate", 'Basic realm="private"');
        this.end_headers();
        return;
      }
      this.send_response(200);
      this.end_headers();
      this.wfile.write("welcome");
    }
    override log_message(): void {}
  }

  test("basic authentication", async () => {
    await using started = await startServer(Private);
    const refused = parseResponse(await exchange(started.port, request("GET /")));
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="private"']);
    const authorized = request("GET /", [`Authorization: Basic ${btoa("user:secret")}`]);
    expect(parseResponse(await exchange(started.port, authorized)).body).toBe("welcome");
  });

  // class Upload(SimpleHTTPRequestHandler):
  //     def do_PUT(self):
  //         with open(self.translate_path(self.path), "wb") as file:
  //             file.write(self.rfile.read(int(self.headers["Content-Length"])))
  //         self.send_response(201, "Created")
  //         self.end_headers()
  class Upload extends SimpleHTTPRequestHandler {
    override async do_PUT(): Promise<void> {
      await writeFile(this.translate_path(this.path), await this.rfile.read());
      this.send_response(201, "Created");
      this.end_headers();
    }
    override log_message(): void {}
  }

  test("an upload beside the files that are served", async () => {
    const root = await mkdtemp(join(tmpdir(), "basehttp-upload-"));
    try {
      await using started = await startServer(Upload.with({ directory: root }));
      const stored = parseResponse(
        await exchange(started.port, request("PUT /new%20file.txt", [], "uploaded")),
      );
      expect(stored.status).toBe(201);
      expect(await readFile(join(root, "new file.txt"), "utf8")).toBe("uploaded");
      expect(parseResponse(await exchange(started.port, request("GET /new%20file.txt"))).body).toBe(
        "uploaded",
      );
    } finally {
      await rm(root, { recursive: true });
    }
  });

  // class NoCache(SimpleHTTPRequestHandler):
  //     def end_headers(self):
  //         self.send_header("Cache-Control", "no-store")
  //         super().end_headers()
  class NoCache extends SimpleHTTPRequestHandler {
    override end_headers(): void {
      this.send_header("Cache-Control", "no-store");
      super.end_headers();
    }
    override log_message(): void {}
  }

  test("a header added to every answer by overriding end_headers", async () => {
    const root = await mkdtemp(join(tmpdir(), "basehttp-nocache-"));
    try {
      await writeFile(join(root, "a.txt"), "a");
      await using started = await startServer(NoCache.with({ directory: root }));
      for (const path of ["/a.txt", "/missing"]) {
        const response = parseResponse(await exchange(started.port, request(`GET ${path}`)));
        expect(response.headers.get("cache-control")).toBe("no-store");
      }
    } finally {
      await rm(root, { recursive: true });
    }
  });

  // class Cookies(BaseHTTPRequestHandler):
  //     def do_GET(self):
  //         self.send_response(200)
  //         for cookie in self.headers.get_all("Cookie", []):
  //             self.send_header("Set-Cookie", cookie)
  //         self.end_headers()
  class Cookies extends BaseHTTPRequestHandler {
    do_GET(): void {
      this.send_response(200);
      for (const cookie of this.headers.get_all("Cookie", [])) this.send_header("Set-Cookie", cookie);
      this.end_headers();
    }
    override log_message(): void {}
  }

  test("repeated headers are kept in order, both ways", async () => {
    await using started = await startServer(Cookies);
    const raw = await exchange(started.port, request("GET /", ["Cookie: a=1", "cookie: b=2"]));
    const cookies = parseResponse(raw).headerLines.filter(([name]) => name === "Set-Cookie");
    expect(cookies.map(([, value]) => value)).toEqual(["a=1", "b=2"]);
  });

  // class Visits(BaseHTTPRequestHandler):
  //     protocol_version = "HTTP/1.1"
  //     visits = 0
  //     def do_GET(self):
  //         self.visits += 1
  //         body = b"visit %d" % self.visits
  //         self.send_response(200)
  //         self.send_header("Content-Length", str(len(body)))
  //         self.end_headers()
  //         self.wfile.write(body)
  class Visits extends BaseHTTPRequestHandler {
    visits = 0;
    do_GET(): void {
      this.visits += 1;
      const body = format("visit %d", this.visits);
      this.send_response(200);
      this.send_header("Content-Length", String(body.length));
      this.end_headers();
      this.wfile.write(body);
    }
    override log_message(): void {}
  }

  test("one instance lives as long as its connection (STR-1)", async () => {
    await using started = await startServer(Visits);
    const get = "GET / HTTP/1.1\r\nHost: p\r\n\r\n";
    expect(await exchange(started.port, get + get)).toEndWith("\r\n\r\nvisit 2");
    expect(await exchange(started.port, get)).toEndWith("\r\n\r\nvisit 1");
  });

  // class Wired(BaseHTTPRequestHandler):
  //     def __init__(self, database, *args):
  //         self.database = database
  //         super().__init__(*args)
  //     def do_GET(self): ...
  // HTTPServer(("127.0.0.1", 0), partial(Wired, {"answer": 42}))
  class Wired extends BaseHTTPRequestHandler {
    readonly database: Record<string, number>;
    constructor(
      database: Record<string, number>,
      ...args: ConstructorParameters<typeof BaseHTTPRequestHandler>
    ) {
      super(...args);
      this.database = database;
    }
    do_GET(): void {
      this.send_response(200);
      this.end_headers();
      this.wfile.write(String(this.database.answer));
    }
    override log_message(): void {}
  }

  test("a handler wired to its arguments by a factory, as with functools.partial", async () => {
    const database = { answer: 42 };
    await using server = new HTTPServer(["127.0.0.1", 0], (...args) => new Wired(database, ...args));
    void server.serve_forever();
    expect(parseResponse(await exchange(server.server_port, request("GET /"))).body).toBe("42");
  });

  // class Stop(BaseHTTPRequestHandler):
  //     def do_POST(self):
  //         self.send_response(202)
  //         self.end_headers()
  //         threading.Thread(target=self.server.shutdown).start()
  class Stop extends BaseHTTPRequestHandler {
    do_POST(): void {
      this.send_response(202);
      this.end_headers();
      void this.server.shutdown();
    }
    override log_message(): void {}
  }

  test("a handler that shuts its server down still answers", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Stop);
    const served = server.serve_forever();
    expect(parseResponse(await exchange(server.server_port, request("POST /stop"))).status).toBe(202);
    await served;
  });

  // with HTTPServer(("127.0.0.1", 0), Private) as server:
  //     server.handle_request()
  test("handle_request serves one request inside a with block (SS-5)", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Private);
    const handled = server.handle_request();
    expect(parseResponse(await exchange(server.server_port, request("GET /"))).status).toBe(401);
    await handled;
  });

  // class Both(BaseHTTPRequestHandler):
  //     def do_GET(self):
  //         body = b"the same for both"
  //         self.send_response(200)
  //         self.send_header("Content-Length", str(len(body)))
  //         self.end_headers()
  //         if self.command == "GET":
  //             self.wfile.write(body)
  //     do_HEAD = do_GET
  class Both extends BaseHTTPRequestHandler {
    do_GET(): void {
      const body = "the same for both";
      this.send_response(200);
      this.send_header("Content-Length", String(body.length));
      this.end_headers();
      if (this.command === "GET") this.wfile.write(body);
    }
    do_HEAD: () => void = this.do_GET;
    override log_message(): void {}
  }

  test("do_HEAD = do_GET, an attribute of the instance", async () => {
    await using started = await startServer(Both);
    const head = parseResponse(await exchange(started.port, request("HEAD /")));
    expect([head.status, head.headers.get("content-length"), head.body]).toEqual([200, "17", ""]);
  });
});
