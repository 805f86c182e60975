/**
 * Listening sockets for several processes, one for each event loop: the kernel spreads connections over those that share
 * an address (SO_REUSEPORT). The supervisor makes all of them and keeps them, and each loop inherits them: what has
 * queued for a loop that dies waits for the one that replaces it, or for another that covers it meanwhile.
 */

import { closeSync } from "node:fs";
import type { Certificate } from "./certificate.ts";
import { duplicate } from "./duplicate.ts";
import { type ListenAddress, ListenError } from "./listen-address.ts";
import { Listener, type ListeningSocket, type ListenOptions } from "./listener.ts";
import type { ListenerOwner } from "./socket-handlers.ts";

/** Behind the standard streams: where loops find what they inherit. */
export const FIRST_INHERITED = 3;

const STANDARD_ERROR = 2;

/** Whether this system lets a socket go on without its listener. */
export function canShareSockets(): boolean {
  const copy = duplicate(STANDARD_ERROR);
  if (copy >= 0) closeSync(copy);
  return copy >= 0;
}

/**
 * Makes sure that nobody listens on an address yet: where those who are there are ready to share it, the system would let
 * one more do so.
 *
 * @throws ListenError when the address cannot be listened on.
 */
export function assertUnused(address: ListenAddress, owner: ListenerOwner): void {
  new Listener(address, owner, { reusePort: false }).stop();
}

function duplicateOf(descriptor: number, address: ListenAddress): number {
  const copy = duplicate(descriptor);
  if (copy < 0) throw new ListenError(address, "EMFILE", undefined);
  return copy;
}

/** The supervisor's: they listen, but nobody accepts here. */
export class LoopSockets implements ListeningSocket {
  readonly address: ListenAddress;
  #descriptors: number[] = [];

  /**
   * @param first listens on the address already, and shares it. What has come to it and was not accepted stays queued;
   * what was accepted goes on.
   * @throws ListenError when the address cannot be listened on so often.
   */
  constructor(first: Listener, owner: ListenerOwner, count: number) {
    this.address = first.address;
    try {
      this.#keep(first);
      while (this.#descriptors.length < count) {
        this.#keep(new Listener(this.address, owner, { reusePort: true }));
      }
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Keeps a listener's socket without the listener, which has not had a turn to accept anything since it was made. */
  #keep(listener: Listener): void {
    try {
      this.#descriptors.push(duplicateOf(listener.fd, this.address));
    } finally {
      listener.stop();
    }
  }

  /** In the order of the loops. A loop is started with them as its further streams, from `FIRST_INHERITED` on. */
  get descriptors(): readonly number[] {
    return this.#descriptors;
  }

  get fd(): number {
    return this.#descriptors[0] ?? -1;
  }

  /** Nobody is shown a certificate here. */
  renew(): void {}

  /** What is still queued is lost then, but for what loops accept that have not stopped yet. */
  stop(): void {
    for (const descriptor of this.#descriptors) closeSync(descriptor);
    this.#descriptors = [];
  }
}

/** A loop's: it accepts from its own, and from those of the loops that it covers. */
export class InheritedSockets implements ListeningSocket {
  readonly address: ListenAddress;
  readonly #owner: ListenerOwner;
  readonly #options: () => ListenOptions;
  readonly #own: Listener;
  /** Those of the other loops, which nobody accepts from but to cover them. */
  readonly #others: readonly number[];
  readonly #covering: Map<number, Listener> = new Map();
  #isStopped = false;

  /**
   * @param options how it is listened, asked for each time.
   * @param loop whose sockets they are, of `count` loops.
   * @throws ListenError when it cannot be listened by them.
   */
  constructor(
    address: ListenAddress,
    owner: ListenerOwner,
    options: () => ListenOptions,
    [loop, count]: readonly [loop: number, count: number],
  ) {
    this.address = address;
    this.#owner = owner;
    this.#options = options;
    const own = FIRST_INHERITED + loop;
    this.#own = new Listener(address, owner, { ...options(), fd: own });
    const all = Array.from({ length: count }, (_, at) => FIRST_INHERITED + at);
    this.#others = all.filter((descriptor) => descriptor !== own);
  }

  get fd(): number {
    return this.#own.fd;
  }

  /**
   * Accepts, besides its own connections, those of these loops, and of no others.
   *
   * @throws ListenError where no descriptors are left; what it accepts already, it goes on to.
   */
  cover(loops: readonly number[]): void {
    if (this.#isStopped) return;
    const wanted = this.#others.filter((descriptor) => loops.includes(descriptor - FIRST_INHERITED));
    for (const [descriptor, listener] of this.#covering) {
      if (wanted.includes(descriptor)) continue;
      listener.stop();
      this.#covering.delete(descriptor);
    }
    for (const descriptor of wanted) {
      if (this.#covering.has(descriptor)) continue;
      // A copy, for the listener closes it when it stops.
      const fd = duplicateOf(descriptor, this.address);
      this.#covering.set(descriptor, new Listener(this.address, this.#owner, { ...this.#options(), fd }));
    }
  }

  renew(certificate: Certificate): void {
    this.#own.renew(certificate);
    for (const listener of this.#covering.values()) listener.renew(certificate);
  }

  stop(): void {
    if (this.#isStopped) return;
    this.cover([]);
    this.#isStopped = true;
    this.#own.stop();
    for (const descriptor of this.#others) closeSync(descriptor);
  }
}
