/**
 * `wfile`: the writer that a handler answers through. It builds the head and the body in the event loop's output
 * buffer and frames them, so that a body cannot be mistaken for the next answer whatever the handler does
 * (RFC 9112 6 and 7).
 *
 * A handler that declares no length is given one if it finishes within the turn: until then the head stands in the
 * buffer with a gap where the length goes. If the turn ends first the body becomes chunked, or ends with the
 * connection where the client is an HTTP/1.0 one.
 *
 * It knows nothing of requests beyond what frames an answer, and nothing of handlers.
 */

import { knownField, noteField } from "../protocol/field-cache.ts";
import {
  decimalDigits,
  FIELD_LINE_OVERHEAD,
  isBodiless,
  isSendable,
  writeDecimal,
  writeField,
  writeLineEnd,
  writeText,
} from "../protocol/response-head.ts";
import { asciiLower, latin1 } from "../protocol/text.ts";
import { AnswerBuffer } from "./answer-buffer.ts";
import { ByteQueue } from "./byte-queue.ts";
import { FULL_BYTES, output } from "./output.ts";
import { isPromise, quietly } from "./promises.ts";
import type { ByteSink } from "./socket-writer.ts";

/** How far an answer has come. */
const Stage = {
  /** Nothing has been said. */
  NONE: 0,
  /** The status line stands, fields may follow. */
  HEAD: 1,
  /** The head is complete. */
  BODY: 2,
  /** The handler writes bytes of its own making: whatever they are, the connection ends with them. */
  RAW: 3,
  /** The request is over. */
  ENDED: 4,
  /** It is, in the middle of an answer of which nothing but the end of the connection tells the end. */
  BROKEN_OFF: 5,
  /** The connection is: what is written reaches nobody. */
  CLOSED: 6,
} as const;

/** What tells the client where the body ends. */
const Framing = {
  UNDECIDED: 0,
  LENGTH: 1,
  CHUNKED: 2,
  /** The end of the connection. */
  CLOSE: 3,
  /** No body may follow this head; what is written is only counted. */
  EMPTY: 4,
  /** The handler declared a transfer coding and writes it itself. */
  HANDLER: 5,
} as const;

/** Which of the fields that frame a message a name is. */
export const FramingField = { NONE: 0, CONNECTION: 1, CONTENT_LENGTH: 2, TRANSFER_ENCODING: 3 } as const;

export type FramingField = (typeof FramingField)[keyof typeof FramingField];

/** How an answer ended. Everything but WHOLE means that the connection cannot be used again. */
export const Ending = {
  /** The answer is whole and says where it ends. */
  WHOLE: 0,
  /** The answer ends where the connection ends. */
  WITH_CONNECTION: 1,
  /** Fewer bytes were written than were declared. */
  CUT_SHORT: 2,
  /** It was abandoned, and would be taken for whole if the connection ended in order. */
  BROKEN_OFF: 3,
  /** There is no answer. */
  MISSING: 4,
  /** There is none because its head was never completed: what there was of it has been taken back. */
  HEAD_LEFT_OPEN: 5,
} as const;

export type Ending = (typeof Ending)[keyof typeof Ending];

/** Who is told what becomes of an answer. */
export interface AnswerObserver {
  /** More was written than Content-Length had declared; the surplus is dropped. */
  surplusDropped(declaredBytes: number): void;
  /** The client takes no more bytes for now. */
  writeBlocked(): void;
}

const NO_CODING_IN_HTTP_1_0 =
  "HTTP/1.0 has no Transfer-Encoding: leave the framing to wfile, which suits it to the client";

const BOTH_FRAMINGS = "Content-Length and Transfer-Encoding exclude each other: declare one of them";

/** From this size on, bytes go to the socket from where they lie instead of through the buffer. */
const DIRECT_BYTES: number = FULL_BYTES;

/** What is encrypted at once. */
const MOST_GATHERED_BYTES: number = 128 * 1024;

