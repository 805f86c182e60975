/** Which paths run a script, and which tricks run nothing and show nothing. Each has the name that people know it by. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync } from "node:fs";
import type { CGIHTTPRequestHandlerOptions } from "../../../src/index.ts";
import { parseResponse } from "../../support/client.ts";
import { dropPrivileges } from "../../support/privileges.ts";
import { type ScriptSite, serveScripts } from "../../support/scripts.ts";
import { fifo, linkTo, type TreeContents } from "../../support/tree.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

/** Stands in every script, and in no answer but those that show the script itself. */
const SOURCE = "# the source of a script";
/** Leaves a trace, wherever it was run. */
const RUNNING = `${SOURCE}\necho 'Content-Type: text/plain'; echo; echo "ran $SCRIPT_NAME|$PATH_INFO"`;
const OUTSIDE = `#!/bin/sh\n${RUNNING}\n`;

const FILES: TreeContents = {
  "secret.sh": OUTSIDE,
  "cgi-bin-old/test": OUTSIDE,
  "sub/cgi-bin/test": OUTSIDE,
  "pub/": null,
  "cgi-bin/data.txt": `${SOURCE}\n`,
  "cgi-bin/dir/": null,
  "cgi-bin/pipe": fifo(),
  "cgi-bin/out": linkTo("../secret.sh"),
  "cgi-bin/outdir": linkTo("../cgi-bin-old"),
  "cgi-bin/in": linkTo("test"),
  "cgi-bin/nowhere": linkTo("none"),
  "cgi-bin/404.html": `${SOURCE}\n`,
  "cgi-bin/index.html": `${SOURCE}\n`,
  linked: linkTo("cgi-bin"),
  "pub/test.sh": linkTo("../cgi-bin/test"),
};

async function serve(options: CGIHTTPRequestHandlerOptions = {}): Promise<ScriptSite> {
  const scripts = {
    test: RUNNING,
    "sub/test": RUNNING,
    ".hidden": RUNNING,
    ".git/test": RUNNING,
    "page.html": RUNNING,
  };
  const site = await serveScripts(scripts, { files: FILES, ...options });
  for (const path of ["secret.sh", "cgi-bin-old/test", "sub/cgi-bin/test"])
    chmodSync(site.tree.path(path), 0o755);
  return site;
}

async function look(site: ScriptSite, target: string): Promise<[status: number, said: string]> {
  const { status, body } = parseResponse(await site.askRaw(`GET ${target}`));
  const ran = /ran ([^\r\n]*)/.exec(body)?.[1];
  const said = ran === undefined ? "" : `ran ${ran}`;
  return [status, body.includes(SOURCE) ? "the source" : said];
}

describe("a path runs a script", () => {
  test.each<[string, string, string]>([
    ["by its name", "/cgi-bin/test", "/cgi-bin/test|"],
    ["with a path behind it", "/cgi-bin/test/a/b", "/cgi-bin/test|/a/b"],
    ["with a slash behind it", "/cgi-bin/test/", "/cgi-bin/test|/"],
    ["with an escaped slash behind it", "/cgi-bin/test%2F", "/cgi-bin/test|/"],
    ["with a path that ends in a slash", "/cgi-bin/test/a/", "/cgi-bin/test|/a/"],
    ["with a path that is escaped", "/cgi-bin/test/%61%20b", "/cgi-bin/test|/a b"],
    [
      "with a path that names dotfiles, which are the script's business",
      "/cgi-bin/test/a/.git/b",
      "/cgi-bin/test|/a/.git/b",
    ],
    ["in a directory below", "/cgi-bin/sub/test/a", "/cgi-bin/sub/test|/a"],
    ["by a link to another one", "/cgi-bin/in", "/cgi-bin/in|"],
    ["in escapes", "/%63gi-bin/t%65st", "/cgi-bin/test|"],
    ["with slashes too many", "//cgi-bin///test//a", "/cgi-bin/test|/a"],
    ["with dot segments", "/./x/../cgi-bin/./test/./a", "/cgi-bin/test|/a"],
    ["from above the root", "/../../cgi-bin/test", "/cgi-bin/test|"],
    ["with dot segments that take its path back", "/cgi-bin/test/a/../b", "/cgi-bin/test|/b"],
    ["with a question mark in its path", "/cgi-bin/test/a%3Fb", "/cgi-bin/test|/a?b"],
  ])("%s", async (_, target, ran) => {
    await using site = await serve();
    expect(await look(site, target)).toEqual([200, `ran ${ran}`]);
  });
});

