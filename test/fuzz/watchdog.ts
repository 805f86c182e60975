/**
 * Watches over a run from a thread of its own: a case that does not come to its end holds up the event loop, so that nobody
 * else can tell which it was. It is written like any other that fails, and the run is killed.
 */

import type { FuzzCase, Target } from "./target.ts";

/** How long a case may take. */
const MOST_MS = 20_000;

/** What both threads see: the count of cases begun, then what the present one is. */
export const Slot = { BEGUN: 0, TARGET: 1, VARIANT: 2, BYTES: 3, CUTS: 4 } as const;

const SLOTS = 8;
const MOST_BYTES: number = 256 * 1024;
const MOST_CUTS = 4096;

/** The memory of both threads, taken apart. */
export interface Shared {
  readonly slots: Int32Array;
  readonly cuts: Int32Array;
  readonly bytes: Uint8Array;
}

export interface WatchdogStart {
  readonly memory: SharedArrayBuffer;
  readonly names: readonly string[];
  readonly seed: number;
  readonly mostMs: number;
}

export function sharedIn(memory: SharedArrayBuffer): Shared {
  return {
    slots: new Int32Array(memory, 0, SLOTS),
    cuts: new Int32Array(memory, SLOTS * 4, MOST_CUTS),
    bytes: new Uint8Array(memory, (SLOTS + MOST_CUTS) * 4),
  };
}

export class Watchdog implements Disposable {
  readonly #shared: Shared;
  readonly #worker: Worker;

  constructor(targets: readonly Target[], seed: number, mostMs: number = MOST_MS) {
    const memory = new SharedArrayBuffer((SLOTS + MOST_CUTS) * 4 + MOST_BYTES);
    this.#shared = sharedIn(memory);
    this.#worker = new Worker(new URL("./watchdog-worker.ts", import.meta.url).href);
    const start: WatchdogStart = { memory, names: targets.map(({ name }) => name), seed, mostMs };
    this.#worker.postMessage(start);
  }

  /** The targets, each case of which is noted before it is checked. */
  watch(targets: readonly Target[]): Target[] {
    return targets.map((target, index) => ({
      ...target,
      check: (fuzzCase) => {
        this.#begin(index, fuzzCase);
        return target.check(fuzzCase);
      },
    }));
  }

  #begin(target: number, { bytes, cuts, variant }: FuzzCase): void {
    const { slots } = this.#shared;
    const cutCount = Math.min(cuts.length, MOST_CUTS);
    for (let at = 0; at < cutCount; at++) this.#shared.cuts[at] = cuts[at]!;
    const length = Math.min(bytes.length, MOST_BYTES);
    this.#shared.bytes.set(length < bytes.length ? bytes.subarray(0, length) : bytes);
    slots[Slot.TARGET] = target;
    slots[Slot.VARIANT] = variant;
    slots[Slot.BYTES] = length;
    slots[Slot.CUTS] = cutCount;
    slots[Slot.BEGUN] = (slots[Slot.BEGUN]! + 1) | 0;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
