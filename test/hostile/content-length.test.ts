/** Content-Length (RFC 9112 6.3, RFC 9110 8.6): digits, once. No number wraps, rounds or means another one. */

import { describe, expect, test } from "bun:test";
import {
  accepted,
  byteName,
  closing,
  cut,
  EVERY_BYTE,
  post,
  refused,
  type WireCase,
} from "./support/cases.ts";
import { Wire } from "./support/wire.ts";

const wire = new Wire();

/** A request that would be run behind a body of five bytes. */
const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: hidden\r\n\r\n";

const length = (value: string): string => post(`Content-Length: ${value}\r\n`, `hello${HIDDEN}`);
const bad = (name: string, value: string, status = 400): WireCase => refused(name, length(value), status);

wire.testEach("Content-Length is refused when it is", [
  bad("empty", ""),
  bad("blanks", " \t "),
  bad("a sign and a number", "+5"),
  bad("negative", "-5"),
  bad("minus zero", "-0"),
  bad("hexadecimal", "0x5"),
  bad("octal by its prefix", "0o5"),
  bad("binary", "0b101"),
  bad("a letter", "a"),
  bad("a fraction", "5.0"),
  bad("a number and a point", "5."),
  bad("an exponent", "5e0"),
  bad("digits with an underscore", "0_5"),
  bad("a BigInt", "5n"),
  bad("in quotes", '"5"'),
  bad("in single quotes", "'5'"),
  bad("digits with a space between them", "0 5"),
  bad("digits with a tab between them", "0\t5"),
  bad("followed by junk", "5 bytes"),
  bad("followed by a comma", "5,"),
  bad("preceded by a comma", ",5"),
  bad("followed by a semicolon", "5;"),
  bad("followed by VT", "5\v"),
  bad("preceded by VT", "\v5"),
  bad("followed by FF", "5\f"),
  bad("preceded by FF", "\f5"),
  bad("followed by NBSP", "5\xa0"),
  bad("preceded by NBSP", "\xa05"),
  bad("followed by NEL", "5\x85"),
  bad("preceded by NEL", "\x855"),
  bad("preceded by a byte order mark", "\xef\xbb\xbf5"),
  bad("preceded by a line separator", "\xe2\x80\xa85"),
  bad("a superscript digit", "\xb2"),
  bad("an Arabic digit", "\xd9\xa5"),
  bad("a fullwidth digit", "\xef\xbc\x95"),
  bad("no number", "NaN"),
  bad("infinite", "Infinity"),
  bad("a list of equal values", "5, 5"),
  bad("a list of equal values without a blank", "5,5"),
  bad("a list of different values", "5, 6"),
  bad("a list of zero and another", "0, 5"),
  bad("a list with an empty element", "5,,5"),
]);

const twice = (name: string, one: string, other: string, between = ""): WireCase =>
  refused(name, post(`Content-Length: ${one}\r\n${between}Content-Length: ${other}\r\n`, `hello${HIDDEN}`));

wire.testEach("Content-Length is refused when it is there twice, with", [
  twice("different values", "5", "6"),
  twice("equal values", "5", "5"),
  twice("values that are equal as numbers", "5", "05"),
  twice("zero and another value", "0", "5"),
  twice("another value and zero", "5", "0"),
  twice("nothing and a value", "", "5"),
  twice("a value and nothing", "5", ""),
  twice("another field in between", "5", "0", "X: y\r\n"),
  refused("its name in different case", post("Content-Length: 5\r\ncontent-LENGTH: 0\r\n", `hello${HIDDEN}`)),
]);

wire.testEach("Content-Length never wraps when it is", [
  bad("2^31 + 5", String(2n ** 31n + 5n), 413),
  bad("2^32 + 5", String(2n ** 32n + 5n), 413),
  bad("2^53 + 5", String(2n ** 53n + 5n), 413),
  bad("2^61 + 5", String(2n ** 61n + 5n), 413),
  bad("2^63 + 5", String(2n ** 63n + 5n), 413),
  bad("2^64 + 5", String(2n ** 64n + 5n), 413),
  bad("2^128 + 5", String(2n ** 128n + 5n), 413),
  bad("100 digits", "9".repeat(100), 413),
  bad("400 digits", "9".repeat(400), 413),
  bad("100 digits with junk behind them", `${"9".repeat(100)}x`),
]);

