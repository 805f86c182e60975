/** Files that curl puts into a directory, as people do from a terminal. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describeWith } from "../support/programs.ts";
import { Tree } from "../support/tree.ts";
import { UploadSite } from "../support/upload-site.ts";
import { curl, parseIncluded, transfer } from "./support/curl.ts";
import { noise, sha256Of, writeNoise } from "./support/noise.ts";

setDefaultTimeout(120_000);

const MIB = 2 ** 20;

describeWith(["curl"], "curl", () => {
  test("-T puts a file, under its own name and under another", async () => {
    await using site = await UploadSite.start({ "mine/a b.txt": "hello" });
    const url = `http://127.0.0.1:${site.port}`;
    const file = site.tree.path("mine/a b.txt");
    expect((await transfer(["-T", file, `${url}/`])).report.status).toBe(201);
    expect((await transfer(["-T", file, `${url}/other.txt`])).report.status).toBe(201);
    expect((await transfer(["-T", file, `${url}/other.txt`])).report.status).toBe(409);
    expect((await transfer(["-T", "-", `${url}/stdin`], Buffer.from("piped"))).report.status).toBe(201);
    expect(site.contents()).toEqual({ "a b.txt": "hello", "other.txt": "hello", stdin: "piped" });
  });

  test("-T does not send what will be refused", async () => {
    await using site = await UploadSite.start({ "www/a": "old" });
    const args = ["-T", "-", "--header", "Expect: 100-continue", "--expect100-timeout", "300"];
    const { report } = await transfer([...args, `http://127.0.0.1:${site.port}/a`], noise(MIB));
    expect([report.status, report.uploadedBytes]).toEqual([409, 0]);
    expect(site.contents()).toEqual({ a: "old" });
  });

  test("-F sends several files in one form, with names that need escapes", async () => {
    await using site = await UploadSite.start({ "mine/a": "one", "mine/b": "two", "www/sub/": null });
    const url = `http://127.0.0.1:${site.port}/sub/`;
    const forms = ["-F", `file=@${site.tree.path("mine/a")};filename="q\\"uote.txt"`];
    const more = ["-F", `file=@${site.tree.path("mine/b")}`, "-F", "title=x"];
    const json = await transfer([...forms, ...more, "--header", "Accept: application/json", url]);
    expect(json.report.status).toBe(201);
    const names = (JSON.parse(json.stdout.toString()) as { files: { name: string }[] }).files.map(
      ({ name }) => name,
    );
    expect(names).toEqual(['q"uote.txt', "b"]);
    const { stdout } = await curl(["--include", "-F", `file=@${site.tree.path("mine/a")}`, url]);
    expect(parseIncluded(stdout).headers.get("location")).toBe("/sub/");
    expect(site.contents()).toEqual({ "sub/": "", "sub/a": "one", "sub/b": "two", 'sub/q"uote.txt': "one" });
  });

  describe("sends 100 MB, which arrive byte for byte and in bounded memory,", () => {
    test.each([
      ["with a length", ["-T"], "/large"],
      ["in chunks", ["--header", "Transfer-Encoding: chunked", "-T"], "/large"],
      ["in a form", ["-F"], "/"],
    ])("%s", async (_how, args, target) => {
      using tree = new Tree({ "www/": null });
      const path = tree.path("large");
      const hash = writeNoise(path, 100);
      const program = fileURLToPath(new URL("../handler/fixtures/upload-child.ts", import.meta.url));
      await using child = Bun.spawn([process.execPath, program, tree.path("www")], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const { value } = await child.stdout.getReader().read();
      const url = `http://127.0.0.1:${Buffer.from(value!).toString().trim()}`;
      // Once, so that what is allocated for the first time is not what is measured.
      await transfer(["-T", "-", `${url}/warm-up`], noise(MIB));
      const before = peakBytes(child.pid);
      const { report } = await transfer([...args, args[0] === "-F" ? `file=@${path}` : path, url + target]);
      expect([201, 303]).toContain(report.status);
      expect(peakBytes(child.pid) - before).toBeLessThan(64 * MIB);
      expect(await sha256Of(Bun.file(tree.path("www/large")).stream())).toBe(hash);
    });
  });
});

/** The most memory that a process has had. */
function peakBytes(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) * 1024;
}
