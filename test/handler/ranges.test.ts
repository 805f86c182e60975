/** Parts of files, on the wire (RFC 9110 14). */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { SendHeadResult } from "../../src/handler/simple.ts";
import { formatHttpDate } from "../../src/protocol/http-date.ts";
import { parseByteranges } from "../support/byteranges.ts";
import { exchange } from "../support/client.ts";
import { decodeResponses } from "../support/decode.ts";
import { type FileSite, pattern, QuietFiles, serveFiles } from "../support/site.ts";
import { Tree } from "../support/tree.ts";

/** Sun, 06 Nov 1994 08:49:37 GMT */
const MODIFIED = 784_111_777;
const DATE = formatHttpDate(MODIFIED);

const LARGE_BYTES = 1_000_003;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

let tree: Tree;
let site: FileSite;
let large: string;
beforeAll(async () => {
  const bytes = pattern(LARGE_BYTES);
  large = Buffer.from(bytes).toString("latin1");
  tree = new Tree({ "abc.txt": ALPHABET, "large.bin": bytes, "empty.txt": "", "folder/x": "x" });
  for (const name of ["abc.txt", "large.bin", "empty.txt"]) tree.setModified(name, MODIFIED);
  site = await serveFiles(QuietFiles.with({ directory: tree.root }));
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  tree[Symbol.dispose]();
});

const range = (value: string, target = "/abc.txt") => site.ask(`GET ${target}`, `Range: ${value}`);

