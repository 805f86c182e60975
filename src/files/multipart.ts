/**
 * Forms with files in them, multipart/form-data (RFC 7578, RFC 2046 5.1): bytes in, in whatever pieces they
 * come, and events out. Pure; it holds no more than one part's head, and never throws.
 *
 * The runtime has such a parser, `formData()`, but only for bodies that are in memory as a whole. A package
 * that streams would be another dependency at run time, on whose strictness the promises of this server would
 * rest. What is strict here: a line that begins with the boundary is a boundary, and malformed when it goes
 * on differently; heads are held to the grammar; no parameter comes twice.
 */

import { parseParameters } from "./parameters.ts";
import type { UploadRejection } from "./upload-rejection.ts";

/** What a part says of itself. */
export interface PartHead {
  /** The name of the form's field, as Latin-1. */
  readonly name: string;
  /** The name of the file, directories and all; null where the part is no file. */
  readonly filename: string | null;
}

export type MultipartEvent =
  | { readonly kind: "part"; readonly head: PartHead }
  /** Bytes of the part: a view of what was pushed. */
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** The part is whole. */
  | { readonly kind: "partEnd" }
  /** The form is whole. */
  | { readonly kind: "done" }
  /** It never will be. Nothing follows. */
  | { readonly kind: "failed"; readonly rejection: UploadRejection };

export interface MultipartLimits {
  /** Bytes of a part's head. */
  readonly maxPartHeadBytes: number;
  readonly maxParts: number;
}

const DEFAULT_MULTIPART_LIMITS: Readonly<MultipartLimits> = {
  maxPartHeadBytes: 8 * 1024,
  maxParts: 1000,
};

export const BAD_FORM: UploadRejection = { status: 400, explain: "The form is malformed" };
export const FORM_CUT_SHORT: UploadRejection = { status: 400, explain: "The form is not complete" };
export const PART_HEAD_TOO_LARGE: UploadRejection = {
  status: 413,
  explain: "A head in the form is too large",
};
export const TOO_MANY_PARTS: UploadRejection = { status: 413, explain: "The form has too many parts" };

const State = {
  PREAMBLE: 0,
  /** Behind a boundary. */
  BOUNDARY: 1,
  HEAD: 2,
  BODY: 3,
  /** All that matters has been said, or the form is malformed. */
  ENDED: 4,
} as const;

/** The characters of a boundary, the last of which is no space (RFC 2046 5.1.1). */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

const LINE_END: Uint8Array = Buffer.from("\r\n");
const HEAD_END: Uint8Array = Buffer.from("\r\n\r\n");
const NO_BYTES: Uint8Array = new Uint8Array(0);
const [DASH, CR, LF, SPACE, TAB] = [0x2d, 0x0d, 0x0a, 0x20, 0x09];
/** Spaces that a mail system may have put behind a boundary. */
const MAX_PADDING = 64;
/** More input is needed to go on. */
const WAIT = -1;

const utf8: TextDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The boundary that a Content-Type names; null where it is not one of a form with files. */
export function formBoundary(contentType: string): string | null {
  const parsed = parseParameters(contentType);
  if (parsed?.value !== "multipart/form-data") return null;
  const boundary = parsed.parameters.get("boundary") ?? "";
  return BOUNDARY.test(boundary) ? boundary : null;
}

export class MultipartParser {
  readonly #delimiter: Buffer;
  readonly #limits: MultipartLimits;
  #state: (typeof State)[keyof typeof State] = State.PREAMBLE;
  /** Input that waits for more. A boundary at the very beginning has no line end in front. */
  #rest: Uint8Array = LINE_END;
  /** Bytes of the line end between head and body, which may already belong to a boundary, where they wait. */
  #lead = 0;
  #partCount = 0;
  #isInPart = false;
  #events: MultipartEvent[] = [];

