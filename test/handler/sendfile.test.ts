/** The option `sendfile`: whether the system is handed a view of a file, or a copy of what was in it. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import type { Sink, Source } from "../../src/files/copy.ts";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";
import { parseResponse, RawClient, startServer } from "../support/client.ts";
import { request } from "../support/observed-server.ts";
import { Tree } from "../support/tree.ts";

const SIZE = 500_000;
const OLD = "o".repeat(SIZE);

let tree: Tree;
beforeAll(() => {
  tree = new Tree();
});
afterAll(() => tree[Symbol.dispose]());

/** Says when it has handed a file to the system, whole or until that has no room for more. */
class Handing extends SimpleHTTPRequestHandler {
  static handed: PromiseWithResolvers<void> = Promise.withResolvers();
  static sentFiles = 0;

  override copyfile(source: Source, outputfile: Sink): void | Promise<void> {
    const counting: Sink = {
      write: (data) => outputfile.write(data),
      flush: () => outputfile.flush(),
      sendFile: (descriptor, offset, count) => {
        Handing.sentFiles++;
        return outputfile.sendFile!(descriptor, offset, count);
      },
    };
    const copying = super.copyfile(source, counting);
    setImmediate(() => Handing.handed.resolve());
    return copying;
  }

  override log_message(): void {}
}

describe("sendfile", () => {
  test.each([false, true])("%p says whether the sink sends long files by itself", async (sendfile) => {
    tree.add({ long: OLD });
    Handing.sentFiles = 0;
    await using server = await startServer(Handing.with({ directory: tree.root, sendfile }));
    await using client = await RawClient.connect(server.port);
    client.send(request("GET /long HTTP/1.1", ["Connection: close"]));
    expect(parseResponse(await client.untilClosed()).body === OLD).toBe(true);
    expect(Handing.sentFiles > 0).toBe(sendfile);
  });

  test("off, a file that is written over in place never arrives as a mixture", async () => {
    tree.add({ changing: OLD });
    Handing.handed = Promise.withResolvers();
    await using server = await startServer(Handing.with({ directory: tree.root, sendfile: false }));
    await using client = await RawClient.connect(server.port);
    client.pause();
    client.send(request("GET /changing HTTP/1.1", ["Connection: close"]));
    await Handing.handed.promise;
    writeFileSync(tree.path("changing"), "n".repeat(SIZE));
    client.resume();
    const { body } = parseResponse(await client.untilClosed());
    expect(body).not.toContain("n");
    expect(body.length).toBeLessThanOrEqual(SIZE);
  });
});
