import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ANSWERS, UNSENDABLE_FIELDS } from "../../bench/corpus.ts";
import {
  decimalDigits,
  FIELD_LINE_OVERHEAD,
  writeAscii,
  writeDecimal,
  writeField,
  writeText,
} from "../../src/protocol/response-head.ts";
import { ResponseWriter } from "../../src/transport/wfile.ts";
import { textOf } from "../support/head.ts";

/** What no write may touch: bytes before and behind the place that it was given. */
const UNTOUCHED = 0xee;
const BEFORE = 3;

/** What `write` puts into room for `room` bytes; `undefined` where it refuses. */
function written(room: number, write: (bytes: Buffer, at: number) => number): string | undefined {
  const bytes = Buffer.alloc(BEFORE + room + 3, UNTOUCHED);
  const end = write(bytes, BEFORE);
  const around = [...bytes.subarray(0, BEFORE), ...bytes.subarray(BEFORE + room)];
  expect(around.every((byte) => byte === UNTOUCHED)).toBeTrue();
  return end < 0 ? undefined : textOf(bytes.subarray(BEFORE, end));
}

const textWritten = (text: string): string | undefined =>
  written(text.length, (bytes, at) => writeText(bytes, at, text));

const fieldWritten = (name: string, value: string): string | undefined =>
  written(name.length + value.length + FIELD_LINE_OVERHEAD, (bytes, at) =>
    writeField(bytes, at, name, value),
  );

/** Text of several lengths with `unit` in it: short text and long text are written in different ways. */
const LENGTHS = [1, 2, 47, 48, 49, 100, 5000];

function* around(unit: string): Generator<string> {
  for (const length of LENGTHS) {
    for (const at of new Set([0, length >> 1, length - 1])) {
      yield "a".repeat(at) + unit + "b".repeat(length - at - 1);
    }
  }
}

const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const TOKEN = /^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/;

describe("writeText()", () => {
  test("writes as Latin-1 what a value may hold, and refuses every other of the 65,536 code units", () => {
    const bytes = Buffer.alloc(1);
    const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit));
    const accepted = units.filter((unit) => writeText(bytes, 0, unit) !== -1);
    expect(accepted).toHaveLength(224);
    expect(accepted.join("")).toMatch(FIELD_VALUE);
  });

  test.each(LENGTHS)("writes %i bytes of every kind that it may write", (length) => {
    const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).filter((c) =>
      FIELD_VALUE.test(c),
    );
    const text = Array.from({ length }, (_, index) => all[(index * 7) % all.length]).join("");
    expect(textWritten(text)).toBe(text);
  });

  test("writes nothing for nothing", () => expect(textWritten("")).toBe(""));

  test.each([
    ["CR", "\r"],
    ["LF", "\n"],
    ["NUL", "\0"],
    ["VT", "\v"],
    ["ESC", "\x1b"],
    ["DEL", "\x7f"],
    ["U+010A, whose low byte is LF", "\u010a"],
    ["U+010D, whose low byte is CR", "\u010d"],
    ["U+0100, whose low byte is NUL", "\u0100"],
    ["U+560A, whose low byte is LF", "\u560a"],
    ["U+2028, which is a line end elsewhere", "\u2028"],
    ["U+212A, which lower-cases to k", "\u212a"],
    ["U+FEFF", "\ufeff"],
    ["half a surrogate pair", "\ud83d"],
    ["the other half, whose low byte is LF", "\udc0a"],
  ])("refuses %s wherever it stands, in short text and in long", (_what, unit) => {
    for (const text of around(unit)) expect(textWritten(text)).toBeUndefined();
  });

  test("refuses an emoji", () => {
    for (const length of LENGTHS) expect(textWritten(`${"a".repeat(length)}\u{1f600}`)).toBeUndefined();
  });
});

describe("writeField()", () => {
  test.each([
    ["X", "a", "X: a\r\n"],
    ["Content-Type", "text/html; charset=utf-8", "Content-Type: text/html; charset=utf-8\r\n"],
    ["X", "", "X: \r\n"],
    ["X", "a\tb", "X: a\tb\r\n"],
    ["X", "\x80\xe9\xff", "X: \x80\xe9\xff\r\n"],
    ["X", ": a: b", "X: : a: b\r\n"],
    ["!#$%&'*+-.^_`|~09AZaz", "a", "!#$%&'*+-.^_`|~09AZaz: a\r\n"],
    ["X", "a".repeat(5000), `X: ${"a".repeat(5000)}\r\n`],
  ])("writes %p with %p", (name, value, line) => expect(fieldWritten(name, value)).toBe(line));

  test.each([
    ["nothing", ""],
    ["a colon", "X:"],
    ["a line end", "X\r\nY"],
    ["a field of its own", "X: a\r\nY"],
    ["a space", "X Y"],
    ["a space at its end", "X "],
    ["a tab", "X\t"],
    ["NUL", "X\0"],
    ["a letter beyond ASCII", "X\xe9"],
    ["U+010A, whose low byte is LF", "X\u010a"],
    ["U+0158, whose low byte is X", "\u0158"],
    ["U+212A, which lower-cases to k", "\u212aey"],
  ])("refuses a name with %s", (_what, name) => expect(fieldWritten(name, "a")).toBeUndefined());

  test.each([
    ["a line end", "a\r\nSet-Cookie: b"],
    ["a line end and an empty line", "a\r\n\r\n<script>"],
    ["LF", "a\nX: b"],
    ["CR", "a\rX: b"],
    ["a line end alone", "\r\n"],
    ["a fold", "a\r\n b"],
    ["NUL", "a\0"],
    ["code units whose low bytes are a line end", "a\u010d\u010aX: b"],
  ])("refuses a value with %s", (_what, value) => {
    for (const text of [value, value + "a".repeat(100), "a".repeat(100) + value]) {
      expect(fieldWritten("X", text)).toBeUndefined();
    }
  });
});

