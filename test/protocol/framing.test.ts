import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Failure } from "../../src/protocol/failure.ts";
import { ConnectionOption, connectionOptions, expectsContinue } from "../../src/protocol/framing.ts";
import { type CompleteHead, completeHead, parse, parseEveryWay } from "../support/head.ts";

/** A request with `lines`, each of them a field. */
const withFields = (lines: string, method = "POST", version = "1.1"): string =>
  `${method} / HTTP/${version}\r\nHost: a\r\n${lines}\r\n`;

/** The same with the Host field behind `lines`. */
const withFieldsFirst = (lines: string): string => `POST / HTTP/1.1\r\n${lines}Host: a\r\n\r\n`;

/** Expects that the request is refused as a whole: not before its end, where all that frames it is known. */
function expectRefused(text: string, failure: keyof typeof Failure): void {
  expect(parseEveryWay(text)).toEqual({ outcome: "FAILED", failure, length: text.length });
}

describe("a request's body", () => {
  test.each<[what: string, lines: string, body: CompleteHead["body"]]>([
    ["is none without a field that frames it", "", "none"],
    ["is none with a length of zero", "Content-Length: 0\r\n", "none"],
    ["is none with a length of many zeros", "Content-Length: 0000000000000000000000\r\n", "none"],
    ["is as long as Content-Length says", "Content-Length: 5\r\n", 5],
    ["is as long as it says without a blank", "Content-Length:5\r\n", 5],
    ["is as long as it says between blanks", "Content-Length: \t 5 \t\r\n", 5],
    ["is as long as it says in capitals", "CONTENT-LENGTH: 5\r\n", 5],
    ["is as long as it says in lower case", "content-length: 5\r\n", 5],
    ["has its length in decimal, also with leading zeros", "Content-Length: 010\r\n", 10],
    [
      "has its length in decimal, with more zeros than it has digits",
      `Content-Length: ${"0".repeat(60)}7\r\n`,
      7,
    ],
    ["is chunked where Transfer-Encoding says so", "Transfer-Encoding: chunked\r\n", "chunked"],
    ["is chunked where it says so in capitals", "TRANSFER-ENCODING: CHUNKED\r\n", "chunked"],
    ["is chunked where it says so in mixed case", "tRANSFER-eNCODING: cHuNkEd\r\n", "chunked"],
    ["is chunked where it says so between blanks", "Transfer-Encoding: \t chunked \t\r\n", "chunked"],
    [
      "is none where the names have an underscore",
      "Content_Length: 5\r\nTransfer_Encoding: chunked\r\n",
      "none",
    ],
    ["is none where only a TE field says chunked", "TE: chunked\r\n", "none"],
    ["is none where only Connection names the fields", "Connection: content-length, chunked\r\n", "none"],
  ])("%s, whatever the method", (_what, lines, body) => {
    for (const method of ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]) {
      const text = withFields(lines, method);
      expect(parseEveryWay(text)).toMatchObject({ outcome: "COMPLETE", method, body, length: text.length });
    }
  });

  test("has a length in HTTP/1.0 too", () => {
    expect(parseEveryWay(withFields("Content-Length: 5\r\n", "POST", "1.0"))).toMatchObject({ body: 5 });
  });

  test("that looks like a request is no part of the head", () => {
    const text = withFields("Content-Length: 30\r\n");
    const smuggled = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
    expect(parseEveryWay(text + smuggled)).toMatchObject({ target: "/", body: 30, length: text.length });
  });
});

