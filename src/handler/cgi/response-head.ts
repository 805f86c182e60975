/**
 * What a script says in front of its output (RFC 3875 6): read within bounds, and taken for nothing that a response could
 * not say. Pure: bytes in, values out; nothing is thrown, whatever they are.
 */

import { FIELD_VALUE, LF, TARGET } from "../../protocol/grammar.ts";
import { asciiLower, latin1 } from "../../protocol/text.ts";
import { consistsOf, isToken, withoutBlanks } from "../../protocol/token.ts";

/** What a script may say before its output, its line ends included. */
export const MAX_HEAD_BYTES: number = 64 * 1024;
export const MAX_HEAD_FIELDS = 100;

/** The answer that a script asks for. */
export interface ScriptHead {
  readonly status: number;
  /** The reason phrase; null for the standard one. */
  readonly reason: string | null;
  /** What is to be sent as it is. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** How many bytes the output has, as the script says; null where it does not. */
  readonly contentLength: number | null;
  /** The path, with its query, that is to answer in the script's place (RFC 3875 6.2.2); null where it answers. */
  readonly localRedirect: string | null;
}

/** What is wrong with a head, for the log. */
export interface BadScriptHead {
  readonly fault: string;
}

/** Fields of the script's that are about one answer, and of which there can be but one (RFC 3875 6.3). */
const CGI_FIELDS: readonly string[] = ["content-type", "location", "status"];

/**
 * Fields that are not passed on: the server's own, and those about a connection that the script knows nothing of (RFC
 * 9110 7.6.1).
 */
const WITHHELD: ReadonlySet<string> = new Set([
  "connection",
  "date",
  "keep-alive",
  "proxy-connection",
  "server",
  "status",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const CR = "\r";

/** Collects output until a head is whole. */
export class ScriptHeadReader {
  /** What was collected beyond the head. */
  rest: Uint8Array = new Uint8Array(0);
  #bytes: Uint8Array = new Uint8Array(4096);
  #length = 0;
  /** Where the line begins that is not complete yet. */
  #lineStart = 0;
  #scanned = 0;

  /** Takes a piece of output: the head when it is whole, what is wrong with it, or undefined while neither is known. */
  push(piece: Uint8Array): ScriptHead | BadScriptHead | undefined {
    this.#append(piece);
    for (;;) {
      const lineFeed = this.#bytes.subarray(0, this.#length).indexOf(LF, this.#scanned);
      const end = lineFeed < 0 ? this.#length : lineFeed + 1;
      if (end > MAX_HEAD_BYTES) return { fault: `its head is longer than ${MAX_HEAD_BYTES} bytes` };
      this.#scanned = end;
      if (lineFeed < 0) return undefined;
      const line = latin1(this.#bytes, this.#lineStart, lineFeed);
      if (line === "" || line === CR) {
        this.rest = this.#bytes.subarray(end, this.#length);
        return parseScriptHead(latin1(this.#bytes, 0, this.#lineStart));
      }
      this.#lineStart = end;
    }
  }

  #append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }
}

/** Reads the lines of a head, each with its line end: LF or CRLF. */
export function parseScriptHead(text: string): ScriptHead | BadScriptHead {
  const lines = text.split("\n").slice(0, -1);
  if (lines.length > MAX_HEAD_FIELDS) return { fault: `its head has more than ${MAX_HEAD_FIELDS} fields` };
  const fields: [name: string, value: string][] = [];
  for (const line of lines) {
    const field = parseLine(line.endsWith(CR) ? line.slice(0, -1) : line);
    if (field === undefined) return { fault: `${JSON.stringify(line.slice(0, 100))} is no header field` };
    fields.push(field);
  }
  return readFields(fields);
}

function parseLine(line: string): [name: string, value: string] | undefined {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0));
  const value = withoutBlanks(line.slice(colon + 1));
  return isToken(name) && consistsOf(value, FIELD_VALUE) ? [name, value] : undefined;
}

function readFields(fields: readonly (readonly [name: string, value: string])[]): ScriptHead | BadScriptHead {
  const valuesOf = (lowerCaseName: string): string[] =>
    fields.filter(([name]) => asciiLower(name) === lowerCaseName).map(([, value]) => value);
  const cgiFields = CGI_FIELDS.map((name) => [name, valuesOf(name)] as const);
  const repeated = cgiFields.find(([, values]) => values.length > 1);
  if (repeated !== undefined) return { fault: `it says ${repeated[0]} twice` };
  if (cgiFields.every(([, values]) => values.length === 0)) {
    return { fault: "its head has neither Content-Type nor Location nor Status" };
  }
  const lengths = new Set(valuesOf("content-length"));
  const [length] = lengths;
  if (lengths.size > 1 || (length !== undefined && !/^[0-9]{1,15}$/.test(length))) {
    return { fault: `its Content-Length is ${JSON.stringify([...lengths].join(", ").slice(0, 100))}` };
  }
  const [location] = valuesOf("location");
  const [statusLine] = valuesOf("status");
  const status = statusOf(statusLine, location);
  if (status === undefined) return { fault: `its Status is ${JSON.stringify(statusLine?.slice(0, 100))}` };
  const isLocal = statusLine === undefined && location?.startsWith("/") === true;
  if (isLocal && !consistsOf(location, TARGET)) {
    return { fault: `its Location is ${JSON.stringify(location.slice(0, 100))}` };
  }
  const named = valuesOf("connection").flatMap((value) => value.split(",").map(withoutBlanks));
  const withheld = new Set([...WITHHELD, ...named.map(asciiLower)]);
  return {
    ...status,
    fields: fields.filter(([name]) => !withheld.has(asciiLower(name))),
    contentLength: length === undefined ? null : Number(length),
    localRedirect: isLocal ? location : null,
  };
}

/** `Status: 404 Not Found`. A script can neither switch protocols nor say that it will answer later. */
function statusOf(
  line: string | undefined,
  location: string | undefined,
): { status: number; reason: string | null } | undefined {
  if (line === undefined) return { status: location === undefined ? 200 : 302, reason: null };
  const [, code = "", reason = ""] = /^([2-5][0-9]{2})(?: (.*))?$/.exec(line) ?? [];
  if (code === "") return undefined;
  return { status: Number(code), reason: reason.trim() === "" ? null : reason.trim() };
}
