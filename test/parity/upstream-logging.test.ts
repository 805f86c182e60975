/** The log that a server prints by default, read from the stderr of a real process. */

import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { exchange, parseResponse, RawClient } from "../support/client.ts";

/** A log line as LOG-2 has it, before the message. */
const PREFIX =
  /^127\.0\.0\.1 - - \[\d\d\/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\/\d{4} \d\d:\d\d:\d\d\] /;

/** What a server prints on stderr from its start to its end, while `use` talks to it. */
async function stderrWhile(use: (port: number) => Promise<void>): Promise<string> {
  const script = fileURLToPath(new URL("support/logging-server.ts", import.meta.url));
  const child = Bun.spawn([process.execPath, script], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  try {
    const { value } = await child.stdout.getReader().read();
    await use(Number(new TextDecoder().decode(value)));
    await child.stdin.end();
    const stderr = await new Response(child.stderr).text();
    expect(await child.exited).toBe(0);
    return stderr;
  } finally {
    child.kill();
  }
}

/** What the server printed while it served `requests`, one after another, and its answers. */
async function logOf(requests: readonly string[]): Promise<{ stderr: string; answers: string[] }> {
  const answers: string[] = [];
  const stderr = await stderrWhile(async (port) => {
    for (const request of requests) answers.push(await exchange(port, request));
  });
  return { stderr, answers };
}

/** The messages of the log, without address and time, which are checked. */
async function messagesOf(...requests: readonly string[]): Promise<string[]> {
  const { stderr } = await logOf(requests);
  return stderr.split("\n").filter(Boolean).map(messageOf);
}

function messageOf(line: string): string {
  expect(line).toMatch(PREFIX);
  return line.replace(PREFIX, "");
}

const request = (method: string, target = "/") =>
  `${method} ${target} HTTP/1.1\r\nHost: parity\r\nConnection: close\r\n\r\n`;

describe("the log", () => {
  test("has one line for a request that is answered (LOG-2, LOG-3)", async () => {
    expect(await messagesOf(request("GET"))).toEqual(['"GET / HTTP/1.1" 200 -']);
  });

  test("has the error before the request line (LOG-4)", async () => {
    expect(await messagesOf(request("MISSING"))).toEqual([
      "code 404, message File not found",
      '"MISSING / HTTP/1.1" 404 -',
    ]);
  });

  test("has the size that log_request is given (LOG-3)", async () => {
    expect(await messagesOf(request("SIZE"))).toEqual([
      '"SIZE / HTTP/1.1" 200 1234',
      '"SIZE / HTTP/1.1" 200 -',
    ]);
  });

  test("fills in a format as printf does (LOG-5)", async () => {
    expect((await messagesOf(request("FORMAT")))[0]).toBe("3 of four, 100%");
  });

  test("escapes control characters and backslashes, and nothing else (LOG-5)", async () => {
    expect((await messagesOf(request("CONTROL")))[0]).toBe(
      "esc \\x1b[31m, nul \\x00, del \\x7f, c1 \\x9b, nbsp \xa0, backslash \\\\, line\\x0abreak",
    );
  });

  test("keeps a format that a subclass alters, which Python 3.15 loses (LOG-7)", async () => {
    expect((await messagesOf(request("PREFIX")))[0]).toBe('[prefix] "PREFIX / HTTP/1.1" 200 -');
  });

  test("has a line for a request that is refused", async () => {
    const messages = await messagesOf("GET / HTTP/9.9\r\nHost: parity\r\n\r\n");
    expect(messages[0]).toStartWith("code 505, message ");
    expect(messages[1]).toBe('"GET / HTTP/9.9" 505 -');
    expect(messages.length).toBe(2);
  });

  test("cannot be forged by a request (LOG-5)", async () => {
    const forged =
      'GET /\x1b[2K\r127.0.0.1 - - [01/Jan/2000 00:00:00] "GET /forged" HTTP/1.1\r\nHost: p\r\n\r\n';
    const { stderr } = await logOf([forged]);
    expect(stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
    for (const line of stderr.split("\n").filter(Boolean)) expect(line).toMatch(PREFIX);
  });

  test("has nothing for a connection that says nothing (LOG-10)", async () => {
    expect((await logOf([""])).stderr).toBe("");
  });
});

describe("handle_error (SS-11)", () => {
  for (const [method, message] of [
    ["THROW", "thrown by do_THROW"],
    ["REJECT", "rejected by do_REJECT"],
  ] as const) {
    test(`prints the client and the stack between two lines of dashes: ${message}`, async () => {
      const { stderr, answers } = await logOf([request(method), request("GET")]);
      const dashes = "-".repeat(40);
      const printed = stderr
        .slice(stderr.indexOf(dashes), stderr.lastIndexOf(dashes) + dashes.length)
        .split("\n");
      expect(printed[0]).toBe(dashes);
      expect(printed[1]).toMatch(
        /^Exception occurred during processing of request from \('127\.0\.0\.1', \d+\)$/,
      );
      expect(printed.slice(2, -1).join("\n")).toContain(`Error: ${message}`);
      expect(printed.slice(2, -1).join("\n")).toContain(`do_${method}`);
      expect(printed.at(-1)).toBe(dashes);
      expect(answers.map((answer) => parseResponse(answer).status)).toEqual([500, 200]);
    });
  }
});

describe("a client that leaves", () => {
  test("in the middle of its head is no event (LOG-10)", async () => {
    const stderr = await stderrWhile(async (port) => {
      const client = await RawClient.connect(port);
      client.send("GET / HTTP/1.1\r\nHost: par");
      client.abort();
      await exchange(port, request("GET"));
    });
    expect(stderr.split("\n").filter(Boolean).map(messageOf)).toEqual(['"GET / HTTP/1.1" 200 -']);
  });
});
