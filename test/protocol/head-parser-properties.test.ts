/** What holds of the parser of request heads for any bytes: the grammar of RFC 9112 once more, slow and plain. */

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type CompleteHead, type Field, parse, parseInSteps } from "../support/head.ts";
import { referenceHead, trimmed, withHostOf } from "../support/reference.ts";

const charOf = (characters: string): fc.Arbitrary<string> => fc.constantFrom(...characters);
const byteChar = fc.nat(255).map((byte) => String.fromCharCode(byte));
const textOfBytes = (pattern: RegExp, limits: fc.StringConstraints): fc.Arbitrary<string> =>
  fc.string({ ...limits, unit: byteChar.filter((char) => pattern.test(char)) });

const token = textOfBytes(/[-!#$%&'*+.^_`|~0-9A-Za-z]/, { minLength: 1, maxLength: 12 });
const fieldContent = textOfBytes(/[\t\x20-\x7e\x80-\xff]/, { maxLength: 20 });
const blanks = fc.string({ unit: charOf(" \t"), maxLength: 3 });
const randomCase = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((c, i) => (upper[i] ? c.toUpperCase() : c.toLowerCase())).join(""));

const host = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    "example.com",
    "EXAMPLE.com.",
    "127.0.0.1",
    "a,b",
    "a%2Db",
    "xn--bcher-kva.example",
  ),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
  fc.domain(),
);
const authority = fc
  .tuple(
    host,
    fc.oneof(
      fc.constantFrom("", ":"),
      fc.nat(65_535).map((port) => `:${port}`),
    ),
  )
  .map(([name, port]) => (name === "" ? "" : name + port));

const path = textOfBytes(/[\x21\x22\x24-\x7e]/, { maxLength: 30 }).map((rest) => `/${rest}`);
const scheme = fc.oneof(randomCase("http://"), randomCase("https://"));

/** A target and the path that it stands for. */
const target = fc.oneof(
  path.map((text) => ({ text, path: text })),
  fc
    .tuple(
      scheme,
      authority.filter((text) => text !== ""),
      fc.oneof(path, fc.constantFrom("", "?", "?a=/b")),
    )
    .map(([start, at, rest]) => ({
      text: start + at + rest,
      path: rest.startsWith("/") ? rest : `/${rest}`,
    })),
);

/** Names that frame a message mean something in a head: only those of `framing` have them. */
const FRAMING_NAMES = /^(host|content-length|transfer-encoding)$/i;

const framing: fc.Arbitrary<{ fields: Field[]; body: CompleteHead["body"] }> = fc.oneof(
  fc.constant({ fields: [] as Field[], body: "none" as const }),
  fc.tuple(randomCase("Content-Length"), fc.maxSafeNat(), fc.nat(4)).map(([name, length, zeros]) => ({
    fields: [[name, "0".repeat(zeros) + length] as Field],
    body: length === 0 ? ("none" as const) : length,
  })),
  fc.tuple(randomCase("Transfer-Encoding"), randomCase("chunked")).map((field) => ({
    fields: [field],
    body: "chunked" as const,
  })),
);

const otherFields = fc.array(
  fc.tuple(
    token.filter((name) => !FRAMING_NAMES.test(name)),
    fieldContent.map(trimmed),
  ) as fc.Arbitrary<Field>,
  { maxLength: 30 },
);

