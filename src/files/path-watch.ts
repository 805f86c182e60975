/**
 * Whether a path still leads to a file in one and the same state: by Linux's `statx(2)`, and a comparison of what it says
 * word by word. `statSync` takes a third longer, for it makes an object of every field (the bench's case `file-1k`).
 */

import { loadedStatx } from "./listing/statx.ts";

const AT_FDCWD = -100;

/** STATX_TYPE, STATX_MODE, STATX_MTIME, STATX_CTIME, STATX_INO and STATX_SIZE. */
const MASK = 0x1 | 0x2 | 0x40 | 0x80 | 0x100 | 0x200;

/**
 * Where `struct statx` has what tells a state, as indexes of 32 bits: the mask of what is known, type and mode, inode, size,
 * times of change and of modification, device.
 */
const PLACES: readonly number[] = [0, 7, 8, 9, 10, 11, 24, 25, 26, 28, 29, 30, 34, 35];
const MASK_PLACE = 0;

/** `struct statx` is of this size. */
const result = new Uint32Array(64);

export class PathWatch {
  /** The path as the system takes it. */
  readonly #path: Uint8Array;
  /** The words of its state. */
  readonly #state: Uint32Array = new Uint32Array(PLACES.length);

  /** Begins to watch `path`; null where that cannot be done. */
  static begin(path: string): PathWatch | null {
    const watch = new PathWatch(path);
    return watch.#look() && (result[MASK_PLACE]! & MASK) === MASK ? watch.#remember() : null;
  }

  private constructor(path: string) {
    this.#path = Buffer.from(`${path}\0`);
  }

  /** Whether the path leads to what it led to at the beginning, and nothing of its state is another. */
  isUnchanged(): boolean {
    if (!this.#look()) return false;
    const state = this.#state;
    for (let at = 0; at < state.length; at++) if (result[PLACES[at]!] !== state[at]) return false;
    return true;
  }

  #look(): boolean {
    const statx = loadedStatx();
    return statx !== null && statx(AT_FDCWD, this.#path, 0, MASK, result) === 0;
  }

  #remember(): this {
    for (const [at, place] of PLACES.entries()) this.#state[at] = result[place]!;
    return this;
  }
}
