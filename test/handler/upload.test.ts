/** PUT of files: each rule by a raw request, and what is in the directory afterwards. */

import { describe, expect, test } from "bun:test";
import { chmodSync, statSync } from "node:fs";
import {
  type ClientAddress,
  type Connection,
  HTTPServer,
  SimpleHTTPRequestHandler,
} from "../../src/index.ts";
import { exchange, parseResponse, startServer } from "../support/client.ts";
import { dropPrivileges } from "../support/privileges.ts";
import { fifo, linkTo } from "../support/tree.ts";
import { QuietUploads, requestHead, UploadSite } from "../support/upload-site.ts";

describe("a PUT", () => {
  test("stores a new file: 201, with its Location", async () => {
    await using site = await UploadSite.start();
    const answer = await site.put("/a.txt", "hello");
    expect([answer.status, answer.headers.get("location"), answer.body]).toEqual([201, "/a.txt", ""]);
    expect(site.contents()).toEqual({ "a.txt": "hello" });
    expect((await site.get("/a.txt")).body).toBe("hello");
  });

  test("stores an empty file, be its length declared or not", async () => {
    await using site = await UploadSite.start();
    await using client = await site.connect();
    client.send(requestHead("PUT", "/undeclared", []));
    expect(parseResponse(await client.untilClosed()).status).toBe(201);
    expect((await site.put("/declared", "")).status).toBe(201);
    expect(site.contents()).toEqual({ declared: "", undeclared: "" });
  });

  test("stores a chunked body", async () => {
    await using site = await UploadSite.start();
    await using client = await site.connect();
    client.send(
      `${requestHead("PUT", "/a", ["Transfer-Encoding: chunked"])}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`,
    );
    expect(parseResponse(await client.untilClosed()).status).toBe(201);
    expect(site.contents()).toEqual({ a: "abcde" });
  });

  test("goes by the names that are decoded, and says where the file is without a detour", async () => {
    await using site = await UploadSite.start({ "www/sub dir/": null });
    const answer = await site.put("//sub%20dir/./x/../%C3%BC%3F.txt?query#no".replace("#no", ""), "x");
    expect([answer.status, answer.headers.get("location")]).toEqual([201, "/sub%20dir/%C3%BC%3F.txt"]);
    expect((await site.get(answer.headers.get("location")!)).body).toBe("x");
  });

  test("keeps the connection for the next request", async () => {
    await using site = await UploadSite.start();
    await using client = await site.connect();
    const first = "PUT /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none";
    client.send(`${first}${requestHead("PUT", "/2", ["Content-Length: 3"])}two`);
    const received = await client.untilClosed();
    expect(received.match(/HTTP\/1\.1 201 Created/g)).toHaveLength(2);
    expect(site.contents()).toEqual({ 1: "one", 2: "two" });
  });

  test("leaves the file with the mode that umask leaves", async () => {
    await using site = await UploadSite.start();
    await site.put("/a", "x");
    expect(statSync(site.tree.path("www/a")).mode & 0o777).toBe(0o666 & ~process.umask());
  });
});

