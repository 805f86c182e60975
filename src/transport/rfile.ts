/**
 * `rfile`: the reader that a handler gets a request's body from. It ends where the message ends, whether that was
 * announced by Content-Length or by chunks (RFC 9112 6 and 7), and can never reach into the next request.
 *
 * What it gives out are views of the received bytes where much lies together, else one copy. It holds no more than
 * was asked for: while nobody reads, bytes wait in the connection's input, which is bounded.
 */

import { Chunk, ChunkedDecoder } from "../protocol/chunked.ts";
import { Failure, failureAnswer } from "../protocol/failure.ts";
import type { ChunkedLimits } from "../protocol/limits.ts";
import { BodyKind } from "../protocol/request-head.ts";
import { BodyPace, type PaceLimits } from "./body-pace.ts";
import type { InputBuffer } from "./input-buffer.ts";
import { quietly } from "./promises.ts";
import { ConnectionClosedError } from "./socket-writer.ts";

/** What a body needs of its connection. */
export interface BodySource {
  readonly input: InputBuffer;
  /** A read waits for bytes: the socket must deliver, in time. */
  bodyAwaited(): void;
  /** Nobody waits any more, or bytes were used. */
  bodyUsed(): void;
}

/** Thrown (as a rejection) to whoever reads a body that the client broke off or framed wrongly. */
export class RequestBodyError extends Error {
  override readonly name = "RequestBodyError";
  /** The status that the request deserves. */
  readonly status: number;

  constructor(failure: Failure) {
    const { status, explain } = failureAnswer(failure);
    super(explain);
    this.status = status;
  }
}

interface ReadRequest {
  /** How many bytes are wanted at most. */
  readonly wanted: number;
  /** Any bytes will do. */
  readonly takesAny: boolean;
  /** A line feed ends it. */
  readonly isLine: boolean;
}

/** A read that waits, and what has been collected for it. */
interface PendingRead extends ReadRequest {
  bytes: Uint8Array;
  length: number;
  resolve(bytes: Uint8Array): void;
  reject(error: Error): void;
}

const LF = 0x0a;
const NO_BYTES: Uint8Array = new Uint8Array(0);
const FIRST_CAPACITY = 4 * 1024;
/** A declared length up to this is believed at once; a longer body's memory grows with what has come. */
const BELIEVED_BYTES: number = 1024 * 1024;

