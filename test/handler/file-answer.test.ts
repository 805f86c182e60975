/** Answers out of representations that are not a file as it lies there. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Representation, sendFileHead } from "../../src/handler/file-answer.ts";
import type { SendHeadResult } from "../../src/handler/simple.ts";
import { parseByteranges } from "../support/byteranges.ts";
import { exchange } from "../support/client.ts";
import { type FileSite, QuietFiles, serveFiles } from "../support/site.ts";

const CODED: Representation = {
  size: 26,
  mtime: 784_111_777,
  etag: '"tag-br"',
  contentType: "text/plain",
  contentEncoding: "br",
  varies: true,
  source: Buffer.from("abcdefghijklmnopqrstuvwxyz"),
};

/** Where a source of unknown length was closed. */
let closedCount = 0;

function* endless(): Generator<string> {
  try {
    for (const part of ["one ", "two"]) yield part;
  } finally {
    closedCount++;
  }
}

class Represented extends QuietFiles {
  override send_head(): SendHeadResult {
    if (this.path === "/coded") return sendFileHead(this, CODED);
    if (this.path === "/unknown") return sendFileHead(this, { ...CODED, size: null });
    const source = endless();
    if (this.path === "/begun") source.next();
    return sendFileHead(this, { ...CODED, size: null, source });
  }
}

let site: FileSite;
beforeAll(async () => {
  site = await serveFiles(Represented);
});
afterAll(() => site[Symbol.asyncDispose]());

describe("a coded representation in memory", () => {
  test("says how it is coded, and that it varies", async () => {
    const { headers, body } = await site.ask("GET /coded");
    expect(body).toBe("abcdefghijklmnopqrstuvwxyz");
    expect([headers.get("content-encoding"), headers.get("vary")]).toEqual(["br", "Accept-Encoding"]);
    expect([headers.get("etag"), headers.get("content-length")]).toEqual(['"tag-br"', "26"]);
  });

  test("has ranges of its own bytes", async () => {
    const one = await site.ask("GET /coded", "Range: bytes=1-2", 'If-Range: "tag-br"');
    expect([one.status, one.body, one.headers.get("content-encoding")]).toEqual([206, "bc", "br"]);
    const two = await site.ask("GET /coded", "Range: bytes=0-0,-1");
    expect(parseByteranges(two.headers.get("content-type"), two.body).map(({ body }) => body)).toEqual([
      "a",
      "z",
    ]);
    expect((await site.ask("GET /coded", "Range: bytes=26-")).headers.get("content-range")).toBe(
      "bytes */26",
    );
  });

  test("is known by its own tag, and 304 says that it varies", async () => {
    const { status, headers } = await site.ask("GET /coded", 'If-None-Match: "tag-br"');
    expect([status, headers.get("vary"), headers.get("etag")]).toEqual([304, "Accept-Encoding", '"tag-br"']);
    expect((await site.ask("GET /coded", 'If-None-Match: "tag"')).status).toBe(200);
  });
});

describe("a representation of unknown length", () => {
  test("has neither length nor ranges", async () => {
    const { status, headers, body, framing } = await site.ask("GET /stream", "Range: bytes=0-1");
    expect([status, body, framing]).toEqual([200, "one two", "chunked"]);
    expect([headers.has("accept-ranges"), headers.has("content-range")]).toEqual([false, false]);
    const unknown = await site.ask("GET /unknown", "Range: bytes=0-1");
    expect([unknown.status, unknown.headers.has("accept-ranges")]).toEqual([200, false]);
  });

  test("is let go of where nothing of it is sent", async () => {
    closedCount = 0;
    await exchange(site.port, 'GET /begun HTTP/1.1\r\nHost: x\r\nIf-None-Match: "tag-br"\r\n\r\n');
    expect(closedCount).toBe(1);
  });
});
