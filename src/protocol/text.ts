/**
 * Latin-1 text from bytes and back: what the head of an HTTP/1.1 message is made of. `TextDecoder("latin1")` is
 * windows-1252 and would turn 0x80 to 0x9F into other characters, so `Buffer`'s codec is used: the only thing in
 * this folder that is not plain ECMAScript.
 */

declare global {
  // Codecs of the runtime's that its types leave out: `Buffer.write` without the look at its arguments.
  interface Buffer {
    latin1Write(text: string, offset: number): number;
    utf8Write(text: string, offset: number): number;
  }
}

const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
};

/** The bytes from `start` to `end` (half-open) as Latin-1 text: one code unit a byte, no byte is invalid. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return start < end ? latin1Slice.call(bytes, start, end) : "";
}

/** Whether the bytes from `start` to `end` are `lowerCase`, letters compared without regard to ASCII case. */
export function equalsIgnoringCase(
  bytes: Uint8Array,
  start: number,
  end: number,
  lowerCase: string,
): boolean {
  if (end - start !== lowerCase.length) return false;
  for (let i = 0; i < lowerCase.length; i++) {
    const byte = bytes[start + i]!;
    const lowered = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lowered !== lowerCase.charCodeAt(i)) return false;
  }
  return true;
}

/** `text` with A to Z lowered and nothing else: `toLowerCase` would map U+212A to `k`, and one name to another. */
export function asciiLower(text: string): string {
  let hasCapitals = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
    if (unit >= 0x41 && unit <= 0x5a) hasCapitals = true;
  }
  return hasCapitals ? text.toLowerCase() : text;
}
