/**
 * Content codings (RFC 9110 8.4.1): which of them a client takes. Pure: whether a file can be had in one is
 * decided elsewhere.
 */

import { isToken, withoutBlanks } from "../protocol/token.ts";
import { RecentMap } from "./recent-map.ts";
import { readWeight } from "./weight.ts";

/** A coding that files are sent in. */
export type ContentCoding = "br" | "zstd" | "gzip";

/**
 * All of them, in the order in which they are chosen where a client has no preference: the smallest first.
 */
export const CONTENT_CODINGS: readonly ContentCoding[] = ["br", "zstd", "gzip"];

const NONE: readonly ContentCoding[] = [];

/** Fields that have been read: there are few browsers, and each sends the same one with every request. */
const remembered = new RecentMap<readonly ContentCoding[]>(64);
const MAX_REMEMBERED_LENGTH = 128;

/**
 * The codings that the client takes as gladly as the file as it is, or more so, best first (RFC 9110 12.5.3).
 * It is empty where the file is to be sent as it is. That is always allowed: a client that refuses `identity`
 * too gets it all the same, as from most servers, because it can do more with that than with 406.
 *
 * Without the field a client may take every coding, but nobody knows that it does. Members that are no token
 * are ignored; a coding whose weight cannot be read is refused; of several weights the lowest counts.
 *
 * @param acceptEncoding the field's lines as one, joined by commas; null where there is none.
 */
export function acceptedCodings(acceptEncoding: string | null): readonly ContentCoding[] {
  if (acceptEncoding === null || acceptEncoding === "") return NONE;
  const known = remembered.get(acceptEncoding);
  if (known !== undefined) return known;
  const accepted = readCodings(acceptEncoding);
  if (acceptEncoding.length <= MAX_REMEMBERED_LENGTH) remembered.set(acceptEncoding, accepted);
  return accepted;
}

function readCodings(acceptEncoding: string): readonly ContentCoding[] {
  const weights = weightsIn(acceptEncoding);
  const otherwise = weights.get("*") ?? 0;
  // What is not named at all is acceptable, but nothing that was asked for.
  const plain = weights.get("identity") ?? otherwise;
  const weightOf = (coding: ContentCoding): number => weights.get(coding) ?? otherwise;
  return CONTENT_CODINGS.filter((coding) => weightOf(coding) > 0 && weightOf(coding) >= plain).sort(
    (one, other) => weightOf(other) - weightOf(one),
  );
}

/** What is named in the field, in lower case, with its weight. */
function weightsIn(acceptEncoding: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const member of acceptEncoding.split(",")) {
    const semicolon = member.indexOf(";");
    const end = semicolon < 0 ? member.length : semicolon;
    const name = canonicalName(withoutBlanks(member.slice(0, end)));
    if (!isToken(name)) continue;
    const weight = semicolon < 0 ? 1 : (readWeight(withoutBlanks(member.slice(semicolon + 1))) ?? 0);
    weights.set(name, Math.min(weight, weights.get(name) ?? 1));
  }
  return weights;
}

/** `x-gzip` is another name of gzip's (RFC 9110 8.4.1.3). */
function canonicalName(name: string): string {
  const lowerCase = name.toLowerCase();
  return lowerCase === "x-gzip" ? "gzip" : lowerCase;
}
