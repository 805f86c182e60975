import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { printable } from "../../src/handler/log-line.ts";
import { logTime } from "../../src/handler/log.ts";

const INDEX = fileURLToPath(new URL("../../src/index.ts", import.meta.url));

describe("printable()", () => {
  // LOG-5: controls become \xHH and a backslash two, 0xA0 and up pass.
  test.each<[message: string, expected: string]>([
    ["plain text", "plain text"],
    ["a\nb\r", "a\\x0ab\\x0d"],
    ["\x1b[31mred", "\\x1b[31mred"],
    ["\0\x1f\x7f\x80\x9f", "\\x00\\x1f\\x7f\\x80\\x9f"],
    ["\xa0\xfc\u20ac", "\xa0\xfc\u20ac"],
    ["back\\slash", "back\\\\slash"],
    ["\\x0a", "\\\\x0a"],
  ])("of %j is %j", (message, expected) => {
    expect(printable(message)).toBe(expected);
  });
});

describe("logTime()", () => {
  test("is local time to the second, with English months (LOG-2)", () => {
    for (const date of [
      new Date(1994, 10, 6, 8, 49, 37),
      new Date(2026, 0, 1),
      new Date(2026, 11, 31, 23, 59, 59),
    ]) {
      const two = (value: number): string => String(value).padStart(2, "0");
      const month = date.toLocaleString("en-US", { month: "short" });
      const day = `${two(date.getDate())}/${month}/${date.getFullYear()}`;
      const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
      expect(logTime(date.getTime() / 1000)).toBe(`${day} ${time}`);
    }
  });
});

/** Runs a program in a process of its own, and gives what it printed to standard error. */
async function standardErrorOf(program: string): Promise<string> {
  const source = `import { BaseHTTPRequestHandler, HTTPServer } from ${JSON.stringify(INDEX)};\n${program}`;
  await using child = Bun.spawn([process.execPath, "-e", source], { stdout: "inherit", stderr: "pipe" });
  return await child.stderr.text();
}

const SERVED = `
  const server = new HTTPServer(["127.0.0.1", 0], Handler);
  const served = server.serve_forever();
  const response = await fetch(server.url);
  await response.text();
  await server.shutdown();
  await served;
`;

describe("standard error", () => {
  test("gets a line for each answer, as Python's log has it (LOG-1 to LOG-3)", async () => {
    const text = await standardErrorOf(`
      class Handler extends BaseHTTPRequestHandler {
        do_GET() {
          this.send_response(200);
          this.end_headers();
        }
      }
      ${SERVED}
    `);
    expect(text).toMatch(
      /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z][a-z]\/\d{4} \d\d:\d\d:\d\d\] "GET \/ HTTP\/1\.1" 200 -\n$/,
    );
  });

  test("gets what a handler threw, between dashes, and then the 500 (SS-11)", async () => {
    const text = await standardErrorOf(`
      class Handler extends BaseHTTPRequestHandler {
        do_GET() { throw new RangeError("what the author did"); }
      }
      ${SERVED}
    `);
    const dashes = "-".repeat(40);
    expect(text).toStartWith(
      `${dashes}\nException occurred during processing of request from ('127.0.0.1', `,
    );
    expect(text).toContain("RangeError: what the author did");
    expect(text).toContain(`\n${dashes}\n127.0.0.1 - - [`);
    expect(text).toEndWith('"GET / HTTP/1.1" 500 -\n');
  });

  test("gets what was logged last, also when the process exits at once", async () => {
    const text = await standardErrorOf(`
      class Handler extends BaseHTTPRequestHandler {
        do_GET() {
          this.log_message("%s", "the last words");
          process.exit(0);
        }
      }
      const server = new HTTPServer(["127.0.0.1", 0], Handler);
      void server.serve_forever();
      await fetch(server.url).catch(() => {});
    `);
    expect(text).toEndWith("the last words\n");
  });

  test.skipIf(process.platform !== "linux")("that is full does not disturb the server", async () => {
    const source = `
      import { BaseHTTPRequestHandler, HTTPServer } from ${JSON.stringify(INDEX)};
      class Handler extends BaseHTTPRequestHandler {
        do_GET() {
          this.send_response(200);
          this.end_headers();
          this.wfile.write("served");
        }
      }
      const server = new HTTPServer(["127.0.0.1", 0], Handler);
      void server.serve_forever();
      for (let count = 0; count < 3; count++) console.log(await (await fetch(server.url)).text());
      await server.shutdown();
    `;
    const stderr = Bun.file("/dev/full");
    await using child = Bun.spawn([process.execPath, "-e", source], { stdout: "pipe", stderr });
    expect(await child.stdout.text()).toBe("served\nserved\nserved\n");
    expect(await child.exited).toBe(0);
  });
});
