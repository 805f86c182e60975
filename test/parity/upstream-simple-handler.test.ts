/** translate_path, as CPython's tests ask for it: what it says for a path under three ways to name the directory. */

import { describe, expect, test } from "bun:test";
import { join, resolve } from "node:path";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";
import { exchange, startServer } from "../support/client.ts";

/** What translate_path gives for `paths` in a handler made with `directory` (none: the current directory). */
async function translated(directory: string | undefined, paths: readonly string[]): Promise<string[]> {
  let results: string[] = [];
  class Asked extends SimpleHTTPRequestHandler {
    override do_GET(): void {
      results = paths.map((path) => this.translate_path(path));
      this.send_response(204);
      this.end_headers();
    }
    override log_message(): void {}
  }
  await using started = await startServer(directory === undefined ? Asked : Asked.with({ directory }));
  await exchange(started.port, "GET / HTTP/1.0\r\n\r\n");
  return results;
}

const DIRECTORIES: readonly [name: string, directory: string | undefined, root: string][] = [
  ["the current directory", undefined, process.cwd()],
  ["an absolute directory", "/srv/site", "/srv/site"],
  ["a relative directory", "test/parity", "test/parity"],
  ["a directory with a slash behind it", "/srv/site/", "/srv/site"],
];

describe.each(DIRECTORIES)("translate_path in %s", (_name, directory, root) => {
  test("leaves out query and fragment (SIM-4)", async () => {
    const paths = ["/filename", "/filename?foo=bar", "/filename?a=b&spam=eggs#zot", "/filename#a?b"];
    expect(await translated(directory, paths)).toEqual(paths.map(() => join(root, "filename")));
  });

  test("takes any number of slashes in front for one (SIM-4)", async () => {
    expect(await translated(directory, ["//filename", "//filename?foo=bar", "///a//b"])).toEqual([
      join(root, "filename"),
      join(root, "filename"),
      join(root, "a/b"),
    ]);
  });

  test("keeps a slash at the end, escaped or not (SIM-4)", async () => {
    expect(await translated(directory, ["/a/", "/a%2f", "/a%2F?b/", "/"])).toEqual([
      join(root, "a/"),
      join(root, "a/"),
      join(root, "a/"),
      join(root, "/"),
    ]);
  });

  test("never climbs out (SIM-5)", async () => {
    const paths = [
      "/..",
      "/../../etc/passwd",
      "/%2e%2e/%2E%2E/etc",
      "/a/../../../b",
      "/./.",
      "/a/b/../../..",
    ];
    for (const path of await translated(directory, paths)) {
      expect(`${resolve(path)}/`).toStartWith(`${resolve(root)}/`);
    }
  });

  test("decodes UTF-8, once, and leaves invalid escapes (SIM-4)", async () => {
    expect(await translated(directory, ["/%C3%BC", "/%2541", "/100%", "/%zz", "/a+b;c"])).toEqual([
      join(root, "ü"),
      join(root, "%41"),
      join(root, "100%"),
      join(root, "%zz"),
      join(root, "a+b;c"),
    ]);
  });

  test.skipIf(process.platform === "win32")("a backslash is a byte of a name (SIM-4)", async () => {
    expect(await translated(directory, ["/c:\\windows", "/a%5C..%5Cb"])).toEqual([
      join(root, "c:\\windows"),
      join(root, "a\\..\\b"),
    ]);
  });
});
