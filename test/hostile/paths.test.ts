/** Paths of files: never a byte from outside the directory served, never a redirect to somebody else. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { truncateSync } from "node:fs";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";
import { exchange, RawClient, type StartedServer, startServer } from "../support/client.ts";
import { type DecodedResponse, decodeResponses } from "../support/decode.ts";
import { listedEntries, withoutOwnParts } from "../support/listing.ts";
import { linkTo, Tree } from "../support/tree.ts";

class QuietHandler extends SimpleHTTPRequestHandler {
  override log_message(): void {}
}

/** What is outside, and not to be seen. */
const SECRET = "top-secret-content";

/** Names that would be markup, another host, another header or another scheme if they were taken as they are. */
const HOSTILE_NAMES: readonly string[] = [
  "<script>alert(1)<script>",
  '"onmouseover="alert(1)',
  "'><img src=x onerror=alert(1)>",
  "&lt;b&gt;",
  "javascript:alert(1)",
  "http:evil.test",
  "\\\\evil.test",
  "%2f%2fevil.test",
  "a\r\nSet-Cookie: a=b",
  "a\tb",
  "?query",
  "#fragment",
  "%00",
  "%2e%2e",
  "~",
  "\u202egnp.exe",
  "\u{1f600}\u0301",
];

let tree: Tree;
let started: StartedServer;

beforeAll(async () => {
  tree = new Tree({
    "www/a.txt": "hello\n",
    "www/empty": "",
    "www/sub/b.txt": "b",
    "www/sub/deep/c.txt": "c",
    "www/.env": SECRET,
    "www/.git/config": SECRET,
    "www/sub/.hidden": SECRET,
    "www/.well-known/token": "token",
    "www/link-file": linkTo("../secret.txt"),
    "www/link-dir": linkTo("../outside"),
    "www/link-up": linkTo(".."),
    "www/link-chain": linkTo("link-file"),
    "www/link-loop": linkTo("link-loop"),
    "www/link-sibling": linkTo("../www-old"),
    "www/link-dotfile": linkTo(".env"),
    "www/index-out/index.html": linkTo("../../secret.txt"),
    "www/links/in": linkTo("../a.txt"),
    "www/links/out": linkTo("../../secret.txt"),
    "www/links/dir-out": linkTo("../../outside"),
    "www/links/.hidden": SECRET,
    "www/evil.test/x": "x",
    "www-old/secret.txt": SECRET,
    "www-old/index.html": SECRET,
    www2: SECRET,
    "secret.txt": SECRET,
    "outside/secret.txt": SECRET,
    "outside/index.html": SECRET,
  });
  for (const name of HOSTILE_NAMES) tree.add({ [`www/names/${name}`]: "named", [`www/dirs/${name}/x`]: "x" });
  tree.add({ [`www/long/${"n".repeat(255)}`]: "long" });
  started = await startServer(QuietHandler.with({ directory: tree.path("www") }));
});

afterAll(async () => {
  await started[Symbol.asyncDispose]();
  tree[Symbol.dispose]();
});

