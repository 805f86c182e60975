import { expect, test } from "bun:test";
import { connect } from "node:net";
import {
  ADVERSARIAL_BODIES,
  ADVERSARIAL_HEADS,
  ANSWERS,
  browserRequests,
  CHUNKED_BODIES,
  DATES,
  DOTFILE_TARGETS,
  FILE_NAMES,
  HOSTILE_FILE_NAMES,
  HOSTILE_TARGETS,
  NO_DATES,
  postRequest,
  REFUSED_HEADS,
  REQUEST_HEADS,
  TARGETS,
  UNSENDABLE_FIELDS,
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
  async (_, { bytes }) => {
    expect(await answerTo(bytes)).toEqual(["HTTP/1.1 200 OK", '["GET",0]']);
  },
);

test.each(Object.entries({ ...CHUNKED_BODIES, ...ADVERSARIAL_BODIES }))(
  'the chunked body "%s" decodes to the stated length at an independent server',
  async (_, { bytes, payloadBytes }) => {
    const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const answer = await answerTo(Buffer.concat([Buffer.from(head), bytes]));
    expect(answer).toEqual(["HTTP/1.1 200 OK", `["POST",${payloadBytes}]`]);
  },
);

test.each(Object.entries({ ...REQUEST_HEADS, ...ADVERSARIAL_HEADS }))(
  'the head "%s" is one whole head with as many fields as it says',
  (_, { bytes, fieldCount }) => {
    const text = Buffer.from(bytes).toString("latin1");
    expect(text.indexOf("\r\n\r\n")).toBe(text.length - 4);
    expect(text.split("\r\n")).toHaveLength(1 + fieldCount + 2);
  },
);

test("a refused head holds a NUL near its end and nowhere else", () => {
  const { bytes, refusedAt } = REFUSED_HEADS["NUL at the end of a browser's request"]!;
  expect(bytes.indexOf(0)).toBe(refusedAt);
  expect(bytes.lastIndexOf(0)).toBe(refusedAt);
});

test("dates stand for the same instant in all three forms, as the engine reads them", () => {
  for (const { epochSeconds, imfFixdate, rfc850Date, asctimeDate } of DATES) {
    const read = [imfFixdate, rfc850Date, `${asctimeDate} GMT`].map((text) => Date.parse(text) / 1000);
    expect(read).toEqual([epochSeconds, epochSeconds, epochSeconds]);
  }
});

test.each(Object.entries(TARGETS))('the targets "%s" stand for what a URL makes of them', (_, targets) => {
  for (const [target, path] of targets) {
    const { pathname } = new URL(target, "http://a");
    expect(decodeURIComponent(pathname).replaceAll("//", "/")).toBe(path);
  }
});

/** The sets that have many inputs of a kind. */
const SETS: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  TARGETS,
  HOSTILE_TARGETS,
  DOTFILE_TARGETS,
  FILE_NAMES,
  HOSTILE_FILE_NAMES,
  ANSWERS,
  UNSENDABLE_FIELDS,
  NO_DATES,
  DATES: { dates: DATES },
};

test.each(Object.entries(SETS))("no two inputs of a kind are the same in %s", (_, kinds) => {
  for (const inputs of Object.values(kinds)) {
    expect(new Set(inputs.map((input) => JSON.stringify(input))).size).toBe(inputs.length);
  }
});

test.each(Object.entries(ANSWERS))(
  'the answers "%s" declare no other length than that of their body',
  (_, answers) => {
    for (const { fields, body } of answers) {
      const lengths = fields.filter(([name]) => name === "Content-Length").map(([, value]) => Number(value));
      expect([[], [Buffer.byteLength(body)]]).toContainEqual(lengths);
    }
  },
);

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