describe("Content-Length is refused", () => {
  test.each([
    ["empty", ""],
    ["a plus sign", "+5"],
    ["a minus sign", "-5"],
    ["minus zero", "-0"],
    ["hexadecimal", "0x5"],
    ["hexadecimal without 0x", "a"],
    ["octal", "0o5"],
    ["binary", "0b1"],
    ["a fraction", "5.0"],
    ["a fraction of zero", ".5"],
    ["an exponent", "5e0"],
    ["an underscore", "1_0"],
    ["BigInt's letter", "5n"],
    ["double quotes", '"5"'],
    ["single quotes", "'5'"],
    ["a space within", "1 0"],
    ["a tab within", "1\t0"],
    ["junk behind", "5 bytes"],
    ["a letter behind", "5a"],
    ["a letter before", "a5"],
    ["NBSP before", "\xa05"],
    ["NBSP behind", "5\xa0"],
    ["NEL before", "\x855"],
    ["NEL behind", "5\x85"],
    ["a superscript digit", "\xb2"],
    ["a digit of another script", "\xd9\xa5"],
    ["a word", "five"],
    ["not a number", "NaN"],
    ["no end", "Infinity"],
    ["a comma", ","],
    ["a comma behind", "5,"],
    ["a comma before", ",5"],
    ["a list of equal values", "5, 5"],
    ["a list of equal values without a blank", "5,5"],
    ["a list of different values", "5, 6"],
    ["a list with zero", "0, 5"],
    ["a list with an empty element", "5,,5"],
    ["a semicolon", "5;q=1"],
    ["a slash", "5/5"],
    ["a byte below the digits", "5/"],
    ["a byte above the digits", "5:"],
    ["junk behind more digits than a number holds", `${"9".repeat(20)}x`],
    ["a sign behind more digits than a number holds", `${"9".repeat(20)}-1`],
    ["a comma behind more digits than a number holds", `${"9".repeat(20)}, 5`],
  ])("with %s", (_what, value) => {
    expectRefused(withFields(`Content-Length: ${value}\r\n`), "BAD_CONTENT_LENGTH");
    expectRefused(withFields(`Content-Length: ${value}\r\n`, "GET", "1.0"), "BAD_CONTENT_LENGTH");
  });

  test.each([
    ["different values", "Content-Length: 5\r\nContent-Length: 6\r\n"],
    ["equal values", "Content-Length: 5\r\nContent-Length: 5\r\n"],
    ["values that are equal as numbers", "Content-Length: 5\r\nContent-Length: 05\r\n"],
    ["empty and a number", "Content-Length:\r\nContent-Length: 5\r\n"],
    ["a number and empty", "Content-Length: 5\r\nContent-Length:\r\n"],
    ["zero and a number", "Content-Length: 0\r\nContent-Length: 5\r\n"],
    ["names in different case", "Content-Length: 5\r\nCONTENT-length: 5\r\n"],
    ["another field in between", "Content-Length: 5\r\nX: y\r\nContent-Length: 6\r\n"],
  ])("repeated, with %s", (_what, lines) => expectRefused(withFields(lines), "BAD_CONTENT_LENGTH"));

  test.each<[what: string, digits: bigint | string]>([
    ["2^53", 2n ** 53n],
    ["2^53 + 5", 2n ** 53n + 5n],
    ["2^53 - 1 and one more digit", `${Number.MAX_SAFE_INTEGER}0`],
    ["2^63 + 5", 2n ** 63n + 5n],
    ["2^64", 2n ** 64n],
    ["2^64 + 5", 2n ** 64n + 5n],
    ["2^128 + 5", 2n ** 128n + 5n],
    ["100 digits", "1".repeat(100)],
    ["400 digits, which no number comes near", "9".repeat(400)],
    ["a number that overflows behind leading zeros", `${"0".repeat(100)}${2n ** 64n + 5n}`],
  ])("as too large with %s", (_what, digits) => {
    expectRefused(withFields(`Content-Length: ${digits}\r\n`), "BODY_TOO_LARGE");
  });

  test.each<[what: string, length: number]>([
    ["2^31", 2 ** 31],
    ["2^32", 2 ** 32],
    ["2^32 + 5", 2 ** 32 + 5],
    ["2^53 - 2", 2 ** 53 - 2],
    ["2^53 - 1", 2 ** 53 - 1],
  ])("not with %s, which never wraps", (_what, length) => {
    expect(parseEveryWay(withFields(`Content-Length: ${length}\r\n`))).toMatchObject({ body: length });
  });

  test("for any number that is not held exactly, and for no other", () => {
    const digits = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 70n }),
      fc.bigInt({ min: 2n ** 53n - 20n, max: 2n ** 53n + 20n }),
      fc.maxSafeNat().map(BigInt),
    );
    fc.assert(
      fc.property(digits, fc.nat(30), (number, zeros) => {
        const result = parse(withFields(`Content-Length: ${"0".repeat(zeros)}${number}\r\n`));
        if (number > Number.MAX_SAFE_INTEGER) expect(result).toMatchObject({ failure: "BODY_TOO_LARGE" });
        else expect(result).toMatchObject({ body: number === 0n ? "none" : Number(number) });
      }),
    );
  });
});

