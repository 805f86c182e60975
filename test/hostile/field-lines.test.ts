/** Field lines (RFC 9112 5): a name, a colon, a value. No line ever becomes another field, or a part of one. */

import { describe, test } from "bun:test";
import { accepted, byteName, cut, EVERY_BYTE, refused, type WireCase, withFields } from "./support/cases.ts";
import { Wire } from "./support/wire.ts";

const wire = new Wire();

const lines = (name: string, text: string): WireCase => refused(name, withFields(text));

wire.testEach("whitespace before the colon is refused:", [
  lines("a space", "X : a\r\n"),
  lines("a tab", "X\t: a\r\n"),
  lines("a space in Content-Length's line", "Content-Length : 5\r\n"),
  lines("a space in Transfer-Encoding's line", "Transfer-Encoding : chunked\r\n"),
  lines("a tab in Transfer-Encoding's line", "Transfer-Encoding\t: chunked\r\n"),
  refused("a space in Host's line", "GET / HTTP/1.1\r\nHost : test\r\n\r\n"),
  refused("a space in Host's line, beside a good one", "GET / HTTP/1.1\r\nHost: a\r\nHost : b\r\n\r\n"),
  lines("VT in Content-Length's line", "Content-Length\v: 5\r\n"),
  lines("FF in Transfer-Encoding's line", "Transfer-Encoding\f: chunked\r\n"),
  lines("NUL in Transfer-Encoding's line", "Transfer-Encoding\0: chunked\r\n"),
  lines("NBSP in Transfer-Encoding's line", "Transfer-Encoding\xa0: chunked\r\n"),
  lines("NEL in Content-Length's line", "Content-Length\x85: 5\r\n"),
]);

wire.testEach("whitespace before the first field is refused:", [
  refused("a space", "GET / HTTP/1.1\r\n Host: test\r\n\r\n"),
  refused("a tab", "GET / HTTP/1.1\r\n\tHost: test\r\n\r\n"),
  refused("a blank line", "GET / HTTP/1.1\r\n \r\nHost: test\r\n\r\n"),
  refused("before Content-Length", "POST / HTTP/1.1\r\n Content-Length: 34\r\nHost: test\r\n\r\n"),
  refused("before Transfer-Encoding", "POST / HTTP/1.1\r\n Transfer-Encoding: chunked\r\nHost: test\r\n\r\n"),
  refused("NBSP", "GET / HTTP/1.1\r\n\xa0Host: test\r\n\r\n"),
]);

wire.testEach("folding is refused:", [
  lines("by a space", "X: a\r\n b\r\n"),
  lines("by a tab", "X: a\r\n\tb\r\n"),
  lines("behind an empty value", "X:\r\n a\r\n"),
  lines("by a line of blanks", "X: a\r\n \r\n"),
  lines("in Content-Length", "Content-Length:\r\n 5\r\n"),
  lines("in the middle of Content-Length", "Content-Length: 1\r\n 0\r\n"),
  lines("in Transfer-Encoding", "Transfer-Encoding:\r\n chunked\r\n"),
  lines("behind Transfer-Encoding's comma", "Transfer-Encoding: gzip,\r\n chunked\r\n"),
  lines("that hides a field that frames", "X: a\r\n Transfer-Encoding: chunked\r\n"),
  refused("in Host", "GET / HTTP/1.1\r\nHost: te\r\n st\r\n\r\n"),
  refused("behind Host", "GET / HTTP/1.1\r\nHost: test\r\n Content-Length: 5\r\n\r\n"),
]);

wire.testEach("a line is refused that", [
  lines("has no colon", "X\r\n"),
  lines("is a name split in two", "Content Length: 5\r\n"),
  lines("is another request line", "GET /smuggled HTTP/1.1\r\n"),
  lines("has no name", ": a\r\n"),
  lines("is a colon alone", ":\r\n"),
  lines("has two colons and no name", "::\r\n"),
  lines("has an equals sign for the colon", "X=a\r\n"),
  lines("has a name in quotes", '"X": a\r\n'),
  lines("has a name in brackets", "[X]: a\r\n"),
  lines("has a name with a slash", "X/Y: a\r\n"),
  lines("has a name with a comma", "X,Y: a\r\n"),
  lines("has a name with NUL in it", "X\0Y: a\r\n"),
  lines("has a name with NUL before it", "\0Content-Length: 5\r\n"),
  lines("has a name with DEL in it", "X\x7f: a\r\n"),
  lines("has a name with CR in it", "X\rY: a\r\n"),
  lines("has a name with obs-text in it", "X\xe9: a\r\n"),
  lines("has a byte order mark before its name", "\xef\xbb\xbfContent-Length: 5\r\n"),
  lines("has a Kelvin sign for a k in its name", "\xe2\x84\xaaeep-Alive: 5\r\n"),
  lines("has a long s for an s in its name", "Tran\xc5\xbffer-Encoding: chunked\r\n"),
  lines("has NUL in its value", "X: a\0b\r\n"),
  lines("has NUL before its value", "X:\0a\r\n"),
  lines("has NUL behind its value", "X: a\0\r\n"),
  lines("has NUL behind a value that frames", "Content-Length: 5\0\r\n"),
  lines("has BEL in its value", "X: \x07\r\n"),
  lines("has VT in its value", "X: a\vb\r\n"),
  lines("has FF in its value", "X: a\fb\r\n"),
  lines("has ESC in its value", "X: \x1b[2J\r\n"),
  lines("has DEL in its value", "X: \x7f\r\n"),
]);

