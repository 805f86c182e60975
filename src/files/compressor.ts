/**
 * Compresses files while they are asked for, beside the event loop, and keeps what it made in bounded memory.
 *
 * All bytes that it has made and that anybody has still, itself included, are counted: they never exceed
 * {@link CompressorOptions.maxBytes}. Where there is no room, no time or no gain it gives nothing, and the
 * file is to be sent as it is. It knows a file by its descriptor, not by its name: what is kept for one state
 * of a file is not given out for another.
 */

import { availableParallelism } from "node:os";
import { compressBytes } from "./compress-bytes.ts";
import type { ContentCoding } from "./content-coding.ts";
import { type FileState, fileStateOf, isSettled } from "./file-state.ts";
import { type HeldBytes, holdBytes } from "./held-bytes.ts";
import type { OpenedFile } from "./opened-file.ts";
import { readAt } from "./read-at.ts";

/** What a {@link Compressor} takes upon itself. */
export interface CompressorOptions {
  /** Smaller files are sent as they are: with a head beside it nothing is saved. Default 1 KiB. */
  readonly minFileBytes?: number;
  /** Larger files are sent as they are: they are read as a whole to be compressed. Default 16 MiB. */
  readonly maxFileBytes?: number;
  /** Memory for what was compressed, kept or on its way to clients. Default 32 MiB. */
  readonly maxBytes?: number;
  /**
   * Files compressed at a time. Default half of the processors, from 1 to 4: the others are for the event
   * loop, and for the reading of files.
   */
  readonly maxRunning?: number;
  /** Files that wait for that. Default 64. */
  readonly maxWaiting?: number;
}

/** The bytes of a file in a coding. Its holder closes it, which gives their memory free for others. */
export interface CompressedBytes {
  /** The same bytes have the same one, and others another one. */
  readonly fingerprint: string;
  readonly bytes: HeldBytes;
}

/** What a {@link Compressor} works with. */
export interface CompressorTools {
  /** Compresses `input`; null where that makes it no smaller. */
  readonly compress: (input: Uint8Array, coding: ContentCoding) => Promise<Uint8Array | null>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

const DEFAULTS: Required<CompressorOptions> = {
  minFileBytes: KIB,
  maxFileBytes: 16 * MIB,
  maxBytes: 32 * MIB,
  maxRunning: Math.min(Math.max(availableParallelism() >> 1, 1), 4),
  maxWaiting: 64,
};

const TOOLS: CompressorTools = { compress: compressBytes, now: Date.now };

/** What an entry takes beside its bytes, roughly. */
const ENTRY_BYTES = 512;

/** One state of a file in one coding; without bytes where compressing it was in vain. */
interface Entry {
  readonly key: string;
  readonly bytes: Uint8Array | null;
  readonly fingerprint: string;
  readonly cost: number;
  /** Whether it can be given to later requests. */
  isKept: boolean;
  /** How many have its bytes now. */
  holders: number;
}

/** An entry in the making. All who wait for it will have its bytes. */
interface Job {
  readonly made: Promise<Entry | undefined>;
  waiters: number;
}

export class Compressor {
  readonly #limits: Required<CompressorOptions>;
  readonly #tools: CompressorTools;
  /** By state and coding, the one that has not been asked for the longest first. */
  readonly #entries = new Map<string, Entry>();
  readonly #jobs = new Map<string, Job>();
  #waiting: (() => void)[] = [];
  #running = 0;
  #bytes = 0;
  #heldBytes = 0;
  /** What is in the making becomes no larger than this. */
  #reservedBytes = 0;

