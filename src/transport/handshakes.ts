/**
 * The TLS handshakes that are under way at a server. A client gets a connection, and a handler, only once its
 * handshake is done. Until then there is little of it, there are only so many of them, and each has a deadline.
 *
 * Where there are too many, the oldest makes room, if it has had its time: a client that goes on is done in a moment, and
 * those that say nothing are the ones that wait. If it has not, the new one is turned away. For where very many come at
 * once, as after a restart, it is the server that is slow, and to break off what it has begun would be to serve nobody.
 */

import { plainHost } from "./client-address.ts";
import type { ConnectionLimits } from "./limits.ts";
import { ticker, Timed } from "./ticker.ts";
import { describeTlsFailure } from "./tls-failure.ts";

/** Seconds that each handshake has before it may have to make room. */
const GRACE_SECONDS = 2;

/** Seconds that each has left where nobody is accepted any more. */
const LAST_SECONDS = 1;

/** Who is told of handshakes, above all of those that come to nothing. */
export interface HandshakeOwner {
  readonly limits: ConnectionLimits;
  /** One is over: it has become a connection, or nothing. */
  handshakeEnded(): void;
  /**
   * A client's handshake failed, or the encryption of its connection did later. No `host` on a unix socket, and of one
   * that was gone before it was accepted.
   */
  tlsFailed(host: string, reason: string): void;
  /** A handshake was broken off, or not begun, since `maxHandshakes` were under way. */
  handshakeDropped(): void;
}

/** What is needed of a socket until there is a connection. */
export interface HandshakeSocket {
  readonly remoteAddress: string | undefined;
  terminate(): void;
  /** Nameless before the client's first message is there. */
  getCipher(): { readonly name: string | null } | null;
}

export class Handshakes {
  readonly #owner: HandshakeOwner;
  #oldest: Handshake | null = null;
  #youngest: Handshake | null = null;
  #count = 0;
  /** Nobody is accepted any more. */
  #isEnding = false;

  constructor(owner: HandshakeOwner) {
    this.#owner = owner;
  }

  /** Those under way. */
  get count(): number {
    return this.#count;
  }

  /** Takes a handshake in, unless there is no room for it: then it is over at once. */
  begin(handshake: Handshake): void {
    this.#isEnding = false;
    handshake.older = this.#youngest;
    if (this.#youngest === null) this.#oldest = handshake;
    else this.#youngest.younger = handshake;
    this.#youngest = handshake;
    this.#count++;
    const { handshakeTimeout, maxHandshakes } = this.#owner.limits;
    ticker.setDeadline(handshake, handshakeTimeout);
    if (this.#count > maxHandshakes) {
      this.#owner.handshakeDropped();
      const oldest = this.#oldest!;
      const mayBreakOff = ticker.seconds - oldest.beganAt >= GRACE_SECONDS;
      this.#breakOff(mayBreakOff ? oldest : handshake);
    }
  }

  /** Takes a handshake out, which has ended in one way or another; `false` where that was done before. */
  end(handshake: Handshake): boolean {
    if (handshake.isOver) return false;
    handshake.isOver = true;
    ticker.forget(handshake);
    const { older, younger } = handshake;
    if (older === null) this.#oldest = younger;
    else older.younger = younger;
    if (younger === null) this.#youngest = older;
    else younger.older = older;
    handshake.older = null;
    handshake.younger = null;
    this.#count--;
    this.#owner.handshakeEnded();
    return true;
  }

  /** The runtime gave a handshake up. */
  failed(handshake: Handshake, error: Error | null): void {
    if (!this.end(handshake)) return;
    const reason = describeTlsFailure(error, hasBegun(handshake.socket));
    if (reason !== undefined) this.#owner.tlsFailed(handshake.host, reason);
  }

  /** A handshake's time is up. */
  late(handshake: Handshake): void {
    this.#breakOff(handshake);
    if (this.#isEnding) return;
    this.#owner.tlsFailed(handshake.host, `it was not done within ${this.#owner.limits.handshakeTimeout} s`);
  }

  /** Nobody is accepted any more: those under way have a moment to be done. */
  hurry(): void {
    this.#isEnding = true;
    const tick = ticker.tickIn(LAST_SECONDS);
    for (let next = this.#oldest; next !== null; next = next.younger) {
      if (next.deadlineTick === 0 || next.deadlineTick > tick) ticker.setDeadline(next, LAST_SECONDS);
    }
  }

  /** Breaks all of them off: nobody will be there to serve them. */
  close(): void {
    while (this.#oldest !== null) this.#breakOff(this.#oldest);
  }

  #breakOff(handshake: Handshake): void {
    this.end(handshake);
    handshake.socket.terminate();
  }
}

/** Whether the client has said what it wants; before that there is nothing worth a line. */
function hasBegun(socket: HandshakeSocket): boolean {
  return typeof socket.getCipher()?.name === "string";
}

/** One client's handshake. What the socket tells meanwhile is nobody's business. */
export class Handshake extends Timed {
  readonly socket: HandshakeSocket;
  /** The client's; asked for at once, because of one that has gone by a reset the system does not tell it. */
  readonly host: string;
  isOver = false;
  /** In the ticker's seconds. */
  readonly beganAt: number = ticker.seconds;
  /** Its neighbours among those under way. */
  older: Handshake | null = null;
  younger: Handshake | null = null;
  readonly #handshakes: Handshakes;

  constructor(socket: HandshakeSocket, handshakes: Handshakes) {
    super();
    this.socket = socket;
    this.host = plainHost(socket.remoteAddress);
    this.#handshakes = handshakes;
  }

  deadlinePassed(): void {
    this.#handshakes.late(this);
  }

  received(): void {}
  drained(): void {}
  peerEnded(): void {}

  /** The client has gone without a word from the TLS library, as by a reset. */
  closed(): void {
    this.#handshakes.end(this);
  }
}
