/**
 * Bytes to a socket that takes only as many as it has room for. What it does not take is copied to a queue of the
 * connection's own and goes out when there is room again; nothing is ever lost or written out of order.
 */

import { Backlog, Reading } from "./backlog.ts";
import type { ByteQueue } from "./byte-queue.ts";
import { quietly } from "./promises.ts";
import { sendFile } from "./sendfile.ts";
import { giveMemory } from "./spare-memory.ts";
import { nextTurn } from "./turn.ts";

/** What a writer needs of a socket. The result is the number of bytes taken, negative when it is closed. */
export interface ByteSink {
  write(bytes: Uint8Array, byteOffset: number, byteLength: number): number;
  /** The socket's descriptor, for what the runtime has no method for; -1 when it is closed, and none where it encrypts. */
  readonly fd?: number | undefined;
  /** Where there is no other: a descriptor by which nothing may be sent, only asked how much the client has taken. */
  readonly watchedFd?: number;
}

/** Thrown (as a rejection) to whoever waits for a client that has gone. Like Python's BrokenPipeError. */
export class ConnectionClosedError extends Error {
  override readonly name = "ConnectionClosedError";
  readonly code = "EPIPE";
}

interface FlushWaiter {
  resolve(): void;
  reject(error: Error): void;
}

const SETTLED: Promise<void> = Promise.resolve();

/** What a writer whose client takes everything at once may send before the other connections get their turn. */
const FAIR_BYTES: number = 1024 * 1024;

/** What is sent of a file at once: about as much as a socket has room for. */
const MOST_SENT_BYTES: number = 4 * FAIR_BYTES;

export class SocketWriter {
  readonly #sink: ByteSink;
  #queue: Backlog | null = null;
  /** The socket is full: only its drain event makes writing worthwhile again. */
  #isBlocked = false;
  #hasGone = false;
  #waiters: FlushWaiter[] | null = null;
  /** Bytes sent since somebody had to wait for this writer, or it for the client. */
  #bytesAtOnce = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Whether bytes of files can be sent without being read: not where they have to be encrypted. */
  get sendsFiles(): boolean {
    return this.#sink.fd !== undefined;
  }

  /** Bytes that the kernel has not taken yet. */
  get unsentBytes(): number {
    return this.#queue === null ? 0 : this.#queue.length;
  }

  /** Whether the socket takes nothing more for now. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** The tick by which the client has to have taken some of what waits; 0 for never. */
  get dueTick(): number {
    return this.#queue === null ? 0 : this.#queue.dueTick;
  }

