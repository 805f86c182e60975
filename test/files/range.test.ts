import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { combineRanges, parse } from "range-parser";
import {
  contentRange,
  MAX_RANGES,
  type RangeSelection,
  selectRanges,
  unsatisfiedRange,
} from "../../src/files/range.ts";

/** What a request for these parts comes to; ends are the last byte, as in the field. */
function parts(...ends: [first: number, last: number][]): RangeSelection {
  return ends.map(([first, last]) => ({ start: first, end: last + 1 }));
}

describe("selectRanges() of 1000 bytes", () => {
  const cases: [value: string, selection: RangeSelection][] = [
    ["bytes=0-0", parts([0, 0])],
    ["bytes=0-499", parts([0, 499])],
    ["bytes=500-", parts([500, 999])],
    ["bytes=-1", parts([999, 999])],
    ["bytes=-500", parts([500, 999])],
    ["bytes=999-", parts([999, 999])],
    ["bytes=0-999", parts([0, 999])],
    ["bytes=0-", parts([0, 999])],
    // Beyond the end.
    ["bytes=900-2000", parts([900, 999])],
    ["bytes=-2000", parts([0, 999])],
    ["bytes=1000-", "unsatisfiable"],
    ["bytes=1000-2000", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=1000-,-0", "unsatisfiable"],
    // Some that are there suffice.
    ["bytes=1000-,0-0", parts([0, 0])],
    ["bytes=-0,5-5,2000-", parts([5, 5])],
    // Several, in the order that was asked for.
    ["bytes=0-0,-1", parts([0, 0], [999, 999])],
    ["bytes=-1,0-0", parts([999, 999], [0, 0])],
    ["bytes=500-600,0-10,700-", parts([500, 600], [0, 10], [700, 999])],
    // Those that overlap or touch become one.
    ["bytes=0-10,5-20", parts([0, 20])],
    ["bytes=5-20,0-10", parts([0, 20])],
    ["bytes=0-10,11-20", parts([0, 20])],
    ["bytes=0-10,12-20", parts([0, 10], [12, 20])],
    ["bytes=0-999,5-6", parts([0, 999])],
    ["bytes=500-600,0-10,550-700,5-7", parts([500, 700], [0, 10])],
    // How it may be written.
    ["BYTES=0-1", parts([0, 1])],
    ["bytes= 0-1 ,\t5-6 ", parts([0, 1], [5, 6])],
    ["bytes=,,0-1,,", parts([0, 1])],
    ["bytes=0000-0001", parts([0, 1])],
    ["bytes=-000", "unsatisfiable"],
    // Ignored: not of the form, or of another unit.
    ["", null],
    ["bytes", null],
    ["bytes=", null],
    ["bytes=,", null],
    ["bytes=-", null],
    ["bytes=--1", null],
    ["bytes=5", null],
    ["bytes=a-b", null],
    ["bytes=0-1x", null],
    ["bytes=0 - 1", null],
    ["bytes=0-1-2", null],
    ["bytes=+0-1", null],
    ["bytes=0x0-0x1", null],
    ["bytes=1e1-1e2", null],
    ["bytes=0.5-1", null],
    ["bytes=\uff10-\uff11", null],
    ["bytes =0-1", null],
    ["bytes:0-1", null],
    ["0-1", null],
    ["items=0-1", null],
    ["bytesx=0-1", null],
    ["bytes=5-4", null],
    ["bytes=0-1,5-4", null],
    ["bytes=0-1,x", null],
    ["bytes=0-1, bytes=5-6", null],
  ];
  test.each(cases)("%p", (value, selection) => {
    expect(selectRanges(value, 1000)).toEqual(selection);
  });
});

describe("numbers never wrap", () => {
  const sizes = [1000, 2 ** 31 + 5, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER];
  const huge = [
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775808",
    "18446744073709551616",
  ];
  const long = `1${"0".repeat(400)}`;

  test.each([...huge, long])("%s as an end is the end", (digits) => {
    for (const size of sizes.filter((bytes) => bytes <= Number(digits))) {
      expect(selectRanges(`bytes=0-${digits}`, size)).toEqual(parts([0, size - 1]));
      expect(selectRanges(`bytes=-${digits}`, size)).toEqual(parts([0, size - 1]));
    }
  });

  test.each([...huge, long])("%s as a beginning is beyond the end", (digits) => {
    for (const size of sizes.filter((bytes) => bytes <= Number(digits))) {
      expect(selectRanges(`bytes=${digits}-`, size)).toBe("unsatisfiable");
    }
  });

  test("of numbers that no double tells apart, the lesser one is told", () => {
    expect(selectRanges("bytes=9007199254740993-9007199254740992", 1000)).toBeNull();
    expect(selectRanges("bytes=9007199254740992-9007199254740993", 1000)).toBe("unsatisfiable");
    expect(selectRanges(`bytes=${long}1-${long}0`, 1000)).toBeNull();
  });

  test("places beyond 4 GiB are exact", () => {
    const size = 5 * 2 ** 40;
    expect(selectRanges("bytes=4294967296-4294967297", size)).toEqual(parts([4294967296, 4294967297]));
    expect(selectRanges("bytes=-1", size)).toEqual(parts([size - 1, size - 1]));
  });
});

test("selectRanges() takes time in proportion to the length of the value", () => {
  // Whoever tries again from each byte takes minutes.
  expect(selectRanges(`bytes=${" ".repeat(500_000)}x`, 1000)).toBeNull();
  expect(selectRanges(`bytes=${"0".repeat(500_000)}x`, 1000)).toBeNull();
  expect(selectRanges(`bytes=${"0".repeat(500_000)}1-${" ".repeat(500_000)}`, 1000)).toEqual(parts([1, 999]));
});

describe("an empty representation", () => {
  test("has no part that begins anywhere", () => {
    expect(selectRanges("bytes=0-", 0)).toBe("unsatisfiable");
    expect(selectRanges("bytes=0-0", 0)).toBe("unsatisfiable");
    expect(selectRanges("bytes=-0", 0)).toBe("unsatisfiable");
  });

  test("is whole what its last bytes are, which no Content-Range could say", () => {
    expect(selectRanges("bytes=-5", 0)).toBeNull();
    expect(selectRanges("bytes=0-,-5", 0)).toBeNull();
  });
});

describe("many ranges", () => {
  const apart = (count: number) => Array.from({ length: count }, (_, index) => `${index * 2}-${index * 2}`);

  test(`are answered up to ${MAX_RANGES}`, () => {
    expect(selectRanges(`bytes=${apart(MAX_RANGES).join()}`, 1000)).toHaveLength(MAX_RANGES);
  });

  test("beyond that are the whole, also where they overlap or cannot be had", () => {
    expect(selectRanges(`bytes=${apart(MAX_RANGES + 1).join()}`, 1000)).toBeNull();
    expect(
      selectRanges(
        `bytes=${Array(MAX_RANGES + 1)
          .fill("0-0")
          .join()}`,
        1000,
      ),
    ).toBeNull();
    expect(
      selectRanges(
        `bytes=${Array(MAX_RANGES + 1)
          .fill("1000-")
          .join()}`,
        1000,
      ),
    ).toBeNull();
  });
});

/** What the `range-parser` package says, in our words. */
function oracle(value: string, size: number): RangeSelection {
  const { code, type, ranges } = parse(size, value);
  if (type !== "bytes" || (code & 1) !== 0) return null;
  if (ranges.length === 0) return code === 0 ? null : "unsatisfiable";
  return [...combineRanges(ranges)]
    .sort((a, b) => a.index - b.index)
    .map(({ start, end }) => ({ start, end: end + 1 }));
}

describe("range-parser says the same", () => {
  const number = fc.oneof(
    fc.nat(30).map(String),
    fc.nat(2000).map(String),
    fc.maxSafeNat().map(String),
    fc.constantFrom("", "0", "00", "007", "x"),
  );
  const spec = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(number, number).map(([first, last]) => `${first}-${last}`) },
    { weight: 1, arbitrary: fc.constantFrom("", " ", "-", "5", "0-0-0", " 1-2 ", "\t3-4") },
  );
  const value = fc.oneof(
    { weight: 8, arbitrary: fc.array(spec, { maxLength: 8 }).map((specs) => `bytes=${specs.join()}`) },
    { weight: 1, arbitrary: fc.constantFrom("bytes", "BYTES=0-0", "items=0-1", "=0-1", "") },
    { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."bytes=0123456789-, \t"), maxLength: 20 }) },
  );

  test("of every field and size", () => {
    fc.assert(
      fc.property(value, fc.oneof(fc.integer({ min: 1, max: 40 }), fc.maxSafeNat()), (text, size) => {
        fc.pre(size > 0);
        expect(selectRanges(text, size)).toEqual(oracle(text, size));
      }),
      { numRuns: 5000 },
    );
  });

  test("parts lie within the whole, do not touch, and are no more than were asked for", () => {
    fc.assert(
      fc.property(value, fc.nat(60), (text, size) => {
        const selection = selectRanges(text, size);
        if (selection === null || selection === "unsatisfiable") return;
        expect(selection.length).toBeLessThanOrEqual(text.split(",").length);
        const sorted = [...selection].sort((a, b) => a.start - b.start);
        let last = -1;
        for (const { start, end } of sorted) {
          expect(start).toBeGreaterThan(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(size);
      }),
      { numRuns: 2000 },
    );
  });
});

test("Content-Range counts to the last byte", () => {
  expect(contentRange({ start: 0, end: 500 }, 1234)).toBe("bytes 0-499/1234");
  expect(unsatisfiedRange(1234)).toBe("bytes */1234");
});
