/**
 * What can be chosen about a `SimpleHTTPRequestHandler`: its attributes, which are its statics' values until they are set,
 * and the options by which they are given.
 */

import { fileURLToPath } from "node:url";
import type { Compressor } from "../files/compressor.ts";
import type { EntityTagKind } from "../files/entity-tag.ts";
import type { ExtensionsMap } from "../files/mime.ts";
import { type Passwords, passwordsOf } from "../files/passwords.ts";
import type { ExtraResponseHeaders } from "./extra-fields.ts";
import type { Cors } from "./preflight.ts";

/** The attributes of a `SimpleHTTPRequestHandler`, beside those of every handler. */
export interface SimpleAttributes {
  /**
   * The directory that is served: by default the one that was current when the connection came (SIM-1). What
   * is not absolute is relative to the current directory.
   */
  directory: string;
  /**
   * Fields added to every answer that carries a file or a listing, but not to redirects or errors; what
   * the answer says by itself (its date, server, type, length, ranges, tag and modification) they cannot replace
   * (SIM-14).
   *
   * Differs: those of them that are for caches (Cache-Control, Content-Location, Expires, Vary) are on 304 too.
   */
  extra_response_headers: ExtraResponseHeaders;
  /** The files that are shown in place of a directory's listing: the first one there is (SIM-8). */
  index_pages: readonly string[];
  /** Media types by extension, which go before the tables that `guess_type()` knows (SIM-17). */
  extensions_map: ExtensionsMap;
  /** The media type of files whose name says nothing (SIM-18). */
  default_content_type: string;
  /** What text files are said to be encoded in; empty for saying nothing. Python has no such attribute. */
  charset: string;
  /**
   * Whether files are served and listed whose name, or whose directory's name, begins with a dot. Those in
   * `/.well-known` always are (RFC 8615). Python has no such attribute.
   */
  dotfiles: boolean;
  /** Whether symbolic links may lead out of {@link directory}. Python has no such attribute. */
  followSymlinks: boolean;
  /**
   * What the entity tags of files are made of: `"stat"` for size and time of modification, `"content"` for a hash of
   * what is in them, the same on all hosts that have copies of them with other times (each version of a file is read
   * once for it), `"none"` for no tags. Python has no such attribute.
   */
  etag: EntityTagKind;
  /**
   * Whether clients may store files: with PUT, or with POST of a form to a directory. Files that are there
   * already stay as they are, unless {@link uploadOverwrite} is on. Python has no such attribute.
   */
  upload: boolean;
  /** Whether an uploaded file takes the place of one of its name; else the answer is 409. */
  uploadOverwrite: boolean;
  /**
   * Bytes that the body of a request may have where {@link upload} is on, Infinity for any number; null for
   * `maxBodyBytes`.
   */
  maxUploadBytes: number | null;
  /**
   * Whether `a.js.br`, `a.js.zst` or `a.js.gz` is sent for `a.js` to clients that take that coding, with the type
   * of `a.js`. They are not sent when they are older than it by a second or more, or empty, and are not looked for
   * where the type says that the file is compressed already, nor with {@link upload} without
   * {@link uploadOverwrite}: what a client stores beside a file must not replace it. Python has no such attribute.
   */
  precompressed: boolean;
  /**
   * Whether files are compressed while they are asked for: text and its like from 1 KiB to 16 MiB, on threads
   * of the runtime's, and kept in 32 MiB of memory that all handlers share. A {@link Compressor} in place of
   * true has limits, and memory, of its own. Siblings come before that, and where it cannot keep up, files
   * are sent as they are. Python has no such attribute.
   */
  compress: boolean | Compressor;
  /**
   * Whether long files are sent without being read, where the system can (`sendfile(2)`). What it has taken is then a
   * view of the file: one that is written over in place while a client takes it may arrive as a mixture. Off, files are
   * read and written, which takes more of the processor's time. nginx has the same directive.
   */
  sendfile: boolean;
  /** Whether a directory without an index page is listed; else it is 404. Python has no such attribute. */
  listing: boolean;
  /**
   * Whose scripts may read the answers (CORS): nobody's from elsewhere, everybody's (`true` or `"*"`), or those from
   * one or more origins such as `"https://example.org"`. Preflights are answered before a method is called. Read by
   * `setup()`. Python has no such attribute.
   */
  cors: Cors;
  /**
   * Whether pages get a process of their own, as `SharedArrayBuffer` wants it (COOP, COEP), and other sites may not
   * embed what is served (CORP), unless {@link cors} lets in everybody. Read by `setup()`. Python has no such
   * attribute.
   */
  isolate: boolean;
  /**
   * Seconds for which clients may keep files without asking again; null to say nothing of it, as Python does. Pages
   * and listings are asked about each time; files whose name holds a hash of their content are good for a year. Read
   * by `setup()`.
   */
  cache: number | null;
  /**
   * Whether the index page of {@link directory} answers for paths without an extension at which nothing is, where
   * HTML is asked for: the page's script knows what they stand for. Python has no such attribute.
   */
  spa: boolean;
  /**
   * Whether `/about` is `about.html` where there is neither a file `about` nor a directory of that name with an index
   * page. Python has no such attribute.
   */
  cleanUrls: boolean;
  /**
   * The page that a 404 shows: the nearest of that name in the directory that was asked for or above it, as far as it
   * would be served; empty for none. Python has no such attribute.
   */
  notFoundPage: string;
  /**
   * Who may ask: `"user:password"`, or users and their hashes; null for everybody. Others are 401, whatever the
   * method, before anything is opened. Read by `setup()`. Python has no such attribute.
   */
  auth: string | Passwords | null;
  /** What {@link auth} calls the place that the password is for. Read by `setup()`. */
  authRealm: string;
}

