/** What a request wants of a listing: which order, by its query, and which format, by `Accept`. Pure. */

/** What entries are ordered by. */
export type SortKey = "name" | "size" | "date";

export interface SortOrder {
  readonly key: SortKey;
  readonly isDescending: boolean;
}

/** The formats that a listing comes in; each stands for a media type. */
export type ListingFormat = "html" | "json" | "text";

const BY_NAME: SortOrder = { key: "name", isDescending: false };

/** By their order, the formats' preference where a client takes several equally gladly. */
const FORMATS: readonly (readonly [format: ListingFormat, type: string, subtype: string])[] = [
  ["html", "text", "html"],
  ["json", "application", "json"],
  ["text", "text", "plain"],
];

/** `*` and tokens (RFC 9110 5.6.2), then parameters. */
const MEDIA_RANGE = /^([!#$%&'*+\-.^_`|~\w]+)\/([!#$%&'*+\-.^_`|~\w]+)[ \t]*(?:;(.*))?$/;

/** A weight (RFC 9110 12.4.2), among other parameters. */
const WEIGHT = /(?:^|;)[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*(?:;|$)/i;
const HAS_WEIGHT = /(?:^|;)[ \t]*q=/i;

/** The way round that a click on a column first asks for: the largest and the newest are what people look for. */
export function isFirstDescending(key: SortKey): boolean {
  return key !== "name";
}

/** The order that `target`'s query asks for: `?sort=size&order=desc`. Whatever else it says is by name. */
export function requestedOrder(target: string): SortOrder {
  const query = /^[^?#]*\?([^#]*)/.exec(target)?.[1];
  if (query === undefined) return BY_NAME;
  const parameters = new URLSearchParams(query);
  const key = parameters.get("sort");
  if (key !== "name" && key !== "size" && key !== "date") return BY_NAME;
  const order = parameters.get("order");
  const isDescending = order === "desc" || (order !== "asc" && isFirstDescending(key));
  return { key, isDescending };
}

/**
 * The format for a client that sent this `Accept` (RFC 9110 12.5.1): the one with the highest weight, HTML among
 * equals. A client that takes none of them gets HTML too, which the RFC allows and serves it better than 406.
 */
export function preferredFormat(accept: string | null): ListingFormat {
  if (accept === null || accept === "*/*") return "html";
  const ranges = mediaRanges(accept);
  let best: ListingFormat = "html";
  let bestWeight = 0;
  for (const [format, type, subtype] of FORMATS) {
    const weight = weightOf(type, subtype, ranges);
    if (weight > bestWeight) {
      best = format;
      bestWeight = weight;
    }
  }
  return best;
}

interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly weight: number;
}

/** The ranges that can be read. One with a weight that is none is left out. */
function mediaRanges(accept: string): MediaRange[] {
  const ranges: MediaRange[] = [];
  for (const element of accept.split(",")) {
    const match = MEDIA_RANGE.exec(element.trim());
    if (match === null) continue;
    const parameters = match[3] ?? "";
    const weight = WEIGHT.exec(parameters)?.[1] ?? (HAS_WEIGHT.test(parameters) ? undefined : "1");
    if (weight === undefined) continue;
    ranges.push({
      type: match[1]!.toLowerCase(),
      subtype: match[2]!.toLowerCase(),
      weight: Number(weight),
    });
  }
  return ranges;
}

/** The weight of the most specific range that covers a type; 0 where none does. */
function weightOf(type: string, subtype: string, ranges: readonly MediaRange[]): number {
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
