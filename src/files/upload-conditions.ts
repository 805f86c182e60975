/** Preconditions of requests that write a file (RFC 9110 13.1, in the order of 13.2.2). Pure. */

import { checkIfMatch, checkIfNoneMatch, checkIfUnmodifiedSince, type Validators } from "./conditional.ts";
import { EXISTS, NOT_AS_EXPECTED, type UploadRejection } from "./upload-rejection.ts";

/** The fields; null where there is none. */
export interface WriteConditions {
  readonly ifMatch: string | null;
  readonly ifNoneMatch: string | null;
  readonly ifUnmodifiedSince: string | null;
}

/**
 * Why the file that `existing` tells of must not be replaced, or a new one not be made where it is null. That files
 * are never replaced goes first: conditions count only where the request would succeed without them (RFC 9110 13.2.1).
 *
 * @param now seconds since 1970: it settles the century of a date with two digits.
 */
export function writeRejection(
  conditions: WriteConditions,
  existing: Validators | null,
  mayReplace: boolean,
  now: number,
): UploadRejection | undefined {
  if (existing !== null && !mayReplace) return EXISTS;
  const { ifMatch, ifNoneMatch, ifUnmodifiedSince } = conditions;
  // Somebody who names a date expects a file: what is not there is not what it was then.
  const modified = existing === null ? Number.POSITIVE_INFINITY : existing.mtime;
  const isExpected =
    ifMatch === null
      ? checkIfUnmodifiedSince(ifUnmodifiedSince, modified, now)
      : checkIfMatch(ifMatch, existing);
  const isAllowed = isExpected !== "false" && checkIfNoneMatch(ifNoneMatch, existing) !== "false";
  return isAllowed ? undefined : NOT_AS_EXPECTED;
}
