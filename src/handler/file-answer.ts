/**
 * The answer to GET and HEAD for a file, out of one representation of it (RFC 9110 section 8): the file as it
 * lies there, or one that is coded or held in memory. Preconditions and ranges apply to the representation that
 * was chosen.
 */

import { ByteRangesBody, partOf, type PartSource } from "../files/byteranges.ts";
import { checkIfRange, checkPreconditions, type Validators } from "../files/conditional.ts";
import { acceptedCodings } from "../files/content-coding.ts";
import { contentTag } from "../files/content-tag.ts";
import { closeSource, type Source } from "../files/copy.ts";
import { type EntityTagKind, statTag } from "../files/entity-tag.ts";
import { OpenedFile } from "../files/opened-file.ts";
import {
  type ByteRange,
  contentRange,
  type RangeSelection,
  selectRanges,
  unsatisfiedRange,
} from "../files/range.ts";
import { HTTPStatus } from "../protocol/status.ts";
import { ticker } from "../transport/ticker.ts";
import { type ExtraFieldsSender, sendCacheFields, sendExtraFields } from "./extra-fields.ts";

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
  /** The bytes. Ranges are taken of files and of bytes in memory, where their size is known. */
  readonly source: Source;
}

/** What answers: a handler of files. */
export interface FileAnswerer extends ExtraFieldsSender {
  readonly command: string;
  readonly isSelective: boolean;
  listedField(lowerCaseName: string): string | null;
  send_response(code: number | HTTPStatus): void;
  send_error(code: number | HTTPStatus): void;
  end_headers(): void;
  date_time_string(timestamp?: number | null): string;
}

/** What the answer says by itself, and extra headers therefore cannot. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "accept-ranges",
  "content-length",
  "content-range",
  "content-type",
  "date",
  "etag",
  "last-modified",
  "server",
]);

/** The handler that is in the middle of saying that a range cannot be had, if one is, and of how many bytes. */
let unsatisfied: { readonly handler: FileAnswerer; readonly size: number } | null = null;

/** The tag of a file; a promise of it where it has to be read first. */
export function entityTagOf(file: OpenedFile, kind: EntityTagKind): string | null | Promise<string | null> {
  if (kind === "none") return null;
  if (kind === "content") return contentTag(file, ticker.epochSeconds);
  const { memo } = file;
  const tag = memo?.statTag ?? statTag(file.size, file.mtime, ticker.epochSeconds);
  if (memo !== null) memo.statTag = tag;
  return tag;
}

/** An opened file, which is in the coding that is given. Its type is only asked for where it is sent. */
export class FileRepresentation implements Representation {
  readonly size: number;
  readonly mtime: number;
  readonly etag: string | null;
  readonly contentEncoding: string | null;
  readonly varies: boolean;
  readonly source: OpenedFile;
  readonly #typeOf: () => string;

  constructor(
    file: OpenedFile,
    typeOf: () => string,
    etag: string | null,
    contentEncoding: string | null,
    varies: boolean,
  ) {
    this.size = file.size;
    this.mtime = file.mtime;
    this.etag = etag;
    this.contentEncoding = contentEncoding;
    this.varies = varies;
    this.source = file;
    this.#typeOf = typeOf;
  }

  get contentType(): string {
    return this.#typeOf();
  }
}

/**
 * Sends the head of the answer, or all of it where it has no body: whole, in parts, 304, 412 or 416.
 *
 * @returns the body that is still to be sent, which the caller copies and closes; null when there is none. What
 * is not returned is closed.
 */
export function sendFileHead(handler: FileAnswerer, representation: Representation): Source | null {
  let body: Source | null = null;
  try {
    body = handler.isSelective
      ? answerSelective(handler, representation)
      : sendWhole(handler, representation);
    return body;
  } finally {
    if (body === null) closeSource(representation.source);
  }
}

/** The answer to a request with conditions, or for ranges (RFC 9110 13.2.2). */
function answerSelective(handler: FileAnswerer, representation: Representation): Source | null {
  const request = {
    method: handler.command,
    ifMatch: handler.listedField("if-match"),
    ifUnmodifiedSince: handler.listedField("if-unmodified-since"),
    ifNoneMatch: handler.listedField("if-none-match"),
    ifModifiedSince: handler.listedField("if-modified-since"),
  };
  const outcome = checkPreconditions(request, representation, ticker.epochSeconds);
  if (outcome === 304) return sendNotModified(handler, representation);
  if (outcome === 412) {
    handler.send_error(HTTPStatus.PRECONDITION_FAILED);
    return null;
  }
  const { size } = representation;
  const parts = partSource(representation);
  if (size === null || parts === null) return sendWhole(handler, representation);
  const selection = selectedRanges(handler, representation, size);
  if (selection === null) return sendWhole(handler, representation);
  if (selection === "unsatisfiable") return refuseRange(handler, size);
  return sendParts(handler, representation, parts, selection, size);
}

