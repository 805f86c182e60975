/** The few statistics that the report needs. None assumes a distribution: noise on a shared machine has none. */

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The median of `values` and how far they reach. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return { median: (lower + upper) / 2, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}

/**
 * How many times `values` is `others`: the spread of the ratios within each round. What slows a machine for a while
 * slows both halves of a round, so these differ less than the values do.
 */
export function ratioSpread(values: readonly number[], others: readonly number[]): Spread {
  const rounds = Math.min(values.length, others.length);
  return spread(
    Array.from(
      { length: rounds },
      (_, round) => (values[round] ?? Number.NaN) / (others[round] ?? Number.NaN),
    ),
  );
}

/** The least of the values, given in ascending order, that at least `share` of them do not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
