/** Functions of the system's C library, for what the runtime has no method for. The layers say what each is for. */

import { dlopen, type FFIFunction } from "bun:ffi";

/** What it is called, by GNU and by musl. */
const NAMES: readonly string[] = ["libc.so.6", "libc.so"];

/** The function that is called `name`; null where there is none, or where the system is not Linux. */
export function findSystemCall<Call>(name: string, signature: FFIFunction): Call | null {
  if (process.platform !== "linux") return null;
  for (const library of NAMES) {
    try {
      return dlopen(library, { [name]: signature }).symbols[name] as Call;
    } catch {
      // Not under this name.
    }
  }
  return null;
}
