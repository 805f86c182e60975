import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { exchange, parseResponse } from "../support/client.ts";
import { linkTo, Tree } from "../support/tree.ts";
import { runCommand, type Serving, startCommand } from "./support/command.ts";

const FILES = {
  "site/index.html": "<p>app",
  "site/about.html": "<p>about",
  "site/oops.html": "<p>oops",
  "site/app.js": "1",
  "site/pre.js": "1",
  "site/pre.js.br": "1",
  "site/long.js": "1".repeat(5000),
  "site/.dot": "dot",
  "site/sub/b.txt": "b",
  "site/out": linkTo("../outside.txt"),
  "outside.txt": "outside",
};

interface Ask {
  readonly method?: string;
  readonly target: string;
  readonly fields?: readonly string[];
}

async function ask(serving: Serving, { method = "GET", target, fields = [] }: Ask) {
  const lines = [`${method} ${target} HTTP/1.1`, "Host: x", "Connection: close", ...fields, "", ""];
  return parseResponse(await exchange(serving.port, lines.join("\r\n")));
}

const HTML = "Accept: text/html";
const CREDENTIALS = `Authorization: Basic ${btoa("ada:secret")}`;

/** What an option changes in one answer: a status, a field or a body. */
const EFFECTS: readonly [
  option: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  request: Ask,
  without: string | number | undefined,
  withIt: string | number | undefined,
  seen: string,
][] = [
  ["--no-listing", ["--no-listing"], { BASEHTTP_LISTING: "0" }, { target: "/sub/" }, 200, 404, "status"],
  ["--dotfiles", ["--dotfiles"], { BASEHTTP_DOTFILES: "1" }, { target: "/.dot" }, 404, 200, "status"],
  [
    "--follow-symlinks",
    ["--follow-symlinks"],
    { BASEHTTP_FOLLOW_SYMLINKS: "1" },
    { target: "/out" },
    404,
    200,
    "status",
  ],
  [
    "--cors",
    ["--cors"],
    { BASEHTTP_CORS: "1" },
    { target: "/" },
    undefined,
    "*",
    "access-control-allow-origin",
  ],
  [
    "--cors ORIGIN",
    ["--cors", "http://a"],
    { BASEHTTP_CORS: "http://a" },
    { target: "/", fields: ["Origin: http://a"] },
    undefined,
    "http://a",
    "access-control-allow-origin",
  ],
  [
    "--isolate",
    ["--isolate"],
    { BASEHTTP_ISOLATE: "1" },
    { target: "/" },
    undefined,
    "require-corp",
    "cross-origin-embedder-policy",
  ],
  [
    "--cache",
    ["--cache", "60"],
    { BASEHTTP_CACHE: "60" },
    { target: "/app.js" },
    undefined,
    "public, max-age=60",
    "cache-control",
  ],
  ["--spa", ["--spa"], { BASEHTTP_SPA: "1" }, { target: "/users", fields: [HTML] }, 404, 200, "status"],
  ["--clean-urls", ["--clean-urls"], { BASEHTTP_CLEAN_URLS: "1" }, { target: "/about" }, 404, 200, "status"],
  [
    "--not-found-page",
    ["--not-found-page", "oops.html"],
    { BASEHTTP_NOT_FOUND_PAGE: "oops.html" },
    { target: "/missing" },
    undefined,
    "7",
    "content-length",
  ],
  [
    "--auth",
    ["--auth", "ada:secret"],
    { BASEHTTP_AUTH: "ada:secret" },
    { target: "/app.js" },
    200,
    401,
    "status",
  ],
  [
    "--auth, passed",
    ["--auth", "ada:secret"],
    { BASEHTTP_AUTH: "ada:secret" },
    { target: "/app.js", fields: [CREDENTIALS] },
    200,
    200,
    "status",
  ],
  [
    "--upload",
    ["--upload"],
    { BASEHTTP_UPLOAD: "1" },
    { method: "PUT", target: "/app.js", fields: ["Content-Length: 0"] },
    501,
    409,
    "status",
  ],
  [
    "--max-upload",
    ["--upload", "--max-upload", "1"],
    { BASEHTTP_UPLOAD: "1", BASEHTTP_MAX_UPLOAD: "1" },
    { method: "PUT", target: "/new.txt", fields: ["Content-Length: 2"] },
    501,
    413,
    "status",
  ],
  [
    "--upload-overwrite",
    ["--upload", "--upload-overwrite"],
    { BASEHTTP_UPLOAD: "1", BASEHTTP_UPLOAD_OVERWRITE: "1" },
    { method: "PUT", target: "/app.js", fields: ["Content-Length: 0"] },
    501,
    204,
    "status",
  ],
  [
    "--no-precompressed",
    ["--no-precompressed"],
    { BASEHTTP_PRECOMPRESSED: "0" },
    { target: "/pre.js", fields: ["Accept-Encoding: br"] },
    "br",
    undefined,
    "content-encoding",
  ],
  [
    "--no-compress",
    ["--no-compress"],
    { BASEHTTP_COMPRESS: "0" },
    { target: "/long.js", fields: ["Accept-Encoding: gzip"] },
    "gzip",
    undefined,
    "content-encoding",
  ],
  [
    "--etag",
    ["--etag", "none"],
    { BASEHTTP_ETAG: "none" },
    { target: "/app.js" },
    "there",
    undefined,
    "etag",
  ],
  [
    "--auth-realm",
    ["--auth", "ada:secret", "--auth-realm", "Vault"],
    { BASEHTTP_AUTH: "ada:secret", BASEHTTP_AUTH_REALM: "Vault" },
    { target: "/" },
    undefined,
    'Basic realm="Vault", charset="UTF-8"',
    "www-authenticate",
  ],
];

