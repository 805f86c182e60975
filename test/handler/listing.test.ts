/** Listings over HTTP: formats, orders, fields, and what becomes of large directories. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { linkSync, readdirSync, readlinkSync } from "node:fs";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";
import { exchange, parseResponse, RawClient, startServer } from "../support/client.ts";
import { decodeResponses } from "../support/decode.ts";
import { listedEntries } from "../support/listing.ts";
import { linkTo, Tree } from "../support/tree.ts";

class QuietHandler extends SimpleHTTPRequestHandler {
  override log_message(): void {}
}

const MANY = 10_500;

let tree: Tree;
let started: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  tree = new Tree({
    "www/small.txt": "x",
    "www/Big.bin": new Uint8Array(5000),
    "www/dir/README.md": "# Read <b>me</b>\n",
    "www/link": linkTo("small.txt"),
    "www/link-readme/README.md": linkTo("../../secret.md"),
    "www/readme-dir/README.md/x": "",
    "secret.md": "secret",
    "many/0": "0123456789",
  });
  for (const [name, seconds] of [
    ["small.txt", 2000],
    ["Big.bin", 1000],
    ["dir", 3000],
    ["link-readme", 4000],
    ["readme-dir", 5000],
  ] as const) {
    tree.setModified(`www/${name}`, seconds);
  }
  for (let index = 1; index < MANY; index++) linkSync(tree.path("many/0"), tree.path(`many/${index}`));
  started = await startServer(QuietHandler.with({ directory: tree.path("www") }));
}, 30_000);

afterAll(async () => {
  await started[Symbol.asyncDispose]();
  tree[Symbol.dispose]();
});

async function ask(
  target: string,
  fields: readonly string[] = [],
  method: string = "GET",
  port: number = started.port,
) {
  const raw = await exchange(
    port,
    [`${method} ${target} HTTP/1.1`, "Host: x", ...fields, "", ""].join("\r\n"),
  );
  return parseResponse(raw);
}

const utf8 = (latin1: string): string => Buffer.from(latin1, "latin1").toString();

describe("a listing", () => {
  test("is in the order that its query asks for", async () => {
    const order = async (query: string) =>
      listedEntries((await ask(`/${query}`)).body).map(([, href]) => href);
    const byName = ["Big.bin", "dir/", "link", "link-readme/", "readme-dir/", "small.txt"];
    expect(await order("")).toEqual(byName);
    expect(await order("?sort=name&order=desc")).toEqual(byName.toReversed());
    expect(await order("?sort=size")).toEqual([
      "Big.bin",
      "small.txt",
      "link",
      "readme-dir/",
      "link-readme/",
      "dir/",
    ]);
    expect(await order("?sort=date&order=asc")).toEqual([
      "Big.bin",
      "link",
      "small.txt",
      "dir/",
      "link-readme/",
      "readme-dir/",
    ]);
    expect(await order("?sort=<script>&order=1")).toEqual(byName);
  });

  test("is JSON for those who would rather have it", async () => {
    const { headers, body } = await ask("/", ["Accept: application/json, text/html;q=0.9"]);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.has("content-security-policy")).toBe(false);
    const entries = JSON.parse(body);
    expect(entries.map(({ link }: { link: string }) => link)).toEqual([
      "Big.bin",
      "dir/",
      "link",
      "link-readme/",
      "readme-dir/",
      "small.txt",
    ]);
    expect(entries[0]).toEqual({
      name: "Big.bin",
      type: "file",
      size: 5000,
      mtime: "1970-01-01T00:16:40.000Z",
      link: "Big.bin",
    });
    expect(entries[2]).toEqual({
      name: "link",
      type: "file",
      size: 1,
      mtime: "1970-01-01T00:33:20.000Z",
      link: "link",
      symlink: true,
    });
  });

  test("is JSON where there is nothing to list", async () => {
    tree.add({ "www/dir/empty/": null });
    expect((await ask("/dir/empty/", ["Accept: application/json"])).body).toBe("[]\n");
    tree.remove("www/dir/empty");
  });

  test("is text for those who would rather have it", async () => {
    const { headers, body } = await ask("/?sort=size&order=asc", ["Accept: text/plain"]);
    expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(body.split("\n").at(-2)).toBe("Big.bin\tfile\t5000\t1970-01-01T00:16:40.000Z\tBig.bin");
  });

  test.each([
    [[]],
    [["Accept: */*"]],
    [["Accept: text/html", "Accept: application/json"]],
    [["Accept: image/png"]],
  ])("is a page for all others: %p", async (fields) => {
    const { headers, body } = await ask("/", fields);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(body).toStartWith("<!DOCTYPE HTML>");
  });

  test("may be asked for by more than one Accept", async () => {
    const fields = ["Accept: text/html;q=0.1", "Accept: application/json;q=0.2"];
    expect((await ask("/", fields)).headers.get("content-type")).toBe("application/json");
  });

  test("has the same fields for HEAD, in every format", async () => {
    for (const type of ["text/html", "application/json", "text/plain"]) {
      const [get, head] = [await ask("/", [`Accept: ${type}`]), await ask("/", [`Accept: ${type}`], "HEAD")];
      const fields = (answer: typeof get) => answer.headerLines.filter(([name]) => name !== "Date");
      expect(fields(head)).toEqual(fields(get));
      expect(head.body).toBe("");
      expect(get.headers.get("vary")).toBe("Accept");
      expect(get.headers.get("content-length")).toBe(String(get.body.length));
    }
  });

  test("keeps to its policy, whatever the extra headers are; other fields of them are added", async () => {
    const Handler = QuietHandler.with({
      directory: tree.path("www"),
      extra_response_headers: [
        ["Content-Security-Policy", "default-src *"],
        ["Vary", "Origin"],
        ["X-A", "b"],
      ],
    });
    await using own = await startServer(Handler);
    const { headerLines } = await ask("/", [], "GET", own.port);
    const policies = headerLines.filter(([name]) => name === "Content-Security-Policy");
    expect(policies.map(([, value]) => value.slice(0, 18))).toEqual(["default-src 'none'"]);
    expect(headerLines.slice(-2)).toEqual([
      ["Vary", "Origin"],
      ["X-A", "b"],
    ]);
  });

  test("tells a change of a file at once, though names and rows are kept", async () => {
    // Kept is what has been as it is for a while: the clock goes on.
    const { now } = Date;
    Date.now = () => now() + 10_000;
    try {
      const said = async () =>
        /href="Big.bin">.*?<data value=(\d+).*?datetime=(.*?)>/.exec((await ask("/sizes/")).body)!.slice(1);
      tree.add({ "www/sizes/Big.bin": "12345" });
      tree.setModified("www/sizes/Big.bin", 1000);
      for (let time = 0; time < 2; time++) expect(await said()).toEqual(["5", "1970-01-01T00:16:40Z"]);
      tree.add({ "www/sizes/Big.bin": "12345678" });
      tree.setModified("www/sizes/Big.bin", 1000);
      expect(await said()).toEqual(["8", "1970-01-01T00:16:40Z"]);
      tree.setModified("www/sizes/Big.bin", 1001);
      expect(await said()).toEqual(["8", "1970-01-01T00:16:41Z"]);
    } finally {
      Date.now = now;
      tree.remove("www/sizes");
    }
  });

  test("leaves no descriptor open", async () => {
    for (const target of ["/", "/dir/", "/?sort=size"]) {
      for (const method of ["GET", "HEAD"]) await ask(target, [], method);
    }
    expect(openedBelow(tree.root)).toEqual([]);
  });
});

