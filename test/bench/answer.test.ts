import { expect, test } from "bun:test";
import { type Answer, complaint, readAnswer } from "../../bench/throughput/answer.ts";

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
