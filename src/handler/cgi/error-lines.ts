/** What a script writes to its standard error, as lines for the log: some of them, and of each the beginning. */

import { LF } from "../../protocol/grammar.ts";

export const MAX_LINES = 100;
export const MAX_LINE_BYTES = 1000;

export class ErrorLines {
  readonly #log: (line: string) => void;
  readonly #line: Uint8Array = new Uint8Array(MAX_LINE_BYTES);
  #length = 0;
  #loggedCount = 0;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  push(piece: Uint8Array): void {
    for (let at = 0; at < piece.length && this.#loggedCount <= MAX_LINES;) {
      const lineFeed = piece.indexOf(LF, at);
      const end = lineFeed < 0 ? piece.length : lineFeed;
      const part = piece.subarray(at, Math.min(end, at + MAX_LINE_BYTES - this.#length));
      this.#line.set(part, this.#length);
      this.#length += part.length;
      if (lineFeed >= 0) this.#endLine();
      at = end + 1;
    }
  }

  /** Nothing more will come: what there is of a line is one. */
  end(): void {
    if (this.#length > 0) this.#endLine();
  }

  #endLine(): void {
    const line = new TextDecoder().decode(this.#line.subarray(0, this.#length)).replace(/\r$/, "");
    this.#length = 0;
    this.#loggedCount++;
    if (this.#loggedCount <= MAX_LINES) this.#log(line);
    else if (this.#loggedCount === MAX_LINES + 1)
      this.#log(`more than ${MAX_LINES} lines: the rest is dropped`);
  }
}
