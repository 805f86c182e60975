/** The body of a request as a script gets it: with its length, which CGI wants to be told before (RFC 3875 4.1.2). */

import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../protocol/failure.ts";
import { BodyKind, type RequestHead } from "../../protocol/request-head.ts";
import { type RequestBody, RequestBodyError } from "../../transport/rfile.ts";

/** A body, which its holder closes. */
export interface ScriptBody extends AsyncDisposable {
  readonly length: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** What a chunked body may take in memory; a longer one is put into a file. */
const MAX_BYTES_IN_MEMORY: number = 64 * 1024;

const PIECE_BYTES: number = 64 * 1024;

/**
 * The body of a request; null where it has none. One with a length is passed on as it comes. A chunked one has no length
 * before it is whole, so it is collected first: beyond 64 KiB in a file without a name.
 *
 * @param seconds how long collecting it may take; 0 and Infinity are for ever.
 * @throws RequestBodyError where the client breaks off, sends too much, or takes longer.
 */
export async function scriptBody(
  head: RequestHead | null,
  rfile: RequestBody,
  seconds: number,
): Promise<ScriptBody | null> {
  switch (head?.bodyKind) {
    case BodyKind.LENGTH:
      return { length: head.contentLength, pieces: rfile, [Symbol.asyncDispose]: async () => {} };
    case BodyKind.CHUNKED:
      return await collect(inTime(rfile, seconds));
    default:
      // What was said to have no bytes is not what was not said to be there (RFC 3875 4.1.2).
      return head !== null && head.find("content-length") >= 0 ? inMemory([], 0) : null;
  }
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<ScriptBody> {
  const first: Uint8Array[] = [];
  let length = 0;
  let file: FileHandle | undefined;
  try {
    for await (const piece of pieces) {
      if (file === undefined && length + piece.length > MAX_BYTES_IN_MEMORY) {
        file = await openNamelessFile();
        await writeAll(file, Buffer.concat(first), 0);
      }
      if (file === undefined) first.push(piece);
      else await writeAll(file, piece, length);
      length += piece.length;
    }
  } catch (error) {
    await file?.close();
    throw error;
  }
  if (file === undefined) return inMemory(first, length);
  const collected = file;
  return {
    length,
    pieces: readAll(collected, length),
    [Symbol.asyncDispose]: () => collected.close(),
  };
}

/** Gives the pieces that come in time. None is waited for for long: the connection sees to that. */
async function* inTime(pieces: AsyncIterable<Uint8Array>, seconds: number): AsyncGenerator<Uint8Array> {
  const endMs = seconds > 0 ? performance.now() + seconds * 1000 : Number.POSITIVE_INFINITY;
  for await (const piece of pieces) {
    if (performance.now() > endMs) throw new RequestBodyError(Failure.BODY_TIMEOUT);
    yield piece;
  }
}

function inMemory(pieces: readonly Uint8Array[], length: number): ScriptBody {
  return { length, pieces: each(pieces), [Symbol.asyncDispose]: async () => {} };
}

/** A file that nobody else can open, and that is gone with whoever has it open. */
async function openNamelessFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `basehttp-${randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  await unlink(path);
  return file;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* pieces;
}

async function* readAll(file: FileHandle, length: number): AsyncGenerator<Uint8Array, void, undefined> {
  const piece = new Uint8Array(PIECE_BYTES);
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(piece, 0, Math.min(PIECE_BYTES, length - at), at);
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
    at += bytesRead;
  }
}
