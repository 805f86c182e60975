/** What micro benches have in common: cases, each over many inputs, and every result checked. */
import { bench, do_not_optimize, group, run } from "mitata";

/** What a comparison tells from what was expected: no objects. */
export type Result = string | number | boolean | null | undefined;

/** One input: the work that it gives, and what must come of it. */
export interface Sample {
  /** For messages. */
  readonly input: unknown;
  readonly work: () => Result;
  readonly expected: Result;
}

/** One line of figures. Its samples are taken in turn, one an iteration. */
export interface Case {
  readonly name: string;
  readonly samples: readonly Sample[];
}

/** The cases of one module, in named groups. */
export type Suite = Readonly<Record<string, readonly Case[]>>;

const MOST_SHOWN = 100;

/** A case that does `work` with each input in turn and expects what stands beside it. */
export function caseOf<Input, Output extends Result>(
  name: string,
  work: (input: Input) => Output,
  inputs: readonly (readonly [input: Input, expected: Output])[],
): Case {
  const samples = inputs.map(([input, expected]) => ({ input, work: () => work(input), expected }));
  return { name, samples };
}

/** The body of the measured loop: does the work of the next sample, and throws unless the result is the right one. */
export function iterationOf({ name, samples }: Case): () => Result {
  let next = 0;
  return () => {
    const sample = samples[next]!;
    next = next + 1 === samples.length ? 0 : next + 1;
    const result = sample.work();
    // NaN is a result like others.
    if (!Object.is(result, sample.expected)) throw wrongResult(name, sample, result);
    return result;
  };
}

/** Measures all cases and prints the figures. Rejects at the first wrong result. */
export async function runSuite(suite: Suite): Promise<void> {
  for (const [title, cases] of Object.entries(suite)) {
    group(title, () => {
      for (const one of cases) {
        const iterate = iterationOf(one);
        // Once round before anything is measured: a wrong result shows at once, and mitata's first calls, by which it
        // decides whether to time iterations singly or by the thousand, are not the cold ones.
        for (const _ of one.samples) iterate();
        bench(one.name, () => do_not_optimize(iterate()));
      }
    });
  }
  await run({ throw: true, colors: process.stdout.isTTY === true });
}

function wrongResult(name: string, { input, expected }: Sample, result: Result): Error {
  return new Error(`"${name}" gives ${show(result)}, not ${show(expected)}, for ${show(input)}`);
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text;
}
