/** Request lines (RFC 9112 3): what is not exactly one is refused, and nothing is guessed. */

import { describe, expect, test } from "bun:test";
import {
  accepted,
  byteName,
  cut,
  EVERY_BYTE,
  refused,
  unknown,
  type WireCase,
  withFields,
  withLine,
} from "./support/cases.ts";
import { Wire } from "./support/wire.ts";

const wire = new Wire();

const line = (name: string, text: string, status = 400): WireCase => refused(name, withLine(text), status);

wire.testEach("the parts of a request line: refused is", [
  line("a method alone", "GET"),
  line("a method and a space", "GET "),
  line("HTTP/0.9's line, without a version", "GET /"),
  line("a missing target, with its two spaces", "GET  HTTP/1.1"),
  line("a missing target, with one space", "GET HTTP/1.1"),
  line("a missing method", "/ HTTP/1.1"),
  line("an empty method", " / HTTP/1.1"),
  line("a fourth word", "GET / HTTP/1.1 x"),
  line("a second version", "GET / HTTP/1.1 HTTP/1.1"),
  line("a space in the target", "GET /a b HTTP/1.1"),
  line("a request in the target", "GET / HTTP/1.1 GET /smuggled HTTP/1.1"),
  line("two spaces before the target", "GET  / HTTP/1.1"),
  line("two spaces before the version", "GET /  HTTP/1.1"),
  line("a space before the method", " GET / HTTP/1.1"),
  line("a tab before the method", "\tGET / HTTP/1.1"),
  line("a space behind the version", "GET / HTTP/1.1 "),
  line("a tab behind the version", "GET / HTTP/1.1\t"),
  line("nothing but spaces", "   "),
]);

wire.testEach("methods:", [
  line("a parenthesis before one is refused", "(GET / HTTP/1.1"),
  line("a colon behind one is refused", "GET: / HTTP/1.1"),
  line("one in quotes is refused", '"GET" / HTTP/1.1'),
  line("two in a list are refused", "GET,POST / HTTP/1.1"),
  line("one with NUL in it is refused", "GE\0T / HTTP/1.1"),
  line("one with 8-bit bytes in it is refused", "G\xc9T / HTTP/1.1"),
  line("a byte order mark before one is refused", "\xef\xbb\xbfGET / HTTP/1.1"),
  unknown("one in lower case is not run as GET", withLine("get / HTTP/1.1")),
  unknown("one in mixed case is not run as GET", withLine("Get / HTTP/1.1")),
  unknown("one that begins like GET is not run as GET", withLine("GETX / HTTP/1.1")),
  unknown("one that ends like GET is not run as GET", withLine("XGET / HTTP/1.1")),
  unknown("one of every token byte is answered", withLine("!#$%&'*+-.^_`|~09AZaz / HTTP/1.1")),
  unknown("one of 20 KB is answered, not run", withLine(`${"G".repeat(20_480)} / HTTP/1.1`)),
  unknown("CONNECT is answered, and the server is no proxy", withLine("CONNECT a.test:443 HTTP/1.1")),
  ...["constructor", "__proto__", "toString", "hasOwnProperty", "GET_", "_GET"].map((method) =>
    unknown(`${method} is none that an object has by itself`, withLine(`${method} / HTTP/1.1`)),
  ),
  line("CONNECT with an empty port is refused", "CONNECT a.test: HTTP/1.1"),
  line("CONNECT without a port is refused", "CONNECT a.test HTTP/1.1"),
  line("CONNECT with a port beyond 65535 is refused", "CONNECT a.test:65536 HTTP/1.1"),
  line("CONNECT with letters for a port is refused", "CONNECT a.test:https HTTP/1.1"),
  line("CONNECT with no host is refused", "CONNECT :443 HTTP/1.1"),
  line("CONNECT with a path is refused", "CONNECT / HTTP/1.1"),
  line("CONNECT with user information is refused", "CONNECT u:p@a.test:443 HTTP/1.1"),
]);