/** The answers to requests for `targets`, which are sent in one packet on one connection. */
async function ask(targets: readonly string[], port = started.port): Promise<DecodedResponse[]> {
  const requests = targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: test\r\n\r\n`);
  return decodeResponses(await exchange(port, requests.join("")));
}

/** Every answer keeps to what may be seen: none is a fault of the server's, and none leads elsewhere. */
function expectHarmless(target: string, { status, headers, body }: DecodedResponse): void {
  const location = headers.get("location");
  const origin = location === undefined ? "" : new URL(location, "http://here.test/x/y").origin;
  expect({
    target,
    isFault: status >= 500,
    hasSecret: body.includes(SECRET) || body.includes("root:"),
    hasRealPath: body.includes(tree.root),
    leadsAway: location !== undefined && origin !== "http://here.test",
  }).toEqual({ target, isFault: false, hasSecret: false, hasRealPath: false, leadsAway: false });
}

const DOTS: Readonly<Record<string, string>> = {
  plain: "..",
  escaped: "%2e%2e",
  "escaped in capitals": "%2E%2E",
  "half escaped": ".%2e",
  "double-encoded": "%252e%252e",
  overlong: "%c0%ae%c0%ae",
  "overlong by three bytes": "%e0%80%ae%e0%80%ae",
  fullwidth: "%ef%bc%8e%ef%bc%8e",
  "percent-u": "%u002e%u002e",
  doubled: "....",
  three: "...",
  "with a parameter": "..;",
  "with a value": "..;a=b",
  "with NUL": "..%00",
  "with a space": "..%20",
  "with a dot behind": "..%20.",
};

const SLASHES: Readonly<Record<string, string>> = {
  slash: "/",
  "two slashes": "//",
  "escaped slash": "%2f",
  "double-encoded slash": "%252f",
  "overlong slash": "%c0%af",
  "fullwidth slash": "%ef%bc%8f",
  "percent-u slash": "%u2215",
  backslash: "\\",
  "escaped backslash": "%5c",
  "double-encoded backslash": "%255c",
};

describe("traversal by dots that are", () => {
  const goals = ["secret.txt", "outside/secret.txt", "www-old/secret.txt", "etc/passwd"];
  const starts = ["/", "/sub/", "/a.txt/", "/nothing/", "//", "/%2f", "/\\", "/sub/%2e/", "http://test/"];

  test.each(Object.entries(DOTS))("%s stays in the directory", async (_name, dots) => {
    for (const slash of Object.values(SLASHES)) {
      const targets = starts.flatMap((start) =>
        goals.flatMap((goal) =>
          [1, 2, 3, 10].map((depth) => start + (dots + slash).repeat(depth) + goal.replaceAll("/", slash)),
        ),
      );
      const responses = await ask(targets);
      expect(responses).toHaveLength(targets.length);
      for (const [index, response] of responses.entries()) expectHarmless(targets[index]!, response);
    }
  });

  test("anything cannot name the directory beside that continues its name", async () => {
    const targets = Object.values(DOTS).flatMap((dots) =>
      Object.values(SLASHES).flatMap((slash) => [
        `/${dots}${slash}www-old/`,
        `/${dots}${slash}www-old`,
        `/${dots}${slash}www-old/secret.txt`,
        `/${dots}${slash}www2`,
        `/sub${slash}${dots}${slash}${dots}${slash}www2`,
      ]),
    );
    for (const [index, response] of (await ask(targets)).entries()) {
      expect([targets[index], response.status]).toEqual([
        targets[index],
        response.status === 400 ? 400 : 404,
      ]);
    }
  });
});

describe("a path is 404 or 400, never a fault, that", () => {
  const cases: readonly (readonly [name: string, target: string, status: number])[] = [
    ["is NUL", "/%00", 400],
    ["has NUL behind a good name", "/a.txt%00", 400],
    ["has NUL before an extension", "/secret.txt%00.html", 400],
    ["has NUL in a directory's name", "/sub%00/b.txt", 400],
    ["has NUL behind dots", "/..%00/secret.txt", 400],
    ["has NUL in a name that dots take back", "/x%00/../a.txt", 400],
    ["has NUL in a dotfile's name", "/.env%00", 400],
    ["has NUL that is encoded twice", "/a.txt%2500", 404],
    ["has a lone percent sign", "/%", 404],
    ["has an escape cut short", "/a.txt%2", 404],
    ["has an escape of letters", "/%zz", 404],
    ["has an escape beyond ASCII digits", "/%u0041", 404],
    ["is not UTF-8", "/%ff%fe", 404],
    ["is UTF-8 cut short", "/%c3", 404],
    ["is UTF-8 beyond Unicode", "/%f5%80%80%80", 404],
    ["is a surrogate in UTF-8", "/%ed%a0%80", 400],
    ["has a name of 256 bytes", `/${"n".repeat(256)}`, 404],
    ["has a name of 5000 bytes", `/${"n".repeat(5000)}`, 404],
    ["has a name of 5000 escaped bytes", `/${"%6e".repeat(5000)}`, 404],
    ["has a name of 5000 bytes in its middle", `/sub/${"n".repeat(5000)}/b.txt`, 404],
    ["has 2000 directories", `/${"d/".repeat(2000)}x`, 404],
    ["goes through a file", "/a.txt/b.txt", 404],
    ["is a file with a slash behind it", "/a.txt/", 404],
    ["is a link to itself", "/link-loop", 404],
    ["is a link to itself with a slash", "/link-loop/", 404],
    ["is a link out", "/link-file", 404],
    ["is a link to a link out", "/link-chain", 404],
    ["is a link to a directory outside", "/link-dir", 404],
    ["is a link to a directory outside, with a slash", "/link-dir/", 404],
    ["is in a link to a directory outside", "/link-dir/secret.txt", 404],
    ["is in a link to the directory above", "/link-up/secret.txt", 404],
    ["comes back through a link to the directory above", "/link-up/www-old/secret.txt", 404],
    ["is in a link to the directory beside", "/link-sibling/secret.txt", 404],
    ["is a directory whose index page is a link out", "/index-out/", 404],
    ["is the index page itself", "/index-out/index.html", 404],
    ["is a dotfile", "/.env", 404],
    ["is a dotfile, escaped", "/%2eenv", 404],
    ["is a dotfile in a directory", "/sub/.hidden", 404],
    ["is in a dot directory", "/.git/config", 404],
    ["is a dot directory", "/.git/", 404],
    ["is a dotfile behind a detour", "/sub/../.env", 404],
    ["is a dotfile behind two slashes", "//.env", 404],
    ["is a dotfile behind .well-known", "/.well-known/../.env", 404],
    ["is absolute on the disk", "//etc/passwd", 404],
    ["is a file's URL", "/file:///etc/passwd", 404],
    ["has a drive letter", "/c:/windows/win.ini", 404],
    ["has a drive letter and backslashes", "/C:%5cwindows%5cwin.ini", 404],
    ["has a drive letter behind two slashes", "//c:/secret.txt", 404],
    ["has a drive letter and no slash", "/c:secret.txt", 404],
    ["is a stream of a file", "/a.txt::$DATA", 404],
    ["is another host's", "//host/share/secret.txt", 404],
    ["is another host's, by backslashes", "/\\\\host\\share\\secret.txt", 404],
    ["is another host's, escaped", "/%5c%5chost%5cshare%5csecret.txt", 404],
    ["is a device of Windows", "/%5c%5c.%5cNUL", 404],
    ["is of Windows' long form", "//%3f/C:/secret.txt", 404],
    ["is called as a device of Windows", "/sub/CON", 404],
  ];

  test.each([...cases])("%s", async (_name, target, status) => {
    const [response, after] = await ask([target, "/a.txt"]);
    expectHarmless(target, response!);
    expect(response!.status).toBe(status);
    // A request that is refused for its path was well formed: the connection goes on.
    expect([after!.status, after!.body]).toEqual([200, "hello\n"]);
  });

  test("is a device's in a traversal, and nothing of it is read", async () => {
    for (const target of ["/../../../../dev/zero", "/%2e%2e/%2e%2e/%2e%2e/dev/random", "//dev/stdin"]) {
      const [response] = await ask([target]);
      expect([target, response!.status]).toEqual([target, 404]);
    }
  });

  test("has a raw byte that no target may hold", async () => {
    for (const char of ["\0", "\t", "\x7f", "\xc0\xae", "\xe9", "#"]) {
      expect((await ask([`/a${char}.txt`])).map(({ status }) => status)).toEqual([400]);
    }
  });
});

describe("symlinks and dotfiles", () => {
  test("are served where the author wants them", async () => {
    const options = { directory: tree.path("www"), dotfiles: true, followSymlinks: true };
    await using open = await startServer(QuietHandler.with(options));
    const targets = [
      "/.env",
      "/sub/.hidden",
      "/link-file",
      "/link-dir/secret.txt",
      "/link-dir/",
      "/link-chain",
    ];
    const responses = await ask(targets, open.port);
    expect(responses.map(({ status, body }) => [status, body])).toEqual(targets.map(() => [200, SECRET]));
  });

  test("that are not served are not listed either", async () => {
    const [listing] = await ask(["/links/"]);
    expect(listedEntries(listing!.body)).toEqual([["in@", "in"]]);
  });

  test("of .well-known are served all the same", async () => {
    expect((await ask(["/.well-known/token"]))[0]!.body).toBe("token");
  });
});

describe("the redirect of a directory stays on its origin", () => {
  const evil = ["evil.test", "evil.test:80", "user@evil.test", "evil.test%2f..", "@evil.test"];
  const starts = [
    "//",
    "///",
    "////",
    "/\\",
    "\\\\",
    "/\\/",
    "//\\",
    "/%2f",
    "/%2f%2f",
    "/%5c",
    "/%5c%5c",
    "/%09/",
    "/.//",
    "/..//",
    "/sub/..//",
    "/;//",
    "/?/",
    "http://evil.test//",
    "http://evil.test/\\",
    "http://evil.test",
    "https://evil.test/",
  ];
  const ends = ["/..", "/../sub", "/%2e%2e", "%2f..", "/..?//evil.test", "/.", ""];

  test("however it is asked for", async () => {
    const targets = starts.flatMap((start) =>
      evil.flatMap((host) => ends.map((end) => `${start}${host}${end}`)),
    );
    let redirects = 0;
    for (const target of targets) {
      const [response] = await ask([target]);
      expectHarmless(target, response!);
      if (response!.status !== 301) continue;
      redirects++;
      expect(response!.headers.get("location")).toMatch(/^\/(?!\/)[!-[\]-~]*$/);
    }
    expect(redirects).toBeGreaterThan(100);
  });

  test("with CR, LF and HTAB in its path, which stay what they are", async () => {
    const raw = await exchange(
      started.port,
      "GET /%0d%0aSet-Cookie:%20a=b/%0d%0a%0d%0a<p>/%09/.. HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n",
    );
    const [response, ...others] = decodeResponses(raw);
    expect([response!.status, others, raw.includes("\r\nSet-Cookie")]).toEqual([404, [], false]);
    for (const target of ["/dirs/a%0d%0aSet-Cookie:%20a=b", "/dirs/a%09b"]) {
      const [redirect] = await ask([target]);
      expect([redirect!.status, redirect!.headers.get("location")]).toEqual([301, `${target}/`]);
      expect(redirect!.headers.has("set-cookie")).toBe(false);
    }
  });

  test("and does not carry the client's Host", async () => {
    const bytes =
      "GET http://evil.test/sub HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: evil.test\r\n\r\n";
    const [response] = decodeResponses(await exchange(started.port, bytes));
    expect(response!.headers.get("location")).toBe("/sub/");
  });
});

describe("markup", () => {
  test("in the names of files is text in a listing, and each link leads to its file", async () => {
    const [listing] = await ask(["/names/"]);
    const page = withoutOwnParts(Buffer.from(listing!.body, "latin1").toString());
    expect(page).not.toMatch(/<(?:script|img|b)\b/);
    expect(page).not.toMatch(/<a [^>]*on\w+=/);
    const hrefs = listedEntries(page).map(([, href]) => href);
    expect(hrefs).toHaveLength(HOSTILE_NAMES.length);
    for (const href of hrefs) {
      const url = new URL(href, "http://here.test/names/");
      expect(url.href).toStartWith("http://here.test/names/");
      const [file] = await ask([url.pathname]);
      expect([href, file!.body]).toEqual([href, "named"]);
    }
  });

  test("in the path of a directory is text in its listing", async () => {
    for (const name of HOSTILE_NAMES) {
      const [listing] = await ask([`/dirs/${encodeURIComponent(name)}/`]);
      expect([name, listing!.status]).toEqual([name, 200]);
      expect(withoutOwnParts(listing!.body)).not.toMatch(/<(?:script|img|b)\b/);
    }
  });

  test("in paths, queries, methods and fields is no markup in an error page", async () => {
    const requests = [
      "GET /<script>alert(1)</script>?<script> HTTP/1.1\r\nHost: test\r\n\r\n",
      "GET /%3Cscript%3Ealert(1)%3C/script%3E HTTP/1.1\r\nHost: test\r\n\r\n",
      "GET /a.txt/<img/src=x> HTTP/1.1\r\nHost: test\r\n\r\n",
      "GET <script> HTTP/1.1\r\nHost: test\r\n\r\n",
      "<script> / HTTP/1.1\r\nHost: test\r\n\r\n",
      "&'!|`~^ / HTTP/1.1\r\nHost: test\r\n\r\n",
      "GET / <script>\r\nHost: test\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: <script>\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: test\r\n<script>: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: test\r\nExpect: <script>\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: <script>\r\n\r\n",
    ];
    for (const bytes of requests) {
      const [response] = decodeResponses(await exchange(started.port, bytes));
      expect(response!.status).toBeGreaterThanOrEqual(400);
      expect(response!.body).not.toMatch(/<(?:script|img)/);
      expect(response!.headers.get("content-type")).toBe("text/html;charset=utf-8");
    }
  });
});