const KEEP_ALIVE = "keep-alive";
const LINE_END = "\r\n";
const LENGTH_FIELD = "Content-Length: ";
const HEAD_END = "\r\n\r\n";
const CHUNKED_HEAD_END = "Transfer-Encoding: chunked\r\n\r\n";
const CLOSING_HEAD_END = "Connection: close\r\n\r\n";
/** The gap for a length, by the number of its digits. */
const LENGTH_GAPS: readonly Uint8Array[] = Array.from({ length: 17 }, (_, digits) =>
  Buffer.from(`${LENGTH_FIELD}${"0".repeat(digits)}${HEAD_END}`),
);
/** More than any text that takes the gap's place. */
const LONGEST_GAP = 64;
const LAST_CHUNK = "0\r\n\r\n";

export class ResponseWriter extends AnswerBuffer {
  readonly #observer: AnswerObserver;
  #stage: (typeof Stage)[keyof typeof Stage] = Stage.ENDED;
  #framing: (typeof Framing)[keyof typeof Framing] = Framing.UNDECIDED;
  #isHead = false;
  #mayChunk = false;
  #isConnect = false;
  /** Counts the requests, so that a stream of one cannot write into another's answer. */
  #request = 0;
  /** What a handler that frames by itself wrote last was the end of a chunked body. */
  #hasLastChunk = false;
  #status = 0;
  #hasConnectionField = false;
  /** What Content-Length says; -1 where it was not declared. */
  #declared = -1;
  /** Body bytes that were written. */
  #written = 0;
  /** `Connection: keep-alive` is owed to an HTTP/1.0 client, if the answer gets a length. */
  #owesKeepAlive = false;
  /** Where the gap for the length begins and ends, counted from `start`; 0 where there is none. */
  #gapStart = 0;
  #gapEnd = 0;
  /** The length that stands in it: a guess. */
  #gapLength = 0;
  /** The rest of a body that is held back and too long for the output buffer. */
  #overflow: ByteQueue | null = null;
  #writable: WritableStream<Uint8Array | string> | null = null;

  constructor(sink: ByteSink, observer: AnswerObserver) {
    super(sink);
    this.#observer = observer;
  }

  // ------------------------------------------------------------------ what a handler's author uses