describe("writeField(), over the bench's corpus,", () => {
  test.each(Object.entries(ANSWERS))("writes each field of %s", (_what, answers) => {
    for (const [name, value] of answers.flatMap(({ fields }) => fields)) {
      expect(fieldWritten(name, value)).toBe(`${name}: ${value}\r\n`);
    }
  });

  test.each(Object.entries(UNSENDABLE_FIELDS))("refuses %s", (_what, fields) => {
    for (const [name, value] of fields) expect(fieldWritten(name, value)).toBeUndefined();
  });
});

/** Text in which what is dangerous is common. */
const unit = fc.oneof(
  fc.constantFrom("\r", "\n", "\0", "\u010d", "\u010a", "\u0100", "\u212a", "\x7f", "\t", " ", ":"),
  fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
);
const safeUnit = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
const anyText = fc.oneof(
  fc.string({ unit, maxLength: 120 }),
  fc.string({ unit: safeUnit, maxLength: 120 }),
  fc
    .tuple(fc.string({ unit: safeUnit, maxLength: 100 }), unit, fc.string({ unit: safeUnit, maxLength: 100 }))
    .map((parts) => parts.join("")),
);
const anyName = fc.oneof(
  anyText,
  fc.string({ unit: fc.constantFrom(..."!#$%&'*+-.^_`|~09AZaz"), minLength: 1, maxLength: 20 }),
);

describe("for any text", () => {
  test("what is written is the text itself, or nothing", () => {
    fc.assert(
      fc.property(anyText, (any) => expect(textWritten(any)).toBe(FIELD_VALUE.test(any) ? any : undefined)),
      { numRuns: 500 },
    );
  });

  test("a field is one line, or refused", () => {
    fc.assert(
      fc.property(anyName, anyText, (name, any) => {
        const isValid = TOKEN.test(name) && FIELD_VALUE.test(any);
        expect(fieldWritten(name, any)).toBe(isValid ? `${name}: ${any}\r\n` : undefined);
      }),
      { numRuns: 500 },
    );
  });
});

describe("an answer's head", () => {
  /** What a client gets: the head with those of the fields that can be sent; nothing where `reason` cannot. */
  function answered(reason: string, fields: readonly (readonly [name: string, value: string])[]): string {
    let sent = "";
    const sink = {
      write(bytes: Uint8Array, at: number, length: number): number {
        sent += textOf(bytes.subarray(at, at + length));
        return length;
      },
    };
    const writer = new ResponseWriter(sink, { surplusDropped() {}, writeBlocked() {} });
    writer.beginRequest(false, true, false);
    if (writer.beginHead("HTTP/1.1", 204, reason)) {
      for (const [name, value] of fields) writer.addField(name, value);
      writer.endHead("");
    }
    writer.endRequest();
    writer.close();
    return sent;
  }

  test("has a line for each part that can be sent, whatever it is made of", () => {
    const isSendable = ([name, value]: readonly [string, string]): boolean =>
      TOKEN.test(name) && FIELD_VALUE.test(value);
    fc.assert(
      fc.property(anyText, fc.array(fc.tuple(anyName, anyText), { maxLength: 8 }), (reason, fields) => {
        const lines = fields.filter(isSendable).map(([name, value]) => `${name}: ${value}\r\n`);
        const head = `HTTP/1.1 204 ${reason}\r\n${lines.join("")}\r\n`;
        // The third time it comes out of the cache.
        for (let time = 0; time < 3; time++) {
          expect(answered(reason, fields)).toBe(FIELD_VALUE.test(reason) ? head : "");
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("writeAscii()", () => {
  const asciiWritten = (text: string): string | undefined =>
    written(text.length, (bytes, at) => writeAscii(bytes, at, text));

  test("writes ASCII, control characters too: it is for bodies and for what is ours", () => {
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join("");
    expect(asciiWritten(ascii)).toBe(ascii);
    expect(asciiWritten("")).toBe("");
  });

  test.each(["\x80", "\xff", "\u010a", "\u212a", "\ud83d"])("refuses %p", (unit) => {
    for (const text of around(unit)) expect(asciiWritten(text)).toBeUndefined();
  });
});

describe("writeDecimal()", () => {
  test.each([
    0,
    1,
    9,
    10,
    11,
    99,
    100,
    101,
    65_535,
    2 ** 31,
    2 ** 32 + 5,
    999_999_999_999,
    1e15,
    Number.MAX_SAFE_INTEGER - 1,
    Number.MAX_SAFE_INTEGER,
  ])("writes %d", (value) => {
    const digits = String(value);
    expect(decimalDigits(value)).toBe(digits.length);
    expect(written(digits.length, (bytes, at) => writeDecimal(bytes, at, value))).toBe(digits);
  });

  test("writes any whole number as String() does", () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeNat(), fc.nat(100_000)), (value) => {
        const digits = String(value);
        expect(decimalDigits(value)).toBe(digits.length);
        expect(written(digits.length, (bytes, at) => writeDecimal(bytes, at, value))).toBe(digits);
      }),
    );
  });
});
