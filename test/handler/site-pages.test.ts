import { describe, expect, test } from "bun:test";
import { asksForPage, pagesAbove } from "../../src/handler/site-pages.ts";
import { linkTo, Tree } from "../support/tree.ts";
import { fieldLines, QuietHandler, serveTree } from "./support/site.ts";

const HTML = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";

describe("spa", () => {
  const FILES = {
    "index.html": "<p>app",
    "app.js": "1",
    "about/x.txt": "x",
    ".env": "secret",
    ".git/config": "secret",
  };

  test("answers a page that is not there with the index page", async () => {
    await using site = await serveTree(FILES, { spa: true });
    for (const target of ["/users", "/users/7", "/users/7/", "/a/b/c/d?e=f.g", "/%C3%BC"]) {
      const answer = await site.get(target, HTML);
      expect([answer.status, answer.body, answer.headers.get("content-type")]).toEqual([
        200,
        "<p>app",
        "text/html; charset=utf-8",
      ]);
      expect(fieldLines(answer, "vary: accept\n")).toEqual(["Vary: Accept"]);
    }
    const head = await site.ask("HEAD", "/users", HTML);
    expect([head.status, head.headers.get("content-length"), head.body]).toEqual([200, "6", ""]);
  });

  test("is not in the way of what is there", async () => {
    await using site = await serveTree(FILES, { spa: true });
    const file = await site.get("/app.js", HTML);
    expect([file.body, fieldLines(file, "vary: accept\n")]).toEqual(["1", []]);
    expect((await site.get("/about", HTML)).status).toBe(301);
    expect((await site.get("/about/", HTML)).body).toContain("x.txt");
  });

  test.each([
    ["something with an extension", "GET", "/missing.js", HTML],
    ["a name with a dot in a directory", "GET", "/users/john.doe", HTML],
    ["a request that does not ask for HTML", "GET", "/users", "Accept: application/json"],
    ["a request that takes anything", "GET", "/users", "Accept: */*"],
    ["a request that refuses HTML", "GET", "/users", "Accept: text/html;q=0, */*"],
    ["a request that says nothing of it", "GET", "/users", "X: text/html"],
    ["a dotfile", "GET", "/.env", HTML],
    ["something in a dotted directory", "GET", "/.git/config", HTML],
  ])("is 404 for %s", async (_, method, target, accept) => {
    await using site = await serveTree(FILES, { spa: true });
    expect((await site.ask(method, target, accept)).status).toBe(404);
  });

  test("is 400 and not a page for a path with NUL", async () => {
    await using site = await serveTree(FILES, { spa: true });
    expect((await site.get("/users%00", HTML)).status).toBe(400);
  });

  test("is 404 where there is no index page, or one that leads out", async () => {
    await using none = await serveTree({ "a.txt": "a" }, { spa: true });
    expect((await none.get("/users", HTML)).status).toBe(404);
    await using out = await serveTree({ "index.html": linkTo("/etc/hostname") }, { spa: true });
    expect((await out.get("/users", HTML)).status).toBe(404);
  });

  test("is 304 where the page has not changed", async () => {
    await using site = await serveTree(FILES, { spa: true, cache: 60 });
    const answer = await site.get("/users", HTML, "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT");
    expect([answer.status, ...fieldLines(answer, "vary: accept\n", "cache-control")]).toEqual([
      304,
      "Vary: Accept",
      "Cache-Control: no-cache",
    ]);
  });

  test("asks translate_path() for the page", async () => {
    class Handler extends QuietHandler {
      override translate_path(path: string): string {
        return super.translate_path(path === "/index.html" ? "/app.js" : path);
      }
    }
    await using site = await serveTree(FILES, { spa: true }, Handler);
    expect((await site.get("/users", HTML)).body).toBe("1");
  });

  test.each<[boolean, method: string, path: string, accept: string[] | null]>([
    [true, "GET", "/a", ["text/html"]],
    [true, "HEAD", "/a", ["*/*, TEXT/HTML;level=1;q=0.1"]],
    [true, "GET", "/a", ["*/*", "text/html"]],
    [true, "GET", "/", ["text/html"]],
    [true, "GET", "/a.b/c", ["text/html"]],
    [true, "GET", "/a?b.c", ["text/html"]],
    [false, "POST", "/a", ["text/html"]],
    [false, "GET", "/a", null],
    [false, "GET", "/a", ["text/html5", "x-text/html"]],
    [false, "GET", "/a", ["text/html;q=0.000"]],
    [false, "GET", "/a%2Ejs", ["text/html"]],
    [false, "GET", "/a.js/", ["text/html"]],
  ])("is meant: %p for %s of %s, Accept: %j", (isMeant, method, path, accept) => {
    expect(asksForPage(method, path, accept)).toBe(isMeant);
  });
});

