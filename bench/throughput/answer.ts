/** What a server must answer, and whether it did: checked before anything is measured, to the byte. */
import { readChunked } from "./chunks.ts";

/** The answer that every server of a case must give, whatever else its head says. */
export interface ExpectedAnswer {
  /** "200 OK" when not said. */
  readonly status?: string;
  /**
   * Compared without regard to case and spaces, which are the one thing that runtimes write differently; parameters only
   * when there are some. Any type will do when there is none.
   */
  readonly contentType?: string;
  /** The bytes, or where every server may have its own, what says what is wrong with them. */
  readonly body: Uint8Array | ((body: Uint8Array) => string | undefined);
}

export interface Answer {
  readonly statusLine: string;
  /** Values by lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly headBytes: number;
  readonly body: Uint8Array;
  /** Length of the whole answer as it was received: head, body, and the framing of chunks. */
  readonly byteLength: number;
  /** Whether the body came in chunks, which may be cut otherwise in the next answer. */
  readonly isChunked: boolean;
}

const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Statuses whose answers end with their head (RFC 9112 6.3). */
const BODILESS = /^HTTP\/1\.[01] (?:204|304) /;

interface Head extends Pick<Answer, "statusLine" | "fields" | "headBytes" | "isChunked"> {
  /** Length of the whole answer; 0 when only its chunks tell. */
  readonly declaredBytes: number;
}

/**
 * Reads the first answer in `bytes`, whose end must show in it, or returns undefined while it is not whole.
 * Throws when there is no way to tell where it ends.
 */
export function readAnswer(bytes: Uint8Array): Answer | undefined {
  const head = readHead(bytes);
  if (head === undefined || bytes.length < head.declaredBytes) return undefined;
  const { headBytes, declaredBytes, ...rest } = head;
  if (!rest.isChunked) {
    const body = bytes.subarray(headBytes, declaredBytes);
    return { ...rest, headBytes, body, byteLength: declaredBytes };
  }
  const chunks = readChunked(bytes.subarray(headBytes));
  if (chunks === undefined) return undefined;
  return { ...rest, headBytes, body: chunks.body, byteLength: headBytes + chunks.byteLength };
}

/** How many bytes the first answer in `bytes` has at least: before there are so many it need not be read. */
export function leastBytes(bytes: Uint8Array): number {
  return readHead(bytes)?.declaredBytes ?? 0;
}

/** Says what is wrong with an answer, or returns undefined when nothing is. */
export function complaint(answer: Answer, expected: ExpectedAnswer): string | undefined {
  const { statusLine, fields, body } = answer;
  const version = /^HTTP\/1\.[01] /.exec(statusLine)?.[0] ?? "";
  if (version === "" || statusLine.slice(version.length) !== (expected.status ?? "200 OK"))
    return `status line "${statusLine}"`;
  const contentType = fields.get("content-type") ?? "";
  if (!isType(contentType, expected.contentType)) return `Content-Type "${contentType}"`;
  const date = fields.get("date") ?? "";
  if (!IMF_FIXDATE.test(date)) return `Date "${date}"`;
  if (typeof expected.body === "function") return expected.body(body);
  return Buffer.compare(body, expected.body) === 0 ? undefined : `a wrong body of ${body.length} bytes`;
}

function readHead(bytes: Uint8Array): Head | undefined {
  const headEnd = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, headEnd));
  const [statusLine = "", ...fieldLines] = head.split("\r\n");
  const fields = new Map(fieldLines.map(splitField));
  const headBytes = headEnd + 4;
  const isChunked = fields.get("transfer-encoding")?.toLowerCase() === "chunked";
  if (isChunked) return { statusLine, fields, headBytes, isChunked, declaredBytes: 0 };
  const bodyBytes = BODILESS.test(statusLine) ? 0 : Number(fields.get("content-length"));
  if (Number.isNaN(bodyBytes)) throw new Error(`An answer without a length: ${JSON.stringify(head)}`);
  return { statusLine, fields, headBytes, isChunked, declaredBytes: headBytes + bodyBytes };
}

function splitField(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function isType(contentType: string, expected: string | undefined): boolean {
  if (expected === undefined) return true;
  const actual = canonicalType(contentType);
  const wanted = canonicalType(expected);
  return actual === wanted || (!wanted.includes(";") && actual.split(";")[0] === wanted);
}

function canonicalType(contentType: string): string {
  return contentType.replaceAll(" ", "").toLowerCase();
}
