/**
 * What waits for a client that has to read first, and how it gets on with that. In one object, because most connections
 * need neither, and a field more of theirs would put them into the next size class (see `connection-states.ts`).
 */

import { ByteQueue } from "./byte-queue.ts";
import { unreadBytes } from "./unread-bytes.ts";

/** Whether a client has taken something. */
export const Reading = {
  SOME: 0,
  NOTHING: 1,
  /** The system does not tell. */
  UNKNOWN: 2,
} as const;

export type Reading = (typeof Reading)[keyof typeof Reading];

export class Backlog extends ByteQueue {
  /** The tick by which the client has to have taken something; 0 for never. */
  dueTick = 0;
  /** What was in the socket's buffer when it was last looked at. */
  #unread = Number.POSITIVE_INFINITY;

  /** To be called when the socket has taken something, and thereby is full again. */
  refilled(): void {
    this.#unread = Number.POSITIVE_INFINITY;
  }

  /**
   * What the client has done since the last look; at the first one something, for it may just be on its way. Where more
   * is unread than before, a socket that encrypts has filled the room that the client had made.
   */
  look(socket: number): Reading {
    const unread = unreadBytes(socket);
    if (unread < 0) return Reading.UNKNOWN;
    const reading = unread === this.#unread ? Reading.NOTHING : Reading.SOME;
    this.#unread = unread;
    return reading;
  }
}