const echo = (name: string, value: string, body: string): WireCase =>
  accepted(name, post(`Content-Length: ${value}\r\n`, body), body === "" ? "POST /" : `POST / ${body}`);

wire.testEach("Content-Length is taken when it is", [
  echo("zero", "0", ""),
  echo("zeros", "000", ""),
  echo("decimal with a leading zero, never octal", "010", "0123456789"),
  echo("decimal behind a hundred zeros", `${"0".repeat(100)}5`, "hello"),
  echo("between blanks", "\t 5 \t", "hello"),
  accepted("in any case", post("cOnTeNt-LeNgTh: 5\r\n", "hello"), "POST / hello"),
]);

const framed = (name: string, line: string): WireCase => {
  const bytes = `${line} HTTP/1.1\r\nHost: test\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`;
  return accepted(name, bytes, `${line} ${HIDDEN}`);
};

wire.testEach("a body that is a request is none:", [
  framed("of POST", "POST /"),
  framed("of PUT", "PUT /"),
  framed("of GET", "GET /"),
  framed("of HEAD", "HEAD /"),
  framed("of DELETE", "DELETE /"),
  framed("of OPTIONS", "OPTIONS *"),
  framed("of TRACE", "TRACE /"),
  {
    ...accepted("of a method that is not implemented", framed("", "FOO /").bytes),
    statuses: [501],
  },
  {
    ...accepted("of CONNECT, which is refused", framed("", "CONNECT a.test:80").bytes),
    statuses: [501],
  },
  closing(
    "in HTTP/1.0",
    `POST / HTTP/1.0\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
    `POST / ${HIDDEN}`,
  ),
]);

wire.testEach("a body that is cut short is never complete:", [
  cut("before its first byte", post("Content-Length: 5\r\n"), [400], "POST / (broken)"),
  cut("before its last byte", post("Content-Length: 5\r\n", "hell"), [400], "POST / (broken)"),
  cut("by a request that it swallows", post("Content-Length: 100\r\n", HIDDEN), [400], "POST / (broken)"),
]);

describe("each of the 256 bytes", () => {
  test.each([
    ["before the digits", (char: string) => `${char}5`, /[\t 0-9]/],
    ["between the digits", (char: string) => `0${char}5`, /[0-9]/],
    ["behind the digits", (char: string) => `5${char}`, /[\t ]/],
  ] as const)(
    "is refused %s of Content-Length unless it makes the same grammar",
    async (where, value, allowed) => {
      await wire.checkAll(
        EVERY_BYTE.map((char) => {
          const text = value(char);
          // A digit behind makes the body longer.
          if (where === "behind the digits" && /[0-9]/.test(char)) {
            return accepted(
              byteName(char),
              post(`Content-Length: ${text}\r\n`, "x".repeat(Number(text))),
              `POST / ${"x".repeat(Number(text))}`,
            );
          }
          if (!allowed.test(char)) return refused(byteName(char), length(text));
          const body = "x".repeat(Number(text.trim()));
          return accepted(byteName(char), post(`Content-Length: ${text}\r\n`, body), `POST / ${body}`);
        }),
      );
    },
  );
});

describe("what JavaScript takes for a number", () => {
  const NUMBERS: readonly string[] = [
    "+5",
    "-0",
    "0x5",
    "0X5",
    "0b101",
    "0o5",
    "5.",
    "5.0",
    ".5e1",
    "5e0",
    "5E0",
    "50e-1",
    "",
    // `Number()` strips all of Unicode's white space, of which only SP and HTAB may stand around a value.
    "\u00a05",
    "5\u00a0",
    "\ufeff5",
    "5\u2028",
    "\u30005",
  ];

  test("is no Content-Length", async () => {
    for (const text of NUMBERS) expect(Number(text)).not.toBeNaN();
    await wire.checkAll(
      NUMBERS.flatMap((text) => {
        const bytes = Buffer.from(text).toString("latin1");
        // As Latin-1, too, which is how a server that makes text of its input reads NBSP.
        const spellings = /^[\0-\xff]*$/.test(text) ? [bytes, text] : [bytes];
        return spellings.map((spelling) => refused(text, length(spelling)));
      }),
    );
  });

  test("as parseInt() does, which stops at junk, is none either", async () => {
    const texts = ["5x", "5 5", "5_5", "5,5", "5px", "5\u00e9"];
    for (const text of texts) expect(Number.parseInt(text, 10)).toBe(5);
    await wire.checkAll(texts.map((text) => refused(text, length(text))));
  });
});
