/** Chunked bodies (RFC 9112 7.1): what is not exactly a chunk ends the connection, and what follows is never run. */

import { describe, expect, test } from "bun:test";
import { exchange } from "../support/client.ts";
import { decodeResponses } from "../support/decode.ts";
import { observe } from "../support/observed-server.ts";
import { accepted, byteName, chunked, cut, EVERY_BYTE, refused, type WireCase } from "./support/cases.ts";
import { Wire } from "./support/wire.ts";

const wire = new Wire();

const BROKEN = "POST / (broken)";

const bad = (name: string, body: string, status = 400): WireCase =>
  refused(name, chunked(body), status, [BROKEN]);
const size = (name: string, text: string, status = 400): WireCase =>
  bad(name, `${text}\r\nhello\r\n0\r\n\r\n`, status);
const good = (name: string, body: string, decoded: string): WireCase =>
  accepted(name, chunked(body), decoded === "" ? "POST /" : `POST / ${decoded}`);

wire.testEach("a chunk size is refused that is", [
  size("missing", ""),
  size("missing before an extension", ";a=b"),
  size("a sign and a digit", "+5"),
  size("negative", "-5"),
  size("minus zero", "-0"),
  size("with 0x", "0x5"),
  size("with 0X", "0X5"),
  size("with an h", "5h"),
  size("with an underscore", "0_5"),
  size("with a point", "5.0"),
  size("with a comma", "5,"),
  size("in quotes", '"5"'),
  size("a letter past F", "g"),
  size("behind a space", " 5"),
  size("behind a tab", "\t5"),
  size("around a space", "0 5"),
  size("before a space", "5 "),
  size("before a tab", "5\t"),
  size("before a space and an extension", "5 ;a"),
  size("before NUL", "5\0"),
  size("before VT", "5\v"),
  size("before NBSP", "5\xa0"),
  size("an extension without its semicolon", "5 a=b"),
  size("a fullwidth digit", "\xef\xbc\x95"),
  size("of 17 digits, most of them zeros", "00000000000000005"),
  size("of 60 zeros", "0".repeat(60)),
  size("2^31 + 5", "80000005", 413),
  size("2^32 + 5", "100000005", 413),
  size("2^53 + 5", "20000000000005", 413),
  size("2^61 + 5", "2000000000000005", 413),
  size("2^63 + 5", "8000000000000005", 413),
  size("2^64 - 1", "FFFFFFFFFFFFFFFF", 413),
  size("2^64 + 5", "10000000000000005", 413),
  size("100 digits", "f".repeat(100), 413),
]);

wire.testEach("a line of chunks is refused that ends with", [
  bad("LF behind the size", "5\nhello\r\n0\r\n\r\n"),
  bad("CR behind the size", "5\rhello\r\n0\r\n\r\n"),
  bad("CR CR LF behind the size", "5\r\r\nhello\r\n0\r\n\r\n"),
  bad("CR CR and an extension behind the size", "5\r\r;a\r\nhello\r\n0\r\n\r\n"),
  bad("LF behind the data", "5\r\nhello\n0\r\n\r\n"),
  bad("CR behind the data", "5\r\nhello\r0\r\n\r\n"),
  bad("CR CR LF behind the data", "5\r\nhello\r\r\n0\r\n\r\n"),
  bad("LF CR behind the data", "5\r\nhello\n\r0\r\n\r\n"),
  bad("nothing behind the data", "5\r\nhello0\r\n\r\n"),
  bad("LF behind the last size", "0\n\r\n"),
  bad("CR behind the last size", "0\r\r\n"),
  bad("LF for the empty line", "0\r\n\n"),
  bad("CR CR LF for the empty line", "0\r\n\r\r\n"),
  bad("LF for all of them", "5\nhello\n0\n\n"),
]);

