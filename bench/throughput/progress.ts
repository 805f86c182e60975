/** One line on a terminal that says what is being measured; nothing where stderr is not a terminal. */
export class Progress {
  readonly #isShown: boolean = process.stderr.isTTY;
  readonly #total: number;
  #done = 0;

  /** @param total how many steps there are until the end. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Begins the next step. */
  step(what: string): void {
    this.#done++;
    const share = Math.round((100 * (this.#done - 1)) / this.#total);
    this.#show(`${String(share).padStart(3)} %  ${what}`);
  }

  /** Takes the line away. */
  clear(): void {
    this.#show("");
  }

  #show(text: string): void {
    if (this.#isShown) process.stderr.write(`\r\x1b[2K${text}`);
  }
}
