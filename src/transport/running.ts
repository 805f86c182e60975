/** Which connection's handler is at work, so that what it calls can take that into account. */

/** Whose handler's code is running now, as far as that can be told. */
let running: object | null = null;

/** The connection whose handler is running, if it has not waited for anything since it was entered or noted. */
export function runningConnection(): object | null {
  return running;
}

/** Says that a connection's handler is entered, or, by null, that it has returned. */
export function setRunning(connection: object | null): void {
  running = connection;
}

/** Notes that a handler's code is running, until it waits for something. */
export function noteRunning(connection: object): void {
  if (running === connection) return;
  running = connection;
  queueMicrotask(forgetRunning);
}

function forgetRunning(): void {
  running = null;
}
