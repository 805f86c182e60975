/** What inputs are made of. */

/** A request's head. Code units are bytes: text beyond Latin-1 has no place in it. */
export function request(requestLine: string, fieldLines: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(`${[requestLine, ...fieldLines].join("\r\n")}\r\n\r\n`, "latin1"));
}

/** `digits` hexadecimal digits that look random and are the same in every run. */
export function hex(seed: number, digits: number): string {
  let state = (seed + 1) >>> 0;
  let text = "";
  while (text.length < digits) {
    state = stateAfter(state);
    text += (state >>> 16).toString(16).padStart(4, "0");
  }
  return text.slice(0, digits);
}

/** Bytes without a visible order, the same in every run. */
export function pattern(byteLength: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: byteLength }, () => {
    state = stateAfter(state);
    return state >>> 24;
  });
}

/** A linear congruential generator; its high bits look more random than its low ones. */
function stateAfter(state: number): number {
  return (Math.imul(state, 1664525) + 1013904223) >>> 0;
}

/** Inputs of one kind, no two the same: `make` gets the eight digits that are each one's own. */
export function variants<T>(make: (id: string, index: number) => T, count = 64): T[] {
  return Array.from({ length: count }, (_, index) => make(hex(index, 8), index));
}
