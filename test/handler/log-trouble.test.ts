/** A log that nobody reads, a log that is not there, and clients that would write into it. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Output } from "../cli/support/command.ts";
import { exchange } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { Laboratory } from "../support/laboratory.ts";
import { realWait, request } from "../support/observed-server.ts";
import { describeWith } from "../support/programs.ts";
import { fifo, Tree } from "../support/tree.ts";

const INDEX = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
const TALKATIVE = fileURLToPath(new URL("./fixtures/talkative.ts", import.meta.url));

/** Requests whose lines come to three times what a pipe and the log hold together. */
const REQUEST_COUNT = 400;

/** Has `count` requests answered, each of which logs 10 KiB. */
async function talk(port: number, count: number): Promise<void> {
  const bytes = Array.from({ length: count }, (_, index) => request(`GET /${index} HTTP/1.1`)).join("");
  const raw = await exchange(port, bytes);
  expect(raw.split("served").length - 1).toBe(count);
}

/** The lines of `text`, each of them whole: the numbers that they have, and what is no line of a request. */
function linesOf(text: string): { numbers: number[]; others: string[] } {
  const numbers: number[] = [];
  const others: string[] = [];
  for (const line of text.trimEnd().split("\n")) {
    const [, number] = /^127\.0\.0\.1 - - \[[^\]]+\] \/(\d+) x{10240}$/.exec(line) ?? [];
    if (number === undefined) others.push(line);
    else numbers.push(Number(number));
  }
  return { numbers, others };
}

const LOST = /^(\d+) lines of the log were dropped: nobody was reading them$/;

/** A pipe for the log of a process, and the end that is read, or not. */
class LogPipe implements Disposable {
  readonly #tree: Tree = new Tree({ pipe: fifo() });
  readonly #descriptor: number = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);

