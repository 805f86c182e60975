/**
 * One connection: what arrives is worked off in order, a request at a time, and what the handler writes goes out
 * in the same order. This file knows when; `wfile.ts` and `rfile.ts` know how a body is framed, the handler what a
 * request means.
 *
 * The connection pushes: for each request head, whole or broken, it calls the handler's `handle_one_request()`. A
 * handler that overrides `handle()` pulls instead, by `nextRequest()`.
 */

import { Failure } from "../protocol/failure.ts";
import { HeadOutcome, parseHead } from "../protocol/head-parser.ts";
import { BodyKind, HeadState, type RequestHead } from "../protocol/request-head.ts";
import { plainHost } from "./client-address.ts";
import { Drive, Finish, Outlook, Phase, Work } from "./connection-states.ts";
import {
  awaitFirstRequest,
  awaitReading,
  clearDeadline,
  isNew,
  isReadingOverdue,
  setBodyDeadline,
  setDeadline,
} from "./deadlines.ts";
import { noteGone } from "./departures.ts";
import { answerFailure, answerForHandler, isPeersDoing } from "./failed-answers.ts";
import { beginTurn, takesTurn } from "./fairness.ts";
import { recycleHead, takeHead } from "./heads.ts";
import { InputBuffer } from "./input-buffer.ts";
import { LINGER_SECONDS, MAX_DISCARDED_BYTES, MAX_WAITING_BYTES } from "./limits.ts";
import type { ConnectionHandler, ConnectionOwner, TransportSocket } from "./parties.ts";
import { isPromise, whenSettled } from "./promises.ts";
import { type BodySource, RequestBody } from "./rfile.ts";
import { setRunning } from "./running.ts";
import { ticker, Timed } from "./ticker.ts";
import { inNextTurn } from "./turn.ts";
import { type AnswerObserver, Ending, ResponseWriter } from "./wfile.ts";

/** The hooks that a handler is called by once for a connection. */
type Hook = "setup" | "handle" | "finish";

export class Connection extends Timed implements AnswerObserver, BodySource {
  readonly wfile: ResponseWriter;
  readonly input: InputBuffer = new InputBuffer();
  /** The head of the request that is being read or handled. */
  head: RequestHead | null = null;
  /** Whether answers are HTTP/1.0, whatever the client speaks: then nothing is chunked. */
  isHttp10 = false;
  /** Bytes that a request body may have. */
  maxBodyBytes: number;
  /** Bytes that may wait while the handler does not read. */
  maxWaitingBytes: number = MAX_WAITING_BYTES;
  /** The client's address, as the handler gets it. */
  clientAddress: readonly [host: string, port: number];
  /** Seconds that replace all of the connection's own deadlines; 0 for none (Python's `timeout`). */
  timeout = 0;
  /** Its place in its server's list, which needs no map for it then; -1 where it is not there. */
  place = -1;

  readonly #socket: TransportSocket;
  readonly #owner: ConnectionOwner<Connection>;
  #handler: ConnectionHandler | null = null;
  #rfile: RequestBody | null = null;
  #phase: Phase = Phase.HELD;
  #drive: Drive = Drive.UNDECIDED;
  /** Who waits for the next request where the handler pulls. */
  #requestWaiter: ((hasCome: boolean) => void) | null = null;
  #work: Work = Work.IDLE;
  #isPaused = false;
  /** The client will send nothing more. */
  #hasPeerEnded = false;
  #outlook: Outlook = Outlook.OPEN;
  /** What has been read and dropped since the present request was answered. */
  #discardedBytes = 0;
  #finishing: Finish = Finish.PENDING;

  constructor(socket: TransportSocket, owner: ConnectionOwner<Connection>) {
    super();
    this.#socket = socket;
    this.#owner = owner;
    this.maxBodyBytes = owner.limits.maxBodyBytes;
    this.wfile = new ResponseWriter(socket, this);
    this.clientAddress = [plainHost(socket.remoteAddress), socket.remotePort ?? 0];
  }

