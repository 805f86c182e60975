/** Serves files and directory listings: Python's `SimpleHTTPRequestHandler`. */

import packageInfo from "../../package.json" with { type: "json" };
import type { Compressor } from "../files/compressor.ts";
import { closeSource, copy, type Sink, type Source } from "../files/copy.ts";
import { type DocumentRoot, documentRoot, type Opened, Refusal } from "../files/document-root.ts";
import type { EntityTagKind } from "../files/entity-tag.ts";
import { MAX_HELD_FILE_BYTES, MAX_HELD_READ_FILE_BYTES } from "../files/held-contents.ts";
import { ListingStream, openListing } from "../files/listing.ts";
import { type ExtensionsMap, guessMediaType, withCharset } from "../files/mime.ts";
import { OpenedFile } from "../files/opened-file.ts";
import type { Passwords } from "../files/passwords.ts";
import { asksForDotfile, directoryLocation, endsInSlash, holdsNul, translatePath } from "../files/path.ts";
import { asksForUnfinished } from "../files/upload-names.ts";
import { HTTPStatus } from "../protocol/status.ts";
import type { Connection } from "../transport/connection.ts";
import { mustBeFreed } from "../transport/descriptors.ts";
import { nextTurn } from "../transport/turn.ts";
import { inheritFromClass } from "./attributes.ts";
import { BaseHTTPRequestHandler, type ClientAddress, type HandlerServer } from "./base.ts";
import type { ErrorPage } from "./error-page.ts";
import { type ExtraResponseHeaders, sendExtraFields } from "./extra-fields.ts";
import { sendFileHead, sendUnsatisfiedRange } from "./file-answer.ts";
import { type Cors, methodsOf } from "./preflight.ts";
import { chooseRepresentation } from "./representation.ts";
import {
  ATTRIBUTE_NAMES,
  attributesOf,
  checkAttributes,
  type SimpleAttributes,
  type SimpleHTTPRequestHandlerOptions,
} from "./simple-attributes.ts";
import { type SiteFields, siteFields } from "./site-fields.ts";
import { hasIndexPage, notFoundPage, openCleanUrl, pageInstead } from "./site-pages.ts";
import { receiveFile, receiveForm, welcomesUpload } from "./upload.ts";

/** What `send_head` gives: the body that is still to be sent, or nothing when the answer is complete. */
export type SendHeadResult = Source | null | undefined;

/** What a listing's answer says by itself, and extra headers therefore cannot (SIM-14). */
const LISTING_FIELDS: ReadonlySet<string> = new Set([
  "server",
  "date",
  "content-type",
  "content-length",
  "content-security-policy",
]);

const NONE: readonly string[] = [];

/** The attributes: accessors of the prototype, which {@link inheritFromClass} makes. */
export interface SimpleHTTPRequestHandler extends SimpleAttributes {}

