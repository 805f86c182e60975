/**
 * Contents of small files in memory: as many as there is room for. What was read first makes room first; a file that is
 * still wanted is read again.
 */

/** A file's contents may be held by it. */
export interface Holder {
  contents: Uint8Array | null;
}

/** Larger files are read when they are sent, or sent without being read, which costs less than to copy them from memory. */
export const MAX_HELD_FILE_BYTES: number = 32 * 1024;

/** The same where nothing can be sent without being read. */
export const MAX_HELD_READ_FILE_BYTES: number = 128 * 1024;

const MAX_HELD_BYTES: number = 32 * 1024 * 1024;

/** What a file costs beside its bytes. */
const OVERHEAD_BYTES = 256;

export class HeldContents {
  readonly #maxBytes: number;
  readonly #holders: Set<Holder> = new Set();
  #bytes = 0;

  constructor(maxBytes: number = MAX_HELD_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that are held, with what they cost. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Has `holder` hold `contents`, which nobody changes from now on. */
  hold(holder: Holder, contents: Uint8Array): void {
    this.drop(holder);
    holder.contents = contents;
    this.#holders.add(holder);
    this.#bytes += contents.length + OVERHEAD_BYTES;
    for (const oldest of this.#holders) {
      if (this.#bytes <= this.#maxBytes) return;
      this.drop(oldest);
    }
  }

  /** Lets go of what `holder` holds, if it holds anything. */
  drop(holder: Holder): void {
    const { contents } = holder;
    if (contents === null || !this.#holders.delete(holder)) return;
    holder.contents = null;
    this.#bytes -= contents.length + OVERHEAD_BYTES;
  }
}

/** Those of this process. */
export const heldContents: HeldContents = new HeldContents();
