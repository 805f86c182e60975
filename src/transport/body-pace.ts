/**
 * Whether a body comes fast enough. A deadline between two bytes alone would let a client keep a handler waiting for
 * hours, with a byte every half a minute.
 *
 * The client has a credit of seconds. It is used up while the handler waits, and each byte adds the time that it may take
 * at the least rate, whether or not it was waited for: of a burst, the handler may get the first packet and be at work on
 * it when the others come. There is an end to what can be saved up, or somebody who sends fast first could be slow for
 * hours later. While the handler does not read it costs nothing.
 */

export interface PaceLimits {
  /** Bytes a second that a body must come at. */
  readonly minBodyRate: number;
  /** Seconds that a body may take before that rate is asked of it. The rate never is where either is 0. */
  readonly bodyRateGrace: number;
  /** Seconds without any byte: as many can be saved up. */
  readonly bodyTimeout: number;
}

export class BodyPace {
  readonly #limits: PaceLimits;
  /** Seconds that the client had left at `#countedAt`. */
  #credit: number;
  #countedAt = 0;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
    this.#credit = limits.bodyRateGrace;
  }

  /** Begins another body. */
  reset(): void {
    this.#credit = this.#limits.bodyRateGrace;
  }

  /** The handler begins to wait, at `now` seconds. */
  begin(now: number): void {
    this.#countedAt = now;
  }

  /** Bytes have come while the handler waited, which may be all that it waited for. */
  add(bytes: number, now: number): void {
    this.#credit = this.left(now);
    this.#countedAt = now;
    this.addUnawaited(bytes);
  }

  /** Bytes have come while the handler did not wait. */
  addUnawaited(bytes: number): void {
    const { minBodyRate, bodyRateGrace, bodyTimeout } = this.#limits;
    const mostCredit = Math.max(bodyRateGrace, bodyTimeout || Number.POSITIVE_INFINITY);
    this.#credit = Math.min(mostCredit, this.#credit + bytes / minBodyRate);
  }

  /** Seconds until the client is too slow, if nothing comes. */
  left(now: number): number {
    const { minBodyRate, bodyRateGrace } = this.#limits;
    if (minBodyRate === 0 || bodyRateGrace === 0) return Number.POSITIVE_INFINITY;
    return this.#credit - (now - this.#countedAt);
  }
}
