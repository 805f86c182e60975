/** Lines of the log about what may happen very often: some a minute, and how many there would have been. */

import { log } from "../handler/log.ts";

const MINUTE_MS = 60_000;

export class Notices {
  readonly #mostAMinute: number;
  #minuteBegan: number = Number.NEGATIVE_INFINITY;
  #writtenInMinute = 0;
  #unwritten = 0;

  constructor(mostAMinute: number) {
    this.#mostAMinute = mostAMinute;
  }

  /** Writes a line, unless there have been many; the first that is written after those says so. */
  report(line: string): void {
    const now = performance.now();
    if (now - this.#minuteBegan >= MINUTE_MS) {
      this.#minuteBegan = now;
      this.#writtenInMinute = 0;
    }
    if (this.#writtenInMinute >= this.#mostAMinute) {
      this.#unwritten++;
      return;
    }
    this.#writtenInMinute++;
    log.write(this.#unwritten === 0 ? line : `${line}, ${this.#unwritten + 1} since this was said last`);
    this.#unwritten = 0;
  }
}
