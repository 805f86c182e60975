/**
 * Where log lines go: to standard error, gathered over a turn of the event loop and written in one call. A log that
 * cannot be written never disturbs the server: what a full disk or a reader that has gone does not take is dropped, and
 * for one that does not read for a while a bounded number of lines waits.
 */

import { writeSync } from "node:fs";
import { MONTH_NAMES } from "../protocol/http-date.ts";
import { retryLater } from "../transport/timers.ts";
import { atEndOfTurn } from "../transport/turn.ts";
import { logDescriptor } from "./log-descriptor.ts";

/** Lines that wait are written at once when they come to so many code units. */
const FULL_LENGTH: number = 64 * 1024;

/** Code units that wait at most while nobody reads. */
const MOST_LENGTH: number = 1024 * 1024;

/** How often it is tried again while nobody reads. */
const RETRY_SECONDS = 0.025;

/** At its end the process waits so many times so many milliseconds for whoever reads. */
const LAST_TRIES = 25;
const LAST_TRY_MS = 20;

const NOTHING: Buffer = Buffer.alloc(0);

class Log {
  #text = "";
  /** What was to be written before the text, where whoever reads has stopped to. */
  #rest: Buffer = NOTHING;
  #isHeldUp = false;
  #lostCount = 0;

  /**
   * Opens what lines are written to, as the first line would. A server does it when it begins to listen: later there may
   * be no descriptor left, and a new one would look like a leak.
   */
  open(): void {
    logDescriptor();
  }

  /** Adds a line; its end is added here. */
  write(line: string): void {
    if (this.#isHeldUp && this.#rest.length + this.#text.length + line.length > MOST_LENGTH) {
      this.#lostCount++;
      return;
    }
    if (this.#text === "") atEndOfTurn(this);
    this.#text += `${line}\n`;
    if (this.#text.length >= FULL_LENGTH) this.flush();
  }

  turnEnded(): void {
    this.flush();
  }

  /** Writes what waits, unless nobody has been reading. */
  flush(): void {
    if (!this.#isHeldUp) this.#writeOut();
  }

  /** Writes what waits before the process ends. Whoever does not read has half a second to. */
  close(): void {
    for (let tries = 0; tries < LAST_TRIES; tries++) {
      this.#writeOut();
      if (!this.#isHeldUp) return;
      Bun.sleepSync(LAST_TRY_MS);
    }
  }

  #writeOut(): void {
    const wasHeldUp = this.#isHeldUp;
    this.#isHeldUp = false;
    try {
      while (this.#rest.length > 0 || this.#text !== "" || this.#lostCount > 0) this.#writeSome();
    } catch (error) {
      this.#isHeldUp = (error as NodeJS.ErrnoException).code === "EAGAIN";
    }
    // Where it is not held up, it is written or cannot be: nobody can be told, for this was where one would be told.
    if (!this.#isHeldUp) this.#rest = NOTHING;
    else if (!wasHeldUp) this.#tryAgainLater();
  }

  #writeSome(): void {
    if (this.#rest.length === 0) this.#rest = Buffer.from(this.#takeText());
    this.#rest = this.#rest.subarray(writeSync(logDescriptor(), this.#rest));
  }

  #takeText(): string {
    const [text, count] = [this.#text, this.#lostCount];
    this.#text = "";
    this.#lostCount = 0;
    return count === 0 ? text : `${text}${count} lines of the log were dropped: nobody was reading them\n`;
  }

  #tryAgainLater(): void {
    retryLater(RETRY_SECONDS, () => {
      this.#writeOut();
      return this.#isHeldUp;
    });
  }
}

/** The log of this event loop. */
export const log: Log = new Log();
process.on("exit", () => log.close());

let timeSecond = -1;
let timeText = "";

/** `22/Nov/2026 07:12:15`, in local time: Python's `log_date_time_string()`. */
export function logTime(epochSeconds: number): string {
  if (epochSeconds === timeSecond) return timeText;
  const date = new Date(epochSeconds * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${two(date.getDate())}/${MONTH_NAMES[date.getMonth()]}/${date.getFullYear()}`;
  timeSecond = epochSeconds;
  timeText = `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return timeText;
}
