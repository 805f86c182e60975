/**
 * Every number that a peer, or the command line, can send: read as it is written, to the last digit, or refused. The
 * reference is `BigInt`, which neither wraps nor rounds.
 */

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { portNumber } from "../../src/cli/values.ts";
import { Chunk, ChunkedDecoder } from "../../src/protocol/chunked.ts";
import { HeadOutcome, parseHead } from "../../src/protocol/head-parser.ts";
import { isAuthority } from "../../src/protocol/host.ts";
import { parseHttpDate } from "../../src/protocol/http-date.ts";
import { DEFAULT_CHUNKED_LIMITS, DEFAULT_HEAD_LIMITS } from "../../src/protocol/limits.ts";
import { BodyKind, RequestHead } from "../../src/protocol/request-head.ts";
import { bytesOf } from "../support/head.ts";

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Where numbers wrap, are cut or rounded: powers of two, and what lies beside them and their multiples. */
const edge = fc
  .tuple(fc.integer({ min: 0, max: 130 }), fc.bigInt({ min: -6n, max: 6n }), fc.bigInt({ min: 1n, max: 3n }))
  .map(([power, beside, times]) => times * 2n ** BigInt(power) + beside)
  .filter((value) => value >= 0n);
const number = fc.oneof(edge, fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.bigInt({ min: 0n, max: 70_000n }));
const zeros = fc.nat(20).map((count) => "0".repeat(count));

/** What looks like a number to a reader who is not strict. */
const lookalike = fc
  .tuple(
    number,
    fc.constantFrom("+", "-", " ", "0x", "\t", "_", ".", ",", "e", "'", "\xa0", "\xb2", "n", "h"),
    fc.nat(4),
  )
  .map(([value, sign, place]) => {
    const digits = String(value);
    const at = Math.min(place, digits.length);
    return digits.slice(0, at) + sign + digits.slice(at);
  });

/** A decimal number with zeros before it, or what is none. */
const decimalText = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(zeros, number).map(([before, value]) => before + value) },
  { weight: 1, arbitrary: lookalike },
);
const hexText = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(zeros, number).map(([before, value]) => before + value.toString(16)) },
  { weight: 1, arbitrary: lookalike },
);

/** What `BigInt` makes of decimal digits, undefined where there is anything else. */
function decimal(text: string): bigint | undefined {
  return /^[0-9]+$/.test(text) ? BigInt(text) : undefined;
}

function parsed(text: string): RequestHead | undefined {
  const head = new RequestHead();
  const bytes = bytesOf(text);
  const outcome = parseHead(head, bytes, 0, bytes.length, DEFAULT_HEAD_LIMITS);
  return outcome === HeadOutcome.COMPLETE ? head : undefined;
}

const holds = (property: fc.IPropertyWithHooks<[string]>): void => fc.assert(property, { numRuns: 2000 });

describe("whatever digits are sent,", () => {
  test("Content-Length is what they say, or refused", () => {
    holds(
      fc.property(decimalText, (text) => {
        const head = parsed(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length:${text}\r\n\r\n`);
        // Blanks around a value are not part of it.
        const value = decimal(text.replace(/^[ \t]+|[ \t]+$/g, ""));
        const isRead = value !== undefined && value <= MAX_SAFE;
        expect(head === undefined ? undefined : BigInt(head.contentLength)).toBe(isRead ? value : undefined);
        if (head !== undefined) expect(head.bodyKind).toBe(value === 0n ? BodyKind.NONE : BodyKind.LENGTH);
      }),
    );
  });

  test("a chunk size is what they say, or refused", () => {
    holds(
      fc.property(hexText, (text) => {
        const decoder = new ChunkedDecoder(DEFAULT_CHUNKED_LIMITS);
        const line = bytesOf(`${text}\r\nx`);
        const outcome = decoder.next(line, 0, line.length);
        const value = /^[0-9a-f]{1,16}$/.test(text) ? BigInt(`0x${text}`) : undefined;
        if (value === undefined || value > MAX_SAFE || value === 0n) {
          expect(outcome).not.toBe(Chunk.DATA);
        } else {
          // One byte of it has come.
          expect([outcome, BigInt(decoder.outstandingBytes)]).toEqual([Chunk.DATA, value - 1n]);
        }
      }),
    );
  });

  test("a port of an authority is one, or refused", () => {
    holds(
      fc.property(decimalText, (text) => {
        const bytes = bytesOf(`a:${text}`);
        const value = decimal(text);
        expect(isAuthority(bytes, 0, bytes.length)).toBe(value !== undefined && value <= 65_535n);
      }),
    );
  });

  test("a port of the command line is what they say, or refused", () => {
    holds(
      fc.property(decimalText, (text) => {
        const value = decimal(text);
        if (value !== undefined && value <= 65_535n) expect(BigInt(portNumber(text))).toBe(value);
        else expect(() => portNumber(text)).toThrow("expected a number from 0 to 65535");
      }),
    );
  });

  test("a version is two single digits, the first of them 1, or refused", () => {
    const part = fc.oneof(fc.constantFrom("0", "1", "2", "9", "01", "10", "11", "", "1 "), decimalText);
    fc.assert(
      fc.property(part, part, (major, minor) => {
        const head = parsed(`GET / HTTP/${major}.${minor}\r\nHost: a\r\n\r\n`);
        const isRead = major === "1" && /^[0-9]$/.test(minor);
        expect(head && [head.majorVersion, head.minorVersion]).toEqual(
          isRead ? [1, Number(minor)] : undefined,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test("the numbers of a date are what they say, or it is no date", () => {
    const two = fc.oneof(
      fc.constantFrom("00", "01", "23", "24", "30", "31", "59", "60", "61"),
      fc.nat(99).map((value) => String(value).padStart(2, "0")),
      decimalText,
    );
    const four = fc.oneof(
      fc.nat(9999).map((value) => String(value).padStart(4, "0")),
      decimalText,
    );
    fc.assert(
      fc.property(two, four, two, two, two, (day, year, hour, minute, second) => {
        const time = `${hour}:${minute}:${second}`;
        const read = parseHttpDate(`Sun, ${day} Nov ${year} ${time} GMT`, 0);
        const isDate =
          /^(?:0[1-9]|[12]\d|30)$/.test(day) &&
          /^\d{4}$/.test(year) &&
          (/^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(time) || time === "23:59:60");
        expect(Number.isNaN(read)).toBe(!isDate);
        if (isDate) expect(read).toBe(secondsSince1970(year, day, hour, minute, second));
      }),
      { numRuns: 2000 },
    );
  });
});

/** An instant in November. The years 0 to 99 are not those of the last century. */
function secondsSince1970(year: string, ...[day, hour, minute, second]: readonly string[]): number {
  const date = new Date(0);
  date.setUTCFullYear(Number(year), 10, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  return date.getTime() / 1000;
}
