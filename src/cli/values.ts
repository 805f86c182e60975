/** The values of the command line: text in, a checked value out, or a `UsageError`. */

import { inspect } from "node:util";
import { FIELD_VALUE, TCHAR } from "../protocol/grammar.ts";

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

export function protocolVersion(text: string): HTTPProtocol {
  const version = PROTOCOLS.find((known) => known === text);
  if (version !== undefined) return version;
  throw new UsageError(`invalid choice: ${inspect(text)} (choose from ${PROTOCOLS.join(", ")})`);
}

export function extraHeader(name: string, value: string): [name: string, value: string] {
  if (name === "" || !consistsOf(name, TCHAR)) throw new UsageError(`not a header name: ${inspect(name)}`);
  if (!consistsOf(value, FIELD_VALUE)) throw new UsageError(`not a header value: ${inspect(value)}`);
  if (FRAMING_FIELDS.has(name.toLowerCase())) throw new UsageError(`${name} is set by the server itself`);
  return [name, value];
}

export function contentType(text: string): string {
  if (text !== "" && consistsOf(text, FIELD_VALUE)) return text;
  throw new UsageError(`not a content type: ${inspect(text)}`);
}

/** Whether every character of `text` is a byte of the class. Characters beyond Latin-1 are in no class. */
function consistsOf(text: string, byteClass: Uint8Array): boolean {
  for (let at = 0; at < text.length; at++) {
    if (byteClass[text.charCodeAt(at)] !== 1) return false;
  }
  return true;
}
