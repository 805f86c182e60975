/** The main job as curl sees it: the command serves files, and handlers take uploads. */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { BaseHTTPRequestHandler } from "../../src/index.ts";
import { type Serving, startCommand } from "../cli/support/command.ts";
import { type StartedServer, startServer } from "../support/client.ts";
import { Tree } from "../support/tree.ts";
import { curl, parseIncluded, transfer } from "./support/curl.ts";
import { describeWith } from "./support/programs.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

const MEBIBYTE = 2 ** 20;
const LARGE_MEBIBYTES = 100;

/** Bytes that look like no text and never repeat at a distance of a power of two. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0, state = length | 1; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

const SIZES: readonly [name: string, content: Uint8Array][] = [
  ["empty.bin", noise(0)],
  ["1-byte.bin", noise(1)],
  ["1-KB.bin", noise(1024)],
  ["100-KB.bin", noise(100 * 1024)],
];

const ODD_NAMES: readonly [name: string, content: string][] = [
  "two  spaces.txt",
  "100%.txt",
  "%41 is not A.txt",
  "who?.txt",
  "#1.txt",
  "a<b>&amp;c.txt",
  "\"double\" and 'single'.txt",
  "back\\slash.txt",
  "a+b;c=d,e@f:g.txt",
  "Übergrößenträger.txt",
  "U\u0308 decomposed.txt",
  "日本語.txt",
  "🎉👩‍👩‍👧.txt",
  "two\nlines.txt",
].map((name) => [name, `This is ${name}\n`]);

const FOLDER = "Bilder & Töne #1";

/** Writes a large file whose mebibytes all differ, so that none can be lost, doubled or moved; its SHA-256. */
function writeLargeFile(path: string): string {
  const block = noise(MEBIBYTE);
  const hasher = new Bun.CryptoHasher("sha256");
  const descriptor = openSync(path, "w");
  for (let index = 0; index < LARGE_MEBIBYTES; index++) {
    block[0] = index;
    hasher.update(block);
    writeSync(descriptor, block);
  }
  closeSync(descriptor);
  return hasher.digest("hex");
}

async function sha256OfFile(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const bytes of Bun.file(path).stream()) hasher.update(bytes);
  return hasher.digest("hex");
}

/** The fields of a head that an answer to HEAD and one to GET must agree in. */
function fieldsWithoutDate(fields: ReadonlyMap<string, string>): Record<string, string> {
  const { date: _, ...rest } = Object.fromEntries(fields);
  return rest;
}

