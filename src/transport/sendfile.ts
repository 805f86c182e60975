/**
 * sendfile(2): bytes of a file to a socket without a copy in this process. For 100 KiB that is half the CPU time of a
 * `read` and a `write` (the bench's case `file-100k`). On Linux alone; elsewhere, and where the C library cannot be
 * called, the answer is always that nothing was sent.
 *
 * What was sent in this way and has not left yet is the file's own pages, not a copy of them: who writes to the file in
 * place still changes it.
 */

import { FFIType } from "bun:ffi";
import { findSystemCall } from "../system/c-library.ts";

type SystemCall = (socket: number, file: number, offset: Uint32Array, count: number) => number;

const SIGNATURE = {
  args: [FFIType.i32, FFIType.i32, FFIType.ptr, FFIType.u64_fast],
  returns: FFIType.i64_fast,
} as const;

/** An `off_t`, which the system moves on: its lower half, then its upper one. */
const offsetWords: Uint32Array = new Uint32Array(2);
const WORD = 2 ** 32;

/** Found when it is first needed; null where there is none. */
let systemCall: SystemCall | null | undefined;

/**
 * Sends up to `count` bytes of `file`, from `offset` on, to `socket`: both are descriptors. Gives how many were sent; 0
 * where the socket has no room, where the file has ended, and for whatever else is in the way: `write` tells what.
 */
export function sendFile(socket: number, file: number, offset: number, count: number): number {
  if (systemCall === undefined) systemCall = findSystemCall<SystemCall>("sendfile", SIGNATURE);
  if (systemCall === null) return 0;
  offsetWords[0] = offset % WORD;
  offsetWords[1] = offset / WORD;
  return Math.max(0, systemCall(socket, file, offsetWords, count));
}
