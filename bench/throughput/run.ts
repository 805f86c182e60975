/** Runs the cases: every round starts each contender of a case once, in turn, as a fresh process. */
import type { Case, Contender, IdleMemoryCase, LatencyCase, Rival, ThroughputCase } from "./cases/case.ts";
import { connectionShortage, measureIdleMemory } from "./idle-memory.ts";
import { measureLatency, measurePace } from "./latency.ts";
import { recordLoad } from "./load-client.ts";
import { PEERS } from "./peers.ts";
import type { Progress } from "./progress.ts";
import type { CaseResult, IdleMemoryResult, LatencyResult, ThroughputResult } from "./result.ts";
import { inTurn } from "./rounds.ts";
import type { Setup } from "./setup.ts";
import { measureThroughput } from "./throughput.ts";

export interface RunOptions {
  readonly seconds: number;
  readonly rounds: number;
  readonly setup: Setup;
  readonly progress: Progress;
  /** Whether every second round goes backwards. */
  readonly isMirrored?: boolean;
}

/** Runs one case. A case that fails is void, with the reason, and does not keep the others from running. */
export async function runCase(one: Case, options: RunOptions): Promise<CaseResult> {
  try {
    if (one.kind === "throughput") return await runThroughput(one, options);
    return one.kind === "latency" ? await runLatency(one, options) : await runIdleMemory(one, options);
  } catch (error) {
    options.setup.signal.throwIfAborted();
    return { kind: "void", name: one.name, title: one.title, reason: (error as Error).message };
  }
}

/** The steps that {@link Progress} will see for a case. */
export function stepsOf(one: Case, rounds: number): number {
  return rounds * (1 + one.rivals.length);
}

/** The measurements of each contender, one for each round. */
async function measureInTurn<T>(
  name: string,
  contenders: readonly Contender[],
  { rounds, progress, isMirrored = false }: RunOptions,
  measure: (contender: Contender, round: number) => Promise<T>,
): Promise<T[][]> {
  return await inTurn(contenders, rounds, isMirrored, async (contender, round) => {
    progress.step(`${name}, round ${round} of ${rounds}: ${titleOf(contender)}`);
    return await measure(contender, round);
  });
}

async function runThroughput(one: ThroughputCase, options: RunOptions): Promise<ThroughputResult> {
  const { seconds, setup } = options;
  const { connections } = one;
  const load = await recordLoad(await one.load(setup), setup);
  const contenders: readonly Rival[] = [one.subject, ...one.rivals];
  const samples = await measureInTurn(one.name, contenders, options, (contender) =>
    measureThroughput({ ...(connections && { connections }), ...contender }, load, seconds, setup),
  );
  const rows = contenders.map((contender, index) => ({ ...rowOf(contender), samples: samples[index] ?? [] }));
  return { kind: one.kind, name: one.name, title: one.title, rows };
}

async function runLatency(one: LatencyCase, options: RunOptions): Promise<LatencyResult> {
  const { seconds, setup } = options;
  const load = await recordLoad(await one.load(setup), setup);
  const postPath = one.post === undefined ? undefined : setup.newPath();
  if (one.post !== undefined && postPath !== undefined) await Bun.write(postPath, one.post);
  const contenders: readonly Rival[] = [one.subject, ...one.rivals];
  const paces = new Map<number, number>();
  const samples = await measureInTurn(one.name, contenders, options, async (contender, round) => {
    const requestsPerSecond = paces.get(round) ?? (await measurePace(one.pacemaker, load, setup));
    paces.set(round, requestsPerSecond);
    return await measureLatency(contender, { load, postPath, requestsPerSecond, seconds }, setup);
  });
  const rows = contenders.map((contender, index) => ({ ...rowOf(contender), samples: samples[index] ?? [] }));
  return { kind: one.kind, name: one.name, title: one.title, rows };
}

async function runIdleMemory(one: IdleMemoryCase, options: RunOptions): Promise<IdleMemoryResult> {
  const { connections } = one;
  const shortage = connectionShortage(connections);
  if (shortage !== undefined) throw new Error(shortage);
  const contenders: readonly IdleMemoryCase["subject"][] = [one.subject, ...one.rivals];
  const bytes = await measureInTurn(one.name, contenders, options, (contender) =>
    measureIdleMemory(contender, connections, options.setup),
  );
  const rows = contenders.map((contender, index) => ({
    peer: contender.peer,
    title: titleOf(contender),
    bytesPerConnection: bytes[index] ?? [],
    ...(contender.goalBytes === undefined ? {} : { goalBytes: contender.goalBytes }),
  }));
  return { kind: one.kind, name: one.name, title: one.title, connections, rows };
}

/** What rows say of a contender besides its figures. */
function rowOf(contender: Rival): Pick<Rival, "peer" | "goal"> & { title: string } {
  const { peer, goal } = contender;
  return { peer, title: titleOf(contender), ...(goal === undefined ? {} : { goal }) };
}

function titleOf({ title, peer }: Contender): string {
  return title ?? PEERS[peer].title;
}