describe("a README", () => {
  test("is shown beneath, its markup as text", async () => {
    const { body } = await ask("/dir/");
    expect(body).toContain('<section class="readme" aria-label="README"><h2>README.md</h2>');
    expect(body).toContain("Read &lt;b&gt;me&lt;/b&gt;</h2>");
  });

  test("is not, where it is a link that leads out, or a directory", async () => {
    for (const target of ["/link-readme/", "/readme-dir/"]) {
      const { status, body } = await ask(target);
      expect([target, status, body.includes('class="readme"'), body.includes("secret")]).toEqual([
        target,
        200,
        false,
        false,
      ]);
    }
  });
});

describe("a listing of more than 10,000 entries", () => {
  let many: typeof started;

  beforeAll(async () => {
    many = await startServer(QuietHandler.with({ directory: tree.path("many") }));
  });

  afterAll(() => many[Symbol.asyncDispose]());

  const whole = async (target: string, accept: string): Promise<string> => {
    const raw = await exchange(many.port, `GET ${target} HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\n\r\n`);
    const [response] = decodeResponses(raw);
    expect([response!.status, response!.headers.has("content-length")]).toEqual([200, false]);
    return utf8(response!.body);
  };

  const expected = Array.from({ length: MANY }, (_, index) => `${index}`).sort();

  test("comes whole, in every format", async () => {
    const page = await whole("/", "text/html");
    expect(listedEntries(page).map(([, href]) => href)).toEqual(expected);
    expect(page).toEndWith("</body>\n</html>\n");
    expect(
      JSON.parse(await whole("/", "application/json")).map(({ name }: { name: string }) => name),
    ).toEqual(expected);
    const lines = (await whole("/", "text/plain")).split("\n");
    expect(lines.slice(0, -1).map((line) => line.split("\t")[0]!)).toEqual(expected);
  });

  test("comes in other orders", async () => {
    const names = async (query: string) =>
      (await whole(query, "text/plain"))
        .split("\n")
        .slice(0, -1)
        .map((line) => line.split("\t")[0]!);
    expect(await names("/?sort=name&order=desc")).toEqual(expected.toReversed());
    tree.add({ "many/100": "1" });
    expect((await names("/?sort=size&order=asc"))[0]).toBe("0");
  });

  test("holds nobody up: another answer overtakes it while it is sorted", async () => {
    await using large = await RawClient.connect(many.port);
    await using small = await RawClient.connect(many.port);
    large.send("GET /?sort=size HTTP/1.1\r\nHost: x\r\n\r\n");
    await large.until((received) => received.includes("</header>"));
    small.send("GET /5 HTTP/1.1\r\nHost: x\r\n\r\n");
    await small.until((received) => received.includes("200 OK"));
    expect(large.received).not.toMatch(/<li><a href="\d/);
    await large.until((received) => received.endsWith("0\r\n\r\n"));
  });

  test("lets go of its directory when its client leaves, and after HEAD", async () => {
    await exchange(many.port, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(openedBelow(tree.root)).toEqual([]);
    {
      await using leaver = await RawClient.connect(many.port);
      leaver.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      await leaver.until((received) => received.includes('<li><a href="1'));
      expect(openedBelow(tree.root)).toEqual([tree.path("many")]);
    }
    await exchange(many.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(openedBelow(tree.root)).toEqual([]);
  });
});

/** What this process has open below a directory. */
function openedBelow(root: string): string[] {
  const paths = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ""; // that with which the directory was read
    }
  });
  return paths.filter((path) => path.startsWith(root));
}
