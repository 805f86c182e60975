/**
 * Where log lines go: to standard error, gathered over a turn of the event loop and written in one call. A log that
 * cannot be written, because its disk is full or its reader has gone, never disturbs the server.
 */

import { writeSync } from "node:fs";
import { MONTH_NAMES } from "../protocol/http-date.ts";
import { atEndOfTurn } from "../transport/turn.ts";

const STANDARD_ERROR = 2;

/** Lines that wait are written at once when they come to so many code units. */
const FULL_LENGTH: number = 64 * 1024;

class Log {
  #text = "";

  /** Adds a line; its end is added here. */
  write(line: string): void {
    if (this.#text === "") {
      atEndOfTurn(this);
    }
    this.#text += `${line}\n`;
    if (this.#text.length >= FULL_LENGTH) this.flush();
  }

  turnEnded(): void {
    this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    const bytes = Buffer.from(this.#text);
    this.#text = "";
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(STANDARD_ERROR, bytes, at);
    } catch {
      // Nobody can be told: this was where one would be told.
    }
  }
}

/** The log of this event loop. */
export const log: Log = new Log();
process.on("exit", () => log.flush());

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
