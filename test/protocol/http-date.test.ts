import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DATES, NO_DATES, PRESENT_OF_DATES } from "../../bench/corpus.ts";
import { formatHttpDate, MONTH_NAMES, parseHttpDate, WEEKDAY_NAMES } from "../../src/protocol/http-date.ts";

/** 2026-11-23T00:00:00Z */
const NOW = 1_795_392_000;

const DAY = 86_400;
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;
const YEAR_99 = -59_042_995_200;

/** The example of RFC 9110 5.6.7. */
const EXAMPLE = 784_111_777;

const utc = (year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number =>
  Date.UTC(year, month - 1, day, hour, minute, second) / 1000;

describe("formatHttpDate", () => {
  test.each([
    ["the example of the RFC", EXAMPLE, "Sun, 06 Nov 1994 08:49:37 GMT"],
    ["the epoch", 0, "Thu, 01 Jan 1970 00:00:00 GMT"],
    ["a fraction, rounded down", 0.999, "Thu, 01 Jan 1970 00:00:00 GMT"],
    ["a negative fraction, rounded down too", -0.001, "Wed, 31 Dec 1969 23:59:59 GMT"],
    ["a leap day", utc(2024, 2, 29, 23, 59, 59), "Thu, 29 Feb 2024 23:59:59 GMT"],
    ["a time past 2^31", 2 ** 31, "Tue, 19 Jan 2038 03:14:08 GMT"],
    ["the first second that four digits can say", FIRST_SECOND, "Sat, 01 Jan 0000 00:00:00 GMT"],
    ["a year of two digits, padded", YEAR_99, "Thu, 01 Jan 0099 00:00:00 GMT"],
    ["the last second that four digits can say", LAST_SECOND, "Fri, 31 Dec 9999 23:59:59 GMT"],
    ["what comes before the first second", FIRST_SECOND - 1, "Sat, 01 Jan 0000 00:00:00 GMT"],
    ["what comes after the last second", LAST_SECOND + 1, "Fri, 31 Dec 9999 23:59:59 GMT"],
    ["the least number", -Number.MAX_VALUE, "Sat, 01 Jan 0000 00:00:00 GMT"],
    ["the greatest number", Number.MAX_VALUE, "Fri, 31 Dec 9999 23:59:59 GMT"],
    ["infinity", Infinity, "Fri, 31 Dec 9999 23:59:59 GMT"],
    ["NaN", NaN, "Sat, 01 Jan 0000 00:00:00 GMT"],
  ])("writes %s", (_what, epochSeconds, text) => {
    expect(formatHttpDate(epochSeconds)).toBe(text);
  });

  test.each(DATES)("writes $imfFixdate, as Python does", ({ epochSeconds, imfFixdate }) => {
    expect(formatHttpDate(epochSeconds)).toBe(imfFixdate);
  });

  test("names every weekday", () => {
    const monday = utc(2026, 11, 23);
    const written = WEEKDAY_NAMES.map((_name, days) => formatHttpDate(monday + days * DAY).slice(0, 3));
    expect(written).toEqual(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
  });

  test("names every month", () => {
    const written = MONTH_NAMES.map((_name, month) => formatHttpDate(utc(2026, month + 1, 1)).slice(8, 11));
    expect(written.join(" ")).toBe("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec");
  });
});

describe("parseHttpDate", () => {
  test.each([
    ["IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE],
    ["rfc850-date", "Sunday, 06-Nov-94 08:49:37 GMT", EXAMPLE],
    ["asctime-date", "Sun Nov  6 08:49:37 1994", EXAMPLE],
    ["asctime-date with a day of two digits", "Wed Nov 16 08:49:37 1994", EXAMPLE + 10 * DAY],
    ["asctime-date with a zero before the day", "Sun Nov 06 08:49:37 1994", EXAMPLE],
    ["a weekday that is not that of the date", "Mon, 06 Nov 1994 08:49:37 GMT", EXAMPLE],
    ["midnight", "Sun, 06 Nov 1994 00:00:00 GMT", utc(1994, 11, 6)],
    ["a leap second", "Sat, 31 Dec 2016 23:59:60 GMT", utc(2017, 1, 1)],
    ["a leap day", "Thu, 29 Feb 2024 00:00:00 GMT", utc(2024, 2, 29)],
    ["the leap day of a year that 400 divides", "Tue, 29 Feb 2000 00:00:00 GMT", utc(2000, 2, 29)],
    ["a date before 1970", "Wed, 31 Dec 1969 23:59:59 GMT", -1],
    ["the year 0000", "Sat, 01 Jan 0000 00:00:00 GMT", FIRST_SECOND],
    ["the year 0000's leap day", "Tue, 29 Feb 0000 00:00:00 GMT", FIRST_SECOND + 59 * DAY],
    ["the year 99, which is not 1999", "Thu, 01 Jan 0099 00:00:00 GMT", YEAR_99],
    ["the year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", LAST_SECOND],
  ])("reads %s", (_what, text, epochSeconds) => {
    expect(parseHttpDate(text, NOW)).toBe(epochSeconds);
  });

  test.each([
    ["nothing", ""],
    ["a day name alone", "Sun"],
    ["a comma alone", ","],
    ["day 0", "Sun, 00 Nov 1994 08:49:37 GMT"],
    ["31 November", "Thu, 31 Nov 1994 08:49:37 GMT"],
    ["32 December", "Sun, 32 Dec 1994 08:49:37 GMT"],
    ["29 February of a common year", "Wed, 29 Feb 2023 00:00:00 GMT"],
    ["29 February of a year that 100 divides", "Mon, 29 Feb 1900 00:00:00 GMT"],
    ["30 February of a leap year", "Fri, 30 Feb 2024 00:00:00 GMT"],
    ["hour 24", "Sun, 06 Nov 1994 24:00:00 GMT"],
    ["minute 60", "Sun, 06 Nov 1994 08:60:00 GMT"],
    ["second 60 in the middle of an hour", "Sun, 06 Nov 1994 23:49:60 GMT"],
    ["second 60 of an hour that is not the last", "Sun, 06 Nov 1994 22:59:60 GMT"],
    ["second 61", "Sat, 31 Dec 2016 23:59:61 GMT"],
    ["an unknown weekday", "Son, 06 Nov 1994 08:49:37 GMT"],
    ["an unknown month", "Sun, 06 Okt 1994 08:49:37 GMT"],
    ["lower case", "sun, 06 nov 1994 08:49:37 gmt"],
    ["a zone of its own", "Sun, 06 Nov 1994 08:49:37 +0000"],
    ["UTC for GMT", "Sun, 06 Nov 1994 08:49:37 UTC"],
    ["no zone", "Sun, 06 Nov 1994 08:49:37"],
    ["no weekday", "06 Nov 1994 08:49:37 GMT"],
    ["no seconds", "Sun, 06 Nov 1994 08:49 GMT"],
    ["a day of one digit", "Sun, 6 Nov 1994 08:49:37 GMT"],
    ["a year of five digits", "Sun, 06 Nov 10000 08:49:37 GMT"],
    ["a year of two digits in an IMF-fixdate", "Sun, 06 Nov 94 08:49:37 GMT"],
    ["a year of four digits in an rfc850-date", "Sunday, 06-Nov-1994 08:49:37 GMT"],
    ["a short weekday in an rfc850-date", "Sun, 06-Nov-94 08:49:37 GMT"],
    ["a long weekday in an IMF-fixdate", "Sunday, 06 Nov 1994 08:49:37 GMT"],
    ["GMT after an asctime-date", "Sun Nov  6 08:49:37 1994 GMT"],
    ["day 0 in an asctime-date", "Sun Nov  0 08:49:37 1994"],
    ["hyphens for spaces", "Sun, 06-Nov-1994 08:49:37 GMT"],
    ["space before it", " Sun, 06 Nov 1994 08:49:37 GMT"],
    ["space after it", "Sun, 06 Nov 1994 08:49:37 GMT "],
    ["two spaces in it", "Sun,  06 Nov 1994 08:49:37 GMT"],
    ["a length suffix", "Sun, 06 Nov 1994 08:49:37 GMT; length=34"],
    ["ISO 8601", "1994-11-06T08:49:37Z"],
    ["epoch seconds", "784111777"],
    ["a negative number for the day", "Sun, -6 Nov 1994 08:49:37 GMT"],
    ["digits that are not ASCII", "Sun, ٠٦ Nov 1994 08:49:37 GMT"],
  ])("refuses %s", (_what, text) => {
    expect(parseHttpDate(text, NOW)).toBeNaN();
  });

  test.each(["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])(
    "refuses %p with any one character replaced, taken out or doubled",
    (text) => {
      for (let at = 0; at < text.length; at++) {
        const [before, char, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)];
        const others = ["/", ":", " ", "\n", "\u0660"].filter((other) => other !== char);
        for (const damage of ["", char + char, ...others]) {
          expect(parseHttpDate(before + damage + after, NOW)).toBeNaN();
        }
      }
    },
  );

  test.each(DATES)("reads $imfFixdate in all three forms", (date) => {
    const texts = [date.imfFixdate, date.rfc850Date, date.asctimeDate];
    const read = texts.map((text) => parseHttpDate(text, PRESENT_OF_DATES));
    expect(read).toEqual([date.epochSeconds, date.epochSeconds, date.epochSeconds]);
  });

  test.each(Object.entries(NO_DATES))("refuses %s", (_what, texts) => {
    for (const text of texts) expect(parseHttpDate(text, PRESENT_OF_DATES)).toBeNaN();
  });

  test("reads every long weekday", () => {
    const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    for (const day of days) expect(parseHttpDate(`${day}, 06-Nov-94 08:49:37 GMT`, NOW)).toBe(EXAMPLE);
  });

  describe("places a year of two digits at most 50 years ahead", () => {
    const rfc850 = (date: string, now: number): number => parseHttpDate(`Monday, ${date} 00:00:00 GMT`, now);

    test.each([
      ["this year", "01-Jan-26", NOW, utc(2026, 1, 1)],
      ["50 years ahead to the second", "23-Nov-76", NOW, utc(2076, 11, 23)],
      ["50 years and a day ahead: the past century", "24-Nov-76", NOW, utc(1976, 11, 24)],
      ["51 years ahead: the past century", "01-Jan-77", NOW, utc(1977, 1, 1)],
      ["99, in 2026", "31-Dec-99", NOW, utc(1999, 12, 31)],
      ["00, at the end of a century", "01-Jan-00", utc(2099, 12, 31), utc(2100, 1, 1)],
      ["49, at the end of a century", "01-Jan-49", utc(2099, 12, 31), utc(2149, 1, 1)],
      ["50, at the end of a century", "01-Jan-50", utc(2099, 12, 31), utc(2050, 1, 1)],
      ["20, as 1970 begins", "01-Jan-20", 0, utc(2020, 1, 1)],
      ["20, a second before 1970", "01-Jan-20", -1, utc(1920, 1, 1)],
      ["a leap day of the century that is chosen", "29-Feb-00", utc(2050, 1, 15), utc(2000, 2, 29)],
    ])("%s", (_what, date, now, epochSeconds) => {
      expect(rfc850(date, now)).toBe(epochSeconds);
    });

    test("refuses a leap day that the chosen year has not", () => {
      expect(rfc850("29-Feb-00", utc(2060, 1, 15))).toBeNaN();
    });
  });

  test("reads back every date that formatHttpDate writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST_SECOND, max: LAST_SECOND }), (epochSeconds) => {
        expect(parseHttpDate(formatHttpDate(epochSeconds), NOW)).toBe(epochSeconds);
      }),
    );
  });

  test("never throws, whatever the text and the present are", () => {
    const almost = fc
      .tuple(
        fc.constantFrom("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"),
        fc.nat(30),
        fc.string(),
      )
      .map(([text, at, piece]) => text.slice(0, at) + piece + text.slice(at + piece.length));
    fc.assert(
      fc.property(fc.oneof(almost, fc.string()), fc.double(), (text, now) => {
        expect(parseHttpDate(text, now)).toBeNumber();
      }),
    );
  });
});
