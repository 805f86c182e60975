/** `wfile.sendFile()`: bytes of a file that no handler reads. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import type { BaseHTTPRequestHandler } from "../../src/index.ts";
import { exchange, RawClient } from "../support/client.ts";
import { decodeResponse, decodeResponses } from "../support/decode.ts";
import { observe, realWait, request } from "../support/observed-server.ts";
import { Tree } from "../support/tree.ts";

const SIZE = 10_000_000;
const GET = request();

let tree: Tree;
let content: Buffer;
let fd: number;
beforeAll(() => {
  content = Buffer.alloc(SIZE);
  for (let at = 0; at + 4 <= SIZE; at += 4) content.writeUInt32LE(at, at);
  tree = new Tree({ big: content });
  fd = openSync(tree.path("big"), "r");
});
afterAll(() => {
  closeSync(fd);
  tree[Symbol.dispose]();
});

function begin(handler: BaseHTTPRequestHandler, length: number): void {
  handler.send_response(200);
  handler.send_header("Content-Length", length);
  handler.end_headers();
}

/** Sends the bytes from `start` on as `sendFile()` would have it done. */
async function sendAll(handler: BaseHTTPRequestHandler, start: number, length: number): Promise<void> {
  const { wfile } = handler;
  for (let sent = 0; sent < length;) {
    let count = wfile.sendFile(fd, start + sent, length - sent);
    if (count === 0)
      count = wfile.write(content.subarray(start + sent, Math.min(start + sent + 1000, start + length)));
    sent += count;
    await wfile.flush();
  }
}

const textOf = (start: number, length: number): string => content.toString("latin1", start, start + length);

describe("wfile.sendFile()", () => {
  test("sends what was asked for, behind what was written before", async () => {
    await using server = observe((handler) => {
      begin(handler, 5 + 1000);
      handler.wfile.write("first");
      for (let sent = 0; sent < 1000;) {
        const count = handler.wfile.sendFile(fd, 100 + sent, 1000 - sent);
        sent += count || handler.wfile.write(content.subarray(100 + sent, 1100));
      }
    });
    const responses = decodeResponses(await exchange(server.port, GET + GET));
    expect(responses.map(({ body }) => body)).toEqual(
      Array.from({ length: 2 }, () => `first${textOf(100, 1000)}`),
    );
  });

  test("and write() in turns send a long file whole to a client that stops now and then", async () => {
    await using server = observe(async (handler) => {
      begin(handler, SIZE);
      await sendAll(handler, 0, SIZE);
    });
    await using client = await RawClient.connect(server.port);
    client.send(request("GET / HTTP/1.1", ["Connection: close"]));
    for (let length = 1_000_000; length < SIZE; length += 1_000_000) {
      await client.until((received) => received.length >= length);
      client.pause();
      await realWait();
      client.resume();
    }
    expect(decodeResponse(await client.untilClosed()).body === textOf(0, SIZE)).toBe(true);
  });

  test.each<[what: string, begin: (handler: BaseHTTPRequestHandler) => void, method: string]>([
    [
      "an answer without a declared length",
      (handler) => {
        handler.send_response(200);
        handler.end_headers();
      },
      "GET",
    ],
    ["an answer to HEAD", (handler) => begin(handler, 1000), "HEAD"],
    ["an answer that has no head yet", () => {}, "GET"],
    [
      "a length that has been used up",
      (handler) => {
        begin(handler, 4);
        handler.wfile.write("full");
      },
      "GET",
    ],
  ])("sends nothing in %s", async (_what, prepare, method) => {
    let sent = -1;
    await using server = observe((handler) => {
      prepare(handler);
      sent = handler.wfile.sendFile(fd, 0, 1000);
    });
    await exchange(server.port, request(`${method} / HTTP/1.1`));
    expect(sent).toBe(0);
  });

  test("sends no more than was declared", async () => {
    await using server = observe(async (handler) => {
      begin(handler, 100);
      while (handler.wfile.sendFile(fd, 0, 1000) > 0);
      await handler.wfile.flush();
    });
    const [response] = decodeResponses(await exchange(server.port, GET));
    expect(response?.body).toBe(textOf(0, 100));
  });

  test("sends nothing of a file that has ended, and nothing to a client that has gone", async () => {
    const sent: number[] = [];
    await using server = observe(async (handler) => {
      begin(handler, SIZE);
      sent.push(handler.wfile.sendFile(fd, SIZE, 1000));
      await handler.wfile.flush();
      while (!handler.wfile.closed) await realWait();
      sent.push(handler.wfile.sendFile(fd, 0, 1000));
    });
    const client = await RawClient.connect(server.port);
    client.send(GET);
    await client.until((received) => received.includes("\r\n\r\n"));
    await client[Symbol.asyncDispose]();
    await server.handled(1);
    expect(sent).toEqual([0, 0]);
  });
});
