/** Files that change while parts of them are sent: the version that was opened arrives whole, or visibly not. */

import { describe, expect, test } from "bun:test";
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type { Sink, Source } from "../../src/files/copy.ts";
import { exchange, parseResponse, RawClient } from "../support/client.ts";
import { pattern, QuietFiles, serveFiles } from "../support/site.ts";
import { Tree } from "../support/tree.ts";

const SIZE = 2_000_000;
const OLD = pattern(SIZE);
const NEW = OLD.map((byte) => byte ^ 0xff);

/** Changes of a file that is being sent: what is done to it, and whether it still arrives whole. */
const CHANGES: readonly [
  name: string,
  change: (path: string, fresh: Uint8Array) => void,
  isWhole: boolean,
][] = [
  ["cut short", (path) => truncateSync(path, 600_000), false],
  ["emptied", (path) => truncateSync(path, 0), false],
  ["written over at the same size", (path, fresh) => writeFileSync(path, fresh, { flag: "r+" }), false],
  ["written anew, shorter", (path, fresh) => writeFileSync(path, fresh.subarray(1)), false],
  ["grown", (path) => appendFileSync(path, "more"), true],
  ["deleted", (path) => rmSync(path), true],
  [
    "replaced",
    (path, fresh) => {
      writeFileSync(`${path}.new`, fresh);
      renameSync(`${path}.new`, path);
    },
    true,
  ],
];

const RANGES: readonly [name: string, range: string][] = [
  // Of no unit that counts.
  ["the whole", "items=0-"],
  ["one range", "bytes=1000-1899999"],
  ["several ranges", "bytes=1000-899999,1000000-1899999"],
];

/** A request while which the file is changed, and another behind it on the same connection. */
async function ask(
  range: string,
  change: (path: string, fresh: Uint8Array) => void,
): Promise<{ raw: string; whole: string }> {
  using tree = new Tree({ "file.bin": OLD, "next.txt": "next" });
  const path = tree.path("file.bin");
  // So that every change is a change of the time, however coarse that is.
  tree.setModified("file.bin", 784_111_777);
  let changesLeft = 0;
  class Changing extends QuietFiles {
    override copyfile(source: Source, outputfile: Sink): void | Promise<void> {
      return super.copyfile(source, {
        write: (data) => outputfile.write(data),
        async flush() {
          await outputfile.flush();
          if (changesLeft-- === 1) change(path, NEW);
        },
      });
    }
  }
  await using site = await serveFiles(Changing.with({ directory: tree.root }));
  const request = `GET /file.bin HTTP/1.1\r\nHost: x\r\nRange: ${range}\r\n`;
  const whole = await exchange(site.port, `${request}Connection: close\r\n\r\n`);
  // Some pieces have gone out before, some have not.
  changesLeft = 3;
  const raw = await exchange(
    site.port,
    `${request}\r\nGET /next.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  return { raw, whole };
}

/** A body without its boundaries, which are another one each time. */
function bodyOf(raw: string): string {
  const { headers, body } = parseResponse(raw);
  const boundary = /boundary=(.*)/.exec(headers.get("content-type") ?? "")?.[1];
  return boundary === undefined ? body : body.replaceAll(boundary, "boundary");
}

for (const [what, range] of RANGES) {
  describe(`a file that is changed while ${what} of it is sent`, () => {
    test.each(CHANGES)("%s", async (_name, change, isWhole) => {
      const { raw, whole } = await ask(range, change);
      const nextAt = raw.lastIndexOf("HTTP/1.1 200 OK");
      const isFollowed = nextAt > 0;
      expect(isFollowed).toBe(isWhole);
      const body = bodyOf(isFollowed ? raw.slice(0, nextAt) : raw);
      const expected = bodyOf(whole);
      if (isWhole) expect(body === expected).toBe(true);
      else expect(body.length).toBeLessThan(expected.length);
    });
  });
}

describe("a file that is changed while a client pauses that had a part of it from where it lies", () => {
  // More than the system takes of it at once: what that has taken already is nobody's to take back.
  const block = pattern(65_537);
  const old = Buffer.alloc(32_000_000, block);
  const fresh = Buffer.alloc(
    old.length,
    block.map((byte) => byte ^ 0xff),
  );

  test.each(CHANGES)("%s", async (_name, change, isWhole) => {
    using tree = new Tree({ "file.bin": old, "next.txt": "next" });
    tree.setModified("file.bin", 784_111_777);
    await using site = await serveFiles(QuietFiles.with({ directory: tree.root }));
    await using client = await RawClient.connect(site.port);
    client.send("GET /file.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    client.send("GET /next.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await client.until((received) => received.includes("\r\n\r\n"));
    client.pause();
    change(tree.path("file.bin"), fresh);
    client.resume();
    const { headers, body } = parseResponse(await client.untilClosed());
    expect(headers.get("content-length")).toBe(String(old.length));
    if (isWhole) {
      expect(body.slice(0, old.length) === old.toString("latin1")).toBe(true);
      expect(body.slice(old.length)).toEndWith("\r\n\r\nnext");
    } else {
      expect(body.length).toBeLessThan(old.length);
      expect(body).not.toContain("HTTP/1.1");
    }
  });
});
