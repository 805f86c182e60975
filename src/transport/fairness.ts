/**
 * Turns among connections: one that has sent many requests at once gets some of them answered, then the others have
 * theirs. Counted is how many a connection has had in a row, so one counter does for all of them.
 */

let connection: object | null = null;
let count = 0;

/** Whether `candidate` may have one more request handled, of at most `most` in a row. */
export function takesTurn(candidate: object, most: number): boolean {
  if (connection !== candidate) {
    connection = candidate;
    count = 0;
  }
  // One at least, or it would never get on.
  const isItsTurn = count === 0 || count < most;
  if (isItsTurn) count++;
  else connection = null;
  return isItsTurn;
}

/** The connection that had its turn has nothing more for now. */
export function endTurn(): void {
  connection = null;
}
