/**
 * Files in content codings, on the wire: siblings that were compressed beforehand, and what is compressed on
 * the fly.
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  brotliCompressSync,
  brotliDecompressSync,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import { compressBytes } from "../../src/files/compress-bytes.ts";
import { Compressor } from "../../src/files/compressor.ts";
import { formatHttpDate } from "../../src/protocol/http-date.ts";
import { exchange, RawClient } from "../support/client.ts";
import { text } from "../support/compressible.ts";
import { type DecodedResponse, decodeResponse, decodeResponses } from "../support/decode.ts";
import { type FileSite, QuietFiles, serveFiles } from "../support/site.ts";
import { fifo, linkTo, Tree } from "../support/tree.ts";

// Some of it is work for a processor, which is shared with other tests.
setDefaultTimeout(60_000);

/** Sun, 06 Nov 1994 08:49:37 GMT */
const MODIFIED = 784_111_777;

const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
  gzip: gunzipSync,
};

const PAGE = `<!doctype html><title>\u00fc</title>${text(20_000)}`;
const SCRIPT = `// ${text(3000, 1)}\n`;

let tree: Tree;
beforeAll(() => {
  const scriptBytes = Buffer.from(SCRIPT);
  tree = new Tree({
    "www/app.js": SCRIPT,
    "www/app.js.br": brotliCompressSync(scriptBytes),
    "www/app.js.zst": zstdCompressSync(scriptBytes),
    "www/app.js.gz": gzipSync(scriptBytes),
    "www/only-gzip.css": text(2000, 2),
    "www/only-gzip.css.gz": gzipSync(text(2000, 2)),
    "www/stale.css": text(2000, 3),
    "www/stale.css.br": brotliCompressSync(Buffer.from("old")),
    "www/trap/link.js": "here",
    "www/trap/link.js.br": linkTo("../../secret.br"),
    "www/trap/fifo.js": "here",
    "www/trap/fifo.js.br": fifo(),
    "www/trap/folder.js": "here",
    "www/trap/folder.js.br/x": "x",
    "www/data.bin": "data",
    "www/data.bin.gz": gzipSync("data"),
    "www/photo.png": "png",
    "www/photo.png.gz": gzipSync("other"),
    "www/page.html": PAGE,
    "www/site/index.html": PAGE,
    "www/site/index.html.gz": gzipSync(PAGE),
    "www/short.txt": text(1023),
    "www/kib.txt": text(1024),
    "www/noise.txt": crypto.getRandomValues(new Uint8Array(5000)),
    "www/empty.txt": "",
    "www/listed/x.txt": "x",
    "secret.br": brotliCompressSync(Buffer.from("secret")),
  });
  tree.setModified("www/stale.css.br", MODIFIED);
});
afterAll(() => tree[Symbol.dispose]());

/** A server of the tree, and requests to it. */
class Site implements AsyncDisposable {
  readonly port: number;
  readonly #files: FileSite;

  private constructor(files: FileSite) {
    this.#files = files;
    this.port = files.port;
  }

