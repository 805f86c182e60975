/**
 * Copies what an answer is made of to where it is written, in bounded memory. Knows no sockets: a sink takes
 * bytes at once, and says when it has room again.
 */

import { OpenedFile } from "./opened-file.ts";

/** Where bytes are written. `write` has done with the array when it returns; `flush` waits for room. */
export interface Sink {
  write(data: string | Uint8Array): unknown;
  flush(): Promise<void>;
}

/** Whatever has `read`: at most `size` bytes at a time, none at its end. */
export interface Readable {
  read(size: number): string | Uint8Array | Promise<string | Uint8Array>;
}

/** What a body may come from. Those that have `close` are closed by whoever holds them. */
export type Source =
  | OpenedFile
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>
  | Readable;

/** Files up to this size go out in one synchronous piece. */
export const ONE_PIECE_BYTES: number = 64 * 1024;

/** Larger ones go in pieces of this size, each waiting for the one before it, as Python's do (SIM-15). */
export const PIECE_BYTES: number = 256 * 1024;

/** For files that go out in one piece: read and written without anything happening in between. */
const onePiece = new Uint8Array(ONE_PIECE_BYTES);

/**
 * Copies `source` to `sink`, at once if it is small and already there. Gives, or settles with, whether all of
 * it was there: a file that has been cut short or written over since it was opened is not.
 */
export function copy(source: Source, sink: Sink): boolean | Promise<boolean> {
  if (source instanceof OpenedFile) return copyFile(source, sink);
  if (typeof source === "string") return writeAll(source, sink);
  if (source instanceof ArrayBuffer) return copyBytes(new Uint8Array(source), sink);
  if (source instanceof Uint8Array) return copyBytes(source, sink);
  if (source instanceof Blob) return copyChunks(source.stream(), sink);
  if (isIterable(source)) return copyChunks(source, sink);
  return copyReadable(source, sink);
}

function copyFile(file: OpenedFile, sink: Sink): boolean | Promise<boolean> {
  if (file.remaining > ONE_PIECE_BYTES) return copyFileInPieces(file, sink);
  const count = file.readInto(onePiece);
  if (count > 0) sink.write(onePiece.subarray(0, count));
  return file.remaining === 0;
}

async function copyFileInPieces(file: OpenedFile, sink: Sink): Promise<boolean> {
  const piece = new Uint8Array(PIECE_BYTES);
  while (file.remaining > 0) {
    const count = file.readInto(piece);
    if (count === 0) return false;
    // Without its last piece a mixture of two versions cannot pass for a whole.
    if (file.remaining === 0 && !file.isIntact()) return false;
    sink.write(count < piece.length ? piece.subarray(0, count) : piece);
    await sink.flush();
  }
  return true;
}

function writeAll(data: string | Uint8Array, sink: Sink): boolean {
  if (data.length > 0) sink.write(data);
  return true;
}

function copyBytes(bytes: Uint8Array, sink: Sink): boolean | Promise<boolean> {
  return bytes.length > PIECE_BYTES ? copyBytesInPieces(bytes, sink) : writeAll(bytes, sink);
}

async function copyBytesInPieces(bytes: Uint8Array, sink: Sink): Promise<boolean> {
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    sink.write(bytes.subarray(start, start + PIECE_BYTES));
    await sink.flush();
  }
  return true;
}

async function copyChunks(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  sink: Sink,
): Promise<boolean> {
  for await (const chunk of chunks) {
    writeAll(chunk, sink);
    await sink.flush();
  }
  return true;
}

async function copyReadable(source: Readable, sink: Sink): Promise<boolean> {
  for (;;) {
    const chunk = await source.read(PIECE_BYTES);
    if (chunk.length === 0) return true;
    sink.write(chunk);
    await sink.flush();
  }
}

function isIterable(
  source: object,
): source is AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string> {
  return Symbol.asyncIterator in source || Symbol.iterator in source;
}

/** Lets go of a source, whether or not it was read: closes or cancels what can be closed or cancelled. */
export function closeSource(source: Source): void {
  if (typeof source === "string") return;
  if (source instanceof ReadableStream) source.cancel().catch(ignore);
  else if ("close" in source && typeof source.close === "function") source.close();
  else if ("return" in source && typeof source.return === "function") source.return();
}

function ignore(): void {}
