/** Scripts, as CPython's tests ask for them up to 3.14. Where we differ the title says so. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { CGIHTTPRequestHandler } from "../../src/index.ts";
import { exchange, parseResponse } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { type ScriptSite, serveScripts, TEXT } from "../support/scripts.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

const HELLO = `${TEXT} printf 'Hello World\\n'`;
const SCRIPTS = {
  "file1.py": HELLO,
  "child-dir/file3.py": HELLO,
  "file2.py": `${TEXT} cat`,
  "file4.py": `${TEXT} printf 'k=%s\\n' "$QUERY_STRING"`,
  "file5.py": `${TEXT} cat | wc -c | tr -d ' '`,
  "file6.py": `${TEXT} printf '%s\\n' "$HTTP_ACCEPT"`,
  "../nocgi.py": HELLO,
};

async function serve(): Promise<ScriptSite> {
  return await serveScripts(SCRIPTS, { files: { "sub/dir/cgi-bin/": null } });
}

/** What `is_cgi()` makes of paths: the directory and what follows it, or null. */
async function infos(paths: readonly string[]): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  class Asked extends CGIHTTPRequestHandler {
    override do_GET(): void {
      for (const path of paths) {
        this.path = path;
        found.push(this.is_cgi() ? this.cgi_info.join("|") : null);
      }
      this.send_response(204);
      this.end_headers();
    }
  }
  await using site = await serveScripts({}, { Handler: Asked });
  await site.askRaw("GET /");
  return found;
}

describe("scripts as CPython tests them", () => {
  test("url_collapse_path: what a path comes to; differs above the root, where Python raises", async () => {
    const rows: [path: string, info: string | null][] = [
      ["", null],
      ["/", null],
      ["/.", null],
      ["/..", null],
      ["/cgi-bin", null],
      ["/cgi-bin/", "/cgi-bin|"],
      ["/cgi-bin/file1.py", "/cgi-bin|file1.py"],
      ["//cgi-bin/file1.py", "/cgi-bin|file1.py"],
      ["/a/../cgi-bin/file1.py", "/cgi-bin|file1.py"],
      ["/cgi-bin/./file1.py", "/cgi-bin|file1.py"],
      ["/cgi-bin/file1.py/PATH-INFO", "/cgi-bin|file1.py/PATH-INFO"],
      ["/cgi-bin//file1.py//PATH-INFO", "/cgi-bin|file1.py/PATH-INFO"],
      ["/a/b/c/../../cgi-bin/x", null],
      ["/a/b/../../cgi-bin/x/../y", "/cgi-bin|y"],
      ["/cgi-bin/..", null],
      ["/cgi-bin/../../cgi-bin/x", "/cgi-bin|x"],
    ];
    expect(await infos(rows.map(([path]) => path))).toEqual(rows.map(([, info]) => info));
  });

  test("headers_and_content: a script is run", async () => {
    await using site = await serve();
    const { status, body, headers } = await site.ask("GET /cgi-bin/file1.py");
    expect([status, body, headers.get("content-type")]).toEqual([200, "Hello World\n", "text/plain"]);
  });

  test("issue19435: slashes and dot segments lead to no other script", async () => {
    await using site = await serve();
    expect((await site.ask("GET ///////////nocgi.py/../cgi-bin/nothere.sh")).status).toBe(404);
  });

  test("post: its body reaches the script", async () => {
    await using site = await serve();
    const answer = await site.ask(
      "POST /cgi-bin/file2.py",
      "Content-Length: 29",
      "",
      "spam=1&eggs=python&bacon=1234",
    );
    expect(answer.body).toBe("spam=1&eggs=python&bacon=1234");
  });

  test("large_content_length: however long it is", async () => {
    await using site = await serve();
    for (let exponent = 0; exponent <= 21; exponent += 3) {
      const body = "X".repeat(2 ** exponent);
      const answer = await site.ask("POST /cgi-bin/file5.py", `Content-Length: ${body.length}`, "", body);
      expect(answer.body).toBe(`${body.length}\n`);
    }
  });

  test("large_content_length_truncated: differs: one that breaks off is 400, and the script is ended", async () => {
    await using site = await serve();
    const raw = await site.askRaw("POST /cgi-bin/file5.py", "Content-Length: 1000", "", "X".repeat(10));
    expect(raw).not.toContain("10\n");
  });

  test("invaliduri: a relative target is 400", async () => {
    await using site = await serve();
    expect(parseResponse(await site.askRaw("GET cgi-bin/invalid")).status).toBe(400);
  });

  test("no_leading_slash: differs: 400", async () => {
    await using site = await serve();
    expect(parseResponse(await site.askRaw("GET cgi-bin/file1.py")).status).toBe(400);
  });

  test("authorization: credentials do not keep a script from answering", async () => {
    await using site = await serve();
    const answer = await site.ask("GET /cgi-bin/file1.py", `Authorization: Basic ${btoa("username:pass")}`);
    expect(answer.body).toBe("Hello World\n");
  });

  test("os_environ_is_not_altered: the server's own environment stays as it is", async () => {
    const before = { ...process.env };
    await using site = await serve();
    await site.ask("GET /cgi-bin/file1.py", "X-A: 1");
    expect({ ...process.env }).toEqual(before);
  });

  test("urlquote_decoding_in_cgi_check: differs: an escaped slash divides nothing", async () => {
    await using site = await serve();
    expect((await site.ask("GET /cgi-bin%2ffile1.py")).status).toBe(404);
    expect((await site.ask("GET /%63gi-bin/file1.py")).body).toBe("Hello World\n");
  });

  test("nested_cgi_path_issue21323: directories below have scripts, too", async () => {
    await using site = await serve();
    expect((await site.ask("GET /cgi-bin/child-dir/file3.py")).body).toBe("Hello World\n");
  });

  test("query_with_multiple_question_mark: the first one begins the query", async () => {
    await using site = await serve();
    expect((await site.ask("GET /cgi-bin/file4.py?a=b?c=d")).body).toBe("k=a=b?c=d\n");
  });

  test("query_with_continuous_slashes: a query is no path", async () => {
    await using site = await serve();
    const query = "k=aa%2F%2Fbb&//q//p//=//a//b//";
    expect((await site.ask(`GET /cgi-bin/file4.py?${query}`)).body).toBe(`k=${query}\n`);
  });

  test("cgi_path_in_sub_directories: they may lie anywhere", async () => {
    await using site = await serveScripts(
      { "../sub/dir/cgi-bin/file": HELLO },
      { cgi_directories: ["/sub/dir/cgi-bin"] },
    );
    expect((await site.ask("GET /sub/dir/cgi-bin/file")).body).toBe("Hello World\n");
  });

  test("accept: repeated fields are one; differs: with a blank behind the comma", async () => {
    await using site = await serve();
    const accepted = async (...fields: string[]) => (await site.ask("GET /cgi-bin/file6.py", ...fields)).body;
    expect(await accepted("Accept: text/html, text/plain")).toBe("text/html, text/plain\n");
    expect(await accepted("Accept: text/html", "Accept: text/plain")).toBe("text/html, text/plain\n");
    expect(await accepted()).toBe("\n");
  });

  test("a request of HTTP/1.0 is answered as Python's own are", async () => {
    await using site = await serve();
    const answer = decodeResponse(await exchange(site.port, "GET /cgi-bin/file1.py HTTP/1.0\r\n\r\n"));
    expect([answer.status, answer.body]).toEqual([200, "Hello World\n"]);
  });
});