describe("a file that is there already", () => {
  test("stays as it is: 409", async () => {
    await using site = await UploadSite.start({ "www/a": "old" });
    expect((await site.put("/a", "new")).status).toBe(409);
    expect(site.contents()).toEqual({ a: "old" });
  });

  test("is replaced where that is allowed: 204", async () => {
    await using site = await UploadSite.start({ "www/a": "old" }, { uploadOverwrite: true });
    const answer = await site.put("/a", "new");
    expect([answer.status, answer.headers.has("location"), answer.body]).toEqual([204, false, ""]);
    expect((await site.put("/b", "b")).status).toBe(201);
    expect(site.contents()).toEqual({ a: "new", b: "b" });
  });

  const OLD = "Sun, 06 Nov 1994 08:49:37 GMT";
  const conditions: readonly [fields: string[], onExisting: number, onNew: number][] = [
    [["If-None-Match: *"], 412, 201],
    [["If-Match: *"], 204, 412],
    [['If-Match: "other"'], 412, 412],
    [['If-None-Match: "other"'], 204, 201],
    [[`If-Unmodified-Since: ${OLD}`], 412, 412],
    [["If-Unmodified-Since: Fri, 31 Dec 9999 23:59:59 GMT"], 204, 412],
    [["If-Unmodified-Since: yesterday"], 204, 201],
    [["If-Match: *", `If-Unmodified-Since: ${OLD}`], 204, 412],
    [["If-Match: *", "If-None-Match: *"], 412, 412],
  ];
  test.each(conditions)("is replaced, or made, only as %p allows", async (fields, onExisting, onNew) => {
    await using site = await UploadSite.start({ "www/a": "old" }, { uploadOverwrite: true });
    const existing = await site.put("/a", "new", fields);
    const fresh = await site.put("/b", "new", fields);
    expect([existing.status, fresh.status]).toEqual([onExisting, onNew]);
    expect(site.contents()).toEqual({
      a: onExisting === 204 ? "new" : "old",
      ...(onNew === 201 ? { b: "new" } : {}),
    });
  });

  test("is replaced by whoever names its present tag, and by nobody who names the one before", async () => {
    await using site = await UploadSite.start({ "www/a": "old" }, { uploadOverwrite: true });
    site.tree.setModified("www/a", 1_000_000_000.5);
    const tag = (await fetch(`http://127.0.0.1:${site.port}/a`)).headers.get("ETag")!;
    expect((await site.put("/a", "new", [`If-Match: ${tag}`])).status).toBe(204);
    expect((await site.put("/a", "newer", [`If-Match: ${tag}`])).status).toBe(412);
    expect(site.contents()).toEqual({ a: "new" });
  });

  test("stays where its present tag is one that must not be there, or is named as a weak one", async () => {
    await using site = await UploadSite.start({ "www/a": "old" }, { uploadOverwrite: true });
    site.tree.setModified("www/a", 1_000_000_000.5);
    const tag = (await fetch(`http://127.0.0.1:${site.port}/a`)).headers.get("ETag")!;
    for (const field of [`If-None-Match: ${tag}`, `If-None-Match: W/${tag}`, `If-Match: W/${tag}`]) {
      expect([field, (await site.put("/a", "new", [field])).status]).toEqual([field, 412]);
    }
    expect(site.contents()).toEqual({ a: "old" });
  });

  test("is 409 before any condition counts, where it cannot be replaced", async () => {
    await using site = await UploadSite.start({ "www/a": "old" });
    expect((await site.put("/a", "new", ["If-None-Match: *"])).status).toBe(409);
  });
});

