/** What log lines look like, read from the standard error of a real process, since colours are decided at its start. */

import { describe, expect, test } from "bun:test";

const PROGRAM = `
  import { BaseHTTPRequestHandler, HTTPServer } from ${JSON.stringify(`${import.meta.dirname}/../../src/index.ts`)};
  class Handler extends BaseHTTPRequestHandler {
    do_GET() {
      this.send_response(Number(this.path.slice(1)));
      this.end_headers();
    }
  }
  const server = new HTTPServer(["127.0.0.1", 0], Handler);
  void server.serve_forever();
  const ask = (path, method = "GET") => fetch(new URL(path, server.url), { method, redirect: "manual" });
  for (const code of [200, 304, 404, 500]) await ask("/" + code);
  await ask("/x", "DELETE");
  await server.shutdown();
`;

/** The log of the program's requests, without addresses and with the times replaced. */
async function logLines(env: Record<string, string>): Promise<string[]> {
  const { NO_COLOR, FORCE_COLOR, PYTHON_COLORS, ...rest } = process.env;
  const child = Bun.spawn([process.execPath, "-e", PROGRAM], {
    env: { ...rest, ...env },
    stderr: "pipe",
    stdout: "ignore",
  });
  const text = await child.stderr.text();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.replace("127.0.0.1 - - ", "").replace(/\[\d\d\/.*?\d\d:\d\d\]/, "[time]"));
}

const gray = (text: string): string => `\x1b[90m${text}\x1b[39m`;
const cyan = (text: string): string => `\x1b[36m${text}\x1b[39m`;
const yellow = (text: string): string => `\x1b[33m${text}\x1b[39m`;

describe("log lines (LOG-2, LOG-8)", () => {
  test("are plain where standard error is no terminal", async () => {
    expect(await logLines({})).toEqual([
      '[time] "GET /200 HTTP/1.1" 200 -',
      '[time] "GET /304 HTTP/1.1" 304 -',
      '[time] "GET /404 HTTP/1.1" 404 -',
      '[time] "GET /500 HTTP/1.1" 500 -',
      "[time] code 501, message Unsupported method ('DELETE')",
      '[time] "DELETE /x HTTP/1.1" 501 -',
    ]);
  });

  test("in colours have the time and size grey, the path cyan, errors yellow, and the status by its class", async () => {
    const time = gray("[time]");
    expect(await logLines({ FORCE_COLOR: "1" })).toEqual([
      `${time} "GET ${cyan("/200")} HTTP/1.1" \x1b[32m200\x1b[39m ${gray("-")}`,
      `${time} "GET ${cyan("/304")} HTTP/1.1" \x1b[96m304\x1b[39m ${gray("-")}`,
      `${time} "GET ${cyan("/404")} HTTP/1.1" ${yellow("404")} ${gray("-")}`,
      `${time} "GET ${cyan("/500")} HTTP/1.1" \x1b[31m500\x1b[39m ${gray("-")}`,
      `${time} ${yellow("code 501, message Unsupported method ('DELETE')")}`,
      `${time} "DELETE ${cyan("/x")} HTTP/1.1" \x1b[31m501\x1b[39m ${gray("-")}`,
    ]);
  });
});
