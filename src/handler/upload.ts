/** Uploads over HTTP: PUT of a file, and POST of a form with files in it. */

import type { Stats } from "node:fs";
import type { Validators } from "../files/conditional.ts";
import type { DocumentRoot } from "../files/document-root.ts";
import { type EntityTagKind, statTag } from "../files/entity-tag.ts";
import { formBoundary, type MultipartEvent, MultipartParser } from "../files/multipart.ts";
import {
  asksForDotfile,
  asksForWellKnown,
  directoryLocation,
  endsInSlash,
  holdsNul,
  pathOf,
  requestedNames,
} from "../files/path.ts";
import { type WriteConditions, writeRejection } from "../files/upload-conditions.ts";
import { type Admission, UploadFolder } from "../files/upload-folder.ts";
import { asksForUnfinished, formFileName, nameRejection, urlPath } from "../files/upload-names.ts";
import {
  BAD_NAME,
  ELSEWHERE,
  ENCODED,
  IN_THE_WAY,
  NO_DESCRIPTORS,
  NO_FILE,
  NO_FOLDER,
  NOT_A_FORM,
  PARTIAL_CONTENT,
  type UploadRejection,
} from "../files/upload-rejection.ts";
import { Stored, Upload } from "../files/upload.ts";
import { HTTPStatus } from "../protocol/status.ts";
import { mustBeFreed } from "../transport/descriptors.ts";
import type { BaseHTTPRequestHandler } from "./base.ts";
import { allowedOrigin, type Cors, isForEverybody } from "./preflight.ts";
import { isFromElsewhere } from "./same-origin.ts";

/** What uploading needs of the handler whose request it is. */
export interface UploadingHandler extends BaseHTTPRequestHandler {
  readonly dotfiles: boolean;
  readonly cors: Cors;
  readonly etag: EntityTagKind;
  readonly uploadOverwrite: boolean;
  translate_path(path: string): string;
}

/** A file that was stored. */
export interface StoredFile {
  readonly name: string;
  /** Where it is now, as a path with escapes. */
  readonly location: string;
  readonly size: number;
  /** Whether there was none of its name before. */
  readonly isNew: boolean;
}

/** Where one file is to go. */
interface Place {
  readonly folder: UploadFolder;
  readonly name: string;
  readonly admit: Admission;
}

/** Where the files of a form are to go, and what divides them. */
interface FormPlace {
  readonly folder: UploadFolder;
  readonly boundary: string;
}

/**
 * Answers a PUT or POST that will be refused anyway, before its body is sent.
 *
 * @returns whether it may be sent.
 */
export function welcomesUpload(handler: UploadingHandler, root: DocumentRoot): boolean {
  const place = handler.command === "PUT" ? findPlace(handler, root) : findFormPlace(handler, root);
  if (isRejection(place)) {
    reject(handler, place);
    return false;
  }
  place.folder.close();
  return true;
}

/** Stores the request's body as the file that it names (RFC 9110 9.3.4). */
export async function receiveFile(handler: UploadingHandler, root: DocumentRoot): Promise<void> {
  const place = findPlace(handler, root);
  if (isRejection(place)) return reject(handler, place);
  using _folder = place.folder;
  const upload = unlessScarce(Upload.begin(place.folder, place.name, place.admit));
  if (isRejection(upload)) return reject(handler, upload);
  let outcome: Stored | UploadRejection;
  try {
    outcome = (await writeAll(upload, handler.rfile)) ?? (await upload.commit());
  } finally {
    upload.abandon();
  }
  if (isRejection(outcome)) return reject(handler, outcome);
  handler.send_response(outcome);
  if (outcome === Stored.CREATED) {
    handler.send_header("Location", urlPath(requestedNames(handler.path).names));
    handler.send_header("Content-Length", 0);
  }
  handler.end_headers();
}

/** Stores the files of a form (RFC 7578) in the folder that the request names. */
export async function receiveForm(handler: UploadingHandler, root: DocumentRoot): Promise<void> {
  const place = findFormPlace(handler, root);
  if (isRejection(place)) return reject(handler, place);
  using folder = place.folder;
  const form = new Form(handler, folder);
  const rejection = await form.receive(new MultipartParser(place.boundary));
  if (rejection !== undefined) reject(handler, rejection, form.stored);
  else if (wantsJson(handler)) sendJson(handler, HTTPStatus.CREATED.value, { files: form.stored });
  else sendBack(handler);
}

