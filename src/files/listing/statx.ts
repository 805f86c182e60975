/**
 * Linux's `statx(2)` on many names of one opened directory. `node:fs` has no call that is relative to an opened
 * directory, and its `lstat` by path takes twice the time: it makes an object of every field, and the system
 * walks the whole path for each name. The layout of the result is the same on all of Linux's processors.
 */

import { type Pointer, ptr } from "bun:ffi";
import { endianness } from "node:os";
import { findSystemCall } from "../../system/c-library.ts";

type Statx = (
  directory: number,
  name: Pointer | Uint8Array,
  flags: number,
  mask: number,
  result: Pointer | Uint32Array,
) => number;

/** Names as the system takes them, each ended by NUL, and where each begins. */
export interface EncodedNames {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

const AT_SYMLINK_NOFOLLOW = 0x100;

/** STATX_TYPE, STATX_MTIME and STATX_SIZE. */
const MASK = 0x1 | 0x40 | 0x200;

/** Where `struct statx` has its mask, mode, size and modification, as indexes of 16, 32 and 64 bits. */
const MASK_32 = 0;
const MODE_16 = 14;
const SIZE_64 = 5;
const MTIME_SECONDS_64 = 14;
const MTIME_NANOSECONDS_32 = 30;

const FILE_TYPE = 0o170000;
const REGULAR_FILE = 0o100000;

/** `struct statx` is of this size, with room to grow. */
const result = new BigInt64Array(32);
const result32 = new Uint32Array(result.buffer);
const result16 = new Uint16Array(result.buffer);

const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER);
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Undefined before it was looked for, null where the system has none. */
let statx: Statx | null | undefined;

/** Whether {@link statNames} works here. */
export function hasStatx(): boolean {
  return loadedStatx() !== null;
}

/** The call itself; null where the system has none. */
export function loadedStatx(): Statx | null {
  if (statx === undefined) statx = load();
  return statx;
}

/** Encodes names of files, none of which holds NUL. */
export function encodeNames(names: readonly string[]): EncodedNames {
  const bytes = Buffer.from(`${names.join("\0")}\0`);
  const starts = new Uint32Array(names.length);
  let start = 0;
  for (let index = 0; index < names.length; index++) {
    starts[index] = start;
    start = bytes.indexOf(0, start) + 1;
  }
  return { bytes, starts };
}

/**
 * Asks for the sizes and dates of names in the directory opened as `fd`, and writes them to `sizes` and `mtimes`
 * from `from` on: -1 for what is no regular file, NaN for what is not there. A link's are its own, not its
 * target's.
 */
export function statNames(
  fd: number,
  names: EncodedNames,
  sizes: Float64Array,
  mtimes: Float64Array,
  from: number,
): void {
  statx ??= load();
  if (statx === null || names.starts.length === 0) return;
  const start = ptr(names.bytes);
  const resultPointer = ptr(result);
  for (let index = 0; index < names.starts.length; index++) {
    const name = (start + names.starts[index]!) as Pointer;
    const isKnown =
      statx(fd, name, AT_SYMLINK_NOFOLLOW, MASK, resultPointer) === 0 && (result32[MASK_32]! & MASK) === MASK;
    sizes[from + index] = isKnown ? sizeOfResult() : -1;
    mtimes[from + index] = isKnown ? mtimeOfResult() : Number.NaN;
  }
}

function sizeOfResult(): number {
  return (result16[MODE_16]! & FILE_TYPE) === REGULAR_FILE ? toNumber(result[SIZE_64]!) : -1;
}

function mtimeOfResult(): number {
  return toNumber(result[MTIME_SECONDS_64]!) * 1000 + result32[MTIME_NANOSECONDS_32]! / 1e6;
}

function toNumber(value: bigint): number {
  return value >= MIN_SAFE && value <= MAX_SAFE ? Number(value) : Number.NaN;
}

function load(): Statx | null {
  if (endianness() !== "LE") return null;
  return findSystemCall<Statx>("statx", { args: ["i32", "ptr", "i32", "u32", "ptr"], returns: "i32" });
}
