/** A directory of 100,000 entries: its names are in memory, its page is made while it is sent. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { linkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { exchange, RawClient } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { listedEntries } from "../support/listing.ts";
import { request } from "../support/observed-server.ts";
import { peakResidentBytes } from "../support/resident-bytes.ts";
import { Tree } from "../support/tree.ts";

// So many files take some seconds to make and to remove.
setDefaultTimeout(60_000);

const ENTRIES = 100_000;
/** Some file systems give a file no more than 65,000 names. */
const NAMES_A_FILE = 50_000;
const READERS = 3;
/** Some 15 MB of a page for each reader are not in it, whatever else is. */
const MOST_RESIDENT_BYTES = 220_000_000;

const nameOf = (index: number): string => `entry-${String(index).padStart(6, "0")}.text`;

let tree: Tree;

beforeAll(() => {
  tree = new Tree({ "www/many/": null, "www/other.txt": "other" });
  for (let index = 0; index < ENTRIES; index++) {
    const first = index - (index % NAMES_A_FILE);
    if (index === first) tree.add({ [`www/many/${nameOf(index)}`]: "x" });
    else linkSync(tree.path(`www/many/${nameOf(first)}`), tree.path(`www/many/${nameOf(index)}`));
  }
});

afterAll(() => tree[Symbol.dispose]());

test.skipIf(process.platform !== "linux")(
  "clients that stop reading a listing of 100,000 entries hold up nobody, take little, and get all of it in the end",
  async () => {
    const program = fileURLToPath(new URL("../transport/fixtures/file-server.ts", import.meta.url));
    await using child = Bun.spawn([process.execPath, program, tree.path("www")], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const { value } = await child.stdout.getReader().read();
    const port = Number(Buffer.from(value!).toString());

    await using opened = new AsyncDisposableStack();
    const readers: RawClient[] = [];
    while (readers.length < READERS) {
      const reader = opened.use(await RawClient.connect(port));
      reader.send(request("GET /many/ HTTP/1.1", ["Connection: close"]));
      await reader.until((received) => received.includes('<li><a href="entry-'));
      reader.pause();
      readers.push(reader);
    }
    const other = decodeResponse(await exchange(port, request("GET /other.txt HTTP/1.1")));
    expect(other.body).toBe("other");

    for (const reader of readers) {
      reader.resume();
      const { framing, body } = decodeResponse(await reader.untilClosed());
      const entries = listedEntries(body);
      expect([framing, entries.length]).toEqual(["chunked", ENTRIES]);
      expect(entries.every(([label], index) => label === nameOf(index))).toBe(true);
    }
    expect(peakResidentBytes(child.pid)).toBeLessThan(MOST_RESIDENT_BYTES);
  },
);
