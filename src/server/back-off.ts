/** When a loop that died is replaced: at once, and ever later while its replacements die as well. Pure. */

/** Between the first replacement and the second. */
const FIRST_DELAY_SECONDS = 0.5;
const LONGEST_DELAY_SECONDS = 30;

/** A loop that has served for so long had nothing wrong with it to begin with. */
const SUCCESS_SECONDS = 10;

export class BackOff {
  #deaths = 0;

  /** Deaths in a row. */
  get deaths(): number {
    return this.#deaths;
  }

  /**
   * Counts a death.
   *
   * @param servedSeconds how long the loop had been serving; 0 for one that never did.
   * @returns the seconds to wait before it is replaced.
   */
  died(servedSeconds: number): number {
    if (servedSeconds >= SUCCESS_SECONDS) this.#deaths = 0;
    const before = this.#deaths++;
    return before === 0 ? 0 : Math.min(FIRST_DELAY_SECONDS * 2 ** (before - 1), LONGEST_DELAY_SECONDS);
  }
}