describe("notFoundPage", () => {
  const FILES = {
    "404.html": "<p>top",
    "docs/404.html": "<p>docs",
    "docs/deep/x.txt": "x",
    "out/404.html": linkTo("/etc/hostname"),
    "dir/404.html/x": "x",
    ".hidden/404.html": "<p>hidden",
  };

  test.each([
    ["/missing", "<p>top"],
    ["/missing/deeper/", "<p>top"],
    ["/docs/missing", "<p>docs"],
    ["/docs/missing?a=/b/", "<p>docs"],
    ["/docs/deep/missing", "<p>docs"],
    ["/docs/deep/missing/more", "<p>docs"],
    ["/docs/../missing", "<p>top"],
    ["/docs/x/../../../../missing", "<p>top"],
    ["/out/missing", "<p>top"],
    ["/dir/missing", "<p>top"],
    ["/.hidden/missing", "<p>top"],
    ["/404.html/", "<p>top"],
  ])("is the nearest above what is not there: %s", async (target, body) => {
    await using site = await serveTree(FILES, {});
    const answer = await site.get(target);
    expect([answer.status, answer.reason, answer.body]).toEqual([404, "File not found", body]);
    expect(fieldLines(answer, "content", "last-modified")).toEqual([
      "Content-Type: text/html; charset=utf-8",
      `Content-Length: ${body.length}`,
    ]);
  });

  test("is found for a path of thirty thousand segments", async () => {
    await using site = await serveTree(FILES, {});
    const answer = await site.get(`/docs/${"a/".repeat(30_000)}`);
    expect([answer.status, answer.body]).toEqual([404, "<p>docs"]);
  });

  test("is a page like others when it is asked for", async () => {
    await using site = await serveTree(FILES, {});
    const answer = await site.get("/404.html");
    expect([answer.status, answer.body]).toEqual([200, "<p>top"]);
  });

  test("has its length and no body on HEAD, and is not for other methods", async () => {
    class Handler extends QuietHandler {
      do_PATCH(): void {
        this.send_error(404);
      }
    }
    await using site = await serveTree(FILES, {}, Handler);
    const head = await site.ask("HEAD", "/missing");
    expect([head.status, head.headers.get("content-length"), head.body]).toEqual([404, "6", ""]);
    const patch = await site.ask("PATCH", "/missing", "Content-Length: 0");
    expect([patch.status, patch.body]).toEqual([404, expect.stringContaining("Error response")]);
  });

  test("is not for other errors", async () => {
    await using site = await serveTree(FILES, {});
    expect((await site.get("/a%00")).body).toContain("Error response");
    expect((await site.ask("DELETE", "/")).body).toContain("Error response");
  });

  test("can have another name, or none", async () => {
    await using other = await serveTree({ ...FILES, "oops.txt": "oops" }, { notFoundPage: "oops.txt" });
    const answer = await other.get("/docs/missing");
    expect([answer.status, answer.body, answer.headers.get("content-type")]).toEqual([
      404,
      "oops",
      "text/plain; charset=utf-8",
    ]);
    await using none = await serveTree(FILES, { notFoundPage: "" });
    expect((await none.get("/missing")).body).toContain("Error response");
  });

  test("is not one that is too large to be read at once", async () => {
    await using site = await serveTree({ "404.html": "x".repeat(2 ** 20 + 1) }, {});
    expect((await site.get("/missing")).body).toContain("Error response");
  });

  test("leaves errors to a subclass that has its own", async () => {
    class Handler extends QuietHandler {
      override send_error(code: number): void {
        this.send_response(code);
        this.end_headers();
        this.wfile.write("own");
      }
    }
    await using site = await serveTree(FILES, {}, Handler);
    expect((await site.get("/missing")).body).toBe("own");
  });

  test("is looked for in a few directories only", () => {
    expect(pagesAbove("/a/b/c", "404.html")).toEqual(["/a/b/404.html", "/a/404.html", "/404.html"]);
    expect(pagesAbove("/", "404.html")).toEqual(["/404.html"]);
    const places = pagesAbove("/a".repeat(1000), "404.html");
    expect([places.length, places.at(-1)]).toEqual([16, "/404.html"]);
  });
});

