/** Preconditions of requests that write a file (RFC 9110 13.1, in the order of 13.2.2). Pure. */

import { parseHttpDate } from "../protocol/http-date.ts";
import { matchesStrongly, parseEntityTags } from "./entity-tag.ts";
import { EXISTS, NOT_AS_EXPECTED, type UploadRejection } from "./upload-rejection.ts";

/** The fields; null where there is none. */
export interface WriteConditions {
  readonly ifMatch: string | null;
  readonly ifNoneMatch: string | null;
  readonly ifUnmodifiedSince: string | null;
}

/** The file that there is, as far as the conditions go. */
export interface WrittenFile {
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Its strong entity tag, with quotation marks; null where it has none. */
  readonly entityTag: string | null;
}

/**
 * Why `existing` must not be replaced, or a new file not be made where it is undefined. That files are never
 * replaced goes first: conditions count only where the request would succeed without them (RFC 9110 13.2.1).
 *
 * @param now seconds since 1970: it settles the century of a date with two digits.
 */
export function writeRejection(
  conditions: WriteConditions,
  existing: WrittenFile | undefined,
  mayReplace: boolean,
  now: number,
): UploadRejection | undefined {
  if (existing !== undefined && !mayReplace) return EXISTS;
  const { ifMatch, ifNoneMatch, ifUnmodifiedSince } = conditions;
  if (ifMatch !== null) {
    if (!names(ifMatch, existing)) return NOT_AS_EXPECTED;
  } else if (ifUnmodifiedSince !== null) {
    const since = parseHttpDate(ifUnmodifiedSince, now);
    const isModified = existing === undefined || Math.floor(existing.mtime) > since;
    // A date that is none does not count (13.1.4): nothing is greater than NaN.
    if (!Number.isNaN(since) && isModified) return NOT_AS_EXPECTED;
  }
  return ifNoneMatch !== null && names(ifNoneMatch, existing) ? NOT_AS_EXPECTED : undefined;
}

/**
 * Whether the list of entity tags, or `*`, names what there is. Weak tags name no state that can be relied
 * on.
 */
function names(list: string, existing: WrittenFile | undefined): boolean {
  if (existing === undefined) return false;
  const tags = parseEntityTags(list);
  if (tags === "*") return true;
  const { entityTag } = existing;
  return tags?.some((tag) => entityTag !== null && matchesStrongly(tag, entityTag)) ?? false;
}
