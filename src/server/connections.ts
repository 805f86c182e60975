/**
 * The connections of a server, for as long as their sockets are open or their handlers at work.
 *
 * An array in which each connection knows its place. A `Set` would do, but for the garbage collector: between two full
 * collections a set's storage keeps entries reachable that were deleted long ago, and thousands of closed connections
 * with them, which it then looks through each time: 6 MiB instead of 40 KiB at 20,000 connections a second (the bench's
 * case `connect`, under `BUN_JSC_logGC=1`).
 */

import type { Connection } from "../transport/connection.ts";

export class Connections {
  readonly #connections: Connection[] = [];

  get size(): number {
    return this.#connections.length;
  }

  add(connection: Connection): void {
    connection.place = this.#connections.push(connection) - 1;
  }

  has(connection: Connection): boolean {
    return this.#connections[connection.place] === connection;
  }

  /** Takes a connection out, if it is there; the last one moves to its place. */
  delete(connection: Connection): void {
    if (!this.has(connection)) return;
    const last = this.#connections.pop()!;
    if (last !== connection) {
      this.#connections[connection.place] = last;
      last.place = connection.place;
    }
    connection.place = -1;
  }

  /** The connections as they are now: what is done to one may take it out, or others. */
  all(): readonly Connection[] {
    return [...this.#connections];
  }
}
