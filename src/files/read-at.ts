import { read } from "node:fs";

/**
 * Reads from `position` in a file on into all of `target`, on a thread of the runtime's, and gives the number of bytes:
 * fewer where the file ends.
 */
export function readAt(fd: number, target: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, target, 0, target.length, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}