describe("a path runs nothing, and shows no script", () => {
  test.each<[string, string, number]>([
    ["to the directory, without its slash, as in Python", "/cgi-bin", 301],
    ["to the directory, which is not listed", "/cgi-bin/", 403],
    ["to the directory, with an escaped slash", "/cgi-bin%2f", 403],
    ["to a directory in it", "/cgi-bin/dir", 403],
    ["to a directory in it, with its slash", "/cgi-bin/dir/", 403],
    ["to its index page", "/cgi-bin/index.html", 403],
    ["to a file that cannot be executed", "/cgi-bin/data.txt", 403],
    ["to a file that cannot be executed, with a path", "/cgi-bin/data.txt/a", 403],
    ["to a FIFO", "/cgi-bin/pipe", 403],
    ["to what there is not", "/cgi-bin/none", 404],
    ["to what there is not, in what there is not", "/cgi-bin/none/test", 404],
    ["to a link that leads nowhere", "/cgi-bin/nowhere", 404],
    ["to a link out of the directory", "/cgi-bin/out", 404],
    ["to a link to another directory", "/cgi-bin/outdir/test", 404],
    ["to a dotfile", "/cgi-bin/.hidden", 404],
    ["into a dot directory", "/cgi-bin/.git/test", 404],
    ["to a name without its extension, where those may be left out", "/cgi-bin/page", 404],
    ["beside it: dot segments", "/cgi-bin/../secret.sh/../cgi-bin-old/none", 404],
    ["beside it: escaped dots", "/cgi-bin/%2e%2e/cgi-bin-old/none", 404],
    ["beside it: an escaped slash in dot segments", "/cgi-bin/..%2fsecret.sh", 404],
    ["beside it: all escaped", "/cgi-bin%2f..%2fsecret.sh", 404],
    ["beside it: escaped twice", "/cgi-bin/%252e%252e/secret.sh", 404],
    ["beside it: backslashes", "/cgi-bin/..\\secret.sh", 404],
    ["beside it: escaped backslashes", "/cgi-bin/..%5csecret.sh", 404],
    ["beside it: overlong UTF-8", "/cgi-bin/%c0%ae%c0%ae/secret.sh", 404],
    ["beside it: four dots", "/cgi-bin/..../secret.sh", 404],
    ["beside it: path parameters", "/cgi-bin/..;/secret.sh", 404],
    ["to it by an escaped slash", "/cgi-bin%2ftest", 404],
    ["to it by an escaped slash in front", "/%2fcgi-bin/test", 404],
    ["to it by an escaped slash behind", "/cgi-bin/test%2fa", 404],
    ["to it by a backslash", "/cgi-bin\\test", 404],
    ["to it with a NUL", "/cgi-bin/test%00", 400],
    ["to it with a NUL in its path", "/cgi-bin/test/%00", 400],
    ["to it with a NUL that is taken back", "/cgi-bin/%00/../test/%00", 400],
    ["to it with an encoded surrogate", "/cgi-bin/test/%ed%a0%80", 400],
    ["to it with a path that is not UTF-8", "/cgi-bin/test/%ff", 404],
    ["to it with an escaped slash in its path", "/cgi-bin/test/a%2fb", 404],
    ["to it with a dot behind it", "/cgi-bin/test.", 404],
    ["to it with a blank behind it", "/cgi-bin/test%20", 404],
    ["to it in capitals", "/CGI-BIN/TEST", 404],
    ["to it by a link to its directory", "/linked/test", 404],
    ["to the list of a link to its directory", "/linked/", 404],
    ["to a page of a link to its directory", "/linked/page", 404],
    ["to the page of what is not there in it", "/linked/none", 404],
    ["to it by a link from elsewhere", "/pub/test.sh", 404],
  ])("%s", async (_, target, status) => {
    await using site = await serve({ cleanUrls: true });
    expect(await look(site, target)).toEqual([status, ""]);
  });

  test.each<[string, string]>([
    ["what only begins as its directory does", "/cgi-bin-old/test"],
    ["what only is called as its directory is", "/sub/cgi-bin/test"],
    ["what lies beside it, by dot segments", "/cgi-bin/../secret.sh"],
    ["what lies beside it, by escaped ones", "/cgi-bin/%2e%2e/secret.sh"],
  ])("but files are files: %s", async (_, target) => {
    await using site = await serve();
    expect(await look(site, target)).toEqual([200, "the source"]);
  });
});

