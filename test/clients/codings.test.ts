/**
 * Files in content codings, as clients take them that decode by themselves: curl, Bun's and Node.js's
 * `fetch`.
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";
import { type StartedServer, startServer } from "../support/client.ts";
import { text } from "../support/compressible.ts";
import { describeWith } from "../support/programs.ts";
import { Tree } from "../support/tree.ts";
import { transfer } from "./support/curl.ts";

// Some of these start programs, and share the machine with tests that do the same.
setDefaultTimeout(60_000);

const PAGE = text(300_000);
const SCRIPT = text(50_000, 1);

/** What each answer has said of its coding. */
let sent: string[] = [];

class Recording extends SimpleHTTPRequestHandler {
  override send_header(keyword: string, value: string | number): void {
    if (keyword === "Content-Encoding") sent.push(String(value));
    super.send_header(keyword, value);
  }
  override log_message(): void {}
}

let tree: Tree;
let started: StartedServer;
let url: string;
beforeAll(async () => {
  tree = new Tree({ "page.html": PAGE, "app.js": SCRIPT, "app.js.gz": gzipSync(SCRIPT) });
  started = await startServer(Recording.with({ directory: tree.root, compress: true }));
  url = `http://127.0.0.1:${started.port}`;
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
  tree[Symbol.dispose]();
});

/** The codings of the answers that a client took, which is told to get both files. */
async function codingsTaken(get: (url: string) => Promise<string>): Promise<string[]> {
  sent = [];
  expect(await get(`${url}/page.html`)).toBe(PAGE);
  expect(await get(`${url}/app.js`)).toBe(SCRIPT);
  return sent;
}

describe("fetch of Bun", () => {
  test("takes what it asks for by itself", async () => {
    expect(await codingsTaken(async (target) => (await fetch(target)).text())).toEqual(["br", "gzip"]);
  });

  test.each(["br", "zstd", "gzip"])("decodes %s", async (coding) => {
    const headers = { "Accept-Encoding": coding };
    const codings = await codingsTaken(async (target) => (await fetch(target, { headers })).text());
    expect(codings[0]).toBe(coding);
  });
});

describeWith(["node"], "fetch of Node.js", (node) => {
  test("takes what it asks for by itself", async () => {
    const codings = await codingsTaken(async (target) => {
      const script = "fetch(process.argv[1]).then((r) => r.text()).then((t) => process.stdout.write(t))";
      const child = Bun.spawn([node, "-e", script, target], { stdio: ["ignore", "pipe", "inherit"] });
      return await child.stdout.text();
    });
    expect(codings).toEqual([expect.stringMatching(/^(?:br|gzip)$/), "gzip"]);
  });
});

describeWith(["curl"], "curl", () => {
  const get = async (...args: string[]): Promise<string> => (await transfer(args)).stdout.toString();

  test("takes the file as it is unless it is told otherwise", async () => {
    expect(await codingsTaken((target) => get(target))).toEqual([]);
  });

  test("--compressed takes what it can decode", async () => {
    const codings = await codingsTaken((target) => get("--compressed", target));
    expect(codings).toEqual([expect.stringMatching(/^(?:br|zstd|gzip)$/), "gzip"]);
  });

  test.each(["br", "zstd", "gzip"])("--compressed decodes %s", async (coding) => {
    const features = await new Response(Bun.spawn(["curl", "--version"]).stdout).text();
    const canDecode = { br: /\bbrotli\b/, zstd: /\bzstd\b/, gzip: /\blibz\b/ }[coding]!.test(features);
    sent = [];
    const args = ["--compressed", "--header", `Accept-Encoding: ${coding}`, `${url}/page.html`];
    const outcome = transfer(args).then(({ stdout }) => stdout.toString() === PAGE);
    if (canDecode) expect(await outcome).toBe(true);
    else await expect(outcome).rejects.toThrow("exit status 61");
    expect(sent).toEqual([coding]);
  });
});
