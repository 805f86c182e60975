/** Directory listings: what is in a directory, as a page, as JSON or as plain text. */

import type { DocumentRoot } from "./document-root.ts";
import { Details } from "./listing/details.ts";
import { jsonEntry, textLine } from "./listing/formats.ts";
import { sortedIndexes } from "./listing/order.ts";
import { pageEnd, type PageFrame, pagePolicy, pageStart, rowEnd } from "./listing/page.ts";
import { readmeHtml } from "./listing/readme.ts";
import { type ListingFormat, preferredFormat, requestedOrder, type SortOrder } from "./listing/request.ts";
import { ENTRIES_A_SLICE, type Snapshot, snapshotOf } from "./listing/snapshot.ts";
import { OpenedDirectory } from "./opened-directory.ts";
import { OpenedFile } from "./opened-file.ts";
import { displayPath, isDotfile, requestedNames } from "./path.ts";
import { isUnfinished } from "./upload-names.ts";

/** Listings of more entries than this are not built in one piece. */
const MAX_ENTRIES_AT_ONCE = 10_000;

/** What a listing is wanted of, and how. */
export interface ListingRequest {
  /** The request target, with its query. */
  readonly target: string;
  /** The `Accept` field. */
  readonly accept: string | null;
  /** Whether dotfiles are listed. */
  readonly dotfiles: boolean;
  /** Whether the page offers to upload files into the directory. */
  readonly canUpload: boolean;
  /** Lets others have their turn, in the midst of long work. */
  readonly pause: () => Promise<void>;
}

/** A listing, ready to be sent. */
export interface Listing {
  readonly contentType: string;
  /** The Content-Security-Policy, for a page. */
  readonly policy: string | undefined;
  /** All of it, or what it is read from in pieces and closed by. */
  readonly body: Uint8Array | ListingStream;
}

/** What a format makes of the beginning, each entry and the end. */
interface Format {
  readonly start: string;
  readonly row: (index: number, isFirst: boolean) => string;
  readonly end: string;
  /** Whether its rows, by name, are worth keeping. */
  readonly keepsRows: boolean;
}

const CONTENT_TYPES: Readonly<Record<ListingFormat, string>> = {
  html: "text/html; charset=utf-8",
  json: "application/json",
  text: "text/plain; charset=utf-8",
};

/** Makes the listing of the directory at `path`; undefined when it cannot be read. */
export function openListing(root: DocumentRoot, path: string, request: ListingRequest): Listing | undefined {
  const opened = root.open(path);
  if (typeof opened === "number") return undefined;
  let isHandedOver = false;
  try {
    if (!(opened instanceof OpenedDirectory)) return undefined;
    const snapshot = visibleEntries(root, opened, path, request);
    if (snapshot === undefined) return undefined;
    const name = preferredFormat(request.accept);
    const order = requestedOrder(request.target);
    const details = new Details(opened, snapshot);
    const format = formatOf(name, { root, path, snapshot, details, request, order });
    const head = {
      contentType: CONTENT_TYPES[name],
      policy: name === "html" ? pagePolicy(request.canUpload) : undefined,
    };
    if (snapshot.entries.length <= MAX_ENTRIES_AT_ONCE) {
      return { ...head, body: wholeListing(format, snapshot, details, order) };
    }
    isHandedOver = true;
    const pieces = listingPieces(format, snapshot, details, order, request.pause);
    return { ...head, body: new ListingStream(pieces, opened) };
  } finally {
    if (!isHandedOver) opened.close();
  }
}

/** A listing that is made while it is sent. Whoever holds it closes it. */
export class ListingStream implements AsyncIterable<string> {
  readonly #pieces: AsyncGenerator<string, void, undefined>;
  readonly #directory: OpenedDirectory;

  constructor(pieces: AsyncGenerator<string, void, undefined>, directory: OpenedDirectory) {
    this.#pieces = pieces;
    this.#directory = directory;
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this.#pieces;
  }

  /** The descriptor that the directory is held open by; -1 where there is none. */
  get descriptor(): number {
    return this.#directory.fd ?? -1;
  }

  /** Lets go of the directory. Closing again does nothing. */
  close(): void {
    this.#directory.close();
  }
}