/** The files of one form, stored one after the other as they come. */
class Form {
  /** Those that are whole. They stay, whatever becomes of the rest. */
  readonly stored: StoredFile[] = [];
  readonly #handler: UploadingHandler;
  readonly #folder: UploadFolder;
  readonly #names: readonly string[];
  #upload: Upload | undefined;
  #name = "";

  constructor(handler: UploadingHandler, folder: UploadFolder) {
    this.#handler = handler;
    this.#folder = folder;
    this.#names = requestedNames(handler.path).names;
  }

  /** Takes the request's body to its end, or to what is wrong with it. */
  async receive(parser: MultipartParser): Promise<UploadRejection | undefined> {
    try {
      for await (const bytes of this.#handler.rfile) {
        const rejection = await this.#takeAll(parser.push(bytes));
        if (rejection !== undefined) return rejection;
      }
      const rejection = await this.#takeAll(parser.end());
      return rejection ?? (this.stored.length === 0 ? NO_FILE : undefined);
    } finally {
      this.#upload?.abandon();
    }
  }

  async #takeAll(events: readonly MultipartEvent[]): Promise<UploadRejection | undefined> {
    for (const event of events) {
      const rejection = await this.#take(event);
      if (rejection !== undefined) return rejection;
    }
    return undefined;
  }

  async #take(event: MultipartEvent): Promise<UploadRejection | undefined> {
    switch (event.kind) {
      case "part":
        // A field, or one for files for which none was chosen.
        return event.head.filename ? this.#begin(event.head.filename) : undefined;
      case "data":
        return this.#upload?.write(event.bytes);
      case "partEnd":
        return this.#end();
      case "failed":
        return event.rejection;
      default:
        return undefined;
    }
  }

  #begin(filename: string): UploadRejection | undefined {
    const { dotfiles, uploadOverwrite } = this.#handler;
    this.#name = formFileName(filename);
    const rejection = nameRejection(this.#name, this.#names.length === 0, dotfiles);
    if (rejection !== undefined) return rejection;
    const admit = admission(NO_CONDITIONS, uploadOverwrite, "none");
    const upload = unlessScarce(Upload.begin(this.#folder, this.#name, admit));
    if (isRejection(upload)) return upload;
    this.#upload = upload;
    return undefined;
  }

  async #end(): Promise<UploadRejection | undefined> {
    const upload = this.#upload;
    if (upload === undefined) return undefined;
    this.#upload = undefined;
    const { size } = upload;
    const outcome = await upload.commit();
    if (isRejection(outcome)) return outcome;
    const location = urlPath([...this.#names, this.#name]);
    this.stored.push({ name: this.#name, location, size, isNew: outcome === Stored.CREATED });
    return undefined;
  }
}

async function writeAll(
  upload: Upload,
  body: AsyncIterable<Uint8Array>,
): Promise<UploadRejection | undefined> {
  for await (const bytes of body) {
    const rejection = await upload.write(bytes);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

/** Where the file of a PUT is to go, its folder opened, or why it is not taken. */
function findPlace(handler: UploadingHandler, root: DocumentRoot): Place | UploadRejection {
  const { headers, path } = handler;
  const rejection = requestRejection(handler);
  if (rejection !== undefined) return rejection;
  // A part of a file must not be taken for the whole (RFC 9110 14.5).
  if (headers.has("Content-Range")) return PARTIAL_CONTENT;
  if (/[^\s,]/.test(headers.get("Content-Encoding", "").replaceAll(/identity/gi, ""))) return ENCODED;
  const { names } = requestedNames(path);
  if (names.length === 0 || endsInSlash(path)) return IN_THE_WAY;
  const file = handler.translate_path(path);
  const slash = file.lastIndexOf("/");
  const name = file.slice(slash + 1);
  // By the name that was asked for, the request's dotfiles have been told already.
  const badName = nameRejection(name, true, true);
  if (badName !== undefined) return badName;
  const folder = unlessScarce(UploadFolder.open(root, slash < 0 ? "." : file.slice(0, slash + 1)));
  if (isRejection(folder)) return folder === IN_THE_WAY ? NO_FOLDER : folder;
  const admit = admission(conditionsOf(handler), handler.uploadOverwrite, handler.etag);
  const inTheWay = folder.check(name, admit);
  if (inTheWay === undefined) return { folder, name, admit };
  folder.close();
  return inTheWay;
}

/** Where the files of a POST are to go, or why they are not taken. */
function findFormPlace(handler: UploadingHandler, root: DocumentRoot): FormPlace | UploadRejection {
  const rejection = requestRejection(handler);
  if (rejection !== undefined) return rejection;
  const types = handler.headers.get_all("Content-Type", []);
  const boundary = types.length === 1 ? formBoundary(types[0]!) : null;
  if (boundary === null) return NOT_A_FORM;
  const folder = unlessScarce(UploadFolder.open(root, handler.translate_path(handler.path)));
  return isRejection(folder) ? folder : { folder, boundary };
}

/** What is wrong with a request whatever it wants to store. */
function requestRejection(handler: UploadingHandler): UploadRejection | undefined {
  const { headers, path } = handler;
  const origin = {
    secFetchSite: headers.get("Sec-Fetch-Site"),
    origin: headers.get("Origin"),
    host: headers.get("Host"),
  };
  // A site that is named may store files too; that all may read them does not mean that all may change them.
  const isNamed = !isForEverybody(handler.cors) && allowedOrigin(handler.cors, origin.origin) !== null;
  if (!isNamed && isFromElsewhere(origin)) return ELSEWHERE;
  if (holdsNul(path)) return BAD_NAME;
  // What is in `.well-known` is served, but speaks for the whole site: who can store a file there can have a certificate
  // made out to it (RFC 8555 8.3).
  const isHidden = handler.dotfiles
    ? asksForUnfinished(path)
    : asksForDotfile(path) || asksForWellKnown(path);
  return isHidden ? NO_FOLDER : undefined;
}

const NO_CONDITIONS: WriteConditions = { ifMatch: null, ifNoneMatch: null, ifUnmodifiedSince: null };

function conditionsOf(handler: UploadingHandler): WriteConditions {
  return {
    ifMatch: handler.listedField("if-match"),
    ifNoneMatch: handler.listedField("if-none-match"),
    ifUnmodifiedSince: handler.listedField("if-unmodified-since"),
  };
}

function admission(conditions: WriteConditions, mayReplace: boolean, etag: EntityTagKind): Admission {
  return (existing: Stats | undefined) => {
    const now = Date.now() / 1000;
    return writeRejection(
      conditions,
      existing === undefined ? null : validatorsOf(existing, etag, now),
      mayReplace,
      now,
    );
  };
}

/** Tags of what is in a file are not made for this: by those, nothing is replaced on condition. */
function validatorsOf({ size, mtimeMs }: Stats, etag: EntityTagKind, now: number): Validators {
  const mtime = mtimeMs / 1000;
  return { mtime, etag: etag === "stat" ? statTag(size, mtime, now) : null };
}

/** Refuses a request. Files of it that were stored before it went wrong are named: they stay. */
function reject(
  handler: UploadingHandler,
  rejection: UploadRejection,
  stored: readonly StoredFile[] = [],
): void {
  const { status, explain } = rejection;
  if (handler.command === "POST" && wantsJson(handler)) {
    handler.request.watch(handler.log_error("code %d, message %s", status, explain));
    sendJson(handler, status, { files: stored, error: explain });
    return;
  }
  const names = stored.map(({ name }) => name).join(", ");
  const whole = names === "" ? explain : `${explain}. Stored before: ${names}`;
  handler.request.watch(handler.send_error(status, undefined, whole));
}

function sendJson(handler: UploadingHandler, status: number, value: object): void {
  const body = Buffer.from(JSON.stringify(value));
  handler.send_response(status);
  handler.send_header("Content-Type", "application/json");
  handler.send_header("Content-Length", body.length);
  handler.end_headers();
  handler.wfile.write(body);
}

/** Shows the folder again: whoever reloads that page does not send the form again. */
function sendBack(handler: UploadingHandler): void {
  handler.send_response(HTTPStatus.SEE_OTHER);
  handler.send_header("Location", directoryLocation(pathOf(handler.path).replace(/(?:\/|%2[Ff])+$/, "")));
  handler.send_header("Content-Length", 0);
  handler.end_headers();
}

/** Programs ask for JSON; a browser that sends a form names HTML first. */
function wantsJson({ headers }: UploadingHandler): boolean {
  const accept = headers.get("Accept", "").toLowerCase();
  return accept.includes("application/json") && !accept.includes("text/html");
}

/** What stays open for as long as the client sends, unless it took one of the last descriptors. */
function unlessScarce<Held extends Upload | UploadFolder>(
  held: Held | UploadRejection,
): Held | UploadRejection {
  if (isRejection(held) || !mustBeFreed(held.descriptor)) return held;
  if (held instanceof Upload) held.abandon();
  else held.close();
  return NO_DESCRIPTORS;
}

function isRejection<Value>(value: Value | UploadRejection): value is UploadRejection {
  return typeof value === "object" && value !== null && "explain" in value;
}