describe("an option of the site", () => {
  test.each(EFFECTS)(
    "%s has the same effect by its flag and by its variable",
    async (_, args, env, request, without, withIt, seen) => {
      using tree = new Tree(FILES);
      const look = async (extra: readonly string[], variables: Readonly<Record<string, string>>) => {
        const started = await startCommand(["-q", "-d", tree.path("site"), ...extra], { env: variables });
        await using serving = started;
        const answer = await ask(serving, request);
        const value = answer.headers.get(seen);
        if (seen === "etag") return value === undefined ? undefined : "there";
        // The length of Python's page is not what this is about.
        return seen === "status"
          ? answer.status
          : seen === "content-length" && value !== "7"
            ? undefined
            : value;
      };
      expect(await look([], {})).toBe(without);
      expect(await look(args, {})).toBe(withIt);
      expect(await look([], env)).toBe(withIt);
    },
  );

  test("is the argument's where both are there", async () => {
    using tree = new Tree(FILES);
    const env = { BASEHTTP_CACHE: "60", BASEHTTP_DOTFILES: "1", BASEHTTP_DIRECTORY: "/nowhere" };
    await using serving = await startCommand(["-d", tree.path("site"), "--cache", "5", "--no-dotfiles"], {
      env,
    });
    expect((await ask(serving, { target: "/app.js" })).headers.get("cache-control")).toBe(
      "public, max-age=5",
    );
    expect((await ask(serving, { target: "/.dot" })).status).toBe(404);
  });
});

