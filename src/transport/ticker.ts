/**
 * The one timer of an event loop: it keeps the date that answers carry and finds the connections whose time is
 * up. A deadline that moves later, as it does with every request, costs one assignment: a connection stays where
 * it is in the wheel, and is put where it belongs when the wheel comes by.
 */

import { formatHttpDate } from "../protocol/http-date.ts";

/**
 * Something that must happen by a time unless that time is moved: a link in the ticker's lists. The fields are the
 * ticker's own.
 */
export abstract class Timed {
  /** The tick at which the time is up; 0 for never. */
  deadlineTick = 0;
  /** The tick at which the wheel looks at it next; 0 when it is not in the wheel. */
  visitTick = 0;
  /** Its neighbours in the list of that tick. */
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;

  /** Called once, when the time is up. */
  abstract deadlinePassed(): void;
}

const TICK_MS = 250;
const TICKS_PER_SECOND: number = 1000 / TICK_MS;
const SLOT_COUNT = 512;

/**
 * What may have passed between two looks at the clock: two seconds. A loop that was held up for longer, by a handler that
 * computes, a debugger or a process that was stopped, has to see first to what has come meanwhile: to cut off everybody
 * whose time would be up by the clock would punish them for what was not their doing.
 */
const MOST_TICKS: number = 2 * TICKS_PER_SECOND;

class Ticker {
  /** Ticks that the loop has run since its first connection: a monotonic clock, coarse and free to read. */
  now = 1;
  /** Seconds since 1970 when the wall clock was last read. */
  epochSeconds = 0;
  /** The Date field's value for that second. */
  httpDate = "";

  /** The first of each tick's list. */
  #slots: (Timed | null)[] = new Array<Timed | null>(SLOT_COUNT).fill(null);
  #users = 0;
  #timer: ReturnType<typeof setInterval> | null = null;
  #startedAt = 0;

  constructor() {
    this.#readClock();
  }

  /** The same clock in seconds. */
  get seconds(): number {
    return this.now / TICKS_PER_SECOND;
  }

  /** Keeps the ticker going until `release()`. */
  retain(): void {
    if (this.#users++ > 0) return;
    this.#readClock();
    this.#startedAt = performance.now() - this.now * TICK_MS;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** Ends one `retain()`: with the last one the timer stops. */
  release(): void {
    if (--this.#users > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Sets the deadline of `timed` to `seconds` from now, or takes it away (0, or not finite). */
  setDeadline(timed: Timed, seconds: number): void {
    this.setDeadlineTick(timed, this.tickIn(seconds));
  }

  /** Sets the deadline of `timed` to a tick that is still to come, or takes it away (0). */
  setDeadlineTick(timed: Timed, tick: number): void {
    timed.deadlineTick = tick;
    if (tick > 0 && (timed.visitTick === 0 || tick < timed.visitTick)) this.#enter(timed);
  }

  /** The first tick by which `seconds` from now have passed; 0 where that is never (0, or not finite). */
  tickIn(seconds: number): number {
    if (!(seconds > 0) || seconds === Number.POSITIVE_INFINITY) return 0;
    // One tick more, because the present one has begun already: never early.
    return this.now + 1 + Math.ceil(seconds * TICKS_PER_SECOND);
  }

  /** Takes `timed` out of the wheel, which then no longer holds on to it. */
  forget(timed: Timed): void {
    timed.deadlineTick = 0;
    if (timed.visitTick !== 0) this.#unlink(timed);
  }

  #enter(timed: Timed): void {
    if (timed.visitTick !== 0) this.#unlink(timed);
    // What is further away than the wheel reaches is looked at when the wheel has gone round.
    timed.visitTick = Math.min(timed.deadlineTick, this.now + SLOT_COUNT - 1);
    const slot = timed.visitTick % SLOT_COUNT;
    const first = this.#slots[slot]!;
    timed.nextTimed = first;
    if (first !== null) first.previousTimed = timed;
    this.#slots[slot] = timed;
  }

  #unlink(timed: Timed): void {
    const { previousTimed, nextTimed } = timed;
    if (nextTimed !== null) nextTimed.previousTimed = previousTimed;
    if (previousTimed !== null) previousTimed.nextTimed = nextTimed;
    else this.#slots[timed.visitTick % SLOT_COUNT] = nextTimed;
    timed.previousTimed = null;
    timed.nextTimed = null;
    timed.visitTick = 0;
  }

  #tick(): void {
    this.#readClock();
    let due = Math.floor((performance.now() - this.#startedAt) / TICK_MS);
    const tooMany = due - this.now - MOST_TICKS;
    if (tooMany > 0) {
      this.#startedAt += tooMany * TICK_MS;
      due -= tooMany;
    }
    while (this.now < due) {
      this.now++;
      this.#visit(this.now % SLOT_COUNT);
    }
  }

  #visit(slot: number): void {
    // Taken off one by one, because what a passed deadline sets off may take others out of the wheel.
    for (let timed = this.#slots[slot]!; timed !== null; timed = this.#slots[slot]!) {
      this.#unlink(timed);
      if (timed.deadlineTick === 0) continue;
      if (timed.deadlineTick > this.now) {
        this.#enter(timed);
        continue;
      }
      timed.deadlineTick = 0;
      timed.deadlinePassed();
    }
  }

  #readClock(): void {
    const epochSeconds = Math.floor(Date.now() / 1000);
    if (epochSeconds === this.epochSeconds) return;
    this.epochSeconds = epochSeconds;
    this.httpDate = formatHttpDate(epochSeconds);
  }
}

/** The ticker of this event loop. */
export const ticker: Ticker = new Ticker();
export type { Ticker };