describe("a range", () => {
  const cases: [value: string, first: number, last: number][] = [
    ["bytes=0-0", 0, 0],
    ["bytes=0-4", 0, 4],
    ["bytes=23-", 23, 25],
    ["bytes=-3", 23, 25],
    ["bytes=20-999", 20, 25],
    ["bytes=-999", 0, 25],
    ["bytes=0-", 0, 25],
    ["bytes=0-99999999999999999999999999999999", 0, 25],
    ["bytes=5-9,7-12", 5, 12],
    ["bytes=99-,3-3", 3, 3],
  ];
  test.each(cases)("%s is exactly those bytes", async (value, first, last) => {
    const { status, headers, body } = await range(value);
    expect([status, body]).toEqual([206, ALPHABET.slice(first, last + 1)]);
    expect(headers.get("content-range")).toBe(`bytes ${first}-${last}/26`);
    expect(headers.get("content-length")).toBe(String(last + 1 - first));
  });

  test("carries what the whole does", async () => {
    const undated = (headers: Iterable<[string, string]>) =>
      new Map([...headers].filter(([name]) => name !== "date"));
    const whole = undated((await site.ask("GET /abc.txt")).headers);
    const part = undated((await range("bytes=1-2")).headers);
    expect(whole.get("accept-ranges")).toBe("bytes");
    whole.set("content-length", "2").set("content-range", "bytes 1-2/26");
    expect(part).toEqual(whole);
  });

  test("of a large file is exactly those bytes, wherever it begins and ends", async () => {
    const place = fc.nat(LARGE_BYTES - 1);
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        const [first, last] = [Math.min(one, other), Math.max(one, other)];
        const { status, body } = await range(`bytes=${first}-${last}`, "/large.bin");
        expect(status).toBe(206);
        expect(body === large.slice(first, last + 1)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test("leaves the connection open for the next", async () => {
    const ask = (value: string, last = "") =>
      `GET /abc.txt HTTP/1.1\r\nHost: x\r\nRange: ${value}\r\n${last}\r\n`;
    const requests = [
      ask("bytes=0-1"),
      ask("bytes=99-"),
      ask("bytes=0-0,-1"),
      ask("bytes=-1", "Connection: close\r\n"),
    ];
    const answers = decodeResponses(await exchange(site.port, requests.join("")));
    expect(answers.map(({ status }) => status)).toEqual([206, 416, 206, 206]);
    expect([answers[0]!.body, answers[3]!.body]).toEqual(["ab", "z"]);
    expect(answers.map(({ headers }) => headers.get("content-range"))).toEqual([
      "bytes 0-1/26",
      "bytes */26",
      undefined,
      "bytes 25-25/26",
    ]);
  });
});

describe("a range is not looked at", () => {
  test.each([
    "bytes",
    "bytes=",
    "bytes=-",
    "bytes=a-b",
    "bytes=5-4",
    "bytes=0-1,5-4",
    "bytes=0-1;5-6",
    "items=0-1",
    "0-1",
    "",
  ])("where it is %p", async (value) => {
    const { status, headers, body } = await range(value);
    expect([status, body, headers.has("content-range")]).toEqual([200, ALPHABET, false]);
  });

  test("where there are two of it", async () => {
    const { status } = await site.ask("GET /abc.txt", "Range: bytes=0-1", "Range: bytes=3-4");
    expect(status).toBe(200);
  });

  test("for HEAD, which is answered as for the whole (14.2)", async () => {
    for (const value of ["bytes=0-1", "bytes=99-", "bytes=0-0,-1"]) {
      const { status, headers } = await site.ask("HEAD /abc.txt", `Range: ${value}`);
      expect([status, headers.get("content-length")]).toEqual([200, "26"]);
      expect([headers.get("accept-ranges"), headers.has("content-range")]).toEqual(["bytes", false]);
    }
  });

  test("for a listing, which has none", async () => {
    const { status, headers } = await range("bytes=0-1", "/folder/");
    expect([status, headers.has("accept-ranges")]).toEqual([200, false]);
  });

  test("for what is not there", async () => {
    expect((await range("bytes=0-1", "/nothing")).status).toBe(404);
  });

  test("where the file has not changed (13.2.2)", async () => {
    const { status, headers } = await site.ask(
      "GET /abc.txt",
      "Range: bytes=0-1",
      `If-Modified-Since: ${DATE}`,
    );
    expect([status, headers.has("content-range")]).toEqual([304, false]);
  });
});

describe("416", () => {
  test.each(["bytes=26-", "bytes=26-30", "bytes=-0", "bytes=99999999999999999999-", "bytes=26-,27-28,-0"])(
    "for %s says how long the file is",
    async (value) => {
      const { status, headers, body } = await range(value);
      expect([status, headers.get("content-range")]).toEqual([416, "bytes */26"]);
      expect(body).toContain("Error code: 416");
    },
  );

  test("is for an empty file what begins anywhere; its last bytes are the whole", async () => {
    const first = await range("bytes=0-", "/empty.txt");
    expect([first.status, first.headers.get("content-range")]).toEqual([416, "bytes */0"]);
    expect((await range("bytes=-5", "/empty.txt")).status).toBe(200);
  });

  test("has its field also from a handler that makes its own pages, and no other answer has", async () => {
    class Own extends QuietFiles {
      override send_error(code: number): void {
        this.send_response(code);
        this.end_headers();
        this.wfile.write("own");
      }
    }
    await using served = await serveFiles(Own.with({ directory: tree.root }));
    const refused = await served.ask("GET /abc.txt", "Range: bytes=99-");
    expect([refused.status, refused.body, refused.headers.get("content-range")]).toEqual([
      416,
      "own",
      "bytes */26",
    ]);
    const missing = await served.ask("GET /nothing", "Range: bytes=99-");
    expect([missing.status, missing.headers.has("content-range")]).toEqual([404, false]);
  });
});

describe("several ranges", () => {
  test("are parts, in the order in which they were asked for", async () => {
    const { status, headers, body } = await range("bytes=-2,0-2,10-11");
    expect([status, headers.has("content-range")]).toEqual([206, false]);
    expect(headers.get("accept-ranges")).toBe("bytes");
    expect(parseByteranges(headers.get("content-type"), body)).toEqual([
      { contentType: "text/plain; charset=utf-8", contentRange: "bytes 24-25/26", body: "yz" },
      { contentType: "text/plain; charset=utf-8", contentRange: "bytes 0-2/26", body: "abc" },
      { contentType: "text/plain; charset=utf-8", contentRange: "bytes 10-11/26", body: "kl" },
    ]);
  });

  test("have another boundary each time", async () => {
    const types = await Promise.all([range("bytes=0-0,-1"), range("bytes=0-0,-1")]);
    expect(new Set(types.map(({ headers }) => headers.get("content-type"))).size).toBe(2);
  });

  test("of a large file are exactly those bytes", async () => {
    const { headers, body } = await range("bytes=0-299999,400000-400000,500000-", "/large.bin");
    const parts = parseByteranges(headers.get("content-type"), body);
    expect(parts.map((part) => part.contentRange)).toEqual([
      `bytes 0-299999/${LARGE_BYTES}`,
      `bytes 400000-400000/${LARGE_BYTES}`,
      `bytes 500000-${LARGE_BYTES - 1}/${LARGE_BYTES}`,
    ]);
    const bodies = [large.slice(0, 300_000), large.slice(400_000, 400_001), large.slice(500_000)];
    expect(parts.map((part, index) => part.body === bodies[index])).toEqual([true, true, true]);
  });

  test("leave out those that cannot be had", async () => {
    const { headers, body } = await range("bytes=0-0,99-,-1");
    expect(parseByteranges(headers.get("content-type"), body).map((part) => part.body)).toEqual(["a", "z"]);
  });

  test("a hundred are served, one more is the whole", async () => {
    const apart = (count: number) =>
      Array.from({ length: count }, (_, index) => `${index * 3}-${index * 3}`).join();
    const { headers, body } = await range(`bytes=${apart(100)}`, "/large.bin");
    expect(parseByteranges(headers.get("content-type"), body)).toHaveLength(100);
    expect((await range(`bytes=${apart(101)}`, "/large.bin")).status).toBe(200);
  });
});

describe("Apache Killer (CVE-2011-3192)", () => {
  const overlapping = (count: number) => Array.from({ length: count }, (_, index) => `5-${index + 5}`).join();

  test("500 overlapping ranges are answered with the whole, once", async () => {
    const { status, body } = await range(`bytes=0-,${overlapping(500)}`, "/large.bin");
    expect([status, body.length]).toEqual([200, LARGE_BYTES]);
  });

  test("as many as are looked at become one", async () => {
    const { status, headers, body } = await range(`bytes=0-,${overlapping(99)}`, "/large.bin");
    expect([status, headers.get("content-range")]).toEqual([
      206,
      `bytes 0-${LARGE_BYTES - 1}/${LARGE_BYTES}`,
    ]);
    expect(body.length).toBe(LARGE_BYTES);
  });

  test("no request gets much more than the file", async () => {
    const place = fc.nat(LARGE_BYTES);
    const spec = fc
      .tuple(place, place)
      .map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`);
    await fc.assert(
      fc.asyncProperty(fc.array(spec, { minLength: 1, maxLength: 100 }), async (specs) => {
        const { body } = await range(`bytes=${specs.join()}`, "/large.bin");
        expect(body.length).toBeLessThan(LARGE_BYTES + 100 * 200);
      }),
      { numRuns: 10 },
    );
  });
});

describe("If-Range", () => {
  const ask = (value: string) => site.ask("GET /abc.txt", "Range: bytes=0-1", `If-Range: ${value}`);
  const status = async (value: string) => (await ask(value)).status;

  test("the tag of the version that is there gets the part", async () => {
    const tag = (await site.ask("GET /abc.txt")).headers.get("etag")!;
    expect(await status(tag)).toBe(206);
    expect(await status(`W/${tag}`)).toBe(200);
    expect(await status(`${tag}, ${tag}`)).toBe(200);
    expect(await status('"another"')).toBe(200);
    expect(await status("*")).toBe(200);
  });

  test("its date does, and no other", async () => {
    expect(await status(DATE)).toBe(206);
    expect(await status(formatHttpDate(MODIFIED - 1))).toBe(200);
    expect(await status(formatHttpDate(MODIFIED + 1))).toBe(200);
    expect(await status("yesterday")).toBe(200);
  });

  test("of another version makes the whole also of what could not be had", async () => {
    expect((await site.ask("GET /abc.txt", "Range: bytes=99-", 'If-Range: "x"')).status).toBe(200);
  });

  test("without a Range says nothing", async () => {
    expect((await site.ask("GET /abc.txt", 'If-Range: "x"')).status).toBe(200);
  });

  test("counts after the other conditions", async () => {
    const tag = (await site.ask("GET /abc.txt")).headers.get("etag")!;
    const fields = ["Range: bytes=0-1", `If-Range: ${tag}`];
    expect((await site.ask("GET /abc.txt", ...fields, `If-None-Match: ${tag}`)).status).toBe(304);
    expect((await site.ask("GET /abc.txt", ...fields, 'If-Match: "x"')).status).toBe(412);
    expect((await site.ask("GET /abc.txt", ...fields, `If-Match: ${tag}`)).status).toBe(206);
  });
});

test("an override of send_head() that gives text is answered as it says, Range or not", async () => {
  class Own extends QuietFiles {
    override send_head(): SendHeadResult {
      this.send_response(200);
      this.end_headers();
      return "text";
    }
  }
  await using served = await serveFiles(Own);
  const { status, body } = await served.ask("GET /", "Range: bytes=0-1");
  expect([status, body]).toEqual([200, "text"]);
});
