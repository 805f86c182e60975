/** A small generator of pseudo-random numbers (sfc32): the same seed, the same numbers, on every machine. */

const WARM_UP_ROUNDS = 12;

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed any text: whoever has another one has other numbers */
  constructor(seed: string) {
    this.#a = hash(seed, 0x811c9dc5);
    this.#b = hash(seed, 0x01000193);
    this.#c = hash(seed, 0x9e3779b9);
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.next();
  }

  /** The next 32 bits. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 on, smaller than `limit`. */
  below(limit: number): number {
    return this.next() % limit;
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.next() % times === 0;
  }

  pick<T>(list: ArrayLike<T>): T {
    return list[this.next() % list.length]!;
  }

  /** Up to `most` of what `make` makes, joined. */
  some(most: number, make: () => string): string {
    let text = "";
    for (let count = this.below(most + 1); count > 0; count--) text += make();
    return text;
  }
}

/** FNV-1a, from different beginnings. */
function hash(text: string, basis: number): number {
  let value = basis;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value | 0;
}
