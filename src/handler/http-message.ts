import type { RequestHead } from "../protocol/request-head.ts";
import { asciiLower } from "../protocol/text.ts";

/**
 * The header fields of a request: Python's message, over the received bytes. Names are compared without regard to
 * case, repeated fields are kept in order, and text is made when it is first asked for.
 *
 * Python's name: `http.client.HTTPMessage`, with the reading half of `email.message.Message`. Differs: there is no
 * item access (`headers["Host"]`): use `get`.
 */
export class HTTPMessage implements Iterable<[name: string, value: string]> {
  readonly #head: RequestHead;

  constructor(head: RequestHead) {
    // Whoever keeps a message may read in it long after its request: the head is its own from now on.
    head.isKept = true;
    this.#head = head;
  }

  /** How many fields there are, repeated ones counted. */
  get length(): number {
    return this.#head.fieldCount;
  }

  /** The value of the first field called `name`; `fallback` (null unless given) where there is none. */
  get(name: string): string | null;
  get<Fallback>(name: string, fallback: Fallback): string | Fallback;
  get(name: string, fallback: unknown = null): unknown {
    const index = this.#head.find(asciiLower(name));
    return index < 0 ? fallback : this.#head.fieldValue(index);
  }

  /** The values of all fields called `name`, in order; `fallback` (null unless given) where there is none. */
  get_all(name: string): string[] | null;
  get_all<Fallback>(name: string, fallback: Fallback): string[] | Fallback;
  get_all(name: string, fallback: unknown = null): unknown {
    const lowerCaseName = asciiLower(name);
    const values: string[] = [];
    for (let index = this.#head.find(lowerCaseName); index >= 0;) {
      values.push(this.#head.fieldValue(index));
      index = this.#head.find(lowerCaseName, index + 1);
    }
    return values.length === 0 ? fallback : values;
  }

  /** Whether there is a field called `name` (Python's `name in headers`). */
  has(name: string): boolean {
    return this.#head.find(asciiLower(name)) >= 0;
  }

  /**
   * Whether there are conditions or a Range among them.
   *
   * @internal
   */
  get isSelective(): boolean {
    return this.#head.isSelective;
  }

  /** The names as they were received, in order, repeated ones repeated. */
  keys(): string[] {
    return Array.from({ length: this.length }, (_, index) => this.#head.fieldName(index));
  }

  values(): string[] {
    return Array.from({ length: this.length }, (_, index) => this.#head.fieldValue(index));
  }

  items(): [name: string, value: string][] {
    return Array.from({ length: this.length }, (_, index) => [
      this.#head.fieldName(index),
      this.#head.fieldValue(index),
    ]);
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.items()[Symbol.iterator]();
  }

  /** The fields as web `Headers`: repeated ones are joined there, as the web has it. */
  toHeaders(): Headers {
    return new Headers(this.items());
  }

  /** The fields as they would be sent, with an empty line behind them. */
  toString(): string {
    return `${this.items()
      .map(([name, value]) => `${name}: ${value}\n`)
      .join("")}\n`;
  }
}