describe("a PUT is refused, and changes nothing,", () => {
  const CONTENTS = {
    "www/a": "a",
    "www/sub/b": "b",
    "www/link-in": linkTo("a"),
    "www/link-out": linkTo("../outside/secret"),
    "www/link-nowhere": linkTo("../outside/new"),
    "www/dir-out": linkTo("../outside"),
    "www/pipe": fifo(),
    "www/.hidden/x": "x",
    "outside/secret": "secret",
    "www-old/": null,
  };
  const refused: readonly [why: string, target: string, status: number, fields?: string[]][] = [
    ["to the root", "/", 409],
    ["to a folder", "/sub", 409],
    ["to a folder with its slash", "/sub/", 409],
    ["to what would be a folder", "/new/", 409],
    ["to an escaped slash at the end", "/new%2F", 409],
    ["in a folder that there is not", "/nowhere/a", 404],
    ["in a file", "/a/b", 404],
    ["over a link", "/link-in", 409],
    ["through a link out of the root", "/link-out", 409],
    ["through a link that leads nowhere yet", "/link-nowhere", 409],
    ["in a folder that is a link out of the root", "/dir-out/new", 404],
    ["over a file behind such a link", "/dir-out/secret", 404],
    ["into a pipe", "/pipe", 409],
    ["to a dotfile", "/.profile", 404],
    ["to an escaped dotfile", "/%2Eprofile", 404],
    ["in a hidden folder", "/.hidden/y", 404],
    ["to the name of an upload", "/.basehttp-upload-1", 404],
    ["above the root", "/../outside/new", 404],
    ["above the root, escaped", "/%2e%2e/outside/new", 404],
    ["to a sibling whose name begins like the root's", "/..%2Fwww-old%2Fnew", 404],
    ["by an escaped slash", "/sub%2Fnew", 400],
    ["by an escaped slash to the top", "/%2Fetc%2Fnew", 400],
    ["with NUL", "/new%00", 400],
    ["with NUL in a segment that is taken back", "/%00/../new", 400],
    ["with a name that is not UTF-8", "/%FF", 400],
    ["with an overlong slash", "/a%C0%AFnew", 400],
    ["with an encoded surrogate", "/%ED%A0%80", 400],
    ["with a name of 256 bytes", `/${"x".repeat(256)}`, 400],
    ["with a name of 256 bytes in 128 characters", `/${"%C3%BC".repeat(128)}`, 400],
    ["as a part of a file", "/new", 400, ["Content-Range: bytes 0-0/2"]],
    ["in a coding", "/new", 415, ["Content-Encoding: gzip"]],
    ["from another site", "/new", 403, ["Sec-Fetch-Site: cross-site"]],
    ["from a page of another origin", "/new", 403, ["Origin: http://evil.test"]],
  ];
  test.each(refused)("%s: %s", async (_why, target, status, fields = []) => {
    await using site = await UploadSite.start(CONTENTS, { uploadOverwrite: true });
    const before = [site.contents("www"), site.contents("outside"), site.contents("www-old")];
    expect((await site.put(target, "new", fields)).status).toBe(status);
    expect([site.contents("www"), site.contents("outside"), site.contents("www-old")]).toEqual(before);
  });

  test.each(refused)("%s, before its body is sent: %s", async (_why, target, status, fields = []) => {
    await using site = await UploadSite.start(CONTENTS, { uploadOverwrite: true });
    const before = site.contents("www");
    await using client = await site.connect();
    client.send(requestHead("PUT", target, ["Content-Length: 3", "Expect: 100-continue", ...fields]));
    const answer = parseResponse(await client.untilClosed());
    expect([answer.status, answer.headers.get("connection")]).toEqual([status, "close"]);
    expect(site.contents("www")).toEqual(before);
  });

  test("in a folder that cannot be written: 403", async () => {
    await using site = await UploadSite.start({ "www/sub/a": "a" });
    chmodSync(site.tree.root, 0o755);
    chmodSync(site.tree.path("www/sub"), 0o555);
    {
      using _unprivileged = dropPrivileges();
      expect((await site.put("/sub/new", "x")).status).toBe(403);
    }
    chmodSync(site.tree.path("www/sub"), 0o755);
    expect(site.contents()).toEqual({ "sub/": "", "sub/a": "a" });
  });
});

