/** Where this server and `node:http` (of Node.js 20) read the same bytes differently, and why. */

export interface Disagreement {
  /** Why this server does what it does. */
  readonly reason: string;
  /** The cases of the corpus. */
  readonly names: readonly string[];
}

export const DISAGREEMENTS: readonly Disagreement[] = [
  {
    reason: "A handler class answers the methods that it has: any other is 501 (RFC 9110 9.1).",
    names: ['method "M-SEARCH"'],
  },
  {
    reason:
      "A target is one of four forms, and its authority has to be one, without user information (RFC 9112 3.2, RFC 9110 4.2).",
    names: [
      "http:///a",
      "http://u@a/",
      "http://a:b/",
      "http://[::1/",
      "http://a:65536/",
      "ftp://a/",
      "*",
    ].map((target) => `target "${target}"`),
  },
  {
    reason: "A fragment is no part of a target (RFC 9112 3.2).",
    names: ['target "/#"'],
  },
  {
    reason: "CONNECT is answered, with 501 or 400, not met by silence (RFC 9110 9.3.6).",
    names: ["a:80", "[::1]:443", "a:", "a", ":80", "a:99999", "a:80/", "u@a:80"].map(
      (target) => `CONNECT "${target}"`,
    ),
  },
  {
    reason: "Another major version is another protocol: 505 (RFC 9110 2.5, 15.6.6).",
    names: ['version "HTTP/2.0"', 'version "HTTP/0.9"'],
  },
  {
    reason: "A higher minor version is read as the highest that is known (RFC 9110 2.5).",
    names: ['version "HTTP/1.2"', 'version "HTTP/1.9"'],
  },
  {
    reason: "An invalid Host field must be answered with 400 (RFC 9112 3.2).",
    names: [
      ...[
        "a:65536",
        "a%zz",
        "a@b",
        "a/b",
        "a:b",
        "[::1",
        "::1",
        "[::1]a",
        "[1::2::3]",
        "[12345::]",
        "a:99999999999",
      ],
      ...["[fe80::1%25eth0]", "a b", "a\\tb", "\\x80"],
    ].map((host) => `Host "${host}"`),
  },
  {
    reason: "More than one Host field must be answered with 400 (RFC 9112 3.2).",
    names: ["two Hosts", "two Hosts in HTTP/1.0"],
  },
  {
    reason:
      "The line end is missing, so that the next line belongs to the Host field, which it makes invalid (RFC 9112 3.2).",
    names: ['end of a field line ""'],
  },
  {
    reason:
      "What follows an announced end is not looked at: the request before it is answered (RFC 9112 9.6).",
    names: [
      ...["Connection: close", "connection: Keep-Alive, Close", "Connection: a, close"].map(
        (line) => `field "${line}"`,
      ),
      ...["Connection: close on a second line", "HTTP/1.0, then another request"],
    ],
  },
  {
    reason:
      "After a refused expectation nobody knows whether the body follows: the connection is closed (RFC 9110 10.1.1).",
    names: ['field "Expect: 200-ok"', 'field "Expect: "'],
  },
  {
    reason: "A bare CR or LF is no line end, before a request line as anywhere (RFC 9112 2.2).",
    names: [
      ...[
        'end of the head "\\r\\n\\r"',
        'end of a chunked body "\\r\\n\\r"',
        "a bare line feed before a request",
      ],
      ...['between two requests "\\n"', 'between two requests "\\r"'],
    ],
  },
  {
    reason:
      "A good request is answered also where broken bytes follow it in the same packet (RFC 9112 9.3.2).",
    names: [
      ...[" ", "\\0", "0\\r\\n\\r\\n", "GET", "\\x16\\x03\\x01\\x02", "X: y\\r\\n\\r\\n"].map(between),
      ...[between("PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n"), "a good request, then a broken one"],
      ...["0", "000", "1", "2", "9", "10", "15", "16"].map((length) => `Content-Length "${length}"`),
    ],
  },
  {
    reason: "A coding that is not understood is answered with 501 (RFC 9112 6.1).",
    names: ['Transfer-Encoding "gzip, chunked"', "gzip and chunked in two lines"],
  },
  {
    reason:
      "An empty element in Transfer-Encoding is one of its disguises: refused, not ignored (RFC 9110 5.6.1 allows it to be ignored).",
    names: ['Transfer-Encoding ", chunked"'],
  },
  {
    reason: "A chunk size has at most the 16 digits of a 64-bit number (RFC 9112 7.1 asks for a limit).",
    names: ['chunk size "00000000000000005"'],
  },
  {
    reason: "chunk-ext is a list of tokens, each with a token or a quoted-string at most (RFC 9112 7.1.1).",
    names: [";;a", ";a=", ";=b", ';a=b\\"c\\"'].map((extension) => `chunk extension "${extension}"`),
  },
  {
    reason: "Fields that frame a message mean nothing in trailers and are not merged (RFC 9110 6.5.1).",
    names: ['trailer "Content-Length: 5"', 'trailer "Transfer-Encoding: chunked"'],
  },
  {
    reason: "Upgrade is ignored where it is not offered: the connection stays HTTP (RFC 9110 7.8).",
    names: ["Upgrade to h2c", "Upgrade to an unknown protocol"],
  },
  {
    reason: "More than 100 field lines are too many: 431 (RFC 6585 5). Node.js takes 2,000.",
    names: ["101 fields"],
  },
];

function between(text: string): string {
  return `between two requests "${text}"`;
}