/**
 * Serves the files of a directory and below, and lists directories, for GET and HEAD (Python's
 * `SimpleHTTPRequestHandler`, SIM-1 to SIM-26).
 *
 * @example
 * ```ts
 * await using server = new HTTPServer(["", 8000], SimpleHTTPRequestHandler.with({ directory: "site" }));
 * await server.serve_forever();
 * ```
 *
 * Differs: nothing outside the directory is served by way of a link in it, no dotfiles, and nothing but
 * regular files and directories, however they are asked for.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what the interface declares is made at the end of the file.
export class SimpleHTTPRequestHandler extends BaseHTTPRequestHandler {
  static override server_version: string = `SimpleHTTP/${packageInfo.version}`;
  /**
   * The options that there are.
   *
   * @internal
   */
  static optionNames: readonly string[] = ATTRIBUTE_NAMES;
  // What each means is said of the attribute of its name.
  /** Undefined stands for the current directory. */
  static directory: string | undefined = undefined;
  static extra_response_headers: ExtraResponseHeaders = [];
  static index_pages: readonly string[] = ["index.html", "index.htm"];
  static extensions_map: ExtensionsMap = {
    ".gz": "application/gzip",
    ".Z": "application/octet-stream",
    ".bz2": "application/x-bzip2",
    ".xz": "application/x-xz",
  };
  static default_content_type: string = "application/octet-stream";
  static charset: string = "utf-8";
  static dotfiles: boolean = false;
  static followSymlinks: boolean = false;
  static etag: EntityTagKind = "stat";
  static upload: boolean = false;
  static uploadOverwrite: boolean = false;
  static maxUploadBytes: number | null = null;
  static precompressed: boolean = true;
  static compress: boolean | Compressor = false;
  static sendfile: boolean = true;
  static listing: boolean = true;
  static cors: Cors = false;
  static isolate: boolean = false;
  static cache: number | null = null;
  static spa: boolean = false;
  static cleanUrls: boolean = false;
  static notFoundPage: string = "404.html";
  static auth: string | Passwords | null = null;
  static authRealm: string = "basehttp";

  #lastRoot: DocumentRoot | undefined = undefined;
  /** What answers say of the site; null where none of its attributes is used. */
  #site: SiteFields | null = null;

  /**
   * This class with other defaults, to be given to a server. What is not among `options` stays.
   *
   * @throws TypeError for an option that there is not, and for an `auth` that is no user and password.
   * @throws RangeError for a `maxUploadBytes` that is no number of bytes.
   */
  static with<HandlerClass extends typeof SimpleHTTPRequestHandler>(
    this: HandlerClass,
    options: SimpleHTTPRequestHandlerOptions,
  ): HandlerClass {
    const Handler: typeof SimpleHTTPRequestHandler = this;
    const { optionNames } = Handler;
    const attributes = attributesOf(options, optionNames);
    class ConfiguredHandler extends Handler {
      constructor(...args: ConstructorParameters<typeof Handler>) {
        super(...args);
        // What a class above has set in a field hides the static that is set below.
        for (const [name, value] of Object.entries({
          ...attributes,
          ...attributesOf(args[3] ?? {}, optionNames),
        })) {
          if (Object.hasOwn(this, name)) Object.assign(this, { [name]: value });
        }
      }
    }
    Object.defineProperty(ConfiguredHandler, "name", { value: this.name });
    return Object.assign(ConfiguredHandler, attributes) as HandlerClass;
  }

  /**
   * Keeps what it is given; `options` go before the statics of the class (SIM-1), but a subclass' fields,
   * which are set later, before them: {@link SimpleHTTPRequestHandler.with} goes before both.
   */
  constructor(
    request: Connection,
    client_address: ClientAddress,
    server: HandlerServer,
    options: SimpleHTTPRequestHandlerOptions = {},
  ) {
    super(request, client_address, server);
    Object.assign(this, attributesOf(options, new.target.optionNames));
    this.directory ??= process.cwd();
  }

  /** Called once, before anything else: reads the class's attributes. An override calls it first. */
  override setup(): void | Promise<void> {
    const site = siteFields(this);
    this.#site = site;
    if (site !== null) {
      this.extra_response_headers = this.extra_response_headers.filter(
        ([name]) => !site.has(name.toLowerCase()),
      );
    }
    const ready = super.setup();
    checkAttributes(this);
    if (this.upload && this.maxUploadBytes !== null) this.request.maxBodyBytes = this.maxUploadBytes;
    return ready;
  }

  /** Answers what {@link cors} and {@link auth} have an answer to. */
  override admitRequest(): boolean | Promise<boolean> {
    return this.#site === null || this.#site.admit(this);
  }

  /**
   * The request methods that this handler answers, as a preflight is told: those that it has a `do_` method for, but
   * for those of {@link upload} where it is off.
   */
  allowedMethods(): readonly string[] {
    const own = SimpleHTTPRequestHandler.prototype;
    const isOff = (name: `do_${string}`) => !this.upload && this[name] === own[name];
    const off = ["PUT", "POST"].filter((method) => isOff(`do_${method}`));
    return methodsOf(this).filter((method) => !off.includes(method));
  }

  /**
   * As in the class above; an upload that will be refused is refused before its body is sent, unless
   * `do_PUT()` or `do_POST()` is a subclass's, which may have its own mind.
   *
   * Differs: nobody is told to go on who is known not to be let in (RFC 9110 10.1.1).
   */
  override handle_expect_100(): boolean {
    const isWelcome = this.#site === null || this.#site.isWelcome(this);
    if (isWelcome === false) {
      this.send_error(HTTPStatus.UNAUTHORIZED);
      return false;
    }
    const own = SimpleHTTPRequestHandler.prototype;
    const isUpload =
      (this.command === "PUT" && this.do_PUT === own.do_PUT) ||
      (this.command === "POST" && this.do_POST === own.do_POST);
    // What is in the directory is nobody's business whose password is still being verified.
    const mayLook = isWelcome === true && this.upload && isUpload;
    if (mayLook && !welcomesUpload(this, this.#documentRoot())) return false;
    return super.handle_expect_100();
  }

  /** Differs: the fields of {@link cors}, {@link isolate}, {@link cache} and {@link auth} come behind the date. */
  override send_response(code: number | HTTPStatus, message?: string | null): void {
    super.send_response(code, message);
    if (this.#site !== null) this.#site.send(this, Number(code));
  }

  /**
   * The user who was let in by {@link auth} with this request; null where none is asked for, or
   * {@link admitRequest} is a subclass's that has not asked this one.
   *
   * @internal
   */
  verifiedUser(): string | null {
    return this.#site?.userOf(this) ?? null;
  }

  /**
   * Whether answers say something in this field whatever they are about, and whoever makes them.
   *
   * @internal
   */
  saysItself(lowerCaseName: string): boolean {
    // How long something may be kept is said of files alone.
    return lowerCaseName !== "cache-control" && this.#site?.has(lowerCaseName) === true;
  }

  /**
   * Directories, by their paths, of which nothing is sent, whichever way leads there.
   *
   * @internal
   */
  withheldDirectories(): readonly string[] {
    return NONE;
  }

  /** The page that is called {@link notFoundPage}, for a 404; else that of every handler. */
  override errorPage(code: number, message: string, explain: string): ErrorPage {
    const page = code === 404 ? notFoundPage(this, this.#documentRoot()) : undefined;
    return page ?? super.errorPage(code, message, explain);
  }

  /**
   * Stores the body as the file that the request names, where {@link upload} is on: 201 for a new one, 204
   * for one that took another's place. 501 otherwise, as for any method that there is not. Python has no such
   * method.
   */
  do_PUT(): void | Promise<void> {
    return this.upload ? receiveFile(this, this.#documentRoot()) : this.refuseMethod();
  }

  /**
   * Stores the files of a form in the directory that the request names, where {@link upload} is on: 303 to
   * the listing, or 201 with a list for those who ask for JSON. 501 otherwise. Python has no such method.
   */
  do_POST(): void | Promise<void> {
    return this.upload ? receiveForm(this, this.#documentRoot()) : this.refuseMethod();
  }

  /** Answers GET with what {@link send_head} finds (SIM-3). */
  do_GET(): void | Promise<void> {
    const source = this.send_head();
    return source instanceof Promise ? source.then((body) => this.#deliver(body)) : this.#deliver(source);
  }

  /** Answers HEAD: as GET, without the body (SIM-3). */
  do_HEAD(): void | Promise<void> {
    const source = this.send_head();
    return source instanceof Promise ? source.then(closeIfAny) : closeIfAny(source);
  }

  /**
   * Sends the head of the answer to GET or HEAD: a file's or that of parts of it, a directory's index page, its
   * listing, a redirect to it, 304 or an error.
   *
   * @returns what is to be sent as the body, which the caller copies and closes; null when there is nothing
   * more to send. A subclass may return a promise of it, and anything that {@link copyfile} takes.
   *
   * Differs: names that hold NUL or an encoded surrogate are 400, where Python drops the connection (SIM-5).
   * A decoded `/` inside a name is 404 (SIM-4). Dotfiles, what links make of files outside the directory,
   * FIFOs and devices are 404 (SIM-21, SIM-25, SIM-26). Running out of file descriptors is 503, not 404
   * (SIM-10).
   */
  send_head(): SendHeadResult | Promise<SendHeadResult> {
    if (holdsNul(this.path)) return this.#refuse(Refusal.BAD_NAME);
    if (this.dotfiles ? asksForUnfinished(this.path) : asksForDotfile(this.path))
      return this.#refuse(Refusal.NOT_FOUND);
    const path = this.translate_path(this.path);
    const opened = openToSend(this.#documentRoot(), path);
    if (typeof opened === "number") return this.#sendPageInstead(opened, path);
    if (opened instanceof OpenedFile) return this.#sendFileHead(opened, path);
    opened.close();
    return this.#sendDirectoryHead(path);
  }

  /**
   * Sends the head of a directory's listing, or 404 when it cannot be read (SIM-21 to SIM-24).
   *
   * @param path the directory, as {@link translate_path} gives it.
   * @returns the page, which the caller sends; null when there is none. A subclass may return a promise of
   * it, and anything that {@link copyfile} takes.
   *
   * Differs: a page with sizes, dates, sorting and the README, or JSON or plain text, as `Accept` has it; order
   * and links are Python's (SIM-23). Dotfiles, and links that lead out of the directory served, are not listed,
   * because they are not served. More than 10,000 entries go out without their length, in pieces (SIM-24).
   */
  list_directory(path: string): SendHeadResult | Promise<SendHeadResult> {
    const listing = openListing(this.#documentRoot(), path, {
      target: this.path,
      accept: this.listedField("accept"),
      dotfiles: this.dotfiles,
      canUpload: this.upload,
      pause: nextTurn,
    });
    if (listing === undefined) {
      this.send_error(HTTPStatus.NOT_FOUND, "No permission to list directory");
      return null;
    }
    const { contentType, policy, body } = listing;
    if (body instanceof ListingStream && mustBeFreed(body.descriptor)) {
      body.close();
      return this.#refuse(Refusal.EXHAUSTED);
    }
    this.send_response(HTTPStatus.OK);
    this.send_header("Content-type", contentType);
    if (body instanceof Uint8Array) this.send_header("Content-Length", String(body.length));
    this.send_header("Vary", "Accept");
    if (policy !== undefined) this.send_header("Content-Security-Policy", policy);
    this.#endWithExtras(LISTING_FIELDS);
    return body;
  }

  /**
   * The path of the file that a request asks for (SIM-4): `path` without query and fragment, percent-decoded,
   * without empty and dot segments, below {@link directory}, with a trailing slash if it has one.
   *
   * A subclass that overrides it may lead anywhere, also out of the directory: what it returns is served if
   * it is a file, and only links that leave the directory from within it are refused. Dotfiles are told by
   * the path that was requested, not by what it returns.
   *
   * Differs: a decoded `/` that is not the last character, and bytes that are not UTF-8, stand in the result
   * as lone surrogates (U+DC00 plus the byte), which no file has in its name.
   */
  translate_path(path: string): string {
    return translatePath(path, this.directory);
  }

  /**
   * Copies what {@link send_head} returned to `outputfile`, which is {@link wfile}. Files up to 64 KiB are
   * sent before it returns; larger ones in pieces, each when the client has taken the one before, or, with
   * {@link sendfile}, without being read.
   *
   * @param source an opened file, text, bytes, a Blob or `Bun.file()`, a stream, anything that can be
   * iterated over or read from. Its holder closes it.
   *
   * Differs: never more than the size that the file had when it was opened; a file that has been cut short
   * since closes the connection, so that the client notices (SIM-15).
   */
  copyfile(source: Source, outputfile: Sink): void | Promise<void> {
    const isWhole = copy(source, outputfile, this.sendfile);
    if (typeof isWhole === "boolean") this.#closeUnless(isWhole);
    else return isWhole.then((isWholeNow) => this.#closeUnless(isWholeNow));
  }

  /**
   * The media type of the file called `path`, by its extension (SIM-16): from {@link extensions_map}, as it
   * is and in lower case, else from Python's table, else from that of the `mime` package, else {@link
   * default_content_type}.
   *
   * Differs: the same on every host (SIM-20). What is compressed is called by its compression: `a.js.br` is
   * not JavaScript, `a.tgz` is gzip (SIM-19). TypeScript (`.ts`, `.mts`, `.cts`) is text/plain.
   */
  guess_type(path: string): string {
    return guessMediaType(path, this.extensions_map) ?? this.default_content_type;
  }

  /**
   * Ends the header fields, as in {@link BaseHTTPRequestHandler}; of an answer that refuses a range, with the size of
   * the file behind them.
   */
  override end_headers(): void {
    sendUnsatisfiedRange(this);
    super.end_headers();
  }

  #deliver(source: SendHeadResult): void | Promise<void> {
    if (source === null || source === undefined) return;
    let copying: void | Promise<void>;
    try {
      copying = this.copyfile(source, this.wfile);
    } catch (error) {
      closeSource(source);
      throw error;
    }
    if (copying instanceof Promise) return copying.finally(() => closeSource(source));
    closeSource(source);
  }

  #sendDirectoryHead(path: string): SendHeadResult | Promise<SendHeadResult> {
    const root = this.#documentRoot();
    if (!endsInSlash(this.path)) {
      // Where it would lead to 404, or a page of that name is asked for, only an index page makes it a place to go.
      const isBare = (this.cleanUrls || !this.listing) && !hasIndexPage(this, root, path);
      return isBare ? this.#sendBareDirectory(path) : this.#redirectToSlash();
    }
    for (const name of this.index_pages) {
      const indexPath = path.endsWith("/") ? path + name : `${path}/${name}`;
      const opened = openToSend(root, indexPath);
      if (opened instanceof OpenedFile) return this.#sendFileHead(opened, indexPath);
      // A file that must not be served does not make way for the next one, or for the listing.
      if (typeof opened !== "number") opened.close();
      else if (root.isFile(indexPath)) return this.#refuse(opened);
    }
    if (!this.listing) return this.#sendPageInstead(Refusal.NOT_FOUND, path);
    this.#site?.noteSubject(path);
    return this.list_directory(path);
  }

  #redirectToSlash(): null {
    this.send_response(HTTPStatus.MOVED_PERMANENTLY);
    this.send_header("Location", directoryLocation(this.path));
    this.send_header("Content-Length", "0");
    this.end_headers();
    return null;
  }

  /** Answers for a directory without an index page that was asked for without its slash. */
  #sendBareDirectory(path: string): SendHeadResult | Promise<SendHeadResult> {
    const page = this.cleanUrls ? openCleanUrl(this, this.#documentRoot(), path) : undefined;
    if (page !== undefined) return this.#sendFileHead(page.file, page.path);
    return this.listing ? this.#redirectToSlash() : this.#sendPageInstead(Refusal.NOT_FOUND, path);
  }

  /** Answers for a path that there is nothing at: with the page that stands for it, if there is one. */
  #sendPageInstead(refusal: Refusal, path: string): SendHeadResult | Promise<SendHeadResult> {
    if (refusal !== Refusal.NOT_FOUND) return this.#refuse(refusal);
    if (this.spa) this.#site?.noteAcceptMatters();
    const page = pageInstead(this, this.#documentRoot(), path);
    return page === undefined ? this.#refuse(refusal) : this.#sendFileHead(page.file, page.path);
  }

  #sendFileHead(file: OpenedFile, path: string): SendHeadResult | Promise<SendHeadResult> {
    this.#site?.noteSubject(path);
    const typeOf = (): string => this.#typeOf(file, path);
    const chosen = chooseRepresentation(this, this.#documentRoot(), file, path, typeOf);
    if (chosen instanceof Promise) return chosen.then((representation) => sendFileHead(this, representation));
    return sendFileHead(this, chosen);
  }

  /** The media type of a file. That of its name is looked up once, where no subclass sees to it. */
  #typeOf({ memo }: OpenedFile, path: string): string {
    const table = this.extensions_map;
    const isOverridden = this.guess_type !== SimpleHTTPRequestHandler.prototype.guess_type;
    if (memo === null || isOverridden) return withCharset(this.guess_type(path), this.charset);
    if (memo.mediaTypeTable !== table) {
      memo.mediaType = guessMediaType(path, table) ?? null;
      memo.mediaTypeTable = table;
    }
    return withCharset(memo.mediaType ?? this.default_content_type, this.charset);
  }

  /** Ends the head of a listing's answer. */
  #endWithExtras(ownFields: ReadonlySet<string>): void {
    sendExtraFields(this, ownFields);
    this.end_headers();
  }

  #documentRoot(): DocumentRoot {
    const { directory, followSymlinks } = this;
    const withheld = this.withheldDirectories();
    const isRead = !this.sendfile || !this.request.wfile.sendsFiles;
    const maxHeldFileBytes = isRead ? MAX_HELD_READ_FILE_BYTES : MAX_HELD_FILE_BYTES;
    const last = this.#lastRoot;
    const isSame =
      last !== undefined &&
      last.directory === directory &&
      last.followsSymlinks === followSymlinks &&
      last.maxHeldFileBytes === maxHeldFileBytes;
    if (isSame && last.withholds(withheld)) return last;
    this.#lastRoot = documentRoot(directory, { followSymlinks, withheld, maxHeldFileBytes });
    return this.#lastRoot;
  }

  #refuse(refusal: Refusal): null {
    if (refusal === Refusal.NOT_FOUND) this.send_error(HTTPStatus.NOT_FOUND, "File not found");
    else this.send_error(refusal);
    return null;
  }

  #closeUnless(isWhole: boolean): void {
    if (!isWhole) this.close_connection = true;
  }
}

inheritFromClass(SimpleHTTPRequestHandler, ATTRIBUTE_NAMES);

function closeIfAny(source: SendHeadResult): void {
  if (source !== null && source !== undefined) closeSource(source);
}

/** Opens what stays open for as long as its client takes to receive it. */
function openToSend(root: DocumentRoot, path: string): Opened | Refusal {
  const opened = root.open(path);
  if (!(opened instanceof OpenedFile) || !mustBeFreed(opened.fd)) return opened;
  opened.close();
  return Refusal.EXHAUSTED;
}
