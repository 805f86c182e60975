/** Text by the tables of the grammar: tokens, and the blanks around them in lists (RFC 9110 5.6). */

import { HTAB, SP, TCHAR } from "./grammar.ts";

/** Whether `text` is a token (RFC 9110 5.6.2). */
export function isToken(text: string): boolean {
  return text !== "" && consistsOf(text, TCHAR);
}

/** Whether every character of `text` is a byte of the class. Characters beyond Latin-1 are in no class. */
export function consistsOf(text: string, byteClass: Uint8Array): boolean {
  for (let at = 0; at < text.length; at++) {
    if (byteClass[text.charCodeAt(at)] !== 1) return false;
  }
  return true;
}

/** `text` without SP and HTAB around it. A loop: an expression for the end would try at every run of blanks. */
export function withoutBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(unit: number): boolean {
  return unit === SP || unit === HTAB;
}