  set dueTick(tick: number) {
    if (this.#queue !== null) this.#queue.dueTick = tick;
  }

  /** Whether the client has taken something since this was asked last, or since the socket was filled. */
  lookAtClient(): Reading {
    return this.#queue === null
      ? Reading.UNKNOWN
      : this.#queue.look(this.#sink.fd ?? this.#sink.watchedFd ?? -1);
  }

  /** Whether somebody waits for a `flush()`. */
  get isAwaited(): boolean {
    return this.#waiters !== null;
  }

  /** Whether the client has gone: what is written from now on is dropped. */
  get hasGone(): boolean {
    return this.#hasGone;
  }

  /** Sends the bytes from `start` to `end`, which may be reused at once. */
  protected send(bytes: Uint8Array, start: number, end: number): void {
    if (this.#hasGone) return;
    if (this.#queue !== null) this.pump();
    const at = this.#queue === null ? this.#write(bytes, start, end) : start;
    if (at < end) this.#wait(bytes, at, end);
  }

  /** Sends bytes that nobody else will change, so that they need no copy to wait. */
  protected sendOwned(bytes: Uint8Array): void {
    if (this.#hasGone) return;
    if (this.#queue !== null) this.pump();
    const at = this.#queue === null ? this.#write(bytes, 0, bytes.length) : 0;
    if (at === bytes.length || this.#hasGone) return;
    this.#queue ??= new Backlog();
    this.#queue.adopt(bytes.subarray(at));
  }

  /** Sends what waits in `queue`, which nobody else will use. */
  protected sendQueue(queue: ByteQueue): void {
    while (queue.length > 0) {
      const piece = queue.first();
      this.sendOwned(piece);
      queue.skip(piece.length);
      // Where nothing waits, the kernel has taken the piece whole, or there is nobody to send it to any more.
      if (this.#queue === null) giveMemory(piece);
    }
  }

  /**
   * Sends bytes of a file behind all that was sent, as many as the socket takes at once. None where others wait, or where
   * that cannot be done: they have to be read and sent then.
   */
  protected sendFromFile(descriptor: number, offset: number, count: number): number {
    const { fd } = this.#sink;
    if (fd === undefined || fd < 0 || this.#queue !== null || this.#hasGone) return 0;
    const sent = sendFile(fd, descriptor, offset, Math.min(count, MOST_SENT_BYTES));
    this.#bytesAtOnce += sent;
    return sent;
  }

  /** Puts a copy of the bytes behind those that wait already, without writing. */
  protected enqueue(bytes: Uint8Array, start: number, end: number): void {
    if (start < end) this.#wait(bytes, start, end);
  }

  /** Writes what waits, as far as the socket takes it. */
  protected pump(): void {
    if (!this.#isBlocked) this.#pumpQueue();
  }

  #pumpQueue(): void {
    const queue = this.#queue;
    if (queue === null) return;
    do {
      const piece = queue.first();
      const taken = this.#write(piece, 0, piece.length);
      if (this.#hasGone) return;
      queue.skip(taken);
    } while (queue.length > 0 && !this.#isBlocked);
    if (queue.length > 0) return;
    this.#queue = null;
    this.#resolveWaiters();
  }

  /** Called when the socket takes no more for now: at first, and each time that it has taken something since. */
  protected becameBlocked(): void {}

  /** To be called when the socket has room again. */
  drained(): void {
    this.#pumpQueue();
  }

  /** Settles when the kernel has taken all that was sent; rejects when the client has gone. */
  protected whenTaken(): Promise<void> {
    if (this.#hasGone) return quietly(Promise.reject(goneError()));
    if (this.#queue === null) {
      if (this.#bytesAtOnce < FAIR_BYTES) return SETTLED;
      this.#bytesAtOnce = 0;
      return nextTurn();
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiters ??= [];
    this.#waiters.push({ resolve, reject });
    return quietly(promise);
  }

  /** To be called when the connection is closed. */
  socketClosed(): void {
    this.#hasGone = true;
    this.#isBlocked = false;
    this.#queue = null;
    const waiters = this.#waiters;
    this.#waiters = null;
    if (waiters !== null) for (const waiter of waiters) waiter.reject(goneError());
  }

  #write(bytes: Uint8Array, start: number, end: number): number {
    const taken = this.#sink.write(bytes, start, end - start);
    this.#bytesAtOnce += taken;
    if (taken === end - start) {
      this.#isBlocked = false;
      return end;
    }
    if (taken < 0) {
      this.socketClosed();
      return end;
    }
    const isStillBlocked = this.#isBlocked && taken === 0;
    this.#isBlocked = true;
    this.#bytesAtOnce = 0;
    this.#queue ??= new Backlog();
    // A client that has taken nothing since has earned no more time.
    if (!isStillBlocked) {
      this.#queue.refilled();
      this.becameBlocked();
    }
    return start + taken;
  }

  #wait(bytes: Uint8Array, start: number, end: number): void {
    if (this.#hasGone) return;
    this.#queue ??= new Backlog();
    this.#queue.push(bytes, start, end);
  }

  #resolveWaiters(): void {
    const waiters = this.#waiters;
    this.#waiters = null;
    if (waiters !== null) for (const waiter of waiters) waiter.resolve();
  }
}

function goneError(): ConnectionClosedError {
  return new ConnectionClosedError("The client has closed the connection");
}
