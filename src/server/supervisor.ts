/**
 * The process that a server of several loops was started in: it keeps the address, starts the loops, replaces those that
 * die, and ends them. It serves nothing itself.
 */

import { log } from "../handler/log.ts";
import type { LoopSockets } from "../transport/loop-sockets.ts";
import { type Counters, sumOf } from "./counters.ts";
import type { Method, Report } from "./loop-messages.ts";
import { type LoopOwner, LoopProcess } from "./loop-process.ts";
import { type LoopRole, startLoop } from "./loop-role.ts";

/** What loops ask for beyond themselves. */
export interface Servers {
  /** Calls a method of a server of the script, as a handler has done in a loop. */
  call(method: Method, server: number): void;
  /** What all loops of a server have counted, and this process. */
  count(server: number): Promise<Counters>;
}

/** How much longer than `drainTimeout` a loop may take; one that is caught in a loop of its own cannot cut off anything. */
const DRAIN_GRACE_SECONDS = 2;
/** How long the script may go on in a loop that has drained. */
const END_SECONDS = 5;
/** How often a loop may die before it listens, where no other has ever listened. */
const MOST_FIRST_DEATHS = 3;

/** No loop came up. The message says how the last one ended. */
export class LoopError extends Error {
  override readonly name = "LoopError";

  constructor(reason: string) {
    super(
      `No event loop came up: ${reason} before it served. Each loop is the same script, run again: it has to come to ` +
        "serve_forever() there, too",
    );
  }
}

export class Supervisor implements LoopOwner {
  /** Settles when all loops listen for the first time; those that cannot are not waited for. Never, where none can. */
  readonly listening: Promise<void>;
  /** Settles when the last loop has ended; rejects when none has ever listened. */
  readonly ended: Promise<void>;
  readonly #role: Omit<LoopRole, "loop" | "supervisor">;
  readonly #sockets: LoopSockets;
  readonly #servers: Servers;
  readonly #loops: readonly LoopProcess[];
  readonly #setListening: () => void;
  readonly #setEnded: () => void;
  readonly #fail: (error: LoopError) => void;
  #hasListened = false;
  #isEnding = false;

  constructor(role: Omit<LoopRole, "loop" | "supervisor">, sockets: LoopSockets, servers: Servers) {
    this.#role = role;
    this.#sockets = sockets;
    this.#servers = servers;
    ({ promise: this.listening, resolve: this.#setListening } = Promise.withResolvers<void>());
    ({ promise: this.ended, resolve: this.#setEnded, reject: this.#fail } = Promise.withResolvers<void>());
    this.#loops = Array.from({ length: role.loops }, (_, number) => new LoopProcess(number, this));
    for (const loop of this.#loops) loop.start(0);
  }

  /** Has the loops answer what is in flight, and end; those are killed that take longer than `drainTimeout` allows. */
  drain(drainTimeout: number): Promise<void> {
    const seconds = drainTimeout > 0 ? drainTimeout + DRAIN_GRACE_SECONDS : Number.POSITIVE_INFINITY;
    this.#end((loop) => loop.drain(seconds));
    // That none came up, `serve_forever()` has said.
    return this.ended.catch(() => {});
  }

  /** Ends the loops at once. */
  kill(): void {
    this.#isEnding = false;
    this.#end((loop) => loop.kill());
  }

  #end(end: (loop: LoopProcess) => void): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    for (const loop of this.#loops) end(loop);
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.isOver) this.#setEnded();
  }

  /** Whether the last loop has ended, and none will follow. */
  get isOver(): boolean {
    return this.#isEnding && !this.#loops.some((loop) => loop.isAlive);
  }

  async counters(): Promise<Counters> {
    await Promise.all(this.#loops.map((loop) => loop.ask()));
    return this.counted;
  }

  /** What the loops have counted, as far as they have said so. */
  get counted(): Counters {
    return sumOf(this.#loops.map((loop) => loop.counters));
  }

  /** Has the loops read the certificate again: those too that may have read it just before, and do not listen yet. */
  reload(): void {
    for (const loop of this.#loops) loop.reload();
  }

  start(loop: LoopProcess): Bun.Subprocess {
    return startLoop({ ...this.#role, loop: loop.number }, this.#sockets.descriptors, {
      message: (received) => loop.received(received),
      exit: (status, signal) => loop.exited(status, signal),
    });
  }

  reported(loop: LoopProcess, report: Report): void {
    switch (report.report) {
      case "listening":
        this.#hasListened = true;
        this.#coverOthers();
        this.#tellIfListening();
        break;
      case "draining":
        this.#coverOthers();
        break;
      case "drained":
        loop.killAfter(END_SECONDS);
        break;
      case "shutdown":
      case "close":
      case "reload":
        this.#servers.call(report.report, report.server);
        break;
      case "total":
        void this.#servers
          .count(report.server)
          .then((counters) => loop.send({ order: "totals", id: report.id, counters }));
        break;
      default:
        break;
    }
  }

  died(loop: LoopProcess, reason: string): void {
    if (this.#isEnding) {
      this.#endIfOver();
      return;
    }
    const seconds = loop.backOff.died(loop.servedSeconds);
    if (!this.#hasListened && loop.backOff.deaths >= MOST_FIRST_DEATHS) {
      this.#giveUp(reason);
      return;
    }
    log.write(`${reason}: it is replaced ${seconds === 0 ? "at once" : `in ${seconds} s`}`);
    loop.start(seconds);
    this.#coverOthers();
    this.#tellIfListening();
  }

  #giveUp(reason: string): void {
    this.#fail(new LoopError(reason));
    this.kill();
  }

  /** The loops that listen accept for those that do not, so that no connection waits for a loop that is being replaced. */
  #coverOthers(): void {
    const loops = this.#loops.filter((loop) => !loop.isListening).map((loop) => loop.number);
    for (const loop of this.#loops) if (loop.isListening) loop.send({ order: "cover", loops });
  }

  #tellIfListening(): void {
    const isEachTold = this.#loops.every((loop) => loop.isListening || loop.backOff.deaths > 0);
    if (this.#hasListened && isEachTold) this.#setListening();
  }
}