/** What is asked for of `size` bytes. Range counts for GET alone (14.2), and where If-Range lets it. */
function selectedRanges(handler: FileAnswerer, representation: Representation, size: number): RangeSelection {
  const range = handler.command === "GET" ? handler.listedField("range") : null;
  if (range === null) return null;
  const ifRange = handler.listedField("if-range");
  const validators = validatorsOfRange(handler, representation);
  if (checkIfRange(ifRange, validators, ticker.epochSeconds) === "false") return null;
  return selectRanges(range, size);
}

/**
 * What If-Range is compared with. A date is the same in all codings: where the client takes others it does not count,
 * for a coding that there was no room for the last time, or is none for now, must not be completed with another.
 */
function validatorsOfRange(handler: FileAnswerer, representation: Representation): Validators {
  const { etag, contentEncoding, varies } = representation;
  const takesOthers = varies && acceptedCodings(handler.listedField("accept-encoding")).length > 0;
  return contentEncoding === null && !takesOthers ? representation : { etag, mtime: NaN };
}

function sendWhole(handler: FileAnswerer, representation: Representation): Source {
  const { size, source } = representation;
  handler.send_response(HTTPStatus.OK);
  handler.send_header("Content-type", representation.contentType);
  if (size !== null) handler.send_header("Content-Length", String(size));
  endFileHead(handler, representation);
  return source;
}

function sendParts(
  handler: FileAnswerer,
  representation: Representation,
  source: PartSource,
  ranges: readonly ByteRange[],
  size: number,
): Source {
  const [first, ...others] = ranges as [ByteRange, ...ByteRange[]];
  const { contentType } = representation;
  handler.send_response(HTTPStatus.PARTIAL_CONTENT);
  if (others.length === 0) {
    handler.send_header("Content-type", contentType);
    handler.send_header("Content-Length", String(first.end - first.start));
    handler.send_header("Content-Range", contentRange(first, size));
    endFileHead(handler, representation);
    return partOf(source, first);
  }
  const body = new ByteRangesBody(source, ranges, size, contentType);
  handler.send_header("Content-type", body.contentType);
  handler.send_header("Content-Length", String(body.length));
  endFileHead(handler, representation);
  return body;
}

/** Sends the fields that the whole and its parts have in common, and ends the head. */
function endFileHead(handler: FileAnswerer, representation: Representation): void {
  const { mtime, etag, contentEncoding } = representation;
  // Not what is yet to come (RFC 9110 8.8.2.1).
  handler.send_header("Last-Modified", handler.date_time_string(Math.min(mtime, ticker.epochSeconds)));
  if (etag !== null) handler.send_header("ETag", etag);
  if (partSource(representation) !== null) handler.send_header("Accept-Ranges", "bytes");
  if (contentEncoding !== null) handler.send_header("Content-Encoding", contentEncoding);
  sendVary(handler, representation);
  sendExtraFields(handler, OWN_FIELDS);
  handler.end_headers();
}

function sendNotModified(handler: FileAnswerer, representation: Representation): null {
  const { etag } = representation;
  handler.send_response(HTTPStatus.NOT_MODIFIED);
  if (etag !== null) handler.send_header("ETag", etag);
  sendVary(handler, representation);
  sendCacheFields(handler);
  handler.end_headers();
  return null;
}

function refuseRange(handler: FileAnswerer, size: number): null {
  unsatisfied = { handler, size };
  try {
    handler.send_error(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE);
  } finally {
    unsatisfied = null;
  }
  return null;
}

/** Sends what an answer of `handler` has to say of ranges that cannot be had, where it is that (15.5.17). */
export function sendUnsatisfiedRange(handler: FileAnswerer): void {
  if (unsatisfied?.handler !== handler) return;
  handler.send_header("Content-Range", unsatisfiedRange(unsatisfied.size));
}

function sendVary(handler: FileAnswerer, representation: Representation): void {
  if (representation.varies) handler.send_header("Vary", "Accept-Encoding");
}

/** What ranges can be taken of; null where they cannot. */
function partSource({ size, source }: Representation): PartSource | null {
  if (size === null) return null;
  return source instanceof OpenedFile || source instanceof Uint8Array ? source : null;
}
