/**
 * The decoder of chunked bodies (RFC 9112 7.1): it says where the payload lies in the received bytes, and copies
 * none of it. It can stop after any byte and go on from there with the same result, looks at each byte of the
 * framing once and at none of the payload, and never throws.
 *
 * What two parsers could read in two ways is refused, also where the RFC lets a recipient be lenient. A line ends
 * with CRLF and nothing else: the leniency of 2.2 is not meant for chunks (erratum 7633, which asked for it, was
 * rejected). There is no whitespace around sizes or in extensions. Extensions are checked and ignored. Trailers are
 * kept apart from the head's fields and never frame anything (RFC 9110 6.5.1). A body that stops before the decoder
 * is DONE is incomplete: that is for the caller to notice.
 */

import { Failure } from "./failure.ts";
import { COLON, CR, FIELD_VALUE, HEX_VALUE, HTAB, LF, SP, TCHAR } from "./grammar.ts";
import type { ChunkedLimits } from "./limits.ts";
import { latin1 } from "./text.ts";

/** What {@link ChunkedDecoder.next} came upon. */
export const Chunk = {
  /** Every byte is consumed and the body goes on. */
  NEED_MORE: 0,
  /** Payload, from `dataStart` to `dataEnd`. */
  DATA: 1,
  /** The end of the body. The bytes from `consumedTo` on belong to what follows it. */
  DONE: 2,
  /** A byte that must not be there, at `consumedTo`; `failure` says why. */
  FAILED: 3,
} as const;

export type Chunk = (typeof Chunk)[keyof typeof Chunk];

/** Digits of a chunk size, leading zeros included: as many as a 64-bit number has. */
const MAX_SIZE_DIGITS = 16;

/** The greatest size that another digit keeps within the integers which a number holds exactly. */
const MAX_SIZE_BEFORE_DIGIT = Math.floor(Number.MAX_SAFE_INTEGER / 16);

const FIRST_LINE_CAPACITY = 128;
const NO_BYTES: Uint8Array = new Uint8Array(0);

/** What the decoder is in the middle of. From DATA on, bytes are no longer looked at one by one. */
const State = {
  NONE: 0,
  SIZE_START: 1,
  SIZE: 2,
  EXTENSION_START: 3,
  EXTENSION_NAME: 4,
  EXTENSION_VALUE_START: 5,
  EXTENSION_VALUE: 6,
  QUOTED_VALUE: 7,
  QUOTED_PAIR: 8,
  QUOTED_VALUE_END: 9,
  SIZE_LF: 10,
  DATA_CR: 11,
  DATA_LF: 12,
  TRAILER_START: 13,
  TRAILER_NAME: 14,
  TRAILER_VALUE: 15,
  TRAILER_LF: 16,
  LAST_LF: 17,
  DATA: 18,
  DONE: 19,
  FAILED: 20,
} as const;

type State = (typeof State)[keyof typeof State];

const HEXDIG = "0123456789ABCDEFabcdef";

type Transition = readonly [from: State, bytes: Uint8Array | string | number, to: State];

/**
 * The grammar of RFC 9112 7.1 with the strictness of this decoder: a byte without a transition is refused. Where
 * two classes of one state overlap, the later one holds.
 */
