/** Files that change while parts of them are sent: the version that was opened arrives whole, or visibly not. */

import { describe, expect, test } from "bun:test";
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type { Sink, Source } from "../../src/files/copy.ts";
import { exchange, parseResponse } from "../support/client.ts";
import { pattern, QuietFiles, serveFiles } from "../support/site.ts";
import { Tree } from "../support/tree.ts";

const SIZE = 2_000_000;
const OLD = pattern(SIZE);
const NEW = OLD.map((byte) => byte ^ 0xff);

/** Changes of a file that is being sent: what is done to it, and whether it still arrives whole. */
const CHANGES: readonly [name: string, change: (path: string) => void, isWhole: boolean][] = [
  ["cut short", (path) => truncateSync(path, 600_000), false],
  ["emptied", (path) => truncateSync(path, 0), false],
  ["written over at the same size", (path) => writeFileSync(path, NEW, { flag: "r+" }), false],
  ["written anew, shorter", (path) => writeFileSync(path, NEW.subarray(0, SIZE - 1)), false],
  ["grown", (path) => appendFileSync(path, "more"), true],
  ["deleted", (path) => rmSync(path), true],
  [
    "replaced",
    (path) => {
      writeFileSync(`${path}.new`, NEW);
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
async function ask(range: string, change: (path: string) => void): Promise<{ raw: string; whole: string }> {
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
          if (changesLeft-- === 1) change(path);
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
