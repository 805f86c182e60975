/**
 * What CPython's own tests ask of SimpleHTTPRequestHandler over a socket, asked of ours; where basehttp differs on
 * purpose (docs/python.md, section 0), the difference is what is asserted, with its row.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { SimpleHTTPRequestHandler, type SimpleHTTPRequestHandlerOptions } from "../../src/index.ts";
import { exchange, parseResponse, startServer } from "../support/client.ts";
import { listedEntries } from "../support/listing.ts";
import { dropPrivileges } from "../support/privileges.ts";

class Quiet extends SimpleHTTPRequestHandler {
  override log_message(): void {}
}

const DATA = "Thirty-two bytes that say little.";
let root: string;
let started: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "basehttp-parity-"));
  mkdirSync(join(root, "sub"));
  writeFileSync(join(root, "sub", "test"), DATA);
  started = await serve();
});

afterAll(async () => {
  await started[Symbol.asyncDispose]();
  rmSync(root, { recursive: true });
});

function serve(options: SimpleHTTPRequestHandlerOptions = {}): ReturnType<typeof startServer> {
  return startServer(Quiet.with({ directory: root, ...options }));
}

/** A directory of its own under the root, removed with it. */
function freshDirectory(): { path: string; url: string } {
  const path = mkdtempSync(join(root, "d-"));
  return { path, url: `/${basename(path)}` };
}

async function ask(
  target: string,
  options: { method?: string; headers?: readonly string[]; port?: number } = {},
) {
  const { method = "GET", headers = [], port = started.port } = options;
  const head = [`${method} ${target} HTTP/1.1`, "Host: parity", ...headers].join("\r\n");
  return parseResponse(await exchange(port, `${head}\r\n\r\n`));
}

const utf8 = (latin1: string) => Buffer.from(latin1, "latin1").toString("utf8");

describe("a listing", () => {
  const NAMES: readonly [name: string, href: string, text: string][] = [
    ["über.txt", "%C3%BCber.txt", "über.txt"],
    ["日本", "%E6%97%A5%E6%9C%AC", "日本"],
    ["🐍.py", "%F0%9F%90%8D.py", "🐍.py"],
    ["a?b", "a%3Fb", "a?b"],
    ["a#b", "a%23b", "a#b"],
    ["a&b", "a%26b", "a&amp;b"],
    ["a<b>", "a%3Cb%3E", "a&lt;b&gt;"],
    ['a"b', "a%22b", 'a"b'],
    ["a'b", "a%27b", "a'b"],
    ["a%2fb", "a%252fb", "a%2fb"],
    ["a b", "a%20b", "a b"],
    ["a+b;c", "a%2Bb%3Bc", "a+b;c"],
    ["back\\slash", "back%5Cslash", "back\\slash"],
  ];

  for (const [name, href, text] of NAMES) {
    test(`names and links to a file called ${name}, and the link works (SIM-22)`, async () => {
      const directory = freshDirectory();
      writeFileSync(join(directory.path, name), name);
      const page = await ask(`${directory.url}/`);
      expect(utf8(page.body)).toContain(`<a href="${href}"><bdi>${text}</bdi></a>`);
      expect(utf8((await ask(`${directory.url}/${href}`)).body)).toBe(name);
    });

    test(`names and links to a directory called ${name}, whose title it is (SIM-22, SIM-23)`, async () => {
      const directory = freshDirectory();
      mkdirSync(join(directory.path, name));
      expect(utf8((await ask(`${directory.url}/`)).body)).toContain(
        `<a href="${href}/"><bdi>${text}/</bdi></a>`,
      );
      const page = utf8((await ask(`${directory.url}/${href}/`)).body);
      expect(page).toContain(`<title>Directory listing for ${directory.url}/${text}/</title>`);
      expect(page).toContain(`<h1>Directory listing for ${directory.url}/${text}/</h1>`);
    });
  }

  test("its title has no query (SIM-23)", async () => {
    expect((await ask("/sub/?x=123")).body).toContain("<title>Directory listing for /sub/</title>");
  });

  test("an escape that is no UTF-8 shows as U+FFFD in the title (SIM-23)", async () => {
    const page = await ask("/%ff/../sub/");
    expect(page.status).toBe(200);
    expect(utf8(page.body)).toContain("<title>Directory listing for /\ufffd/../sub/</title>");
  });

  test("its entries come in order of their lower-cased code points, links marked (SIM-21, SIM-22)", async () => {
    const { path, url } = freshDirectory();
    for (const name of ["b", "A", "_", "Z1", "z", "\uff21", "\u{1f600}"]) writeFileSync(join(path, name), "");
    mkdirSync(join(path, "dir"));
    symlinkSync("dir", join(path, "linkdir"));
    symlinkSync("b", join(path, "linkfile"));
    symlinkSync("nowhere", join(path, "linkbroken"));
    writeFileSync(join(path, ".hidden"), "");
    const page = utf8((await ask(`${url}/`)).body);
    const entries = listedEntries(page).map(([text, href]) => [href, text]);
    expect(entries).toEqual([
      ["_", "_"],
      ["A", "A"],
      ["b", "b"],
      ["dir/", "dir/"],
      ["linkbroken", "linkbroken@"],
      ["linkdir/", "linkdir@"],
      ["linkfile", "linkfile@"],
      ["z", "z"],
      ["Z1", "Z1"],
      ["%EF%BC%A1", "\uff21"],
      ["%F0%9F%98%80", "\u{1f600}"],
    ]);
  });

  test("has a length and a type, the same for HEAD, and no Last-Modified (SIM-24)", async () => {
    const page = await ask("/sub/");
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("content-length")).toBe(String(page.body.length));
    expect(page.headers.has("last-modified")).toBe(false);
    const head = await ask("/sub/", { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), head.body]).toEqual([
      200,
      String(page.body.length),
      "",
    ]);
  });
});