wire.testEach("a line is taken that", [
  accepted("has no value", withFields("X:\r\n"), "GET /"),
  accepted("has blanks for a value", withFields("X: \t \r\n"), "GET /"),
  accepted("has tabs in its value", withFields("X:\ta\tb\t\r\n"), "GET /"),
  accepted("has obs-text in its value", withFields("X: \x80\xa0\xff\r\n"), "GET /"),
  accepted("has colons in its value", withFields("X: :a: b:\r\n"), "GET /"),
  accepted("has every token byte in its name", withFields("!#$%&'*+-.^_`|~09AZaz: a\r\n"), "GET /"),
  accepted(
    "looks like a request line with a colon",
    withFields("GET/: /smuggled HTTP/1.1\r\n").replace("/:", ":"),
    "GET /",
  ),
  accepted("is repeated", withFields("X: a\r\nX: a\r\nx: b\r\n"), "GET /"),
  ...["__proto__", "constructor", "toString", "hasOwnProperty"].map((name) =>
    accepted(`is called ${name}`, withFields(`${name}: a\r\n`), "GET /"),
  ),
]);

wire.testEach("a field frames nothing that is called", [
  ...["Content_Length", "Content-Lengths", "Content-Lengt", "ContentLength", "X-Content-Length"].map((name) =>
    accepted(name, withFields(`${name}: 40\r\n`), "GET /"),
  ),
  ...["Transfer_Encoding", "Transfer-Encodings", "TransferEncoding", "X-Transfer-Encoding", "TE"].map(
    (name) => accepted(name, withFields(`${name}: chunked\r\n`), "GET /"),
  ),
]);

wire.testEach("a head that is cut short is no request, and nothing acts on it before:", [
  cut("in a name", "GET / HTTP/1.1\r\nHos", [400]),
  cut("behind a name", "GET / HTTP/1.1\r\nHost", [400]),
  cut("behind a colon", "GET / HTTP/1.1\r\nHost:", [400]),
  cut("in a value", "GET / HTTP/1.1\r\nHost: te", [400]),
  cut("before a line feed", "GET / HTTP/1.1\r\nHost: test\r", [400]),
  cut("behind a line", "GET / HTTP/1.1\r\nHost: test\r\n", [400]),
  cut("before its last byte", "GET / HTTP/1.1\r\nHost: test\r\n\r", [400]),
  cut(
    "before the body that it expects to be asked for",
    "POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n",
    [400],
  ),
]);

describe("each of the 256 bytes", () => {
  const places: readonly (readonly [where: string, line: (char: string) => string, allowed: RegExp])[] = [
    ["in a name unless it is a token's", (char) => `X${char}Y: a\r\n`, /[!#$%&'*+.^_`|~0-9A-Za-z:-]/],
    ["before a name unless it is a token's", (char) => `${char}X: a\r\n`, /[!#$%&'*+.^_`|~0-9A-Za-z-]/],
    [
      "behind a name unless it is a token's or the colon",
      (char) => `X${char}: a\r\n`,
      /[!#$%&'*+.^_`|~0-9A-Za-z:-]/,
    ],
    [
      "in a value unless it is visible, a blank or obs-text",
      (char) => `X: a${char}b\r\n`,
      /[\t -~\x80-\xff]/,
    ],
    [
      "before a value unless it is visible, a blank or obs-text",
      (char) => `X:${char}b\r\n`,
      /[\t -~\x80-\xff]/,
    ],
    [
      "behind a value unless it is visible, a blank or obs-text",
      (char) => `X: a${char}\r\n`,
      /[\t -~\x80-\xff]/,
    ],
  ];

  test.each([...places])("is refused %s", async (_where, line, allowed) => {
    await wire.checkAll(
      EVERY_BYTE.map((char) => {
        const bytes = withFields(line(char));
        return allowed.test(char) ? accepted(byteName(char), bytes, "GET /") : refused(byteName(char), bytes);
      }),
    );
  });
});
