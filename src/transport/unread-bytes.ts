/**
 * How much of what was written to a socket its peer has still to take: by that a client that reads slowly is told from
 * one that reads nothing. The socket's own word comes late: it has room again when a third of its buffer is free, which
 * is a megabyte or so. On Linux alone.
 */

import { FFIType } from "bun:ffi";
import { findSystemCall } from "../system/c-library.ts";

type SystemCall = (descriptor: number, request: number, result: Int32Array) => number;

/** `SIOCOUTQ` of linux/sockios.h, on the processors that the runtime is made for. */
const SIOCOUTQ = 0x5411;

const result: Int32Array = new Int32Array(1);

/** Found when it is first needed; null where there is none. */
let ioctl: SystemCall | null | undefined;

/**
 * Bytes in the buffer of `socket`, a descriptor: of TCP those that the peer's system has not acknowledged, of a unix
 * socket the memory of the pieces, of 36 KiB or so, that the peer has not read to their ends. -1 where the system does
 * not tell. It takes a microsecond or two.
 */
export function unreadBytes(socket: number): number {
  ioctl ??= findSystemCall<SystemCall>("ioctl", {
    args: [FFIType.i32, FFIType.u64_fast, FFIType.ptr],
    returns: FFIType.i32,
  });
  return ioctl !== null && ioctl(socket, SIOCOUTQ, result) === 0 ? result[0]! : -1;
}
