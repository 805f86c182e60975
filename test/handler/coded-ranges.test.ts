/** Tags, conditions and ranges of files in content codings: each coding is a representation of its own. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { brotliCompressSync, gunzipSync, gzipSync } from "node:zlib";
import { Compressor } from "../../src/files/compressor.ts";
import { CONTENT_CODINGS } from "../../src/files/content-coding.ts";
import { parseByteranges } from "../support/byteranges.ts";
import { text } from "../support/compressible.ts";
import type { DecodedResponse } from "../support/decode.ts";
import { type FileSite, QuietFiles, serveFiles } from "../support/site.ts";
import { Tree } from "../support/tree.ts";

const SCRIPT = text(30_000);
const PAGE = text(30_000, 1);

/** Sun, 06 Nov 1994 08:49:37 GMT */
const MODIFIED = 784_111_777;

/** A strong entity tag. */
const STRONG = /^"[!#-~]+"$/;

let tree: Tree;
let compressor: Compressor;
let site: FileSite;
beforeAll(async () => {
  tree = new Tree({
    "app.js": SCRIPT,
    "app.js.br": brotliCompressSync(SCRIPT),
    "app.js.zst": Bun.zstdCompressSync(SCRIPT),
    "app.js.gz": gzipSync(SCRIPT),
    "page.html": PAGE,
    "small.txt": "too small to be coded",
  });
  for (const name of ["app.js", "app.js.br", "app.js.zst", "app.js.gz", "page.html", "small.txt"]) {
    tree.setModified(name, MODIFIED);
  }
  compressor = later();
  site = await serveFiles(QuietFiles.with({ directory: tree.root, compress: compressor }));
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  tree[Symbol.dispose]();
});

/** A compressor to which all files are old enough to keep what is made of them. */
function later(tools: ConstructorParameters<typeof Compressor>[1] = {}): Compressor {
  return new Compressor({}, { now: () => Date.now() + 60_000, ...tools });
}

function accepting(coding: string): string {
  return `Accept-Encoding: ${coding}`;
}

function tagOf({ headers }: DecodedResponse): string {
  return headers.get("etag") ?? "none";
}

const TARGETS: readonly [what: string, target: string][] = [
  ["siblings", "/app.js"],
  ["compressed on the fly", "/page.html"],
];

describe.each([...TARGETS])("%s", (_what, target) => {
  const get = (coding: string, ...fields: string[]): Promise<DecodedResponse> =>
    site.ask(`GET ${target}`, accepting(coding), ...fields);

  test("have strong tags, another one for each coding and for the file as it is, the same each time", async () => {
    const codings = ["identity", ...CONTENT_CODINGS];
    const tags: string[] = [];
    for (const coding of codings) {
      const response = await get(coding);
      expect(response.headers.get("content-encoding") ?? "identity").toBe(coding);
      tags.push(tagOf(response));
      expect(tagOf(await get(coding))).toBe(tagOf(response));
      expect(tagOf(await site.ask(`HEAD ${target}`, accepting(coding)))).toBe(tagOf(response));
    }
    for (const tag of tags) expect(tag).toMatch(STRONG);
    for (const [index, coding] of CONTENT_CODINGS.entries()) expect(tags[index + 1]).toEndWith(`-${coding}"`);
    expect(new Set(tags).size).toBe(codings.length);
  });

  test("are 304 by their own tag, and by no other one", async () => {
    const tags = { identity: "", br: "", gzip: "" };
    for (const coding of ["identity", "br", "gzip"] as const) tags[coding] = tagOf(await get(coding));
    for (const coding of ["identity", "br", "gzip"] as const) {
      for (const other of ["identity", "br", "gzip"] as const) {
        const response = await get(coding, `If-None-Match: ${tags[other]}`);
        expect(response.status).toBe(coding === other ? 304 : 200);
        expect(tagOf(response)).toBe(tags[coding]);
        expect(response.headers.get("vary")).toBe("Accept-Encoding");
        expect((await get(coding, `If-Match: ${tags[other]}`)).status).toBe(coding === other ? 200 : 412);
      }
    }
  });

  test("ranges are of the coded bytes", async () => {
    const whole = (await get("gzip")).body;
    const size = whole.length;
    const ranges: [range: string, start: number, end: number][] = [
      ["0-0", 0, 1],
      ["10-99", 10, 100],
      ["100-", 100, size],
      ["-7", size - 7, size],
      ["0-999999", 0, size],
    ];
    for (const [range, start, end] of ranges) {
      const part = await get("gzip", `Range: bytes=${range}`);
      expect([part.status, part.headers.get("content-range")]).toEqual([
        206,
        `bytes ${start}-${end - 1}/${size}`,
      ]);
      expect(part.headers.get("content-encoding")).toBe("gzip");
      expect(part.headers.get("vary")).toBe("Accept-Encoding");
      expect(part.body).toBe(whole.slice(start, end));
    }
    const none = await get("gzip", `Range: bytes=${size}-`);
    expect([none.status, none.headers.get("content-range")]).toEqual([416, `bytes */${size}`]);
    expect(none.headers.has("content-encoding")).toBe(false);
  });

  test("several ranges are parts of the coded bytes", async () => {
    const whole = (await get("zstd")).body;
    const { status, headers, body } = await get("zstd", "Range: bytes=0-9,100-109,-5");
    expect([status, headers.get("content-encoding")]).toEqual([206, "zstd"]);
    const parts = parseByteranges(headers.get("content-type"), body);
    expect(parts.map((part) => part.body)).toEqual([
      whole.slice(0, 10),
      whole.slice(100, 110),
      whole.slice(-5),
    ]);
  });

  test("a download that broke off goes on where it was, in the same coding alone", async () => {
    const first = await get("gzip", "Range: bytes=0-999");
    const rest = await get("gzip", "Range: bytes=1000-", `If-Range: ${tagOf(first)}`);
    expect(rest.status).toBe(206);
    expect(gunzipSync(Buffer.from(first.body + rest.body, "latin1")).length).toBe(30_000);
    for (const coding of ["identity", "zstd"]) {
      const other = await get(coding, "Range: bytes=1000-", `If-Range: ${tagOf(first)}`);
      expect([other.status, other.headers.get("content-encoding") ?? "identity"]).toEqual([200, coding]);
    }
  });

  test("a date does not tell one coding from another, and resumes nothing that could be coded", async () => {
    const first = await get("gzip", "Range: bytes=0-999");
    const fields = ["Range: bytes=1000-", `If-Range: ${first.headers.get("last-modified")}`];
    expect((await get("gzip", ...fields)).status).toBe(200);
    // It takes a coding, but there is none of this file.
    expect((await site.ask("GET /small.txt", accepting("gzip"), "Range: bytes=1-", fields[1]!)).status).toBe(
      200,
    );
    expect((await get("identity", ...fields)).status).toBe(206);
  });

  test("Range does not count for HEAD", async () => {
    const head = await site.ask(`HEAD ${target}`, accepting("gzip"), "Range: bytes=0-9");
    const { body } = await get("gzip");
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(body.length)]);
  });
});