  constructor(boundary: string, limits: MultipartLimits = DEFAULT_MULTIPART_LIMITS) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
    this.#limits = limits;
  }

  /** Takes the next bytes, and gives what they make known. */
  push(bytes: Uint8Array): MultipartEvent[] {
    if (this.#state === State.ENDED) return [];
    const input = this.#rest.length === 0 ? asBuffer(bytes) : Buffer.concat([this.#rest, bytes]);
    this.#rest = NO_BYTES;
    for (let at = 0; at !== WAIT;) at = this.#advance(input, at);
    return this.#takeEvents();
  }

  /** To be called when no more will come. */
  end(): MultipartEvent[] {
    if (this.#state !== State.ENDED) this.#fail(FORM_CUT_SHORT);
    return this.#takeEvents();
  }

  #takeEvents(): MultipartEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Takes one step from `at` on, and gives where it has got to. */
  #advance(input: Buffer, at: number): number {
    switch (this.#state) {
      case State.BOUNDARY:
        return this.#endBoundary(input, at);
      case State.HEAD:
        return this.#readHead(input, at);
      case State.ENDED:
        return WAIT;
      default:
        return this.#findBoundary(input, at);
    }
  }

  #findBoundary(input: Buffer, at: number): number {
    const found = input.indexOf(this.#delimiter, at);
    if (found >= 0) {
      this.#emitData(input, at, found);
      this.#lead = 0;
      this.#state = State.BOUNDARY;
      return found + this.#delimiter.length;
    }
    const kept = this.#possibleStart(input, at);
    this.#emitData(input, at, kept);
    return this.#wait(input, kept);
  }

  /** Where a boundary may begin whose end has not come yet. */
  #possibleStart(input: Buffer, at: number): number {
    const first = Math.max(at, input.length - this.#delimiter.length + 1);
    for (let start = input.indexOf(CR, first); start >= 0; start = input.indexOf(CR, start + 1)) {
      const length = input.length - start;
      if (input.compare(this.#delimiter, 0, length, start) === 0) return start;
    }
    return input.length;
  }

  #emitData(input: Buffer, start: number, end: number): void {
    if (end === start) return;
    const dataStart = start + this.#lead;
    this.#lead = 0;
    if (this.#state !== State.BODY || dataStart >= end) return;
    this.#events.push({ kind: "data", bytes: input.subarray(dataStart, end) });
  }

  #endBoundary(input: Buffer, start: number): number {
    if (input.length - start < 2) return this.#wait(input, start);
    if (input[start] === DASH && input[start + 1] === DASH) {
      this.#endPart();
      this.#events.push({ kind: "done" });
      this.#state = State.ENDED;
      return WAIT;
    }
    let at = start;
    while ((input[at] === SPACE || input[at] === TAB) && at - start <= MAX_PADDING) at++;
    if (at < input.length && (input[at] !== CR || at - start > MAX_PADDING)) return this.#fail(BAD_FORM);
    if (input.length - at < 2) return this.#wait(input, start);
    if (input[at + 1] !== LF) return this.#fail(BAD_FORM);
    this.#endPart();
    this.#state = State.HEAD;
    return at;
  }

  /** Not before the boundary is known to be one: a file whose end is in doubt is not whole. */
  #endPart(): void {
    if (this.#isInPart) this.#events.push({ kind: "partEnd" });
    this.#isInPart = false;
  }

  /** `start` is where the line end of the boundary is. */
  #readHead(input: Buffer, start: number): number {
    const end = input.indexOf(HEAD_END, start);
    const length = (end < 0 ? input.length - HEAD_END.length : end) - start;
    if (length > this.#limits.maxPartHeadBytes) return this.#fail(PART_HEAD_TOO_LARGE);
    if (end < 0) return this.#wait(input, start);
    if (this.#partCount === this.#limits.maxParts) return this.#fail(TOO_MANY_PARTS);
    const head = parsePartHead(input.toString("latin1", start + LINE_END.length, end));
    if (head === undefined) return this.#fail(BAD_FORM);
    this.#partCount++;
    this.#isInPart = true;
    this.#events.push({ kind: "part", head });
    this.#state = State.BODY;
    // A part without a body ends with the empty line, whose line end is then the boundary's.
    this.#lead = LINE_END.length;
    return end + LINE_END.length;
  }

  /** Keeps what lies from `start` on, as memory of its own: a view would keep all of the input. */
  #wait(input: Buffer, start: number): typeof WAIT {
    this.#rest = Uint8Array.prototype.slice.call(input, start);
    return WAIT;
  }

  #fail(rejection: UploadRejection): typeof WAIT {
    this.#events.push({ kind: "failed", rejection });
    this.#state = State.ENDED;
    this.#rest = NO_BYTES;
    return WAIT;
  }
}

/** Reads a part's head, which is Latin-1 so far; undefined where it is malformed. */
function parsePartHead(text: string): PartHead | undefined {
  let disposition: string | undefined;
  for (const line of text.split("\r\n")) {
    const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xFF]*)$/.exec(line);
    if (field === null) return undefined;
    const [, name = "", value = ""] = field;
    if (/^content-disposition$/i.test(name)) {
      if (disposition !== undefined) return undefined;
      disposition = value;
    }
    // Nobody sends it (RFC 7578 4.7), and bytes that are encoded would be stored as such.
    if (/^content-transfer-encoding$/i.test(name) && !/^(?:7bit|8bit|binary)[ \t]*$/i.test(value))
      return undefined;
  }
  return disposition === undefined ? undefined : parseDisposition(disposition);
}

/** `filename*` is not read: it is not for forms (RFC 7578 4.2). */
function parseDisposition(disposition: string): PartHead | undefined {
  const parsed = parseParameters(disposition);
  const name = parsed?.parameters.get("name");
  if (parsed?.value !== "form-data" || name === undefined) return undefined;
  const filename = parsed.parameters.get("filename");
  if (filename === undefined) return { name, filename: null };
  try {
    return { name, filename: utf8.decode(Buffer.from(filename, "latin1")) };
  } catch {
    return undefined;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
