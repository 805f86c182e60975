import { describe, expect, test } from "bun:test";
import { ADVERSARIAL_HEADS, REFUSED_HEADS, REQUEST_HEADS } from "../../bench/corpus.ts";
import type { Failure } from "../../src/protocol/failure.ts";
import { HeadOutcome, parseHead } from "../../src/protocol/head-parser.ts";
import { DEFAULT_HEAD_LIMITS } from "../../src/protocol/limits.ts";
import { RequestHead } from "../../src/protocol/request-head.ts";
import {
  bytesOf,
  type CompleteHead,
  type Field,
  type HeadResult,
  parse,
  parseEveryWay,
  parseInSteps,
  textOf,
} from "../support/head.ts";

const ALL_TCHARS = "!#$%&'*+-.^_`|~09AZaz";

/** Every byte that a target may hold, a slash first. */
const ALL_TARGET_BYTES = `/${allBytes(/[\x21\x22\x24-\x7e]/)}`;

/** What is expected of `text` unless a case says otherwise. */
function complete(text: string, parts: Partial<CompleteHead> = {}): CompleteHead {
  const target = parts.target ?? "/";
  return {
    outcome: "COMPLETE",
    method: "GET",
    target,
    path: target,
    version: "HTTP/1.1",
    fields: [["Host", "a"]],
    body: "none",
    length: text.length,
    ...parts,
  };
}

/** A request with `lines` in front of its only other field. */
const withLines = (lines: string): string => `GET / HTTP/1.1\r\n${lines}Host: a\r\n\r\n`;

/** A request with that request line. */
const withRequestLine = (line: string): string => `${line}\r\nHost: a\r\n\r\n`;

