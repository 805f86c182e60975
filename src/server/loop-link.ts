/** A loop's side of the channel to its supervisor, and what binds the one's life to the other's. */

import { FFIType } from "bun:ffi";
import { describeError } from "../handler/error-report.ts";
import { log } from "../handler/log.ts";
import { findSystemCall } from "../system/c-library.ts";
import { type Cancel, every } from "../transport/timers.ts";
import type { Counters } from "./counters.ts";
import { envelope, opened, type Order, type Report } from "./loop-messages.ts";

/** What the server of a loop does when the supervisor says so. */
export interface LoopDuties {
  drain(): void;
  cover(loops: readonly number[]): void;
  count(): Promise<Counters>;
  reload(): Promise<void>;
}

/** What a process has that was started with a channel. */
interface Channel {
  send(message: object): boolean;
}

/** How often a loop reports what it has counted, so that little is forgotten when it dies. */
const REPORT_SECONDS = 1;

export class LoopLink {
  readonly #duties: LoopDuties;
  /** Who waits for what all loops have counted. */
  readonly #askers: Map<number, (counters: Counters) => void> = new Map();
  #questions = 0;
  #reported = "";
  readonly #stopReporting: Cancel;

  constructor(supervisor: number, duties: LoopDuties) {
    this.#duties = duties;
    dieWith(supervisor);
    process.on("message", this.#received);
    process.on("disconnect", exit);
    this.#stopReporting = every(REPORT_SECONDS, () => void this.#reportCounters());
  }

  send(report: Report): void {
    if (process.connected) (process as unknown as Channel).send(envelope(report));
  }

  /** What all loops of a server have counted. */
  total(server: number): Promise<Counters> {
    if (!process.connected) return this.#duties.count();
    const id = ++this.#questions;
    return new Promise((resolve) => {
      this.#askers.set(id, resolve);
      this.send({ report: "total", id, server });
    });
  }

  /** Reports that the last connection has ended. The process then ends as soon as the script has nothing more to do. */
  async end(): Promise<void> {
    this.#stopReporting();
    this.send({ report: "drained", counters: await this.#duties.count() });
    process.off("message", this.#received);
    process.off("disconnect", exit);
    if (process.connected) process.disconnect?.();
  }

  readonly #received = (message: unknown): void => {
    const order = opened<Order>(message);
    if (order !== null) this.#obey(order);
  };

  #obey(order: Order): void {
    switch (order.order) {
      case "drain":
        this.#duties.drain();
        break;
      case "cover":
        this.#duties.cover(order.loops);
        break;
      case "reload":
        this.#duties.reload().catch((error: unknown) => log.write(`Not renewed: ${describeError(error)}`));
        break;
      case "count":
        void this.#duties
          .count()
          .then((counters) => this.send({ report: "counted", id: order.id, counters }));
        break;
      case "totals":
        this.#askers.get(order.id)?.(order.counters);
        this.#askers.delete(order.id);
        break;
    }
  }

  async #reportCounters(): Promise<void> {
    const counters = await this.#duties.count();
    const text = JSON.stringify(counters);
    if (text === this.#reported) return;
    this.#reported = text;
    this.send({ report: "counted", id: null, counters });
  }
}

/** The supervisor has gone. */
function exit(): void {
  process.exit(1);
}

/** Of prctl(2): which signal the kernel sends when the parent has died, in whatever way. */
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * Has the kernel end this process with its parent: one that is caught in a loop of its own would not notice that the
 * channel is closed, and would keep the address.
 */
function dieWith(supervisor: number): void {
  const { i32, u64_fast } = FFIType;
  const prctl = findSystemCall<(option: number, signal: number) => number>("prctl", {
    args: [i32, u64_fast],
    returns: i32,
  });
  prctl?.(PR_SET_PDEATHSIG, SIGKILL);
  // It may have died just before.
  if (process.ppid !== supervisor) exit();
}
