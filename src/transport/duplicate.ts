/** A second descriptor of an open file or socket, by the C library. On Linux alone. */

import { FFIType } from "bun:ffi";
import { findSystemCall } from "../system/c-library.ts";

type SystemCall = (descriptor: number, command: number, lowest: number) => number;

/** Of fcntl(2): duplicates, and keeps the new descriptor from the programs that the process starts. */
const F_DUPFD_CLOEXEC = 1030;

/** Whether this can be done at all. */
export const hasDuplicates: boolean = process.platform === "linux";

/** Found when it is first needed; null where there is none. */
let fcntl: SystemCall | null | undefined;

/** Another descriptor of the same socket; -1 where the system has none left, or where this cannot be done. */
export function duplicate(descriptor: number): number {
  fcntl ??= findSystemCall<SystemCall>("fcntl", {
    args: [FFIType.i32, FFIType.i32, FFIType.i32],
    returns: FFIType.i32,
  });
  return fcntl === null ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}