describe("a request head", () => {
  test.each<[what: string, text: string, parts?: Partial<CompleteHead>]>([
    ["is complete at its empty line", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
    [
      "has no fields where HTTP/1.0 needs none",
      "GET / HTTP/1.0\r\n\r\n",
      { version: "HTTP/1.0", fields: [] },
    ],
    ["has any token for a method", withRequestLine(`${ALL_TCHARS} / HTTP/1.1`), { method: ALL_TCHARS }],
    [
      "has a method in lower case, which is another method",
      withRequestLine("get / HTTP/1.1"),
      { method: "get" },
    ],
    ["has a method that begins like another", withRequestLine("GETX / HTTP/1.1"), { method: "GETX" }],
    ["has a method of one letter", withRequestLine("G / HTTP/1.1"), { method: "G" }],
    [
      "has every byte that a target may hold",
      withRequestLine(`GET ${ALL_TARGET_BYTES} HTTP/1.1`),
      { target: ALL_TARGET_BYTES },
    ],
    ["has version 1.2, which is served as 1.1", withRequestLine("GET / HTTP/1.2"), { version: "HTTP/1.2" }],
    ["has version 1.9, which is served as 1.1", withRequestLine("GET / HTTP/1.9"), { version: "HTTP/1.9" }],
    ["follows an empty line", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["follows 16 empty lines", `${"\r\n".repeat(16)}GET / HTTP/1.1\r\nHost: a\r\n\r\n`],
  ])("%s", (_what, text, parts = {}) => {
    expect(parseEveryWay(text)).toEqual(complete(text, parts));
  });

  test.each<[what: string, lines: string, ...fields: Field[]]>([
    ["no value", "X:\r\n", ["X", ""]],
    ["a value of blanks alone", "X: \t \r\n", ["X", ""]],
    ["a value without a blank before it", "X:a\r\n", ["X", "a"]],
    ["blanks around its value", "X: \t a \t \r\n", ["X", "a"]],
    ["blanks within its value", "X: a \t b\r\n", ["X", "a \t b"]],
    ["colons in its value", "X: a:b: c\r\n", ["X", "a:b: c"]],
    ["a colon for a value", "X::\r\n", ["X", ":"]],
    ["obs-text in its value, not trimmed", "X: \x80\xa0\x85\xff\r\n", ["X", "\x80\xa0\x85\xff"]],
    ["every tchar in its name", `${ALL_TCHARS}: x\r\n`, [ALL_TCHARS, "x"]],
    ["a name of one letter, at the end of the alphabet", "z: x\r\n", ["z", "x"]],
    [
      "an underscore for a hyphen, so that it frames nothing",
      "Content_Length: 5\r\n",
      ["Content_Length", "5"],
    ],
    ["another one, likewise", "Transfer_Encoding: chunked\r\n", ["Transfer_Encoding", "chunked"]],
    ["a name that begins like one that frames", "Content-Lengths: 5\r\n", ["Content-Lengths", "5"]],
    ["a name of the same length as one that frames", "Content-Lengtj: 5\r\n", ["Content-Lengtj", "5"]],
    ["a name repeated, kept in order", "X: 1\r\nY: 2\r\nx: 3\r\n", ["X", "1"], ["Y", "2"], ["x", "3"]],
  ])("has a field with %s", (_what, lines, ...fields) => {
    const text = withLines(lines);
    expect(parseEveryWay(text)).toEqual(complete(text, { fields: [...fields, ["Host", "a"]] }));
  });

  test.each([
    ["another request", "GET /next HTTP/1.1\r\nHost: b\r\n\r\n"],
    ["a line end", "\r\n"],
    ["a bare line end", "\n"],
    ["what would be a field", "X: y\r\n\r\n"],
    ["what would fold the last field", " y\r\n\r\n"],
    ["a byte that is refused everywhere", "\0"],
  ])("leaves %s that follows it", (_what, rest) => {
    const text = "\r\nPOST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
    const fields: Field[] = [
      ["Host", "a"],
      ["Content-Length", "5"],
    ];
    expect(parseEveryWay(text + rest)).toEqual(
      complete(text, { method: "POST", target: "/x", fields, body: 5 }),
    );
  });

  test("is incomplete at every byte before its last", () => {
    const text = "\r\nPOST /x HTTP/1.1\r\nHost: a\r\nX:\r\nContent-Length: \t5 \r\nY: z\r\n\r\n";
    for (let length = 0; length < text.length; length++) {
      expect(parseEveryWay(text.slice(0, length))).toEqual({ outcome: "INCOMPLETE", length });
    }
    expect(parseEveryWay(text).outcome).toBe("COMPLETE");
  });
});

type Refusal = [attack: string, marked: string, failure: keyof typeof Failure];

/** Expects that `marked` is refused at its `▲`, and is not before. */
function expectRefused(marked: string, failure: keyof typeof Failure): void {
  const length = marked.indexOf("▲");
  const text = marked.replace("▲", "");
  expect(parseEveryWay(text)).toEqual({ outcome: "FAILED", failure, length });
  expect(parse(text.slice(0, length))).toEqual({ outcome: "INCOMPLETE", length });
}

describe("the parser refuses a request line with", () => {
  test.each<Refusal>([
    ["a method alone", "GET▲\r\n\r\n", "BAD_REQUEST_LINE"],
    ["a method and a space alone", "GET ▲\r\n\r\n", "BAD_REQUEST_LINE"],
    ["no version, as in HTTP/0.9", "GET /▲\r\n\r\n", "BAD_REQUEST_LINE"],
    ["no version and a bare LF", "GET /▲\n", "BAD_REQUEST_LINE"],
    ["no target", "GET ▲ HTTP/1.1\r\n", "BAD_TARGET"],
    ["a fourth word", "GET / HTTP/1.1▲ x\r\n", "BAD_VERSION"],
    ["a space in the target", "GET /a ▲b HTTP/1.1\r\n", "BAD_VERSION"],
    ["two versions", "GET / HTTP/1.1▲ HTTP/1.1\r\n", "BAD_VERSION"],
    ["two spaces before the target", "GET ▲ / HTTP/1.1\r\n", "BAD_TARGET"],
    ["two spaces before the version", "GET / ▲ HTTP/1.1\r\n", "BAD_VERSION"],
    ["a space before the method", "▲ GET / HTTP/1.1\r\n", "BAD_METHOD"],
    ["a space at its end", "GET / HTTP/1.1▲ \r\n", "BAD_VERSION"],
    ["a tab at its end", "GET / HTTP/1.1▲\t\r\n", "BAD_VERSION"],
    ["a tab before the target", "GET▲\t/ HTTP/1.1\r\n", "BAD_METHOD"],
    ["a tab before the version", "GET /▲\tHTTP/1.1\r\n", "BAD_TARGET"],
    ["VT before the target", "GET▲\v/ HTTP/1.1\r\n", "BAD_METHOD"],
    ["VT before the version", "GET /▲\vHTTP/1.1\r\n", "BAD_TARGET"],
    ["FF before the target", "GET▲\f/ HTTP/1.1\r\n", "BAD_METHOD"],
    ["FF before the version", "GET /▲\fHTTP/1.1\r\n", "BAD_TARGET"],
    ["CR before the target", "GET▲\r/ HTTP/1.1\r\n", "BAD_REQUEST_LINE"],
    ["CR before the version", "GET /▲\rHTTP/1.1\r\n", "BAD_REQUEST_LINE"],
    ["NBSP before the version", "GET /▲\xa0HTTP/1.1\r\n", "BAD_TARGET"],

    ["a parenthesis before its method", "▲(GET / HTTP/1.1\r\n", "BAD_METHOD"],
    ["a parenthesis in its method", "GE▲(T / HTTP/1.1\r\n", "BAD_METHOD"],
    ["a colon in its method", "GET▲: / HTTP/1.1\r\n", "BAD_METHOD"],
    ["a comma in its method", "GET▲,POST / HTTP/1.1\r\n", "BAD_METHOD"],
    ["a slash in its method", "▲/ HTTP/1.1\r\n", "BAD_METHOD"],
    ["a method in quotes", '▲"GET" / HTTP/1.1\r\n', "BAD_METHOD"],
    ["NUL in its method", "GE▲\0T / HTTP/1.1\r\n", "BAD_METHOD"],
    ["DEL in its method", "GE▲\x7fT / HTTP/1.1\r\n", "BAD_METHOD"],
    ["an 8-bit byte in its method", "GE▲\xc9T / HTTP/1.1\r\n", "BAD_METHOD"],
    ["a byte order mark before its method", "▲\xef\xbb\xbfGET / HTTP/1.1\r\n", "BAD_METHOD"],
    ["a field for a method", "Host▲: a\r\n\r\n", "BAD_METHOD"],

    ["NUL in its target", "GET /▲\0 HTTP/1.1\r\n", "BAD_TARGET"],
    ["a control character in its target", "GET /▲\x01 HTTP/1.1\r\n", "BAD_TARGET"],
    ["ESC in its target", "GET /▲\x1b[2J HTTP/1.1\r\n", "BAD_TARGET"],
    ["CR LF in its target", "GET /a▲\r\nb HTTP/1.1\r\n", "BAD_REQUEST_LINE"],
    ["DEL in its target", "GET /▲\x7f HTTP/1.1\r\n", "BAD_TARGET"],
    ["a raw 8-bit byte in its target", "GET /▲\xff HTTP/1.1\r\n", "BAD_TARGET"],
    ["raw UTF-8 in its target", "GET /▲\xc3\xa9 HTTP/1.1\r\n", "BAD_TARGET"],
    ["overlong UTF-8 in its target", "GET /▲\xc0\xae\xc0\xae/ HTTP/1.1\r\n", "BAD_TARGET"],
    ["NEL in its target", "GET /▲\x85 HTTP/1.1\r\n", "BAD_TARGET"],
    ["a fragment", "GET /a▲#b HTTP/1.1\r\n", "BAD_TARGET"],
    ["a fragment alone", "GET ▲#b HTTP/1.1\r\n", "BAD_TARGET"],
  ])("%s", (_attack, marked, failure) => expectRefused(marked, failure));

  test.each<Refusal>([
    ["no slash", "GET / HTTP▲1.1\r\n", "BAD_VERSION"],
    ["a space for the slash", "GET / HTTP▲ 1.1\r\n", "BAD_VERSION"],
    ["a backslash for the slash", "GET / HTTP▲\\1.1\r\n", "BAD_VERSION"],
    ["two slashes", "GET / HTTP/▲/1.1\r\n", "BAD_VERSION"],
    ["a space after the slash", "GET / HTTP/▲ 1.1\r\n", "BAD_VERSION"],
    ["no numbers", "GET / HTTP/▲\r\n", "BAD_VERSION"],
    ["no major version", "GET / HTTP/▲.1\r\n", "BAD_VERSION"],
    ["no minor version", "GET / HTTP/1▲\r\n", "BAD_VERSION"],
    ["no minor version behind the dot", "GET / HTTP/1.▲\r\n", "BAD_VERSION"],
    ["no dot", "GET / HTTP/1▲1\r\n", "BAD_VERSION"],
    ["a comma for the dot", "GET / HTTP/1▲,1\r\n", "BAD_VERSION"],
    ["two dots", "GET / HTTP/1.▲.1\r\n", "BAD_VERSION"],
    ["three numbers", "GET / HTTP/1.1▲.1\r\n", "BAD_VERSION"],
    ["a minor version of two digits (REQ-7)", "GET / HTTP/1.1▲0\r\n", "BAD_VERSION"],
    ["a major version of two digits", "GET / HTTP/1▲1.1\r\n", "BAD_VERSION"],
    ["leading zeros (REQ-8)", "GET / HTTP/0▲1.01\r\n", "BAD_VERSION"],
    ["a sign", "GET / HTTP/▲+1.1\r\n", "BAD_VERSION"],
    ["a letter for a digit", "GET / HTTP/1.▲x\r\n", "BAD_VERSION"],
    ["a superscript digit", "GET / HTTP/1.▲\xb9\r\n", "BAD_VERSION"],
    ["lower case", "GET / ▲http/1.1\r\n", "BAD_VERSION"],
    ["mixed case", "GET / H▲ttp/1.1\r\n", "BAD_VERSION"],
    ["another protocol's name", "GET / ▲ICY/1.1\r\n", "BAD_VERSION"],
    ["a name that begins like HTTP", "GET / HTTP▲S/1.1\r\n", "BAD_VERSION"],
    ["a letter before its name", "GET / ▲XHTTP/1.1\r\n", "BAD_VERSION"],
    ["NUL behind it", "GET / HTTP/1.1▲\0\r\n", "BAD_VERSION"],
    ["a letter behind it", "GET / HTTP/1.1▲x\r\n", "BAD_VERSION"],

    ["the number of HTTP/2", "GET / HTTP/2.0\r▲\nHost: a\r\n\r\n", "UNSUPPORTED_VERSION"],
    ["the number of HTTP/3", "GET / HTTP/3.0\r▲\n", "UNSUPPORTED_VERSION"],
    ["the number of HTTP/0.9", "GET / HTTP/0.9\r▲\n", "UNSUPPORTED_VERSION"],
    ["the number of HTTP/0.0", "GET / HTTP/0.0\r▲\n", "UNSUPPORTED_VERSION"],
    ["a major version to come", "GET / HTTP/9.1\r▲\n", "UNSUPPORTED_VERSION"],
    ["the number of HTTP/2 cut short", "GET / HTTP/2▲\r\n", "BAD_VERSION"],
  ])("a version with %s", (_attack, marked, failure) => expectRefused(marked, failure));
});

describe("the parser refuses what is not HTTP/1.1:", () => {
  test.each<Refusal>([
    ["HTTP/2's preface", "PRI * HTTP/2.0\r▲\n\r\nSM\r\n\r\n", "UNSUPPORTED_VERSION"],
    ["a TLS handshake", "▲\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", "BAD_METHOD"],
    ["SOCKS 5", "▲\x05\x01\0", "BAD_METHOD"],
    ["PROXY protocol 1, which nobody asked for", "PROXY TCP4 ▲127.0.0.1 127.0.0.1 1 2\r\n", "BAD_VERSION"],
    ["PROXY protocol 2, which nobody asked for", "\r\n\r\n▲\0\r\nQUIT\n", "BAD_METHOD"],
    ["SSH", "SSH-2.0-OpenSSH▲\r\n", "BAD_REQUEST_LINE"],
    ["SMTP", "EHLO example.com▲\r\n", "BAD_REQUEST_LINE"],
    ["Redis", "*1▲\r\n$4\r\nPING\r\n", "BAD_REQUEST_LINE"],
    ["a response", "HTTP▲/1.1 200 OK\r\n\r\n", "BAD_METHOD"],
    ["zeros", "▲\0\0\0\0", "BAD_METHOD"],
    ["ones", "▲\xff\xff\xff\xff", "BAD_METHOD"],
    ["spaces", "▲    ", "BAD_METHOD"],
  ])("%s", (_attack, marked, failure) => expectRefused(marked, failure));
});

describe("the parser refuses a line end of", () => {
  test.each<Refusal>([
    ["LF before the request", "▲\nGET / HTTP/1.1\r\n", "BARE_LINE_END"],
    ["CR before the request", "\r▲GET / HTTP/1.1\r\n", "BARE_LINE_END"],
    ["CR CR LF before the request", "\r▲\r\nGET / HTTP/1.1\r\n", "BARE_LINE_END"],
    ["LF after an empty line", "\r\n▲\nGET / HTTP/1.1\r\n", "BARE_LINE_END"],
    ["LF after the request line", "GET / HTTP/1.1▲\nHost: a\r\n\r\n", "BARE_LINE_END"],
    ["CR after the request line", "GET / HTTP/1.1\r▲Host: a\r\n\r\n", "BARE_LINE_END"],
    ["CR CR LF after the request line", "GET / HTTP/1.1\r▲\r\nHost: a\r\n\r\n", "BARE_LINE_END"],
    ["LF CR after the request line", "GET / HTTP/1.1▲\n\rHost: a\r\n\r\n", "BARE_LINE_END"],
    ["LF for all of them", "GET / HTTP/1.1▲\nHost: a\n\n", "BARE_LINE_END"],
    ["LF after a field", "GET / HTTP/1.1\r\nHost: a▲\n\r\n", "BARE_LINE_END"],
    ["LF in a field", "GET / HTTP/1.1\r\nX: a▲\nTransfer-Encoding: chunked\r\n\r\n", "BARE_LINE_END"],
    ["LF after a field without a value", "GET / HTTP/1.1\r\nX:▲\n\r\n", "BARE_LINE_END"],
    ["CR in a field", "GET / HTTP/1.1\r\nX: a\r▲Content-Length: 5\r\n\r\n", "BARE_LINE_END"],
    ["CR CR LF after a field", "GET / HTTP/1.1\r\nX: a\r▲\r\n\r\n", "BARE_LINE_END"],
    ["CR and a blank after a field", "GET / HTTP/1.1\r\nX: a\r▲ b\r\n\r\n", "BARE_LINE_END"],
    ["LF after the fields", "GET / HTTP/1.1\r\nHost: a\r\n▲\n", "BARE_LINE_END"],
    ["CR after the fields", "GET / HTTP/1.1\r\nHost: a\r\n\r▲GET / HTTP/1.1\r\n", "BARE_LINE_END"],
    ["CR X after the fields", "GET / HTTP/1.1\r\nHost: a\r\n\r▲X", "BARE_LINE_END"],
    ["CR CR LF LF after the fields", "GET / HTTP/1.1\r\nHost: a\r▲\r\n\n", "BARE_LINE_END"],
    ["CR CR LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\r▲\r\n", "BARE_LINE_END"],
    ["LF in a name", "GET / HTTP/1.1\r\nX▲\nY: a\r\n\r\n", "BARE_LINE_END"],
  ])("%s", (_attack, marked, failure) => expectRefused(marked, failure));
});

describe("the parser refuses a field line with", () => {
  test.each<Refusal>([
    ["a space before the colon", "X▲ : a\r\n", "BAD_FIELD_NAME"],
    ["a tab before the colon", "X▲\t: a\r\n", "BAD_FIELD_NAME"],
    ["a space before the colon of one that frames", "Content-Length▲ : 5\r\n", "BAD_FIELD_NAME"],
    ["a space before the colon of another", "Transfer-Encoding▲ : chunked\r\n", "BAD_FIELD_NAME"],
    ["a space before it, in the first line", "▲ X: a\r\n", "FOLDED_FIELD"],
    ["a tab before it, in the first line", "▲\tX: a\r\n", "FOLDED_FIELD"],
    ["a space before one that frames", "▲ Content-Length: 5\r\n", "FOLDED_FIELD"],
    ["a fold", "X: a\r\n▲ b\r\n", "FOLDED_FIELD"],
    ["a fold by a tab", "X: a\r\n▲\tb\r\n", "FOLDED_FIELD"],
    ["a fold after no value", "Content-Length:\r\n▲ 5\r\n", "FOLDED_FIELD"],
    ["a fold of blanks alone", "X: a\r\n▲ \r\n", "FOLDED_FIELD"],
    ["a fold in Transfer-Encoding", "Transfer-Encoding:\r\n▲ chunked\r\n", "FOLDED_FIELD"],
    ["no colon", "X▲\r\n", "BAD_FIELD_NAME"],
    ["a name that is split", "Content▲ Length: 5\r\n", "BAD_FIELD_NAME"],
    ["another request line", "GET▲ /admin HTTP/1.1\r\n", "BAD_FIELD_NAME"],
    ["no name", "▲: a\r\n", "BAD_FIELD_NAME"],
    ["a colon alone", "▲:\r\n", "BAD_FIELD_NAME"],
    ["a space in its name", "X▲ Y: a\r\n", "BAD_FIELD_NAME"],
    ["NUL in its name", "X▲\0: a\r\n", "BAD_FIELD_NAME"],
    ["NUL before its name", "▲\0X: a\r\n", "BAD_FIELD_NAME"],
    ["a control character in its name", "X▲\x01: a\r\n", "BAD_FIELD_NAME"],
    ["DEL in its name", "X▲\x7f: a\r\n", "BAD_FIELD_NAME"],
    ["CR in its name", "X▲\rY: a\r\n", "BAD_FIELD_NAME"],
    ["VT before its colon", "Content-Length▲\v: 5\r\n", "BAD_FIELD_NAME"],
    ["NEL at the end of its name", "Content-Length▲\x85: 5\r\n", "BAD_FIELD_NAME"],
    ["NBSP at the end of its name", "Transfer-Encoding▲\xa0: chunked\r\n", "BAD_FIELD_NAME"],
    ["NBSP before its name", "▲\xa0Host: a\r\n", "BAD_FIELD_NAME"],
    ["a letter beyond ASCII in its name", "X\x2d▲\xe9: a\r\n", "BAD_FIELD_NAME"],
    ["a parenthesis in its name", "X▲(: a\r\n", "BAD_FIELD_NAME"],
    ["a slash in its name", "X▲/Y: a\r\n", "BAD_FIELD_NAME"],
    ["a comma in its name", "X▲,Y: a\r\n", "BAD_FIELD_NAME"],
    ["a name in quotes", '▲"X": a\r\n', "BAD_FIELD_NAME"],
    ["a name in brackets", "▲[X]: a\r\n", "BAD_FIELD_NAME"],
    ["NUL in its value", "X: a▲\0b\r\n", "BAD_FIELD_VALUE"],
    ["NUL before its value", "X:▲\0a\r\n", "BAD_FIELD_VALUE"],
    ["NUL for its value", "X: ▲\0\r\n", "BAD_FIELD_VALUE"],
    ["NUL in a value that frames", "Content-Length: 5▲\0\r\n", "BAD_FIELD_VALUE"],
    ["BEL in its value", "X: a▲\x07\r\n", "BAD_FIELD_VALUE"],
    ["VT in its value", "X: a▲\v\r\n", "BAD_FIELD_VALUE"],
    ["FF in its value", "X:▲\fa\r\n", "BAD_FIELD_VALUE"],
    ["ESC in its value", "X: ▲\x1b[2J\r\n", "BAD_FIELD_VALUE"],
    ["DEL in its value", "X: a▲\x7f\r\n", "BAD_FIELD_VALUE"],
  ])("%s", (_attack, lines, failure) => expectRefused(withLines(lines), failure));
});

describe("the parser takes", () => {
  const tchar = /[-!#$%&'*+.^_`|~0-9A-Za-z]/;
  const value = /[\t\x20-\x7e\x80-\xff\r]/;

  /** What may follow each prefix: every one of the 256 bytes is tried. */
  test.each<[place: string, prefix: string, ...allowed: RegExp[]]>([
    ["at the start", "", tchar, /\r/],
    ["after CR at the start", "\r", /\n/],
    ["after an empty line", "\r\n", tchar, /\r/],
    ["in the method", "G", tchar, / /],
    ["at the target's start", "GET ", /[\x21\x22\x24-\x7e]/],
    ["in the target", "GET /", /[\x20-\x22\x24-\x7e]/],
    ["at the version's start", "GET / ", /H/],
    ["after H", "GET / H", /T/],
    ["after HT", "GET / HT", /T/],
    ["after HTT", "GET / HTT", /P/],
    ["after HTTP", "GET / HTTP", /\//],
    ["for the major version", "GET / HTTP/", /[0-9]/],
    ["after the major version", "GET / HTTP/1", /\./],
    ["for the minor version", "GET / HTTP/1.", /[0-9]/],
    ["after the version", "GET / HTTP/1.1", /\r/],
    ["after the request line's CR", "GET / HTTP/1.1\r", /\n/],
    ["after the CR of another major version", "GET / HTTP/2.0\r"],
    ["at a field's start", "GET / HTTP/1.1\r\n", tchar, /\r/],
    ["in a name", "GET / HTTP/1.1\r\nX", tchar, /:/],
    ["at a value's start", "GET / HTTP/1.1\r\nX:", value],
    ["after a blank at a value's start", "GET / HTTP/1.1\r\nX: ", value],
    ["in a value", "GET / HTTP/1.1\r\nX:a", value],
    ["after a blank in a value", "GET / HTTP/1.1\r\nX:a ", value],
    ["after a field's CR", "GET / HTTP/1.1\r\nX:\r", /\n/],
    ["after a field", "GET / HTTP/1.1\r\nX:\r\n", tchar, /\r/],
    ["after the last CR", "GET / HTTP/1.0\r\n\r", /\n/],
  ])("nothing but what the grammar has %s", (_place, prefix, ...allowed) => {
    for (let byte = 0; byte < 256; byte++) {
      const char = String.fromCharCode(byte);
      const isTaken = parseInSteps(prefix + char, [prefix.length, prefix.length + 1]).outcome !== "FAILED";
      expect([byte, isTaken]).toEqual([byte, allowed.some((pattern) => pattern.test(char))]);
    }
  });

  /** Values are looked at in groups of eight bytes: each byte is tried at every place of more than two groups. */
  test("nothing but what the grammar has at any place of a long value", () => {
    for (let place = 0; place < 18; place++) {
      for (let byte = 0; byte < 256; byte++) {
        const char = String.fromCharCode(byte);
        const text = `GET / HTTP/1.0\r\nX:${"a".repeat(place)}${char}${"b".repeat(20)}\r\n\r\n`;
        const result = parse(text);
        const isAllowed = /[\t\x20-\x7e\x80-\xff]/.test(char);
        expect([place, byte, result.outcome === "COMPLETE"]).toEqual([place, byte, isAllowed]);
        if (isAllowed) continue;
        // A CR is refused by the byte behind it.
        const refusedAt = text.indexOf("X:") + 2 + place + (char === "\r" ? 1 : 0);
        const failure = char === "\r" || char === "\n" ? "BARE_LINE_END" : "BAD_FIELD_VALUE";
        expect([place, byte, result]).toEqual([
          place,
          byte,
          { outcome: "FAILED", failure, length: refusedAt },
        ]);
      }
    }
  });
});

describe("the limit on", () => {
  test("a head's bytes holds at each of them, and names what is to blame", () => {
    const text = "GET /a HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\n";
    const targetStart = text.indexOf("/");
    const versionEnd = text.indexOf("\r");
    for (let maxHeadBytes = 0; maxHeadBytes < text.length; maxHeadBytes++) {
      const isInTarget = maxHeadBytes >= targetStart && maxHeadBytes <= versionEnd;
      const failure = isInTarget ? "TARGET_TOO_LONG" : "HEAD_TOO_LARGE";
      const refused: HeadResult = { outcome: "FAILED", failure, length: maxHeadBytes };
      expect(parseEveryWay(text, { ...DEFAULT_HEAD_LIMITS, maxHeadBytes })).toEqual(refused);
    }
    for (const maxHeadBytes of [text.length, text.length + 1]) {
      expect(parseEveryWay(text, { ...DEFAULT_HEAD_LIMITS, maxHeadBytes }).outcome).toBe("COMPLETE");
    }
  });

  /** `before`, as many letters as bring the whole head to `length`, and `after`. */
  const filled = (length: number, before: string, after: string): string =>
    before + "a".repeat(length - before.length - after.length) + after;

  const END = "\r\nHost: a\r\n\r\n";

  test.each<[place: string, before: string, after: string, failure: keyof typeof Failure]>([
    ["a target", "GET /", ` HTTP/1.1${END}`, "HEAD_TOO_LARGE"],
    ["a target that takes all of it", "GET /", "", "TARGET_TOO_LONG"],
    ["a target up to the version", "GET /", " HTTP/1.1", "TARGET_TOO_LONG"],
    ["a method", "", ` / HTTP/1.1${END}`, "HEAD_TOO_LARGE"],
    ["a method that takes all of it", "", "", "HEAD_TOO_LARGE"],
    ["a field's name", "GET / HTTP/1.1\r\n", `:${END}`, "HEAD_TOO_LARGE"],
    ["a field's name that takes all of it", "GET / HTTP/1.1\r\n", "", "HEAD_TOO_LARGE"],
    ["a field's value", "GET / HTTP/1.1\r\nX: ", END, "HEAD_TOO_LARGE"],
    ["a field's value that takes all of it", "GET / HTTP/1.1\r\nX: ", "", "HEAD_TOO_LARGE"],
  ])("a head's bytes is 65,536, also for %s", (_place, before, after, failure) => {
    const whole = filled(65_536, before, after);
    const longer = filled(65_537, before, after);
    const isComplete = after.endsWith("\r\n\r\n");
    const cuts = [1, 100, 4096, 65_535, 65_536];
    for (const ends of [[65_536], cuts]) {
      const result = parseInSteps(whole, ends);
      if (isComplete) expect(result).toMatchObject({ outcome: "COMPLETE", length: 65_536 });
      else expect(result).toEqual({ outcome: "FAILED", failure, length: 65_536 });
    }
    for (const ends of [[65_537], [...cuts, 65_537]]) {
      expect(parseInSteps(longer, ends)).toEqual({ outcome: "FAILED", failure, length: 65_536 });
    }
  });

  test("a target holds at each of its bytes, whatever follows", () => {
    const targetStart = "GET ".length;
    const text = "GET /abcd HTTP/1.1\r\nHost: a\r\n\r\n";
    for (let maxTargetBytes = 0; maxTargetBytes < "/abcd".length; maxTargetBytes++) {
      const refused: HeadResult = {
        outcome: "FAILED",
        failure: "TARGET_TOO_LONG",
        length: targetStart + maxTargetBytes,
      };
      expect(parseEveryWay(text, { ...DEFAULT_HEAD_LIMITS, maxTargetBytes })).toEqual(refused);
    }
    for (const maxTargetBytes of ["/abcd".length, "/abcd".length + 1]) {
      expect(parseEveryWay(text, { ...DEFAULT_HEAD_LIMITS, maxTargetBytes })).toEqual(
        complete(text, { target: "/abcd", path: "/abcd" }),
      );
    }
  });

  test("a head's bytes does not count those behind it", () => {
    const text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const limits = { ...DEFAULT_HEAD_LIMITS, maxHeadBytes: text.length };
    expect(parseEveryWay(text + "x".repeat(100), limits)).toEqual(complete(text));
  });

  test("a head's bytes counts the empty lines before it", () => {
    const text = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const limits = { ...DEFAULT_HEAD_LIMITS, maxHeadBytes: text.length - 1 };
    expect(parseEveryWay(text, limits)).toMatchObject({ failure: "HEAD_TOO_LARGE" });
  });

  /** A head with `count` fields, each of them different, and what is expected of it. */
  function withFields(count: number): [text: string, fields: Field[]] {
    const fields: Field[] = Array.from({ length: count }, (_, index) => [`Field-${index}`, `value ${index}`]);
    fields[0] = ["Host", "a"];
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    return [`GET / HTTP/1.1\r\n${lines}\r\n`, fields];
  }

  test.each([1, 23, 24, 25, 48, 49, 96, 97, 100])(
    "fields allows %i of them, all kept as they came",
    (count) => {
      const [text, fields] = withFields(count);
      const everyByte = Array.from(text, (_, index) => index + 1);
      const cuts = Array.from({ length: count }, (_, index) => text.indexOf(`${fields[index]![0]}:`) + 3);
      expect(parse(text)).toEqual(complete(text, { fields }));
      expect(parseInSteps(text, everyByte)).toEqual(complete(text, { fields }));
      expect(parseInSteps(text, [...cuts, text.length])).toEqual(complete(text, { fields }));
    },
  );

  test("fields refuses one more than 100, at its first byte", () => {
    const [text] = withFields(101);
    const length = text.indexOf("Field-100:");
    const everyByte = Array.from(text, (_, index) => index + 1);
    const refused: HeadResult = { outcome: "FAILED", failure: "TOO_MANY_FIELDS", length };
    expect(parse(text)).toEqual(refused);
    expect(parseInSteps(text, everyByte)).toEqual(refused);
    expect(parse(text.slice(0, length))).toEqual({ outcome: "INCOMPLETE", length });
  });

  test.each([0, 1, 2])("fields is what it is set to: %i", (maxFields) => {
    const limits = { ...DEFAULT_HEAD_LIMITS, maxFields };
    const lines = "A: 1\r\nB: 2\r\nC: 3\r\n";
    const some = `GET / HTTP/1.0\r\n${lines.slice(0, maxFields * 6)}\r\n`;
    const more = `GET / HTTP/1.0\r\n${lines.slice(0, (maxFields + 1) * 6)}\r\n`;
    expect(parseEveryWay(some, limits).outcome).toBe("COMPLETE");
    expect(parseEveryWay(more, limits)).toMatchObject({ failure: "TOO_MANY_FIELDS" });
  });

  test("empty lines refuses the seventeenth, at its last byte", () => {
    expectRefused(`${"\r\n".repeat(16)}\r▲\nGET / HTTP/1.1\r\n`, "TOO_MANY_EMPTY_LINES");
  });
});

describe("the parser", () => {
  /**
   * How often each byte is looked at while `text` comes in pieces of `step` bytes. Reads of the same byte in a row
   * are one look.
   */
  function looksAt(text: string, step: number): number[] {
    const looks = new Array<number>(text.length).fill(0);
    let last = -1;
    const bytes = new Proxy(bytesOf(text), {
      get(target, key) {
        const at = Number(key);
        if (at !== last) looks[at]!++;
        last = at;
        return target[at];
      },
    });
    const head = new RequestHead();
    let outcome: HeadOutcome = HeadOutcome.INCOMPLETE;
    for (let end = step; outcome === HeadOutcome.INCOMPLETE; end += step) {
      outcome = parseHead(head, bytes, 0, Math.min(end, text.length), DEFAULT_HEAD_LIMITS);
    }
    expect([outcome, head.length]).toEqual([HeadOutcome.COMPLETE, text.length]);
    return looks;
  }

  /** Heads of about `length` bytes, most of them of one kind. */
  const longHeads = (length: number): [what: string, text: string][] => {
    const filled = (before: string, filling: string, after: string): string =>
      before + filling.repeat((length - before.length - after.length) / filling.length) + after;
    const words = "a ".repeat(length / 200 - 6);
    return [
      ["a target", filled("GET /", "a", " HTTP/1.0\r\n\r\n")],
      ["a method", filled("", "A", " / HTTP/1.0\r\n\r\n")],
      ["a name", filled("GET / HTTP/1.0\r\n", "a", ":\r\n\r\n")],
      ["a value", filled("GET / HTTP/1.0\r\nX: ", "a", "\r\n\r\n")],
      ["words in a value", filled("GET / HTTP/1.0\r\nX: ", "a \t", "a\r\n\r\n")],
      ["blanks before a value", filled("GET / HTTP/1.0\r\nX:", " \t", "a\r\n\r\n")],
      ["blanks after a value", filled("GET / HTTP/1.0\r\nX:a", " \t", "\r\n\r\n")],
      ["blanks for a value", filled("GET / HTTP/1.0\r\nX:", " \t", "\r\n\r\n")],
      ["100 fields", `GET / HTTP/1.0\r\n${`Accept: ${words}\r\n`.repeat(100)}\r\n`],
    ];
  };

  test.each(longHeads(65_536))("looks twice at most at bytes that drip in, 64 KiB of %s", (_what, text) => {
    expect(text.length).toBeWithin(64_000, 65_537);
    expect(Math.max(...looksAt(text, 1))).toBeLessThanOrEqual(2);
  });

  // Lines that have come whole are read ahead of the rest, and one that turns out not to be is read once more.
  test.each(longHeads(8_192))(
    "looks four times at most at bytes in larger pieces, 8 KiB of %s",
    (_what, text) => {
      for (const step of [2, 7, 100, 1460, 8_192]) {
        expect(Math.max(...looksAt(text, step))).toBeLessThanOrEqual(4);
      }
    },
  );

  test("looks once more at what says where the request ends, and for whom it is", () => {
    const lines =
      "Host: example.com:8000\r\nContent-Length: 12345\r\nConnection: close\r\nExpect: 100-continue\r\n";
    expect(Math.max(...looksAt(`POST / HTTP/1.1\r\n${lines}\r\n`, 1))).toBe(3);
  });

  test("looks at no byte that has not come yet", () => {
    const text = "GET / HTTP/1.1\r\nHost: a\r\nX: a value of some length\r\n\r\n";
    for (let end = 0; end <= text.length; end++) {
      const bytes = new Proxy(bytesOf(text), {
        get(target, key) {
          expect(Number(key)).toBeLessThan(end);
          return target[Number(key)];
        },
      });
      const expected = end < text.length ? HeadOutcome.INCOMPLETE : HeadOutcome.COMPLETE;
      expect(parseHead(new RequestHead(), bytes, 0, end, DEFAULT_HEAD_LIMITS)).toBe(expected);
    }
  });

  test("asks for more when nothing has come", () => {
    const head = new RequestHead();
    const text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const ends = [0, 0, 7, 7, 7, text.length - 1, text.length - 1, text.length];
    expect(parseInSteps(text, ends, DEFAULT_HEAD_LIMITS, head)).toEqual(complete(text));
  });

  test.each([
    ["nothing", ""],
    ["a method", "POST"],
    ["a target", "POST /somewhere"],
    ["a field", "POST /x HTTP/1.0\r\nContent-Length: 12"],
    ["many fields", `POST /x HTTP/1.0\r\n${"X: y\r\n".repeat(100)}`],
    [
      "a head with all that frames",
      "POST http://b/x HTTP/1.1\r\nHost: b\r\nContent-Length: 12\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n",
    ],
    ["a head with a chunked body", "POST /x HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["a failure in the request line", "\r\nPOST /x HTTP/2.0\r\n"],
    ["a failure in the fields", "POST /x HTTP/1.1\r\nHost: b\r\nHost: c\r\nX: \0"],
    ["a failure when it was complete", "POST /x HTTP/1.1\r\nHost: b\r\nHost: c\r\n\r\n"],
  ])("reads a head into an object that was reset after %s like into a new one", (_what, before) => {
    const used = new RequestHead();
    parseInSteps(before, [before.length], DEFAULT_HEAD_LIMITS, used);
    used.reset();
    const text = "GET /y HTTP/1.1\r\nHost: a\r\n\r\n";
    const fresh = new RequestHead();
    for (const head of [used, fresh]) {
      const everyByte = Array.from(text, (_, index) => index + 1);
      const result = parseInSteps(text, everyByte, DEFAULT_HEAD_LIMITS, head);
      expect(result).toEqual(complete(text, { target: "/y" }));
    }
    // The table of spans keeps the size that it has grown to, and what lies behind the fields.
    expect({ ...used, offsets: null }).toEqual({ ...fresh, offsets: null });
  });
});

describe("a head of the bench's corpus", () => {
  /** A few ways of being cut: all of them would take too long for heads of this length. */
  function parseSomeWays(text: string): HeadResult {
    const { length } = text;
    const endsFrom = (first: number, step: number): number[] =>
      Array.from({ length: Math.ceil((length - first) / step) }, (_, i) => first + i * step).concat(length);
    const whole = parse(text);
    for (const ends of [endsFrom(0, 1460), endsFrom(0, 64), endsFrom(length - 8, 1)]) {
      expect(parseInSteps(text, ends)).toEqual(whole);
    }
    return whole;
  }

  test.each(Object.entries({ ...REQUEST_HEADS, ...ADVERSARIAL_HEADS }))(
    "is read to the letter: %s",
    (_what, { bytes, fieldCount }) => {
      const text = textOf(bytes);
      const [requestLine = "", ...lines] = text.trimEnd().split("\r\n");
      const fields = lines.map((line): Field => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "")];
      });
      expect(fields).toHaveLength(fieldCount);
      expect(parseSomeWays(text)).toEqual(complete(text, { target: requestLine.split(" ")[1]!, fields }));
    },
  );

  test.each(Object.entries(REFUSED_HEADS))(
    "is refused at the byte that is wrong: %s",
    (_what, { bytes, refusedAt }) => {
      expect(parseSomeWays(textOf(bytes))).toMatchObject({ outcome: "FAILED", length: refusedAt });
    },
  );
});

function allBytes(pattern: RegExp): string {
  const chars = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  return chars.filter((char) => pattern.test(char)).join("");
}
