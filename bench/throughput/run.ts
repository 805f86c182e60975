/** Runs the cases: every round starts each contender of a case once, in turn, as a fresh process. */
import type { Case, Contender, IdleMemoryCase, Rival, ThroughputCase } from "./cases.ts";
import { connectionShortage, measureIdleMemory } from "./idle-memory.ts";
import { PEERS } from "./peers.ts";
import type { Progress } from "./progress.ts";
import type { CaseResult, IdleMemoryResult, ThroughputResult } from "./result.ts";
import type { Setup } from "./setup.ts";
import { measureThroughput, recordLoad } from "./throughput.ts";

export interface RunOptions {
  readonly seconds: number;
  readonly rounds: number;
  readonly setup: Setup;
  readonly progress: Progress;
}

/** Runs one case. A case that fails is void, with the reason, and does not keep the others from running. */
export async function runCase(one: Case, options: RunOptions): Promise<CaseResult> {
  try {
    return one.kind === "throughput" ? await runThroughput(one, options) : await runIdleMemory(one, options);
  } catch (error) {
    options.setup.signal.throwIfAborted();
    return { kind: "void", name: one.name, title: one.title, reason: (error as Error).message };
  }
}

/** The steps that {@link Progress} will see for a case. */
export function stepsOf(one: Case, rounds: number): number {
  return rounds * (1 + one.rivals.length);
}

async function runThroughput(one: ThroughputCase, options: RunOptions): Promise<ThroughputResult> {
  const { seconds, setup } = options;
  const load = await recordLoad(one.load(), setup);
  const contenders: readonly Rival[] = [one.subject, ...one.rivals];
  const samples = await inTurn(one.name, contenders, options, (contender) =>
    measureThroughput(contender, load, seconds, setup),
  );
  const rows = contenders.map((contender, index) => ({
    peer: contender.peer,
    title: titleOf(contender),
    samples: samples[index] ?? [],
    ...(contender.goal === undefined ? {} : { goal: contender.goal }),
  }));
  return { kind: one.kind, name: one.name, title: one.title, rows };
}

async function runIdleMemory(one: IdleMemoryCase, options: RunOptions): Promise<IdleMemoryResult> {
  const { connections } = one;
  const shortage = connectionShortage(connections);
  if (shortage !== undefined) throw new Error(shortage);
  const contenders: readonly IdleMemoryCase["subject"][] = [one.subject, ...one.rivals];
  const bytes = await inTurn(one.name, contenders, options, (contender) =>
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

/** Measures A, B, A, B, ... and returns the measurements of each. */
async function inTurn<T>(
  name: string,
  contenders: readonly Contender[],
  { rounds, progress }: RunOptions,
  measure: (contender: Contender) => Promise<T>,
): Promise<T[][]> {
  const measured: T[][] = contenders.map(() => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      progress.step(`${name}, round ${round} of ${rounds}: ${titleOf(contender)}`);
      measured[index]?.push(await measure(contender));
    }
  }
  return measured;
}

function titleOf({ title, peer }: Contender): string {
  return title ?? PEERS[peer].title;
}