describe("errorPage()", () => {
  test("makes the page of every error", async () => {
    class Handler extends QuietHandler {
      override errorPage(code: number, message: string, explain: string) {
        return { contentType: "text/x-own", body: Buffer.from(`${code}|${message}|${explain}`) };
      }
    }
    await using site = await serveTree({}, {}, Handler);
    const answer = await site.get("/missing");
    expect([answer.status, answer.headers.get("content-type"), answer.body]).toEqual([
      404,
      "text/x-own",
      "404|File not found|Nothing matches the given URI",
    ]);
  });
});

describe("cleanUrls", () => {
  const FILES = {
    "about.html": "<p>about",
    both: "file",
    "both.html": "<p>both",
    "dir/index.html": "<p>index",
    "dir.html": "<p>dir",
    "bare/page.html": "<p>page",
    "bare.html": "<p>bare",
    "v1.2.html": "<p>version",
    ".secret.html": "<p>secret",
    "out.html": linkTo("/etc/hostname"),
  };

  test.each([
    ["a page without its extension", "/about", 200, "<p>about"],
    ["its query", "/about?x=1", 200, "<p>about"],
    ["a name with a dot", "/v1.2", 200, "<p>version"],
    ["a page with its extension", "/about.html", 200, "<p>about"],
    ["a file, which goes before the page", "/both", 200, "file"],
    ["a directory with an index page, which goes before the page", "/dir", 301, ""],
    ["a directory without one, which does not", "/bare", 200, "<p>bare"],
    ["what is in that directory", "/bare/page", 200, "<p>page"],
  ])("serves %s: %s", async (_, target, status, body) => {
    await using site = await serveTree(FILES, { cleanUrls: true });
    const answer = await site.get(target);
    expect([answer.status, answer.body]).toEqual([status, body]);
    if (body.startsWith("<")) expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  });

  test.each([
    ["with a slash behind it", "/about/"],
    ["that is a dotfile", "/.secret"],
    ["that leads out of the directory", "/out"],
    ["that is not there", "/missing"],
    ["whose extension is there already", "/missing.html"],
  ])("serves no page %s: %s", async (_, target) => {
    await using site = await serveTree(FILES, { cleanUrls: true });
    expect((await site.get(target)).status).toBe(404);
  });

  test.each(["/..", "/.", "/dir/..", "/%2e%2e", "//..", "/..?x"])(
    "serves no page beside the root that is called like it: %s",
    async (target) => {
      using beside = new Tree({ "www/dir/a.txt": "a", "www.html": "secret" });
      for (const listing of [true, false]) {
        const directory = beside.path("www");
        await using site = await serveTree({}, { directory, listing, cleanUrls: true });
        expect((await site.get(target)).status).toBe(listing ? 301 : 404);
      }
    },
  );

  test("is off unless it is asked for, as in Python", async () => {
    await using site = await serveTree(FILES, {});
    expect((await site.get("/about")).status).toBe(404);
    expect((await site.get("/bare")).status).toBe(301);
  });

  test("goes before spa", async () => {
    await using site = await serveTree({ ...FILES, "index.html": "<p>app" }, { cleanUrls: true, spa: true });
    expect((await site.get("/about", HTML)).body).toBe("<p>about");
    expect((await site.get("/missing", HTML)).body).toBe("<p>app");
  });
});

describe("listing", () => {
  const FILES = { "a.txt": "a", "sub/b.txt": "b", "index/index.html": "<p>index" };

  test("that is off makes a directory without an index page 404, with and without its slash", async () => {
    await using site = await serveTree(FILES, { listing: false });
    const status = async (target: string) => (await site.get(target)).status;
    expect(await status("/")).toBe(404);
    expect(await status("/sub")).toBe(404);
    expect(await status("/sub/")).toBe(404);
    expect(await status("/sub/b.txt")).toBe(200);
    expect(await status("/index")).toBe(301);
    expect(await status("/index/")).toBe(200);
  });

  test("that is off leaves the directory to spa", async () => {
    await using site = await serveTree({ ...FILES, "index.html": "<p>app" }, { listing: false, spa: true });
    expect((await site.get("/sub/", HTML)).body).toBe("<p>app");
    expect((await site.get("/sub", HTML)).body).toBe("<p>app");
    expect((await site.get("/sub/")).status).toBe(404);
  });
});
