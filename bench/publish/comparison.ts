/** What a result says of the subject and its rivals, case by case: what the chart and the summary show. */
import type { BenchResult, CaseResult, ThroughputResult } from "../throughput/result.ts";
import { requestsPerCpuSecond } from "../throughput/result.ts";
import { ratioSpread, type Spread } from "../throughput/stats.ts";

const SUBJECT = "basehttp";

/** The peer that answers without reading: no server, but what no server can surpass. */
const LIMIT = "bun-listen";

/** Short names of cases, for where their titles are too long. */
const HEADINGS: Readonly<Record<string, string>> = {
  hello: "Hello, World",
  browser: "A browser's request",
  pipelined: "Pipelined requests",
  json: "JSON",
  echo: "POST of 1 KB, echoed",
  "echo-1m": "POST of 1 MB, echoed",
  upload: "Upload",
  stream: "Streamed answer",
  "file-1k": "File of 1 KB",
  "file-100k": "File of 100 KB",
  "file-100m": "File of 100 MB",
  "not-modified": "File not modified",
  listing: "Directory listing",
  connect: "New connection for each request",
  python: "Hello, World, as suits Python",
};

/** A rival's requests per CPU second and the subject's, compared round by round. */
export interface Rival {
  readonly peer: string;
  readonly title: string;
  /** Whether it is no server that one could choose, but the limit. */
  readonly isLimit: boolean;
  /** How many times the rival's the subject's are: above 1 the subject is ahead. */
  readonly ratio: Spread;
  /** How many times the subject's the rival's are: above 1 the rival is ahead. */
  readonly relative: Spread;
}

export interface Comparison {
  readonly name: string;
  readonly heading: string;
  readonly subject: string;
  readonly rivals: readonly Rival[];
}

/** The cases of a result in which the subject met other servers, in the order of the result. */
export function comparisons({ cases }: BenchResult): Comparison[] {
  return cases
    .filter((one) => one.kind === "throughput")
    .map(comparison)
    .filter(({ rivals }) => rivals.length > 0);
}

/** A case's short name; its title where it has none. */
export function headingOf({ name, title }: CaseResult): string {
  return Object.hasOwn(HEADINGS, name) ? (HEADINGS[name] ?? title) : title;
}

/** The subject's row and its rivals', where the subject took part; the subject comes first then. */
export function sides<Row extends { readonly peer: string }>(
  rows: readonly Row[],
): { readonly subject: Row; readonly rivals: readonly Row[] } | undefined {
  const [subject, ...rivals] = rows;
  return subject?.peer === SUBJECT ? { subject, rivals } : undefined;
}

/** A row in which the subject meets itself, set up in another way, compares no servers. */
export function isItself({ peer }: { readonly peer: string }): boolean {
  return peer === SUBJECT;
}

function comparison(result: ThroughputResult): Comparison {
  const both = sides(result.rows);
  const own = both?.subject.samples.map(requestsPerCpuSecond) ?? [];
  const rivals = (both?.rivals ?? []).filter((row) => !isItself(row));
  return {
    name: result.name,
    heading: headingOf(result),
    subject: both?.subject.title ?? SUBJECT,
    rivals: rivals.map(({ peer, title, samples }) => {
      const theirs = samples.map(requestsPerCpuSecond);
      const [ratio, relative] = [ratioSpread(own, theirs), ratioSpread(theirs, own)];
      return { peer, title, isLimit: peer === LIMIT, ratio, relative };
    }),
  };
}