  /**
   * @param tools others than the usual ones, for tests.
   * @throws RangeError for a limit that is not a whole number, or is negative.
   */
  constructor(options: CompressorOptions = {}, tools: Partial<CompressorTools> = {}) {
    this.#limits = { ...DEFAULTS, ...options };
    for (const [name, value] of Object.entries(this.#limits)) {
      if (!(Number.isSafeInteger(value) && value >= 0))
        throw new RangeError(`${name} must be a whole number from 0, not ${value}`);
    }
    this.#tools = { ...TOOLS, ...tools };
  }

  /** Memory that what was compressed takes now: what is kept, and what is only on its way to clients. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The part of it that clients are being sent. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Files that are being compressed, or wait for that. */
  get pending(): number {
    return this.#jobs.size;
  }

  /** Whether a file of `size` bytes would be compressed at all. */
  takes(size: number): boolean {
    return size >= this.#limits.minFileBytes && size <= this.#limits.maxFileBytes;
  }

  /**
   * `file` in `coding`, at once if it is kept; undefined where it is to be sent as it is. The file must stay
   * open, and is not read from its current position. Nothing is thrown, and the promise is not rejected.
   */
  get(
    file: OpenedFile,
    coding: ContentCoding,
  ): CompressedBytes | undefined | Promise<CompressedBytes | undefined> {
    if (!this.takes(file.size)) return undefined;
    const state = stateOf(file);
    if (state === undefined || state.size !== file.size) return undefined;
    const key = `${coding}:${state.id}`;
    const entry = this.#entries.get(key);
    if (entry !== undefined) return this.#takeKept(entry);
    let job = this.#jobs.get(key);
    if (job === undefined) {
      if (!this.#hasRoomFor(file.size)) return undefined;
      job = { made: this.#make(key, file, state, coding), waiters: 0 };
      this.#jobs.set(key, job);
    }
    job.waiters++;
    return job.made.then((made) => (made === undefined ? undefined : this.#handOut(made)));
  }

  #takeKept(entry: Entry): CompressedBytes | undefined {
    this.#entries.delete(entry.key);
    this.#entries.set(entry.key, entry);
    if (entry.holders === 0) this.#heldBytes += entry.cost;
    entry.holders++;
    return this.#handOut(entry);
  }

  /** The entry's bytes for one of its holders, as an array of its own that can be closed. */
  #handOut(entry: Entry): CompressedBytes | undefined {
    if (entry.bytes === null) {
      this.#release(entry);
      return undefined;
    }
    let isClosed = false;
    const close = (): void => {
      if (isClosed) return;
      isClosed = true;
      this.#release(entry);
    };
    return { fingerprint: entry.fingerprint, bytes: holdBytes(entry.bytes, close) };
  }

  #release(entry: Entry): void {
    entry.holders--;
    if (entry.holders > 0) return;
    this.#heldBytes -= entry.cost;
    if (!entry.isKept) this.#bytes -= entry.cost;
  }

  #hasRoomFor(size: number): boolean {
    const { maxBytes, maxRunning, maxWaiting } = this.#limits;
    if (this.#running >= maxRunning && this.#waiting.length >= maxWaiting) return false;
    return this.#heldBytes + this.#reservedBytes + size + ENTRY_BYTES <= maxBytes;
  }

  async #make(
    key: string,
    file: OpenedFile,
    state: FileState,
    coding: ContentCoding,
  ): Promise<Entry | undefined> {
    const reserved = file.size + ENTRY_BYTES;
    const isKept = isSettled(state.changedMs, this.#tools.now());
    this.#reservedBytes += reserved;
    let bytes: Uint8Array | null | undefined;
    try {
      await this.#turn();
      try {
        bytes = await this.#compressFile(file, state, coding);
      } finally {
        this.#nextTurn();
      }
    } catch {
      // Out of memory, an unreadable file: sending it as it is has its own way of failing.
    }
    this.#reservedBytes -= reserved;
    const { waiters } = this.#jobs.get(key)!;
    this.#jobs.delete(key);
    return bytes === undefined ? undefined : this.#enter(key, bytes, waiters, isKept);
  }

  /** Undefined where the file is not what it was when it was opened. */
  async #compressFile(
    file: OpenedFile,
    state: FileState,
    coding: ContentCoding,
  ): Promise<Uint8Array | null | undefined> {
    const input = await readWhole(file);
    const stateNow = stateOf(file);
    if (input === undefined || stateNow === undefined) return undefined;
    if (stateNow.id !== state.id) return undefined;
    return await this.#tools.compress(input, coding);
  }

  /** Undefined where so much is on its way to clients by now that there is no room. */
  #enter(key: string, bytes: Uint8Array | null, holders: number, isKept: boolean): Entry | undefined {
    const cost = ENTRY_BYTES + (bytes?.length ?? 0);
    this.#evict(this.#limits.maxBytes - cost);
    if (this.#bytes + cost > this.#limits.maxBytes) return undefined;
    const fingerprint = bytes === null ? "" : fingerprintOf(bytes);
    const entry = { key, bytes, fingerprint, cost, isKept, holders };
    this.#bytes += cost;
    this.#heldBytes += cost;
    if (isKept) this.#entries.set(key, entry);
    return entry;
  }

  /** Forgets entries that nobody has until no more than `maxBytes` are left. */
  #evict(maxBytes: number): void {
    for (const entry of this.#entries.values()) {
      if (this.#bytes <= maxBytes) return;
      if (entry.holders > 0) continue;
      this.#entries.delete(entry.key);
      this.#bytes -= entry.cost;
    }
  }

  #turn(): Promise<void> | undefined {
    if (this.#running < this.#limits.maxRunning) {
      this.#running++;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Who waits takes the place over; else it becomes free. */
  #nextTurn(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running--;
    else next();
  }
}

/** The one for all handlers that have none of their own, so that its memory is bounded for the process. */
export const sharedCompressor: Compressor = new Compressor();

/** Contents that are held in memory never change: they are told by themselves. */
const heldStates = new WeakMap<Uint8Array, FileState>();
let heldCount = 0;

function stateOf(file: OpenedFile): FileState | undefined {
  if (file.contents !== null) return stateOfHeld(file.contents);
  try {
    return fileStateOf(file.fd);
  } catch {
    return undefined;
  }
}

function stateOfHeld(contents: Uint8Array): FileState {
  let state = heldStates.get(contents);
  if (state === undefined) {
    state = { id: `held:${heldCount++}`, size: contents.length, changedMs: 0 };
    heldStates.set(contents, state);
  }
  return state;
}

/** All of `file`, or undefined where it has been cut short. */
async function readWhole(file: OpenedFile): Promise<Uint8Array | undefined> {
  if (file.contents !== null) return file.contents;
  const bytes = new Uint8Array(file.size);
  let filled = 0;
  while (filled < bytes.length) {
    const count = await readAt(file.fd, bytes.subarray(filled), filled);
    if (count === 0) return undefined;
    filled += count;
  }
  return bytes;
}

function fingerprintOf(bytes: Uint8Array): string {
  return `${bytes.length.toString(36)}-${Bun.hash.wyhash(bytes).toString(36)}`;
}
