/** What a server must answer, and whether it did: checked before anything is measured, to the byte. */

/** The answer that every server of a case must give, whatever else its head says. */
export interface ExpectedAnswer {
  /** Compared without regard to case and spaces, which are the one thing that runtimes write differently. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface Answer {
  readonly statusLine: string;
  /** Values by lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** Length of the whole answer, head and body. */
  readonly byteLength: number;
}

const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Reads the first answer in `bytes`, which must declare its length, or returns undefined while it is not whole. */
export function readAnswer(bytes: Uint8Array): Answer | undefined {
  const headEnd = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, headEnd));
  const [statusLine = "", ...fieldLines] = head.split("\r\n");
  const fields = new Map(fieldLines.map(splitField));
  const byteLength = headEnd + 4 + Number(fields.get("content-length"));
  if (Number.isNaN(byteLength)) throw new Error(`An answer without a length: ${JSON.stringify(head)}`);
  if (bytes.length < byteLength) return undefined;
  return { statusLine, fields, body: bytes.slice(headEnd + 4, byteLength), byteLength };
}

/** Says what is wrong with an answer, or returns undefined when nothing is. */
export function complaint(answer: Answer, expected: ExpectedAnswer): string | undefined {
  if (!/^HTTP\/1\.[01] 200 OK$/.test(answer.statusLine)) return `status line "${answer.statusLine}"`;
  const contentType = answer.fields.get("content-type") ?? "";
  if (canonicalType(contentType) !== canonicalType(expected.contentType))
    return `Content-Type "${contentType}"`;
  const date = answer.fields.get("date") ?? "";
  if (!IMF_FIXDATE.test(date)) return `Date "${date}"`;
  if (Buffer.compare(answer.body, expected.body) !== 0) return `a wrong body of ${answer.body.length} bytes`;
  return undefined;
}

function splitField(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function canonicalType(contentType: string): string {
  return contentType.replaceAll(" ", "").toLowerCase();
}
