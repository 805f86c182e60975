/**
 * The end of a turn: when everything that could go on without waiting has gone on, what was written leaves.
 *
 * A connection whose handler is synchronous flushes by itself when its packet is worked off. All others are noted
 * here and flushed once, before the loop waits for new events.
 */

export interface TurnMember {
  /** Called when the turn that it was noted in is over. */
  turnEnded(): void;
}

let members: TurnMember[] = [];
let spare: TurnMember[] = [];

/** Notes `member` for the end of the present turn. A member must not note itself twice. */
export function atEndOfTurn(member: TurnMember): void {
  if (members.push(member) === 1) setImmediate(endTurn);
}

/** Calls `action` in the next turn: for work that could go on without waiting, but must let others have theirs. */
export function inNextTurn(action: () => void): void {
  setImmediate(action);
}

/** Settles in the next turn. */
export function nextTurn(): Promise<void> {
  return new Promise(inNextTurn);
}

function endTurn(): void {
  const ended = members;
  members = spare;
  for (const member of ended) member.turnEnded();
  ended.length = 0;
  spare = ended;
}