wire.testEach("targets:", [
  line("a relative one is refused", "GET foo HTTP/1.1"),
  line("a relative one that climbs is refused", "GET ../x HTTP/1.1"),
  line("a dot is refused", "GET . HTTP/1.1"),
  line("a query alone is refused", "GET ?x HTTP/1.1"),
  line("a backslash for the slash is refused", "GET \\x HTTP/1.1"),
  line("* with GET is refused", "GET * HTTP/1.1"),
  line("*/x with OPTIONS is refused", "OPTIONS */x HTTP/1.1"),
  line("** with OPTIONS is refused", "OPTIONS ** HTTP/1.1"),
  line("authority-form with GET is refused", "GET a.test:80 HTTP/1.1"),
  line("an authority without a scheme is refused", "GET a.test/x HTTP/1.1"),
  line("a fragment is refused", "GET /a#b HTTP/1.1"),
  line("NUL in one is refused", "GET /\0 HTTP/1.1"),
  line("DEL in one is refused", "GET /\x7f HTTP/1.1"),
  line("bare CR in one is refused", "GET /\rx HTTP/1.1"),
  line("bare LF in one is refused", "GET /\nx HTTP/1.1"),
  line("raw Latin-1 in one is refused", "GET /\xe9 HTTP/1.1"),
  line("raw UTF-8 in one is refused", "GET /\xc3\xa9 HTTP/1.1"),
  line("overlong UTF-8 in one is refused", "GET /\xc0\xae\xc0\xae/ HTTP/1.1"),
  accepted("* with OPTIONS is answered", withLine("OPTIONS * HTTP/1.1"), "OPTIONS *"),
  accepted("absolute-form is taken, as its path", withLine("GET http://test/a?b HTTP/1.1"), "GET /a?b"),
  accepted("absolute-form without a path is /", withLine("GET http://test HTTP/1.1"), "GET /"),
  accepted("absolute-form with a query alone has a path", withLine("GET http://test?b HTTP/1.1"), "GET /?b"),
  accepted("absolute-form goes with any Host", withLine("GET http://other.test:80/ HTTP/1.1"), "GET /"),
  accepted("absolute-form's scheme has any case", withLine("GET HTTPS://test/ HTTP/1.1"), "GET /"),
  accepted("absolute-form may name an address", withLine("GET http://[::1]:8000/x HTTP/1.1"), "GET /x"),
  line("absolute-form without a host is refused", "GET http:///x HTTP/1.1"),
  line("absolute-form with a port alone is refused", "GET http://:80/x HTTP/1.1"),
  line("absolute-form with one slash is refused", "GET http:/x HTTP/1.1"),
  line("absolute-form without slashes is refused", "GET http:x HTTP/1.1"),
  line("absolute-form with user information is refused", "GET http://u:p@test/ HTTP/1.1"),
  line("absolute-form with an empty user is refused", "GET http://@test/ HTTP/1.1"),
  line("absolute-form with letters for a port is refused", "GET http://test:8x/ HTTP/1.1"),
  line("absolute-form with a port beyond 65535 is refused", "GET http://test:65536/ HTTP/1.1"),
  line("absolute-form with a negative port is refused", "GET http://test:-80/ HTTP/1.1"),
  line("absolute-form with a backslash in the host is refused", "GET http://test\\@evil.test/ HTTP/1.1"),
  line("absolute-form with an open bracket is refused", "GET http://[::1/ HTTP/1.1"),
  line("another scheme is refused", "GET ftp://test/ HTTP/1.1"),
  line("javascript: is refused", "GET javascript:alert(1) HTTP/1.1"),
  refused("absolute-form does not stand for Host", "GET http://test/ HTTP/1.1\r\n\r\n"),
]);

const BAD_VERSIONS: readonly string[] = [
  "HTTP/1",
  "HTTP/1.",
  "HTTP/.1",
  "HTTP/",
  "HTTP",
  "HTTP/11",
  "HTTP/1,1",
  "HTTP/1..1",
  "HTTP/1.1.1",
  "HTTP/1.10",
  "HTTP/11.1",
  "HTTP/01.1",
  "HTTP/1.01",
  "HTTP/+1.1",
  "HTTP/-1.1",
  "HTTP/1.x",
  "HTTP/x.1",
  "HTTP/0x1.1",
  "HTTP/1.\xb9",
  "HTTP/\xef\xbc\x91.1",
  "HTTP /1.1",
  "HTTP/ 1.1",
  "HTTP/1 .1",
  "HTTP/1. 1",
  "HTTP//1.1",
  "HTTP\\1.1",
  "HTTP-1.1",
  "http/1.1",
  "Http/1.1",
  "HTTPS/1.1",
  "XHTTP/1.1",
  "HTP/1.1",
  "ICY/1.1",
  "1.1",
  "HTTP/2",
  "HTTP/1.1x",
  "HTTP/1.1\0",
  "HTTP/1.1\t",
  "HTTP/1.1\v",
];

wire.testEach("a version", [
  ...BAD_VERSIONS.map((version) => line(`of ${JSON.stringify(version)} is refused`, `GET / ${version}`)),
  ...["HTTP/0.0", "HTTP/0.9", "HTTP/2.0", "HTTP/2.1", "HTTP/3.0", "HTTP/9.9"].map((version) =>
    line(`of ${version} is not spoken`, `GET / ${version}`, 505),
  ),
  ...["1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9"].map((version) =>
    accepted(`of HTTP/${version} is served as HTTP/1.1`, withLine(`GET / HTTP/${version}`), "GET /"),
  ),
]);