describe("files", () => {
  test("with odd names, and empty ones, are served as they are", async () => {
    const [empty, long, after] = await ask(["/empty", `/long/${"n".repeat(255)}`, "/a.txt"]);
    expect([empty!.status, empty!.headers.get("content-length"), empty!.body]).toEqual([200, "0", ""]);
    expect([long!.body, after!.body]).toEqual(["long", "hello\n"]);
  });

  test("with invalid escapes and backslashes in their names are found by these", async () => {
    tree.add({ "www/100%": "percent", "www/%zz": "letters", "www/back\\slash": "backslash" });
    const targets = ["/100%", "/100%25", "/%zz", "/%25zz", "/back\\slash", "/back%5cslash"];
    expect((await ask(targets)).map(({ body }) => body)).toEqual([
      "percent",
      "percent",
      "letters",
      "letters",
      "backslash",
      "backslash",
    ]);
  });

  test("that are cut short while they are sent end the connection: nothing is made up, and nothing follows", async () => {
    const size = 64 * 1024 * 1024;
    tree.add({ "www/large": "" });
    truncateSync(tree.path("www/large"), size);
    await using client = await RawClient.connect(started.port);
    client.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\nGET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n");
    await client.until((received) => received.includes("\r\n\r\n"));
    client.pause();
    truncateSync(tree.path("www/large"), 0);
    client.resume();
    const raw = await client.untilClosed();
    expect(raw).toStartWith("HTTP/1.1 200 OK\r\n");
    expect(raw.length).toBeLessThan(size);
    expect(raw.indexOf("HTTP/1.1", 1)).toBe(-1);
    expect(client.isEndedInOrder).toBe(true);
    expect((await ask(["/a.txt"]))[0]!.body).toBe("hello\n");
  });
});
