/**
 * Copies what an answer is made of to where it is written, in bounded memory. Knows no sockets: a sink takes
 * bytes at once, and says when it has room again.
 */

import { OpenedFile } from "./opened-file.ts";

/** Where bytes are written. `write` has done with the array when it returns; `flush` waits for room. */
export interface Sink {
  write(data: string | Uint8Array): unknown;
  flush(): Promise<void>;
  /** Sends bytes of an open file from where they lie; how many, 0 where that cannot be done now. */
  sendFile?(descriptor: number, offset: number, count: number): number;
  /** Whether it ever can; it may where this is not said. */
  readonly sendsFiles?: boolean;
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
export const ONE_PIECE_BYTES: number = 128 * 1024;

/** Larger ones go in pieces of this size, each waiting for the one before it (SIM-15). */
export const PIECE_BYTES: number = 128 * 1024;

/**
 * What is read of a file where the sink sends files by itself but has no room: enough to be told when it has. A slow
 * client has as much of it in memory.
 */
export const TRIGGER_BYTES: number = 16 * 1024;

/** From this size on it is worthwhile to have the sink send a file by itself. */
const LEAST_SENT_BYTES: number = 16 * 1024;

/** What is read of a file is written without anything happening in between: one buffer does for all. */
const piece = new Uint8Array(Math.max(ONE_PIECE_BYTES, PIECE_BYTES));

/**
 * Copies `source` to `sink`, at once if it is small and already there. Gives, or settles with, whether all of
 * it was there: a file that has been cut short or written over since it was opened is not.
 *
 * @param maySendFile whether the sink may send a file without its being read, where it can.
 */
export function copy(source: Source, sink: Sink, maySendFile = true): boolean | Promise<boolean> {
  if (source instanceof OpenedFile)
    return copyFile(source, maySendFile && sink.sendsFiles !== false ? sink : readingOnly(sink));
  if (typeof source === "string") return writeAll(source, sink);
  if (source instanceof ArrayBuffer) return copyBytes(new Uint8Array(source), sink);
  if (source instanceof Uint8Array) return copyBytes(source, sink);
  if (source instanceof Blob) return copyChunks(source.stream(), sink);
  if (isIterable(source)) return copyChunks(source, sink);
  return copyReadable(source, sink);
}

/** `sink` without its way of sending files by itself. */
function readingOnly(sink: Sink): Sink {
  return { write: (data) => sink.write(data), flush: () => sink.flush() };
}

function copyFile(file: OpenedFile, sink: Sink): boolean | Promise<boolean> {
  if (file.contents !== null) return writeAll(file.readShared(), sink);
  const isBegun = file.remaining >= LEAST_SENT_BYTES && sendDirectly(file, sink);
  if (isBegun && file.remaining === 0) return true;
  if (isBegun || file.remaining > ONE_PIECE_BYTES) return copyFileInPieces(file, sink);
  copyPiece(file, sink, ONE_PIECE_BYTES);
  return file.remaining === 0;
}

/**
 * A file that is written anew while it is sent must not become an answer that is half the one and half the other: it is
 * looked at before each piece, and when it is not what it was when it was opened, the answer ends there.
 */
async function copyFileInPieces(file: OpenedFile, sink: Sink): Promise<boolean> {
  file.watch();
  const pieceBytes = sink.sendFile === undefined ? PIECE_BYTES : TRIGGER_BYTES;
  while (file.remaining > 0) {
    if (!file.isIntact()) return false;
    sendDirectly(file, sink);
    // Where the sink has sent what it has room for, it tells when it has room again for what is written to it.
    if (file.remaining > 0 && !copyPiece(file, sink, pieceBytes)) return false;
    await sink.flush();
  }
  return true;
}

/** Has the sink send of the file what it can; whether that was anything. */
function sendDirectly(file: OpenedFile, sink: Sink): boolean {
  // Its descriptor may be another file's: reading says so.
  if (file.closed) return false;
  const sent = sink.sendFile?.(file.fd, file.position, file.remaining) ?? 0;
  file.skip(sent);
  return sent > 0;
}

/** Reads and writes the next piece; whether there was anything to read. */
function copyPiece(file: OpenedFile, sink: Sink, pieceBytes: number): boolean {
  const count = file.readInto(piece.subarray(0, pieceBytes));
  if (count > 0) sink.write(piece.subarray(0, count));
  return count > 0;
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
