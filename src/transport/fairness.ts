/**
 * Turns among connections: one that has sent many requests at once gets some of them answered, then the others have
 * theirs.
 *
 * Counted are the requests since the event loop last called a connection, whichever connection's they are: so one counter
 * does for all. To count them by connection would not do. Where the handlers of several have waited for the same promise,
 * each of them is answered a request in its turn, none many in a row, and still the loop does not go on before the
 * last one.
 */

let count = 0;

/** The event loop calls a connection: it did something else before. */
export function beginTurn(): void {
  count = 0;
}

/** Whether one more request may be handled, of at most `most` in a turn. */
export function takesTurn(most: number): boolean {
  // One at least, or nobody would ever get on.
  const isWithin = count === 0 || count < most;
  if (isWithin) count++;
  return isWithin;
}
