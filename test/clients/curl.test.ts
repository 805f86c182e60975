/** The command as curl sees it: files byte for byte, listings, redirects, revalidation, connections that are kept. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type Serving, startCommand } from "../cli/support/command.ts";
import { listedEntries } from "../support/listing.ts";
import { describeWith } from "../support/programs.ts";
import { Tree } from "../support/tree.ts";
import { curl, parseIncluded, transfer } from "./support/curl.ts";
import { noise, sha256Of, writeNoise } from "./support/noise.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

const LARGE_MEBIBYTES = 100;
const FOLDER = "Bilder & Töne #1";

const ODD_NAMES = [
  "two  spaces.txt",
  "100%.txt",
  "%41 is not A.txt",
  "%2e%2e%2f",
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
];

/** The files of `/files/`. */
const FILES: ReadonlyMap<string, Buffer<ArrayBuffer>> = new Map([
  ["empty.bin", noise(0)],
  ["1-byte.bin", noise(1)],
  ["1-KB.bin", noise(1024)],
  ["100-KB.bin", noise(100 * 1024)],
  ...ODD_NAMES.map((name): [string, Buffer<ArrayBuffer>] => [name, Buffer.from(`This is ${name}\n`)]),
]);

/** What a listing shows: for each entry, where it leads and what it is called. */
function entriesOf(page: Buffer): [href: string, label: string][] {
  return listedEntries(page.toString()).map(([label, href]) => [href, label]);
}

/** An answer's fields, but for the one that changes with the time of day. */
function lastingFields(stdout: Buffer): Record<string, string> {
  const { date: _, ...fields } = Object.fromEntries(parseIncluded(stdout).headers);
  return fields;
}

