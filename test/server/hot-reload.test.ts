/** `bun --hot`: the program is run again in the same process, and its server takes over from the one before. */

import { afterEach, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { describeWithCertificates, someCertificate } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { request } from "../support/observed-server.ts";
import { Tree } from "../support/tree.ts";

const INDEX = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
const TIMEOUT_MS = 20_000;

/**
 * A server whose answers name the run of the program that gave them; `/slow` waits for a later `/go`. By default it is one
 * without TLS.
 */
function program(run: string, made = 'HTTPServer(["127.0.0.1", 0], Handler)'): string {
  return `
    import { BaseHTTPRequestHandler, HTTPServer, HTTPSServer } from ${JSON.stringify(INDEX)};
    globalThis.gate ??= Promise.withResolvers();
    class Handler extends BaseHTTPRequestHandler {
      async do_GET() {
        if (this.path === "/go") globalThis.gate.resolve();
        if (this.path === "/slow") {
          console.log("waiting");
          await globalThis.gate.promise;
        }
        this.send_response(200);
        this.end_headers();
        this.wfile.write(${JSON.stringify(run)});
      }
      log_message() {}
    }
    const server = new ${made};
    void server.serve_forever();
    console.log(server.server_port);
  `;
}

let child: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined;

afterEach(async () => {
  child?.kill();
  await child?.exited;
});

test(
  "a changed program answers on the same port, and what was in flight is answered by the old one",
  async () => {
    using tree = new Tree({ "program.ts": program("first") });
    const path = `${tree.root}/program.ts`;
    child = Bun.spawn([process.execPath, "--hot", "--no-clear-screen", path], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const port = Number((await output.read()).value);
    // Not kept: the first run ends its idle connections when the second one takes over.
    const closing = { headers: { Connection: "close" } };
    expect(await (await fetch(`http://127.0.0.1:${port}/`, closing)).text()).toBe("first");

    await using slow = await RawClient.connect(port);
    slow.send(request("GET /slow HTTP/1.1"));
    expect((await output.read()).value).toBe("waiting\n");

    tree.add({ "program.ts": program("second") });
    // A change that is seen in two steps may be run twice, and both runs be heard of at once.
    const [announced] = (await output.read()).value!.split("\n");
    expect(Number(announced)).toBe(port);
    expect(await (await fetch(`http://127.0.0.1:${port}/go`, closing)).text()).toBe("second");
    const late = decodeResponse(await slow.untilClosed());
    expect([late.body, late.headers.get("connection")]).toEqual(["first", "close"]);
  },
  TIMEOUT_MS,
);

describeWithCertificates("with TLS", () => {
  test(
    "a changed program answers on the same port",
    async () => {
      const certificate = someCertificate();
      const made = `HTTPSServer(["127.0.0.1", 0], Handler, ${JSON.stringify(certificate)})`;
      using tree = new Tree({ "program.ts": program("first", made) });
      child = Bun.spawn([process.execPath, "--hot", "--no-clear-screen", `${tree.root}/program.ts`], {
        stdout: "pipe",
        stderr: "inherit",
      });
      const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const port = Number((await output.read()).value);
      const ask = async (): Promise<string> => {
        await using client = await RawClient.connectTls(port);
        client.send(request("GET / HTTP/1.1", ["Connection: close"]));
        return decodeResponse(await client.untilClosed()).body;
      };
      expect(await ask()).toBe("first");
      tree.add({ "program.ts": program("second", made) });
      const [announced] = (await output.read()).value!.split("\n");
      expect(Number(announced)).toBe(port);
      expect(await ask()).toBe("second");
    },
    TIMEOUT_MS,
  );
});
