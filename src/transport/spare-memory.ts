/**
 * Memory for copies of long bodies, used again: fresh pages cost the kernel more than the copying itself. A MiB to fresh
 * memory takes 50 us of CPU time, to memory that was in use 22 (the bench's case `echo-1m`).
 */

/** Smaller copies come from the allocator, which has such memory at hand. */
const LEAST_BYTES: number = 64 * 1024;

/** The most that is kept, for each event loop. */
const MOST_BYTES: number = 4 * 1024 * 1024;

/** How much larger than asked for memory may be: a client that is slow to read keeps all of it from others. */
const MOST_SURPLUS = 4;

let spare: Buffer | null = null;

/** Memory for `count` bytes or more, with whatever was in it before. */
export function takeMemory(count: number): Buffer {
  if (count < LEAST_BYTES || count > MOST_BYTES) return Buffer.allocUnsafeSlow(count);
  const memory = spare;
  const isFit = memory !== null && memory.length >= count && memory.length <= count * MOST_SURPLUS;
  if (!isFit) return Buffer.allocUnsafeSlow(powerOfTwoFrom(count));
  spare = null;
  return memory;
}

/** Keeps the memory that `bytes` lie in for the next `takeMemory()`. Nobody may read or write there any more. */
export function giveMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer.byteLength < LEAST_BYTES || buffer.byteLength > MOST_BYTES) return;
  if (spare === null || spare.length < buffer.byteLength) spare = Buffer.from(buffer as ArrayBuffer);
}

/** So that bodies of about the same length find the memory of the one before large enough. */
function powerOfTwoFrom(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}
