/** Which coding is sent, beside nginx with `gzip_static` and `gzip_vary`: where it differs it is said why. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { exchange } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { Nginx, NGINX_NAMES } from "../support/nginx.ts";
import { describeWith } from "../support/programs.ts";
import { type FileSite, QuietFiles, serveFiles } from "../support/site.ts";
import { Tree } from "../support/tree.ts";

// It starts a program, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

const SCRIPT = "let answer = 42;\n".repeat(100);

const SAME = "it is the same";

/** Whether both send the sibling, or why only one of them does. */
const CASES: readonly [target: string, acceptEncoding: string | null, why?: string][] = [
  ["/app.js", null],
  ["/app.js", ""],
  ["/app.js", "gzip"],
  ["/app.js", "gzip, deflate, br"],
  ["/app.js", "br, gzip"],
  ["/app.js", "GZIP"],
  ["/app.js", "gzip;q=1"],
  ["/app.js", "gzip;q=1.000"],
  ["/app.js", "gzip;q=0.001"],
  ["/app.js", "gzip;q=0"],
  ["/app.js", "gzip;q=0.000"],
  ["/app.js", "gzip;q=2"],
  ["/app.js", "gzip;q=x"],
  ["/app.js", "deflate"],
  ["/app.js", "identity"],
  ["/app.js", "identity;q=0"],
  ["/app.js", "*;q=0"],
  ["/app.js", "gzipx, br"],
  ["/none.js", "gzip"],
  ["/app.js.gz", "gzip"],
  ["/app.js", "*", "nginx does not read the asterisk, which stands for gzip too (RFC 9110 12.5.3)"],
  ["/app.js", "x-gzip", "nginx does not know gzip's other name (8.4.1.3)"],
  ["/app.js", "gzip;q=0.5, identity", "nginx does not compare weights: this client wants the file as it is"],
  ["/stale.js", "gzip", "nginx sends a sibling that is older than the file, and so an earlier version"],
];

describeWith(NGINX_NAMES, "codings beside nginx", (program) => {
  let tree: Tree;
  let ours: FileSite;
  let nginx: Nginx;
  beforeAll(async () => {
    tree = new Tree({
      "app.js": SCRIPT,
      "app.js.gz": gzipSync(SCRIPT),
      "none.js": SCRIPT,
      "stale.js": SCRIPT,
      "stale.js.gz": gzipSync("let answer = 41;\n"),
    });
    tree.setModified("stale.js.gz", 1_000_000_000);
    ours = await serveFiles(QuietFiles.with({ directory: tree.root }));
    nginx = await Nginx.start(program, tree.root, "gzip_static on; gzip_vary on;");
  });
  afterAll(async () => {
    await nginx?.[Symbol.asyncDispose]();
    await ours?.[Symbol.asyncDispose]();
    tree[Symbol.dispose]();
  });

  const cases = CASES.map(([target, acceptEncoding, why = SAME]) => ({
    target,
    acceptEncoding,
    why,
  }));
  test.each(cases)("$target with Accept-Encoding $acceptEncoding: $why", async (row) => {
    const { target, acceptEncoding, why } = row;
    const field = acceptEncoding === null ? "" : `Accept-Encoding: ${acceptEncoding}\r\n`;
    const raw = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${field}\r\n`;
    const [here, there] = [await exchange(ours.port, raw), await nginx.exchange(raw)].map((answer) => {
      const { status, headers, body } = decodeResponse(answer);
      return { status, coding: headers.get("content-encoding"), body };
    });
    if (why === SAME) expect(here).toEqual(there!);
    else expect(here!.coding).not.toEqual(there!.coding);
  });
});
