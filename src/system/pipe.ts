/** Pipes, which the runtime has no method for: what it gives a child by itself are sockets, which no path opens. */

import { FFIType } from "bun:ffi";
import { findSystemCall } from "./c-library.ts";

/** Two descriptors: what is written to the one is read from the other. Whoever has them closes them. */
export interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** Of open(2), for no child to have the ends but by being given them. */
const O_CLOEXEC = 0o2000000;

const pipe2: ((ends: Int32Array, flags: number) => number) | null = findSystemCall("pipe2", {
  args: [FFIType.ptr, FFIType.i32],
  returns: FFIType.i32,
});

/** Whether there are pipes: on Linux. */
export const hasPipes: boolean = pipe2 !== null;

/** A new pipe; null where no descriptors are left, or there are no pipes. */
export function openPipe(): Pipe | null {
  const ends = new Int32Array(2);
  if (pipe2 === null || pipe2(ends, O_CLOEXEC) !== 0) return null;
  return { readEnd: ends[0]!, writeEnd: ends[1]! };
}
