/** In which order contenders are measured. */

/**
 * Measures A, B, A, B, ... and returns the measurements of each. Mirrored it is A, B, B, A: what changes steadily, as a
 * machine does that gets warmer or busier, then favours neither, where else the same one always comes later and has the
 * worse of it.
 */
export async function inTurn<C, T>(
  contenders: readonly C[],
  rounds: number,
  isMirrored: boolean,
  measure: (contender: C, round: number) => Promise<T>,
): Promise<T[][]> {
  const measured: T[][] = contenders.map(() => []);
  for (let round = 1; round <= rounds; round++) {
    const order = [...contenders.entries()];
    if (isMirrored && round % 2 === 0) order.reverse();
    for (const [index, contender] of order) measured[index]?.push(await measure(contender, round));
  }
  return measured;
}
