/** Entries by size or date. Pure. */

import type { SortOrder } from "./request.ts";

/** Sizes and dates by the entries' place in the order of names; -1 and NaN where there is none. */
export interface Sortable {
  readonly sizes: Float64Array;
  readonly mtimes: Float64Array;
}

/**
 * Where the entries come in an order other than by name; undefined for the order that they are in. Descending is
 * the exact reverse of ascending, so equals are by name then too, from the last. What has no size or date is the
 * least.
 */
export function sortedIndexes(order: SortOrder, entries: Sortable): Uint32Array | undefined {
  if (order.key === "name" && !order.isDescending) return undefined;
  const indexes = Uint32Array.from(entries.sizes, (_, index) => index);
  if (order.key !== "name") {
    const values = order.key === "size" ? entries.sizes : entries.mtimes.map(comparableTime);
    indexes.sort((a, b) => values[a]! - values[b]! || a - b);
  }
  return order.isDescending ? indexes.reverse() : indexes;
}

/** To the second, as the page has it, whose script must come to the same order. */
function comparableTime(ms: number): number {
  return Number.isNaN(ms) ? -Number.MAX_VALUE : Math.floor(ms / 1000);
}
