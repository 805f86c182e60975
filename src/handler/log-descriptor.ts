/**
 * The descriptor that the log is written to: standard error, made so that a reader who does not read cannot hold up the
 * event loop. Whoever starts a server and never looks at its pipe would stop it otherwise, 64 KiB later.
 */

import { constants, fstatSync, openSync } from "node:fs";

const STANDARD_ERROR = 2;

let descriptor = -1;
/** Kept, since what it has done to the descriptor is wanted for as long as there is a log. */
let sink: Bun.FileSink | null = null;

/** The log's descriptor; a write to it gives EAGAIN where it would have to wait for a pipe's reader. */
export function logDescriptor(): number {
  if (descriptor < 0) descriptor = openLog();
  return descriptor;
}

/** Files and terminals are written to as they are: the ones never wait, the others for whoever pressed Control-S. */
function openLog(): number {
  try {
    const kind = fstatSync(STANDARD_ERROR);
    if (kind.isFIFO()) return reopened();
    if (kind.isSocket()) makeNonBlocking();
  } catch {
    // As it is, then.
  }
  return STANDARD_ERROR;
}

/**
 * A pipe once more, as a description of its own: those who share the first one go on waiting when it is full. Where
 * `/dev/fd` gives the same description again, as on macOS, so does the log.
 */
function reopened(): number {
  return openSync(`/dev/fd/${STANDARD_ERROR}`, constants.O_WRONLY | constants.O_NONBLOCK);
}

/** Sockets cannot be opened anew. The runtime's own writer makes those that it is to write to non-blocking. */
function makeNonBlocking(): void {
  sink ??= Bun.stderr.writer();
  sink.unref();
}