  /**
   * Writes body bytes; text goes out as UTF-8. Nothing is kept of an array after the call.
   *
   * @returns how many bytes that were, even where they may not be sent, as in the answer to HEAD.
   * @throws TypeError between `send_response()` and `end_headers()`, and after the handler has ended.
   */
  write(data: string | Uint8Array): number {
    if (typeof data !== "string" && !(data instanceof Uint8Array)) {
      throw new TypeError(`wfile.write(): text or a Uint8Array is wanted, not ${whatItIs(data)}`);
    }
    if (this.#stage !== Stage.BODY) this.#beginRaw();
    switch (this.#framing) {
      case Framing.UNDECIDED:
        return this.#writeHeld(data);
      case Framing.EMPTY:
        return this.#countOnly(data);
      case Framing.LENGTH:
        return this.#writeDeclared(data);
      case Framing.CHUNKED:
        return this.#writeChunk(data);
      case Framing.HANDLER:
        this.#hasLastChunk = endsInLastChunk(data);
        return this.#writePlain(data);
      default:
        return this.#writePlain(data);
    }
  }

  /**
   * Sends body bytes of an open file without reading them, behind what was written so far, as many as the client takes at
   * once. For answers with a declared length, on systems and sockets where that can be had.
   *
   * @param descriptor the file's
   * @param offset where in the file to begin
   * @param count how many bytes are to be sent
   * @returns how many were sent. Where that is 0, `write()` some of them and await `flush()`.
   */
  sendFile(descriptor: number, offset: number, count: number): number {
    if (this.#stage !== Stage.BODY || this.#framing !== Framing.LENGTH) return 0;
    this.sendReady();
    const sent = this.sendFromFile(descriptor, offset, Math.min(count, this.#declared - this.#written));
    this.#written += sent;
    return sent;
  }

  /**
   * Sends what was written so far.
   *
   * @returns a promise that settles when the kernel has taken all of it, and rejects with
   * {@link ConnectionClosedError} when the client has gone. It may be left alone: it never becomes an unhandled
   * rejection.
   */
  flush(): Promise<void> {
    if (this.#gapStart > 0) this.#decideLate();
    this.sendReady();
    return this.whenTaken();
  }

  /** Whether the client has gone, or the handler has finished: what is written now reaches nobody. */
  get closed(): boolean {
    return this.hasGone || this.#stage === Stage.CLOSED;
  }

  /** The writer as a web stream. Closing it does not end the answer: the handler does, by returning. */
  get writable(): WritableStream<Uint8Array | string> {
    this.#writable ??= this.#streamOf(this.#request);
    return this.#writable;
  }

  // ------------------------------------------------------------------ what the handler classes use

  /** Whether an answer, or bytes of the handler's own, have been begun. */
  get hasBegun(): boolean {
    return this.#stage !== Stage.NONE;
  }

  /** Whether no request of the connection has been taken up yet. */
  get isFirstAwaited(): boolean {
    return this.#request <= 1;
  }

  /** Whether nothing of the answer has left yet, so that it can still be taken back. */
  get canRestart(): boolean {
    return this.#stage === Stage.NONE || this.start >= 0 || this.isYielded;
  }

  /** Takes back what was begun: the answer is as if nothing had been said. Only where `canRestart`. */
  restart(): void {
    if (this.#stage === Stage.NONE) return;
    this.claim();
    output.length = this.start;
    this.#beginAnswer();
  }

  /** Begins a head with a status line that was made earlier, and whatever fields stand behind it. */
  beginRendered(status: number, head: Uint8Array): void {
    this.#openHead(status);
    output.append(head);
  }

  /** Begins a head with a status line; `false` where it cannot be sent as it is. */
  beginHead(version: string, status: number, reason: string): boolean {
    this.#openHead(status);
    const line = `${version} ${status} ${reason}`;
    output.reserve(line.length + LINE_END.length);
    const end = writeText(output.bytes, output.length, line);
    if (end < 0) {
      this.restart();
      return false;
    }
    output.length = writeLineEnd(output.bytes, end);
    return true;
  }

  /**
   * Adds a field line.
   *
   * @returns which framing field it is; -1 where name or value cannot be sent.
   * @throws TypeError where there is no open head, and for framing that contradicts itself.
   */
  addField(name: string, value: string): FramingField | -1 {
    if (this.#stage !== Stage.HEAD) throw this.#noOpenHead(name);
    this.claim();
    const field = framingField(name);
    // What cannot be sent does not frame anything either.
    const isFraming = field !== FramingField.NONE && isSendable(value);
    if (isFraming && !this.#noteFramingField(field, value)) return field;
    return this.#appendField(name, value) ? field : -1;
  }

  /**
   * Completes the head and puts it on its way: an interim one (1xx) at once, any other with what is written in the
   * turn.
   *
   * @param connection the value of the Connection field that is to be announced, empty for none; a field that the
   * handler has sent itself stands instead.
   */
  endHead(connection: string): void {
    if (this.#stage === Stage.BODY) {
      throw new TypeError("end_headers() twice: the header fields have been ended already");
    }
    if (this.#stage !== Stage.HEAD) {
      throw new TypeError("end_headers() without a response: call send_response() first");
    }
    this.claim();
    if (this.#status < 200 && this.#status !== 101) {
      this.#endInterimHead();
      return;
    }
    const framing = this.#framingOfHead();
    const isLengthOpen = framing === Framing.UNDECIDED || this.#mayCountLength();
    this.#announce(connection, framing);
    if (this.#status === 205) this.#appendField("Content-Length", "0");
    this.#stage = Stage.BODY;
    this.#framing = framing;
    if (isLengthOpen) {
      this.#gapStart = output.length - this.start;
    } else {
      output.appendText(LINE_END);
      this.isHeld = false;
    }
    this.sendLater();
  }

  // ------------------------------------------------------------------ what the connection uses

  /** Begins the answer to the next request. */
  beginRequest(isHead: boolean, mayChunk: boolean, isConnect: boolean): void {
    this.#isHead = isHead;
    this.#mayChunk = mayChunk;
    this.#isConnect = isConnect;
    this.#request++;
    this.#writable = null;
    this.#beginAnswer();
  }

  /** Ends the answer: what the handler left open is closed. */
  endRequest(): Ending {
    const stage = this.#stage;
    if (stage >= Stage.ENDED) {
      return stage === Stage.BROKEN_OFF ? Ending.BROKEN_OFF : Ending.WITH_CONNECTION;
    }
    if (stage === Stage.NONE) return Ending.MISSING;
    if (stage === Stage.HEAD) {
      this.restart();
      return Ending.HEAD_LEFT_OPEN;
    }
    this.claim();
    if (this.#gapStart > 0) this.#endHeldHead();
    else if (this.#framing === Framing.CHUNKED) output.appendText(LAST_CHUNK);
    const ending = this.#ending();
    this.#stage = Stage.ENDED;
    this.start = -1;
    this.sendLater();
    return ending;
  }

  /** Sends what is left; whatever is written afterwards is refused. */
  close(): void {
    this.sendReady();
    this.#stage = Stage.CLOSED;
  }

  /** Leaves the answer as it is, visibly incomplete: its handler failed in the middle of it. */
  abandon(): void {
    const isUnmarked = this.#stage === Stage.RAW || this.#framing === Framing.CLOSE;
    this.#stage = isUnmarked ? Stage.BROKEN_OFF : Stage.ENDED;
    this.start = -1;
    this.isHeld = false;
  }

  protected override becameBlocked(): void {
    this.#observer.writeBlocked();
  }

  protected override turnIsOver(): void {
    if (this.#gapStart > 0) this.#decideLate();
  }

  protected override isUnbuffered(): void {
    if (this.#gapStart > 0 && this.#written > 0) this.#decideLate();
  }

  #streamOf(request: number): WritableStream<Uint8Array | string> {
    return new WritableStream({
      write: (chunk) => {
        if (request !== this.#request) throw new TypeError("The request that this stream answers is over");
        this.write(chunk);
        return this.flush();
      },
    });
  }

  // ------------------------------------------------------------------ the head

  #beginAnswer(): void {
    this.#stage = Stage.NONE;
    this.#framing = Framing.UNDECIDED;
    this.#status = 0;
    this.#hasConnectionField = false;
    this.#owesKeepAlive = false;
    this.#declared = -1;
    this.#hasLastChunk = false;
    this.#written = 0;
    this.start = -1;
    this.isHeld = false;
    this.#gapStart = 0;
    this.#gapEnd = 0;
    this.#overflow = null;
  }

  /** @throws TypeError where an answer has been begun already. */
  checkUnbegun(): void {
    if (this.#stage !== Stage.NONE) throw this.#alreadyBegun();
  }

  #openHead(status: number): void {
    this.checkUnbegun();
    this.claim();
    this.start = output.length;
    this.isHeld = true;
    this.#stage = Stage.HEAD;
    this.#status = status;
  }

  #endInterimHead(): void {
    // HTTP/1.0 knows no interim answers (RFC 9110 15.2).
    if (this.#mayChunk) output.appendText(LINE_END);
    else output.length = this.start;
    this.#beginAnswer();
    this.sendReady();
  }

  /** Takes note of a field that frames the answer; `false` where the field may not or need not be sent. */
  #noteFramingField(field: FramingField, value: string): boolean {
    if (field === FramingField.CONNECTION) {
      this.#hasConnectionField = true;
      return true;
    }
    // RFC 9110 8.6 and RFC 9112 6.1: no length or coding in an answer that cannot have a body by its status.
    if (this.#status < 200 || this.#status === 204 || this.#status === 205) return false;
    if (this.#opensTunnel()) return false;
    const isCodedByHandler = this.#framing === Framing.HANDLER;
    if (field === FramingField.TRANSFER_ENCODING) {
      if (!this.#mayChunk) throw new TypeError(NO_CODING_IN_HTTP_1_0);
      if (this.#declared >= 0) throw new TypeError(BOTH_FRAMINGS);
      this.#framing = Framing.HANDLER;
      return !isCodedByHandler;
    }
    if (isCodedByHandler) throw new TypeError(BOTH_FRAMINGS);
    const declared = /^[0-9]{1,15}$/.test(value) ? Number(value) : -1;
    if (declared < 0) {
      throw new TypeError(`send_header("Content-Length", "${value}"): the value must be a number of bytes`);
    }
    if (this.#declared >= 0 && this.#declared !== declared) {
      throw new TypeError(`Content-Length is ${this.#declared} already: it cannot be ${declared} as well`);
    }
    const isRepeated = this.#declared >= 0;
    this.#declared = declared;
    return !isRepeated;
  }

  #framingOfHead(): (typeof Framing)[keyof typeof Framing] {
    if (this.#status === 101 || this.#opensTunnel()) return Framing.CLOSE;
    if (this.#isHead || isBodiless(this.#status)) return Framing.EMPTY;
    if (this.#framing === Framing.HANDLER) return Framing.HANDLER;
    return this.#declared >= 0 ? Framing.LENGTH : Framing.UNDECIDED;
  }

  /** Whether this is the success of CONNECT: what follows is no body (RFC 9110 9.3.6). */
  #opensTunnel(): boolean {
    return this.#isConnect && this.#status >= 200 && this.#status < 300;
  }

  /** Whether this answers HEAD without a length, so that one may still follow from what is written. */
  #mayCountLength(): boolean {
    const isDeclared = this.#declared >= 0 || this.#framing === Framing.HANDLER;
    return this.#isHead && !isDeclared && !isBodiless(this.#status);
  }

  /** Adds the Connection field, unless it is `keep-alive` and depends on the answer's getting a length. */
  #announce(connection: string, framing: number): void {
    if (connection === "" || this.#hasConnectionField) return;
    if (connection === KEEP_ALIVE && framing === Framing.UNDECIDED && !this.#mayChunk) {
      this.#owesKeepAlive = true;
    } else {
      this.#appendField("Connection", connection);
    }
  }

  #appendField(name: string, value: string): boolean {
    const known = knownField(name, value);
    if (known !== null) {
      output.append(known);
      return true;
    }
    output.reserve(name.length + value.length + FIELD_LINE_OVERHEAD);
    const end = writeField(output.bytes, output.length, name, value);
    if (end < 0) return false;
    noteField(name, value, output.bytes, output.length, end);
    output.length = end;
    return true;
  }

  // ------------------------------------------------------------------ a body whose length is not known yet

  #writeHeld(data: string | Uint8Array): number {
    this.claim();
    if (this.#gapEnd === 0) this.#openGap(data.length);
    const isLong = this.#overflow !== null || output.length - this.start + data.length > FULL_BYTES;
    const bytes = isLong ? this.#overflowBy(data) : appendBytes(data);
    this.#written += bytes;
    this.sendLater();
    return bytes;
  }

  #overflowBy(data: string | Uint8Array): number {
    // With room for what the output buffer holds of the answer, which then leaves in the same write.
    this.#overflow ??= new ByteQueue(output.length - this.start + LONGEST_GAP);
    if (typeof data === "string") return this.#overflow.pushText(data);
    this.#overflow.push(data, 0, data.length);
    return data.length;
  }

  /** Sends what the output buffer had no room for, behind what it holds. */
  #sendOverflow(): void {
    const overflow = this.#overflow;
    if (overflow === null) return;
    this.#overflow = null;
    this.sendReadyBefore(overflow);
  }

  /** Leaves room for the length, on the guess that this is the whole body and ASCII. */
  #openGap(length: number): void {
    const digits = decimalDigits(length);
    output.append(LENGTH_GAPS[digits]!);
    writeDecimal(output.bytes, output.length - HEAD_END.length - digits, length);
    this.#gapEnd = output.length - this.start;
    this.#gapLength = length;
  }

  /** Ends a head that was held until the handler had finished: now the length is known. */
  #endHeldHead(): void {
    this.#fillGap();
    this.#sendOverflow();
  }

  #fillGap(): void {
    if (this.#framing === Framing.EMPTY && this.#written === 0) {
      this.#setGap(LINE_END);
      return;
    }
    if (this.#gapEnd === 0) this.#openGap(0);
    if (this.#written === this.#gapLength && !this.#owesKeepAlive) {
      this.#gapStart = 0;
      this.isHeld = false;
      return;
    }
    const keepAlive = this.#owesKeepAlive ? "Connection: keep-alive\r\n" : "";
    this.#setGap(`${keepAlive}${LENGTH_FIELD}${this.#written}${HEAD_END}`);
  }

  /** Ends a head whose body goes on beyond the turn. */
  #decideLate(): void {
    this.claim();
    if (this.#framing === Framing.EMPTY) {
      this.#setGap(LINE_END);
    } else if (this.#mayChunk) {
      this.#framing = Framing.CHUNKED;
      const written = this.#written;
      this.#setGap(written > 0 ? `${CHUNKED_HEAD_END}${written.toString(16)}\r\n` : CHUNKED_HEAD_END);
      this.#sendOverflow();
      if (written > 0) this.appendText(LINE_END);
    } else {
      this.#framing = Framing.CLOSE;
      this.#setGap(this.#hasConnectionField || !this.#owesKeepAlive ? LINE_END : CLOSING_HEAD_END);
      this.#sendOverflow();
    }
  }

  /** Puts `text` where the gap is, and moves what was written behind it. */
  #setGap(text: string): void {
    const from = this.start + this.#gapStart;
    const bodyStart = this.#gapEnd === 0 ? output.length : this.start + this.#gapEnd;
    const bodyLength = output.length - bodyStart;
    output.reserve(text.length);
    output.bytes.copyWithin(from + text.length, bodyStart, output.length);
    output.bytes.latin1Write(text, from);
    output.length = from + text.length + bodyLength;
    this.#gapStart = 0;
    this.isHeld = false;
  }

  // ------------------------------------------------------------------ a body whose framing is decided

  /** Bytes before any answer: the handler makes up an answer of its own, as one may in Python. */
  #beginRaw(): void {
    if (this.#stage === Stage.HEAD) {
      throw new TypeError(
        "wfile.write() before end_headers(): end the header fields first, then write the body",
      );
    }
    if (this.#stage >= Stage.ENDED && !this.hasGone) {
      throw new TypeError("wfile.write() after the handler has ended: is an await or a return missing?");
    }
    if (this.#stage !== Stage.NONE) return;
    this.#stage = Stage.RAW;
    this.#framing = Framing.CLOSE;
  }

  #countOnly(data: string | Uint8Array): number {
    const length = byteLength(data);
    this.#written += length;
    return length;
  }

  #writeDeclared(data: string | Uint8Array): number {
    const room = this.#declared - this.#written;
    const length = byteLength(data);
    if (length <= room) {
      this.#written += this.#writePlain(data);
      return length;
    }
    this.#observer.surplusDropped(this.#declared);
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.#writePlain(bytes.subarray(0, room));
    this.#written = this.#declared;
    return length;
  }

  #writeChunk(data: string | Uint8Array): number {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    // A chunk of no bytes would end the body.
    if (bytes.length === 0) return 0;
    this.appendText(`${bytes.length.toString(16)}\r\n`);
    this.#writePlain(bytes);
    this.appendText(LINE_END);
    return bytes.length;
  }

  #writePlain(data: string | Uint8Array): number {
    this.claim();
    if (data.length < DIRECT_BYTES || this.#isWorthGathering(data.length)) {
      const length = appendBytes(data);
      this.sendLater();
      return length;
    }
    this.sendReady();
    if (typeof data !== "string") {
      this.send(data, 0, data.length);
      return data.length;
    }
    const bytes = Buffer.from(data);
    this.sendOwned(bytes);
    return bytes.length;
  }

  /**
   * Whether bytes go behind what is in the buffer, though they are many: where they are encrypted, which copies them
   * anyway, a copy costs less than a record and a system call of their own for what comes before them.
   */
  #isWorthGathering(length: number): boolean {
    return !this.sendsFiles && output.length > 0 && length <= MOST_GATHERED_BYTES;
  }

  #ending(): Ending {
    if (this.#framing === Framing.CLOSE) return Ending.WITH_CONNECTION;
    // Nobody could tell where such a body ends, unless it says so.
    if (this.#framing === Framing.HANDLER && !this.#hasLastChunk) return Ending.WITH_CONNECTION;
    const isCutShort = this.#framing === Framing.LENGTH && this.#written < this.#declared;
    return isCutShort ? Ending.CUT_SHORT : Ending.WHOLE;
  }

  // ------------------------------------------------------------------ mistakes

  #alreadyBegun(): TypeError {
    if (this.#stage >= Stage.ENDED) {
      return new TypeError("send_response() after the handler has ended: is an await or a return missing?");
    }
    if (this.#stage === Stage.HEAD) {
      return new TypeError(
        "send_response() twice: end_headers() is missing, or a return after the first answer",
      );
    }
    return new TypeError("send_response() after an answer has been begun: is a return missing?");
  }

  #noOpenHead(name: string): TypeError {
    if (this.#stage === Stage.NONE) {
      return new TypeError(`send_header("${name}") before send_response(): begin the answer first`);
    }
    if (this.#stage >= Stage.ENDED) {
      return new TypeError(`send_header("${name}") after the handler has ended: is an await missing?`);
    }
    return new TypeError(
      `send_header("${name}") after end_headers(): the header fields have been ended already`,
    );
  }
}

function framingField(name: string): FramingField {
  switch (name.length) {
    case 10:
      return asciiLower(name) === "connection" ? FramingField.CONNECTION : FramingField.NONE;
    case 14:
      return asciiLower(name) === "content-length" ? FramingField.CONTENT_LENGTH : FramingField.NONE;
    case 17:
      return asciiLower(name) === "transfer-encoding" ? FramingField.TRANSFER_ENCODING : FramingField.NONE;
    default:
      return FramingField.NONE;
  }
}

function whatItIs(data: unknown): string {
  if (!isPromise(data)) return Object.prototype.toString.call(data).slice(8, -1);
  // Nobody will: the one who is told is its author, by what is thrown here.
  void quietly(data);
  return "a promise: is an await missing?";
}

function endsInLastChunk(data: string | Uint8Array): boolean {
  if (typeof data === "string") return data.endsWith(LAST_CHUNK);
  return (
    data.length >= LAST_CHUNK.length &&
    latin1(data, data.length - LAST_CHUNK.length, data.length) === LAST_CHUNK
  );
}

function byteLength(data: string | Uint8Array): number {
  return typeof data === "string" ? Buffer.byteLength(data) : data.length;
}

/** Appends to the output buffer, which the caller owns, and gives the number of bytes. */
function appendBytes(data: string | Uint8Array): number {
  if (typeof data === "string") return output.appendText(data);
  output.append(data);
  return data.length;
}
