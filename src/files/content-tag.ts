/**
 * Entity tags that say what a file holds, not when it was written: for hosts that serve copies of the same files
 * with times of their own. Each version of a file is read once; what came of it is remembered.
 */

import { readSync } from "node:fs";
import { fileStateOf, isSettled } from "./file-state.ts";
import type { OpenedFile } from "./opened-file.ts";
import { readAt } from "./read-at.ts";
import { RecentMap } from "./recent-map.ts";

/** Tags that are remembered. */
const MAX_TAGS = 4096;

/** Files up to this size are read at once, larger ones without holding up anybody, in pieces of this size. */
const PIECE_BYTES: number = 64 * 1024;

/** Bytes of the hash that make the tag: no two files that somebody could find share as many. */
const TAG_BYTES = 16;

const tags = new RecentMap<string>(MAX_TAGS);
/** Of contents that are held in memory, for as long as they are. */
const tagsOfHeld = new WeakMap<Uint8Array, string>();
const underWay = new Map<string, Promise<string | null>>();
const piece = new Uint8Array(PIECE_BYTES);

/**
 * The tag of an opened file: a hash of what is in it. The file has to stay open until it is there. Null where the
 * file is written to meanwhile, or cannot be read. `now` is in seconds since 1970.
 */
export function contentTag(file: OpenedFile, now: number): string | null | Promise<string | null> {
  if (file.contents !== null) return tagOfHeld(file.contents);
  const version = fileStateOf(file.fd).id;
  const known = tags.get(version);
  if (known !== undefined) return known;
  if (file.size <= PIECE_BYTES) return remember(version, file, hashAtOnce(file), now);
  return underWay.get(version) ?? startReading(version, file, now);
}

function tagOfHeld(contents: Uint8Array): string {
  const known = tagsOfHeld.get(contents);
  if (known !== undefined) return known;
  const tag = tagOf(new Bun.CryptoHasher("sha256").update(contents).digest());
  tagsOfHeld.set(contents, tag);
  return tag;
}

function tagOf(hash: Uint8Array): string {
  return `"${Buffer.from(hash.buffer, hash.byteOffset, TAG_BYTES).toString("base64url")}"`;
}

function startReading(version: string, file: OpenedFile, now: number): Promise<string | null> {
  const reading = hashInPieces(file)
    .then((hash) => remember(version, file, hash, now))
    .finally(() => underWay.delete(version));
  underWay.set(version, reading);
  return reading;
}

function remember(version: string, file: OpenedFile, hash: Uint8Array | null, now: number): string | null {
  if (hash === null) return null;
  const state = fileStateOf(file.fd);
  if (state.id !== version) return null;
  const tag = tagOf(hash);
  if (isSettled(state.changedMs, now * 1000)) tags.set(version, tag);
  return tag;
}

function hashAtOnce(file: OpenedFile): Uint8Array | null {
  try {
    let filled = 0;
    while (filled < file.size) {
      const count = readSync(file.fd, piece, filled, file.size - filled, filled);
      if (count === 0) return null;
      filled += count;
    }
    return new Bun.CryptoHasher("sha256").update(piece.subarray(0, filled)).digest();
  } catch {
    return null;
  }
}

async function hashInPieces(file: OpenedFile): Promise<Uint8Array | null> {
  const hasher = new Bun.CryptoHasher("sha256");
  const bytes = new Uint8Array(PIECE_BYTES);
  try {
    for (let position = 0; position < file.size;) {
      const wanted = bytes.subarray(0, Math.min(PIECE_BYTES, file.size - position));
      const count = await readAt(file.fd, wanted, position);
      if (count === 0) return null;
      hasher.update(bytes.subarray(0, count));
      position += count;
    }
    return hasher.digest();
  } catch {
    return null;
  }
}