describe("GET", () => {
  test("a file: its bytes, type, length and date (SIM-13)", async () => {
    const file = await ask("/sub/test");
    expect([file.status, file.reason, file.body]).toEqual([200, "OK", DATA]);
    expect(file.headers.get("content-type")).toBe("application/octet-stream");
    expect(file.headers.get("content-length")).toBe(String(DATA.length));
    const modified = Date.parse(file.headers.get("last-modified") ?? "");
    expect(modified).toBe(Math.floor(statSync(join(root, "sub", "test")).mtimeMs / 1000) * 1000);
  });

  for (const [name, suffix] of [
    ["a slash", "/"],
    ["%2f", "%2f"],
    ["%2F", "%2F"],
    ["a slash and a query", "/?q"],
  ] as const) {
    test(`a file with ${name} behind it is 404 (SIM-9)`, async () => {
      expect((await ask(`/sub/test${suffix}`)).status).toBe(404);
    });
  }

  for (const suffix of ["/", "%2f", "%2F", "/?hi=2", "%2f?hi=1"]) {
    test(`a directory with ${suffix} behind it is listed (SIM-6)`, async () => {
      expect((await ask(`/sub${suffix}`)).status).toBe(200);
    });
  }

  for (const [target, location] of [
    ["/sub", "/sub/"],
    ["/sub?hi=1", "/sub/?hi=1"],
    ["/sub?a=b&c=/d", "/sub/?a=b&c=/d"],
    ["/sub/.", "/sub/./"],
    ["/sub/test/..", "/sub/test/../"],
    ["//sub", "/sub/"],
    ["///sub", "/sub/"],
    ["//evil.test/../sub", "/evil.test/../sub/"],
    ["http://parity/sub?q", "/sub/?q"],
  ] as const) {
    test(`${target} is redirected to ${location}, with a length of 0 (SIM-6, SIM-7)`, async () => {
      const response = await ask(target);
      expect([response.status, response.headers.get("location")]).toEqual([301, location]);
      expect([response.headers.get("content-length"), response.body]).toEqual(["0", ""]);
    });
  }

  test("a redirect never leaves the origin, whatever the target (SIM-7)", async () => {
    for (const target of ["//sub/", "//evil.test/..%2fsub", "/%5Cevil.test/../sub", "/\\evil.test/../sub"]) {
      const location = (await ask(target)).headers.get("location");
      expect(location ?? "/").toMatch(/^\/(?![/\\])/);
    }
  });

  test("what is not there is 404, with or without a slash (SIM-10)", async () => {
    for (const target of ["/missing", "/missing/", "/sub/missing", "/missing/../also-missing"]) {
      const response = await ask(target);
      expect([response.status, response.reason]).toEqual([404, "File not found"]);
    }
  });

  test("index.html is what a directory serves, and index.htm after it (SIM-8)", async () => {
    const { path, url } = freshDirectory();
    writeFileSync(join(path, "index.htm"), "second");
    expect((await ask(`${url}/`)).body).toBe("second");
    writeFileSync(join(path, "index.html"), "first");
    const index = await ask(`${url}/`);
    expect(index.body).toBe("first");
    expect(index.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(index.headers.has("last-modified")).toBe(true);
  });

  test("a directory called index.html is an entry of the listing (SIM-8)", async () => {
    const { path, url } = freshDirectory();
    mkdirSync(join(path, "index.html"));
    expect((await ask(`${url}/`)).body).toContain('<a href="index.html/"><bdi>index.html/</bdi></a>');
  });

  test("index_pages can be others (SIM-8)", async () => {
    const { path, url } = freshDirectory();
    writeFileSync(join(path, "home.txt"), "home");
    class Home extends Quiet {
      override index_pages = ["home.txt"];
    }
    await using home = await startServer(Home.with({ directory: root }));
    expect((await ask(`${url}/`, { port: home.port })).body).toBe("home");
  });

  test("a directory that cannot be read is 404, never 403 (SIM-10, SIM-21)", async () => {
    const { path, url } = freshDirectory();
    chmodSync(root, 0o755);
    chmodSync(path, 0);
    try {
      using _nobody = dropPrivileges();
      expect((await ask("/sub/")).status).toBe(200);
      expect((await ask(`${url}/`)).status).toBe(404);
    } finally {
      chmodSync(path, 0o755);
    }
  });

  test("dots and empty words do not climb out (SIM-4, SIM-5)", async () => {
    for (const target of [
      "/nope/../sub/test",
      "/../../sub/test",
      "/sub/./test",
      "/%2e%2e/sub/test",
      "/sub//test",
    ]) {
      expect([target, (await ask(target)).body]).toEqual([target, DATA]);
    }
  });

  test("an escape that is invalid stays as it is, a plus is a plus (SIM-4)", async () => {
    const { path, url } = freshDirectory();
    writeFileSync(join(path, "100%"), "percent");
    writeFileSync(join(path, "%zz"), "zz");
    writeFileSync(join(path, "a+b"), "plus");
    expect((await ask(`${url}/100%`)).body).toBe("percent");
    expect((await ask(`${url}/%zz`)).body).toBe("zz");
    expect((await ask(`${url}/a+b`)).body).toBe("plus");
  });

  test("NUL is 400, where Python drops the connection (SIM-5)", async () => {
    expect((await ask("/sub/te%00st")).status).toBe(400);
  });

  test("an escaped slash inside a path is 404, where Python takes it for a slash (SIM-4)", async () => {
    expect((await ask("/sub%2ftest")).status).toBe(404);
  });

  test("a relative target is 400, where Python serves it (SIM-6)", async () => {
    for (const target of ["sub", "sub/test", "../sub/test"]) expect((await ask(target)).status).toBe(400);
  });

  test("dotfiles are 404, where Python serves them, but for .well-known (SIM-21)", async () => {
    writeFileSync(join(root, ".env"), "secret");
    mkdirSync(join(root, ".well-known"));
    writeFileSync(join(root, ".well-known", "security.txt"), "public");
    expect((await ask("/.env")).status).toBe(404);
    expect((await ask("/.well-known/security.txt")).body).toBe("public");
  });

  test("a link that leaves the root is 404, where Python follows it (SIM-25)", async () => {
    const outside = mkdtempSync(join(tmpdir(), "basehttp-outside-"));
    try {
      writeFileSync(join(outside, "secret"), "secret");
      const { path, url } = freshDirectory();
      symlinkSync(join(outside, "secret"), join(path, "out"));
      symlinkSync(join(root, "sub", "test"), join(path, "in"));
      expect((await ask(`${url}/out`)).status).toBe(404);
      expect((await ask(`${url}/in`)).body).toBe(DATA);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  test.skipIf(Bun.which("mkfifo") === null)(
    "a FIFO is 404, where Python waits in open() (SIM-26)",
    async () => {
      const { path, url } = freshDirectory();
      Bun.spawnSync(["mkfifo", join(path, "pipe")]);
      expect((await ask(`${url}/pipe`)).status).toBe(404);
    },
  );

  test("the type is found by extension, exactly and then in lower case (SIM-16, SIM-17)", async () => {
    const { path, url } = freshDirectory();
    const types: Record<string, string> = {
      "page.html": "text/html; charset=utf-8",
      "PAGE.HTML": "text/html; charset=utf-8",
      "data.json": "application/json",
      "photo.JPG": "image/jpeg",
      "archive.gz": "application/gzip",
      "ARCHIVE.GZ": "application/gzip",
      "module.mjs": "text/javascript; charset=utf-8",
      "types.d.ts": "text/plain; charset=utf-8",
      "no-extension": "application/octet-stream",
      "what.ever-this-is": "application/octet-stream",
    };
    const served: Record<string, string | undefined> = {};
    for (const name of Object.keys(types)) {
      writeFileSync(join(path, name), "");
      served[name] = (await ask(`${url}/${name}`)).headers.get("content-type");
    }
    expect(served).toEqual(types);
  });

  test("default_content_type is what the rest has (SIM-18)", async () => {
    await using plain = await serve({ default_content_type: "text/plain" });
    const file = await ask("/sub/test", { port: plain.port });
    expect(file.headers.get("content-type")).toMatch(/^text\/plain\b/);
  });

  test("extensions_map of a subclass comes first (SIM-17)", async () => {
    const { path, url } = freshDirectory();
    writeFileSync(join(path, "page.html"), "");
    class Mapped extends Quiet {
      static override extensions_map = { ...SimpleHTTPRequestHandler.extensions_map, ".html": "text/x-mine" };
    }
    await using mapped = await startServer(Mapped.with({ directory: root }));
    const page = await ask(`${url}/page.html`, { port: mapped.port });
    expect(page.headers.get("content-type")).toMatch(/^text\/x-mine\b/);
  });
});

describe("HEAD and other methods", () => {
  test("HEAD has the length and the type, and no body", async () => {
    const head = await ask("/sub/test", { method: "HEAD" });
    expect([head.status, head.body]).toEqual([200, ""]);
    expect(head.headers.get("content-length")).toBe(String(DATA.length));
    expect(head.headers.get("content-type")).toBe("application/octet-stream");
  });

  for (const method of ["FOO", "custom", "GETs", "get", "POST", "OPTIONS"]) {
    test(`${method} is 501 (SIM-2)`, async () => {
      expect((await ask("/", { method })).status).toBe(501);
    });
  }
});

describe("If-Modified-Since (SIM-11, SIM-12)", () => {
  const MODIFIED = new Date("2024-02-29T12:34:56Z");
  let url: string;

  beforeAll(() => {
    const directory = freshDirectory();
    url = `${directory.url}/dated.txt`;
    writeFileSync(join(directory.path, "dated.txt"), "dated");
    utimesSync(join(directory.path, "dated.txt"), MODIFIED, new Date(MODIFIED.getTime() + 750));
  });

  const statusSince = async (date: string, ...headers: string[]) =>
    (await ask(url, { headers: [`If-Modified-Since: ${date}`, ...headers] })).status;

  test("the date that was served is 304, with neither length nor type", async () => {
    const full = await ask(url);
    const date = full.headers.get("last-modified") ?? "";
    expect(date).toBe(MODIFIED.toUTCString());
    const response = await ask(url, { headers: [`If-Modified-Since: ${date}`] });
    expect([response.status, response.reason, response.body]).toEqual([304, "Not Modified", ""]);
    expect(response.headers.has("content-length")).toBe(false);
    expect(response.headers.has("content-type")).toBe(false);
  });

  test("a later one is 304, an earlier one 200", async () => {
    expect(await statusSince("Thu, 29 Feb 2024 12:34:57 GMT")).toBe(304);
    expect(await statusSince("Thu, 29 Feb 2024 12:34:55 GMT")).toBe(200);
  });

  test("the two older forms of a date are known", async () => {
    expect(await statusSince("Thursday, 29-Feb-24 12:34:56 GMT")).toBe(304);
    expect(await statusSince("Thu Feb 29 12:34:56 2024")).toBe(304);
  });

  test("what is no date is ignored", async () => {
    for (const date of ["2024-03-01T00:00:00Z", "tomorrow", "1709210096", "Thu, 30 Feb 2034 00:00:00 GMT"]) {
      expect([date, await statusSince(date)]).toEqual([date, 200]);
    }
  });

  test("If-None-Match takes its place", async () => {
    expect(await statusSince("Thu, 29 Feb 2024 12:34:56 GMT", 'If-None-Match: "no-such-tag"')).toBe(200);
  });

  test("HEAD is asked in the same way", async () => {
    const headers = [`If-Modified-Since: ${MODIFIED.toUTCString()}`];
    expect((await ask(url, { method: "HEAD", headers })).status).toBe(304);
  });
});

describe("extra_response_headers (SIM-14)", () => {
  const extra: [string, string][] = [
    ["X-Test1", "first"],
    ["X-Test2", "second"],
    ["X-Test2", "third"],
    ["content-TYPE", "text/x-overwritten"],
    ["server", "overwritten"],
  ];

  for (const [what, target] of [
    ["a file", "/sub/test"],
    ["a listing", "/sub/"],
  ] as const) {
    test(`are on ${what}, repeats and all, behind the server's own`, async () => {
      await using served = await serve({ extra_response_headers: extra });
      const response = await ask(target, { port: served.port });
      expect(response.headerLines.slice(-3)).toEqual([
        ["X-Test1", "first"],
        ["X-Test2", "second"],
        ["X-Test2", "third"],
      ]);
    });

    test(`do not replace what the server sends on ${what}`, async () => {
      await using served = await serve({ extra_response_headers: extra });
      const response = await ask(target, { port: served.port });
      for (const name of ["content-type", "server"]) {
        const values = response.headerLines
          .filter(([each]) => each.toLowerCase() === name)
          .map(([, value]) => value);
        expect(values.length).toBe(1);
        expect(values[0]).not.toContain("overwritten");
      }
    });
  }

  test("are on no redirect, no 304 and no error", async () => {
    await using served = await serve({ extra_response_headers: extra });
    const date = (await ask("/sub/test")).headers.get("last-modified");
    const answers = [
      await ask("/sub", { port: served.port }),
      await ask("/sub/test", { port: served.port, headers: [`If-Modified-Since: ${date}`] }),
      await ask("/missing", { port: served.port }),
      await ask("/", { port: served.port, method: "POST" }),
    ];
    expect(answers.map(({ status, headers }) => [status, headers.has("x-test1")])).toEqual([
      [301, false],
      [304, false],
      [404, false],
      [501, false],
    ]);
  });

  test("are there once for each request of a connection", async () => {
    await using served = await serve({ extra_response_headers: [["X-Test", "once"]] });
    const get = "GET /sub/test HTTP/1.1\r\nHost: parity\r\n";
    const raw = await exchange(served.port, `${get}\r\n${get}\r\n${get}Connection: close\r\n\r\n`);
    expect(raw.match(/^X-Test: once\r$/gm)?.length).toBe(3);
  });
});