wire.testEach("an extension is refused that", [
  bad("has LF in it (TERM.EXT)", "5;\nhello\r\n0\r\n\r\n"),
  bad("has LF behind its name (TERM.EXT)", "5;a\nhello\r\n0\r\n\r\n"),
  bad("has LF behind its value", "5;a=b\nhello\r\n0\r\n\r\n"),
  bad("has LF in quotes", '5;a="\n"\r\nhello\r\n0\r\n\r\n'),
  bad("has CR in it", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
  bad("has CR in quotes", '5;a="\r"\r\nhello\r\n0\r\n\r\n'),
  bad("has CRLF in quotes", '5;a="\r\n"\r\nhello\r\n0\r\n\r\n'),
  bad("has CRLF behind a backslash", '5;a="\\\r\n"\r\nhello\r\n0\r\n\r\n'),
  bad("follows LF (EXT.TERM)", "5\n;a\r\nhello\r\n0\r\n\r\n"),
  bad("follows CR", "5\r;a\r\nhello\r\n0\r\n\r\n"),
  bad("is a semicolon alone", "5;\r\nhello\r\n0\r\n\r\n"),
  bad("is two semicolons", "5;;a\r\nhello\r\n0\r\n\r\n"),
  bad("ends with a semicolon", "5;a;\r\nhello\r\n0\r\n\r\n"),
  bad("has no name", "5;=b\r\nhello\r\n0\r\n\r\n"),
  bad("has no value behind its equals sign", "5;a=\r\nhello\r\n0\r\n\r\n"),
  bad("has a bracket for a name", "5;[\r\nhello\r\n0\r\n\r\n"),
  bad("has NUL in it", "5;a\0\r\nhello\r\n0\r\n\r\n"),
  bad("has NUL in quotes", '5;a="\0"\r\nhello\r\n0\r\n\r\n'),
  bad("has DEL in it", "5;a=\x7f\r\nhello\r\n0\r\n\r\n"),
  bad("has quotes that do not end", '5;a="b\r\nhello\r\n0\r\n\r\n'),
  bad("has something behind its quotes", '5;a="b"c\r\nhello\r\n0\r\n\r\n'),
  bad("has a blank in it", "5; a\r\nhello\r\n0\r\n\r\n"),
  bad("has a blank around its equals sign", "5;a = b\r\nhello\r\n0\r\n\r\n"),
  bad("stands at the last chunk and has LF in it", "0;a\n\r\n"),
  bad("is longer than 16 KiB", `5;${"a".repeat(16 * 1024)}\r\nhello\r\n0\r\n\r\n`, 413),
  bad("is one of many that are longer than 16 KiB together", "1;aaaaaaa\r\nx\r\n".repeat(2049), 413),
]);

wire.testEach("data is refused that is", [
  bad("longer than its size", "5\r\nhelloworld\r\n0\r\n\r\n"),
  bad("longer by one byte", "5\r\nhello!\r\n0\r\n\r\n"),
  bad("longer by CRLF (SPILL)", "5\r\nhello\r\n\r\n0\r\n\r\n"),
  bad("longer by one byte behind which the lines fit (SPILL)", "5\r\nhelloX\n0\r\n\r\n"),
  bad("shorter by one byte", "6\r\nhello\r\n0\r\n\r\n"),
  bad("shorter by two bytes, so that its CRLF is data", "7\r\nhello\r\n0\r\n\r\n"),
]);

wire.testEach("the last chunk is refused with", [
  bad("another byte behind it", "0\r\nX"),
  bad("two bytes for its CRLF", "0\r\nXX"),
  bad("data and its CRLF behind it", "0\r\nhello\r\n\r\n"),
  bad("a request in place of its trailers", "0\r\nGET /hidden HTTP/1.1\r\nHost: hidden\r\n\r\n"),
  bad("a request of HTTP/0.9 in place of its trailers", "0\r\nGET /hidden\r\n\r\n"),
  bad("another chunk in place of its trailers", "0\r\n5\r\nhello\r\n0\r\n\r\n"),
  bad("CR and a request", "0\r\n\rGET /hidden HTTP/1.1\r\nHost: hidden\r\n\r\n"),
]);

wire.testEach("a trailer is refused that", [
  bad("has no colon", "0\r\nX\r\n\r\n"),
  bad("has no name", "0\r\n: a\r\n\r\n"),
  bad("has a space before its colon", "0\r\nX : a\r\n\r\n"),
  bad("has a space before its name", "0\r\n X: a\r\n\r\n"),
  bad("is folded", "0\r\nX: a\r\n b\r\n\r\n"),
  bad("has NUL in its name", "0\r\nX\0: a\r\n\r\n"),
  bad("has NUL in its value", "0\r\nX: \0\r\n\r\n"),
  bad("has bare LF behind it", "0\r\nX: a\n\r\n"),
  bad("has bare CR in it", "0\r\nX: a\rb\r\n\r\n"),
  bad("is longer than 16 KiB", `0\r\nX: ${"a".repeat(16 * 1024)}\r\n\r\n`, 431),
  bad("is the hundred and first", `0\r\n${"X: a\r\n".repeat(101)}\r\n`, 431),
]);

wire.testEach("a chunked body is taken", [
  good("of no bytes", "0\r\n\r\n", ""),
  good("of one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello"),
  good("of several", "1\r\nh\r\n3\r\nell\r\n1\r\no\r\n0\r\n\r\n", "hello"),
  good("of sizes in either case", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "0123456789".repeat(2)),
  good("of sizes with leading zeros", "005\r\nhello\r\n000\r\n\r\n", "hello"),
  good("of a size of 16 digits", "0000000000000005\r\nhello\r\n0\r\n\r\n", "hello"),
  good("of what looks like chunks", "8\r\n0\r\n\r\n0\r\n\r\n0\r\n\r\n", "0\r\n\r\n0\r\n"),
  good(
    "of what looks like a request",
    "16\r\nGET / HTTP/1.1\r\nX: y\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nX: y\r\n",
  ),
  good("with an extension", "5;a\r\nhello\r\n0\r\n\r\n", "hello"),
  good("with an extension and a value", "5;a=b;c=d\r\nhello\r\n0;e\r\n\r\n", "hello"),
  good("with quotes around what looks like a line's end", '5;a=";\\"\\\\ 0"\r\nhello\r\n0\r\n\r\n', "hello"),
  good("with trailers", "5\r\nhello\r\n0\r\nX: a\r\nY:\r\n\r\n", "hello"),
  good(
    "with a trailer that is called like a length",
    "5\r\nhello\r\n0\r\nContent-Length: 40\r\n\r\n",
    "hello",
  ),
  good(
    "with a trailer that is called like a coding",
    "5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "hello",
  ),
  good(
    "with a trailer that is called like a host",
    "5\r\nhello\r\n0\r\nHost: other\r\nHost: more\r\n\r\n",
    "hello",
  ),
  good("with a trailer that would close", "5\r\nhello\r\n0\r\nConnection: close\r\n\r\n", "hello"),
]);

wire.testEach("a chunked body that is cut short is never complete:", [
  cut("before its first byte", chunked(""), [400], BROKEN),
  cut("in a size", chunked("5"), [400], BROKEN),
  cut("behind a size", chunked("5\r\n"), [400], BROKEN),
  cut("in its data", chunked("5\r\nhel"), [400], BROKEN),
  cut("behind its data", chunked("5\r\nhello"), [400], BROKEN),
  cut("between chunks", chunked("5\r\nhello\r\n"), [400], BROKEN),
  cut("behind the last size", chunked("5\r\nhello\r\n0\r\n"), [400], BROKEN),
  cut("in a trailer", chunked("5\r\nhello\r\n0\r\nX: a"), [400], BROKEN),
  cut("before its last byte", chunked("5\r\nhello\r\n0\r\n\r"), [400], BROKEN),
]);

describe("trailers", () => {
  test("are kept apart from the fields, whatever they are called (RFC 9110 6.5.1)", async () => {
    const seen: unknown[] = [];
    await using server = observe(async (handler) => {
      await handler.rfile.read();
      const fields = ["Host", "Content-Length", "Cookie"].map((name) => handler.headers.get(name));
      seen.push([...fields, handler.rfile.trailers]);
      handler.send_response(204);
      handler.end_headers();
    });
    const trailers = "Host: evil\r\nContent-Length: 5\r\nCookie: admin=1\r\n";
    const bytes = chunked(`5\r\nhello\r\n0\r\n${trailers}\r\n`);
    expect(decodeResponses(await exchange(server.port, bytes + bytes)).map(({ status }) => status)).toEqual([
      204, 204,
    ]);
    const expected = [
      "test",
      null,
      null,
      [
        ["Host", "evil"],
        ["Content-Length", "5"],
        ["Cookie", "admin=1"],
      ],
    ];
    expect(seen).toEqual([expected, expected]);
  });
});

describe("each of the 256 bytes", () => {
  const NONE = /(?!)/;
  const places: readonly (readonly [where: string, body: (char: string) => string, allowed: RegExp])[] = [
    ["before a size, unless it is zero", (char) => `${char}5\r\nhello\r\n0\r\n\r\n`, /0/],
    ["behind a size", (char) => `5${char}\r\nhello\r\n0\r\n\r\n`, NONE],
    ["for the CR behind a size", (char) => `5${char}\nhello\r\n0\r\n\r\n`, /\r/],
    ["for the LF behind a size", (char) => `5\r${char}hello\r\n0\r\n\r\n`, /\n/],
    ["for the CR behind the data", (char) => `5\r\nhello${char}\n0\r\n\r\n`, /\r/],
    ["for the LF behind the data", (char) => `5\r\nhello\r${char}0\r\n\r\n`, /\n/],
    ["for the CR of the empty line", (char) => `5\r\nhello\r\n0\r\n${char}\n`, /\r/],
    ["for the LF of the empty line", (char) => `5\r\nhello\r\n0\r\n\r${char}`, /\n/],
    [
      "in an extension, unless it is a token's, a semicolon or an equals sign",
      (char) => `5;a${char}b\r\nhello\r\n0\r\n\r\n`,
      /[!#$%&'*+.^_`|~0-9A-Za-z;=-]/,
    ],
  ];

  test.each([...places])("is refused %s", async (_where, body, allowed) => {
    await wire.checkAll(
      EVERY_BYTE
        // A digit behind a size makes another one, for which more data would have to come.
        .filter((char) => !/[0-9A-Fa-f]/.test(char) || allowed.test(char) || body(char).startsWith("5\r"))
        .map((char) =>
          allowed.test(char) ? good(byteName(char), body(char), "hello") : bad(byteName(char), body(char)),
        ),
    );
  });
});