const GRAMMAR: readonly Transition[] = [
  // chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
  [State.SIZE_START, HEXDIG, State.SIZE],
  [State.SIZE, HEXDIG, State.SIZE],
  [State.SIZE, ";", State.EXTENSION_START],
  [State.SIZE, CR, State.SIZE_LF],
  [State.SIZE_LF, LF, State.DATA],
  [State.DATA_CR, CR, State.DATA_LF],
  [State.DATA_LF, LF, State.SIZE_START],

  // chunk-ext = *( ";" token [ "=" ( token / quoted-string ) ] )
  [State.EXTENSION_START, TCHAR, State.EXTENSION_NAME],
  [State.EXTENSION_NAME, TCHAR, State.EXTENSION_NAME],
  [State.EXTENSION_NAME, "=", State.EXTENSION_VALUE_START],
  [State.EXTENSION_NAME, ";", State.EXTENSION_START],
  [State.EXTENSION_NAME, CR, State.SIZE_LF],
  [State.EXTENSION_VALUE_START, TCHAR, State.EXTENSION_VALUE],
  [State.EXTENSION_VALUE_START, '"', State.QUOTED_VALUE],
  [State.EXTENSION_VALUE, TCHAR, State.EXTENSION_VALUE],
  [State.EXTENSION_VALUE, ";", State.EXTENSION_START],
  [State.EXTENSION_VALUE, CR, State.SIZE_LF],

  // quoted-string: qdtext and the second byte of a quoted-pair are what a field value may hold (RFC 9110 5.6.4)
  [State.QUOTED_VALUE, FIELD_VALUE, State.QUOTED_VALUE],
  [State.QUOTED_VALUE, "\\", State.QUOTED_PAIR],
  [State.QUOTED_VALUE, '"', State.QUOTED_VALUE_END],
  [State.QUOTED_PAIR, FIELD_VALUE, State.QUOTED_VALUE],
  [State.QUOTED_VALUE_END, ";", State.EXTENSION_START],
  [State.QUOTED_VALUE_END, CR, State.SIZE_LF],

  // trailer-section CRLF, with trailer-section = *( field-line CRLF ), none of them folded
  [State.TRAILER_START, TCHAR, State.TRAILER_NAME],
  [State.TRAILER_START, CR, State.LAST_LF],
  [State.TRAILER_NAME, TCHAR, State.TRAILER_NAME],
  [State.TRAILER_NAME, ":", State.TRAILER_VALUE],
  [State.TRAILER_VALUE, FIELD_VALUE, State.TRAILER_VALUE],
  [State.TRAILER_VALUE, CR, State.TRAILER_LF],
  [State.TRAILER_LF, LF, State.TRAILER_START],
  [State.LAST_LF, LF, State.DONE],
];

/** `NEXT_STATE[state * 256 + byte]`, NONE where the grammar has no such transition. */
const NEXT_STATE: Uint8Array = compile(GRAMMAR);

function compile(grammar: readonly Transition[]): Uint8Array {
  const nextState = new Uint8Array(State.DATA * 256);
  for (const [from, bytes, to] of grammar) {
    const row = nextState.subarray(from * 256, (from + 1) * 256);
    if (typeof bytes === "number") row[bytes] = to;
    else if (typeof bytes === "string") for (const char of bytes) row[char.charCodeAt(0)] = to;
    else for (let byte = 0; byte < 256; byte++) if (bytes[byte] === 1) row[byte] = to;
  }
  return nextState;
}

/** What it means that `byte` was refused in `state`. */
function refusal(state: State, byte: number): Failure {
  if (state === State.DATA_CR || state === State.DATA_LF) return Failure.BAD_CHUNK_TERMINATOR;
  const isAfterCR = state === State.SIZE_LF || state === State.TRAILER_LF || state === State.LAST_LF;
  if (isAfterCR || byte === LF) return Failure.BARE_LINE_END;
  if (state >= State.TRAILER_START) return Failure.BAD_TRAILER;
  return state >= State.EXTENSION_START ? Failure.BAD_CHUNK_EXTENSION : Failure.BAD_CHUNK_SIZE;
}

/** Decodes one chunked body at a time; {@link ChunkedDecoder.reset} makes it ready for the next. */
export class ChunkedDecoder {
  /** Where the last call stopped: the first byte that it did not consume. */
  consumedTo = 0;
  /** Where the payload begins, after DATA. */
  dataStart = 0;
  /** Where the payload ends (half-open), after DATA. */
  dataEnd = 0;
  /** What was wrong, after FAILED. */
  failure: Failure = Failure.NONE;
  /** The trailer fields as they came, whole after DONE. The array is never reused: it may be kept. */
  trailers: [name: string, value: string][] = [];

  readonly #limits: ChunkedLimits;
  #state: State = State.SIZE_START;
  /** The chunk size as far as it is read, then the bytes of the chunk that are still to come. */
  #remaining = 0;
  #sizeDigits = 0;
  #extensionBytes = 0;
  #trailerBytes = 0;
  /** The trailer line that is being read: the bytes it came in may be gone when it ends. */
  #line: Uint8Array = NO_BYTES;
  #lineLength = 0;

  /** @param limits how much of what is not payload one body may have. */
  constructor(limits: ChunkedLimits) {
    this.#limits = limits;
  }

  /** Bytes of the chunk in hand that are announced and have not come yet. */
  get outstandingBytes(): number {
    return this.#state === State.DATA ? this.#remaining : 0;
  }

