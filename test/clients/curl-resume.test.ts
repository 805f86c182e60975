/** curl takes a download up where it broke off. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, ftruncateSync, openSync, statSync, writeSync } from "node:fs";
import type { Sink, Source } from "../../src/files/copy.ts";
import { OpenedFile } from "../../src/files/opened-file.ts";
import { describeWith } from "../support/programs.ts";
import { type FileSite, QuietFiles, serveFiles } from "../support/site.ts";
import { Tree } from "../support/tree.ts";
import { curl, transfer } from "./support/curl.ts";
import { sha256Of } from "./support/noise.ts";

// Each test starts a program that moves 100 MB.
setDefaultTimeout(60_000);

const SIZE = 100_000_000;
const BROKEN_AT = 47_654_321;

/** Where the server breaks answers off; the end where it does not. */
let breakAt = SIZE;

class Breaking extends QuietFiles {
  override copyfile(source: Source, outputfile: Sink): void | Promise<void> {
    if (source instanceof OpenedFile && breakAt < SIZE) source.select(0, breakAt);
    return super.copyfile(source, outputfile);
  }
}

/** Writes a file that takes no room where it is empty, with a mark in each of its 100 parts. */
function writeSparse(path: string): void {
  const fd = openSync(path, "w");
  ftruncateSync(fd, SIZE);
  for (let part = 0; part < 100; part++) writeSync(fd, `part ${part}`, (part * SIZE) / 100 + part);
  closeSync(fd);
}

describeWith(["curl"], "curl -C -", () => {
  let tree: Tree;
  let site: FileSite;
  let url: string;

  beforeAll(async () => {
    tree = new Tree({ "site/": null });
    writeSparse(tree.path("site/large.bin"));
    site = await serveFiles(Breaking.with({ directory: tree.path("site") }));
    url = `http://127.0.0.1:${site.port}/large.bin`;
  });

  afterAll(async () => {
    await site?.[Symbol.asyncDispose]();
    tree[Symbol.dispose]();
  });

  const sha256 = (name: string) => sha256Of(Bun.file(tree.path(name)).stream());

  test("resumes a download of 100 MB that broke in the middle, byte for byte", async () => {
    const path = tree.path("download.bin");
    const CURLE_PARTIAL_FILE = 18;
    breakAt = BROKEN_AT;
    expect((await curl(["-o", path, url])).exitCode).toBe(CURLE_PARTIAL_FILE);
    expect(statSync(path).size).toBe(BROKEN_AT);
    breakAt = SIZE;
    const { report } = await transfer(["-C", "-", "-o", path, url]);
    expect(report.status).toBe(206);
    expect(await sha256("download.bin")).toBe(await sha256("site/large.bin"));

    // What is complete stays as it is.
    const again = await curl(["-C", "-", "-o", path, url]);
    expect([again.exitCode, again.transfers[0]?.status]).toEqual([0, 416]);
    expect(statSync(path).size).toBe(SIZE);
  });

  test("takes several ranges at once", async () => {
    const { report, stdout } = await transfer(["-r", "0-5,1000001-1000006", url]);
    expect(report.status).toBe(206);
    expect(stdout.toString()).toMatch(
      /bytes 0-5\/100000000\r\n\r\npart 0\r\n--.*bytes 1000001-1000006\/100000000\r\n\r\npart 1\r\n--/s,
    );
  });
});
