/** Which cases run, and with whom, given what the user wants and what is installed. */
import type { Case, Contender, Rival } from "./cases.ts";
import { type PeerName, PEERS, runtimePath } from "./peers.ts";

export interface Selection {
  readonly cases: readonly Case[];
  /** A line for each server that was wanted and cannot take part. */
  readonly missing: readonly string[];
}

export function selectCases(
  cases: readonly Case[],
  only: readonly string[],
  peers: readonly string[],
): Selection {
  const chosen = cases.filter(({ name }) => only.includes(name));
  const wanted = new Set(chosen.flatMap(peersOf).filter((peer) => peers.includes(peer)));
  const absent = new Set([...wanted].filter((peer) => runtimePath(PEERS[peer].runtime) === undefined));
  const takesPart = ({ peer }: Contender): boolean => wanted.has(peer) && !absent.has(peer);
  return {
    cases: chosen.flatMap((one) => withContenders(one, takesPart)),
    missing: [...absent].map(
      (peer) => `${PEERS[peer].title} is left out: ${PEERS[peer].runtime} is not installed`,
    ),
  };
}

/** The peers that take part in a case. */
export function peersOf({ subject, rivals }: Case): PeerName[] {
  return [subject, ...rivals].map(({ peer }) => peer);
}

/**
 * A case with those of its contenders that take part. The first of them stands in for a subject that does not; the goals
 * are the subject's, so then there are none.
 */
function withContenders(one: Case, takesPart: (contender: Contender) => boolean): Case[] {
  if (takesPart(one.subject)) return [{ ...one, rivals: one.rivals.filter(takesPart) }];
  const [subject, ...rivals] = one.rivals.filter(takesPart).map(withoutGoal);
  return subject === undefined ? [] : [{ ...one, subject, rivals }];
}

function withoutGoal({ goal: _, ...contender }: Rival): Contender {
  return contender;
}
