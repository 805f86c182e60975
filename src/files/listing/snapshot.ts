/**
 * The entries of a directory in order, with what depends on their names only. It is kept for as long as the
 * directory is in the same state: adding, removing or renaming an entry changes its change time. Sizes and dates
 * change without that, and so does what a link leads to: the former are never kept, and no directory with links.
 */

import { isSettled } from "../file-state.ts";
import type { DirectoryEntry, DirectoryState, OpenedDirectory } from "../opened-directory.ts";
import { sortEntries } from "./entries.ts";
import { rowStart } from "./page.ts";
import { isReadmeName } from "./readme.ts";
import { type EncodedNames, encodeNames } from "./statx.ts";

/** Entries that are worked on without a pause. */
export const ENTRIES_A_SLICE = 1000;

/** Larger directories are not kept, and not more entries altogether: a few hundred bytes each. */
const MAX_KEPT_ENTRIES = 10_000;

/** Rows of the page, and what they say of sizes and dates. */
interface Rows {
  readonly sizes: Float64Array;
  readonly mtimes: Float64Array;
  readonly bytes: Uint8Array;
}

/** Entries in order, which never change. */
export class Snapshot {
  readonly entries: readonly DirectoryEntry[];
  /** The file that is shown beneath the listing, if there is one. */
  readonly readmeName: string | undefined;
  readonly #rowStarts: string[] = [];
  readonly #encoded: EncodedNames[] = [];
  #rows: Rows | undefined = undefined;

  constructor(entries: readonly DirectoryEntry[]) {
    this.entries = sortEntries(entries);
    this.readmeName = this.entries.find((entry) => !entry.isDirectory && isReadmeName(entry.name))?.name;
  }

  get slices(): number {
    return Math.ceil(this.entries.length / ENTRIES_A_SLICE);
  }

  /** Which entries are in a slice. */
  sliceRange(slice: number): { readonly start: number; readonly end: number } {
    const start = slice * ENTRIES_A_SLICE;
    return { start, end: Math.min(start + ENTRIES_A_SLICE, this.entries.length) };
  }

  /** The beginning of an entry's row in the page, made once. */
  rowStart(index: number): string {
    const known = this.#rowStarts[index];
    if (known !== undefined) return known;
    const made = rowStart(this.entries[index]!);
    if (this.entries.length <= MAX_KEPT_ENTRIES) this.#rowStarts[index] = made;
    return made;
  }

  /**
   * The rows of all entries in order, encoded: those that were made last, while sizes and dates are the same,
   * which have been asked for anew. Making rows takes as long as all else together that is not the system's.
   */
  rows(sizes: Float64Array, mtimes: Float64Array, make: () => string): Uint8Array {
    const last = this.#rows;
    if (last !== undefined && isSame(last.sizes, sizes) && isSame(last.mtimes, mtimes)) return last.bytes;
    const bytes = Buffer.from(make());
    this.#rows = { sizes, mtimes, bytes };
    return bytes;
  }

  /** The names of a slice as the system takes them. */
  encodedNames(slice: number): EncodedNames {
    const known = this.#encoded[slice];
    if (known !== undefined) return known;
    const { start, end } = this.sliceRange(slice);
    const made = encodeNames(this.entries.slice(start, end).map((entry) => entry.name));
    if (this.entries.length <= MAX_KEPT_ENTRIES) this.#encoded[slice] = made;
    return made;
  }
}

interface Kept {
  readonly state: DirectoryState;
  readonly snapshot: Snapshot;
}

const kept = new Map<string, Kept>();
let keptEntries = 0;

/** A snapshot that is too large to be kept. */
interface Lent {
  readonly state: DirectoryState;
  readonly snapshot: WeakRef<Snapshot>;
}

/**
 * What is in use: the names of a large directory take more memory than anything else about it, and clients that take
 * its listing at the same time, however slowly, share them.
 */
const lent = new Map<string, Lent>();
const MAX_LENT = 256;

/**
 * The entries of a directory that `isShown` lets through; undefined when it cannot be read.
 *
 * @param key what the outcome of `isShown` depends on beside the entries themselves: the directory's path and
 * the policy.
 */
export function snapshotOf(
  directory: OpenedDirectory,
  key: string,
  isShown: (entry: DirectoryEntry) => boolean,
): Snapshot | undefined {
  const state = directory.state();
  const known = kept.get(key);
  if (known !== undefined && state !== undefined && isSameState(known.state, state)) return known.snapshot;
  if (known !== undefined) forget(key, known);
  const inUse = state === undefined ? undefined : snapshotInUse(key, state);
  if (inUse !== undefined) return inUse;
  const entries = directory.entries();
  if (entries === undefined) return undefined;
  const snapshot = new Snapshot(entries.filter(isShown));
  const isReliable = state !== undefined && isSettled(state.ctimeMs, Date.now());
  if (!isReliable || entries.some((entry) => entry.isLink)) return snapshot;
  if (entries.length <= MAX_KEPT_ENTRIES) keep(key, { state, snapshot });
  else lend(key, { state, snapshot: new WeakRef(snapshot) });
  return snapshot;
}

/** How many entries are kept at present. */
export function entriesKept(): number {
  return keptEntries;
}

function snapshotInUse(key: string, state: DirectoryState): Snapshot | undefined {
  const one = lent.get(key);
  if (one === undefined) return undefined;
  const snapshot = isSameState(one.state, state) ? one.snapshot.deref() : undefined;
  if (snapshot === undefined) lent.delete(key);
  return snapshot;
}

function lend(key: string, one: Lent): void {
  if (lent.size >= MAX_LENT) lent.clear();
  lent.set(key, one);
}

function keep(key: string, one: Kept): void {
  const { length } = one.snapshot.entries;
  if (keptEntries + length > MAX_KEPT_ENTRIES || kept.size >= MAX_KEPT_ENTRIES) {
    kept.clear();
    keptEntries = 0;
  }
  kept.set(key, one);
  keptEntries += length;
}

function forget(key: string, one: Kept): void {
  kept.delete(key);
  keptEntries -= one.snapshot.entries.length;
}

function isSameState(a: DirectoryState, b: DirectoryState): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.ctimeMs === b.ctimeMs;
}

/** Whether two arrays hold the same, bit by bit. */
function isSame(a: Float64Array, b: Float64Array): boolean {
  return Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
}
