/** Runs the cases: every round starts each contender of a case once, in turn, as a fresh process. */
import {
  type Case,
  type Contender,
  DEFAULT_CONNECTIONS,
  type IdleMemoryCase,
  type LatencyCase,
  type Rival,
  type ThroughputCase,
} from "./cases/case.ts";
import { connectionShortage, measureIdleMemory } from "./idle-memory.ts";
import { measureLatency, measurePace } from "./latency.ts";
import { recordLoad } from "./load-client.ts";
import { PEERS } from "./peers.ts";
import type { Progress } from "./progress.ts";
import type {
  CaseResult,
  IdleMemoryResult,
  IdleMemoryRow,
  LatencyResult,
  ThroughputResult,
} from "./result.ts";
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

/** A contender and its measurements, one for each round. */
interface Measured<C, T> {
  readonly contender: C;
  readonly samples: readonly T[];
}

async function measureInTurn<C extends Contender, T>(
  name: string,
  contenders: readonly C[],
  { rounds, progress, isMirrored = false }: RunOptions,
  measure: (contender: C, round: number) => Promise<T>,
): Promise<Measured<C, T>[]> {
  const samples = await inTurn(contenders, rounds, isMirrored, async (contender, round) => {
    progress.step(`${name}, round ${round} of ${rounds}: ${titleOf(contender)}`);
    return await measure(contender, round);
  });
  return contenders.map((contender, index) => ({ contender, samples: samples[index] ?? [] }));
}

async function runThroughput(one: ThroughputCase, options: RunOptions): Promise<ThroughputResult> {
  const { seconds, setup } = options;
  const { kind, name, title, connections = DEFAULT_CONNECTIONS } = one;
  const load = await recordLoad(await one.load(setup), setup);
  const contenders: readonly Rival[] = [one.subject, ...one.rivals];
  const measured = await measureInTurn(name, contenders, options, (contender) =>
    measureThroughput({ connections, ...contender }, load, seconds, setup),
  );
  return { kind, name, title, rows: measured.map(rowOf) };
}

async function runLatency(one: LatencyCase, options: RunOptions): Promise<LatencyResult> {
  const { seconds, setup } = options;
  const { kind, name, title, post, pacemaker } = one;
  const load = await recordLoad(await one.load(setup), setup);
  const postPath = post && (await recordPost(post, setup));
  const contenders: readonly Rival[] = [one.subject, ...one.rivals];
  const paces = new Map<number, number>();
  const measured = await measureInTurn(name, contenders, options, async (contender, round) => {
    const requestsPerSecond = paces.get(round) ?? (await measurePace(pacemaker, load, setup));
    paces.set(round, requestsPerSecond);
    return await measureLatency(contender, { load, postPath, requestsPerSecond, seconds }, setup);
  });
  return { kind, name, title, rows: measured.map(rowOf) };
}

/** Writes a body to the file that the client posts. */
async function recordPost(post: Uint8Array, setup: Setup): Promise<string> {
  const path = setup.newPath();
  await Bun.write(path, post);
  return path;
}

async function runIdleMemory(one: IdleMemoryCase, options: RunOptions): Promise<IdleMemoryResult> {
  const { kind, name, title, connections, isEncrypted } = one;
  const shortage = connectionShortage(connections);
  if (shortage !== undefined) throw new Error(shortage);
  const contenders: readonly IdleMemoryCase["subject"][] = [one.subject, ...one.rivals];
  const measured = await measureInTurn(name, contenders, options, (contender) =>
    measureIdleMemory(contender, connections, options.setup, isEncrypted),
  );
  return { kind, name, title, connections, rows: measured.map(idleRowOf) };
}

/** A row of any case but that of idle memory. */
function rowOf<T>({ contender, samples }: Measured<Rival, T>): RatedRow<T> {
  const { peer, goal } = contender;
  return { peer, title: titleOf(contender), ...(goal === undefined ? {} : { goal }), samples };
}

function idleRowOf({ contender, samples }: Measured<IdleMemoryCase["subject"], number>): IdleMemoryRow {
  const { peer, goalBytes } = contender;
  return {
    peer,
    title: titleOf(contender),
    bytesPerConnection: samples,
    ...(goalBytes === undefined ? {} : { goalBytes }),
  };
}

interface RatedRow<T> extends Pick<Rival, "peer" | "goal"> {
  readonly title: string;
  readonly samples: readonly T[];
}

function titleOf({ title, peer }: Contender): string {
  return title ?? PEERS[peer].title;
}
