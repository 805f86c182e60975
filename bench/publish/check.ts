/** Reads a result that the bench wrote as JSON, and refuses what is none before anything is made from it. */
import { Refusal } from "../throughput/command.ts";
import type { BenchResult } from "../throughput/result.ts";

/** Says where `value`, which lies at `path`, is not what it should be; undefined where all is well. */
type Check = (value: unknown, path: string) => string | undefined;

const THROUGHPUT_ROW = row("samples", {
  requests: positive,
  wallMs: positive,
  userMs: number,
  systemMs: number,
  peakBytes: positive,
});

const LATENCY_ROW = row("samples", { requestsPerSecond: positive, p50Us: positive, p99Us: positive });

const IDLE_MEMORY_ROW = fields({
  peer: text,
  title: text,
  bytesPerConnection: filled(number),
  goalBytes: optional(number),
});

/** What a case holds besides its name and its title, by its kind. */
const KINDS: Readonly<Record<string, Check>> = {
  throughput: fields({ rows: list(THROUGHPUT_ROW) }),
  latency: fields({ rows: list(LATENCY_ROW) }),
  "idle memory": fields({ connections: positive, rows: list(IDLE_MEMORY_ROW) }),
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
  cases: list(caseResult),
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

function row(samples: string, sample: Readonly<Record<string, Check>>): Check {
  return fields({ peer: text, title: text, [samples]: filled(fields(sample)), goal: optional(number) });
}

function text(value: unknown, path: string): string | undefined {
  return typeof value === "string" ? undefined : `${path} is not text`;
}

function number(value: unknown, path: string): string | undefined {
  return Number.isFinite(value) ? undefined : `${path} is not a number`;
}

function positive(value: unknown, path: string): string | undefined {
  return Number.isFinite(value) && (value as number) > 0 ? undefined : `${path} is not a positive number`;
}

function matching(pattern: RegExp, what: string): Check {
  return (value, path) => (pattern.test(String(value)) ? undefined : `${path} is not ${what}`);
}

function optional(check: Check): Check {
  return (value, path) => (value === undefined ? undefined : check(value, path));
}

function list(item: Check): Check {
  return (value, path) =>
    Array.isArray(value)
      ? first(value.map((one, index) => item(one, `${path}[${index}]`)))
      : `${path} is not a list`;
}

function filled(item: Check): Check {
  return (value, path) =>
    list(item)(value, path) ?? ((value as []).length > 0 ? undefined : `${path} is empty`);
}

function everyValue(check: Check): Check {
  return (value, path) =>
    isRecord(value)
      ? first(Object.entries(value).map(([key, one]) => check(one, `${path}.${key}`)))
      : `${path} is not an object`;
}

function fields(shape: Readonly<Record<string, Check>>): Check {
  return (value, path) =>
    isRecord(value)
      ? first(
          Object.entries(shape).map(([key, check]) =>
            check(value[key], path === "" ? key : `${path}.${key}`),
          ),
        )
      : `${path || "it"} is not an object`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function first(complaints: readonly (string | undefined)[]): string | undefined {
  return complaints.find((complaint) => complaint !== undefined);
}
