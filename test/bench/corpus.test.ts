import { expect, test } from "bun:test";
import { connect } from "node:net";
import {
  ADVERSARIAL_HEADS,
  browserRequests,
  CHUNKED_BODIES,
  postRequest,
  REQUEST_HEADS,
} from "../../bench/corpus.ts";
import { readAnswer } from "../../bench/throughput/answer.ts";

/** A server that is none of ours; it answers with what it understood. */
function independentServer(): Bun.Server<undefined> {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => Response.json([request.method, (await request.bytes()).length]),
  });
}

/** The status line that `bytes` get, and the body. */
async function answerTo(bytes: Uint8Array): Promise<[statusLine: string, body: string]> {
  await using server = independentServer();
  const socket = connect(server.port ?? 0, "127.0.0.1");
  socket.write(bytes);
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk]);
    const answer = readAnswer(received);
    if (answer !== undefined) return [answer.statusLine, new TextDecoder().decode(answer.body)];
  }
  throw new Error(`Closed after ${received}`);
}

test.each(Object.entries(REQUEST_HEADS))(
  'the head "%s" is accepted by an independent server',
  async (_, head) => {
    expect(await answerTo(head)).toEqual(["HTTP/1.1 200 OK", '["GET",0]']);
  },
);

test.each(Object.entries(CHUNKED_BODIES))(
  'the chunked body "%s" decodes to the stated length at an independent server',
  async (_, { bytes, payloadBytes }) => {
    const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const answer = await answerTo(Buffer.concat([Buffer.from(head), bytes]));
    expect(answer).toEqual(["HTTP/1.1 200 OK", `["POST",${payloadBytes}]`]);
  },
);

test.each(Object.entries(ADVERSARIAL_HEADS))('the adversarial head "%s" is one whole head', (_, head) => {
  const text = Buffer.from(head).toString("latin1");
  expect(text.indexOf("\r\n\r\n")).toBe(text.length - 4);
});

test("an adversarial head holds a NUL near its end and nowhere else", () => {
  const head = Buffer.from(ADVERSARIAL_HEADS["NUL at the end of a browser's request"] ?? []);
  expect(head.indexOf(0)).toBe(head.length - 5);
  expect(head.indexOf(0)).toBe(head.lastIndexOf(0));
});

test("browserRequests() are about 600 bytes each, and no two have the same path or cookie", () => {
  const requests = browserRequests(1000).map((bytes) => Buffer.from(bytes).toString());
  for (const text of requests) expect(text.length).toBeWithin(580, 620);
  expect(new Set(requests.map((text) => text.split(" ")[1])).size).toBe(1000);
  expect(new Set(requests.map((text) => /^Cookie: (.*)$/m.exec(text)?.[1])).size).toBe(1000);
});

test("browserRequests() are the same in every run", () => {
  expect(browserRequests(3)).toEqual(browserRequests(3));
});

test("postRequest() carries a body with every byte value", async () => {
  const { bytes, body } = postRequest(1024);
  expect(new Set(body).size).toBe(256);
  expect(await answerTo(bytes)).toEqual(["HTTP/1.1 200 OK", '["POST",1024]']);
});