/** The options of a `SimpleHTTPRequestHandler`: each is an attribute of the same name. */
export interface SimpleHTTPRequestHandlerOptions extends Readonly<
  Partial<Omit<SimpleAttributes, "directory">>
> {
  /** See {@link SimpleAttributes.directory}. */
  readonly directory?: string | URL;
}

export const ATTRIBUTE_NAMES: readonly (keyof SimpleAttributes)[] = [
  "directory",
  "extra_response_headers",
  "index_pages",
  "extensions_map",
  "default_content_type",
  "charset",
  "dotfiles",
  "followSymlinks",
  "etag",
  "upload",
  "uploadOverwrite",
  "maxUploadBytes",
  "precompressed",
  "compress",
  "sendfile",
  "listing",
  "cors",
  "isolate",
  "cache",
  "spa",
  "cleanUrls",
  "notFoundPage",
  "auth",
  "authRealm",
];

/**
 * The attributes that options set: those that are given, with a directory's URL as a path.
 *
 * @param known the names of the options that there are.
 * @throws TypeError for an option that there is not, and for an `auth` that is no user and password.
 * @throws RangeError for a `maxUploadBytes` that is no number of bytes.
 */
export function attributesOf(
  options: SimpleHTTPRequestHandlerOptions,
  known: readonly string[],
): Partial<SimpleAttributes> {
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) {
      throw new TypeError(`There is no option "${name}" of the handler, only ${known.join(", ")}`);
    }
    if (value !== undefined) attributes[name] = value instanceof URL ? fileURLToPath(value) : value;
  }
  checkAttributes(attributes);
  return attributes;
}

/**
 * What can be wrong with attributes, said where they are chosen, and not with the first connection.
 *
 * @throws as {@link attributesOf} does.
 */
export function checkAttributes({ auth, maxUploadBytes }: Partial<SimpleAttributes>): void {
  if (auth !== undefined && auth !== null) passwordsOf(auth);
  if (maxUploadBytes !== undefined && maxUploadBytes !== null && !(maxUploadBytes >= 0)) {
    throw new RangeError(`maxUploadBytes: ${maxUploadBytes} is no number of bytes`);
  }
}
