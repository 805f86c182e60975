/** A bar on a terminal that says what is being measured and for how long yet; nothing where stderr is no terminal. */

const BAR_WIDTH = 24;

/** What is needed of a stream that may be a terminal. */
export interface Terminal {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): unknown;
}

export class Progress implements Disposable {
  readonly #terminal: Terminal;
  readonly #total: number;
  readonly #start: number = performance.now();
  #done = -1;

  /** @param total how many steps there are until the end. */
  constructor(total: number, terminal: Terminal = process.stderr) {
    this.#total = total;
    this.#terminal = terminal;
  }

  /** Begins the next step. */
  step(what: string): void {
    this.#done++;
    const elapsedMs = performance.now() - this.#start;
    this.#show(`${progressBar(this.#done, this.#total, elapsedMs)}  ${what}`);
  }

  /** Takes the line away. */
  clear(): void {
    this.#show("");
  }

  /** The same, so that what ends the bench is not written behind the bar. */
  [Symbol.dispose](): void {
    this.clear();
  }

  /** Text that does not fit on the line would be left behind on the next. */
  #show(text: string): void {
    const { isTTY, columns } = this.#terminal;
    if (isTTY) this.#terminal.write(`\r\x1b[2K${text.slice(0, columns - 1)}`);
  }
}

/** How far `done` of `total` steps are, and how long the rest takes if it takes as long a step as they did. */
export function progressBar(done: number, total: number, elapsedMs: number): string {
  const share = done / total;
  const bar = "#".repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, ".");
  const left = done === 0 ? "" : `, ${duration((elapsedMs / done) * (total - done))} left`;
  return `[${bar}] ${Math.floor(100 * share)} %${left}`;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
