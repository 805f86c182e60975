/** How long a script may take: without saying anything, and in all. */

import { after, type Cancel } from "../../transport/timers.ts";

export class Patience implements Disposable {
  /** Whether the time is up, and which. */
  expired: "silence" | "total" | null = null;
  readonly #silenceSeconds: number;
  readonly #onExpired: () => void;
  readonly #cancelTotal: Cancel;
  #cancelSilence: Cancel = () => {};
  #heardAtMs = 0;
  /** How many wait for the client meanwhile. */
  #suspensions = 0;

  /** Times are in seconds; 0 and Infinity are for ever. */
  constructor(silenceSeconds: number, totalSeconds: number, onExpired: () => void) {
    this.#silenceSeconds = silenceSeconds;
    this.#onExpired = onExpired;
    this.#cancelTotal = after(totalSeconds, () => this.#expire("total"));
    this.heard();
    this.#watch(silenceSeconds);
  }

  /** The script has done something. */
  heard(): void {
    this.#heardAtMs = performance.now();
  }

  /** Whatever `waiting` takes is not the script's time: it is the client who is waited for. */
  async suspend<Result>(waiting: Promise<Result>): Promise<Result> {
    this.#suspensions++;
    try {
      return await waiting;
    } finally {
      this.#suspensions--;
      this.heard();
    }
  }

  [Symbol.dispose](): void {
    this.#cancelTotal();
    this.#cancelSilence();
  }

  #expire(what: "silence" | "total"): void {
    this[Symbol.dispose]();
    this.expired = what;
    this.#onExpired();
  }

  /** A timer that is set anew when it goes off, not whenever something is heard. */
  #watch(seconds: number): void {
    this.#cancelSilence = after(seconds, () => {
      const silentSeconds = (performance.now() - this.#heardAtMs) / 1000;
      const left = this.#suspensions > 0 ? this.#silenceSeconds : this.#silenceSeconds - silentSeconds;
      // Timers may go off a little early.
      if (left > 0.001) this.#watch(left);
      else this.#expire("silence");
    });
  }
}
