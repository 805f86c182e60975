/** The command line of a script (RFC 3875 4.4): the words of a query that is no form's. */

import { decodeSegment } from "../../files/path.ts";

/** What `decodeSegment` makes of `%2F`, which means nothing else than a slash in a query. */
const STRAY_SLASH = "\uDC2F";

const MAX_WORDS = 100;

/**
 * The arguments that a script gets: the decoded words of a query without an unencoded `=`, for GET and HEAD. All of them
 * or none: none if one is empty, begins with `-` (many programs would take it for an option: CVE-2012-1823), holds NUL
 * or is not UTF-8.
 */
export function scriptArguments(method: string, query: string): string[] {
  const isIndexed = (method === "GET" || method === "HEAD") && query !== "" && !query.includes("=");
  if (!isIndexed) return [];
  const words = query.split("+").map((word) => decodeSegment(word).replaceAll(STRAY_SLASH, "/"));
  return words.length <= MAX_WORDS && words.every(isArgument) ? words : [];
}

function isArgument(word: string): boolean {
  return word !== "" && !word.startsWith("-") && !word.includes("\0") && word.isWellFormed();
}
