/** The grammar of requests once more, slow and plain: what the parsers are compared with. Bytes are Latin-1 text. */

import { isIPv6 } from "node:net";
import type { CompleteHead, Field } from "./head.ts";

/** `text` without SP and HTAB around it. */
export function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}

const HEAD =
  /^(?:\r\n){0,16}([-!#$%&'*+.^_`|~0-9A-Za-z]+) ([\x21\x22\x24-\x7e]+) HTTP\/1\.([0-9])\r\n((?:[-!#$%&'*+.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n/;
const AUTHORITY = /^(?:(?:[-._~!$&'()*+,;=0-9A-Za-z]|%[0-9A-Fa-f]{2})+|\[([^\]]*)\])(?::([0-9]*))?$/;
const IPV_FUTURE = /^v[0-9a-f]+\.[-._~!$&'()*+,;=:0-9a-z]+$/i;
const ABSOLUTE_FORM = /^https?:\/\/([^/?]*)(.*)$/i;

/** What the grammar makes of a complete head, undefined when there is none. */
export function referenceHead(text: string): CompleteHead | undefined {
  const match = HEAD.exec(text);
  if (match === null) return undefined;
  const [whole, method, requestTarget, minor, lines] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
  ];
  const fields = lines
    .split("\r\n")
    .slice(0, -1)
    .map((line): Field => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), trimmed(line.slice(colon + 1))];
    });
  const referencePath = pathOf(method, requestTarget);
  const body = bodyOf(fields, minor);
  if (referencePath === undefined || body === undefined || !hasValidHost(fields, minor)) return undefined;
  return {
    outcome: "COMPLETE",
    method,
    target: requestTarget,
    path: referencePath,
    version: `HTTP/1.${minor}`,
    fields: withHostOf(requestTarget, fields),
    body,
    length: whole.length,
  };
}

/** The fields, with the host of an absolute-form target in the place of what Host says. */
export function withHostOf(requestTarget: string, fields: readonly Field[]): Field[] {
  const authority = ABSOLUTE_FORM.exec(requestTarget)?.[1];
  return fields.map(([name, value]) => [name, /^host$/i.test(name) ? (authority ?? value) : value]);
}

export function valuesOf(fields: readonly Field[], lowerCaseName: string): string[] {
  return fields.filter(([name]) => name.toLowerCase() === lowerCaseName).map(([, value]) => value);
}

export function isAuthority(text: string): boolean {
  const match = AUTHORITY.exec(text);
  if (match === null) return false;
  const [, literal, port = ""] = match;
  const isAddress = literal === undefined || isIPv6Literal(literal) || IPV_FUTURE.test(literal);
  return isAddress && Number(port) <= 65_535;
}

/** Node.js allows a zone, RFC 3986 does not. */
function isIPv6Literal(text: string): boolean {
  return isIPv6(text) && !text.includes("%");
}

function hasValidHost(fields: readonly Field[], minor: string): boolean {
  const hosts = valuesOf(fields, "host");
  if (hosts.length !== 1) return hosts.length === 0 && minor === "0";
  return hosts[0] === "" || isAuthority(hosts[0]!);
}

function pathOf(method: string, requestTarget: string): string | undefined {
  if (method === "CONNECT")
    return isAuthority(requestTarget) && /:[0-9]+$/.test(requestTarget) ? requestTarget : undefined;
  if (requestTarget.startsWith("/") || (method === "OPTIONS" && requestTarget === "*")) return requestTarget;
  const match = ABSOLUTE_FORM.exec(requestTarget);
  if (match === null || !isAuthority(match[1]!)) return undefined;
  return match[2]!.startsWith("/") ? match[2] : `/${match[2]}`;
}

function bodyOf(fields: readonly Field[], minor: string): CompleteHead["body"] | undefined {
  const codings = valuesOf(fields, "transfer-encoding");
  const lengths = valuesOf(fields, "content-length");
  if (codings.length + lengths.length === 0) return "none";
  if (codings.length + lengths.length > 1) return undefined;
  if (codings.length === 1) return minor !== "0" && /^chunked$/i.test(codings[0]!) ? "chunked" : undefined;
  if (!/^[0-9]+$/.test(lengths[0]!) || BigInt(lengths[0]!) > Number.MAX_SAFE_INTEGER) return undefined;
  return Number(lengths[0]) || "none";
}

const TOKEN = "[-!#$%&'*+.^_`|~0-9A-Za-z]+";
const QUOTED_STRING = '"(?:[\\t\\x20!\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"';
const SIZE_LINE = new RegExp(
  `([0-9A-Fa-f]{1,16})((?:;${TOKEN}(?:=(?:${TOKEN}|${QUOTED_STRING}))?)*)\\r\\n`,
  "y",
);
const TRAILER_LINE = new RegExp(`(${TOKEN}):([\\t\\x20-\\x7e\\x80-\\xff]*)\\r\\n`, "y");

/** A chunked body that is complete, and what it takes of the limits. */
export interface ReferenceBody {
  readonly body: string;
  readonly trailers: [name: string, value: string][];
  /** Bytes of the whole encoding. */
  readonly length: number;
  readonly extensionBytes: number;
  readonly trailerBytes: number;
}

/** What the grammar makes of a chunked body at the beginning of `text`, undefined when there is no complete one. */
export function referenceChunked(text: string): ReferenceBody | undefined {
  let body = "";
  let at = 0;
  let extensionBytes = 0;
  for (;;) {
    const line = matchAt(SIZE_LINE, text, at);
    if (!line) return undefined;
    at += line[0].length;
    extensionBytes += line[2]!.length;
    const size = Number.parseInt(line[1]!, 16);
    if (size === 0) break;
    if (text.slice(at + size, at + size + 2) !== "\r\n") return undefined;
    body += text.slice(at, at + size);
    at += size + 2;
  }
  const trailersAt = at;
  const trailers: [string, string][] = [];
  for (let line = matchAt(TRAILER_LINE, text, at); line; line = matchAt(TRAILER_LINE, text, at)) {
    trailers.push([line[1]!, trimmed(line[2]!)]);
    at += line[0].length;
  }
  if (!text.startsWith("\r\n", at)) return undefined;
  return { body, trailers, length: at + 2, extensionBytes, trailerBytes: at - trailersAt };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