  static async start(options: object, Handler: typeof QuietFiles = QuietFiles): Promise<Site> {
    return new Site(await serveFiles(Handler.with({ directory: tree.path("www"), ...options })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#files[Symbol.asyncDispose]();
  }

  get(target: string, acceptEncoding: string | null, ...fields: string[]): Promise<DecodedResponse> {
    return this.#files.ask(`GET ${target}`, ...fields, ...accept(acceptEncoding));
  }

  head(target: string, acceptEncoding: string | null, ...fields: string[]): Promise<DecodedResponse> {
    return this.#files.ask(`HEAD ${target}`, ...fields, ...accept(acceptEncoding));
  }
}

function accept(acceptEncoding: string | null): string[] {
  return acceptEncoding === null ? [] : [`Accept-Encoding: ${acceptEncoding}`];
}

function request(target: string, acceptEncoding: string | null): string {
  const lines = [`GET ${target} HTTP/1.1`, "Host: x", "Connection: close", ...accept(acceptEncoding)];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** What the client has at last, whatever coding it came in. */
function decoded({ headers, body }: DecodedResponse): string {
  const bytes = Buffer.from(body, "latin1");
  const coding = headers.get("content-encoding");
  return Buffer.from(coding === undefined ? bytes : DECODERS[coding]!(bytes)).toString();
}

/** The fields that tell of codings, and the length that was announced against the one that came. */
function shape({ status, headers, body }: DecodedResponse): unknown[] {
  return [
    status,
    headers.get("content-encoding") ?? "as it is",
    headers.get("vary") ?? "no Vary",
    headers.get("content-length") === String(body.length),
  ];
}

const VARIES = "Accept-Encoding";

/** Fields that say which coding a client wants, and what it gets where there are all. */
const WISHES: readonly [acceptEncoding: string | null, coding: string][] = [
  [null, "as it is"],
  ["", "as it is"],
  ["gzip, deflate, br, zstd", "br"],
  ["gzip, deflate", "gzip"],
  ["zstd", "zstd"],
  ["x-gzip", "gzip"],
  ["GZIP;Q=0.5", "gzip"],
  ["*", "br"],
  ["br;q=0.1, gzip;q=0.2", "gzip"],
  ["br;q=0, *", "zstd"],
  ["deflate, compress", "as it is"],
  ["identity", "as it is"],
  ["identity;q=1, *;q=0", "as it is"],
  ["gzip;q=0.5, identity", "as it is"],
  ["identity;q=0", "as it is"],
  ["identity;q=0, gzip;q=0.1", "gzip"],
  ["*;q=0", "as it is"],
  ["gzip;q=nonsense", "as it is"],
];

describe("siblings", () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.start({});
  });
  afterAll(() => site[Symbol.asyncDispose]());

  test.each(WISHES)("to Accept-Encoding %p the answer is %s", async (acceptEncoding, coding) => {
    const response = await site.get("/app.js", acceptEncoding);
    expect(shape(response)).toEqual([200, coding, VARIES, true]);
    expect(decoded(response)).toBe(SCRIPT);
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  });

  test("several lines of Accept-Encoding are one", async () => {
    const response = await site.get(
      "/app.js",
      "gzip",
      "Accept-Encoding: br;q=0",
      "Accept-Encoding: zstd;q=0.5",
    );
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(
      (await site.get("/app.js", "gzip", "Accept-Encoding: gzip;q=0")).headers.has("content-encoding"),
    ).toBe(false);
  });

  test("one that there is counts, not one that the client would like better", async () => {
    const response = await site.get("/only-gzip.css", "br, gzip;q=0.1");
    expect(shape(response)).toEqual([200, "gzip", VARIES, true]);
    expect(decoded(response)).toBe(text(2000, 2));
  });

  test("HEAD has the fields of GET", async () => {
    for (const acceptEncoding of [null, "br", "gzip"]) {
      const get = await site.get("/app.js", acceptEncoding);
      const head = await site.head("/app.js", acceptEncoding);
      expect(new Map([...head.headers, ["date", ""]])).toEqual(new Map([...get.headers, ["date", ""]]));
    }
  });

  test("one that is older than the file is not sent", async () => {
    const response = await site.get("/stale.css", "br");
    expect(shape(response)).toEqual([200, "as it is", VARIES, true]);
    expect(decoded(response)).toBe(text(2000, 3));
  });

  test.each(["link", "fifo", "folder"])("a %s in the place of one is passed over", async (name) => {
    const response = await site.get(`/trap/${name}.js`, "br");
    expect(shape(response)).toEqual([200, "as it is", VARIES, true]);
    expect(response.body).toBe("here");
  });

  test("a link that leaves the root is one where links may", async () => {
    await using open = await Site.start({ followSymlinks: true });
    expect(decoded(await open.get("/trap/link.js", "br"))).toBe("secret");
  });

  test("a file of unknown type can have one, a picture cannot", async () => {
    expect(shape(await site.get("/data.bin", "gzip"))).toEqual([200, "gzip", VARIES, true]);
    const photo = await site.get("/photo.png", "gzip");
    expect(shape(photo)).toEqual([200, "as it is", "no Vary", true]);
    expect(photo.body).toBe("png");
  });

  test("one that is asked for by its own name is a file like any other", async () => {
    const response = await site.get("/app.js.gz", "gzip");
    expect(shape(response)).toEqual([200, "as it is", "no Vary", true]);
    expect(response.headers.get("content-type")).toBe("application/gzip");
  });

  test("an index page has one; a listing does not", async () => {
    expect(decoded(await site.get("/site/", "gzip"))).toBe(PAGE);
    expect((await site.get("/listed/", "gzip")).headers.has("content-encoding")).toBe(false);
  });

  test("304 tells what the answer varies with", async () => {
    const { headers } = await site.get("/app.js", "br");
    for (const acceptEncoding of [null, "br"]) {
      const since = `If-Modified-Since: ${headers.get("last-modified")}`;
      const response = await site.get("/app.js", acceptEncoding, since);
      expect([response.status, response.headers.get("vary")]).toEqual([304, VARIES]);
    }
  });

  test("none is sent where that is switched off, or where the author says what all files are in", async () => {
    await using plain = await Site.start({ precompressed: false });
    expect(shape(await plain.get("/app.js", "br"))).toEqual([200, "as it is", "no Vary", true]);
    await using coded = await Site.start({ extra_response_headers: [["content-ENCODING", "x-own"]] });
    expect(shape(await coded.get("/app.js", "br"))).toEqual([200, "x-own", "no Vary", true]);
  });

  test("a connection goes on behind one", async () => {
    await using client = await RawClient.connect(site.port);
    const kept = "GET /app.js HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\n\r\n";
    client.send(kept + kept + request("/app.js", null));
    client.endInput();
    const responses = decodeResponses(await client.untilClosed());
    expect(responses.map(decoded)).toEqual([SCRIPT, SCRIPT, SCRIPT]);
  });
});