  /** Forgets the body so far: the next byte begins another one. */
  reset(): void {
    this.failure = Failure.NONE;
    if (this.trailers.length > 0) this.trailers = [];
    this.#state = State.SIZE_START;
    this.#remaining = 0;
    this.#sizeDigits = 0;
    this.#extensionBytes = 0;
    this.#trailerBytes = 0;
    this.#line = NO_BYTES;
    this.#lineLength = 0;
  }

  /**
   * Goes on with the bytes from `at` to `end` (half-open), which follow those consumed before, up to the end of
   * the next span of payload, which is as long as the chunk and the bytes allow and never empty. Call it again from
   * `consumedTo` after DATA, and with more bytes after NEED_MORE. DONE and FAILED are final: every further
   * call says the same and consumes nothing.
   */
  next(bytes: Uint8Array, at: number, end: number): Chunk {
    let offset = at;
    while (offset < end && this.#state < State.DATA) {
      this.failure = this.#step(bytes[offset]!);
      if (this.failure === Failure.NONE) offset++;
      else this.#state = State.FAILED;
    }
    this.consumedTo = offset;
    switch (this.#state) {
      case State.DATA:
        return offset < end ? this.#takeData(offset, end) : Chunk.NEED_MORE;
      case State.DONE:
        return Chunk.DONE;
      case State.FAILED:
        return Chunk.FAILED;
      default:
        return Chunk.NEED_MORE;
    }
  }

  #takeData(start: number, end: number): Chunk {
    const length = Math.min(this.#remaining, end - start);
    this.dataStart = start;
    this.dataEnd = start + length;
    this.consumedTo = this.dataEnd;
    this.#remaining -= length;
    if (this.#remaining === 0) this.#state = State.DATA_CR;
    return Chunk.DATA;
  }

  /** Takes one byte of the framing. */
  #step(byte: number): Failure {
    const state = NEXT_STATE[this.#state * 256 + byte] as State;
    if (state === State.NONE) return refusal(this.#state, byte);
    this.#state = state;
    if (state === State.SIZE) return this.#takeSizeDigit(HEX_VALUE[byte]!);
    if (state === State.DATA) return this.#endSizeLine();
    if (state >= State.EXTENSION_START && state <= State.QUOTED_VALUE_END) return this.#countExtensionByte();
    if (state >= State.TRAILER_START && state <= State.TRAILER_LF) return this.#takeTrailerByte(byte);
    return Failure.NONE;
  }

  #takeSizeDigit(digit: number): Failure {
    if (this.#remaining > MAX_SIZE_BEFORE_DIGIT) return Failure.CHUNK_TOO_LARGE;
    if (++this.#sizeDigits > MAX_SIZE_DIGITS) return Failure.BAD_CHUNK_SIZE;
    this.#remaining = this.#remaining * 16 + digit;
    return Failure.NONE;
  }

  #endSizeLine(): Failure {
    this.#sizeDigits = 0;
    // A size of zero is that of the last chunk, which has no data.
    if (this.#remaining === 0) this.#state = State.TRAILER_START;
    return Failure.NONE;
  }

  #countExtensionByte(): Failure {
    const isWithin = ++this.#extensionBytes <= this.#limits.maxExtensionBytes;
    return isWithin ? Failure.NONE : Failure.CHUNK_EXTENSIONS_TOO_LARGE;
  }

  #takeTrailerByte(byte: number): Failure {
    if (++this.#trailerBytes > this.#limits.maxTrailerBytes) return Failure.TRAILERS_TOO_LARGE;
    if (this.#lineLength === this.#line.length) this.#growLine();
    this.#line[this.#lineLength++] = byte;
    return this.#state === State.TRAILER_START ? this.#endTrailerLine() : Failure.NONE;
  }

  #growLine(): void {
    const grown = new Uint8Array(Math.max(FIRST_LINE_CAPACITY, this.#line.length * 2));
    grown.set(this.#line);
    this.#line = grown;
  }

  /** Keeps the field of a line that has come with its CRLF, without whitespace around the value. */
  #endTrailerLine(): Failure {
    if (this.trailers.length === this.#limits.maxTrailerFields) return Failure.TRAILERS_TOO_LARGE;
    const line = this.#line;
    const colon = line.indexOf(COLON);
    let start = colon + 1;
    let end = this.#lineLength - 2;
    while (start < end && isBlank(line[start]!)) start++;
    while (start < end && isBlank(line[end - 1]!)) end--;
    this.trailers.push([latin1(line, 0, colon), latin1(line, start, end)]);
    this.#lineLength = 0;
    return Failure.NONE;
  }
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB;
}
