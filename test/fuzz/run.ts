/** Runs targets in turn, each on its own row of cases, until somebody says that it is over. */

import { type Found, minimise } from "./minimise.ts";
import { CaseSource } from "./mutate.ts";
import { Random } from "./random.ts";
import { type Fault, type FuzzCase, type Target, thrown } from "./target.ts";

/** How long a target has its turn, where its share is one. */
const TURN_MS = 40;
/** Cases between two looks at the clock. */
const CASES_AT_ONCE = 16;

/** What has come of a target. */
export interface Tally {
  readonly name: string;
  /** How long its turns have taken together. */
  ms: number;
  cases: number;
  throws: number;
  splits: number;
  wrongs: number;
}

export interface Failure {
  readonly target: string;
  /** Which of the target's cases it was, from 0 on. */
  readonly index: number;
  readonly fuzzCase: FuzzCase;
  readonly fault: Fault;
}

export interface Run {
  readonly targets: readonly Target[];
  readonly seed: number;
  /** Asked between the turns of targets. */
  isOver(tallies: readonly Tally[]): boolean;
  /** Told of each failure, which has been made small. Its target has no more turns. */
  failed(failure: Failure): void;
}

/** The cases of `target` by `seed`: they do not depend on which other targets there are, or on time. */
export function casesOf(target: Target, seed: number): CaseSource {
  return new CaseSource(target, new Random(`${seed} ${target.name}`));
}

/** Runs until it is over, or every target has failed. */
export async function runFuzz(run: Run): Promise<readonly Tally[]> {
  const rows = run.targets.map((target) => new Row(target, run.seed));
  const tallies = rows.map(({ tally }) => tally);
  while (rows.some(({ isLive }) => isLive) && !run.isOver(tallies)) {
    for (const row of rows) {
      const failure = row.isLive ? await row.turn() : undefined;
      if (failure !== undefined) run.failed(failure);
      // Signals come in between.
      await new Promise((resolve) => setImmediate(resolve));
      if (run.isOver(tallies)) break;
    }
  }
  return tallies;
}

/** A target's way through its cases. */
class Row {
  readonly tally: Tally;
  isLive = true;
  readonly #target: Target;
  readonly #turnMs: number;
  readonly #cases: CaseSource;

  constructor(target: Target, seed: number) {
    this.#turnMs = TURN_MS * (target.share ?? 1);
    this.#target = target;
    this.#cases = casesOf(target, seed);
    this.tally = { name: target.name, ms: 0, cases: 0, throws: 0, splits: 0, wrongs: 0 };
  }

  async turn(): Promise<Failure | undefined> {
    const start = performance.now();
    let found: Found | undefined;
    let elapsed: number;
    do {
      for (let count = 0; count < CASES_AT_ONCE && found === undefined; count++) {
        const fuzzCase = this.#cases.next();
        const fault = await this.#check(fuzzCase);
        this.tally.cases++;
        if (fault !== undefined) found = { fuzzCase, fault };
      }
      elapsed = performance.now() - start;
    } while (found === undefined && elapsed < this.#turnMs);
    this.tally.ms += elapsed;
    return found === undefined ? undefined : await this.#fail(found);
  }

  /** Without a promise where the target has none: it would cost more than many a check. */
  #check(fuzzCase: FuzzCase): Fault | undefined | Promise<Fault | undefined> {
    try {
      const result = this.#target.check(fuzzCase);
      return result instanceof Promise ? result.catch(thrown) : result;
    } catch (error) {
      return thrown(error);
    }
  }

  async #fail(found: Found): Promise<Failure> {
    this.isLive = false;
    const { kind } = found.fault;
    if (kind === "throw") this.tally.throws++;
    else if (kind === "split") this.tally.splits++;
    else this.tally.wrongs++;
    const smallest = await minimise(this.#target, found);
    return { target: this.#target.name, index: this.tally.cases - 1, ...smallest };
  }
}
