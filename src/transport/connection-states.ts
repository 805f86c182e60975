/**
 * The states that a connection is in, five at a time. `ARCHITECTURE.md` has the picture of the first.
 *
 * Each of the others is one field for what booleans could say as well: with one field more a connection has 256 bytes,
 * not 224, also while it is idle (the bench's case `idle`).
 */

/** What a connection is doing. */
export const Phase = {
  /** Accepted, but nobody handles it yet. */
  HELD: 0,
  /** Waiting for a request, or in the middle of its head. */
  HEAD: 1,
  /** A request is in the handler's hands. */
  HANDLING: 2,
  /** Reading and dropping what a handler left of a body. */
  DISCARDING: 3,
  /** No more requests; the handler is told so. */
  FINISHING: 4,
  /** The last answer is still on its way. */
  CLOSING: 5,
  /** Half-closed: what still comes is dropped, so that no reset overtakes the answer. */
  LINGERING: 6,
  CLOSED: 7,
} as const;

export type Phase = (typeof Phase)[keyof typeof Phase];

/** What becomes of the connection after the present request. */
export const Outlook = {
  /** What the handler and the client would have. */
  OPEN: 0,
  /** It ends, whatever the handler thinks. */
  ENDS: 1,
  /** It ends, because what came cannot be told apart into requests any more. */
  BROKEN: 2,
  /** It ends by a reset: an end in order would make half an answer pass for a whole one (RFC 9112 8, 9.8). */
  RESET: 3,
} as const;

export type Outlook = (typeof Outlook)[keyof typeof Outlook];

/** Who sees to it that requests are handled. */
export const Drive = {
  /** That shows when the handler's `handle()` is entered. */
  UNDECIDED: 0,
  /** The handler, by a loop of its own that asks for them. */
  PULLED: 1,
  /** The connection, which calls the handler for each. */
  PUSHED: 2,
  /** Nobody any more: the handler's loop has ended. */
  DONE: 3,
} as const;

export type Drive = (typeof Drive)[keyof typeof Drive];

/** Whether what has arrived is being worked off. */
export const Work = {
  IDLE: 0,
  /** Now. */
  RUNNING: 1,
  /** It goes on in the next turn of the event loop, so that other connections have theirs. */
  YIELDED: 2,
} as const;

export type Work = (typeof Work)[keyof typeof Work];

/** Whether the handler's `finish()` has been called, and the server told that the handler is done. */
export const Finish = {
  PENDING: 0,
  CALLED: 1,
  DONE: 2,
} as const;

export type Finish = (typeof Finish)[keyof typeof Finish];
