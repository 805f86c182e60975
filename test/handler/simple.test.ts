import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { linkSync, mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { SimpleHTTPRequestHandler } from "../../src/handler/simple.ts";
import { formatHttpDate } from "../../src/protocol/http-date.ts";
import { exchange, parseResponse, startServer } from "../support/client.ts";
import { listedEntries, withoutOwnParts } from "../support/listing.ts";
import { fifo, linkTo, Tree } from "../support/tree.ts";

class QuietHandler extends SimpleHTTPRequestHandler {
  override log_message(): void {}
}

/** Sun, 06 Nov 1994 08:49:37 GMT */
const MODIFIED = 784_111_777;
const MODIFIED_DATE = formatHttpDate(MODIFIED);

const SIZES: readonly number[] = [0, 1, 1024, 65_535, 65_536, 65_537, 100_000, 1_500_000];
const ODD_NAMES: readonly string[] = [
  "with space",
  "per%cent",
  "per%41cent",
  "question?mark",
  "number#sign",
  "less<than>",
  `quotes'"`,
  "amper&sand;semi",
  "plus+equals=",
  "back\\slash",
  "\u00fcml\u00e4ut",
  "e\u0301 combined",
  "\u{1f600} emoji",
  "tab\tand\nnewline",
  "[brackets]{braces}|^`",
];

let tree: Tree;
let site: Site;
beforeAll(async () => {
  tree = new Tree({
    "www/a.txt": "hello\n",
    "www/page.html": "<p>\u00fc</p>",
    "www/data.json": "{}",
    "www/archive.tgz": "not really",
    "www/unknown.unheard-of": "?",
    "www/README": "read me",
    "www/sub/b.txt": "b",
    "www/sub/.hidden": "hidden",
    "www/index/index.html": "the index page",
    "www/index/other.txt": "o",
    "www/htm/index.htm": "the other index page",
    "www/index-dir/index.html/x": "x",
    "www/index-dir/y.txt": "y",
    "www/index-link/index.html": linkTo("../a.txt"),
    "www/index-out/index.html": linkTo("../../secret.txt"),
    "www/index-out/other.txt": "o",
    "www/.git/config": "secret",
    "www/.env": "secret",
    "www/.well-known/acme/token": "token",
    "www/link-in": linkTo("sub/b.txt"),
    "www/link-dir": linkTo("sub"),
    "www/link-broken": linkTo("nothing"),
    "www/link-out": linkTo("../secret.txt"),
    "www/link-dir-out": linkTo("../outside"),
    "www/pipe": fifo(),
    "www-old/secret.txt": "secret",
    "secret.txt": "secret",
    "outside/secret.txt": "secret",
  });
  for (const size of SIZES) tree.add({ [`www/sizes/${size}.bin`]: pattern(size) });
  for (const name of ODD_NAMES) tree.add({ [`www/odd/${name}`]: `content of ${name}` });
  tree.setModified("www/a.txt", MODIFIED);
  site = await Site.start(QuietHandler.with({ directory: tree.path("www") }));
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  tree[Symbol.dispose]();
});

/** A server with a handler class, and requests to it. */
class Site implements AsyncDisposable {
  readonly port: number;
  readonly #started: AsyncDisposable;

  private constructor(port: number, started: AsyncDisposable) {
    this.port = port;
    this.#started = started;
  }

  static async start(Handler: typeof SimpleHTTPRequestHandler): Promise<Site> {
    const started = await startServer(Handler);
    return new Site(started.port, started);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started[Symbol.asyncDispose]();
  }

  /** The raw answer to raw lines. */
  send(target: string, { method = "GET", fields = [] as string[] } = {}): Promise<string> {
    const lines = [`${method} ${target} HTTP/1.1`, "Host: x", "Connection: close", ...fields, "", ""];
    return exchange(this.port, lines.join("\r\n"));
  }

  async get(target: string, ...fields: string[]): Promise<ReturnType<typeof parseResponse>> {
    return parseResponse(await this.send(target, { fields }));
  }

  async head(target: string, ...fields: string[]): Promise<ReturnType<typeof parseResponse>> {
    return parseResponse(await this.send(target, { method: "HEAD", fields }));
  }

  async status(target: string, ...fields: string[]): Promise<number> {
    return (await this.get(target, ...fields)).status;
  }

  /** The names that the listing at `target` shows, with what they link to. */
  async listed(target: string): Promise<[label: string, href: string][]> {
    const { body } = await this.get(target);
    return listedEntries(Buffer.from(body, "latin1").toString());
  }
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
}

describe("a file", () => {
  test.each(SIZES)("of %d bytes arrives byte for byte", async (size) => {
    const response = await site.get(`/sizes/${size}.bin`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe(String(size));
    expect(Buffer.from(response.body, "latin1").equals(pattern(size))).toBe(true);
  });

  test.each(ODD_NAMES)("called %p is served", async (name) => {
    const response = await site.get(`/odd/${encodeURIComponent(name)}`);
    expect(response.status).toBe(200);
    expect(Buffer.from(response.body, "latin1").toString()).toBe(`content of ${name}`);
  });

  test("has Python's fields, in Python's order and spelling, then those for caches and ranges (SIM-13)", async () => {
    const response = await site.get("/a.txt");
    expect(response.headerLines.map(([name]) => name)).toEqual([
      "Server",
      "Date",
      "Content-type",
      "Content-Length",
      "Last-Modified",
      "ETag",
      "Accept-Ranges",
      "Vary",
      ...(response.headers.has("connection") ? ["Connection"] : []),
    ]);
    expect(response.headers.get("last-modified")).toBe(MODIFIED_DATE);
    expect(response.headers.get("server")).toStartWith("SimpleHTTP/");
  });

  const types: [target: string, type: string][] = [
    ["/a.txt", "text/plain; charset=utf-8"],
    ["/page.html", "text/html; charset=utf-8"],
    ["/data.json", "application/json"],
    ["/archive.tgz", "application/gzip"],
    ["/unknown.unheard-of", "application/octet-stream"],
    ["/README", "application/octet-stream"],
  ];
  test.each(types)("at %s has the type %s", async (target, type) => {
    expect((await site.get(target)).headers.get("content-type")).toBe(type);
  });

  test.each([
    "/a.txt?v=1",
    "/a.txt#top",
    "/sub/../a.txt",
    "/nope/../a.txt",
    "/a.txt/.",
    "//a.txt",
    "/%61.txt",
  ])("is found at %s", async (target) => {
    if (target.includes("#")) expect(await site.status(target)).toBe(400);
    else expect((await site.get(target)).body).toBe("hello\n");
  });

  test("is not found with a slash behind it (SIM-9)", async () => {
    for (const target of ["/a.txt/", "/a.txt%2f", "/a.txt%2F", "/a.txt//"]) {
      const response = await site.get(target);
      expect(response.status).toBe(404);
      expect(response.body).toContain("File not found");
    }
  });

  test("that changed is seen by the next request", async () => {
    tree.add({ "www/changing.txt": "one" });
    expect((await site.get("/changing.txt")).body).toBe("one");
    tree.add({ "www/changing.txt": "another" });
    expect((await site.get("/changing.txt")).body).toBe("another");
    tree.remove("www/changing.txt");
    expect(await site.status("/changing.txt")).toBe(404);
  });

  test("is answered to HEAD with the same head and no body", async () => {
    for (const target of ["/a.txt", "/sizes/1500000.bin", "/sub/", "/sub", "/index/", "/nothing"]) {
      const [get, head] = [await site.get(target), await site.head(target)];
      const comparable = (lines: typeof get.headerLines): [string, string][] =>
        lines.map(([name, value]) => [name, name === "Date" ? "" : value]);
      expect(comparable(head.headerLines)).toEqual(comparable(get.headerLines));
      expect({ status: head.status, body: head.body }).toEqual({ status: get.status, body: "" });
    }
  });

  test("follows another on the same connection, after errors too", async () => {
    const targets = ["/a.txt", "/nothing", "/sizes/1.bin", "/%00", "/sub", "/a.txt"];
    const requests = targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`).join("");
    const raw = await exchange(site.port, requests);
    expect(Array.from(raw.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status))).toEqual([
      200, 404, 200, 400, 301, 200,
    ]);
    expect(raw).toEndWith("\r\n\r\nhello\n");
  });
});

describe("hostile targets:", () => {
  const attacks: [name: string, target: string, status: number][] = [
    ["dot-dot", "/../secret.txt", 404],
    ["dot-dot after a directory", "/sub/../../secret.txt", 404],
    ["dot-dot after a file", "/a.txt/../../secret.txt", 404],
    ["escaped dots", "/%2e%2e/secret.txt", 404],
    ["escaped slash", "/..%2fsecret.txt", 404],
    ["escaped slash inside a good path", "/sub%2Fb.txt", 404],
    ["double-encoded dots", "/%252e%252e/secret.txt", 404],
    ["backslash", "/..\\secret.txt", 404],
    ["escaped backslash", "/..%5csecret.txt", 404],
    ["four dots", "/....//secret.txt", 404],
    ["dot-dot with a parameter", "/..;/secret.txt", 404],
    ["overlong dots", "/%c0%ae%c0%ae/secret.txt", 404],
    ["overlong slash", "/..%c0%afsecret.txt", 404],
    ["percent-u escapes", "/%u002e%u002e/secret.txt", 404],
    ["absolute path", "//etc/passwd", 404],
    ["absolute-form", "http://x/../secret.txt", 404],
    ["directory whose name continues the root's", "/../www-old/secret.txt", 404],
    ["NUL", "/%00", 400],
    ["NUL behind a good name", "/a.txt%00", 400],
    ["NUL and an extension", "/secret%00.txt", 400],
    ["encoded surrogate", "/%ED%A0%80", 400],
    ["bytes that are not UTF-8", "/%FF", 404],
    ["cut UTF-8", "/%C3", 404],
    ["malformed escapes", "/%zz%", 404],
    ["name of 5000 bytes", `/${"a".repeat(5000)}`, 404],
    ["path of 2000 directories", "/sub/..".repeat(2000), 301],
    ["link to a file outside", "/link-out", 404],
    ["link to a directory outside", "/link-dir-out", 404],
    ["link to a directory outside, with a slash", "/link-dir-out/", 404],
    ["file behind a link to a directory outside", "/link-dir-out/secret.txt", 404],
    ["index page that is a link to outside", "/index-out/", 404],
    ["dotfile", "/.env", 404],
    ["dotfile in a directory", "/sub/.hidden", 404],
    ["file in a dot directory", "/.git/config", 404],
    ["dot directory", "/.git/", 404],
    ["dot directory without a slash", "/.git", 404],
    ["escaped dotfile", "/%2eenv", 404],
    ["dotfile after a detour", "/sub/../.env", 404],
    ["FIFO", "/pipe", 404],
  ];
  test.each(attacks)("%s", async (_name, target, status) => {
    const response = await site.get(target);
    expect(response.status).toBe(status);
    expect(response.body).not.toContain("secret\n");
    expect(response.body).not.toContain("root:");
    expect(response.body).not.toContain(tree.root);
  });

  test("/.well-known is served all the same", async () => {
    expect((await site.get("/.well-known/acme/token")).body).toBe("token");
  });

  test("markup in a path comes back as text", async () => {
    const response = await site.get("/<script>alert(1)</script>");
    expect(response.status).toBe(404);
    expect(response.body).not.toContain("<script>");
  });
});

describe("a directory", () => {
  const redirects: [target: string, location: string][] = [
    ["/sub", "/sub/"],
    ["/sub?a=b&c=d", "/sub/?a=b&c=d"],
    ["/sub?", "/sub/"],
    ["/sub/.", "/sub/./"],
    ["/a.txt/..", "/a.txt/../"],
    ["/link-dir", "/link-dir/"],
    ["//sub", "/sub/"],
    ["///sub", "/sub/"],
    ["//evil.test/..", "/evil.test/../"],
    ["/evil.test\\../..", "/evil.test%5C../../"],
    ["/\\evil.test/..", "/evil.test/../"],
    ["/%5cevil.test/..", "/%5cevil.test/../"],
    ["http://evil.test/sub", "/sub/"],
    ["/%0d%0aSet-Cookie:a=b/..", "/%0d%0aSet-Cookie:a=b/../"],
  ];
  test.each(redirects)("at %s is at %s", async (target, location) => {
    const response = await site.get(target);
    expect(response.status).toBe(301);
    expect(response.headers.get("location")).toBe(location);
    expect(response.headers.get("content-length")).toBe("0");
    expect(response.headers.has("set-cookie")).toBe(false);
    expect(response.body).toBe("");
  });

  test("shows its index page, whose type and date it has (SIM-8)", async () => {
    const response = await site.get("/index/");
    expect(response.body).toBe("the index page");
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.has("last-modified")).toBe(true);
    expect((await site.get("/htm/")).body).toBe("the other index page");
    expect((await site.get("/index-link/")).body).toBe("hello\n");
  });

  test("is listed where the index page is a directory", async () => {
    expect(await site.listed("/index-dir/")).toEqual([
      ["index.html/", "index.html/"],
      ["y.txt", "y.txt"],
    ]);
  });

  test("is listed in Python's order, links marked, without what is not served (SIM-21, SIM-22)", async () => {
    using own = new Tree({
      "www/b.txt": "",
      "www/A.txt": "",
      "www/.hidden": "",
      "www/.well-known/x": "",
      "www/dir/x": "",
      "www/link-file": linkTo("b.txt"),
      "www/link-dir": linkTo("dir"),
      "www/link-broken": linkTo("nothing"),
      "www/link-out": linkTo("../secret"),
      "www/link-dir-out": linkTo("../outside"),
      "www/\uff21": "",
      "www/\u{1f600}": "",
      secret: "",
      "outside/x": "",
    });
    const served: [string, string][] = [
      [".well-known/", ".well-known/"],
      ["A.txt", "A.txt"],
      ["b.txt", "b.txt"],
      ["dir/", "dir/"],
      ["link-broken@", "link-broken"],
      ["link-dir@", "link-dir/"],
      ["link-file@", "link-file"],
      ["\uff21", "%EF%BC%A1"],
      ["\u{1f600}", "%F0%9F%98%80"],
    ];
    const directory = own.path("www");
    await using careful = await Site.start(QuietHandler.with({ directory }));
    expect(await careful.listed("/")).toEqual(served);
    await using open = await Site.start(
      QuietHandler.with({ directory, dotfiles: true, followSymlinks: true }),
    );
    expect(await open.listed("/")).toEqual([
      [".hidden", ".hidden"],
      ...served.slice(0, 6),
      ["link-dir-out@", "link-dir-out/"],
      ["link-file@", "link-file"],
      ["link-out@", "link-out"],
      ...served.slice(7),
    ]);
  });

  test("lists names that its links lead to (SIM-22)", async () => {
    const listed = await site.listed("/odd/");
    expect(listed).toHaveLength(ODD_NAMES.length);
    for (const [, href] of listed) {
      const response = await site.get(`/odd/${href}`);
      expect(Buffer.from(response.body, "latin1").toString()).toBe(`content of ${decodeURIComponent(href)}`);
    }
  });

  test("has the fields of a listing (SIM-24)", async () => {
    const response = await site.get("/sub/");
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-length")).toBe(String(response.body.length));
    expect(response.headers.has("last-modified")).toBe(false);
  });

  test("has a title without query, decoded and escaped (SIM-23)", async () => {
    mkdirSync(tree.path("www/<odd> & \u00fc"));
    const { body } = await site.get("/%3Codd%3E%20&%20%C3%BC/?<query>");
    const text = Buffer.from(body, "latin1").toString();
    expect(text).toContain("<title>Directory listing for /&lt;odd&gt; &amp; \u00fc/</title>");
    expect(withoutOwnParts(text)).not.toContain("query");
  });

  test("of more than 10,000 entries goes out whole, without its length", async () => {
    using own = new Tree({ "many/0": "" });
    for (let index = 1; index <= 10_000; index++) linkSync(own.path("many/0"), own.path(`many/${index}`));
    await using many = await Site.start(QuietHandler.with({ directory: own.root }));
    const raw = await many.send("/many/");
    expect(listedEntries(raw)).toHaveLength(10_001);
    expect(raw).toContain("</html>");
    expect(parseResponse(raw).headers.has("content-length")).toBe(false);
    const head = await many.head("/many/");
    expect({ status: head.status, body: head.body, length: head.headers.get("content-length") }).toEqual({
      status: 200,
      body: "",
      length: undefined,
    });
  });
});

describe("If-Modified-Since", () => {
  const cases: [name: string, status: number, fields: string[]][] = [
    ["of the file's own date is 304", 304, [`If-Modified-Since: ${MODIFIED_DATE}`]],
    ["of a later date is 304", 304, [`If-Modified-Since: ${formatHttpDate(MODIFIED + 1)}`]],
    ["of an earlier date is 200", 200, [`If-Modified-Since: ${formatHttpDate(MODIFIED - 1)}`]],
    ["in RFC 850's form is 304", 304, ["If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT"]],
    ["in asctime's form is 304", 304, ["If-Modified-Since: Sun Nov  6 08:49:37 1994"]],
    ["that is no date is 200", 200, ["If-Modified-Since: yesterday"]],
    ["beside If-None-Match is 200", 200, [`If-Modified-Since: ${MODIFIED_DATE}`, 'If-None-Match: "x"']],
    ["beside an empty If-None-Match is 200", 200, [`If-Modified-Since: ${MODIFIED_DATE}`, "If-None-Match:"]],
  ];
  test.each(cases)("%s", async (_name, status, fields) => {
    const [get, head] = [await site.get("/a.txt", ...fields), await site.head("/a.txt", ...fields)];
    expect([get.status, head.status]).toEqual([status, status]);
    expect(get.body).toBe(status === 304 ? "" : "hello\n");
    if (status === 304) {
      expect(get.headers.has("content-length")).toBe(false);
      expect(get.headers.has("content-type")).toBe(false);
    }
  });

  test("counts for index pages, not for listings and redirects (SIM-11)", async () => {
    const future = "If-Modified-Since: Tue, 01 Jan 2999 00:00:00 GMT";
    expect(await site.status("/index/", future)).toBe(304);
    expect(await site.status("/sub/", future)).toBe(200);
    expect(await site.status("/sub", future)).toBe(301);
  });
});

describe("extra_response_headers (SIM-14)", () => {
  const extras = [
    ["X-One", "1"],
    ["X-One", "2"],
    ["content-TYPE", "text/evil"],
    ["Server", "other"],
    ["Cache-Control", "no-cache"],
  ] as const;

  test("are added to files and listings, once a request, and replace nothing", async () => {
    await using extra = await Site.start(
      QuietHandler.with({ directory: tree.path("www"), extra_response_headers: extras }),
    );
    for (const target of ["/a.txt", "/sub/", "/index/"]) {
      const { headerLines, headers } = await extra.get(target);
      const ones = headerLines.filter(([name]) => name === "X-One").map(([, value]) => value);
      expect(ones).toEqual(["1", "2"]);
      expect(headers.get("cache-control")).toBe("no-cache");
      expect(headerLines.filter(([name]) => name.toLowerCase() === "content-type")).toHaveLength(1);
      expect(headers.get("server")).not.toBe("other");
    }
    const twice = await exchange(extra.port, "GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2));
    expect(twice.match(/Cache-Control/g)).toHaveLength(2);
  });

  test("say of a listing what it does not say itself", async () => {
    const extra_response_headers = [["Last-Modified", MODIFIED_DATE]] as const;
    await using extra = await Site.start(
      QuietHandler.with({ directory: tree.path("www"), extra_response_headers }),
    );
    const dates = async (target: string): Promise<string[]> =>
      (await extra.get(target)).headerLines
        .filter(([name]) => name === "Last-Modified")
        .map(([, date]) => date);
    expect(await dates("/sub/")).toEqual([MODIFIED_DATE]);
    expect(await dates("/index/")).toHaveLength(1);
  });

  test("are not added to redirects and errors, and to 304 only those for caches", async () => {
    await using extra = await Site.start(
      QuietHandler.with({ directory: tree.path("www"), extra_response_headers: extras }),
    );
    const future = "If-Modified-Since: Tue, 01 Jan 2999 00:00:00 GMT";
    for (const response of [
      await extra.get("/sub"),
      await extra.get("/nothing"),
      await extra.get("/a.txt", future),
    ]) {
      expect([301, 404, 304]).toContain(response.status);
      expect(response.headers.has("x-one")).toBe(false);
      expect(response.headers.has("cache-control")).toBe(response.status === 304);
    }
  });
});

describe("what is configured", () => {
  test("is the current directory by default", async () => {
    await using here = await Site.start(QuietHandler);
    expect((await here.get("/package.json")).body).toContain('"name": "basehttp"');
  });

  test("can be an option, a static, or a field; an option goes before a field", async () => {
    class Static extends QuietHandler {
      static override directory = tree.path("www/sub");
    }
    class Field extends QuietHandler {
      override directory: string = tree.path("www/sub");
    }
    const handlers = [
      Static,
      Field,
      Field.with({ directory: tree.path("www/index") }),
      Static.with({ charset: "" }),
    ];
    const found: (string | undefined)[][] = [];
    for (const Handler of handlers) {
      await using configured = await Site.start(Handler);
      const [b, other] = [await configured.get("/b.txt"), await configured.get("/other.txt")];
      found.push([b.status === 200 ? b.headers.get("content-type") : other.body]);
    }
    expect(found).toEqual([
      ["text/plain; charset=utf-8"],
      ["text/plain; charset=utf-8"],
      ["o"],
      ["text/plain"],
    ]);
  });

  test("can be a directory's URL, and be relative", async () => {
    await using byUrl = await Site.start(QuietHandler.with({ directory: pathToFileURL(tree.path("www")) }));
    expect((await byUrl.get("/a.txt")).body).toBe("hello\n");
    await using relative = await Site.start(QuietHandler.with({ directory: "test/handler" }));
    expect(await relative.status("/simple.test.ts")).toBe(200);
    expect(await relative.status("/../../package.json")).toBe(404);
  });

  test("keeps the class' name, and adds up", async () => {
    const Handler = QuietHandler.with({ directory: tree.path("www") }).with({ index_pages: ["other.txt"] });
    expect(Handler.name).toBe("QuietHandler");
    await using configured = await Site.start(Handler);
    expect((await configured.get("/index/")).body).toBe("o");
  });

  test("is refused where there is no such option", () => {
    const options = { dir: "site" } as object;
    expect(() => QuietHandler.with(options)).toThrow(
      /^There is no option "dir" of the handler, only directory, extra_response_headers, [A-Za-z_, ]+$/,
    );
  });

  test("decides about types", async () => {
    const Handler = QuietHandler.with({
      directory: tree.path("www"),
      extensions_map: { ...QuietHandler.extensions_map, ".json": "text/x-json" },
      default_content_type: "text/plain",
      charset: "",
    });
    await using configured = await Site.start(Handler);
    const targets = ["/data.json", "/README", "/archive.tgz", "/page.html"];
    const types = await Promise.all(
      targets.map(async (t) => (await configured.get(t)).headers.get("content-type")),
    );
    expect(types).toEqual(["text/x-json", "text/plain", "application/gzip", "text/html"]);
  });

  test("lets dotfiles and links out be served", async () => {
    const directory = tree.path("www");
    await using open = await Site.start(
      QuietHandler.with({ directory, dotfiles: true, followSymlinks: true }),
    );
    for (const target of ["/.env", "/.git/config", "/link-out", "/link-dir-out/secret.txt", "/index-out/"]) {
      expect((await open.get(target)).body).toBe("secret");
    }
    expect(await open.status("/pipe")).toBe(404);
    expect(await open.status("/../secret.txt")).toBe(404);
  });
});
