/** The same requests go to `python3 -m http.server --cgi`, where it has that, and to CGIHTTPRequestHandler. */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync } from "node:fs";
import { exchange, parseResponse } from "../support/client.ts";
import { titleWithReason } from "../support/programs.ts";
import { type ScriptSite, serveScripts } from "../support/scripts.ts";
import { findPython, isAtMost, NO_PYTHON, type Python } from "./support/python.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

const HEAD = "printf 'Content-Type: text/plain\\r\\n\\r\\n'";
const VARIABLES =
  "GATEWAY_INTERFACE SCRIPT_NAME PATH_INFO QUERY_STRING REQUEST_METHOD CONTENT_LENGTH HTTP_COOKIE";
const SCRIPTS = {
  hello: `${HEAD}; echo hello`,
  "sub/hello": `${HEAD}; echo hello from below`,
  variables: `${HEAD}; for name in ${VARIABLES}; do eval "echo $name=\\$$name"; done; echo "$1"`,
  type: `${HEAD}; echo "$CONTENT_TYPE"`,
  length: `${HEAD}; head -c "$CONTENT_LENGTH" | wc -c | tr -d ' '`,
};
const FILES = { "a.txt": "a", "cgi-bin/data": "data", "cgi-bin/dir/": null, "cgi-bin-old/hello": "a file" };

interface Comparison {
  readonly what: string;
  readonly ask: string;
  readonly fields?: readonly string[];
  readonly sent?: string;
  /** Only the head is compared: pages of errors have a script's name in different places. */
  readonly isHeadOnly?: true;
}

const COMPARISONS: readonly Comparison[] = [
  { what: "a script", ask: "GET /cgi-bin/hello" },
  { what: "a script in a directory below", ask: "GET /cgi-bin/sub/hello" },
  { what: "a script with dots before it", ask: "GET /nope/../cgi-bin/./hello" },
  { what: "a script in escapes", ask: "GET /%63gi-bin/h%65llo" },
  { what: "a path behind a script", ask: "GET /cgi-bin/variables/a/b%20c" },
  { what: "a query", ask: "GET /cgi-bin/variables?a=b&c=%20" },
  { what: "a query with several question marks", ask: "GET /cgi-bin/variables?a=b?c=d" },
  { what: "a query of one word", ask: "GET /cgi-bin/variables?word" },
  { what: "a cookie", ask: "GET /cgi-bin/variables", fields: ["Cookie: a=b; c=d"] },
  { what: "a form", ask: "POST /cgi-bin/variables", fields: ["Content-Length: 3"], sent: "a=b" },
  {
    what: "the type of a form",
    ask: "POST /cgi-bin/type",
    fields: ["Content-Type: a/b", "Content-Length: 3"],
    sent: "a=b",
  },
  { what: "a body", ask: "POST /cgi-bin/length", fields: ["Content-Length: 5"], sent: "12345" },
  { what: "a file", ask: "GET /a.txt" },
  { what: "a file of a directory that only begins so", ask: "GET /cgi-bin-old/hello" },
  { what: "a script that there is not", ask: "GET /cgi-bin/none", isHeadOnly: true },
  {
    what: "a script that there is not, in one that there is not",
    ask: "GET /cgi-bin/none/hello",
    isHeadOnly: true,
  },
  { what: "a file among the scripts", ask: "GET /cgi-bin/data", isHeadOnly: true },
  { what: "a directory among the scripts", ask: "GET /cgi-bin/dir", isHeadOnly: true },
  { what: "the directory of scripts", ask: "GET /cgi-bin/", isHeadOnly: true },
  { what: "the directory of scripts, without its slash", ask: "GET /cgi-bin", isHeadOnly: true },
  { what: "POST to a file", ask: "POST /a.txt", fields: ["Content-Length: 0"], isHeadOnly: true },
  { what: "POST to a directory", ask: "POST /", fields: ["Content-Length: 0"], isHeadOnly: true },
  { what: "PUT to a script", ask: "PUT /cgi-bin/hello", fields: ["Content-Length: 0"], isHeadOnly: true },
];

const python = findPython();
const reason = whyNotComparable(python);

describe.skipIf(reason !== undefined)(titleWithReason("beside an installed Python", reason), () => {
  let ours: ScriptSite;
  let peer: Bun.Subprocess<"ignore", "pipe", "ignore">;
  let peerPort = 0;

  beforeAll(async () => {
    ours = await serveScripts(SCRIPTS, { files: FILES });
    // Python's scripts are nobody's where the server is root's.
    chmodSync(ours.tree.root, 0o755);
    peer = Bun.spawn(
      [
        python!.path,
        "-u",
        "-W",
        "ignore",
        "-m",
        "http.server",
        "--cgi",
        "-b",
        "127.0.0.1",
        "-d",
        ours.tree.root,
        "0",
      ],
      { stdio: ["ignore", "pipe", "ignore"], cwd: ours.tree.root },
    );
    const { value } = await peer.stdout.getReader().read();
    peerPort = Number(/ port ([0-9]+) /.exec(Buffer.from(value!).toString())![1]);
  });

  afterAll(async () => {
    peer.kill("SIGKILL");
    await peer.exited;
    await ours[Symbol.asyncDispose]();
  });

  async function answerTo({ ask, fields = [], sent = "", isHeadOnly }: Comparison, port: number) {
    const raw = await exchange(port, [`${ask} HTTP/1.0`, ...fields, "", sent].join("\r\n"));
    const { status, headers, body } = parseResponse(raw);
    return {
      status,
      location: headers.get("location"),
      // Of the type its name: what it is encoded in is only said here.
      type: headers.get("content-type")?.replace(/;.*/, ""),
      body: isHeadOnly === true ? undefined : body,
    };
  }

  test.each([...COMPARISONS])("$what: the same", async (comparison) => {
    const theirs = await answerTo(comparison, peerPort);
    expect(await answerTo(comparison, ours.port)).toEqual(theirs);
    expect(theirs.status).toBeGreaterThan(0);
  });
});

function whyNotComparable(installed: Python | undefined): string | undefined {
  if (installed === undefined) return NO_PYTHON;
  return isAtMost(installed.version, "3.14")
    ? undefined
    : `python3 is ${installed.version}, which has no CGI`;
}
