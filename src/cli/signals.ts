/** What a signal asks for: an orderly end, an end at once, or nothing new. Pure: the caller has the clock. */

export type StopSignal = "SIGINT" | "SIGTERM";

/**
 * The same signal within this time is the same request. A key press in a terminal and a service manager's stop go
 * to the whole process group, and `bun run` passes what it gets on to us as well: the copy comes within a
 * millisecond or a few, and no second key press is that fast.
 */
const ECHO_MS = 100;

export class StopSignals {
  #first: { readonly signal: StopSignal; readonly atMs: number } | undefined;

  /** @param nowMs of a clock that does not go back. */
  receive(signal: StopSignal, nowMs: number): "shutdown" | "exit" | "ignore" {
    if (this.#first === undefined) {
      this.#first = { signal, atMs: nowMs };
      return "shutdown";
    }
    const isEcho = signal === this.#first.signal && nowMs - this.#first.atMs < ECHO_MS;
    return isEcho ? "ignore" : "exit";
  }
}
