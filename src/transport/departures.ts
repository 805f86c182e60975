/**
 * Clients that go away while their handler waits for something else than them: what it awaits would tell it too late, or
 * never. Kept beside the connections, because few handlers ask and a field more would cost all of them memory.
 */

import type { Cancel } from "./timers.ts";

const watchers = new Map<object, () => void>();

/** Calls `action` once, when the connection's socket is closed, by whichever side. One at a time for a connection. */
export function whenGone(connection: object, action: () => void): Cancel {
  watchers.set(connection, action);
  return () => {
    if (watchers.get(connection) === action) watchers.delete(connection);
  };
}

/** To be called when a connection's socket is closed. */
export function noteGone(connection: object): void {
  if (watchers.size === 0) return;
  const action = watchers.get(connection);
  watchers.delete(connection);
  action?.();
}