describe("Expect: 100-continue", () => {
  const EXPECTING = ["Expect: 100-continue"];

  test("is met where the file is welcome, before there is anything of it", async () => {
    await using site = await UploadSite.start();
    await using client = await site.connect();
    client.send(requestHead("PUT", "/a", ["Content-Length: 5", ...EXPECTING]));
    expect(await client.until((received) => received.endsWith("\r\n\r\n"))).toStartWith("HTTP/1.1 100 ");
    client.send("hello");
    expect(await client.untilClosed()).toContain("HTTP/1.1 201 Created\r\n");
    expect(site.contents()).toEqual({ a: "hello" });
  });

  test("is refused at once where the file is there already, or too large", async () => {
    await using site = await UploadSite.start({ "www/a": "old" }, { maxUploadBytes: 10 });
    for (const [target, length, status] of [
      ["/a", 3, 409],
      ["/b", 11, 413],
    ] as const) {
      await using client = await site.connect();
      client.send(requestHead("PUT", target, [`Content-Length: ${length}`, ...EXPECTING]));
      expect(parseResponse(await client.untilClosed()).status).toBe(status);
    }
    expect(site.contents()).toEqual({ a: "old" });
  });

  test("is refused for forms too", async () => {
    await using site = await UploadSite.start();
    const form = "Content-Type: multipart/form-data; boundary=x";
    const cases: readonly [target: string, type: string, status: number][] = [
      ["/nowhere/", form, 404],
      ["/", "Content-Type: application/x-www-form-urlencoded", 415],
      ["/", `${form}\r\nOrigin: null`, 403],
    ];
    for (const [target, type, status] of cases) {
      await using client = await site.connect();
      client.send(requestHead("POST", target, ["Content-Length: 3", type, ...EXPECTING]));
      expect(parseResponse(await client.untilClosed()).status).toBe(status);
    }
  });

  test("is left to the method where that is a subclass's own", async () => {
    class Api extends QuietUploads {
      override async do_POST(): Promise<void> {
        this.send_response(200);
        this.end_headers();
        this.wfile.write(await this.rfile.read());
      }
      override do_PUT(): void | Promise<void> {
        if (this.headers.has("Authorization")) return super.do_PUT();
        this.send_error(401);
      }
    }
    await using site = await UploadSite.start({ "www/a": "old" }, {}, { Handler: Api });
    const send = (method: string, ...fields: string[]): Promise<string> =>
      exchange(site.port, `${requestHead(method, "/a", ["Content-Length: 2", ...EXPECTING, ...fields])}{}`);
    expect(await send("POST")).toEndWith("\r\n\r\n{}");
    expect(await send("PUT")).toContain("HTTP/1.1 401 ");
    expect(await send("PUT", "Authorization: yes")).toContain("HTTP/1.1 409 ");
    expect(site.contents()).toEqual({ a: "old" });
  });

  test("is met as ever where it is not about an upload", async () => {
    await using site = await UploadSite.start({ "www/a": "a" });
    await using client = await site.connect();
    client.send(requestHead("GET", "/a", EXPECTING));
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });
});

describe("the size of an upload", () => {
  test("is bounded by maxUploadBytes, declared or in chunks", async () => {
    await using site = await UploadSite.start({}, { maxUploadBytes: 10 });
    expect((await site.put("/a", "x".repeat(11))).status).toBe(413);
    await using client = await site.connect();
    client.send(`${requestHead("PUT", "/b", ["Transfer-Encoding: chunked"])}5\r\nabcde\r\n6\r\n`);
    expect(parseResponse(await client.untilClosed()).status).toBe(413);
    expect(site.contents()).toEqual({});
    expect((await site.put("/c", "x".repeat(10))).status).toBe(201);
  });

  test("is bounded as any body where there is none, and may be more where there is", async () => {
    for (const [maxUploadBytes, status] of [
      [null, 413],
      [100, 201],
      [Number.POSITIVE_INFINITY, 201],
    ] as const) {
      await using site = await UploadSite.start({}, { maxUploadBytes }, { maxBodyBytes: 10 });
      expect((await site.put("/a", "x".repeat(11))).status).toBe(status);
    }
  });
});

test("a folder that may be written but not read takes files", async () => {
  await using site = await UploadSite.start({ "www/inbox/": null });
  chmodSync(site.tree.root, 0o755);
  chmodSync(site.tree.path("www/inbox"), 0o733);
  {
    using _unprivileged = dropPrivileges();
    expect((await site.put("/inbox/a", "x")).status).toBe(201);
    expect((await site.put("/inbox/a", "y")).status).toBe(409);
  }
  chmodSync(site.tree.path("www/inbox"), 0o755);
  expect(site.contents()).toEqual({ "inbox/": "", "inbox/a": "x" });
});

test.each([-1, Number.NaN])("maxUploadBytes of %p is the author's mistake", async (maxUploadBytes) => {
  const errors: unknown[] = [];
  class Server extends HTTPServer {
    override handle_error(_request: Connection, _address: ClientAddress, error: unknown): void {
      errors.push(error);
    }
  }
  const mistake = new RangeError(`maxUploadBytes: ${maxUploadBytes} is no number of bytes`);
  expect(() => QuietUploads.with({ maxUploadBytes })).toThrow(mistake);
  class Handler extends QuietUploads {
    static override maxUploadBytes: number | null = maxUploadBytes;
  }
  await using server = new Server(["127.0.0.1", 0], Handler);
  void server.serve_forever();
  await exchange(server.server_port, requestHead("PUT", "/a", []));
  expect(errors).toEqual([mistake]);
});

