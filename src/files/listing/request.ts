/** What a request wants of a listing: which order, by its query, and which format, by `Accept`. Pure. */

import { mediaRanges, weightOfType } from "../media-ranges.ts";

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
    const weight = weightOfType(type, subtype, ranges);
    if (weight > bestWeight) {
      best = format;
      bestWeight = weight;
    }
  }
  return best;
}
