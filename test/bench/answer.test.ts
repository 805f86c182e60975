import { expect, test } from "bun:test";
import { type Answer, complaint, leastBytes, readAnswer } from "../../bench/throughput/answer.ts";

const DATE = "Date: Mon, 23 Nov 2026 07:38:29 GMT";
const RIGHT = `HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=utf-8\r\n${DATE}\r\nContent-Length: 3\r\n\r\nabc`;
const EXPECTED = { contentType: "text/plain; charset=utf-8", body: Buffer.from("abc") };

function answerOf(text: string): Answer {
  const answer = readAnswer(Buffer.from(text, "latin1"));
  if (answer === undefined) throw new Error("The answer is not whole");
  return answer;
}

test("readAnswer() waits for the last byte of an answer", () => {
  const bytes = Buffer.from(RIGHT);
  for (let end = 0; end < bytes.length; end++) expect(readAnswer(bytes.subarray(0, end))).toBeUndefined();
  expect(readAnswer(bytes)?.byteLength).toBe(bytes.length);
});

test("readAnswer() leaves what follows an answer alone", () => {
  const answer = answerOf(`${RIGHT}HTTP/1.1 500 `);
  expect(answer.byteLength).toBe(RIGHT.length);
  expect(Buffer.from(answer.body).toString()).toBe("abc");
});

test("readAnswer() refuses an answer without a length", () => {
  expect(() => answerOf("HTTP/1.1 200 OK\r\n\r\nabc")).toThrow("without a length");
});

test("readAnswer() takes chunks apart and counts their framing", () => {
  const head = RIGHT.slice(0, RIGHT.indexOf("Content-Length"));
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n`;
  const answer = answerOf(`${chunked}HTTP/1.1 500 `);
  expect(Buffer.from(answer.body).toString()).toBe("abc");
  expect(answer).toMatchObject({ byteLength: chunked.length, isChunked: true });
  expect(readAnswer(Buffer.from(chunked.slice(0, -1)))).toBeUndefined();
});

test("readAnswer() ends an answer without a body with its head, whatever length that tells", () => {
  const head = "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n";
  expect(answerOf(`${head}HTTP/1.1 `).byteLength).toBe(head.length);
});

test("leastBytes() tells how long an answer will be as soon as its head is there", () => {
  expect(leastBytes(Buffer.from(RIGHT).subarray(0, -3))).toBe(RIGHT.length);
  expect(leastBytes(Buffer.from(RIGHT).subarray(0, 20))).toBe(0);
});

test("complaint() finds nothing wrong with what was expected, in HTTP/1.1 and HTTP/1.0", () => {
  expect(complaint(answerOf(RIGHT), EXPECTED)).toBeUndefined();
  expect(complaint(answerOf(RIGHT.replace("HTTP/1.1", "HTTP/1.0")), EXPECTED)).toBeUndefined();
});

test.each([
  ["another status", RIGHT.replace("200 OK", "404 Not Found"), 'status line "HTTP/1.1 404 Not Found"'],
  ["another type", RIGHT.replace("plain", "html"), 'Content-Type "text/html;charset=utf-8"'],
  ["no type", RIGHT.replace("content-type", "x"), 'Content-Type ""'],
  ["no date", RIGHT.replace(DATE, "X: y"), 'Date ""'],
  ["another byte", RIGHT.replace("abc", "abd"), "a wrong body of 3 bytes"],
  ["a byte too few", RIGHT.replace("h: 3\r\n\r\nabc", "h: 2\r\n\r\nab"), "a wrong body of 2 bytes"],
])("complaint() names %s", (_, text, expected) => {
  expect(complaint(answerOf(text), EXPECTED)).toBe(expected);
});

test("complaint() cares for parameters of a type only where some are expected", () => {
  const answer = answerOf(RIGHT);
  expect(complaint(answer, { ...EXPECTED, contentType: "text/plain" })).toBeUndefined();
  expect(complaint(answer, { ...EXPECTED, contentType: "text/plain; charset=latin1" })).toContain(
    "Content-Type",
  );
  expect(complaint(answer, { body: EXPECTED.body })).toBeUndefined();
});

test("complaint() expects another status where it is told to", () => {
  const answer = answerOf(`HTTP/1.1 304 Not Modified\r\n${DATE}\r\n\r\n`);
  const expected = { status: "304 Not Modified", body: new Uint8Array() };
  expect(complaint(answer, expected)).toBeUndefined();
  expect(complaint(answerOf(RIGHT), expected)).toBe('status line "HTTP/1.1 200 OK"');
});

test("complaint() leaves a body to the case where every server has its own", () => {
  const expected = { ...EXPECTED, body: (body: Uint8Array) => `a body of ${body.length}` };
  expect(complaint(answerOf(RIGHT), expected)).toBe("a body of 3");
});
