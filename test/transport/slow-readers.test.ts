/** A long file to a thousand clients that hardly read: what waits for them is not in the server's memory. */

import { expect, test } from "bun:test";
import { truncateSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RawClient } from "../support/client.ts";
import { request } from "../support/observed-server.ts";
import { peakResidentBytes } from "../support/resident-bytes.ts";
import { Tree } from "../support/tree.ts";

const READERS = 1000;
const FILE_BYTES = 100_000_000;
const MOST_RESIDENT_BYTES = 200_000_000;

test.skipIf(process.platform !== "linux")(
  "1,000 clients that stop reading a file of 100 MB take no more than 200 MB together",
  async () => {
    using tree = new Tree({ "www/big": "" });
    truncateSync(tree.path("www/big"), FILE_BYTES);
    const program = fileURLToPath(new URL("fixtures/file-server.ts", import.meta.url));
    await using child = Bun.spawn([process.execPath, program, tree.path("www")], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const { value } = await child.stdout.getReader().read();
    const port = Number(Buffer.from(value!).toString());
    const get = request("GET /big HTTP/1.1");

    await using readers = new AsyncDisposableStack();
    for (let count = 0; count < READERS; count++) {
      const reader = readers.use(await RawClient.connect(port));
      reader.send(get);
      await reader.until((received) => received.length > 0);
      reader.pause();
    }
    // The others are still served, and at once.
    await using last = await RawClient.connect(port);
    last.send(request("HEAD /big HTTP/1.1"));
    await last.until((received) => received.includes(`Content-Length: ${FILE_BYTES}`));
    expect(peakResidentBytes(child.pid)).toBeLessThan(MOST_RESIDENT_BYTES);
  },
  30_000,
);