  // ------------------------------------------------------------------ what handlers use

  /**
   * The reader of the request's body; made when it is first needed. A handler that overrides `handle()` reads the
   * connection's own bytes by it as long as it has not asked for a request.
   */
  get rfile(): RequestBody {
    this.#rfile ??= new RequestBody(this);
    const isBetweenRequests =
      this.#phase === Phase.HEAD && this.#drive !== Drive.PUSHED && this.head === null;
    if (isBetweenRequests && this.#rfile.isComplete) this.#rfile.beginRaw();
    return this.#rfile;
  }

  /** Takes the handler whose requests these are. A handler's constructor calls it. */
  attach(handler: ConnectionHandler): void {
    this.#handler = handler;
    // Not at once: its class's fields do not exist before its constructor has ended.
    queueMicrotask(() => this.start());
  }

  /** From now on requests are pushed to the handler, as they come. */
  push(): void {
    const isLate = this.#drive === Drive.PULLED;
    this.#drive = Drive.PUSHED;
    // A `handle()` that has waited before: not at once, since it may have more to do than to hand the connection over.
    if (isLate) queueMicrotask(() => this.#catchUp());
  }

  /** Whether a request is in the handler's hands. */
  get hasRequest(): boolean {
    return this.#phase === Phase.HANDLING;
  }

  /** Whether the connection is going to be closed after this request, as far as that is known yet. */
  get isEnding(): boolean {
    return this.#outlook !== Outlook.OPEN || (this.#rfile !== null && !this.#canDiscard(this.#rfile));
  }

  /** Whether the client sends nothing more. It may have gone as well, or wait for its answer: only a write tells. */
  get hasPeerEnded(): boolean {
    return this.#hasPeerEnded;
  }

  /** For a handler that pulls: settles when the next request has come, with `false` when there is none. */
  nextRequest(): Promise<boolean> {
    if (this.#phase !== Phase.HEAD && this.#phase !== Phase.DISCARDING) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#requestWaiter = resolve;
    this.#advance();
    this.#regulate();
    return promise;
  }

  /** For a handler that pulls: ends the request that it was given. */
  completeRequest(): void {
    if (this.#phase === Phase.HANDLING) this.#endRequest();
  }

  /** Sees to what a hook gave back that has nothing to give: a promise's rejection reaches the server. */
  watch(result: unknown): void {
    if (result === undefined || !isPromise(result)) return;
    whenSettled(result, ignore, (error) => this.#owner.handlerFailed(this, error));
  }

  /** Whether small writes are sent without waiting for more (TCP_NODELAY); on by default. */
  setNoDelay(noDelay: boolean): void {
    this.#socket.setNoDelay(noDelay);
  }

  // ------------------------------------------------------------------ what the server uses

  /** Starts the conversation with the handler that is attached. */
  start(): void {
    if (this.#phase !== Phase.HELD) return;
    this.#phase = Phase.HEAD;
    this.deadlineTick = 0;
    this.wfile.beginRequest(false, false, false);
    this.#runHook("setup");
    if (this.#isPaused) this.#regulate();
  }

  /**
   * No more requests after the one in hand; an idle connection ends at once. One that is new is not idle: its first request
   * is on its way, and a client does not ask again that gets no answer to that.
   */
  drain(): void {
    this.#endAfterRequest();
    const hasNoRequest =
      this.head === null ? this.input.length === 0 : this.head.state <= HeadState.EMPTY_LINE_LF;
    const isIdle = this.#phase === Phase.HEAD && hasNoRequest;
    const isUnused = this.#phase === Phase.HELD && this.#handler === null;
    if (isIdle && this.wfile.isFirstAwaited && isNew(this, this.#owner.limits)) awaitFirstRequest(this);
    else if (isIdle || isUnused || this.#phase === Phase.DISCARDING) this.#finish();
  }

  /**
   * Closes when the last answer is out, the one that a handler is at included, and in a way that lets the client
   * read it (RFC 9112 9.6).
   */
  close(): void {
    if (this.#phase >= Phase.CLOSING) return;
    if (this.#phase === Phase.HANDLING) {
      this.#endAfterRequest();
      return;
    }
    // Nobody was told of the connection yet: of a handler that was never started there is nothing to finish.
    if (this.#handler === null || this.#phase === Phase.HELD) this.#finishing = Finish.DONE;
    this.#phase = Phase.CLOSING;
    this.wfile.workedOff(false);
    if (this.wfile.unsentBytes === 0) this.#halfClose();
  }

  /** Closes at once, whatever is on its way. */
  terminate(): void {
    if (this.#phase !== Phase.CLOSED) this.#socket.terminate();
  }

  /** Keeps the connection waiting until `start()`, but not for ever: while it is paused nothing tells that its client left. */
  hold(): void {
    this.#isPaused = true;
    this.#socket.pause();
    setDeadline(this, this.#owner.limits.idleTimeout);
  }

  /** Sends `answer`, for want of a handler, and closes. The request may still be on its way. */
  refuse(answer: string): void {
    this.#outlook = Outlook.BROKEN;
    this.wfile.beginRequest(false, false, false);
    this.wfile.write(answer);
    this.close();
  }

  // ------------------------------------------------------------------ what the socket tells

  received(chunk: Uint8Array): void {
    if (this.#phase >= Phase.FINISHING) {
      this.#discard(chunk.length);
      return;
    }
    beginTurn();
    this.input.append(chunk);
    if (this.#phase === Phase.HANDLING || this.#rfile?.isAwaited === true) this.#feedBody(chunk.length);
    else if (this.#phase !== Phase.HELD) this.#advance();
    // Mostly all is worked off and answered: nothing waits, nothing needs to be held up.
    const isWorkedOff =
      this.#phase === Phase.HEAD && this.#work === Work.IDLE && this.#drive === Drive.PUSHED;
    if (!isWorkedOff || this.#isPaused || this.wfile.isBlocked) this.#regulate();
  }

  /** The socket has room again. */
  drained(): void {
    // Bun says so at other times too.
    if (!this.wfile.isBlocked) return;
    this.wfile.drained();
    if (this.wfile.unsentBytes > 0) return;
    if (this.#phase === Phase.CLOSING) this.#halfClose();
    else this.#setDeadlineOfPhase();
    this.#advance();
    this.#regulate();
  }

  /** The client has half-closed: it still waits for its answers. */
  peerEnded(): void {
    this.#hasPeerEnded = true;
    if (this.#phase === Phase.LINGERING) this.#end();
    else if (this.#rfile?.isAwaited === true) this.#rfile.inputEnded();
    else if (this.#phase !== Phase.HANDLING) this.#advance();
  }

  closed(): void {
    const phase = this.#phase;
    this.#phase = Phase.CLOSED;
    ticker.forget(this);
    this.input.clear();
    this.wfile.socketClosed();
    this.#rfile?.closed();
    noteGone(this);
    if (this.#handler === null) this.#finishing = Finish.DONE;
    // A handler that is still at work finishes in its own time, unheard; one that was never called is done.
    else if (phase === Phase.HELD) this.#endHandler();
    else if (phase !== Phase.HANDLING) this.#finish();
    this.#endIfOver();
  }

  deadlinePassed(): void {
    if (this.wfile.isBlocked) {
      if (!isReadingOverdue(this, this.#owner.limits)) return;
      this.#report("Request timed out: the client does not read its answer");
      this.#socket.terminate();
      return;
    }
    switch (this.#phase) {
      case Phase.HEAD:
        this.#headTimedOut();
        break;
      case Phase.HANDLING:
        this.#rfile?.fail(Failure.BODY_TIMEOUT);
        break;
      case Phase.DISCARDING:
        this.#finish();
        break;
      case Phase.LINGERING:
        this.#end();
        break;
      default:
        this.#socket.terminate();
    }
  }

  // ------------------------------------------------------------------ what wfile and rfile tell

  surplusDropped(declaredBytes: number): void {
    this.#report(`More was written than Content-Length: ${declaredBytes} announced; the rest was dropped`);
  }

  writeBlocked(): void {
    awaitReading(this, this.#owner.limits);
  }

  bodyAwaited(): void {
    this.#rfile!.awaited(ticker.seconds, this.#owner.limits);
    this.#awaitBody();
    if (this.#hasPeerEnded) this.#rfile!.inputEnded();
    this.#regulate();
  }

  bodyUsed(): void {
    if (this.#phase === Phase.HANDLING) clearDeadline(this);
    if (this.#isPaused) this.#regulate();
  }

  // ------------------------------------------------------------------ requests, one after the other

  #startHandling(): void {
    if (this.#phase !== Phase.HEAD) {
      this.#drive = Drive.DONE;
      this.#finish();
      return;
    }
    if (this.#outlook === Outlook.OPEN) setDeadline(this, this.#owner.limits.idleTimeout);
    else awaitFirstRequest(this);
    this.#runHook("handle");
    if (this.#drive === Drive.PUSHED) this.#advance();
    else if (this.#drive === Drive.UNDECIDED) this.#drive = Drive.PULLED;
  }

  /** Does what was not done while the handler had the connection to itself. */
  #catchUp(): void {
    if (this.#phase >= Phase.FINISHING) {
      this.#finish();
    } else {
      this.#advance();
      this.#regulate();
    }
  }

  /** Works off what has arrived, as far as it goes without waiting. */
  #advance(): void {
    if (this.#work !== Work.IDLE || !this.#takesRequests()) return;
    this.#work = Work.RUNNING;
    this.wfile.workOff();
    let isItsTurn = true;
    while (this.#canGoOn()) {
      isItsTurn = takesTurn(this.#owner.limits.maxPipelined);
      if (!isItsTurn) break;
      if (this.#phase === Phase.DISCARDING) this.#discardBody();
      else if (!this.#readHead()) break;
    }
    this.#work = Work.IDLE;
    const isHandling = (this.#phase as number) === Phase.HANDLING;
    this.input.release();
    this.wfile.workedOff(isHandling);
    if (!isItsTurn) {
      this.#yield();
      return;
    }
    if (this.#hasPeerEnded && !isHandling && !this.#isBackedUp()) this.#endOfInput();
  }

  /** Lets other connections have their turn before it goes on. */
  #yield(): void {
    this.#work = Work.YIELDED;
    inNextTurn(() => {
      beginTurn();
      this.#work = Work.IDLE;
      this.#catchUp();
    });
  }

  /** Whether somebody takes the next request when it comes. */
  #takesRequests(): boolean {
    return this.#drive === Drive.PUSHED || this.#requestWaiter !== null;
  }

  #canGoOn(): boolean {
    if (this.#phase !== Phase.HEAD && this.#phase !== Phase.DISCARDING) return false;
    return this.input.length > 0 && !this.#isBackedUp();
  }

  /** Whether the client is so far behind with reading that nothing more is taken up. */
  #isBackedUp(): boolean {
    return this.wfile.unsentBytes > this.#owner.limits.maxUnsentBytes;
  }

  /** Reads the next head and has it handled; `false` where more bytes are needed. */
  #readHead(): boolean {
    const { input } = this;
    const isNew = this.head === null;
    const head = isNew ? takeHead() : this.head!;
    this.head = head;
    const outcome = parseHead(head, input.bytes, input.start, input.end, this.#owner.limits);
    if (outcome === HeadOutcome.INCOMPLETE) {
      if (isNew) setDeadline(this, this.#owner.limits.headTimeout);
      return false;
    }
    input.start += head.length;
    if (outcome === HeadOutcome.COMPLETE && head.contentLength > this.maxBodyBytes) {
      head.failure = Failure.BODY_TOO_LARGE;
    }
    this.#handle(head);
    return true;
  }

  /** Gives a request, or the failure that came instead of one, to the handler. */
  #handle(head: RequestHead): void {
    this.#phase = Phase.HANDLING;
    this.#owner.tally.requests++;
    const mayChunk = head.minorVersion >= 1 && !this.isHttp10;
    this.wfile.beginRequest(head.hasMethod("HEAD"), mayChunk, head.hasMethod("CONNECT"));
    if (head.failure !== Failure.NONE) this.#outlook = Outlook.BROKEN;
    if (head.bodyKind !== BodyKind.NONE || this.#rfile !== null) {
      this.rfile.begin(head.bodyKind, head.contentLength, this.maxBodyBytes, this.#owner.limits);
    }
    const waiter = this.#requestWaiter;
    if (waiter !== null) {
      this.#requestWaiter = null;
      clearDeadline(this);
      waiter(true);
      return;
    }
    this.#callHandler();
  }

  #callHandler(): void {
    let result: void | Promise<void>;
    setRunning(this);
    try {
      result = this.#handler!.handle_one_request();
    } catch (error) {
      this.#requestFailed(error);
      return;
    } finally {
      setRunning(null);
    }
    if (result === undefined || !isPromise(result)) {
      this.#endRequest();
      return;
    }
    // What it waits for has a deadline already, itself it has none.
    if (this.#phase === Phase.HANDLING) this.#setDeadlineOfPhase();
    whenSettled(
      result,
      () => this.#endLateRequest(),
      (error) => {
        this.#failRequest(error);
        this.#endLateRequest();
      },
    );
  }

  #endLateRequest(): void {
    this.wfile.workOff();
    this.#endRequest();
    this.wfile.workedOff(false);
    this.#advance();
    this.#regulate();
  }

  #requestFailed(error: unknown): void {
    this.#failRequest(error);
    this.#endRequest();
  }

  #failRequest(error: unknown): void {
    this.#endAfterRequest();
    answerFailure(this, this.#handler!, this.#owner, error);
  }

  /** Ends the request in hand: its answer is closed, and what comes next is decided. */
  #endRequest(): void {
    const ending = this.wfile.endRequest();
    // Closed meanwhile, by the client or by the handler itself.
    if (this.#phase !== Phase.HANDLING) {
      this.#dropHead();
      this.#finish();
      return;
    }
    if (ending >= Ending.MISSING) {
      answerForHandler(this, this.#handler!, this.#owner, ending === Ending.HEAD_LEFT_OPEN);
    } else if (ending === Ending.CUT_SHORT) {
      this.#report("Fewer bytes were written than Content-Length announced; the connection is closed");
    } else if (ending === Ending.BROKEN_OFF) {
      this.#outlook = Outlook.RESET;
    }
    const rfile = this.#rfile;
    const isRead = rfile === null || rfile.isComplete;
    const hasWaiter = this.wfile.isAwaited || rfile?.isAwaited === true;
    const mustClose = ending !== Ending.WHOLE || hasWaiter || this.#outlook !== Outlook.OPEN;
    this.#dropHead();
    rfile?.release();
    if (mustClose || this.#handler!.close_connection || !(isRead || this.#canDiscard(rfile))) {
      this.#finish();
      return;
    }
    this.#discardedBytes = 0;
    this.#phase = isRead ? Phase.HEAD : Phase.DISCARDING;
    this.#setDeadlineOfPhase();
  }

  #dropHead(): void {
    if (this.head !== null) recycleHead(this.head);
    this.head = null;
  }

  #canDiscard(rfile: RequestBody): boolean {
    if (rfile.failure !== Failure.NONE) return false;
    return rfile.announcedBytes <= MAX_DISCARDED_BYTES || rfile.announcedBytes === Number.POSITIVE_INFINITY;
  }

  /** Reads and drops what the handler left of a body: the next request begins behind it. */
  #discardBody(): void {
    const rfile = this.#rfile!;
    const before = this.input.start;
    rfile.discard();
    this.#discardedBytes += this.input.start - before;
    if (this.#outlook !== Outlook.OPEN) {
      this.#finish();
    } else if (rfile.isComplete) {
      this.#phase = Phase.HEAD;
      this.#setDeadlineOfPhase();
    } else if (rfile.failure !== Failure.NONE || this.#discardedBytes > MAX_DISCARDED_BYTES) {
      this.#finish();
    }
  }

  #feedBody(arrivedBytes: number): void {
    const rfile = this.#rfile;
    if (rfile === null) return;
    rfile.arrived(arrivedBytes, ticker.seconds);
    if (!rfile.isAwaited) return;
    rfile.advance();
    this.input.release();
    if (rfile.isAwaited) this.#awaitBody();
  }

  // ------------------------------------------------------------------ the end

  #endAfterRequest(): void {
    if (this.#outlook === Outlook.OPEN) this.#outlook = Outlook.ENDS;
  }

  /** The client sends nothing more, and everything that it sent has been worked off. */
  #endOfInput(): void {
    if (this.#phase === Phase.DISCARDING || (this.#phase === Phase.HEAD && this.head === null))
      this.#finish();
    else if (this.#phase === Phase.HEAD) this.#refuseHead(Failure.TRUNCATED);
  }

  /** Answers a head that will not become complete. */
  #refuseHead(failure: Failure): void {
    const head = this.head!;
    const hasBegun = head.state !== HeadState.EMPTY_LINE;
    if (!hasBegun) {
      this.#finish();
      return;
    }
    head.failure = failure;
    this.wfile.workOff();
    this.#handle(head);
    this.wfile.workedOff(this.hasRequest);
  }

  #headTimedOut(): void {
    if (this.#rfile?.isAwaited === true) this.#rfile.fail(Failure.BODY_TIMEOUT);
    else if (this.head === null) this.#finish();
    else this.#refuseHead(Failure.HEAD_TIMEOUT);
  }

  /** There will be no more requests: the handler is told so, once, and then the server closes the connection. */
  #finish(): void {
    if (this.#finishing !== Finish.PENDING) return;
    if (this.#phase < Phase.FINISHING) this.#phase = Phase.FINISHING;
    clearDeadline(this);
    if (this.#handler === null) {
      this.close();
      return;
    }
    if (this.#drive < Drive.PUSHED) {
      this.#endOwnLoop();
      return;
    }
    this.#finishing = Finish.CALLED;
    this.#runHook("finish");
  }

  /** A handler that pulls ends its loop when it sees that no request will come. */
  #endOwnLoop(): void {
    this.#handler!.close_connection = true;
    const waiter = this.#requestWaiter;
    this.#requestWaiter = null;
    waiter?.(false);
    if (this.#rfile?.isAwaited === true) this.#rfile.inputEnded();
  }

  /** Says that nothing more will come, and closes when the client cannot lose its answer by that. */
  #halfClose(): void {
    if (this.#outlook === Outlook.RESET) {
      this.#socket.terminate();
      return;
    }
    const isInputOutstanding =
      this.#outlook === Outlook.BROKEN ||
      this.#discardedBytes > 0 ||
      this.input.length > 0 ||
      this.#rfile?.isComplete === false;
    this.input.clear();
    if (this.#hasPeerEnded || !isInputOutstanding) {
      this.#end();
      return;
    }
    this.#phase = Phase.LINGERING;
    this.#discardedBytes = 0;
    ticker.setDeadline(this, LINGER_SECONDS);
    this.#socket.shutdown();
    this.#regulate();
  }

  /** Closes the socket. One that encrypts may have something left which the client has to take first. */
  #end(): void {
    this.#phase = Phase.CLOSING;
    setDeadline(this, this.#owner.limits.writeTimeout);
    this.#socket.end();
  }

  #discard(count: number): void {
    this.#discardedBytes += count;
    if (this.#phase !== Phase.LINGERING || this.#discardedBytes <= MAX_DISCARDED_BYTES || this.#isPaused)
      return;
    // Not closed yet: the reset that answers what is still on its way would overtake the answer.
    this.#isPaused = true;
    this.#socket.pause();
  }

  // ------------------------------------------------------------------ deadlines and back-pressure

  #awaitBody(): void {
    const rfile = this.#rfile!;
    if (!setBodyDeadline(this, rfile, this.#owner.limits)) rfile.fail(Failure.BODY_TIMEOUT);
  }

  #setDeadlineOfPhase(): void {
    const { limits } = this.#owner;
    if (this.#phase === Phase.HEAD) {
      setDeadline(this, this.head === null ? limits.idleTimeout : limits.headTimeout);
    } else if (this.#phase === Phase.DISCARDING) setDeadline(this, limits.bodyTimeout);
    else if (this.#rfile?.isAwaited === true) this.#awaitBody();
    else clearDeadline(this);
  }

  /** Reads on only where the bytes have a place to go. */
  #regulate(): void {
    const shouldPause = this.#hasEnoughInput();
    if (shouldPause === this.#isPaused || this.#phase === Phase.CLOSED) return;
    this.#isPaused = shouldPause;
    if (shouldPause) this.#socket.pause();
    else this.#socket.resume();
  }

  #hasEnoughInput(): boolean {
    if (this.#phase >= Phase.CLOSING) return false;
    if (this.#phase === Phase.HELD) return true;
    if (this.#phase !== Phase.HANDLING && this.#isBackedUp()) return true;
    const isWaiting = this.#phase === Phase.HANDLING || this.#work === Work.YIELDED || !this.#takesRequests();
    return isWaiting && this.input.length >= this.maxWaitingBytes && this.#rfile?.isAwaited !== true;
  }

  // ------------------------------------------------------------------ the handler's hooks

  #report(message: string): void {
    try {
      this.watch(this.#handler?.log_error("%s", message));
    } catch (error) {
      this.#owner.handlerFailed(this, error);
    }
  }

  /** Calls a hook, which may be asynchronous, and then does what comes after it. */
  #runHook(hook: Hook): void {
    let result: void | Promise<void>;
    try {
      result = this.#handler![hook]();
    } catch (error) {
      this.#hookFailed(hook, error);
      return;
    }
    if (!isPromise(result)) this.#hookEnded(hook);
    else
      whenSettled(
        result,
        () => this.#hookEnded(hook),
        (error) => this.#hookFailed(hook, error),
      );
  }

  #hookEnded(hook: Hook): void {
    if (hook === "setup") {
      this.#startHandling();
    } else if (hook === "finish") {
      this.#endHandler();
    } else if (this.#drive !== Drive.PUSHED) {
      this.#drive = Drive.DONE;
      this.#finish();
    }
  }

  #hookFailed(hook: Hook, error: unknown): void {
    if (this.#drive < Drive.PUSHED) this.#drive = Drive.DONE;
    if (this.#phase === Phase.HANDLING) {
      this.#requestFailed(error);
      return;
    }
    if (!isPeersDoing(error, this.wfile)) this.#owner.handlerFailed(this, error);
    if (hook === "handle") this.#finish();
    else this.#endHandler();
  }

  /** The handler is done, or there was none: the server closes the connection. */
  #endHandler(): void {
    this.#finishing = Finish.CALLED;
    if (this.#phase < Phase.FINISHING) this.#phase = Phase.FINISHING;
    this.#owner.handlerFinished(this);
    this.#finishing = Finish.DONE;
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.#finishing === Finish.DONE && this.#phase === Phase.CLOSED) this.#owner.connectionEnded(this);
  }
}

function ignore(): void {}
