/** Entries of a listing: their order, their links and what they are shown as (SIM-21, SIM-22). Pure. */

import type { DirectoryEntry } from "../opened-directory.ts";

/** Sorts by the code points of the lower-cased names; of names that are then equal, capitals come first. */
export function sortEntries(entries: readonly DirectoryEntry[]): DirectoryEntry[] {
  return entries
    .map((entry) => ({ entry, key: entry.name.toLowerCase() }))
    .sort((a, b) => compareCodePoints(a.key, b.key) || compareCodePoints(a.entry.name, b.entry.name))
    .map(({ entry }) => entry);
}

/** Orders strings by code point, where `<` orders by UTF-16 unit and puts U+1F600 before U+FF21. */
export function compareCodePoints(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === end) return a.length - b.length;
  return codePointRank(a.charCodeAt(at)) - codePointRank(b.charCodeAt(at));
}

/** Where two strings first differ, surrogates stand for code points above every other unit's. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** What an entry is shown as: `/` after a directory, `@` after a link to anything (SIM-22). */
export function entryLabel(entry: DirectoryEntry): string {
  if (entry.isLink) return `${entry.name}@`;
  return entry.isDirectory ? `${entry.name}/` : entry.name;
}

/** Where an entry leads, relative to its directory, percent-encoded as Python does it (SIM-22). */
export function entryHref(entry: DirectoryEntry): string {
  return percentEncode(entry.name) + (entry.isDirectory ? "/" : "");
}

/** Percent-encodes as UTF-8 all but letters, digits and `_ . - ~`. */
function percentEncode(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(/[!'()*]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}
