/** Which cases run, and with whom, given what the user wants and what is installed. */
import type { Case, Contender, Rival } from "./cases/case.ts";
import { type PeerName, PEERS } from "./peers.ts";
import { notInstalled, type Program, programPath } from "./programs.ts";

export interface Selection {
  readonly cases: readonly Case[];
  /** A line for each server or case that was wanted and cannot take part. */
  readonly missing: readonly string[];
}

/** @param isInstalled what this machine has. */
export function selectCases(
  cases: readonly Case[],
  only: readonly string[],
  peers: readonly string[],
  isInstalled: (program: Program) => boolean = (program) => programPath(program) !== undefined,
): Selection {
  const named = cases.filter(({ name }) => only.includes(name));
  const chosen = named.filter((one) => isInstalled(clientOf(one)));
  const wanted = new Set(chosen.flatMap(peersOf).filter((peer) => peers.includes(peer)));
  const absent = new Set([...wanted].filter((peer) => !isInstalled(PEERS[peer].program)));
  const takesPart = ({ peer }: Contender): boolean => wanted.has(peer) && !absent.has(peer);
  const left = chosen.flatMap((one) => withContenders(one, takesPart));
  return {
    cases: left,
    missing: [
      ...named
        .filter((one) => !chosen.includes(one))
        .map((one) => leftOut(one.name, notInstalled(clientOf(one)))),
      ...[...absent].map((peer) => leftOut(PEERS[peer].title, notInstalled(PEERS[peer].program))),
      ...chosen
        .filter(({ name }) => !left.some((one) => one.name === name))
        .map(({ name }) => leftOut(name, "none of the chosen servers takes part in it")),
    ],
  };
}

/** The peers that take part in a case. */
export function peersOf({ subject, rivals }: Case): PeerName[] {
  return [subject, ...rivals].map(({ peer }) => peer);
}

/** The programs that take part in a case, servers and clients. */
export function programsOf(one: Case): Program[] {
  return [...peersOf(one).map((peer) => PEERS[peer].program), "bun", "wrk", clientOf(one), ...helpersOf(one)];
}

/** What servers need besides, to start. */
function helpersOf({ subject, rivals }: Case): Program[] {
  return [subject, ...rivals].some(({ app }) => app?.startsWith("tls-") === true) ? ["openssl"] : [];
}

function clientOf({ kind }: Case): "wrk" | "h2load" {
  return kind === "latency" ? "h2load" : "wrk";
}

function leftOut(what: string, reason: string): string {
  return `${what} is left out: ${reason}`;
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