describeWith(["curl"], "curl and the command", () => {
  let outside: Tree;
  let downloads: Tree;
  let site: string;
  let serving: Serving;
  let largeDigest: string;

  beforeAll(async () => {
    downloads = new Tree();
    outside = new Tree({ "secret.txt": "secret\n", "site/": null });
    site = outside.path("site");
    for (const [name, content] of [...SIZES, ...ODD_NAMES]) outside.add({ [`site/files/${name}`]: content });
    outside.add({ [`site/${FOLDER}/inside.txt`]: "inside\n", "site/page.html": "<h1>Grüße</h1>\n" });
    largeDigest = writeLargeFile(`${site}/large.bin`);
    serving = await startCommand(["--quiet", "-d", site]);
  });

  afterAll(async () => {
    await serving[Symbol.asyncDispose]();
    outside[Symbol.dispose]();
    downloads[Symbol.dispose]();
  });

  const urlOf = (...names: string[]) => serving.url + names.map(encodeURIComponent).join("/");

  test.each([...SIZES, ...ODD_NAMES])("curl fetches %j byte for byte", async (name, content) => {
    const { response_code, http_version, body } = await transfer([urlOf("files", name)]);
    expect({ response_code, http_version }).toEqual({ response_code: 200, http_version: "1.1" });
    expect(Buffer.from(body)).toEqual(Buffer.from(content as Uint8Array));
  });

  test.each([[[]], [["--http1.0"]]])("curl fetches 100 MB byte for byte (%p)", async (options) => {
    const copy = downloads.path(`large${options.join()}.bin`);
    const { response_code, size_download } = await transfer([...options, "--output", copy, urlOf("large.bin")]);
    expect({ response_code, size_download }).toEqual({
      response_code: 200,
      size_download: LARGE_MEBIBYTES * MEBIBYTE,
    });
    expect(await sha256OfFile(copy)).toBe(largeDigest);
  });

  test("curl finds every file by the links of a listing, over one connection", async () => {
    const page = Buffer.from((await transfer([urlOf("files", "")])).body).toString();
    const hrefs = [...page.matchAll(/<li><a href="([^"]*)">/g)].map(([, href]) => href!);
    expect(hrefs.map(decodeURIComponent).sort()).toEqual([...SIZES, ...ODD_NAMES].map(([name]) => name).sort());

    const outputs = hrefs.map((_, index) => downloads.path(`linked-${index}`));
    const { exitCode, transfers } = await curl([
      ...outputs.flatMap((output) => ["--output", output]),
      ...hrefs.map((href) => new URL(href, urlOf("files", "")).href),
    ]);
    expect(exitCode).toBe(0);
    expect(transfers.map((each) => each.response_code)).toEqual(hrefs.map(() => 200));
    expect(transfers.map((each) => each.num_connects)).toEqual(hrefs.map((_, index) => (index === 0 ? 1 : 0)));
    const contents = new Map<string, Uint8Array | string>([...SIZES, ...ODD_NAMES]);
    for (const [index, href] of hrefs.entries()) {
      expect(readFileSync(outputs[index]!)).toEqual(Buffer.from(contents.get(decodeURIComponent(href)) as string));
    }
  });

  test("curl is shown a directory's listing", async () => {
    const { response_code, content_type, body } = await transfer([serving.url]);
    expect({ response_code, content_type }).toEqual({
      response_code: 200,
      content_type: "text/html; charset=utf-8",
    });
    const entries = [...Buffer.from(body).toString().matchAll(/<li><a href="([^"]*)">(.*)<\/a><\/li>/g)];
    expect(entries.map(([, href, label]) => [href, label])).toEqual([
      ["Bilder%20%26%20T%C3%B6ne%20%231/", "Bilder &amp; Töne #1/"],
      ["files/", "files/"],
      ["large.bin", "large.bin"],
      ["page.html", "page.html"],
    ]);
  });

  test("a directory without its slash is redirected to the one with it, and --location follows", async () => {
    const withoutSlash = `${urlOf(FOLDER)}?sort=name`;
    const redirect = parseIncluded((await transfer(["--include", withoutSlash])).body);
    expect([redirect.status, redirect.headers.get("location"), redirect.body]).toEqual([
      301,
      `/${encodeURIComponent(FOLDER)}/?sort=name`,
      "",
    ]);
    const { body, ...followed } = await transfer(["--location", withoutSlash]);
    expect(followed).toMatchObject({
      response_code: 200,
      num_redirects: 1,
      num_connects: 1,
      url_effective: `${urlOf(FOLDER, "")}?sort=name`,
    });
    expect(Buffer.from(body).toString()).toContain('<a href="inside.txt">');
  });

  test("a copy as new as the file is not fetched again, and an older one is", async () => {
    const [url, copy] = [urlOf("changing.txt"), downloads.path("changing.txt")];
    const refresh = async () =>
      (await transfer(["--remote-time", "--time-cond", copy, "--output", copy, url])).response_code;
    const write = (content: string, modified: number) => {
      outside.add({ "site/changing.txt": content });
      outside.setModified("site/changing.txt", modified);
    };
    write("first\n", 1_700_000_000.75);
    await transfer(["--remote-time", "--output", copy, url]);
    expect([await refresh(), readFileSync(copy, "utf8")]).toEqual([304, "first\n"]);
    write("second\n", 1_700_000_001);
    expect([await refresh(), readFileSync(copy, "utf8")]).toEqual([200, "second\n"]);
    expect(await refresh()).toBe(304);
    outside.remove("site/changing.txt");
  });

  test.each(["files/1-KB.bin", "page.html", "files/", "files", "none", "large.bin"])(
    "HEAD of /%s gets the head that GET gets, and the connection stays in step",
    async (path) => {
      const url = serving.url + path;
      const got = parseIncluded((await transfer(["--include", "--max-time", "60", url])).body);
      const { exitCode, stdout, transfers } = await curl(["--head", url, "--next", ...NEXT, "--head", url]);
      const [head, secondHead] = Buffer.from(stdout).toString("latin1").split(/(?<=\r\n\r\n)/);
      const first = parseIncluded(Buffer.from(head ?? "", "latin1"));
      expect(exitCode).toBe(0);
      expect([first.status, first.body]).toEqual([got.status, ""]);
      expect(fieldsWithoutDate(first.headers)).toEqual(fieldsWithoutDate(got.headers));
      expect(secondHead).toStartWith(`HTTP/1.1 ${got.status} `);
      expect(transfers.map((each) => each.num_connects)).toEqual([1]);
    },
  );
});
const NEXT: string[] = [];