describe("--auth", () => {
  test("takes the users of a file, and the one beside it", async () => {
    const hash = await Bun.password.hash("sesame", { algorithm: "bcrypt", cost: 4 });
    using tree = new Tree({ ...FILES, users: `# who may come in\nbob:${hash}\n` });
    const args = ["-q", "-d", tree.path("site"), "--auth-file", tree.path("users")];
    await using serving = await startCommand(args, { env: { BASEHTTP_AUTH: "ada:secret" } });
    const status = async (pair: string) => {
      const fields = [`Authorization: Basic ${btoa(pair)}`];
      return (await ask(serving, { target: "/app.js", fields })).status;
    };
    expect(await status("bob:sesame")).toBe(200);
    expect(await status("bob:sesame")).toBe(200);
    expect(await status("ada:secret")).toBe(200);
    expect(await status("bob:secret")).toBe(401);
    expect(await status("ada:sesame")).toBe(401);
    expect((await ask(serving, { target: "/app.js" })).status).toBe(401);
  });

  test("warns in one line where passwords leave the machine, and only there", async () => {
    await using outside = await startCommand(["-b", "0.0.0.0", "--auth", "ada:hunter2"]);
    expect(await outside.command.stderr.line()).toBe(
      "basehttp: warning: Passwords cross the network as they are: serve HTTPS (--tls-cert), or bind to 127.0.0.1\n",
    );
    await using inside = await startCommand(["-q", "--auth", "ada:hunter2"]);
    inside.command.kill("SIGTERM");
    expect(await inside.command.outcome()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  test("never says the password, whatever happens", async () => {
    using tree = new Tree(FILES);
    await using serving = await startCommand(["-d", tree.path("site"), "--auth", "ada:hunter2"]);
    await ask(serving, { target: "/app.js" });
    await ask(serving, { target: "/app.js", fields: [`Authorization: Basic ${btoa("ada:hunter2")}`] });
    serving.command.kill("SIGTERM");
    const { stderr } = await serving.command.outcome();
    expect(stderr).toContain('"GET /app.js HTTP/1.1" 200');
    expect(stderr).not.toMatch(new RegExp(`hunter2|ada|${btoa("ada:hunter2")}`));
    const { stderr: complaint } = await runCommand(["--auth", "hunter2"]);
    expect(complaint).not.toContain("hunter2");
  });
});

describe("what cannot be", () => {
  const cases: readonly [string, string[], Record<string, string>, RegExp][] = [
    ["--auth without a colon", ["--auth", "x"], {}, /^argument --auth: expected USER:PASSWORD/],
    ["--cache abc", ["--cache", "abc"], {}, /^argument --cache: expected a number of seconds, not 'abc'/],
    [
      "a directory that is not there",
      ["-d", "/no/such"],
      {},
      /^argument -d\/--directory: not a directory: '\/no\/such'/,
    ],
    [
      "such a directory by its variable",
      [],
      { BASEHTTP_DIRECTORY: "/no/such" },
      /^environment variable BASEHTTP_DIRECTORY: not a directory: '\/no\/such'/,
    ],
    [
      "a variable that is no number",
      [],
      { BASEHTTP_PORT: "abc" },
      /^environment variable BASEHTTP_PORT: expected a number/,
    ],
    [
      "a variable that is neither yes nor no",
      [],
      { BASEHTTP_SPA: "perhaps" },
      /^environment variable BASEHTTP_SPA: expected 1, true/,
    ],
    [
      "a file of users that is not there",
      ["--auth-file", "/no/such"],
      {},
      /^argument --auth-file: cannot read '\/no\/such'$/,
    ],
    ["a directory for a file of users", ["--auth-file", "/"], {}, /^argument --auth-file: cannot read '\/'$/],
    [
      "such a file by its variable",
      [],
      { BASEHTTP_AUTH_FILE: "/no/such" },
      /^environment variable BASEHTTP_AUTH_FILE: cannot read/,
    ],
  ];
  test.each(cases)("is one line and status 2: %s", async (_, args, env, message) => {
    const { exitCode, stdout, stderr } = await runCommand(args, { env });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^basehttp: error: [^\n]+\n$/);
    expect(stderr.slice("basehttp: error: ".length, -1)).toMatch(message);
  });

  test("is one line and status 2: a file of users with a password as it is, which is not said", async () => {
    using tree = new Tree({ users: "ada:hunter2\n" });
    const { exitCode, stderr } = await runCommand(["--auth-file", tree.path("users")]);
    const reason = "Line 1 has no hash of argon2 or bcrypt (htpasswd -B makes one)";
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `basehttp: error: argument --auth-file: '${tree.path("users")}': ${reason}\n`,
    });
  });
});

describe.skipIf(process.platform !== "linux")("--open", () => {
  /** A directory with an opener that notes what it is asked to open. */
  function treeWithOpener(status: number): Tree {
    const tree = new Tree({
      "bin/xdg-open": `#!/bin/sh\necho "$#:$1" > "$NOTE.tmp"\nmv "$NOTE.tmp" "$NOTE"\nexit ${status}\n`,
    });
    chmodSync(tree.path("bin/xdg-open"), 0o755);
    return tree;
  }

  test("opens the address in the browser, without its password", async () => {
    using tree = treeWithOpener(0);
    const note = tree.path("note");
    const env = { PATH: `${tree.path("bin")}:${process.env.PATH}`, NOTE: note };
    await using serving = await startCommand(["--open", "--auth", "ada:secret"], { env });
    while (!(await Bun.file(note).exists())) await Bun.sleep(0);
    expect(await Bun.file(note).text()).toBe(`1:http://127.0.0.1:${serving.port}/\n`);
    expect((await ask(serving, { target: "/" })).status).toBe(401);
  });

  test("says in one line that it failed, and the server serves", async () => {
    using tree = treeWithOpener(3);
    const env = { PATH: `${tree.path("bin")}:${process.env.PATH}`, NOTE: tree.path("note") };
    await using serving = await startCommand(["--open"], { env });
    expect(await serving.command.stderr.line()).toBe(
      `basehttp: warning: Cannot open ${serving.url} in a browser: xdg-open ended with status 3\n`,
    );
    expect((await ask(serving, { target: "/" })).status).toBe(200);
  });

  test("says in one line that there is nothing to open it with, and the server serves", async () => {
    using tree = new Tree({ "bin/": null });
    await using serving = await startCommand(["--open"], { env: { PATH: tree.path("bin") } });
    expect(await serving.command.stderr.line()).toBe(
      `basehttp: warning: Cannot open ${serving.url} in a browser: xdg-open cannot be run\n`,
    );
    expect((await ask(serving, { target: "/" })).status).toBe(200);
  });
});