describeWith(["curl"], "curl and the command", () => {
  let tree: Tree;
  let downloads: Tree;
  let serving: Serving;
  let largeDigest: string;

  beforeAll(async () => {
    downloads = new Tree();
    tree = new Tree({
      "secret.txt": "secret\n",
      [`site/${FOLDER}/inside.txt`]: "inside\n",
      "site/empty/": null,
    });
    for (const [name, content] of FILES) tree.add({ [`site/files/${name}`]: content });
    largeDigest = writeNoise(tree.path("site/large.bin"), LARGE_MEBIBYTES);
    serving = await startCommand(["--quiet", "-d", tree.path("site")]);
  });

  afterAll(async () => {
    await serving?.[Symbol.asyncDispose]();
    tree[Symbol.dispose]();
    downloads[Symbol.dispose]();
  });

  /** The URL of what lies at the path of these names; an empty one at the end makes a slash. */
  function urlOf(...names: string[]): string {
    return serving.url + names.map(encodeURIComponent).join("/");
  }

  test.each([...FILES])("curl fetches %j byte for byte", async (name, content) => {
    const { report, stdout } = await transfer([urlOf("files", name)]);
    expect([report.status, report.httpVersion]).toEqual([200, "1.1"]);
    expect(stdout).toEqual(content);
  });

  test.each(["--http1.1", "--http1.0"])("curl %s fetches 100 MB byte for byte", async (version) => {
    const copy = downloads.path(`large${version}.bin`);
    const { report } = await transfer([version, "--output", copy, urlOf("large.bin")]);
    expect(report).toMatchObject({ status: 200, contentType: "application/octet-stream" });
    expect(await sha256Of(Bun.file(copy).stream())).toBe(largeDigest);
  });

  test("curl is shown a directory's listing", async () => {
    const { report, stdout } = await transfer([serving.url]);
    expect(report).toMatchObject({ status: 200, contentType: "text/html; charset=utf-8" });
    expect(entriesOf(stdout)).toEqual([
      ["Bilder%20%26%20T%C3%B6ne%20%231/", "Bilder &amp; Töne #1/"],
      ["empty/", "empty/"],
      ["files/", "files/"],
      ["large.bin", "large.bin"],
    ]);
    expect(entriesOf((await transfer([urlOf("empty", "")])).stdout)).toEqual([]);
  });

  test("curl reaches every file by the links of a listing, over one connection", async () => {
    const listing = urlOf("files", "");
    const hrefs = entriesOf((await transfer([listing])).stdout).map(([href]) => href);
    const names = hrefs.map(decodeURIComponent);
    expect(names.toSorted()).toEqual([...FILES.keys()].sort());

    const copies = hrefs.map((_, index) => downloads.path(`linked-${index}`));
    const urls = hrefs.map((href) => new URL(href, listing).href);
    const { transfers } = await curl([...copies.flatMap((copy) => ["--output", copy]), ...urls]);
    expect(transfers.map(({ status }) => status)).toEqual(urls.map(() => 200));
    expect(transfers.map(({ newConnections }) => newConnections)).toEqual([1, ...urls.slice(1).map(() => 0)]);
    for (const [index, name] of names.entries())
      expect(readFileSync(copies[index]!)).toEqual(FILES.get(name)!);
  });

  test("curl --parallel gets every file at once, each whole", async () => {
    const files = [...FILES, ...FILES, ...FILES];
    const outputs = files.map((_, index) => downloads.path(`parallel-${index}`));
    const { exitCode } = await curl([
      ...["--parallel", "--parallel-immediate", "--parallel-max", "50"],
      ...files.flatMap(([name], index) => ["--output", outputs[index]!, urlOf("files", name)]),
    ]);
    expect(exitCode).toBe(0);
    for (const [index, [, content]] of files.entries())
      expect(readFileSync(outputs[index]!)).toEqual(content);
  });

  test("a directory without its slash is redirected, and --location follows over the same connection", async () => {
    const url = `${urlOf(FOLDER)}?sort=name`;
    const redirect = parseIncluded((await transfer(["--include", url])).stdout);
    const location = `/${encodeURIComponent(FOLDER)}/?sort=name`;
    expect([redirect.status, redirect.headers.get("location"), redirect.body]).toEqual([301, location, ""]);

    const { report, stdout } = await transfer(["--location", url]);
    expect(report).toMatchObject({
      status: 200,
      redirects: 1,
      newConnections: 1,
      url: new URL(location, url).href,
    });
    expect(entriesOf(stdout)).toEqual([["inside.txt", "inside.txt"]]);
  });

  test("a copy that is as new as the file is kept, and an older one replaced", async () => {
    const name = "site/changing.txt";
    const url = urlOf("changing.txt");
    const copy = downloads.path("changing.txt");
    const download = ["--remote-time", "--output", copy, url];
    const refresh = async () => {
      const { report } = await transfer(["--time-cond", copy, ...download]);
      return [report.status, readFileSync(copy, "utf8")];
    };
    tree.add({ [name]: "first\n" });
    tree.setModified(name, 1_700_000_000.75);
    await transfer(download);
    expect(await refresh()).toEqual([304, "first\n"]);
    tree.add({ [name]: "second\n" });
    tree.setModified(name, 1_700_000_001);
    expect(await refresh()).toEqual([200, "second\n"]);
    expect(await refresh()).toEqual([304, "second\n"]);
    tree.remove(name);
  });

  test.each(["files/empty.bin", "files/100-KB.bin", "large.bin", "files/", "files", "none.txt"])(
    "HEAD of /%s gets the head that GET gets, and leaves the connection in step",
    async (path) => {
      const url = serving.url + path;
      const get = await transfer(["--dump-header", "-", "--output", "/dev/null", url]);
      const { stdout, transfers } = await curl(["--head", url, url]);
      const [first = "", second = "", ...rest] = stdout.toString("latin1").split(/(?<=\r\n\r\n)/);
      expect(rest).toEqual([]);
      expect(transfers.map(({ status }) => status)).toEqual([get.report.status, get.report.status]);
      expect(transfers.map(({ newConnections }) => newConnections)).toEqual([1, 0]);
      for (const head of [first, second]) {
        expect(lastingFields(Buffer.from(head, "latin1"))).toEqual(lastingFields(get.stdout));
      }
    },
  );

  test.each([
    ["--http1.1", [1, 0]],
    ["--http1.0", [1, 1]],
  ])("curl %s makes connections for two files: %j", async (version, expected) => {
    const url = urlOf("files", "1-KB.bin");
    const { stdout, transfers } = await curl([version, url, url]);
    expect(transfers.map(({ newConnections }) => newConnections)).toEqual(expected);
    expect(stdout).toEqual(Buffer.concat([noise(1024), noise(1024)]));
  });

  test("an upload that nobody takes is answered, though most of it is never read", async () => {
    const { report, stdout } = await transfer([
      ...["--header", "Expect:", "--data-binary", `@${tree.path("site/large.bin")}`],
      urlOf("files", ""),
    ]);
    expect(report).toMatchObject({ status: 501, newConnections: 1 });
    expect(stdout.toString()).toContain("Unsupported method");
  });

  test.each(["../secret.txt", "files/../../secret.txt", "%2e%2e/secret.txt", "files/..%2f..%2fsecret.txt"])(
    "curl --path-as-is does not get out of the directory by /%s",
    async (path) => {
      const { report, stdout } = await transfer(["--path-as-is", serving.url + path]);
      expect(report.status).toBe(404);
      expect(stdout.toString()).not.toContain("secret\n");
    },
  );

  test("curl that is killed in the middle of a download harms nobody", async () => {
    const child = Bun.spawn(["curl", "--disable", "--silent", "--noproxy", "*", urlOf("large.bin")], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const reader = child.stdout.getReader();
    await reader.read();
    child.kill("SIGKILL");
    await child.exited;
    reader.releaseLock();
    const { stdout } = await transfer([urlOf("files", "1-byte.bin")]);
    expect(stdout).toEqual(noise(1));
  });
});