describe("a link to a script does not show it where a site puts files in place of others", () => {
  test.each<[string, TreeContents, string, string[]]>([
    ["as an index page", { "pub/index.html": linkTo("../cgi-bin/test") }, "/pub/", []],
    [
      "as what was compressed beforehand",
      { "pub/a.txt": "a", "pub/a.txt.gz": linkTo("../cgi-bin/test") },
      "/pub/a.txt",
      ["Accept-Encoding: gzip"],
    ],
    ["as a page without its extension", { "pub/page.html": linkTo("../cgi-bin/test") }, "/pub/page", []],
    ["as the page of what is not there", { "pub/404.html": linkTo("../cgi-bin/test") }, "/pub/none", []],
    ["as the text below a listing", { "pub/README.md": linkTo("../cgi-bin/data.txt") }, "/pub/", []],
    ["as a listing's entry", { "pub/source.txt": linkTo("../cgi-bin/data.txt") }, "/pub/source.txt", []],
    [
      "as an application's page",
      { "index.html": linkTo("cgi-bin/test") },
      "/some/where",
      ["Accept: text/html"],
    ],
  ])("%s", async (_, files, target, fields) => {
    for (const followSymlinks of [false, true]) {
      await using site = await serve({ cleanUrls: true, spa: true, followSymlinks });
      site.tree.add(files);
      expect(await site.askRaw(`GET ${target}`, ...fields)).not.toContain("source of a script");
    }
  });

  test("and a listing does not name it", async () => {
    await using site = await serve();
    expect((await site.ask("GET /pub/")).body).not.toContain("test.sh");
  });
});

describe("options of a site hold for scripts", () => {
  test("links may lead anywhere where they may", async () => {
    await using site = await serve({ followSymlinks: true });
    expect(await look(site, "/cgi-bin/out")).toEqual([200, "ran /cgi-bin/out|"]);
    expect(await look(site, "/cgi-bin/outdir/test")).toEqual([200, "ran /cgi-bin/outdir/test|"]);
  });

  test("dotfiles are run where they are served", async () => {
    await using site = await serve({ dotfiles: true });
    expect(await look(site, "/cgi-bin/.hidden")).toEqual([200, "ran /cgi-bin/.hidden|"]);
  });

  test("other directories have scripts where they are named", async () => {
    await using site = await serve({ cgi_directories: ["sub/cgi-bin/", "/cgi-bin-old"] });
    expect(await look(site, "/sub/cgi-bin/test/a")).toEqual([200, "ran /sub/cgi-bin/test|/a"]);
    expect(await look(site, "/cgi-bin-old/test")).toEqual([200, "ran /cgi-bin-old/test|"]);
    expect(await look(site, "/cgi-bin/test")).toEqual([200, "the source"]);
  });

  test("all of a site is scripts where its root is named", async () => {
    await using site = await serve({ cgi_directories: ["/"] });
    expect(await look(site, "/cgi-bin/test/a")).toEqual([200, "ran /cgi-bin/test|/a"]);
    expect(await look(site, "/secret.sh")).toEqual([200, "ran /secret.sh|"]);
    expect(await look(site, "/cgi-bin/data.txt")).toEqual([403, ""]);
    expect(await look(site, "/")).toEqual([403, ""]);
  });

  test("nobody runs anything who is not let in", async () => {
    await using site = await serve({ auth: "ada:secret" });
    expect(await look(site, "/cgi-bin/test")).toEqual([401, ""]);
  });

  test("a single-page application does not stand in for a script", async () => {
    await using site = await serve({ spa: true });
    site.tree.add({ "index.html": SOURCE });
    const { status, body } = await site.ask("GET /cgi-bin/none", "Accept: text/html");
    expect([status, body.includes(SOURCE)]).toEqual([404, false]);
  });
});

test("what a script may not be told of in words is only in the page, escaped", async () => {
  await using site = await serve();
  const raw = await site.askRaw("GET /cgi-bin/%3Cb%3E%0d%0aX-A:1");
  expect(raw.split("\r\n")[0]).toBe("HTTP/1.1 404 No such CGI script");
  expect(parseResponse(raw).body).toContain(
    "No such CGI script (&#x27;/cgi-bin/&lt;b&gt;\\r\\nX-A:1&#x27;)".replaceAll("&#x27;", "'"),
  );
});

test("who may not execute a script is told so in Python's words, and others in theirs", async () => {
  await using site = await serve();
  chmodSync(site.tree.path("cgi-bin/test"), 0o744);
  chmodSync(site.tree.root, 0o755);
  using _nobody = dropPrivileges();
  const mayRun = process.geteuid?.() === process.getuid?.();
  const line = (await site.askRaw("GET /cgi-bin/test")).split("\r\n")[0];
  expect(line).toBe(mayRun ? "HTTP/1.1 200 OK" : "HTTP/1.1 403 CGI script is not executable");
});

test("what is not there is shown by the page for that, but not by one among the scripts", async () => {
  await using site = await serve();
  site.tree.add({ "404.html": "missing" });
  for (const target of ["/none", "/cgi-bin/none", "/linked/none", "/cgi-bin/../none"]) {
    expect([target, (await site.ask(`GET ${target}`)).body]).toEqual([target, "missing"]);
  }
});
