/** How figures are written. */
import type { Spread } from "./stats.ts";

/** The median, and in parentheses how far the values reach. */
export function withReach(
  { median, least, most }: Spread,
  format: (value: number) => string,
  unit = "",
): string {
  return `${format(median)}${unit} (${format(least)}-${format(most)})`;
}

/** A whole number with its thousands apart. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** A figure to three digits, or to all that it has before the point. */
export function decimal(value: number): string {
  return value < 100 ? value.toFixed(value < 10 ? 2 : 1) : grouped(value);
}

/** A part of another figure, which is 1: what is small is not rounded to nothing. */
export function share(value: number): string {
  return value < 0.1 ? String(Number(value.toPrecision(2))) : decimal(value);
}

/** "1 round", "2 rounds". */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Bytes in MiB, without the unit. */
export function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
