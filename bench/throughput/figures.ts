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

/** A ratio to about three digits. */
export function decimal(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

/** Bytes in MiB, without the unit. */
export function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
