/** Reads a result that the bench wrote as JSON, and refuses what is none before anything is made from it. */
import { Refusal } from "../throughput/command.ts";
import { totalMs } from "../throughput/proc.ts";
import type { BenchResult, ThroughputSample } from "../throughput/result.ts";
import {
  type Check,
  everyValue,
  fields,
  filled,
  list,
  matching,
  number,
  optional,
  positive,
  text,
} from "./shape.ts";

const TIMES = fields({
  requests: positive,
  wallMs: positive,
  userMs: number,
  systemMs: number,
  peakBytes: positive,
});

const LATENCY = fields({ requestsPerSecond: positive, p50Us: positive, p99Us: positive });

/** What a case holds besides its name and its title, by its kind. */
const KINDS: Readonly<Record<string, Check>> = {
  throughput: fields({ rows: rows({ samples: filled(throughputSample), goal: optional(number) }) }),
  latency: fields({ rows: rows({ samples: filled(LATENCY), goal: optional(number) }) }),
  "idle memory": fields({
    connections: positive,
    rows: rows({ bytesPerConnection: filled(number), goalBytes: optional(number) }),
  }),
  void: fields({ reason: text }),
};

const RESULT = fields({
  environment: fields({
    date: matching(/^\d{4}-\d\d-\d\dT/, "a date"),
    commit: text,
    cpu: text,
    kernel: text,
    loadAverage: number,
    versions: everyValue(text),
  }),
  seconds: positive,
  rounds: positive,
  cases: filled(caseResult),
});

/** Reads what `--json` wrote. Throws a {@link Refusal} that names `source` and the first thing that is wrong. */
export function parseResult(json: string, source: string): BenchResult {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Refusal(`${source} is not JSON`);
  }
  const complaint = RESULT(value, "");
  if (complaint !== undefined) throw new Refusal(`${source} is no result of the bench: ${complaint}`);
  return value as BenchResult;
}

function caseResult(value: unknown, path: string): string | undefined {
  const complaint = fields({ kind: text, name: text, title: text })(value, path);
  if (complaint !== undefined) return complaint;
  const { kind } = value as { kind: string };
  const check = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  return check === undefined ? `${path}.kind is unknown: ${JSON.stringify(kind)}` : check(value, path);
}

function rows(figures: Readonly<Record<string, Check>>): Check {
  return list(fields({ peer: text, title: text, ...figures }));
}

function throughputSample(value: unknown, path: string): string | undefined {
  const complaint = TIMES(value, path);
  if (complaint !== undefined) return complaint;
  return totalMs(value as ThroughputSample) > 0 ? undefined : `${path} has no CPU time`;
}