/** A valid head: its bytes, and what it must be parsed back to. */
const validHead = fc
  .record({
    emptyLines: fc.nat(16),
    method: token.filter((name) => name !== "CONNECT"),
    target,
    minor: fc.integer({ min: 1, max: 9 }),
    host: fc.tuple(randomCase("host"), authority) as fc.Arbitrary<Field>,
    framing,
    others: otherFields,
    place: fc.nat(),
    around: fc.array(fc.tuple(blanks, blanks), { minLength: 32, maxLength: 32 }),
  })
  .map((parts) => {
    const fields = [...parts.others];
    fields.splice(parts.place % (fields.length + 1), 0, parts.host, ...parts.framing.fields);
    const lines = fields.map(([name, value], index) => {
      const [before, after] = parts.around[index]!;
      return `${name}:${before}${value}${after}\r\n`;
    });
    const version = `HTTP/1.${parts.minor}`;
    const requestLine = `${parts.method} ${parts.target.text} ${version}\r\n`;
    const text = `${"\r\n".repeat(parts.emptyLines)}${requestLine}${lines.join("")}\r\n`;
    const expected: CompleteHead = {
      outcome: "COMPLETE",
      method: parts.method,
      target: parts.target.text,
      path: parts.target.path,
      version,
      fields: withHostOf(parts.target.text, fields),
      body: parts.framing.body,
      length: text.length,
    };
    return { text, expected };
  });

/** Characters that mean something somewhere in a head, and pieces of heads. */
const meaningful = fc.oneof(
  charOf("\r\n :/*?#@[]%.,;0159aGHhX\t\v\0\x7f\x85\xa0\xff"),
  fc.constantFrom(
    "\r\n",
    "\r\n\r\n",
    " HTTP/1.1\r\n",
    " HTTP/1.0\r\n",
    "GET ",
    "OPTIONS ",
    "CONNECT ",
    "http://",
    "Host: a\r\n",
    "Host: \r\n",
    "Content-Length: 5\r\n",
    "Content-Length: ",
    "Transfer-Encoding: chunked\r\n",
    "chunked",
  ),
);

/** A valid head in which up to three places are changed. */
const edit = fc.tuple(fc.nat(), fc.nat(2), fc.oneof(meaningful, byteChar, fc.constant("")));
const damagedHead = fc.tuple(validHead, fc.array(edit, { maxLength: 3 })).map(([{ text }, edits]) =>
  edits.reduce((result, [place, removed, inserted]) => {
    const at = place % (result.length + 1);
    return result.slice(0, at) + inserted + result.slice(at + removed);
  }, text),
);

const noise = fc.oneof(
  fc.string({ unit: fc.oneof(meaningful, byteChar), maxLength: 60 }),
  fc.array(meaningful, { maxLength: 12 }).map((parts) => `GET / HTTP/1.1\r\n${parts.join("")}\r\n\r\n`),
  fc.array(meaningful, { maxLength: 6 }).map((parts) => `GET ${parts.join("")} HTTP/1.1\r\nHost: a\r\n\r\n`),
);

describe("for any bytes", () => {
  test("a head that is made of valid parts is parsed back to them, however it is cut", () => {
    fc.assert(
      fc.property(validHead, fc.array(fc.nat()), fc.string({ unit: byteChar }), (head, cuts, rest) => {
        const text = head.text + rest;
        expect(parseInSteps(text, cutsOf(text, cuts))).toEqual(head.expected);
      }),
      { numRuns: 300 },
    );
  });

  test("the outcome is that of the grammar, and does not depend on where they are cut", () => {
    fc.assert(
      fc.property(fc.oneof(damagedHead, noise), fc.array(fc.nat()), (text, cuts) => {
        const whole = parse(text);
        expect(parseInSteps(text, cutsOf(text, cuts))).toEqual(whole);
        expect(whole.outcome === "COMPLETE" ? whole : undefined).toEqual(referenceHead(text));
      }),
      { numRuns: 1500 },
    );
  });

  test("nothing before the byte that is refused gives it away", () => {
    fc.assert(
      fc.property(damagedHead, (text) => {
        const whole = parse(text);
        fc.pre(whole.outcome === "FAILED");
        const isRefusedWhole = text.slice(0, whole.length).endsWith("\r\n\r\n");
        const before = isRefusedWhole ? whole.length - 1 : whole.length;
        expect(parse(text.slice(0, before))).toEqual({ outcome: "INCOMPLETE", length: before });
      }),
    );
  });
});

/** The ends of the pieces that `text` comes in: at each of `cuts`, taken modulo its length, and at its end. */
function cutsOf(text: string, cuts: readonly number[]): number[] {
  const places = cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b);
  return [...places, text.length];
}
