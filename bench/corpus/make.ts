/** What inputs are made of. */

/** A request's head. Code units are bytes: text beyond Latin-1 has no place in it. */
export function request(requestLine: string, fieldLines: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(`${[requestLine, ...fieldLines].join("\r\n")}\r\n\r\n`, "latin1"));
}

/** `digits` hexadecimal digits that look random and are the same in every run (a linear congruential generator). */
export function hex(seed: number, digits: number): string {
  let state = (seed + 1) >>> 0;
  let text = "";
  while (text.length < digits) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += (state >>> 16).toString(16).padStart(4, "0");
  }
  return text.slice(0, digits);
}

/** Inputs of one kind, no two the same: `make` gets the eight digits that are each one's own. */
export function variants<T>(make: (id: string, index: number) => T, count = 64): T[] {
  return Array.from({ length: count }, (_, index) => make(hex(index, 8), index));
}
