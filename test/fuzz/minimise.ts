/** Makes a case that shows a fault as small as it gets: fewer cuts, fewer bytes, plainer bytes. */

import { type Fault, faultOf, type FuzzCase, type Target } from "./target.ts";

/** Checks that making one case smaller may take. */
const MOST_CHECKS = 20_000;

/** Up to this many bytes every span of them is tried. */
const MOST_TRIED_WHOLLY = 100;

const PLAIN_BYTE = 0x61;
const LF = 0x0a;

export interface Found {
  readonly fuzzCase: FuzzCase;
  readonly fault: Fault;
}

/** The smallest case that was found with a fault of the same kind. */
export async function minimise(target: Target, found: Found): Promise<Found> {
  const search = new Search(target, found);
  let size: string;
  do {
    size = search.size;
    await search.dropCuts();
    await search.dropLines();
    await search.dropBytes();
    await search.simplifyBytes();
  } while (search.size !== size && !search.isExhausted);
  return search.best;
}

class Search {
  best: Found;
  readonly #target: Target;
  #checks = 0;

  constructor(target: Target, found: Found) {
    this.#target = target;
    this.best = found;
  }

  get isExhausted(): boolean {
    return this.#checks >= MOST_CHECKS;
  }

  get size(): string {
    const { bytes, cuts } = this.best.fuzzCase;
    return `${bytes.length} ${cuts.length} ${bytes.filter((byte) => byte !== PLAIN_BYTE).length}`;
  }

  async dropCuts(): Promise<void> {
    await this.#try({ ...this.best.fuzzCase, cuts: [] });
    for (let index = this.best.fuzzCase.cuts.length - 1; index >= 0; index--) {
      const { fuzzCase } = this.best;
      await this.#try({ ...fuzzCase, cuts: fuzzCase.cuts.toSpliced(index, 1) });
    }
  }

  /** Runs of whole lines: a chunk is two, a request some. */
  async dropLines(): Promise<void> {
    for (let first = 0; first < this.#lineEnds.length; first++) {
      for (let last = this.#lineEnds.length - 1; last > first && !this.isExhausted; last--) {
        const ends = this.#lineEnds;
        if (await this.#try(without(this.best.fuzzCase, ends[first]!, ends[last]!)))
          last = this.#lineEnds.length;
      }
    }
  }

  /** The beginning, and the places behind line feeds. */
  get #lineEnds(): number[] {
    const { bytes } = this.best.fuzzCase;
    return [0, ...[...bytes.keys()].map((at) => at + 1).filter((end) => bytes[end - 1] === LF)];
  }

  /** Half of them, quarters and so on; of few bytes every span, since what belongs together may lie anywhere. */
  async dropBytes(): Promise<void> {
    const isShort = this.best.fuzzCase.bytes.length <= MOST_TRIED_WHOLLY;
    let span = this.best.fuzzCase.bytes.length;
    while (span >= 1 && !this.isExhausted) {
      for (let start = 0; start < this.best.fuzzCase.bytes.length;) {
        const isDropped = await this.#try(without(this.best.fuzzCase, start, start + span));
        if (!isDropped) start += isShort ? 1 : span;
      }
      span = isShort ? span - 1 : Math.floor(span / 2);
    }
  }

  async simplifyBytes(): Promise<void> {
    for (let at = 0; at < this.best.fuzzCase.bytes.length && !this.isExhausted; at++) {
      const { fuzzCase } = this.best;
      if (fuzzCase.bytes[at] !== PLAIN_BYTE) {
        await this.#try({ ...fuzzCase, bytes: new Uint8Array(fuzzCase.bytes).fill(PLAIN_BYTE, at, at + 1) });
      }
    }
  }

  /** Keeps `fuzzCase` where it shows the fault, too. */
  async #try(fuzzCase: FuzzCase): Promise<boolean> {
    if (this.isExhausted) return false;
    this.#checks++;
    const fault = await faultOf(this.#target, fuzzCase);
    if (fault === undefined || fault.kind !== this.best.fault.kind) return false;
    this.best = { fuzzCase, fault };
    return true;
  }
}

/** The case without the bytes from `start` to `end`, its cuts where they were between the others. */
function without(fuzzCase: FuzzCase, start: number, end: number): FuzzCase {
  const { bytes, cuts } = fuzzCase;
  const last = Math.min(end, bytes.length);
  const moved = cuts.map((cut) => (cut <= start ? cut : Math.max(start, cut - (last - start))));
  return { ...fuzzCase, bytes: Buffer.concat([bytes.subarray(0, start), bytes.subarray(last)]), cuts: moved };
}
