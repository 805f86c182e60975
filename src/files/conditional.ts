/**
 * Conditional requests (RFC 9110 section 13): one small decider for each field, and one composer, which alone
 * knows their order. Pure: the time is passed in. It counts in seconds since 1970.
 */

import { parseHttpDate } from "../protocol/http-date.ts";
import { matchesStrongly, matchesWeakly, parseEntityTags } from "./entity-tag.ts";

/** What a condition says: it is absent or does not count, it holds, or it does not hold. */
export type Condition = "none" | "true" | "false";

/** What the preconditions ask for: the usual answer, Not Modified, or Precondition Failed. */
export type PreconditionOutcome = 200 | 304 | 412;

/** What of a request its preconditions are. Fields are null where it has none; repeated ones are joined. */
export interface ConditionalRequest {
  readonly method: string;
  readonly ifMatch: string | null;
  readonly ifUnmodifiedSince: string | null;
  readonly ifNoneMatch: string | null;
  readonly ifModifiedSince: string | null;
}

/** What tells one version of a representation from another. */
export interface Validators {
  /** The entity tag; null where it has none. */
  readonly etag: string | null;
  /** When it was last modified; a fraction does not count. */
  readonly mtime: number;
}

/**
 * Whether the current representation is among those of the field, compared strongly (RFC 9110 13.1.1). `current`
 * is null where there is none. What cannot be read names no representation: the condition does not hold.
 */
export function checkIfMatch(value: string | null, current: Validators | null): Condition {
  if (value === null) return "none";
  return isListed(value, current, matchesStrongly) ? "true" : "false";
}

/**
 * Whether the current representation is not among those of the field, compared weakly (RFC 9110 13.1.2). What
 * cannot be read names no representation: the condition holds.
 */
export function checkIfNoneMatch(value: string | null, current: Validators | null): Condition {
  if (value === null) return "none";
  return isListed(value, current, matchesWeakly) ? "false" : "true";
}

/**
 * Whether a file last modified at `modified` has changed since the date of the field (RFC 9110 13.1.3). Dates
 * outside the grammar do not count. `now` settles the century of a two-digit year.
 */
export function checkIfModifiedSince(value: string | null, modified: number, now: number): Condition {
  const since = dateOf(value, now);
  if (Number.isNaN(since)) return "none";
  return Math.floor(modified) > since ? "true" : "false";
}

/** Whether it has not changed since the date of the field (RFC 9110 13.1.4). */
export function checkIfUnmodifiedSince(value: string | null, modified: number, now: number): Condition {
  const since = dateOf(value, now);
  if (Number.isNaN(since)) return "none";
  return Math.floor(modified) <= since ? "true" : "false";
}

/**
 * Whether a range is asked of the version that is there now (RFC 9110 13.1.5): by its tag, compared strongly, or
 * by exactly its date.
 *
 * The date counts from the second after it on: before, a later version could have the same one. Whether that
 * happened before it was given out, the client alone can know (8.8.2.2).
 */
export function checkIfRange(value: string | null, current: Validators, now: number): Condition {
  if (value === null) return "none";
  if (value.endsWith('"')) {
    const isSame = current.etag !== null && matchesStrongly(value, current.etag);
    return isSame ? "true" : "false";
  }
  const modified = Math.floor(current.mtime);
  return parseHttpDate(value, now) === modified && modified < now ? "true" : "false";
}

/**
 * The outcome of a request's preconditions in the order of RFC 9110 13.2.2; `current` is null where there is
 * nothing yet. Dates count where there is no condition on tags beside them, whatever that says (SIM-11), and
 * If-Modified-Since for GET and HEAD only.
 */
export function checkPreconditions(
  request: ConditionalRequest,
  current: Validators | null,
  now: number,
): PreconditionOutcome {
  const { ifMatch, ifNoneMatch } = request;
  const isRetrieval = request.method === "GET" || request.method === "HEAD";
  if (ifMatch !== null) {
    if (checkIfMatch(ifMatch, current) === "false") return 412;
  } else if (current !== null) {
    if (checkIfUnmodifiedSince(request.ifUnmodifiedSince, current.mtime, now) === "false") return 412;
  }
  if (ifNoneMatch !== null) {
    if (checkIfNoneMatch(ifNoneMatch, current) === "false") return isRetrieval ? 304 : 412;
  } else if (isRetrieval && current !== null) {
    if (checkIfModifiedSince(request.ifModifiedSince, current.mtime, now) === "false") return 304;
  }
  return 200;
}

function isListed(
  value: string,
  current: Validators | null,
  matches: (one: string, other: string) => boolean,
): boolean {
  if (current === null) return false;
  const tags = parseEntityTags(value);
  if (tags === "*") return true;
  const { etag } = current;
  return tags !== null && etag !== null && tags.some((tag) => matches(tag, etag));
}

function dateOf(value: string | null, now: number): number {
  return value === null ? NaN : parseHttpDate(value, now);
}