wire.testEach("what is not HTTP/1.1 at all:", [
  refused("HTTP/0.9", "GET /\r\n"),
  refused("HTTP/0.9 with a bare LF", "GET /\n"),
  refused("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", 505),
  refused("a TLS ClientHello", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"),
  refused("an SSLv2 ClientHello", "\x80\x2e\x01\x03\x01\0\x15\0\0\0\x10"),
  refused("SOCKS 4", "\x04\x01\0\x50\x7f\0\0\x01\0"),
  refused("SOCKS 5", "\x05\x01\0"),
  refused("PROXY protocol 1", "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n"),
  refused("PROXY protocol 2", "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"),
  refused("SSH", "SSH-2.0-OpenSSH_9.9\r\n"),
  refused("SMTP", "EHLO example.test\r\n"),
  refused("Redis", "*1\r\n$4\r\nPING\r\n"),
  refused("a response", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
  refused("zeros", "\0".repeat(64)),
  refused("ones", "\xff".repeat(64)),
  refused("noise", "\x9c\x02\xf1 \x88\r\n\x07\x13\x7f\n\n\xe0A: b\r\n\r\n"),
  refused("JSON", '{"method":"GET","path":"/"}\r\n\r\n'),
  cut("a client that says nothing and leaves", "", []),
]);

/** Every byte that `allowed` does not match in a place of the request line is refused there, every other is not. */
async function expectBytes(
  lineWith: (char: string) => string,
  allowed: RegExp,
  outcome: (name: string, bytes: string, char: string) => WireCase,
): Promise<void> {
  await wire.checkAll(
    EVERY_BYTE.map((char) => {
      const bytes = withLine(lineWith(char));
      return allowed.test(char) ? outcome(byteName(char), bytes, char) : refused(byteName(char), bytes);
    }),
  );
}

describe("each of the 256 bytes", () => {
  const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]/;

  test("is refused in a method unless it is a token's", async () => {
    await expectBytes((char) => `G${char}ET / HTTP/1.1`, TOKEN, unknown);
  });

  test("is refused in a target unless it is visible ASCII but #", async () => {
    await expectBytes(
      (char) => `GET /a${char}b HTTP/1.1`,
      /[!"$-~]/,
      (name, bytes, char) => accepted(name, bytes, `GET /a${char}b`),
    );
  });

  test("is refused between method and target unless it is a space", async () => {
    await expectBytes(
      (char) => `GET${char}/ HTTP/1.1`,
      / /,
      (name, bytes) => accepted(name, bytes, "GET /"),
    );
  });

  test("is refused between target and version unless it is a space, or the target goes on", async () => {
    await expectBytes(
      (char) => `GET /${char}HTTP/1.1`,
      / /,
      (name, bytes) => accepted(name, bytes, "GET /"),
    );
  });

  test("is refused before the method unless it makes another one", async () => {
    await expectBytes((char) => `${char}GET / HTTP/1.1`, TOKEN, unknown);
  });

  test("is refused behind the version", async () => {
    await expectBytes((char) => `GET / HTTP/1.1${char}`, /(?!)/, unknown);
  });
});

describe("whatever a WHATWG URL leaves as it is", () => {
  /** ASCII, what is beyond it, and what could be taken for an escape. */
  const pieces = [
    ...EVERY_BYTE.slice(0, 0x80),
    ..."\x80\xa0\xff\u0100\u010a\u2028\ufeff",
    "\u{1f600}",
    "\ud800",
    "%",
    "%4",
    "%zz",
    "%00",
    "%ff",
    "..",
  ];
  const targets = [
    ...new Set(
      pieces.flatMap((piece) => {
        const { pathname, search } = new URL(`http://test/x${piece}y/${piece}?p${piece}q=${piece}`);
        return [pathname, pathname + search, `/${search}`];
      }),
    ),
  ];

  test("is as good a target as any", async () => {
    expect(targets.length).toBeGreaterThan(300);
    await wire.checkAll(
      targets.map((target) =>
        accepted(target, withLine(`GET ${target} HTTP/1.1`), `GET ${target.replace(/^\/+/, "/")}`),
      ),
    );
  });

  test("gets to the handler from fetch()", async () => {
    for (const piece of pieces) {
      const url = new URL(`${wire.url}x${piece}y/${piece}?p${piece}q=${piece}`);
      const response = await fetch(url);
      expect([url.href, response.status]).toEqual([url.href, 200]);
      expect(response.headers.get("x-path")).toBe(url.pathname + url.search);
    }
  });
});

wire.testEach("a request that is cut short in its first line is no request:", [
  cut("in the method", "GE", [400]),
  cut("behind the method", "GET ", [400]),
  cut("in the target", "GET /half", [400]),
  cut("in the version", "GET / HTTP/1.", [400]),
  cut("before the line feed", "GET / HTTP/1.1\r", [400]),
  cut("behind the line", "GET / HTTP/1.1\r\n", [400]),
  cut("behind a whole request", `${withFields("")}GET /ha`, [200, 400], "GET /"),
]);