test("names at the limits are taken: 255 bytes, and what only looks dangerous", async () => {
  await using site = await UploadSite.start();
  const names = [
    "x".repeat(255),
    "a..b",
    "-rf",
    "con",
    "a\\b",
    "tab\tand\nnewline",
    "<b>'\"&",
    "%2e%2e",
    "~",
  ];
  for (const name of names) {
    expect([name, (await site.put(`/${encodeURIComponent(name)}`, name)).status]).toEqual([name, 201]);
  }
  expect(site.contents()).toEqual(Object.fromEntries(names.map((name) => [name, name])));
});

test("dotfiles are taken where they are served, and in .well-known only there", async () => {
  await using site = await UploadSite.start({ "www/.well-known/": null }, { dotfiles: true });
  expect((await site.put("/.env", "x")).status).toBe(201);
  expect((await site.put("/.well-known/token", "x")).status).toBe(201);
  expect((await site.put("/.basehttp-upload-1", "x")).status).toBe(404);
  await using other = await UploadSite.start({ "www/.well-known/": null, "www/sub/": null });
  for (const target of [
    "/.well-known/token",
    "/.well-known/.token",
    "/sub/../.well-known/a",
    "/%2ewell-known/a",
  ]) {
    expect([target, (await other.put(target, "x")).status]).toEqual([target, 404]);
  }
  expect(other.contents()).toEqual({ ".well-known/": "", "sub/": "" });
});

test("what an upload has left behind after a crash is neither served nor listed", async () => {
  const contents = { "www/.basehttp-upload-1": "half", "www/.BaseHTTP-Upload-2": "half", "www/.other": "" };
  await using site = await UploadSite.start(contents, { dotfiles: true });
  for (const target of ["/.basehttp-upload-1", "/.BaseHTTP-Upload-2", "/%2ebasehttp-%75pload-1"]) {
    expect((await site.get(target)).status).toBe(404);
  }
  const { body } = await site.get("/");
  expect(body).toContain(".other");
  expect(body.toLowerCase()).not.toContain("basehttp-upload");
});

test("a link may lead out where links are followed, but is not written through at the end", async () => {
  const contents = { "www/out": linkTo("../outside"), "www/link": linkTo("../outside/a"), "outside/a": "a" };
  await using site = await UploadSite.start(contents, { followSymlinks: true, uploadOverwrite: true });
  expect((await site.put("/out/b", "b")).status).toBe(201);
  expect((await site.put("/link", "x")).status).toBe(409);
  expect(site.contents("outside")).toEqual({ a: "a", b: "b" });
});

describe("where uploads are off", () => {
  class Off extends SimpleHTTPRequestHandler {
    override log_message(): void {}
  }

  test.each([
    ["PUT", "NEW"],
    ["POST", "NEWS"],
  ])("%s is answered as %s, which there is not", async (method, unknown) => {
    await using started = await startServer(Off);
    const answerTo = async (name: string): Promise<string> => {
      const raw = await exchange(started.port, `${requestHead(name, "/a", ["Content-Length: 1"])}x`);
      return raw.replace(/Date: .*/, "").replaceAll(name, "METHOD");
    };
    const answer = await answerTo(method);
    expect(answer).toStartWith("HTTP/1.1 501 Not Implemented\r\n");
    expect(answer).toBe(await answerTo(unknown));
  });

  test("Expect: 100-continue is met before that", async () => {
    await using started = await startServer(Off);
    const head = requestHead("PUT", "/a", ["Content-Length: 1", "Expect: 100-continue"]);
    expect(await exchange(started.port, `${head}x`)).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 501 /,
    );
  });
});

test("translate_path() of a subclass says where a file goes", async () => {
  class Mapped extends QuietUploads {
    override translate_path(path: string): string {
      return super.translate_path(path).replace("/www/", "/elsewhere/");
    }
  }
  await using site = await UploadSite.start({ "elsewhere/": null }, {}, { Handler: Mapped });
  expect((await site.put("/a", "x")).status).toBe(201);
  expect(site.contents("elsewhere")).toEqual({ a: "x" });
});
