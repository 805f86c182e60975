/**
 * The answer to GET and HEAD for a file, out of one representation of it (RFC 9110 section 8): the file as it
 * lies there, or one that is coded or held in memory. Preconditions apply to the representation that was chosen.
 */

import { checkPreconditions } from "../files/conditional.ts";
import { closeSource, type Source } from "../files/copy.ts";
import type { OpenedFile } from "../files/opened-file.ts";
import { HTTPStatus } from "../protocol/status.ts";
import { type ExtraFieldsSender, sendExtraFields } from "./extra-fields.ts";
import type { HTTPMessage } from "./http-message.ts";

/** What is to be sent of a file, and what the head says about it. */
export interface Representation {
  /** Bytes, as they are sent; null where nobody knows yet. */
  readonly size: number | null;
  /** When the file was last modified, in seconds since 1970, with a fraction. */
  readonly mtime: number;
  /** The entity tag, with its quotes; null for none. It differs with the coding. */
  readonly etag: string | null;
  readonly contentType: string;
  /** The content coding; null for none. */
  readonly contentEncoding: string | null;
  /** Whether the same request with another Accept-Encoding could get another representation. */
  readonly varies: boolean;
  /** The bytes. Whoever is given the representation to answer with closes it, or hands it on. */
  readonly source: Source;
}

/** What answers: a handler of files. */
export interface FileAnswerer extends ExtraFieldsSender {
  readonly command: string;
  readonly headers: HTTPMessage;
  send_response(code: number | HTTPStatus): void;
  end_headers(): void;
  date_time_string(timestamp?: number | null): string;
}

/** What the answer says by itself, and extra headers therefore cannot. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "server",
  "date",
  "content-type",
  "content-length",
  "last-modified",
]);

/** An opened file as it lies there. */
export function plainRepresentation(file: OpenedFile, contentType: string): Representation {
  return {
    size: file.size,
    mtime: file.mtime,
    etag: null,
    contentType,
    contentEncoding: null,
    varies: false,
    source: file,
  };
}

/**
 * Sends the head of the answer.
 *
 * @returns the body that is still to be sent, which the caller copies and closes; null when there is none.
 */
export function sendFileHead(handler: FileAnswerer, representation: Representation): Source | null {
  try {
    if (isNotModified(handler, representation)) {
      handler.send_response(HTTPStatus.NOT_MODIFIED);
      sendVary(handler, representation);
      handler.end_headers();
      closeSource(representation.source);
      return null;
    }
    sendWhole(handler, representation);
    return representation.source;
  } catch (error) {
    closeSource(representation.source);
    throw error;
  }
}

function sendWhole(handler: FileAnswerer, representation: Representation): void {
  const { size, contentEncoding } = representation;
  handler.send_response(HTTPStatus.OK);
  handler.send_header("Content-type", representation.contentType);
  if (size !== null) handler.send_header("Content-Length", String(size));
  handler.send_header("Last-Modified", handler.date_time_string(representation.mtime));
  if (contentEncoding !== null) handler.send_header("Content-Encoding", contentEncoding);
  sendVary(handler, representation);
  sendExtraFields(handler, OWN_FIELDS);
  handler.end_headers();
}

function sendVary(handler: FileAnswerer, representation: Representation): void {
  if (representation.varies) handler.send_header("Vary", "Accept-Encoding");
}

function isNotModified(handler: FileAnswerer, representation: Representation): boolean {
  const ifModifiedSince = handler.headers.get("If-Modified-Since");
  if (ifModifiedSince === null) return false;
  const request = {
    method: handler.command,
    ifNoneMatch: handler.headers.get("If-None-Match"),
    ifModifiedSince,
  };
  return checkPreconditions(request, representation.mtime, Date.now() / 1000) === 304;
}
