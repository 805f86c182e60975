import { expect, test } from "bun:test";
import { readChunked } from "../../bench/throughput/chunks.ts";

const CHUNKS = "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";

function read(text: string): { body: string; byteLength: number } | undefined {
  const chunks = readChunked(Buffer.from(text));
  return chunks && { body: Buffer.from(chunks.body).toString(), byteLength: chunks.byteLength };
}

test("readChunked() puts the pieces together and leaves what follows alone", () => {
  expect(read(`${CHUNKS}HTTP/1.1`)).toEqual({ body: "abc0123456789", byteLength: CHUNKS.length });
});

test("readChunked() waits for the last byte", () => {
  for (let end = 0; end < CHUNKS.length; end++) expect(read(CHUNKS.slice(0, end))).toBeUndefined();
});

test.each([
  ["a size that is none", "x\r\nabc\r\n", 'A chunk cannot begin with "x"'],
  ["an extension", "3;a=b\r\nabc\r\n", 'A chunk cannot begin with "3;a=b"'],
  ["a chunk longer than its size", "2\r\nabc\r\n0\r\n\r\n", "A chunk is longer than it says"],
])("readChunked() refuses %s", (_, text, message) => {
  expect(() => read(text)).toThrow(message);
});
