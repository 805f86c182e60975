/**
 * Which representation of a file a request gets (RFC 9110 12.1): the file as it lies there, a sibling that
 * was compressed beforehand, or what a compressor makes of it. Preconditions and ranges come after that, and
 * are about the one that was chosen: bytes of one coding are never mixed with those of another.
 */

import { compressibility } from "../files/compressible.ts";
import { type CompressedBytes, Compressor, sharedCompressor } from "../files/compressor.ts";
import { acceptedCodings, type ContentCoding } from "../files/content-coding.ts";
import type { DocumentRoot } from "../files/document-root.ts";
import { codedTag, type EntityTagKind } from "../files/entity-tag.ts";
import type { OpenedFile } from "../files/opened-file.ts";
import { openSibling } from "../files/siblings.ts";
import type { ExtraResponseHeaders } from "./extra-fields.ts";
import { entityTagOf, FileRepresentation, type Representation } from "./file-answer.ts";

/** Who has a file to answer with: a handler. */
export interface RepresentationChooser {
  readonly extra_response_headers: ExtraResponseHeaders;
  readonly etag: EntityTagKind;
  readonly precompressed: boolean;
  readonly upload: boolean;
  readonly uploadOverwrite: boolean;
  readonly compress: boolean | Compressor;
  listedField(lowerCaseName: string): string | null;
}

/** A file, and what is known of the answer that it is for. */
interface Requested {
  readonly file: OpenedFile;
  readonly typeOf: () => string;
  readonly etag: EntityTagKind;
}

/**
 * The representation of `file`, opened at `path` below `root`, that the client likes best of those there are.
 * A sibling comes before what would have to be compressed, whatever the client's weights: it is there
 * already.
 *
 * The file is closed when it is not what is sent, and when something is thrown.
 *
 * @param typeOf gives the file's media type; it is asked at once only where there may be codings.
 */
export function chooseRepresentation(
  chooser: RepresentationChooser,
  root: DocumentRoot,
  file: OpenedFile,
  path: string,
  typeOf: () => string,
): Representation | Promise<Representation> {
  try {
    const { etag } = chooser;
    if (!looksForSiblings(chooser) && chooser.compress === false) {
      return fileAsItIs({ file, typeOf, etag }, false);
    }
    const contentType = typeOf();
    const requested = { file, typeOf: () => contentType, etag };
    const ways = waysToCode(chooser, file, contentType);
    if (ways === undefined) return fileAsItIs(requested, false);
    const codings = acceptedCodings(chooser.listedField("accept-encoding"));
    const [coding] = codings;
    if (coding === undefined) return fileAsItIs(requested, true);
    const sibling = ways.precompressed ? openSibling(root, path, file, codings) : undefined;
    if (sibling !== undefined) {
      file.close();
      return codedFile({ ...requested, file: sibling.file }, sibling.coding);
    }
    const compressed = ways.compressor?.get(file, coding);
    return compressed instanceof Promise
      ? compressed.then((bytes) => compressedFile(requested, bytes, coding))
      : compressedFile(requested, compressed, coding);
  } catch (error) {
    file.close();
    throw error;
  }
}

interface WaysToCode {
  readonly precompressed: boolean;
  readonly compressor: Compressor | undefined;
}

/** How there could be codings of `file`: what varies must say so to every client, whatever it takes. */
function waysToCode(
  chooser: RepresentationChooser,
  file: OpenedFile,
  contentType: string,
): WaysToCode | undefined {
  const { compress } = chooser;
  const precompressed = looksForSiblings(chooser);
  const worth = compressibility(contentType);
  if (worth === "no" || saysCoding(chooser.extra_response_headers)) return undefined;
  const compressor = compress instanceof Compressor ? compress : sharedCompressor;
  const compresses = compress !== false && worth === "yes" && compressor.takes(file.size);
  if (!precompressed && !compresses) return undefined;
  return { precompressed, compressor: compresses ? compressor : undefined };
}

/**
 * Whether siblings stand for files. Not where clients may store files but replace none: what they store beside a file
 * would be sent in its place.
 */
function looksForSiblings({ precompressed, upload, uploadOverwrite }: RepresentationChooser): boolean {
  return precompressed && (!upload || uploadOverwrite);
}

/** Whether the author says himself which coding all files are in. */
function saysCoding(fields: ExtraResponseHeaders): boolean {
  return fields.some(([name]) => name.toLowerCase() === "content-encoding");
}

function fileAsItIs(requested: Requested, varies: boolean): Representation | Promise<Representation> {
  const { file, typeOf } = requested;
  return withTag(requested, (etag) => new FileRepresentation(file, typeOf, etag, null, varies));
}

function codedFile(requested: Requested, coding: ContentCoding): Representation | Promise<Representation> {
  const { file, typeOf } = requested;
  return withTag(requested, (etag) => {
    const tag = etag === null ? null : codedTag(etag, coding);
    return new FileRepresentation(file, typeOf, tag, coding, true);
  });
}

/** Calls `represent` with the file's tag, as soon as that is known. */
function withTag(
  { file, etag: kind }: Requested,
  represent: (etag: string | null) => Representation,
): Representation | Promise<Representation> {
  const giveUp = (error: unknown): never => {
    file.close();
    throw error;
  };
  try {
    const etag = entityTagOf(file, kind);
    return etag instanceof Promise ? etag.then(represent).catch(giveUp) : represent(etag);
  } catch (error) {
    return giveUp(error);
  }
}

/**
 * Its tag is made from the compressed bytes, not from the file's: another version of the library may make
 * others of the same file, and a part of the ones must not be completed with a part of the others. So it can
 * be strong.
 */
function compressedFile(
  requested: Requested,
  compressed: CompressedBytes | undefined,
  coding: ContentCoding,
): Representation | Promise<Representation> {
  if (compressed === undefined) return fileAsItIs(requested, true);
  const { file, typeOf, etag } = requested;
  file.close();
  const { bytes, fingerprint } = compressed;
  return {
    size: bytes.length,
    mtime: file.mtime,
    etag: etag === "none" ? null : codedTag(`"${fingerprint}"`, coding),
    contentType: typeOf(),
    contentEncoding: coding,
    varies: true,
    source: bytes,
  };
}
