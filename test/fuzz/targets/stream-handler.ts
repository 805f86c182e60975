/** The handler of the target `connection`: it notes what it gets and answers in many ways. */

import { BaseHTTPRequestHandler, RequestBodyError } from "../../../src/index.ts";
import { latin1 } from "../target.ts";

export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly (readonly [string, string])[];
  /** What was read of the body, `undefined` where reading it failed. */
  body: string | undefined;
  /** How much of the body was asked for. */
  asked: "all" | "part" | "lines" | "none";
}

/** How many bytes a handler asks for that reads a part. */
export const PART_BYTES = 3;

/** Stands before each line that was read. */
export const LINE_MARK = "\u2192";

const WAYS = 10;

export class StreamHandler extends BaseHTTPRequestHandler {
  /** What the handlers of one connection have got. Set before it is opened. */
  static seen: SeenRequest[] = [];
  /** Which way the first request is answered. */
  static variant = 0;

  readonly #seen: SeenRequest[] = StreamHandler.seen;
  readonly #variant: number = StreamHandler.variant;

  override parse_request(): boolean {
    if (!super.parse_request()) return false;
    const line = this.requestline.split(" ");
    this.#seen.push({
      method: this.command,
      target: line[1]!,
      fields: this.headers.items(),
      body: "",
      asked: "none",
    });
    return true;
  }

  do_GET(): void | Promise<void> {
    return this.#work();
  }
  do_HEAD(): void | Promise<void> {
    return this.#work();
  }
  do_POST(): void | Promise<void> {
    return this.#work();
  }
  do_PUT(): void | Promise<void> {
    return this.#work();
  }
  do_DELETE(): void | Promise<void> {
    return this.#work();
  }
  do_OPTIONS(): void | Promise<void> {
    return this.#work();
  }

  override log_message(): void {}

  #work(): void | Promise<void> {
    const seen = this.#seen.at(-1)!;
    const way = (this.#variant + this.#seen.length) % WAYS;
    if (way < 3) return this.#answer(way);
    return this.#workLater(seen, way);
  }

  async #workLater(seen: SeenRequest, way: number): Promise<void> {
    if (way === 9) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#answer(way);
      return;
    }
    if (way === 8) {
      this.#answer(way);
      // The answer is out: nobody else is to be told.
      await this.#read(seen, 3).catch(ignoreBodyError);
      return;
    }
    if (way === 7) await new Promise((resolve) => setImmediate(resolve));
    await this.#read(seen, way);
    this.#answer(way);
  }

  async #read(seen: SeenRequest, way: number): Promise<void> {
    seen.asked = way === 4 ? "part" : way === 6 ? "lines" : "all";
    seen.body = undefined;
    if (way === 4) seen.body = latin1(await this.rfile.read(PART_BYTES));
    else if (way === 5) seen.body = await this.#pieces();
    else if (way === 6) seen.body = await this.#lines();
    else seen.body = latin1(await this.rfile.read());
  }

  async #pieces(): Promise<string> {
    let text = "";
    for await (const piece of this.rfile) text += latin1(piece);
    return text;
  }

  async #lines(): Promise<string> {
    let text = "";
    for (;;) {
      const line = latin1(await this.rfile.readline());
      if (line === "") return text;
      text += LINE_MARK + line;
    }
  }

  /** The length is not declared where it need not be: nobody waits, so that it is known in time. */
  #answer(way: number): void {
    const body = `${this.command} ${this.path} ${this.#seen.length}`;
    this.send_response(200);
    if (way !== 1) this.send_header("Content-Length", body.length);
    if (way === 2) this.send_header("X-Way", way);
    this.end_headers();
    this.wfile.write(Buffer.from(body, "latin1"));
  }
}

function ignoreBodyError(error: unknown): void {
  if (!(error instanceof RequestBodyError)) throw error;
}
