/**
 * Entity tags that say what a file holds, not when it was written: for hosts that serve copies of the same files
 * with times of their own. Each version of a file is read once; what came of it is remembered.
 */

import { fstatSync, read, readSync } from "node:fs";
import type { OpenedFile } from "./opened-file.ts";

/** Tags that are remembered; the one that was asked for longest ago is forgotten first. */
const MAX_TAGS = 4096;

/** Files up to this size are read at once, larger ones without holding up anybody, in pieces of this size. */
const PIECE_BYTES: number = 64 * 1024;

/** Bytes of the hash that make the tag: no two files that somebody could find share as many. */
const TAG_BYTES = 16;

/** A file written to this recently may be so again within the same tick of the file system's clock. */
const SETTLED_AFTER_MS = 2000;

const tags = new Map<string, string>();
const underWay = new Map<string, Promise<string | null>>();
const piece = new Uint8Array(PIECE_BYTES);

/**
 * The tag of an opened file: a hash of what is in it. The file has to stay open until it is there. Null where the
 * file is written to meanwhile, or cannot be read.
 */
export function contentTag(file: OpenedFile): string | null | Promise<string | null> {
  const version = versionOf(file.fd);
  const known = tags.get(version);
  if (known !== undefined) {
    tags.delete(version);
    tags.set(version, known);
    return known;
  }
  if (file.size <= PIECE_BYTES) return remember(version, file, hashAtOnce(file));
  return underWay.get(version) ?? startReading(version, file);
}

function startReading(version: string, file: OpenedFile): Promise<string | null> {
  const reading = hashInPieces(file)
    .then((hash) => remember(version, file, hash))
    .finally(() => underWay.delete(version));
  underWay.set(version, reading);
  return reading;
}

function remember(version: string, file: OpenedFile, hash: Uint8Array | null): string | null {
  if (hash === null || versionOf(file.fd) !== version) return null;
  const tag = `"${Buffer.from(hash.buffer, hash.byteOffset, TAG_BYTES).toString("base64url")}"`;
  if (Date.now() - fstatSync(file.fd).ctimeMs < SETTLED_AFTER_MS) return tag;
  const oldest = tags.size >= MAX_TAGS ? tags.keys().next().value : undefined;
  if (oldest !== undefined) tags.delete(oldest);
  tags.set(version, tag);
  return tag;
}

/** What tells a version of a file from every other, on this host and for now. */
function versionOf(fd: number): string {
  const { dev, ino, size, mtimeMs, ctimeMs } = fstatSync(fd);
  return `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`;
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
      const count = await readAt(file.fd, bytes, Math.min(PIECE_BYTES, file.size - position), position);
      if (count === 0) return null;
      hasher.update(bytes.subarray(0, count));
      position += count;
    }
    return hasher.digest();
  } catch {
    return null;
  }
}

/** Reads beside the event loop. */
function readAt(fd: number, target: Uint8Array, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, target, 0, length, position, (error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}
