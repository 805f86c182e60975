/** The conditions of requests for files, on the wire (RFC 9110 13). */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { utimesSync } from "node:fs";
import { formatHttpDate } from "../../src/protocol/http-date.ts";
import { exchange } from "../support/client.ts";
import { type FileSite, QuietFiles, serveFiles } from "../support/site.ts";
import { Tree } from "../support/tree.ts";

/** Sun, 06 Nov 1994 08:49:37 GMT, and a part of a second. */
const MODIFIED = 784_111_777.25;
const DATE = formatHttpDate(MODIFIED);
const BEFORE = formatHttpDate(MODIFIED - 1);
const AFTER = formatHttpDate(MODIFIED + 1);

let tree: Tree;
let site: FileSite;
let tag: string;
beforeAll(async () => {
  tree = new Tree({ "a.txt": "hello\n", "folder/index.html": "<p>", "other.txt": "hello\n" });
  for (const name of ["a.txt", "other.txt", "folder/index.html"]) tree.setModified(name, MODIFIED);
  site = await serveFiles(QuietFiles.with({ directory: tree.root }));
  tag = (await site.ask("GET /a.txt")).headers.get("etag") ?? "";
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  tree[Symbol.dispose]();
});

const status = async (line: string, ...fields: string[]) => (await site.ask(line, ...fields)).status;

describe("the tag", () => {
  test("is strong, and the same for GET and HEAD", async () => {
    expect(tag).toMatch(/^"[0-9a-z-]+"$/);
    expect((await site.ask("HEAD /a.txt")).headers.get("etag")).toBe(tag);
  });

  test("is the same from another server, and after a touch with the same time", async () => {
    utimesSync(tree.path("a.txt"), MODIFIED, MODIFIED);
    await using other = await serveFiles(QuietFiles.with({ directory: tree.root }));
    expect((await other.ask("GET /a.txt")).headers.get("etag")).toBe(tag);
  });

  test("is another when the file has changed within the same second, at the same size", async () => {
    using changing = new Tree({ "c.txt": "one" });
    changing.setModified("c.txt", MODIFIED);
    await using served = await serveFiles(QuietFiles.with({ directory: changing.root }));
    const first = await served.ask("GET /c.txt");
    changing.add({ "c.txt": "two" });
    changing.setModified("c.txt", MODIFIED + 0.001);
    const second = await served.ask("GET /c.txt", `If-None-Match: ${first.headers.get("etag")}`);
    expect([second.status, second.body]).toEqual([200, "two"]);
    expect(second.headers.get("last-modified")).toBe(first.headers.get("last-modified")!);
  });

  test("is not there with etag: none, and then a date is all that counts", async () => {
    await using none = await serveFiles(QuietFiles.with({ directory: tree.root, etag: "none" }));
    expect((await none.ask("GET /a.txt")).headers.has("etag")).toBe(false);
    expect((await none.ask("GET /a.txt", `If-Modified-Since: ${DATE}`)).status).toBe(304);
    expect((await none.ask("GET /a.txt", `If-None-Match: ${tag}`)).status).toBe(200);
    expect((await none.ask("GET /a.txt", `If-Match: ${tag}`)).status).toBe(412);
    expect((await none.ask("GET /a.txt", "If-None-Match: *")).status).toBe(304);
  });

  test("is that of the content with etag: content, whatever the time", async () => {
    const Handler = QuietFiles.with({ directory: tree.root, etag: "content" });
    await using content = await serveFiles(Handler);
    tree.setModified("other.txt", MODIFIED - 1000);
    const one = (await content.ask("GET /a.txt")).headers.get("etag");
    expect(one).toMatch(/^"[\w-]{22}"$/);
    expect((await content.ask("GET /other.txt")).headers.get("etag")).toBe(one!);
    expect((await content.ask("GET /folder/")).headers.get("etag")).not.toBe(one!);
    expect((await content.ask("GET /other.txt", `If-None-Match: ${one}`)).status).toBe(304);
  });

  test("that a handler would add is not sent beside it", async () => {
    const extra_response_headers = [
      ["ETag", '"mine"'],
      ["Accept-Ranges", "none"],
      ["Content-Range", "bytes 0-0/1"],
    ] as const;
    await using served = await serveFiles(QuietFiles.with({ directory: tree.root, extra_response_headers }));
    const raw = await exchange(served.port, "GET /a.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(raw.match(/^(?:etag|accept-ranges|content-range): .*$/gim)).toEqual([
      `ETag: ${tag}`,
      "Accept-Ranges: bytes",
    ]);
  });
});

describe("If-None-Match", () => {
  test("the tag that was served is 304", async () => {
    const response = await site.ask("GET /a.txt", `If-None-Match: ${tag}`);
    expect([response.status, response.body, response.framing]).toEqual([304, "", "none"]);
  });

  test("counts for HEAD and for index pages", async () => {
    expect(await status("HEAD /a.txt", `If-None-Match: ${tag}`)).toBe(304);
    const index = (await site.ask("GET /folder/")).headers.get("etag");
    expect(await status("GET /folder/", `If-None-Match: ${index}`)).toBe(304);
  });

  const values: [name: string, value: () => string, status: number][] = [
    ["the tag made weak", () => `W/${tag}`, 304],
    ["the tag among others", () => `"x", ${tag}`, 304],
    ["any", () => "*", 304],
    ["another", () => '"x"', 200],
    ["the tag without quotes", () => tag.slice(1, -1), 200],
    ["nothing", () => "", 200],
  ];
  test.each(values)("%s", async (_name, value, expected) => {
    expect(await status("GET /a.txt", `If-None-Match: ${value()}`)).toBe(expected);
  });

  test("may be said in two lines", async () => {
    expect(await status("GET /a.txt", 'If-None-Match: "x"', `If-None-Match: ${tag}`)).toBe(304);
  });

  test("goes before If-Modified-Since, whichever way", async () => {
    expect(await status("GET /a.txt", `If-None-Match: ${tag}`, `If-Modified-Since: ${BEFORE}`)).toBe(304);
    expect(await status("GET /a.txt", 'If-None-Match: "x"', `If-Modified-Since: ${DATE}`)).toBe(200);
  });

  test("says nothing about what is not there", async () => {
    expect(await status("GET /nothing", "If-None-Match: *")).toBe(404);
    expect(await status("GET /nothing", 'If-Match: "x"')).toBe(404);
  });
});

