/** Byte ranges (RFC 9110 14.1 and 14.2): what a Range field asks of a representation. Pure. */

/** A part of a representation, in bytes from its beginning; half-open. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a request for ranges comes to: these parts, none that there is (416), or null: the whole, as if it had not been. */
export type RangeSelection = readonly ByteRange[] | "unsatisfiable" | null;

/**
 * Ranges that a request may name; with more it is answered with the whole. Readers of documents ask for some dozens
 * at a time. Parts do not overlap, so that the answer is longer than the whole by their heads alone: with a hundred
 * these are about 15 KB.
 */
export const MAX_RANGES = 100;

const BYTES_UNIT = /^bytes=/i;
const RANGE_SPEC = /^[ \t]*(?:([0-9]*)-([0-9]*)[ \t]*)?$/;

/** What a representation of `size` bytes has to give to a Range field. */
export function selectRanges(value: string, size: number): RangeSelection {
  const specs = parseRanges(value);
  if (specs === null || specs.length > MAX_RANGES) return null;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const range = resolve(spec, size);
    if (range === null) continue;
    // The end of nothing can be had, but no Content-Range could say so.
    if (range.start === range.end) return null;
    ranges.push(range);
  }
  return ranges.length === 0 ? "unsatisfiable" : coalesce(ranges);
}

/** A range as it was asked for, in digits: from a place to one, which is empty for the end; or the last so many. */
type RangeSpec = { readonly first: string; readonly last: string } | { readonly suffix: string };

/** The ranges of a field; null where it is of another unit, or not of its form: it is to be ignored then. */
function parseRanges(value: string): RangeSpec[] | null {
  if (!BYTES_UNIT.test(value)) return null;
  const specs: RangeSpec[] = [];
  for (const member of value.slice("bytes=".length).split(",")) {
    const match = RANGE_SPEC.exec(member);
    if (match === null) return null;
    const [, first, last] = match;
    // Lists may have empty members (RFC 9110 5.6.1.2).
    if (first === undefined || last === undefined) continue;
    const spec = specOf(withoutZeros(first), withoutZeros(last));
    if (spec === null) return null;
    specs.push(spec);
  }
  return specs.length === 0 ? null : specs;
}

function specOf(first: string, last: string): RangeSpec | null {
  if (first === "") return last === "" ? null : { suffix: last };
  return last !== "" && isLess(last, first) ? null : { first, last };
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=[0-9])/, "");
}

/** Compares numbers of any length, written without leading zeros. */
function isLess(one: string, other: string): boolean {
  return one.length === other.length ? one < other : one.length < other.length;
}

/**
 * What of `size` bytes a range is, clamped to them; null where it is none of them. Digits that say more than a double
 * holds exactly become one that is beyond every size, or infinite.
 */
function resolve(spec: RangeSpec, size: number): ByteRange | null {
  if ("suffix" in spec) {
    const length = Number(spec.suffix);
    return length === 0 ? null : { start: Math.max(0, size - length), end: size };
  }
  const start = Number(spec.first);
  if (start >= size) return null;
  return { start, end: spec.last === "" ? size : Math.min(size, Number(spec.last) + 1) };
}

/** Makes one of ranges that overlap or touch; each stands where the first of them was asked for (RFC 9110 15.3.7.2). */
function coalesce(ranges: readonly ByteRange[]): ByteRange[] {
  if (ranges.length === 1) return [...ranges];
  const byStart = ranges.map((range, place) => ({ ...range, place })).sort((a, b) => a.start - b.start);
  const merged: { start: number; end: number; place: number }[] = [];
  for (const range of byStart) {
    const last = merged.at(-1);
    if (last === undefined || range.start > last.end) {
      merged.push(range);
      continue;
    }
    last.end = Math.max(last.end, range.end);
    last.place = Math.min(last.place, range.place);
  }
  merged.sort((a, b) => a.place - b.place);
  return merged.map(({ start, end }) => ({ start, end }));
}

/** The value of Content-Range for a part (RFC 9110 14.4). */
export function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`;
}

/** The value of Content-Range where no part could be given. */
export function unsatisfiedRange(size: number): string {
  return `bytes */${size}`;
}
