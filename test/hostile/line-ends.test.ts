/** Line ends (RFC 9112 2.2): CRLF and nothing else, so that nobody can see a line where another sees none. */

import { describe, test } from "bun:test";
import { accepted, byteName, cut, EVERY_BYTE, refused, type WireCase, withFields } from "./support/cases.ts";
import { Wire } from "./support/wire.ts";

const wire = new Wire();

const LINE = "GET / HTTP/1.1\r\n";
const HEAD = "GET / HTTP/1.1\r\nHost: test\r\n";

wire.testEach("bare LF is refused", [
  refused("before a request", `\n${withFields("")}`),
  refused("behind an empty line", `\r\n\n${withFields("")}`),
  refused("behind the request line", "GET / HTTP/1.1\nHost: test\r\n\r\n"),
  refused("behind a field line", `${LINE}Host: test\n\r\n`),
  refused("behind a field line that frames", `${HEAD}Content-Length: 5\n\r\nhello`),
  refused("behind an empty value", `${HEAD}X:\n\r\n`),
  refused("in a value, before a field that frames", `${HEAD}X: a\nTransfer-Encoding: chunked\r\n\r\n`),
  refused("in a name", `${HEAD}X\nY: a\r\n\r\n`),
  refused("for the empty line", `${HEAD}\n`),
  refused("for the empty line, with a request behind it", `${HEAD}\nGET /smuggled HTTP/1.1\r\n\r\n`),
  refused("for every line end", "GET / HTTP/1.1\nHost: test\n\n"),
  refused("for the last two line ends", "GET / HTTP/1.1\r\nHost: test\n\n"),
  refused(
    "for the last two line ends, with a request behind them",
    "GET / HTTP/1.1\r\nHost: test\n\nGET /smuggled HTTP/1.1\r\n\r\n",
  ),
  refused("with CR behind it", "GET / HTTP/1.1\n\rHost: test\n\r\n\r"),
]);

wire.testEach("bare CR is refused", [
  refused("before a request", `\r${withFields("")}`),
  refused("behind the request line", "GET / HTTP/1.1\rHost: test\r\n\r\n"),
  refused(
    "in the request line, before a field",
    "GET / HTTP/1.1\rTransfer-Encoding: chunked\r\nHost: x\r\n\r\n",
  ),
  refused("behind a field line", `${LINE}Host: test\rX: a\r\n\r\n`),
  refused("in a value, before a field that frames", `${HEAD}X: a\rContent-Length: 5\r\n\r\n`),
  refused("in a value, before a blank", `${HEAD}X: a\r b\r\n\r\n`),
  refused("at the end of a value", `${HEAD}X: a\r\r\n\r\n`),
  refused("at the beginning of a value", `${HEAD}X:\ra\r\n\r\n`),
  refused("in a name", `${HEAD}X\rY: a\r\n\r\n`),
  refused("before a name", `${HEAD}\rX: a\r\n\r\n`),
  refused("for every line end", "GET / HTTP/1.1\rHost: test\r\r"),
  refused("in Host", "GET / HTTP/1.1\r\nHost: te\rst\r\n\r\n"),
]);

wire.testEach("what is nearly the end of a head is refused:", [
  refused("CRLF CR X", `${HEAD}\rX`),
  refused("CRLF CR and a request", `${HEAD}\rGET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n`),
  refused("CRLF CR and a field that frames", `${HEAD}\rTransfer-Encoding: chunked\r\n\r\n`),
  refused("CR CR LF LF", "GET / HTTP/1.1\r\nHost: test\r\r\n\n"),
  refused("CR CR LF for the empty line", `${HEAD}\r\r\n`),
  refused("CRLF CR CR", `${HEAD}\r\r`),
  refused("LF CR LF", "GET / HTTP/1.1\r\nHost: test\n\r\n"),
  refused("CRLF LF", `${HEAD}\n\r\n`),
  refused("CRLF SP CRLF", `${HEAD} \r\n\r\n`),
  refused("CRLF NUL CRLF", `${HEAD}\0\r\n`),
]);

wire.testEach("empty lines before a request are skipped:", [
  accepted("one before the first", `\r\n${withFields("")}`, "GET /"),
  accepted("one between two", `${withFields("")}\r\n${withFields("")}`, "GET /", "GET /"),
  accepted("two behind a body, as old browsers sent", post("\r\n\r\n"), "POST / hello"),
  accepted("sixteen", `${"\r\n".repeat(16)}${withFields("")}`, "GET /"),
  refused("not seventeen", `${"\r\n".repeat(17)}${withFields("")}`),
  refused("not two megabytes of them", "\r\n".repeat(1_000_000)),
  cut("and nothing is answered to them alone", "\r\n\r\n", []),
  cut("but half of one is a request cut short", "\r", [400]),
]);

describe("each of the 256 bytes", () => {
  const LINES: readonly (readonly [line: string, before: string, after: string])[] = [
    ["the request line", "GET / HTTP/1.1", "Host: test\r\n\r\n"],
    ["a field line", `${LINE}Host: test`, "\r\n"],
    ["a field line without a value", `${HEAD}X:`, "\r\n"],
    ["the last field line", `${HEAD}X: y`, "\r\n"],
    ["the empty line", HEAD, ""],
    ["an empty line before the request", "", withFields("")],
  ];

  test.each([...LINES])("is refused for the CR of %s, unless it is one", async (_line, before, after) => {
    await wire.checkAll(EVERY_BYTE.map((char) => lineEnd(char, "\r", `${before}${char}\n${after}`)));
  });

  test.each([...LINES])("is refused for the LF of %s, unless it is one", async (_line, before, after) => {
    await wire.checkAll(EVERY_BYTE.map((char) => lineEnd(char, "\n", `${before}\r${char}${after}`)));
  });
});

function lineEnd(char: string, expected: string, bytes: string): WireCase {
  return char === expected ? accepted(byteName(char), bytes, "GET /") : refused(byteName(char), bytes);
}

function post(behind: string): string {
  return `POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello${behind}`;
}
