/** Bytes to send, and ways to see that they arrived. */

import { closeSync, openSync, writeSync } from "node:fs";

const MEBIBYTE: number = 2 ** 20;

/** The same for the same length: bytes of all values, like no text, that do not repeat within a mebibyte. */
export function noise(length: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(length);
  // A linear congruential generator, of which only the highest bits are good.
  for (let at = 0, state = length | 1; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/**
 * Writes a file of `mebibytes` that all differ, so that none can be lost, doubled or moved unseen.
 *
 * @param mebibytes at most 256.
 * @returns its SHA-256.
 */
export function writeNoise(path: string, mebibytes: number): string {
  const block = noise(MEBIBYTE);
  const hasher = new Bun.CryptoHasher("sha256");
  const descriptor = openSync(path, "w");
  for (let index = 0; index < mebibytes; index++) {
    block[0] = index;
    hasher.update(block);
    if (writeSync(descriptor, block) < block.length) throw new Error(`There is no room for ${path}`);
  }
  closeSync(descriptor);
  return hasher.digest("hex");
}

/** The SHA-256 of a file, or of whatever else comes as a stream. */
export async function sha256Of(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const bytes of stream) hasher.update(bytes);
  return hasher.digest("hex");
}
