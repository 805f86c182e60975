import { describe, expect, test } from "bun:test";
import { cacheControl } from "../../src/handler/site-fields.ts";
import { exchange } from "../support/client.ts";
import { fieldLines, QuietHandler, serveTree } from "./support/site.ts";

const FILES = { "a.txt": "a", "sub/b.txt": "b", "index/index.html": "<p>", "app.3f9a1c7e.js": "1" };
const EXPOSED =
  "Access-Control-Expose-Headers: Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag";
const SITE_FIELDS = ["access-control", "cross-origin", "cache-control", "vary: origin\n", "www-authenticate"];

/** One answer of each kind: a file, a listing, a redirect, 304, 404 and 501. */
const KINDS: readonly (readonly [method: string, target: string, ...fields: string[]])[] = [
  ["GET", "/a.txt"],
  ["GET", "/"],
  ["GET", "/sub"],
  ["GET", "/a.txt", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"],
  ["GET", "/missing"],
  ["DELETE", "/a.txt"],
];
const STATUSES = [200, 200, 301, 304, 404, 501];

describe("a handler that uses none of it", () => {
  test("says nothing of the site in any answer", async () => {
    await using site = await serveTree(FILES, {});
    for (const [method, target, ...fields] of KINDS) {
      expect(fieldLines(await site.ask(method, target, ...fields, "Origin: null"), ...SITE_FIELDS)).toEqual(
        [],
      );
    }
    const preflight = await site.ask(
      "OPTIONS",
      "/a.txt",
      "Origin: null",
      "Access-Control-Request-Method: GET",
    );
    expect([preflight.status, fieldLines(preflight, ...SITE_FIELDS)]).toEqual([501, []]);
  });
});

describe("cors", () => {
  test.each([true, "*"])("that is %p lets scripts of all sites read every answer", async (cors) => {
    await using site = await serveTree(FILES, { cors });
    const answers = await Promise.all(KINDS.map((kind) => site.ask(...kind)));
    expect(answers.map(({ status }) => status)).toEqual(STATUSES);
    for (const answer of answers) {
      expect(fieldLines(answer, ...SITE_FIELDS)).toEqual(["Access-Control-Allow-Origin: *", EXPOSED]);
    }
  });

  test("of some origins names the one that asks, and says that it depends", async () => {
    const origins = ["https://one.example", "https://two.example:8443"];
    await using site = await serveTree(FILES, { cors: origins });
    for (const [method, target, ...fields] of KINDS) {
      for (const origin of origins) {
        const answer = await site.ask(method, target, ...fields, `Origin: ${origin}`);
        expect(fieldLines(answer, ...SITE_FIELDS)).toEqual([
          `Access-Control-Allow-Origin: ${origin}`,
          EXPOSED,
          "Vary: Origin",
        ]);
      }
    }
  });

  test.each([
    ["another origin", "https://two.example"],
    ["an origin that begins like it", "https://one.example.evil"],
    ["an origin that ends like it", "https://evil-one.example"],
    ["the origin with another scheme", "http://one.example"],
    ["the origin with a port", "https://one.example:444"],
    ["an opaque origin", "null"],
    ["no origin", ""],
    ["every origin", "*"],
  ])("of one origin names it to nobody else: %s", async (_, origin) => {
    await using site = await serveTree(FILES, { cors: "https://one.example" });
    const answer = await site.get("/a.txt", `Origin: ${origin}`);
    expect([answer.status, fieldLines(answer, ...SITE_FIELDS)]).toEqual([200, ["Vary: Origin"]]);
  });

  test("answers a preflight with the methods that the handler has, and with what was asked for", async () => {
    class Handler extends QuietHandler {
      do_DELETE(): void {}
    }
    await using site = await serveTree(FILES, { cors: true }, Handler);
    const answer = await site.ask(
      "OPTIONS",
      "/missing/whatever",
      "Origin: https://one.example",
      "Access-Control-Request-Method: DELETE",
      "Access-Control-Request-Headers: authorization,x-one",
    );
    expect([answer.status, answer.body]).toEqual([204, ""]);
    expect(fieldLines(answer, "access-control", "content-length")).toEqual([
      "Access-Control-Allow-Origin: *",
      EXPOSED,
      "Access-Control-Allow-Methods: DELETE, GET, HEAD",
      "Access-Control-Allow-Headers: authorization,x-one",
      "Access-Control-Max-Age: 7200",
    ]);
  });

  test("lets a page on the internet ask a server in the house where the browser asks for that", async () => {
    await using site = await serveTree(FILES, { cors: "https://one.example" });
    const ask = async (origin: string) => {
      const answer = await site.ask(
        "OPTIONS",
        "/a.txt",
        `Origin: ${origin}`,
        "Access-Control-Request-Method: GET",
        "Access-Control-Request-Private-Network: true",
      );
      return [answer.status, ...fieldLines(answer, "access-control-allow")];
    };
    expect(await ask("https://one.example")).toEqual([
      204,
      "Access-Control-Allow-Origin: https://one.example",
      "Access-Control-Allow-Methods: GET, HEAD",
      "Access-Control-Allow-Private-Network: true",
    ]);
    expect(await ask("https://two.example")).toEqual([204]);
  });

  test("repeats no field names that are none", async () => {
    await using site = await serveTree(FILES, { cors: true });
    const fields = ["Origin: null", "Access-Control-Request-Method: GET"];
    const answer = await site.ask("OPTIONS", "/", ...fields, "Access-Control-Request-Headers: a b, <c>");
    expect([answer.status, fieldLines(answer, "access-control-allow-headers")]).toEqual([204, []]);
  });

  test("takes OPTIONS that is no preflight for what it is", async () => {
    await using site = await serveTree(FILES, { cors: true });
    expect((await site.ask("OPTIONS", "/a.txt")).status).toBe(501);
    expect((await site.ask("OPTIONS", "*")).status).toBe(501);
    expect((await site.ask("OPTIONS", "/a.txt", "Origin: null")).status).toBe(501);
  });

  test("goes before extra headers of the same name", async () => {
    await using site = await serveTree(FILES, {
      cors: true,
      extra_response_headers: [
        ["access-control-allow-origin", "https://one.example"],
        ["X-Own", "1"],
      ],
    });
    const answer = await site.get("/a.txt");
    expect(fieldLines(answer, "access-control-allow", "x-own")).toEqual([
      "Access-Control-Allow-Origin: *",
      "X-Own: 1",
    ]);
  });
});

describe("isolate", () => {
  const ISOLATED = ["Cross-Origin-Opener-Policy: same-origin", "Cross-Origin-Embedder-Policy: require-corp"];

  test("keeps pages and their process apart from other sites, in every answer", async () => {
    await using site = await serveTree(FILES, { isolate: true });
    for (const kind of KINDS) {
      expect(fieldLines(await site.ask(...kind), ...SITE_FIELDS)).toEqual([
        ...ISOLATED,
        "Cross-Origin-Resource-Policy: same-origin",
      ]);
    }
  });

  test("lets other sites embed what everybody's scripts may read, but not what some may", async () => {
    await using open = await serveTree(FILES, { isolate: true, cors: true });
    await using narrow = await serveTree(FILES, { isolate: true, cors: "https://one.example" });
    expect(fieldLines(await open.get("/a.txt"), "cross-origin")).toEqual([
      ...ISOLATED,
      "Cross-Origin-Resource-Policy: cross-origin",
    ]);
    expect(fieldLines(await narrow.get("/a.txt"), "cross-origin")).toEqual([
      ...ISOLATED,
      "Cross-Origin-Resource-Policy: same-origin",
    ]);
  });
});

describe("cache", () => {
  test("says how long a file is good, and that pages and listings are asked about", async () => {
    await using site = await serveTree(FILES, { cache: 60 });
    const said = async (target: string, ...fields: string[]) =>
      fieldLines(await site.get(target, ...fields), "cache-control");
    expect(await said("/a.txt")).toEqual(["Cache-Control: public, max-age=60"]);
    expect(await said("/app.3f9a1c7e.js")).toEqual(["Cache-Control: public, max-age=31536000, immutable"]);
    expect(await said("/index/")).toEqual(["Cache-Control: no-cache"]);
    expect(await said("/index/index.html")).toEqual(["Cache-Control: no-cache"]);
    expect(await said("/sub/")).toEqual(["Cache-Control: no-cache"]);
    const future = "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT";
    expect(await said("/a.txt", future)).toEqual(["Cache-Control: public, max-age=60"]);
    expect(await said("/sub")).toEqual([]);
    expect(await said("/missing.3f9a1c7e.js")).toEqual([]);
  });

  test("is for one answer: the next of the connection is another's", async () => {
    class Handler extends QuietHandler {
      do_PATCH(): void {
        this.send_response(200);
        this.end_headers();
      }
    }
    await using site = await serveTree(FILES, { cache: 60 }, Handler);
    const get = "GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n";
    const patch = "PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    const answers = await exchange(site.port, get + patch + get);
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
    expect(answers.match(/Cache-Control/g)).toHaveLength(2);
  });

  test("goes before an extra header of the same name, which stands where there is none", async () => {
    const extra_response_headers = [["Cache-Control", "no-store"]] as const;
    await using cached = await serveTree(FILES, { cache: 60, extra_response_headers });
    await using plain = await serveTree(FILES, { cors: true, extra_response_headers });
    const said = ["cache-control"] as const;
    expect(fieldLines(await cached.get("/a.txt"), ...said)).toEqual(["Cache-Control: public, max-age=60"]);
    expect(fieldLines(await plain.get("/a.txt"), ...said)).toEqual(["Cache-Control: no-store"]);
  });

  test.each<[path: string, seconds: number, isShared: boolean, said: string]>([
    ["/www/a.txt", 3600, true, "public, max-age=3600"],
    ["/www/a.txt", 3600, false, "private, max-age=3600"],
    ["/www/a.txt", 0, true, "no-cache"],
    ["/www/a.3f9a1c7e.css", 3600, true, "public, max-age=31536000, immutable"],
    ["/www/a.3f9a1c7e.css", 3600, false, "private, max-age=31536000, immutable"],
    ["/www/a.3f9a1c7e.css", 0, true, "no-cache"],
    ["/www/a.3f9a1c7e.html", 3600, true, "no-cache"],
    ["/www/a.HTM", 3600, true, "no-cache"],
    ["/www/a.xhtml", 3600, true, "no-cache"],
    ["/www/", 3600, true, "no-cache"],
  ])("of %s for %d s, shared: %p, is %p", (path, seconds, isShared, said) => {
    expect(cacheControl(path, seconds, isShared)).toBe(said);
  });
});
