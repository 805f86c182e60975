/** Transfer-Encoding (RFC 9112 6.1, 6.3): `chunked`, alone, in HTTP/1.1. Anything else is no body that two agree on. */

import { describe, test } from "bun:test";
import { accepted, byteName, chunked, EVERY_BYTE, post, refused, type WireCase } from "./support/cases.ts";
import { Wire } from "./support/wire.ts";

const wire = new Wire();

const HELLO = "5\r\nhello\r\n0\r\n\r\n";

const bad = (name: string, coding: string, status = 400): WireCase =>
  refused(name, chunked(HELLO, coding), status);
const lines = (name: string, text: string): WireCase => refused(name, post(text, HELLO));

wire.testEach("Transfer-Encoding is refused when it is", [
  bad("empty", ""),
  bad("a comma", ","),
  bad("identity", "identity"),
  bad("an unknown coding", "cow"),
  bad("gzip alone", "gzip"),
  bad("chunked before another coding", "chunked, gzip"),
  bad("chunked before identity", "chunked, identity"),
  bad("chunked first and last", "chunked, gzip, chunked"),
  bad("chunked twice", "chunked, chunked"),
  bad("chunked twice in different case", "Chunked,CHUNKED"),
  bad("chunked behind an empty element", ", chunked"),
  bad("chunked before an empty element", "chunked,"),
  bad("chunked around an empty element", "gzip,,chunked"),
  bad("chunked with a parameter", "chunked;x"),
  bad("chunked with a parameter and a value", "chunked;q=1"),
  bad("chunked with a semicolon", "chunked;"),
  bad("chunked in quotes", '"chunked"'),
  bad("chunked in single quotes", "'chunked'"),
  bad("chunked with a letter more", "chunkedx"),
  bad("chunked with a letter before", "xchunked"),
  bad("chunked with a letter less", "chunke"),
  bad("chunked in two words", "chunk ed"),
  bad("chunked behind a space for the comma", "gzip chunked"),
  bad("chunked with VT before it", "\vchunked"),
  bad("chunked with VT behind it", "chunked\v"),
  bad("chunked with FF before it", "\fchunked"),
  bad("chunked with FF behind it", "chunked\f"),
  bad("chunked with NUL behind it", "chunked\0"),
  bad("chunked with CR behind it", "chunked\r"),
  bad("chunked with NBSP before it", "\xa0chunked"),
  bad("chunked with NBSP behind it", "chunked\xa0"),
  bad("chunked with NEL before it", "\x85chunked"),
  bad("chunked with NEL behind it", "chunked\x85"),
  bad("chunked with a byte order mark", "\xef\xbb\xbfchunked"),
  bad("chunked with a zero width space", "chunked\xe2\x80\x8b"),
  bad("chunked with a Kelvin sign, which toLowerCase() makes a k of", "chun\xe2\x84\xaaed"),
  bad("chunked with a backslash", "\\chunked"),
  bad("chunked with a colon", ": chunked"),
  bad("gzip and chunked", "gzip, chunked", 501),
  bad("gzip and chunked without a blank", "gzip,chunked", 501),
  bad("an unknown coding and chunked", "cow, chunked", 501),
  bad("identity and chunked", "identity, chunked", 501),
]);

wire.testEach("Transfer-Encoding on two lines is refused:", [
  lines("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
  lines("gzip and chunked", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
  lines("chunked and identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
  lines("an unknown coding and chunked", "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked\r\n"),
  lines("chunked and an unknown coding", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n"),
  lines("nothing and chunked", "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n"),
  lines("chunked and nothing", "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n"),
  lines("in different case", "Transfer-Encoding: chunked\r\nTRANSFER-ENCODING: cow\r\n"),
  lines("with another field in between", "Transfer-Encoding: chunked\r\nX: y\r\nTransfer-Encoding: cow\r\n"),
]);

wire.testEach("Transfer-Encoding beside Content-Length is refused:", [
  lines("behind it", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
  lines("before it", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
  lines("with a length of zero", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
  lines("with the right length", `Content-Length: ${HELLO.length}\r\nTransfer-Encoding: chunked\r\n`),
  lines("with a length that is none", "Content-Length: x\r\nTransfer-Encoding: chunked\r\n"),
  lines("empty", "Content-Length: 5\r\nTransfer-Encoding:\r\n"),
  lines("identity", "Content-Length: 5\r\nTransfer-Encoding: identity\r\n"),
  lines("unknown", "Content-Length: 5\r\nTransfer-Encoding: cow\r\n"),
  lines("disguised by VT", "Content-Length: 5\r\nTransfer-Encoding: \vchunked\r\n"),
  lines("disguised by NBSP", "Content-Length: 5\r\nTransfer-Encoding: chunked\xa0\r\n"),
  lines("disguised by a letter", "Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n"),
  lines("in other case", "CONTENT-LENGTH: 5\r\ntransfer-encoding: CHUNKED\r\n"),
]);

const http10 = (name: string, text: string): WireCase =>
  refused(name, `POST / HTTP/1.0\r\nHost: test\r\n${text}\r\n${HELLO}`);

wire.testEach("Transfer-Encoding in HTTP/1.0 is refused:", [
  http10("chunked", "Transfer-Encoding: chunked\r\n"),
  http10("with keep-alive", "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n"),
  http10("with a length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
  http10("empty", "Transfer-Encoding:\r\n"),
  http10("identity", "Transfer-Encoding: identity\r\n"),
]);

wire.testEach("chunked is taken", [
  accepted("as it is", chunked(HELLO), "POST / hello"),
  accepted("in capitals", chunked(HELLO, "CHUNKED"), "POST / hello"),
  accepted("in mixed case", chunked(HELLO, "ChUnKeD"), "POST / hello"),
  accepted("between blanks", chunked(HELLO, "\t chunked \t"), "POST / hello"),
  accepted("in a field in mixed case", post("tRANSFER-eNCODING: chunked\r\n", HELLO), "POST / hello"),
  accepted("from HTTP/1.2", chunked(HELLO).replace("HTTP/1.1", "HTTP/1.2"), "POST / hello"),
  accepted("with GET", chunked(HELLO).replace("POST", "GET"), "GET / hello"),
  accepted("with HEAD", chunked(HELLO).replace("POST", "HEAD"), "HEAD / hello"),
  accepted("with DELETE", chunked(HELLO).replace("POST", "DELETE"), "DELETE / hello"),
]);

describe("each of the 256 bytes", () => {
  test.each([
    ["before chunked", (char: string) => `${char}chunked`],
    ["behind chunked", (char: string) => `chunked${char}`],
    ["in chunked", (char: string) => `chu${char}nked`],
  ] as const)("is refused %s unless it is a blank around it", async (where, coding) => {
    await wire.checkAll(
      EVERY_BYTE.map((char) => {
        const bytes = chunked(HELLO, coding(char));
        const isBlankAround = where !== "in chunked" && /[\t ]/.test(char);
        return isBlankAround
          ? accepted(byteName(char), bytes, "POST / hello")
          : refused(byteName(char), bytes);
      }),
    );
  });
});
