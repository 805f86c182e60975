/** The path of a unix socket on which one listener takes another's place. */

import { linkSync, renameSync, unlinkSync } from "node:fs";

/** The path of a unix socket, which has a second name for as long as somebody may take away the first one. */
export class KeptPath {
  readonly #path: string;
  readonly #aside: string;

  constructor(path: string) {
    this.#path = path;
    this.#aside = `${path}.${process.pid}.aside`;
  }

  setAside(): void {
    // Left by a process of the same number, if it is there.
    removeQuietly(this.#aside);
    try {
      linkSync(this.#path, this.#aside);
    } catch (error) {
      // Where somebody has taken the path away, there is nothing to keep.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }

  putBack(): void {
    try {
      renameSync(this.#aside, this.#path);
      // Two names of one socket: then nothing was renamed.
      unlinkSync(this.#aside);
    } catch {
      // The first name is all there is, or nothing was set aside.
    }
  }
}

/** Removes a file, if it is there. */
export function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody has done it already.
  }
}