/** A compressor to which all files are old enough to keep what is made of them. */
function keeping(compress = compressBytes): Compressor {
  return new Compressor({}, { compress, now: () => Date.now() + 60_000 });
}

describe("what is compressed on the fly", () => {
  let site: Site;
  let compressor: Compressor;
  beforeAll(async () => {
    compressor = keeping();
    site = await Site.start({ compress: compressor });
  });
  afterAll(() => site[Symbol.asyncDispose]());

  test.each(WISHES)("to Accept-Encoding %p the answer is %s", async (acceptEncoding, coding) => {
    for (const _time of ["made", "kept"]) {
      const response = await site.get("/page.html", acceptEncoding);
      expect(shape(response)).toEqual([200, coding, VARIES, true]);
      expect(decoded(response)).toBe(PAGE);
      if (coding !== "as it is") expect(response.body.length).toBeLessThan(PAGE.length / 2);
    }
  });

  test("HEAD has the fields of GET, whichever comes first", async () => {
    await using fresh = await Site.start({ compress: keeping() });
    for (const coding of ["br", "zstd", "gzip"]) {
      const head = await fresh.head("/page.html", coding);
      const get = await fresh.get("/page.html", coding);
      const again = await fresh.head("/page.html", coding);
      expect(new Map([...head.headers, ["date", ""]])).toEqual(new Map([...get.headers, ["date", ""]]));
      expect(new Map([...again.headers, ["date", ""]])).toEqual(new Map([...get.headers, ["date", ""]]));
      expect(get.headers.get("content-encoding")).toBe(coding);
    }
  });

  test("a sibling comes before it, whatever the weights", async () => {
    const response = await site.get("/only-gzip.css", "br, gzip;q=0.1");
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(decoded(response)).toBe(text(2000, 2));
  });

  test("begins at 1 KiB", async () => {
    expect(shape(await site.get("/short.txt", "br"))).toEqual([200, "as it is", VARIES, true]);
    expect(shape(await site.get("/kib.txt", "br"))).toEqual([200, "br", VARIES, true]);
    expect(shape(await site.get("/empty.txt", "br"))).toEqual([200, "as it is", VARIES, true]);
  });

  test("is nothing that would be larger, or is of a type that says nothing", async () => {
    const noise = await site.get("/noise.txt", "br");
    expect(shape(noise)).toEqual([200, "as it is", VARIES, true]);
    expect(shape(await site.get("/data.bin", "br"))).toEqual([200, "as it is", VARIES, true]);
  });

  test("varies, without siblings, only where it could be", async () => {
    await using alone = await Site.start({ compress: true, precompressed: false });
    expect(shape(await alone.get("/app.js", "br"))).toEqual([200, "br", VARIES, true]);
    expect(shape(await alone.get("/page.html", null))).toEqual([200, "as it is", VARIES, true]);
    for (const target of ["/short.txt", "/data.bin", "/photo.png"])
      expect(shape(await alone.get(target, "br"))).toEqual([200, "as it is", "no Vary", true]);
  });

  test("is off unless it is asked for", async () => {
    await using plain = await Site.start({});
    expect(shape(await plain.get("/page.html", "br"))).toEqual([200, "as it is", VARIES, true]);
  });

  test("is the file's latest state, from the first request on", async () => {
    for (const [seed, time] of [
      [5, MODIFIED],
      [6, MODIFIED + 1],
      [7, MODIFIED],
    ] as const) {
      tree.add({ "www/changing.txt": text(5000, seed) });
      tree.setModified("www/changing.txt", time);
      const response = await site.get("/changing.txt", "gzip");
      expect(decoded(response)).toBe(text(5000, seed));
      expect(response.headers.get("content-encoding")).toBe("gzip");
      expect(response.headers.get("last-modified")).toBe(formatHttpDate(time));
    }
  });

  test("304 tells what the answer varies with", async () => {
    const { headers } = await site.get("/page.html", "br");
    const response = await site.get("/page.html", "br", `If-Modified-Since: ${headers.get("last-modified")}`);
    expect([response.status, response.headers.get("vary")]).toEqual([304, VARIES]);
  });

  test("requests behind it on the same connection are answered behind it", async () => {
    await using fresh = await Site.start({ compress: keeping() });
    await using client = await RawClient.connect(fresh.port);
    const ask = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: zstd\r\n\r\n`;
    client.send(ask("/page.html") + ask("/short.txt") + ask("/kib.txt") + request("/page.html", "zstd"));
    const responses = decodeResponses(await client.untilClosed());
    expect(responses.map(decoded)).toEqual([PAGE, text(1023), text(1024), PAGE]);
  });

  test("a client of HTTP/1.0 that takes it gets it", async () => {
    const raw = await exchange(site.port, "GET /page.html HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n");
    const response = decodeResponse(raw);
    expect(shape(response)).toEqual([200, "gzip", VARIES, true]);
    expect(decoded(response)).toBe(PAGE);
  });

  test("is not held when the answer is over, whatever the answer was", async () => {
    await site.get("/page.html", "br");
    const since = `If-Modified-Since: ${formatHttpDate(4_000_000_000)}`;
    await site.head("/page.html", "br");
    await site.get("/page.html", "br", since);
    expect(compressor.heldBytes).toBe(0);
    expect(compressor.bytes).toBeGreaterThan(0);
  });
});

describe("meanwhile", () => {
  test("others are answered while 10 MB are compressed, and those who ask for the same wait", async () => {
    const large = text(2 ** 20).repeat(10);
    tree.add({ "www/large.txt": large });
    const begun = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    let count = 0;
    const compressor = keeping(async (input, coding) => {
      count++;
      const compressing = compressBytes(input, coding);
      begun.resolve();
      await mayEnd.promise;
      return await compressing;
    });
    await using site = await Site.start({ compress: compressor });
    await using first = await RawClient.connect(site.port);
    await using second = await RawClient.connect(site.port);
    for (const client of [first, second]) client.send(request("/large.txt", "br"));
    await begun.promise;
    expect((await site.get("/app.js", "br")).status).toBe(200);
    expect((await site.get("/page.html", null)).status).toBe(200);
    expect([first.received, second.received]).toEqual(["", ""]);
    mayEnd.resolve();
    for (const client of [first, second]) {
      const response = decodeResponse(await client.untilClosed());
      expect(response.headers.get("content-encoding")).toBe("br");
      expect(decoded(response) === large).toBe(true);
    }
    expect(count).toBe(1);
  });

  test("who gets no turn gets the file as it is", async () => {
    const begun = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const compressor = new Compressor(
      { maxRunning: 1, maxWaiting: 0 },
      {
        compress: async (input, coding) => {
          begun.resolve();
          await mayEnd.promise;
          return await compressBytes(input, coding);
        },
      },
    );
    await using site = await Site.start({ compress: compressor });
    await using client = await RawClient.connect(site.port);
    client.send(request("/page.html", "br"));
    await begun.promise;
    const response = await site.get("/kib.txt", "br");
    expect(shape(response)).toEqual([200, "as it is", VARIES, true]);
    expect(response.body).toBe(text(1024));
    mayEnd.resolve();
    expect(decoded(decodeResponse(await client.untilClosed()))).toBe(PAGE);
  });

  test("where compressing fails the file is sent as it is", async () => {
    await using site = await Site.start({
      compress: keeping(() => Promise.reject(new Error("out of memory"))),
    });
    for (const _time of [1, 2]) {
      const response = await site.get("/page.html", "br");
      expect(shape(response)).toEqual([200, "as it is", VARIES, true]);
      expect(decoded(response)).toBe(PAGE);
    }
  });

  test("a client that leaves before it is ready, or in the middle of it, holds nothing", async () => {
    tree.add({ "www/leave.txt": text(2 ** 20).repeat(12) });
    const begun = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const copying = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const compressor = keeping(async (input) => {
      begun.resolve();
      await mayEnd.promise;
      return input.subarray(1);
    });
    let open = 2;
    class Watched extends QuietFiles {
      override async copyfile(...[source, sink]: Parameters<QuietFiles["copyfile"]>): Promise<void> {
        copying.resolve();
        try {
          await super.copyfile(source, sink);
        } finally {
          // Its holder closes the source right behind this.
          if (--open === 0) setImmediate(left.resolve);
        }
      }
    }
    await using site = await Site.start({ compress: compressor }, Watched);
    await using early = await RawClient.connect(site.port);
    await using midway = await RawClient.connect(site.port);
    midway.pause();
    for (const client of [early, midway]) client.send(request("/leave.txt", "br"));
    await begun.promise;
    early.abort();
    mayEnd.resolve();
    await copying.promise;
    expect(compressor.heldBytes).toBeGreaterThan(10 * 2 ** 20);
    midway.abort();
    await left.promise;
    expect(compressor.heldBytes).toBe(0);
  });
});
