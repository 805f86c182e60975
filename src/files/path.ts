/**
 * From request paths to file names: percent-decoding and dot segments. Pure: nothing here looks at a disk.
 *
 * What no file name can hold is carried through as a lone surrogate, U+DC00 plus the byte, as Python's
 * "surrogateescape" does: the result stays a string, and a name that holds one matches no file.
 */

import { HEX_VALUE } from "../protocol/grammar.ts";

/** The names that a request path stands for. */
export interface RequestedNames {
  /** One decoded name a segment, with empty segments, `.` and `..` resolved. */
  readonly names: string[];
  /** Whether the path ends in a slash, written as it is or as `%2F`. */
  readonly hasTrailingSlash: boolean;
}

const IS_WINDOWS = process.platform === "win32";

/** Where the query or the fragment begins. */
const PATH_END = /[?#]/;

/** A path that stands for itself: no escapes, no empty segments, and no names that begin with a dot. */
const PLAIN_TARGET = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+\/?$/;

const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g;

/**
 * UTF-8 (RFC 3629 section 4) over a string of bytes: a sequence of two to four bytes, or else one byte that
 * is no character by itself; `/` is one of those, because a decoded slash must never become a separator.
 */
const SEQUENCE_OR_STRAY_BYTE = new RegExp(
  [
    "[\\xC2-\\xDF][\\x80-\\xBF]",
    "\\xE0[\\xA0-\\xBF][\\x80-\\xBF]",
    "[\\xE1-\\xEC\\xEE\\xEF][\\x80-\\xBF]{2}",
    "\\xED[\\x80-\\x9F][\\x80-\\xBF]",
    "\\xF0[\\x90-\\xBF][\\x80-\\xBF]{2}",
    "[\\xF1-\\xF3][\\x80-\\xBF]{3}",
    "\\xF4[\\x80-\\x8F][\\x80-\\xBF]{2}",
    "[\\x80-\\xFF/]",
  ].join("|"),
  "g",
);

/** The first byte of every character in UTF-16's surrogate range, had it been encoded: ED A0..BF 80..BF. */
const ENCODED_SURROGATE = /\uDCED[\uDCA0-\uDCBF][\uDC80-\uDCBF]/;

const STRAY_SLASH = "\uDC2F";

/** `target` up to its query or fragment. */
export function pathOf(target: string): string {
  const end = target.search(PATH_END);
  return end < 0 ? target : target.slice(0, end);
}

/**
 * Decodes the percent-escapes of one segment as UTF-8. Invalid escapes stay as they are; bytes that are not
 * UTF-8, and a decoded `/`, become lone surrogates (see the head of this file).
 */
export function decodeSegment(segment: string): string {
  return segment.includes("%") ? segment.replace(ESCAPES, decodeEscapes) : segment;
}

function decodeEscapes(escapes: string): string {
  let bytes = "";
  for (let at = 0; at < escapes.length; at += 3) {
    const high = HEX_VALUE[escapes.charCodeAt(at + 1)]!;
    const low = HEX_VALUE[escapes.charCodeAt(at + 2)]!;
    bytes += String.fromCharCode((high << 4) | low);
  }
  return bytes.replace(SEQUENCE_OR_STRAY_BYTE, decodeSequence);
}

function decodeSequence(sequence: string): string {
  const lead = sequence.charCodeAt(0);
  if (sequence.length === 1) return String.fromCharCode(0xdc00 | lead);
  let codePoint = lead & (0xff >> (sequence.length + 1));
  for (let at = 1; at < sequence.length; at++)
    codePoint = (codePoint << 6) | (sequence.charCodeAt(at) & 0x3f);
  return String.fromCodePoint(codePoint);
}

/**
 * The names that `target` stands for: its path decoded a segment at a time, so that decoding makes no new
 * segments, then freed of empty ones, `.` and `..`, which never leads above the first.
 */
export function requestedNames(target: string, isWindows: boolean = IS_WINDOWS): RequestedNames {
  const path = pathOf(target).replace(/%2[Ff]$/, "/");
  const names: string[] = [];
  for (const segment of path.split("/")) {
    const name = decodeSegment(segment);
    if (name === "..") names.pop();
    else if (name !== "" && name !== "." && !(isWindows && /[\\:]/.test(name))) names.push(name);
  }
  return { names, hasTrailingSlash: path.endsWith("/") };
}

/** The path below `directory` that `target` stands for (SIM-4), with a trailing slash where it has one. */
export function translatePath(target: string, directory: string, isWindows: boolean = IS_WINDOWS): string {
  if (PLAIN_TARGET.test(target) && directory !== "" && !directory.endsWith("/")) return directory + target;
  const { names, hasTrailingSlash } = requestedNames(target, isWindows);
  const root = directory || ".";
  if (names.length === 0 && !hasTrailingSlash) return root;
  const base = root.endsWith("/") ? root : `${root}/`;
  return names.length > 0 && hasTrailingSlash ? `${base}${names.join("/")}/` : base + names.join("/");
}

/** What authorities and browsers ask for about a site as a whole (RFC 8615). */
const WELL_KNOWN = ".well-known";

/**
 * Whether `target` asks for a dotfile: a name that begins with a dot, anywhere in it. `.well-known` at the
 * top is not one (RFC 8615).
 */
export function asksForDotfile(target: string): boolean {
  if (!/(?:^|\/)(?:\.|%2[Ee])/.test(target)) return false;
  const { names } = requestedNames(target);
  return names.some((name, depth) => isDotfile(name, depth === 0));
}

/** Whether `name` is a dotfile's. `isAtTop`: it lies in the root itself, where `.well-known` is public. */
export function isDotfile(name: string, isAtTop: boolean): boolean {
  return name.startsWith(".") && !(isAtTop && name === WELL_KNOWN);
}

/** Whether `target` asks for `.well-known` at the top, or for something in it. */
export function asksForWellKnown(target: string): boolean {
  return requestedNames(target).names[0] === WELL_KNOWN;
}

/** Whether `target`'s path holds an escaped NUL, be it in a segment that `..` takes back. Its query may. */
export function holdsNul(target: string): boolean {
  return target.includes("%00") && pathOf(target).includes("%00");
}

/** Whether `path` holds what may not stand in a path at all: NUL, or a surrogate encoded as UTF-8. */
export function isMalformed(path: string): boolean {
  return path.includes("\0") || ENCODED_SURROGATE.test(path);
}

/** `target`'s path decoded for people, with U+FFFD for what is not UTF-8. */
export function displayPath(target: string): string {
  return decodeSegment(pathOf(target)).replaceAll(STRAY_SLASH, "/").toWellFormed();
}

/**
 * The Location of the directory that `target` names without its slash (SIM-6): the same with a slash after
 * its path, its query kept. It cannot lead to another origin, whatever `target` is: it has exactly one slash
 * in front and no backslash, which browsers read as a slash, and it cannot end the field line.
 */
export function directoryLocation(target: string): string {
  const path = pathOf(target);
  const rest = target.slice(path.length);
  const suffix = rest === "?" || rest === "#" ? "" : rest;
  const location = `${path}/${suffix}`.replace(/^[/\\]*/, "/");
  return location.toWellFormed().replace(/[^!-[\]-~]/gu, encodeURIComponent);
}

/** Whether `target`'s path ends in a slash, written as it is or as `%2F`. */
export function endsInSlash(target: string): boolean {
  return /(?:\/|%2[Ff])$/.test(pathOf(target));
}
