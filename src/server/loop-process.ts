/** One of a supervisor's loops: the child process that is it at present, and those that it was before. */

import { log } from "../handler/log.ts";
import { after, type Cancel } from "../transport/timers.ts";
import { BackOff } from "./back-off.ts";
import { type Counters, NO_COUNTERS, sumOf } from "./counters.ts";
import { envelope, opened, type Order, type Report } from "./loop-messages.ts";

/** What a loop tells its supervisor. */
export interface LoopOwner {
  /** Starts a process; its messages and its end are told to the loop. */
  start(loop: LoopProcess): Bun.Subprocess;
  reported(loop: LoopProcess, report: Report): void;
  /** The process has ended, or could not be started. */
  died(loop: LoopProcess, reason: string): void;
}

type State = "none" | "starting" | "listening" | "draining";

/** How long a loop may take to say what it has counted; one that is at work for longer has said so before. */
const COUNT_SECONDS = 1;

export class LoopProcess {
  readonly number: number;
  readonly backOff: BackOff = new BackOff();
  readonly #owner: LoopOwner;
  #process: Bun.Subprocess | null = null;
  #state: State = "none";
  #listeningSince = 0;
  /** Whether the process is to read the certificate again as soon as it listens. */
  #isOutdated = false;
  /** What the present process has counted, and those before it. */
  #counted: Counters = NO_COUNTERS;
  #kept: Counters = NO_COUNTERS;
  readonly #askers: Map<number, () => void> = new Map();
  #questions = 0;
  #cancelStart: Cancel = ignore;
  #cancelKill: Cancel = ignore;

  constructor(number: number, owner: LoopOwner) {
    this.number = number;
    this.#owner = owner;
  }

  get isListening(): boolean {
    return this.#state === "listening";
  }

  get isAlive(): boolean {
    return this.#process !== null;
  }

  get #name(): string {
    return `Loop ${this.number} (process ${this.#process?.pid})`;
  }

  /** How long the present process has been serving. */
  get servedSeconds(): number {
    return this.#listeningSince === 0 ? 0 : (performance.now() - this.#listeningSince) / 1000;
  }

  /** Starts a process, `seconds` from now. */
  start(seconds: number): void {
    if (seconds > 0) this.#cancelStart = after(seconds, () => this.#startNow());
    else this.#startNow();
  }

  #startNow(): void {
    this.#state = "starting";
    this.#isOutdated = false;
    this.#listeningSince = 0;
    try {
      this.#process = this.#owner.start(this);
    } catch (error) {
      this.#state = "none";
      this.#owner.died(this, `Loop ${this.number} could not be started (${String(error)})`);
    }
  }

  send(order: Order): void {
    try {
      this.#process?.send(envelope(order));
    } catch {
      // It has closed the channel, since it is about to end.
    }
  }

  /** Has the process read the certificate again. */
  reload(): void {
    if (this.#state === "listening") this.send({ order: "reload" });
    else this.#isOutdated = true;
  }

  /** Has the process end after its last connection, and kills it when it has not done so in time. */
  drain(seconds: number): void {
    this.#cancelStart();
    // One that does not listen yet has nothing in hand.
    if (this.#state === "starting") this.kill();
    this.send({ order: "drain" });
    this.killAfter(seconds);
  }

  /** Kills the process if it has not ended by itself, `seconds` from now; never, where that is not finite. */
  killAfter(seconds: number): void {
    this.#cancelKill();
    this.#cancelKill = after(seconds, () => {
      log.write(`${this.#name} has not ended in time: it is killed`);
      this.kill();
    });
  }

  kill(): void {
    this.#cancelStart();
    this.#process?.kill("SIGKILL");
  }

  /** What this loop's processes have counted, as far as it is known. */
  get counters(): Counters {
    return sumOf([this.#kept, this.#counted]);
  }

  /** Has the process say what it has counted. */
  ask(): Promise<void> {
    if (!this.isListening) return Promise.resolve();
    const id = ++this.#questions;
    return new Promise((resolve) => {
      const cancel = after(COUNT_SECONDS, () => this.#answered(id));
      this.#askers.set(id, () => {
        cancel();
        resolve();
      });
      this.send({ order: "count", id });
    });
  }

  #answered(id: number): void {
    this.#askers.get(id)?.();
    this.#askers.delete(id);
  }

  /** A message of the process. */
  received(message: unknown): void {
    const report = opened<Report>(message);
    if (report === null) return;
    switch (report.report) {
      case "listening":
        this.#state = "listening";
        this.#listeningSince = performance.now();
        if (this.#isOutdated) this.send({ order: "reload" });
        break;
      case "counted":
        this.#counted = report.counters;
        if (report.id !== null) this.#answered(report.id);
        break;
      case "draining":
        this.#state = "draining";
        break;
      case "drained":
        this.#counted = report.counters;
        break;
      default:
        break;
    }
    this.#owner.reported(this, report);
  }

  /** The process has ended. */
  exited(status: number | null, signal: NodeJS.Signals | number | null): void {
    const wasDrained = this.#state === "draining";
    this.#cancelKill();
    this.#state = "none";
    this.#kept = sumOf([this.#kept, { ...this.#counted, active: 0, loops: 0 }]);
    this.#counted = NO_COUNTERS;
    for (const id of [...this.#askers.keys()]) this.#answered(id);
    const way = signal === null ? `ended with status ${status}` : `was killed by ${signal}`;
    const reason = `${this.#name} ${way}`;
    this.#process = null;
    this.#owner.died(this, wasDrained ? `${reason}, as it was told to` : reason);
  }
}

function ignore(): void {}