describe("what is compressed on the fly", () => {
  test("is not held when an answer of any kind is over", async () => {
    const tag = tagOf(await site.ask("GET /page.html", accepting("br")));
    const requests: [line: string, field: string, status: number][] = [
      ["GET", `If-None-Match: ${tag}`, 304],
      ["GET", 'If-Match: "other"', 412],
      ["GET", "Range: bytes=999999-", 416],
      ["GET", "Range: bytes=0-9", 206],
      ["GET", "Range: bytes=0-9,100-110", 206],
      ["HEAD", "X: y", 200],
      ["GET", "X: y", 200],
    ];
    for (const [method, field, status] of requests) {
      const response = await site.ask(`${method} /page.html`, accepting("br"), field);
      expect([field, response.status, compressor.heldBytes]).toEqual([field, status, 0]);
    }
  });

  test("has the same tag wherever the same bytes come out, and another one where others do", async () => {
    const tags: string[] = [];
    const gzipAt = (level: number) => async (input: Uint8Array) => gzipSync(input, { level });
    for (const compress of [gzipAt(9), gzipAt(9), gzipAt(1)]) {
      const options = { directory: tree.root, compress: later({ compress }) };
      await using other = await serveFiles(QuietFiles.with(options));
      tags.push(tagOf(await other.ask("GET /page.html", accepting("gzip"))));
    }
    expect(tags[1]).toBe(tags[0]!);
    expect(tags[2]).not.toBe(tags[0]!);
  });

  test("is not completed with what another version of the library makes of the file", async () => {
    const gzipAt = (level: number) => async (input: Uint8Array) => gzipSync(input, { level });
    await using before = await serveFiles(
      QuietFiles.with({ directory: tree.root, compress: later({ compress: gzipAt(1) }) }),
    );
    await using after = await serveFiles(
      QuietFiles.with({ directory: tree.root, compress: later({ compress: gzipAt(9) }) }),
    );
    const first = await before.ask("GET /page.html", accepting("gzip"), "Range: bytes=0-999");
    const fields = [accepting("gzip"), "Range: bytes=1000-", `If-Range: ${tagOf(first)}`];
    expect((await before.ask("GET /page.html", ...fields)).status).toBe(206);
    const whole = await after.ask("GET /page.html", ...fields);
    expect(whole.status).toBe(200);
    expect(gunzipSync(Buffer.from(whole.body, "latin1")).toString()).toBe(PAGE);
  });
});

describe("the option etag", () => {
  test("none: there are no tags in any coding", async () => {
    await using served = await serveFiles(
      QuietFiles.with({ directory: tree.root, etag: "none", compress: compressor }),
    );
    for (const target of ["/app.js", "/page.html"]) {
      const response = await served.ask(`GET ${target}`, accepting("br"));
      expect([response.headers.get("content-encoding"), tagOf(response)]).toEqual(["br", "none"]);
    }
  });

  test("content: a sibling's tag is that of what is in it, whenever it was made", async () => {
    await using served = await serveFiles(QuietFiles.with({ directory: tree.root, etag: "content" }));
    using copy = new Tree({
      "app.js": SCRIPT,
      "app.js.gz": gzipSync(SCRIPT),
      "app.js.zst": text(300_000),
    });
    copy.setModified("app.js", 1_000_000_000);
    copy.setModified("app.js.gz", 1_000_000_000);
    await using replica = await serveFiles(QuietFiles.with({ directory: copy.root, etag: "content" }));
    const tags = [];
    for (const { ask } of [served, replica]) tags.push(tagOf(await ask("GET /app.js", accepting("gzip"))));
    expect(tags[0]).toMatch(/-gzip"$/);
    expect(tags[1]).toBe(tags[0]!);
    const large = await replica.ask("GET /app.js", accepting("zstd"));
    expect([large.headers.get("content-encoding"), large.body.length]).toEqual(["zstd", 300_000]);
    expect(tagOf(large)).toMatch(/-zstd"$/);
  });
});

test("what the author lets an answer vary with stands beside Accept-Encoding", async () => {
  const extra_response_headers = [["Vary", "Origin"]] as const;
  const Handler = QuietFiles.with({ directory: tree.root, extra_response_headers });
  await using served = await serveFiles(Handler);
  const lines = await Bun.fetch(`http://127.0.0.1:${served.port}/app.js`);
  expect(lines.headers.get("vary")).toBe("Accept-Encoding, Origin");
});