export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #source: BodySource;
  #kind: BodyKind = BodyKind.NONE;
  /** Bytes still to come where the kind is LENGTH. */
  #remaining = 0;
  #decoder: ChunkedDecoder | null = null;
  /** Chunk data that lies at the input's start. */
  #spanBytes = 0;
  /** Decoded bytes so far, and how many there may be, where the kind is CHUNKED. */
  #decodedBytes = 0;
  #maxBodyBytes = 0;
  #isComplete = true;
  /** Counts the requests, so that a stream of one cannot read another's body. */
  #request = 0;
  /** There is no request: the bytes are the connection's, and end where it ends. */
  #isRaw = false;
  /** The handler of the request is still at work. */
  #isOpen = true;
  #failure: Failure = Failure.NONE;
  #hasGone = false;
  #pending: PendingRead | null = null;
  /** Made when a body is first waited for. */
  #pace: BodyPace | null = null;
  #readable: ReadableStream<Uint8Array> | null = null;

  constructor(source: BodySource) {
    this.#source = source;
  }

  // ------------------------------------------------------------------ what a handler's author uses

  /**
   * Reads the body, or its next `size` bytes: fewer only where the message ends, none when it has ended.
   *
   * Differs: Python's blocks and would wait for ever at the end of a body; this gives a promise and ends with the
   * message. It rejects with {@link RequestBodyError} when the client breaks off or the chunks are malformed.
   *
   * @throws RangeError when `size` is not a number of bytes.
   * @throws TypeError while another read is pending.
   */
  read(size: number = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    return this.#read({ wanted: bytesWanted("read", size), takesAny: false, isLine: false });
  }

  /**
   * Reads up to the next line feed and with it, or what is left of the body; no more than `limit` bytes.
   *
   * @throws RangeError when `limit` is not a number of bytes.
   * @throws TypeError while another read is pending.
   */
  readline(limit: number = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    return this.#read({ wanted: bytesWanted("readline", limit), takesAny: false, isLine: true });
  }

  /** The body in pieces, as they come. */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#pieces(this.#request);
  }

  /** The rest of the body as text; bytes that are not UTF-8 become U+FFFD. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.read());
  }

  /** The rest of the body as JSON. It rejects with SyntaxError where it is none. */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  /** The rest of the body in memory of its own. */
  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.read();
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  }

  /** The body as a web stream. */
  get readable(): ReadableStream<Uint8Array> {
    this.#readable ??= this.#streamOf(this.#request);
    return this.#readable;
  }

  /** The trailer fields behind a chunked body, in order; complete once the body has been read. */
  get trailers(): readonly (readonly [name: string, value: string])[] {
    return this.#kind === BodyKind.CHUNKED ? this.#decoder!.trailers : [];
  }

  // ------------------------------------------------------------------ what the connection uses

  get isComplete(): boolean {
    return this.#isComplete;
  }

  get isAwaited(): boolean {
    return this.#pending !== null;
  }

  /** Bytes that are known to be still to come; Infinity where that is not known. */
  get announcedBytes(): number {
    if (this.#isComplete) return 0;
    return this.#kind === BodyKind.LENGTH ? this.#remaining : Number.POSITIVE_INFINITY;
  }

  /** Why the body can never be complete, if that is so. */
  get failure(): Failure {
    return this.#failure;
  }

  /** Begins the body of the next request. */
  begin(kind: BodyKind, contentLength: number, maxBodyBytes: number, limits: ChunkedLimits): void {
    this.#kind = kind;
    this.#isRaw = false;
    this.#isOpen = true;
    this.#request++;
    this.#remaining = contentLength;
    this.#isComplete = kind === BodyKind.NONE;
    this.#failure = Failure.NONE;
    this.#readable = null;
    this.#pace?.reset();
    if (kind !== BodyKind.CHUNKED) return;
    if (this.#decoder === null) this.#decoder = new ChunkedDecoder(limits);
    else this.#decoder.reset();
    this.#spanBytes = 0;
    this.#decodedBytes = 0;
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** Begins to read the connection's bytes as they are, for a handler that speaks its own protocol. */
  beginRaw(): void {
    this.#kind = BodyKind.LENGTH;
    this.#isRaw = true;
    this.#isOpen = true;
    this.#remaining = Number.POSITIVE_INFINITY;
    this.#isComplete = false;
  }

  /** The handler has ended: what it left of the body is nobody's any more. */
  release(): void {
    this.#isOpen = false;
    this.#request++;
    this.#readable = null;
  }

  /** Nothing more will come, and a read waits. */
  inputEnded(): void {
    if (!this.#isRaw) {
      this.fail(Failure.TRUNCATED);
      return;
    }
    this.#isComplete = true;
    this.advance();
  }

  /** The handler begins to wait for the client, at `now` seconds. */
  awaited(now: number, limits: PaceLimits): void {
    // Bytes that are no request's body come at what pace they like.
    if (this.#isRaw) return;
    this.#pace ??= new BodyPace(limits);
    this.#pace.begin(now);
  }

  /** So many bytes have come from the client. */
  arrived(bytes: number, now: number): void {
    if (this.#pending === null) this.#pace?.addUnawaited(bytes);
    else this.#pace?.add(bytes, now);
  }

  /** Seconds until the client who is waited for is too slow, if nothing comes. */
  patience(now: number): number {
    return this.#isRaw || this.#pace === null ? Number.POSITIVE_INFINITY : this.#pace.left(now);
  }

  /** Goes on with the read that waits, after bytes have come. */
  advance(): void {
    const pending = this.#pending;
    if (pending === null) return;
    const whole = pending.length === 0 ? this.#readAtOnce(pending) : null;
    if (whole !== null) this.#resolve(pending, whole);
    else if (this.#fill(pending)) this.#resolve(pending, collected(pending));
    else if (this.#failure !== Failure.NONE) this.fail(this.#failure);
  }

  /** Takes what has come off the input and drops it. */
  discard(): void {
    for (let available = this.#available(); available > 0; available = this.#available()) {
      this.#source.input.start += available;
      this.#used(available);
    }
  }

  /** Ends the body before its end: whoever reads it is told why. */
  fail(failure: Failure): void {
    this.#failure = failure;
    this.#reject(new RequestBodyError(failure));
  }

  /** To be called when the connection is closed. */
  closed(): void {
    this.#hasGone = true;
    this.#reject(new ConnectionClosedError("The client has closed the connection"));
  }

  // ------------------------------------------------------------------ reading

  async *#pieces(request: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const piece = await this.#readAny(request);
      if (piece.length === 0) return;
      yield piece;
    }
  }

  #streamOf(request: number): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: async (controller) => {
        const piece = await this.#readAny(request);
        if (piece.length > 0) controller.enqueue(piece);
        else controller.close();
      },
    });
  }

  #readAny(request: number): Promise<Uint8Array> {
    if (request !== this.#request) throw new TypeError("The request whose body this is is over");
    return this.#read({ wanted: Number.POSITIVE_INFINITY, takesAny: true, isLine: false });
  }

  #read(request: ReadRequest): Promise<Uint8Array> {
    if (!this.#isOpen) {
      throw new TypeError("rfile.read() after the handler has ended: is an await missing?");
    }
    if (this.#pending !== null) {
      throw new TypeError("rfile.read() while another read is pending: await that one first");
    }
    const whole = this.#readAtOnce(request);
    if (whole !== null) {
      this.#source.bodyUsed();
      return Promise.resolve(whole);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const pending: PendingRead = { ...request, bytes: NO_BYTES, length: 0, resolve, reject };
    this.#pending = pending;
    if (this.#fill(pending)) this.#resolve(pending, collected(pending));
    else if (this.#hasGone) this.closed();
    else if (this.#failure !== Failure.NONE) this.fail(this.#failure);
    else this.#source.bodyAwaited();
    return quietly(promise);
  }

  /** What is wanted as one part of the input, where it lies together and nothing more must come. */
  #readAtOnce({ wanted, takesAny, isLine }: ReadRequest): Uint8Array | null {
    const available = this.#available();
    if (available === 0) return this.#isComplete || wanted === 0 ? NO_BYTES : null;
    const length = this.#usable(available, wanted, isLine);
    const isLast = this.#kind === BodyKind.LENGTH && length === this.#remaining;
    const isEnough = length === wanted || takesAny || isLast || (isLine && this.#byteAt(length - 1) === LF);
    if (!isEnough) return null;
    const bytes = this.#source.input.take(length);
    this.#used(length);
    return bytes;
  }

  /** Moves what has come to the read that waits; whether that has got all it wanted. */
  #fill(pending: PendingRead): boolean {
    for (;;) {
      const available = this.#available();
      if (available === 0) return this.#isComplete;
      const length = this.#usable(available, pending.wanted - pending.length, pending.isLine);
      const endsLine = pending.isLine && this.#byteAt(length - 1) === LF;
      this.#collect(pending, length);
      if (endsLine || pending.length === pending.wanted) return true;
    }
  }

  /** How many of the available bytes a read can use. */
  #usable(available: number, wanted: number, isLine: boolean): number {
    const most = Math.min(available, wanted);
    if (!isLine) return most;
    const { input } = this.#source;
    const lineFeed = input.bytes.subarray(input.start, input.start + most).indexOf(LF);
    return lineFeed < 0 ? most : lineFeed + 1;
  }

  #byteAt(index: number): number | undefined {
    const { input } = this.#source;
    return index < 0 ? undefined : input.bytes[input.start + index];
  }

  #collect(pending: PendingRead, length: number): void {
    const { input } = this.#source;
    const needed = pending.length + length;
    if (needed > pending.bytes.length) this.#enlarge(pending, needed);
    input.takeInto(pending.bytes, pending.length, length);
    pending.length = needed;
    this.#used(length);
  }

  #enlarge(pending: PendingRead, needed: number): void {
    const announced = this.announcedBytes;
    const known = Math.min(pending.wanted, pending.length + announced);
    const doubled = Math.max(needed, pending.bytes.length * 2, FIRST_CAPACITY);
    const believed = known <= BELIEVED_BYTES && !pending.isLine ? known : Math.min(doubled, known);
    // Only memory that will be filled to its end is taken as it is: nobody is to see what was in it before.
    const willBeFilled = believed === known && announced < Number.POSITIVE_INFINITY && !pending.isLine;
    const larger = willBeFilled
      ? new Uint8Array(Buffer.allocUnsafeSlow(believed).buffer)
      : new Uint8Array(believed);
    larger.set(pending.bytes.subarray(0, pending.length));
    pending.bytes = larger;
  }

  #resolve(pending: PendingRead, bytes: Uint8Array): void {
    this.#pending = null;
    this.#source.bodyUsed();
    pending.resolve(bytes);
  }

  #reject(error: Error): void {
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    this.#source.bodyUsed();
    pending.reject(error);
  }

  // ------------------------------------------------------------------ where the body lies in the input

  /** How many body bytes lie at the input's start. */
  #available(): number {
    if (this.#isComplete) return 0;
    const { input } = this.#source;
    if (this.#kind === BodyKind.LENGTH) return Math.min(this.#remaining, input.length);
    if (this.#spanBytes === 0 && this.#failure === Failure.NONE) this.#decode();
    return this.#spanBytes;
  }

  /** Takes note that so many bytes of the body were taken off the input. */
  #used(length: number): void {
    if (this.#kind === BodyKind.CHUNKED) {
      this.#spanBytes -= length;
      return;
    }
    this.#remaining -= length;
    if (this.#remaining === 0) this.#isComplete = true;
  }

  /** Finds the next span of chunk data, or that there is none. */
  #decode(): void {
    const { input } = this.#source;
    const decoder = this.#decoder!;
    const outcome = decoder.next(input.bytes, input.start, input.end);
    input.start = decoder.consumedTo;
    if (outcome === Chunk.DATA) {
      input.start = decoder.dataStart;
      this.#spanBytes = decoder.dataEnd - decoder.dataStart;
      this.#decodedBytes += this.#spanBytes;
    } else if (outcome === Chunk.DONE) {
      this.#isComplete = true;
    } else if (outcome === Chunk.FAILED) {
      this.#refuse(decoder.failure);
    }
    // What a chunk announces counts at once: nobody need wait for what will be refused.
    const announced = this.#decodedBytes + decoder.outstandingBytes;
    if (announced > this.#maxBodyBytes && this.#failure === Failure.NONE)
      this.#refuse(Failure.BODY_TOO_LARGE);
  }

  #refuse(failure: Failure): void {
    this.#failure = failure;
    this.#spanBytes = 0;
  }
}

function collected({ bytes, length }: PendingRead): Uint8Array {
  return length === bytes.length ? bytes : bytes.subarray(0, length);
}

/** How many bytes a read asks for: all of them by Python's -1. */
function bytesWanted(method: string, size: number): number {
  if (size < 0) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(size) || size === Number.POSITIVE_INFINITY) return size;
  throw new RangeError(`rfile.${method}(${size}): the size must be a number of bytes`);
}
