/** What lies in a directory beside ordinary files: it is not served, holds nobody up, and shows nothing else. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";
import { exchange, type StartedServer, startServer } from "../support/client.ts";
import { type DecodedResponse, decodeResponses } from "../support/decode.ts";
import { listedEntries } from "../support/listing.ts";
import { dropPrivileges } from "../support/privileges.ts";
import { startSwapping } from "../support/swapper.ts";
import { fifo, linkTo, Tree } from "../support/tree.ts";

class QuietHandler extends SimpleHTTPRequestHandler {
  override log_message(): void {}
}

/** The answers to requests for `targets`, which are sent in one packet on one connection. */
async function ask(
  { port }: StartedServer,
  targets: readonly string[],
  ...fields: string[]
): Promise<DecodedResponse[]> {
  const requests = targets.map((target) =>
    [`GET ${target} HTTP/1.1`, "Host: test", ...fields, "", ""].join("\r\n"),
  );
  return decodeResponses(await exchange(port, requests.join("")));
}

const statuses = (responses: readonly DecodedResponse[]): number[] => responses.map(({ status }) => status);

describe("sockets, FIFOs and devices", () => {
  let tree: Tree;
  let started: StartedServer;
  let socket: Disposable;

  beforeAll(async () => {
    tree = new Tree({
      "a.txt": "hello",
      pipe: fifo(),
      "link-device": linkTo("/dev/zero"),
      "link-pipe": linkTo("pipe"),
      "link-socket": linkTo("socket"),
      "as-index/index.html": fifo(),
      "as-index/404.html": fifo(),
      "as-readme/README.md": fifo(),
      "about.html": fifo(),
    });
    socket = Bun.listen({ unix: tree.path("socket"), socket: { data() {} } });
    // Nothing of what is switched on may wait for a FIFO either.
    const options = { directory: tree.root, followSymlinks: true, cleanUrls: true, compress: true };
    started = await startServer(QuietHandler.with(options));
  });

  afterAll(async () => {
    await started[Symbol.asyncDispose]();
    socket[Symbol.dispose]();
    tree[Symbol.dispose]();
  });

  test.each(["/socket", "/pipe", "/link-socket", "/link-pipe", "/link-device", "/about", "/about.html"])(
    "are 404, and nobody waits for them: %s",
    async (target) => {
      expect(statuses(await ask(started, [target, `${target}/`, "/a.txt"]))).toEqual([404, 404, 200]);
    },
  );

  test("stand for no index page, no README and no page of what is not there", async () => {
    const [listing, missing, withReadme] = await ask(started, ["/as-index/", "/as-index/x", "/as-readme/"]);
    expect([listing!.status, missing!.status, withReadme!.status]).toEqual([200, 404, 200]);
    expect(listedEntries(listing!.body)).toEqual([
      ["404.html", "404.html"],
      ["index.html", "index.html"],
    ]);
    expect(listedEntries(withReadme!.body)).toEqual([["README.md", "README.md"]]);
  });

  test("of the system are 404 where its own directory is served", async () => {
    await using devices = await startServer(QuietHandler.with({ directory: "/dev", followSymlinks: true }));
    const targets = ["/null", "/zero", "/random", "/tty"];
    expect(statuses(await ask(devices, targets))).toEqual(targets.map(() => 404));
  });
});

test("a file that may not be read is told apart from what is not there by nothing", async () => {
  using tree = new Tree({
    "closed.txt": "secret",
    "closed/index.html": "secret",
    "index/index.html": "secret",
    "coded.js": "1",
    "coded.js.br": "secret",
  });
  chmodSync(tree.root, 0o755);
  for (const name of ["closed.txt", "closed", "index/index.html", "coded.js.br"])
    chmodSync(tree.path(name), 0);
  await using started = await startServer(QuietHandler.with({ directory: tree.root }));
  using _nobody = dropPrivileges();
  const [missing, ...closed] = await ask(started, [
    "/missing",
    "/closed.txt",
    "/closed/index.html",
    "/index/",
  ]);
  const withoutDate = ({ headers, ...rest }: DecodedResponse) => ({
    ...rest,
    fields: [...headers].filter(([name]) => name !== "date"),
  });
  expect(missing!.status).toBe(404);
  for (const response of closed) expect(withoutDate(response)).toEqual(withoutDate(missing!));
  const [coded] = await ask(started, ["/coded.js"], "Accept-Encoding: br");
  expect([coded!.status, coded!.headers.get("content-encoding"), coded!.body]).toEqual([200, undefined, "1"]);
});

