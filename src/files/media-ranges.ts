/** The media ranges of an Accept field (RFC 9110 12.5.1). Pure. */

import { isToken, withoutBlanks } from "../protocol/token.ts";
import { readWeight } from "./weight.ts";

/** Types that a client takes: `*` stands for all. */
export interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  /** How gladly, from 0 to 1: 0 is not at all. */
  readonly weight: number;
}

/** The ranges that can be read, in lower case. One with a weight that is none is left out. */
export function mediaRanges(accept: string): MediaRange[] {
  const ranges: MediaRange[] = [];
  for (const element of accept.split(",")) {
    const [types = "", ...parameters] = element.split(";").map(withoutBlanks);
    const [type = "", subtype = "", ...others] = types.toLowerCase().split("/");
    const parameter = parameters.find((text) => /^q=/i.test(text));
    const weight = parameter === undefined ? 1 : readWeight(parameter);
    // `*` is a token, too.
    const isRange = isToken(type) && isToken(subtype) && others.length === 0;
    if (isRange && weight !== undefined) ranges.push({ type, subtype, weight });
  }
  return ranges;
}

/** The weight of the most specific range that covers a type; 0 where none does. */
export function weightOfType(type: string, subtype: string, ranges: readonly MediaRange[]): number {
  let weight = 0;
  let precision = 0;
  for (const range of ranges) {
    const rangePrecision = precisionOf(range, type, subtype);
    if (rangePrecision > precision || (rangePrecision === precision && range.weight > weight)) {
      weight = rangePrecision === 0 ? 0 : range.weight;
      precision = rangePrecision;
    }
  }
  return weight;
}

/** How exactly a range means a type: by both its parts (3), the first (2), not at all but `*` (1), or not (0). */
function precisionOf(range: MediaRange, type: string, subtype: string): number {
  if (range.type === type && range.subtype === subtype) return 3;
  if (range.type === type && range.subtype === "*") return 2;
  return range.type === "*" && range.subtype === "*" ? 1 : 0;
}
