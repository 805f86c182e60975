/** Bytes in memory that somebody keeps account of. */

/**
 * Whoever has them closes them when they have been sent; they stay what they are, but no longer count as in
 * use.
 */
export type HeldBytes = Uint8Array & { close(): void };

/** `bytes` as an array of their holder's own, whose `close` is called when they have been sent. */
export function holdBytes(bytes: Uint8Array, close: () => void): HeldBytes {
  return Object.assign(bytes.subarray(), { close });
}

/** A part of `bytes` in place of the whole: closing it closes the whole, where that is held. */
export function partOfBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const part = bytes.subarray(start, end);
  return isHeld(bytes) ? Object.assign(part, { close: bytes.close }) : part;
}

function isHeld(bytes: Uint8Array): bytes is HeldBytes {
  return "close" in bytes;
}
