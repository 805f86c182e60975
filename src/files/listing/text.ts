/** Names, sizes and dates as people read them. Pure, but for the time zone, which is the process's. */

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/**
 * What shows nothing by itself, or changes the order in which the rest shows: controls, marks of direction, line
 * and paragraph separators, blanks without width. Joiners stay: emoji and scripts are made with them.
 */
const INVISIBLE =
  /[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0]/g;

/** Dates by the minute that they fall in. Past this all are forgotten. */
const MAX_MINUTES = 4096;

/** A minute in both ways of writing it. */
interface Minute {
  /** Up to its seconds, in UTC. */
  readonly utc: string;
  /** As it is shown, in the process's time zone. */
  readonly local: string;
}

const minutes = new Map<number, Minute>();

const TWO_DIGITS: readonly string[] = Array.from({ length: 60 }, (_, index) =>
  String(index).padStart(2, "0"),
);

/** `name` with a visible sign for what would not show, or would mislead: U+2400 and on, or its number. */
export function visibleName(name: string): string {
  return name.replace(INVISIBLE, visibleSign);
}

function visibleSign(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `\u2039U+${code.toString(16).toUpperCase().padStart(4, "0")}\u203a`;
}

/** A number of bytes with at most three digits and its unit: `999 B`, `1.5 KiB`, `12 MiB`. */
export function humanSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  // What would be rounded to 1000 is shown in the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** A number of bytes in full: `1,234,567 bytes`. */
export function exactSize(bytes: number): string {
  const digits = String(bytes).replace(/\B(?=(?:\d{3})+$)/g, ",");
  return bytes === 1 ? "1 byte" : `${digits} bytes`;
}

/** A time in the form that machines read, to the second: `2026-11-25T21:01:09Z`. */
export function machineTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minute = Math.floor(seconds / 60);
  return `${minuteOf(minute).utc}${TWO_DIGITS[seconds - minute * 60]}Z`;
}

/** A time in the form that people read, in the time zone of the process: `2026-11-25 22:01`. */
export function shownTime(ms: number): string {
  return minuteOf(Math.floor(ms / 60_000)).local;
}

/** Whether a time can be written at all: ECMAScript's and RFC 3339's go from the year 0 to 9999. */
export function isShowableTime(ms: number): boolean {
  return ms >= -62_167_219_200_000 && ms < 253_402_300_800_000;
}

function minuteOf(minute: number): Minute {
  let known = minutes.get(minute);
  if (known === undefined) {
    if (minutes.size >= MAX_MINUTES) minutes.clear();
    const date = new Date(minute * 60_000);
    known = { utc: date.toISOString().slice(0, 17), local: localMinute(date) };
    minutes.set(minute, known);
  }
  return known;
}

function localMinute(date: Date): string {
  const year = String(date.getFullYear()).padStart(4, "0");
  const day = `${year}-${TWO_DIGITS[date.getMonth() + 1]}-${TWO_DIGITS[date.getDate()]}`;
  return `${day} ${TWO_DIGITS[date.getHours()]}:${TWO_DIGITS[date.getMinutes()]}`;
}
