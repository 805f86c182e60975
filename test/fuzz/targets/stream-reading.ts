/** What a connection's bytes mean, read slowly by the grammar: which requests there are, and how it ends. */

import type { ConnectionLimits } from "../../../src/transport/limits.ts";
import type { CompleteHead } from "../../support/head.ts";
import { referenceChunked, referenceHead, valuesOf } from "../../support/reference.ts";

export interface ReadRequest {
  readonly method: string;
  readonly target: string;
  readonly fields: CompleteHead["fields"];
  /** Undefined where the body is broken, too long or not all there: then this is the last request. */
  readonly body: string | undefined;
}

export interface StreamReading {
  readonly requests: readonly ReadRequest[];
  /** Whether something follows the requests that is no request and has to be refused. */
  readonly isRefused: boolean;
}

type Limits = Pick<
  ConnectionLimits,
  | "maxHeadBytes"
  | "maxTargetBytes"
  | "maxFields"
  | "maxBodyBytes"
  | "maxExtensionBytes"
  | "maxTrailerBytes"
  | "maxTrailerFields"
>;

/** Reads `text`, which is all that comes before the client ends its side. */
export function readStream(text: string, limits: Limits): StreamReading {
  const requests: ReadRequest[] = [];
  let rest = text;
  for (;;) {
    const head = referenceHead(rest);
    if (head === undefined || !isAcceptable(head, limits)) {
      return { requests, isRefused: !isNothing(rest, limits) };
    }
    rest = rest.slice(head.length);
    const body = bodyOf(head, rest, limits);
    const { method, target, fields } = head;
    requests.push({ method, target, fields, body: body?.text });
    if (body === undefined || isLast(head)) return { requests, isRefused: false };
    rest = rest.slice(body.length);
  }
}

function isAcceptable(head: CompleteHead, limits: Limits): boolean {
  if (head.length > limits.maxHeadBytes || head.fields.length > limits.maxFields) return false;
  if (head.target.length > limits.maxTargetBytes) return false;
  if (typeof head.body === "number" && head.body > limits.maxBodyBytes) return false;
  const expectations = head.version === "HTTP/1.0" ? [] : valuesOf(head.fields, "expect");
  return expectations.length === 0 || /^100-continue$/i.test(expectations.join());
}

/** Empty lines alone ask for nothing. */
function isNothing(rest: string, limits: Limits): boolean {
  return rest.length < limits.maxHeadBytes && /^(?:\r\n){0,16}$/.test(rest);
}

function bodyOf(
  head: CompleteHead,
  rest: string,
  limits: Limits,
): { text: string; length: number } | undefined {
  if (head.body === "none") return { text: "", length: 0 };
  if (typeof head.body === "number") {
    return rest.length < head.body ? undefined : { text: rest.slice(0, head.body), length: head.body };
  }
  const decoded = referenceChunked(rest);
  if (decoded === undefined || decoded.body.length > limits.maxBodyBytes) return undefined;
  const isWithinLimits =
    decoded.extensionBytes <= limits.maxExtensionBytes &&
    decoded.trailerBytes <= limits.maxTrailerBytes &&
    decoded.trailers.length <= limits.maxTrailerFields;
  return isWithinLimits ? { text: decoded.body, length: decoded.length } : undefined;
}

/** RFC 9112 9.3. What stands between tokens does not matter: to close is always allowed. */
function isLast({ version, fields }: CompleteHead): boolean {
  const options = valuesOf(fields, "connection").flatMap((value) =>
    value.toLowerCase().split(/[^!#-'*+\-.^-z|~0-9]+/),
  );
  if (options.includes("close")) return true;
  return version === "HTTP/1.0" && !options.includes("keep-alive");
}
