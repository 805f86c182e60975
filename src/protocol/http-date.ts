/**
 * HTTP-date (RFC 9110 5.6.7), written and read. `Date.parse` is not used: it takes dates that HTTP does not have
 * and reads some that it has as local time.
 */

/** The day names of an IMF-fixdate, Monday first, as in Python's `weekdayname`. */
export const WEEKDAY_NAMES: readonly string[] = "Mon Tue Wed Thu Fri Sat Sun".split(" ");

/** The month names of an HTTP-date, January first. */
export const MONTH_NAMES: readonly string[] = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const DAYS_IN_MONTH: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const FEBRUARY = 1;

/** The instants that a year of four digits can say: 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;

/** The Gregorian calendar repeats itself after 400 years. */
const CALENDAR_CYCLE_YEARS = 400;
const CALENDAR_CYCLE_SECONDS = 146_097 * 86_400;

const DAY_NAME = WEEKDAY_NAMES.join("|");
const DAY_NAME_LONG = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday";
const MONTH = MONTH_NAMES.join("|");
const TIME_OF_DAY = "\\d\\d:\\d\\d:\\d\\d";

// The three forms. Only the day name of an rfc850-date has no fixed length, so the rest is read by its place.
const IMF_FIXDATE = new RegExp(`^(?:${DAY_NAME}), \\d\\d (?:${MONTH}) \\d{4} ${TIME_OF_DAY} GMT$`);
const RFC850_DATE = new RegExp(`^(?:${DAY_NAME_LONG}), \\d\\d-(?:${MONTH})-\\d\\d ${TIME_OF_DAY} GMT$`);
const ASCTIME_DATE = new RegExp(`^(?:${DAY_NAME}) (?:${MONTH}) [ \\d]\\d ${TIME_OF_DAY} \\d{4}$`);

/**
 * Dates that were written lately: the same few files are asked for again and again, and `toUTCString` takes 200 ns
 * (`bench/micro/http-date.ts`).
 */
const RECENT_DATES = 256;
const recentSeconds: Float64Array = new Float64Array(RECENT_DATES).fill(Number.NaN);
const recentTexts: string[] = new Array<string>(RECENT_DATES).fill("");

/**
 * Writes an instant as IMF-fixdate, such as `Sun, 06 Nov 1994 08:49:37 GMT`: always English, always GMT.
 *
 * @param epochSeconds seconds since 1970, negative before it; a fraction is rounded down. What lies before the year
 * 0000 or after 9999 cannot be said in this form and becomes the first or the last second that can (NaN the first).
 */
export function formatHttpDate(epochSeconds: number): string {
  const second =
    epochSeconds >= FIRST_SECOND ? Math.min(Math.floor(epochSeconds), LAST_SECOND) : FIRST_SECOND;
  const place = Math.abs(second) % RECENT_DATES;
  if (recentSeconds[place] === second) return recentTexts[place]!;
  // ECMA-262 defines toUTCString to be an IMF-fixdate for these years.
  const text = new Date(second * 1000).toUTCString();
  recentSeconds[place] = second;
  recentTexts[place] = text;
  return text;
}

/**
 * Reads an HTTP-date in any of its three forms: IMF-fixdate, rfc850-date or asctime-date, to the letter.
 *
 * The day name must be one, but need not be that of the date. Second 60 is read where leap seconds happen, at
 * 23:59, as the first second of the next day.
 *
 * @param text the field value, without whitespace around it.
 * @param nowSeconds the present in seconds since 1970: it decides the century of an rfc850-date.
 * @returns seconds since 1970, or NaN when `text` is not an HTTP-date.
 */
export function parseHttpDate(text: string, nowSeconds: number): number {
  if (IMF_FIXDATE.test(text)) return readImfFixdate(text);
  if (RFC850_DATE.test(text)) return readRfc850Date(text, nowSeconds);
  return ASCTIME_DATE.test(text) ? readAsctimeDate(text) : NaN;
}

function readImfFixdate(text: string): number {
  return epochSeconds(digitsAt(text, 12, 4), monthAt(text, 8), digitsAt(text, 5, 2), secondOfDayAt(text, 17));
}

function readRfc850Date(text: string, nowSeconds: number): number {
  const comma = text.indexOf(",");
  const month = monthAt(text, comma + 5);
  const day = digitsAt(text, comma + 2, 2);
  const secondOfDay = secondOfDayAt(text, comma + 12);
  const year = fullYear(digitsAt(text, comma + 9, 2), month, day, secondOfDay, nowSeconds);
  return epochSeconds(year, month, day, secondOfDay);
}

function readAsctimeDate(text: string): number {
  const day = text.charAt(8) === " " ? digitsAt(text, 9, 1) : digitsAt(text, 8, 2);
  return epochSeconds(digitsAt(text, 20, 4), monthAt(text, 4), day, secondOfDayAt(text, 11));
}

/**
 * The last year with these two digits that does not put the date more than 50 years into the future
 * (RFC 9110 5.6.7).
 */
function fullYear(
  twoDigits: number,
  month: number,
  day: number,
  secondOfDay: number,
  nowSeconds: number,
): number {
  const horizon = new Date(nowSeconds * 1000);
  horizon.setUTCFullYear(horizon.getUTCFullYear() + 50);
  const year = horizon.getUTCFullYear() - (horizon.getUTCFullYear() % 100) + twoDigits;
  const isBeyond = dayStart(year, month, day) + secondOfDay > horizon.getTime() / 1000;
  return isBeyond ? year - 100 : year;
}

/** The instant of a date and a second in it, or NaN when there is no such day or second. */
function epochSeconds(year: number, month: number, day: number, secondOfDay: number): number {
  if (day < 1 || day > daysInMonth(year, month)) return NaN;
  return dayStart(year, month, day) + secondOfDay;
}

/** The first second of a day. A day past the end of its month is one of the next month. */
function dayStart(year: number, month: number, day: number): number {
  // A calendar cycle later and back, because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  return Date.UTC(year + CALENDAR_CYCLE_YEARS, month, day) / 1000 - CALENDAR_CYCLE_SECONDS;
}

function daysInMonth(year: number, month: number): number {
  if (month === FEBRUARY && isLeapYear(year)) return 29;
  return DAYS_IN_MONTH[month] ?? 0;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** The seconds since midnight that `hh:mm:ss` stands for, up to 23:59:60, or NaN when there is no such time. */
function secondOfDayAt(text: string, at: number): number {
  const hour = digitsAt(text, at, 2);
  const minute = digitsAt(text, at + 3, 2);
  const second = digitsAt(text, at + 6, 2);
  const lastSecond = hour === 23 && minute === 59 ? 60 : 59;
  if (hour > 23 || minute > 59 || second > lastSecond) return NaN;
  return (hour * 60 + minute) * 60 + second;
}

/** The month named at `at`, 0 for January. */
function monthAt(text: string, at: number): number {
  return MONTH_NAMES.indexOf(text.slice(at, at + 3));
}

/** The value of `count` digits. */
function digitsAt(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) value = value * 10 + text.charCodeAt(i) - 0x30;
  return value;
}
