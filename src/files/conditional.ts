/**
 * Conditional requests (RFC 9110 section 13): one small decider for each field, and one composer, which alone
 * knows their order. Pure: the time is passed in. The entity-tag conditions have their place in the composer.
 */

import { parseHttpDate } from "../protocol/http-date.ts";

/** What a condition says: it is absent or does not count, it holds, or it does not hold. */
export type Condition = "none" | "true" | "false";

/** What the preconditions ask for: the usual answer, or Not Modified. */
export type PreconditionOutcome = 200 | 304;

/** What of a request its preconditions are: the fields are null where it has none. */
export interface ConditionalRequest {
  readonly method: string;
  readonly ifNoneMatch: string | null;
  readonly ifModifiedSince: string | null;
}

/**
 * Whether a file last modified at `modified` has changed since the date of the field, both in whole seconds
 * since 1970 (RFC 9110 13.1.3). Dates outside the grammar do not count. `now` settles the century of a
 * two-digit year.
 */
export function checkIfModifiedSince(value: string | null, modified: number, now: number): Condition {
  if (value === null) return "none";
  const since = parseHttpDate(value, now);
  if (Number.isNaN(since)) return "none";
  return modified > since ? "true" : "false";
}

/**
 * The outcome of a request's preconditions in the order of RFC 9110 13.2.2, for a file last modified `mtime`
 * seconds after 1970. If-Modified-Since counts for GET and HEAD only (13.1.3), and not where there is an
 * If-None-Match (SIM-11).
 */
export function checkPreconditions(
  request: ConditionalRequest,
  mtime: number,
  now: number,
): PreconditionOutcome {
  if (request.ifNoneMatch !== null || !isRetrieval(request.method)) return 200;
  const isModified = checkIfModifiedSince(request.ifModifiedSince, Math.floor(mtime), now);
  return isModified === "false" ? 304 : 200;
}

function isRetrieval(method: string): boolean {
  return method === "GET" || method === "HEAD";
}