describe("304", () => {
  test("carries what a cache needs, and nothing of a body", async () => {
    const extra_response_headers = [
      ["Cache-Control", "max-age=60"],
      ["expires", DATE],
      ["Content-Location", "/a"],
      ["Vary", "Origin"],
      ["X-Other", "1"],
    ] as const;
    const options = { directory: tree.root, extra_response_headers, precompressed: false };
    await using served = await serveFiles(QuietFiles.with(options));
    const { status: code, headers } = await served.ask("GET /a.txt", `If-None-Match: ${tag}`);
    expect(code).toBe(304);
    expect(headers.has("date")).toBe(true);
    expect(
      Object.fromEntries([...headers].filter(([name]) => !/^(?:server|date|connection)$/.test(name))),
    ).toEqual({
      etag: tag,
      "cache-control": "max-age=60",
      expires: DATE,
      "content-location": "/a",
      vary: "Origin",
    });
  });

  test("leaves the connection as it was", async () => {
    const one = `GET /a.txt HTTP/1.1\r\nHost: x\r\nIf-None-Match: ${tag}\r\n\r\n`;
    const raw = await exchange(
      site.port,
      `${one}${one}GET /a.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(raw.match(/^HTTP\/1\.1 \d+/gm)).toEqual(["HTTP/1.1 304", "HTTP/1.1 304", "HTTP/1.1 200"]);
  });
});

describe("If-Match and If-Unmodified-Since", () => {
  const cases: [fields: () => string[], status: number][] = [
    [() => [`If-Match: ${tag}`], 200],
    [() => ["If-Match: *"], 200],
    [() => [`If-Match: "x", ${tag}`], 200],
    [() => ['If-Match: "x"'], 412],
    [() => [`If-Match: W/${tag}`], 412],
    [() => ["If-Match: x"], 412],
    [() => [`If-Unmodified-Since: ${DATE}`], 200],
    [() => [`If-Unmodified-Since: ${AFTER}`], 200],
    [() => [`If-Unmodified-Since: ${BEFORE}`], 412],
    [() => ["If-Unmodified-Since: tomorrow"], 200],
    [() => [`If-Unmodified-Since: ${BEFORE}`, `If-Unmodified-Since: ${BEFORE}`], 200],
    [() => [`If-Match: ${tag}`, `If-Unmodified-Since: ${BEFORE}`], 200],
    [() => ['If-Match: "x"', `If-None-Match: ${tag}`], 412],
    [() => [`If-Match: ${tag}`, `If-None-Match: ${tag}`], 304],
    [() => [`If-Unmodified-Since: ${BEFORE}`, `If-Modified-Since: ${AFTER}`], 412],
    [() => [`If-Unmodified-Since: ${DATE}`, `If-Modified-Since: ${DATE}`], 304],
    [() => ['If-Match: "x"', "Range: bytes=0-0"], 412],
  ];
  test.each(cases)("%p is %d", async (fields, expected) => {
    expect(await status("GET /a.txt", ...fields())).toBe(expected);
  });

  test("412 has the usual page and keeps the connection", async () => {
    const ask = (last: string) => `GET /a.txt HTTP/1.1\r\nHost: x\r\nIf-Match: "x"\r\n${last}\r\n`;
    const raw = await exchange(site.port, ask("") + ask("Connection: close\r\n"));
    expect(raw.match(/^HTTP\/1\.1 412 Precondition Failed/gm)).toHaveLength(2);
    expect(raw).toContain("Error code: 412");
    expect((await site.ask("HEAD /a.txt", 'If-Match: "x"')).status).toBe(412);
  });
});

describe("Last-Modified", () => {
  test("is never later than the answer's own date", async () => {
    using future = new Tree({ "f.txt": "f" });
    future.setModified("f.txt", Date.now() / 1000 + 86_400);
    await using served = await serveFiles(QuietFiles.with({ directory: future.root }));
    const { headers } = await served.ask("GET /f.txt");
    expect(headers.get("last-modified")).toBe(headers.get("date")!);
    const again = await served.ask("GET /f.txt", `If-Modified-Since: ${headers.get("last-modified")}`);
    expect(again.status).toBe(200);
  });
});

test("names of the fields are known in any letters", async () => {
  expect(await status("GET /a.txt", `IF-NONE-MATCH: ${tag}`)).toBe(304);
  expect(await status("GET /a.txt", `if-modified-since: ${DATE}`)).toBe(304);
  expect(await status("GET /a.txt", "rANGE: bytes=0-0")).toBe(206);
});

test("fields that only look like conditions count for nothing", async () => {
  expect(await status("GET /a.txt", "If: *", "Referer: x", "Ranges: bytes=0-0", "If-X: 1", "I: 1")).toBe(200);
});
