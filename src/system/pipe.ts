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

type SystemCall = (ends: Int32Array, flags: number) => number;

/** Found when it is first needed, not by every program that imports this; null where there is none. */
let pipe2: SystemCall | null | undefined;

function findPipe2(): SystemCall | null {
  if (pipe2 === undefined) {
    pipe2 = findSystemCall<SystemCall>("pipe2", {
      args: [FFIType.ptr, FFIType.i32],
      returns: FFIType.i32,
    });
  }
  return pipe2;
}

/** Whether there are pipes: on Linux. */
export function hasPipes(): boolean {
  return findPipe2() !== null;
}

/** A new pipe; null where no descriptors are left, or there are no pipes. */
export function openPipe(): Pipe | null {
  const ends = new Int32Array(2);
  if (findPipe2()?.(ends, O_CLOEXEC) !== 0) return null;
  return { readEnd: ends[0]!, writeEnd: ends[1]! };
}
