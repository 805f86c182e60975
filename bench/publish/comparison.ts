/** What a result says of the subject and its rivals, case by case: what the chart and the summary show. */
import { CASES } from "../throughput/cases.ts";
import {
  type BenchResult,
  type CaseResult,
  requestsPerCpuSecond,
  type ThroughputResult,
} from "../throughput/result.ts";
import { ratioSpread, type Spread } from "../throughput/stats.ts";

const SUBJECT = "basehttp";

/** The peer that answers without reading: no server, but what no server can surpass. */
const LIMIT = "bun-listen";

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
  readonly heading: string;
  /** Whether it is shown before others where there are more than fit. */
  readonly isChief: boolean;
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

/** A case's short title; its title where it has none, or is not among the cases. */
export function headingOf({ name, title }: CaseResult): string {
  return CASES.find((one) => one.name === name)?.heading ?? title;
}

/** Whether a case is one of those that run by themselves. */
function isChief({ name }: CaseResult): boolean {
  return CASES.some((one) => one.name === name && one.isExtra !== true);
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
    heading: headingOf(result),
    isChief: isChief(result),
    subject: both?.subject.title ?? SUBJECT,
    rivals: rivals.map(({ peer, title, samples }) => {
      const theirs = samples.map(requestsPerCpuSecond);
      const [ratio, relative] = [ratioSpread(own, theirs), ratioSpread(theirs, own)];
      return { peer, title, isLimit: peer === LIMIT, ratio, relative };
    }),
  };
}
