/** `--cgi`, as it is given to the command. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync } from "node:fs";
import { exchange, parseResponse } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { addScripts, TEXT } from "../support/scripts.ts";
import { Tree, type TreeContents } from "../support/tree.ts";
import { runCommand, type Serving, startCommand } from "./support/command.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

const IS_ROOT = process.geteuid?.() === 0;

function scriptTree(contents: TreeContents = {}): Tree {
  const tree = new Tree({ "a.txt": "a", ...contents });
  addScripts(tree, {
    hello: `${TEXT} printf hello`,
    complains: `${TEXT} printf '\\033[31mred\\n127.0.0.1 - -\\n' >&2`,
    dies: "exit 3",
  });
  return tree;
}

async function ask({ port }: Serving, line: string, ...fields: string[]) {
  const lines = [`${line} HTTP/1.1`, "Host: x", "Connection: close", ...fields, "", ""];
  return decodeResponse(await exchange(port, lines.join("\r\n")), line.split(" ")[0]);
}

describe("--cgi", () => {
  test.each<[string, string[], Record<string, string>]>([
    ["the flag", ["--cgi"], {}],
    ["its variable", [], { BASEHTTP_CGI: "1" }],
  ])("has scripts run by %s", async (_, args, env) => {
    using tree = scriptTree();
    await using serving = await startCommand([...args, "-q", "-d", tree.root], { env });
    expect((await ask(serving, "GET /cgi-bin/hello")).body).toBe("hello");
    expect((await ask(serving, "GET /a.txt")).body).toBe("a");
  });

  test("is off unless it is asked for: scripts are files then", async () => {
    using tree = scriptTree();
    await using serving = await startCommand(["-q", "-d", tree.root]);
    expect((await ask(serving, "GET /cgi-bin/hello")).body).toStartWith("#!/bin/sh");
  });

  test("goes together with the options of a site", async () => {
    using tree = scriptTree({ "404.html": "missing" });
    const args = ["--cgi", "-q", "-d", tree.root, "--cors", "--no-listing", "--auth", "ada:secret"];
    await using serving = await startCommand(args);
    const credentials = `Authorization: Basic ${btoa("ada:secret")}`;
    expect((await ask(serving, "GET /cgi-bin/hello")).status).toBe(401);
    const answer = await ask(serving, "GET /cgi-bin/hello", credentials);
    expect([answer.body, answer.headers.get("access-control-allow-origin")]).toEqual(["hello", "*"]);
    expect((await ask(serving, "GET /cgi-bin/none", credentials)).body).toBe("missing");
  });

  test("logs what scripts say, so that it forges no line and speaks to no terminal", async () => {
    using tree = scriptTree();
    await using serving = await startCommand(["--cgi", "-d", tree.root]);
    await ask(serving, "GET /cgi-bin/complains");
    const { stderr } = serving.command;
    if (IS_ROOT) await stderr.line();
    expect(await stderr.line()).toMatch(/ "GET \/cgi-bin\/complains HTTP\/1.1" 200 -\n$/);
    expect(await stderr.line()).toMatch(
      /^127\.0\.0\.1 - - \[.*\] CGI script \/cgi-bin\/complains: \\x1b\[31mred\n$/,
    );
    expect(await stderr.line()).toMatch(
      /^127\.0\.0\.1 - - \[.*\] CGI script \/cgi-bin\/complains: 127\.0\.0\.1 - -\n$/,
    );
  });

  test("logs no requests when it is told to be quiet, but why scripts fail", async () => {
    using tree = scriptTree();
    await using serving = await startCommand(["--cgi", "-q", "-d", tree.root]);
    await ask(serving, "GET /cgi-bin/dies");
    serving.command.kill("SIGTERM");
    const { stderr } = await serving.command.outcome();
    expect(
      stderr
        .split("\n")
        .filter((line) => line.includes("] "))
        .map((line) => line.replace(/.*\] /, "")),
    ).toEqual([
      "CGI script /cgi-bin/dies: exit status 3",
      "CGI script /cgi-bin/dies: it has ended without a whole response head",
    ]);
  });

  test("warns root once, and nobody else", async () => {
    using tree = scriptTree();
    await using serving = await startCommand(["--cgi", "-q", "-d", tree.root]);
    serving.command.kill("SIGTERM");
    const warning =
      "basehttp: warning: Scripts run as root, as this server does: whoever gets the better of one has the machine\n";
    expect((await serving.command.outcome()).stderr).toBe(IS_ROOT ? warning : "");
  });

  test("is refused where there are no scripts", async () => {
    using tree = new Tree({ "a.txt": "a", htbin: "no directory" });
    expect(await runCommand(["--cgi", "-d", tree.root, "0"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `basehttp: error: argument --cgi: there is neither cgi-bin nor htbin in '${tree.root}'\n`,
    });
  });

  test("takes htbin for a directory of scripts, too", async () => {
    using tree = new Tree({ "htbin/hello": `#!/bin/sh\n${TEXT} printf hello` });
    chmodSync(tree.path("htbin/hello"), 0o755);
    await using serving = await startCommand(["--cgi", "-q", "-d", tree.root]);
    expect((await ask(serving, "GET /htbin/hello")).body).toBe("hello");
  });

  test.each<[string, string[], Record<string, string>, string]>([
    ["", ["--cgi", "--upload"], {}, "argument --cgi: not together with argument --upload"],
    [
      ", however they are said",
      ["--upload"],
      { BASEHTTP_CGI: "1" },
      "environment variable BASEHTTP_CGI: not together with argument --upload",
    ],
  ])("is refused together with uploads%s", async (_, args, env, message) => {
    using tree = scriptTree();
    expect(await runCommand([...args, "-d", tree.root, "0"], { env })).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `basehttp: error: ${message}: what is stored must not be run\n`,
    });
  });

  test("stores nothing", async () => {
    using tree = scriptTree();
    await using serving = await startCommand(["--cgi", "-q", "-d", tree.root]);
    const put = await exchange(
      serving.port,
      "PUT /cgi-bin/new HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    expect(parseResponse(put).status).toBe(501);
  });
});