  get #path(): string {
    return this.#tree.path("pipe");
  }

  /** Runs a program whose log goes to the pipe. */
  spawn(program: string): Bun.Subprocess<"ignore", "pipe", number> {
    const writing = openSync(this.#path, constants.O_WRONLY);
    try {
      return Bun.spawn([process.execPath, program], { stdio: ["ignore", "pipe", writing] });
    } finally {
      closeSync(writing);
    }
  }

  /** What is in it, as far as `buffer` holds it. */
  readNow(buffer: Buffer): string {
    try {
      return buffer.toString("latin1", 0, readSync(this.#descriptor, buffer));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return "";
      throw error;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
    this.#tree[Symbol.dispose]();
  }
}

describe.skipIf(process.platform !== "linux")("a pipe that nobody reads", () => {
  test("does not hold up the server; what it cannot take waits, and beyond a bound is counted", async () => {
    using pipe = new LogPipe();
    await using child = pipe.spawn(TALKATIVE);
    const port = Number(await new Output(child.stdout).line());
    await talk(port, REQUEST_COUNT);

    let text = "";
    const buffer = Buffer.alloc(1024 * 1024);
    while (!/were dropped.*\n/.test(text)) {
      text += pipe.readNow(buffer);
      await realWait();
    }
    await talk(port, 1);
    while (!/ \/0 x+\n$/.test(text)) {
      text += pipe.readNow(buffer);
      await realWait();
    }
    const { numbers, others } = linesOf(text);
    const kept = numbers.length - 1;
    expect(numbers).toEqual([...Array(kept).keys(), 0]);
    expect(others.length).toBe(1);
    expect(Number(LOST.exec(others[0]!)![1])).toBe(REQUEST_COUNT - kept);
    // One mebibyte of text waits, besides what the pipe holds.
    expect(kept).toBeWithin(100, 130);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  });

  test("does not hold up the end of the process", async () => {
    using pipe = new LogPipe();
    await using child = pipe.spawn(TALKATIVE);
    await talk(Number(await new Output(child.stdout).line()), 20);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  });
});

/** Runs what it is given with a socket for standard error, which it never reads, until its standard input ends. */
const DEAF_PARENT = `
import socket, subprocess, sys
ours, theirs = socket.socketpair()
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stderr=theirs.fileno())
theirs.close()
sys.stdin.read()
child.kill()
`;

describeWith(["python3"], "a socket that nobody reads", (python) => {
  test("does not hold up the server either", async () => {
    const parent = Bun.spawn([python, "-c", DEAF_PARENT, process.execPath, TALKATIVE], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await talk(Number(await new Output(parent.stdout).line()), REQUEST_COUNT);
    await parent.stdin.end();
    await parent.exited;
  });
});

describe.skipIf(process.platform !== "linux")("the log's descriptor", () => {
  const KINDS: readonly [kind: string, command: readonly string[]][] = [
    ["a socket", []],
    ["a pipe", ["sh", "-c", '{ "$@" 2>&1 >&3 3>&- | cat >/dev/null; } 3>&1', "sh"]],
  ];
  test.each(KINDS)("is there before the first line, where standard error is %s", async (_kind, command) => {
    const program = `
      import { readdirSync, readlinkSync } from "node:fs";
      import { BaseHTTPRequestHandler, HTTPServer } from ${JSON.stringify(INDEX)};
      class Handler extends BaseHTTPRequestHandler {
        do_GET() {
          const log = readlinkSync("/proc/self/fd/2");
          const isLog = (fd) => {
            try {
              return readlinkSync("/proc/self/fd/" + fd) === log;
            } catch {
              return false;
            }
          };
          const count = () => readdirSync("/proc/self/fd").filter(isLog).length;
          const before = count();
          this.log_message("the first line");
          setImmediate(() => {
            console.log(count() - before);
            process.exit(0);
          });
        }
      }
      const server = new HTTPServer(["127.0.0.1", 0], Handler);
      void server.serve_forever();
      await fetch(server.url).catch(() => {});
    `;
    await using child = Bun.spawn([...command, process.execPath, "-e", program], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect((await child.stdout.text()).trim()).toBe("0");
  });
});

describe.skipIf(process.platform === "win32")("no standard error at all", () => {
  test("does not make the log go to a client, or anywhere", async () => {
    await using child = Bun.spawn(["sh", "-c", 'exec "$@" 2>&-', "sh", process.execPath, TALKATIVE], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const port = Number(await new Output(child.stdout).line());
    const raw = await exchange(port, request("GET /1 HTTP/1.1").repeat(3));
    expect(raw).not.toContain("127.0.0.1 - -");
    expect(raw.split("served").length - 1).toBe(3);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  });
});

describe("a client that would write into the log", () => {
  /** A line that somebody would like to have in it. */
  const FORGED = '127.0.0.1 - - [22/Nov/2026 07:12:15] "GET /forged HTTP/1.1" 200 -';

  const TEXTS: readonly [name: string, text: string][] = [
    ["CR LF", `\r\n${FORGED}`],
    ["LF", `\n${FORGED}`],
    ["CR", `\r${FORGED}`],
    ["VT and FF", `\v\f${FORGED}`],
    ["a line separator", `\u2028${FORGED}`],
    ["a paragraph separator", `\u2029${FORGED}`],
    ["NEL", `\x85${FORGED}`],
    ["an escape sequence", "\x1b[2J\x1b[31m"],
    ["an 8-bit escape sequence", "\x9b2J"],
    ["an operating system command", "\x1b]0;title\x07"],
    ["BS and DEL", "\b\b\b\x7f"],
    ["NUL", "\0"],
    ["what turns the direction of writing", "\u202e\u2066"],
  ];

  let laboratory: Laboratory;
  beforeAll(() => {
    laboratory = new Laboratory(TALKATIVE);
  });
  afterAll(() => laboratory[Symbol.asyncDispose]());

  async function logOf(bytes: string): Promise<string> {
    await using patient = await laboratory.start("talkative");
    await exchange(patient.port, bytes);
    await patient.settled();
    return await patient.log();
  }

  // Whatever a terminal obeys, and whatever ends a line, but for the line feeds that are ours.
  const HARMFUL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

  for (const [name, text] of TEXTS) {
    test(`by ${name} gets it there in a visible form, on the line that it belongs to`, async () => {
      const path = `/${encodeURIComponent(text)}`;
      // What a field's value can hold at all.
      const visible = Buffer.from(text.replace(/[^\x80-\xff]/g, ""), "latin1").toString("latin1");
      const fields = [`X-Text: ${visible}`, `X-Forwarded-For: 192.0.2.9${visible}`];
      const log = await logOf(
        request(`GET ${path} HTTP/1.1`, fields) +
          request(`GET ${path} HTTP/1.1`, [...fields, "X-Throw: yes"]) +
          request(`${text} HTTP/1.1`, fields),
      );
      expect(log).not.toMatch(HARMFUL);
      expect(log).not.toMatch(/^127\.0\.0\.1 - - .*"GET \/forged/m);
      expect(log).toContain("message /");
      expect(log).toContain("error /");
      expect(log).toContain("Exception occurred");
    });
  }

  test("by its method or version gets nothing there but what can be seen", async () => {
    for (const [, text] of TEXTS) {
      const line = Buffer.from(`GET${text} /x HTTP/1.1`).toString("latin1");
      const log = await logOf(`${line}\r\n\r\n`);
      expect(log).not.toMatch(HARMFUL);
      expect(log).not.toMatch(/^127\.0\.0\.1 - - \[[^\]]*\] "GET \/forged/m);
    }
  });

  test("is answered as ever", async () => {
    await using patient = await laboratory.start("talkative");
    expect(decodeResponse(await exchange(patient.port, request())).body).toBe("served");
  });
});
