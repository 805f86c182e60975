/** What a script writes to its standard error, as lines for the log: some of them, and of each the beginning. */

import { LF } from "../../protocol/grammar.ts";

export const MAX_LINES = 100;
export const MAX_LINE_BYTES = 1000;

export class ErrorLines {
  readonly #log: (line: string) => void;
  #line: number[] = [];
  #loggedCount = 0;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  push(piece: Uint8Array): void {
    if (this.#loggedCount > MAX_LINES) return;
    for (const byte of piece) {
      if (byte === LF) this.#endLine();
      else if (this.#line.length < MAX_LINE_BYTES) this.#line.push(byte);
    }
  }

  /** Nothing more will come: what there is of a line is one. */
  end(): void {
    if (this.#line.length > 0) this.#endLine();
  }

  #endLine(): void {
    const line = new TextDecoder().decode(Uint8Array.from(this.#line)).replace(/\r$/, "");
    this.#line = [];
    this.#loggedCount++;
    if (this.#loggedCount <= MAX_LINES) this.#log(line);
    else if (this.#loggedCount === MAX_LINES + 1)
      this.#log(`more than ${MAX_LINES} lines: the rest is dropped`);
  }
}