function visibleEntries(
  root: DocumentRoot,
  directory: OpenedDirectory,
  path: string,
  request: ListingRequest,
): Snapshot | undefined {
  const { dotfiles } = request;
  const isAtTop = requestedNames(request.target).names.length === 0;
  const isShown = (entry: { readonly name: string; readonly isLink: boolean }): boolean =>
    (dotfiles ? !isUnfinished(entry.name) : !isDotfile(entry.name, isAtTop)) &&
    !(entry.isLink && root.isLinkOut(`${path}/${entry.name}`));
  return snapshotOf(directory, `${path}\0${dotfiles}${isAtTop}`, isShown);
}

interface FormatParts {
  readonly root: DocumentRoot;
  readonly path: string;
  readonly snapshot: Snapshot;
  readonly details: Details;
  readonly request: ListingRequest;
  readonly order: SortOrder;
}

function formatOf(name: ListingFormat, parts: FormatParts): Format {
  const { snapshot, details } = parts;
  const { sizes, mtimes } = details;
  if (name === "text") {
    const row = (index: number): string => textLine(snapshot.entries[index]!, sizes[index]!, mtimes[index]!);
    return { start: "", row, end: "", keepsRows: false };
  }
  if (name === "json") {
    const row = (index: number, isFirst: boolean): string =>
      (isFirst ? "" : ",\n") + jsonEntry(snapshot.entries[index]!, sizes[index]!, mtimes[index]!);
    return { start: "[", row, end: "]\n", keepsRows: false };
  }
  const frame = pageFrame(parts);
  const row = (index: number): string => snapshot.rowStart(index) + rowEnd(sizes[index]!, mtimes[index]!);
  return { start: pageStart(frame), row, end: pageEnd(frame), keepsRows: true };
}

function pageFrame({ root, path, snapshot, request, order }: FormatParts): PageFrame {
  return {
    displayPath: displayPath(request.target),
    names: requestedNames(request.target).names.map((name) => name.toWellFormed()),
    order,
    count: snapshot.entries.length,
    canUpload: request.canUpload,
    readme: readmeOf(root, path, snapshot),
  };
}

function readmeOf(root: DocumentRoot, path: string, snapshot: Snapshot): PageFrame["readme"] {
  const { readmeName: name } = snapshot;
  if (name === undefined) return undefined;
  const opened = root.open(`${path}/${name}`);
  if (typeof opened === "number") return undefined;
  using held = opened;
  const html = held instanceof OpenedFile ? readmeHtml(held) : undefined;
  return html === undefined ? undefined : { name, html };
}

function wholeListing(format: Format, snapshot: Snapshot, details: Details, order: SortOrder): Uint8Array {
  for (let slice = 0; slice < snapshot.slices; slice++) details.readSlice(slice);
  const indexes = sortedIndexes(order, details);
  const makeRows = (): string => {
    let rows = "";
    for (let at = 0; at < snapshot.entries.length; at++) rows += format.row(indexes?.[at] ?? at, at === 0);
    return rows;
  };
  if (!format.keepsRows || indexes !== undefined) return Buffer.from(format.start + makeRows() + format.end);
  const rows = snapshot.rows(details.sizes, details.mtimes, makeRows);
  return Buffer.concat([Buffer.from(format.start), rows, Buffer.from(format.end)]);
}

/** By name, what is sent is asked for slice by slice; by size or date, all has to be known before. */
async function* listingPieces(
  format: Format,
  snapshot: Snapshot,
  details: Details,
  order: SortOrder,
  pause: () => Promise<void>,
): AsyncGenerator<string, void, undefined> {
  yield format.start;
  const { length } = snapshot.entries;
  const isAsListed = order.key === "name" && !order.isDescending;
  for (let slice = 0; slice < snapshot.slices && !isAsListed; slice++) {
    details.readSlice(slice);
    await pause();
  }
  const indexes = sortedIndexes(order, details);
  for (let start = 0; start < length; start += ENTRIES_A_SLICE) {
    if (isAsListed) details.readSlice(start / ENTRIES_A_SLICE);
    const end = Math.min(start + ENTRIES_A_SLICE, length);
    let piece = "";
    for (let at = start; at < end; at++) piece += format.row(indexes?.[at] ?? at, at === 0);
    yield piece;
    await pause();
  }
  yield format.end;
}
