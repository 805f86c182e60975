/** The values of the command line: text in, a checked value out, or a `UsageError`. */

import { inspect } from "node:util";
import type { EntityTagKind } from "../files/entity-tag.ts";
import { FIELD_VALUE } from "../protocol/grammar.ts";
import { consistsOf, isToken } from "../protocol/token.ts";

/** How a message is to call what an option was given by: by argument or by variable. */
export type SourceOf = (long: string) => string;

/** The command line asks for something that cannot be; the message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const PROTOCOLS = ["HTTP/1.0", "HTTP/1.1"] as const;

export type HTTPProtocol = (typeof PROTOCOLS)[number];

const MAX_PORT = 65_535;

/** Fields that say where a message ends: only the server can know. */
const FRAMING_FIELDS: ReadonlySet<string> = new Set(["content-length", "transfer-encoding"]);

export function portNumber(text: string): number {
  const port = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (port <= MAX_PORT) return port;
  throw new UsageError(`expected a number from 0 to ${MAX_PORT}, not ${inspect(text)}`);
}

const MAX_WORKERS = 1024;

export function workerCount(text: string): number {
  const count = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (count <= MAX_WORKERS) return count;
  throw new UsageError(`expected a number from 0 to ${MAX_WORKERS}, not ${inspect(text)}`);
}

export function protocolVersion(text: string): HTTPProtocol {
  const version = PROTOCOLS.find((known) => known === text);
  if (version !== undefined) return version;
  throw new UsageError(`invalid choice: ${inspect(text)} (choose from ${PROTOCOLS.join(", ")})`);
}

export function extraHeader(name: string, value: string): [name: string, value: string] {
  if (!isToken(name)) throw new UsageError(`not a header name: ${inspect(name)}`);
  if (!consistsOf(value, FIELD_VALUE)) throw new UsageError(`not a header value: ${inspect(value)}`);
  if (FRAMING_FIELDS.has(name.toLowerCase())) throw new UsageError(`${name} is set by the server itself`);
  return [name, value];
}

export function contentType(text: string): string {
  if (text !== "" && consistsOf(text, FIELD_VALUE)) return text;
  throw new UsageError(`not a content type: ${inspect(text)}`);
}

const MAX_CACHE_SECONDS = 2 ** 31 - 1;

export function cacheSeconds(text: string): number {
  const seconds = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= MAX_CACHE_SECONDS) return seconds;
  throw new UsageError(`expected a number of seconds, not ${inspect(text)}`);
}

export function byteCount(text: string): number {
  const bytes = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`expected a number of bytes, not ${inspect(text)}`);
}

const ENTITY_TAG_KINDS: readonly EntityTagKind[] = ["stat", "content", "none"];

export function entityTagKind(text: string): EntityTagKind {
  const kind = ENTITY_TAG_KINDS.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw new UsageError(`invalid choice: ${inspect(text)} (choose from ${ENTITY_TAG_KINDS.join(", ")})`);
}

/** Whether a word is meant to be an origin: nothing else that may follow looks like one. */
export function isOrigin(word: string): boolean {
  return word === "*" || word === "null" || /^[a-z][a-z0-9+.-]*:\/\//i.test(word);
}

/** An origin as browsers write it (RFC 6454 6.2): `https://example.org`, and `*` for all. */
export function corsOrigin(text: string): string {
  if (text === "*" || text === "null") return text;
  const url = isOrigin(text) ? URL.parse(text) : null;
  if (
    url === null ||
    url.host === "" ||
    url.username !== "" ||
    url.pathname.length > 1 ||
    url.search !== ""
  ) {
    throw new UsageError(`not an origin such as https://example.org: ${inspect(text)}`);
  }
  return `${url.protocol}//${url.host}`;
}

export function pageName(text: string): string {
  if (!/[/\\?#%\0]/.test(text)) return text;
  throw new UsageError(`not the name of a file: ${inspect(text)}`);
}

/** What is wrong is not quoted: it may be a password. */
export function userAndPassword(text: string): string {
  const colon = text.indexOf(":");
  if (colon > 0 && colon < text.length - 1) return text;
  throw new UsageError("expected USER:PASSWORD, neither of them empty");
}

export function realmName(text: string): string {
  if (text !== "" && consistsOf(text, FIELD_VALUE)) return text;
  throw new UsageError(`not a realm: ${inspect(text)}`);
}

/** The headers in a variable, one on each line. */
export function headerLines(text: string): string[][] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const colon = line.indexOf(":");
    if (colon < 0) throw new UsageError(`expected lines of NAME: VALUE, not ${inspect(line)}`);
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
}

const ON: readonly string[] = ["1", "true", "yes", "on"];
const OFF: readonly string[] = ["0", "false", "no", "off"];

/** What a flag's variable says; undefined for what is neither yes nor no, where that may be. */
export function booleanWord(text: string, mayBeElse: boolean): boolean | undefined {
  const word = text.toLowerCase();
  if (ON.includes(word)) return true;
  if (OFF.includes(word)) return false;
  if (mayBeElse) return undefined;
  throw new UsageError(`expected 1, true, yes, 0, false or no, not ${inspect(text)}`);
}