describe("Transfer-Encoding is refused", () => {
  test.each([
    ["empty", ""],
    ["a comma", ","],
    ["an empty element before", ", chunked"],
    ["an empty element behind", "chunked,"],
    ["an empty element in between", "gzip,, chunked"],
    ["chunked twice", "chunked, chunked"],
    ["chunked twice without a blank", "chunked,chunked"],
    ["chunked twice in different case", "Chunked, cHUNKED"],
    ["chunked that is not last", "chunked, gzip"],
    ["chunked first and last", "chunked, gzip, chunked"],
    ["identity, which no longer exists", "identity"],
    ["chunked before identity", "chunked, identity"],
    ["a final coding that is not chunked", "gzip"],
    ["an unknown coding", "x-unknown"],
    ["a suffix", "chunkedx"],
    ["a prefix", "xchunked"],
    ["another prefix", "x-chunked"],
    ["a letter missing", "chunke"],
    ["a space within", "chun ked"],
    ["a space for the comma", "gzip chunked"],
    ["a semicolon for the comma", "gzip; chunked"],
    ["a parameter", "chunked;x=y"],
    ["a parameter's semicolon alone", "chunked;"],
    ["a parameter after a blank", "chunked ;q=1"],
    ["double quotes", '"chunked"'],
    ["single quotes", "'chunked'"],
    ["brackets", "[chunked]"],
    ["NBSP before", "\xa0chunked"],
    ["NBSP behind", "chunked\xa0"],
    ["NEL before", "\x85chunked"],
    ["NEL behind", "chunked\x85"],
    ["NBSP around it in a list", "gzip,\xa0chunked"],
    ["obs-text for a letter", "\xe7hunked"],
    ["a colon before", ": chunked"],
    ["a backslash", "\\chunked"],
    ["a zero width space in UTF-8", "\xe2\x80\x8bchunked"],
  ])("with %s", (_what, value) => {
    expectRefused(withFields(`Transfer-Encoding: ${value}\r\n`), "BAD_TRANSFER_ENCODING");
  });

  test.each([
    ["VT before", "\vchunked"],
    ["FF before", "\fchunked"],
    ["VT behind", "chunked\v"],
    ["NUL behind", "chunked\0"],
  ])("with %s, as a value that nothing may have", (_what, value) => {
    const result = parseEveryWay(withFields(`Transfer-Encoding: ${value}\r\n`));
    expect(result).toMatchObject({ outcome: "FAILED", failure: "BAD_FIELD_VALUE" });
  });

  test.each([
    ["gzip", "gzip, chunked"],
    ["gzip without a blank", "gzip,chunked"],
    ["gzip with blanks", "gzip \t,\t chunked"],
    ["gzip in capitals", "GZIP, CHUNKED"],
    ["identity", "identity, chunked"],
    ["several", "gzip, deflate, x-unknown, chunked"],
    ["one that begins like chunked", "chunked2, chunked"],
  ])("with codings that are not understood before chunked: %s", (_what, value) => {
    expectRefused(withFields(`Transfer-Encoding: ${value}\r\n`), "UNSUPPORTED_TRANSFER_ENCODING");
  });

  test.each([
    ["chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"],
    ["gzip and chunked", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"],
    ["chunked and identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"],
    ["chunked and nothing", "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n"],
    ["in different case", "Transfer-Encoding: chunked\r\ntransfer-encoding: chunked\r\n"],
  ])("on more than one line: %s", (_what, lines) =>
    expectRefused(withFields(lines), "BAD_TRANSFER_ENCODING"),
  );

  test.each([
    ["before it", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"],
    ["behind it", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"],
    ["of zero", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"],
    ["that is empty", "Content-Length:\r\nTransfer-Encoding: chunked\r\n"],
    ["that is none", "Content-Length: x\r\nTransfer-Encoding: chunked\r\n"],
    ["twice", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n"],
    ["when it is empty", "Content-Length: 5\r\nTransfer-Encoding:\r\n"],
    ["when it is identity", "Content-Length: 5\r\nTransfer-Encoding: identity\r\n"],
    ["when it is disguised", "Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n"],
    [
      "when it is on two lines",
      "Content-Length: 5\r\nTransfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n",
    ],
    ["in other case", "content-LENGTH: 5\r\ntransfer-ENCODING: Chunked\r\n"],
  ])("beside a Content-Length %s", (_where, lines) =>
    expectRefused(withFields(lines), "CONFLICTING_FRAMING"),
  );

  test.each([
    ["chunked", "Transfer-Encoding: chunked\r\n"],
    ["chunked, with keep-alive", "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n"],
    ["chunked, with a length", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"],
    ["identity", "Transfer-Encoding: identity\r\n"],
    ["nothing", "Transfer-Encoding:\r\n"],
  ])("in HTTP/1.0: %s", (_what, lines) => {
    expectRefused(withFields(lines, "POST", "1.0"), "TRANSFER_ENCODING_IN_HTTP_1_0");
  });
});

describe("Connection", () => {
  const { NONE, CLOSE, KEEP_ALIVE } = ConnectionOption;

  test.each([
    ["nothing", "", NONE],
    ["nothing when it is empty", "Connection:\r\n", NONE],
    ["close", "Connection: close\r\n", CLOSE],
    ["close in capitals", "CONNECTION: CLOSE\r\n", CLOSE],
    ["close in mixed case", "Connection: cLoSe\r\n", CLOSE],
    ["close between blanks", "Connection: \t close \t\r\n", CLOSE],
    ["keep-alive", "Connection: keep-alive\r\n", KEEP_ALIVE],
    ["keep-alive in mixed case", "Connection: Keep-Alive\r\n", KEEP_ALIVE],
    ["close in a list (REQ-17)", "Connection: close, TE\r\n", CLOSE],
    ["close at the end of a list", "Connection: TE,close\r\n", CLOSE],
    ["close within a list", "Connection: a\t, close ,b\r\n", CLOSE],
    ["keep-alive in a list", "Connection: Upgrade, keep-alive\r\n", KEEP_ALIVE],
    ["close among empty elements", "Connection: ,,  , close,,\r\n", CLOSE],
    ["both", "Connection: keep-alive, close\r\n", KEEP_ALIVE | CLOSE],
    ["both on two lines", "Connection: keep-alive\r\nX: y\r\nconnection: close\r\n", KEEP_ALIVE | CLOSE],
    ["both on two lines in a row", "Connection: keep-alive\r\nConnection: close\r\n", KEEP_ALIVE | CLOSE],
    ["close on the third line", "Connection: a\r\nConnection: b\r\nConnection: close\r\n", CLOSE],
    ["nothing by a longer word", "Connection: closed, keep-alives\r\n", NONE],
    ["nothing by a word that ends so", "Connection: not-close, xkeep-alive\r\n", NONE],
    ["nothing by a shorter word", "Connection: clos, keep\r\n", NONE],
    [
      "nothing by another field",
      "Proxy-Connection: close\r\nConnections: close\r\nConnectiom: close\r\n",
      NONE,
    ],
  ])("says %s", (_what, lines, expected) => {
    expect(connectionOptions(completeHead(withFields(lines)))).toBe(expected);
    expect(connectionOptions(completeHead(withFieldsFirst(lines)))).toBe(expected);
  });
});

describe("Expect", () => {
  test.each([
    ["100-continue", "Expect: 100-continue\r\n", true],
    ["100-continue in capitals", "EXPECT: 100-CONTINUE\r\n", true],
    ["100-continue between blanks", "Expect: \t100-continue \r\n", true],
    ["nothing where there is no such field", "", false],
    ["nothing when it is empty", "Expect:\r\n", false],
    ["something else", "Expect: 200-ok\r\n", false],
    ["more than that", "Expect: 100-continue, 200-ok\r\n", false],
    ["it twice in a list", "Expect: 100-continue, 100-continue\r\n", false],
    ["it twice", "Expect: 100-continue\r\nExpect: 100-continue\r\n", false],
    ["it and something else on another line", "Expect: 100-continue\r\nX: y\r\nexpect: 200-ok\r\n", false],
    ["something else and it on another line", "Expect: 200-ok\r\nExpect: 100-continue\r\n", false],
    ["a parameter", "Expect: 100-continue;x\r\n", false],
    ["a word that begins so", "Expect: 100-continued\r\n", false],
    ["less", "Expect: 100\r\n", false],
  ])("says %s", (_what, lines, expected) => {
    expect(expectsContinue(completeHead(withFields(lines)))).toBe(expected);
    expect(expectsContinue(completeHead(withFieldsFirst(lines)))).toBe(expected);
  });
});