describe("names of 255 bytes", () => {
  const LONGEST = ["n".repeat(255), `${"\u00fc".repeat(127)}n`, `${"\u65e5".repeat(83)}n.text`];

  test("are listed, and served at their links, whatever is looked for beside them", async () => {
    using tree = new Tree();
    for (const name of LONGEST) {
      expect(Buffer.byteLength(name)).toBe(255);
      tree.add({ [`files/${name}`]: name.repeat(8), [`folders/${name}/${name}`]: "in a folder" });
    }
    const options = { directory: tree.root, cleanUrls: true, spa: true, compress: true };
    await using started = await startServer(QuietHandler.with(options));
    const [files, folders] = await ask(started, ["/files/", "/folders/"]);
    const hrefs = listedEntries(files!.body).map(([, href]) => href);
    expect(hrefs.map(decodeURIComponent).sort()).toEqual([...LONGEST].sort());
    for (const href of hrefs) {
      const [file, missing] = await ask(
        started,
        [`/files/${href}`, `/files/${href}n`],
        "Accept-Encoding: br, gzip;q=0",
      );
      expect([file!.status, missing!.status]).toEqual([200, 404]);
    }
    for (const [, href] of listedEntries(folders!.body)) {
      const name = href.slice(0, -1);
      const [redirect, listing, file] = await ask(started, [
        `/folders/${name}`,
        `/folders/${name}/`,
        `/folders/${name}/${name}`,
      ]);
      expect([redirect!.status, redirect!.headers.get("location")]).toEqual([301, `/folders/${href}`]);
      expect([listing!.status, file!.body]).toEqual([200, "in a folder"]);
    }
  });
});

describe("names that are not UTF-8", () => {
  /** A path in the tree, of Latin-1. */
  const latin1 = (tree: Tree, name: string): Buffer =>
    Buffer.concat([Buffer.from(tree.path("")), Buffer.from(name, "latin1")]);

  test.skipIf(process.platform === "darwin")(
    "are shown, cannot be asked for, and do no harm to others",
    async () => {
      using tree = new Tree({
        "a.txt": "a",
        "caf\u00e9.txt": "UTF-8",
        "\ufffd": "the replacement character",
      });
      writeFileSync(latin1(tree, "caf\xe9.txt"), "Latin-1");
      writeFileSync(latin1(tree, "\xff"), "not to be mixed up");
      await using started = await startServer(QuietHandler.with({ directory: tree.root }));
      for (const accept of ["text/html", "application/json", "text/plain"]) {
        const [listing] = await ask(started, ["/"], `Accept: ${accept}`);
        expect([listing!.status, listing!.body.includes("caf\xef\xbf\xbd.txt")]).toEqual([200, true]);
      }
      const targets = ["/caf%e9.txt", "/%ff", "/caf%EF%BF%BD.txt", "/caf%C3%A9.txt", "/%EF%BF%BD", "/a.txt"];
      const responses = await ask(started, targets);
      expect(statuses(responses)).toEqual([404, 404, 404, 200, 200, 200]);
      expect(responses.slice(3).map(({ body }) => body)).toEqual(["UTF-8", "the replacement character", "a"]);
    },
  );
});

test("a directory that is swapped for a link out while it is asked for shows nothing of what is outside", async () => {
  using tree = new Tree({
    "www/dir/a": "public",
    "www/dir/own": "",
    "outside/a": "secret",
    "outside/secret-name": "",
    "link-out": linkTo("../outside"),
  });
  await using started = await startServer(QuietHandler.with({ directory: tree.path("www") }));
  await using _swapper = await startSwapping(tree.root);
  const targets = Array.from({ length: 50 }, () => ["/dir/a", "/dir/", "/dir/own", "/dir"]).flat();
  const seen = new Map<string, number>();
  const count = (what: string): number => seen.get(what) ?? 0;
  const wanted = ["200 /dir/a", "404 /dir/a", "200 /dir/", "404 /dir/"];
  while (wanted.some((what) => count(what) < 50)) {
    for (const [index, { status, body }] of (await ask(started, targets)).entries()) {
      expect(body).not.toContain("secret");
      expect([200, 301, 404]).toContain(status);
      const what = `${status} ${targets[index]}`;
      seen.set(what, count(what) + 1);
    }
  }
}, 30_000);
