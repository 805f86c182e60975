/** Cases of bytes from the peer and what must come of them, as rows of data. Bytes are written as Latin-1 text. */

export interface WireCase {
  readonly name: string;
  readonly bytes: string;
  /** Those of all answers on the connection, interim ones too. */
  readonly statuses: readonly number[];
  /** The requests that got to the handler: `METHOD path`, and the body if there is one. */
  readonly handled: readonly string[];
  readonly end: End;
  /** Methods of the requests that are answered, where a HEAD is among them that never gets to the handler. */
  readonly methods?: readonly string[];
}

/** What becomes of the connection. */
export const End = {
  /** It is as good as new: another request on it is answered. */
  GOES_ON: 0,
  /** The server closes it by itself, and its last answer says so. */
  CLOSES: 1,
  /** The client ends its side behind the bytes, and the server then does so, too. */
  CUT: 2,
} as const;

export type End = (typeof End)[keyof typeof End];

/** Stands for the body of a request whose body never becomes complete. */
export const BROKEN_BODY = "(broken)";

/** Bytes that are refused, after the requests that are `handled`: with one whole answer that closes. */
export function refused(
  name: string,
  bytes: string,
  status: number = 400,
  handled: readonly string[] = [],
): WireCase {
  return { name, bytes, statuses: [...successes(handled), status], handled, end: End.CLOSES };
}

/** Requests that are all handled, after which the connection goes on. */
export function accepted(name: string, bytes: string, ...handled: string[]): WireCase {
  return { name, bytes, statuses: successes(handled), handled, end: End.GOES_ON };
}

/** Requests that are handled, the last of which ends the connection. */
export function closing(name: string, bytes: string, ...handled: string[]): WireCase {
  return { name, bytes, statuses: successes(handled), handled, end: End.CLOSES };
}

/** A request whose method the handler does not have: it is answered, and the connection goes on. */
export function unknown(name: string, bytes: string): WireCase {
  return { name, bytes, statuses: [501], handled: [], end: End.GOES_ON };
}

/** Bytes behind which the client ends its side. */
export function cut(
  name: string,
  bytes: string,
  statuses: readonly number[],
  ...handled: string[]
): WireCase {
  return { name, bytes, statuses, handled, end: End.CUT };
}

function successes(handled: readonly string[]): number[] {
  return handled.filter((request) => !request.endsWith(BROKEN_BODY)).map(() => 200);
}

/** A request without a body, whose request line is this. */
export function withLine(line: string): string {
  return `${line}\r\nHost: test\r\n\r\n`;
}

/** A GET request with these field lines, which end with CRLF, behind its Host. */
export function withFields(lines: string): string {
  return `GET / HTTP/1.1\r\nHost: test\r\n${lines}\r\n`;
}

/** A POST request with these field lines, which end with CRLF, and what follows its head. */
export function post(lines: string, body = ""): string {
  return `POST / HTTP/1.1\r\nHost: test\r\n${lines}\r\n${body}`;
}

/** A POST request with this Transfer-Encoding and nothing else about its body, and what follows its head. */
export function chunked(body: string, coding = "chunked"): string {
  return post(`Transfer-Encoding: ${coding}\r\n`, body);
}

/** Every byte as a Latin-1 character. */
export const EVERY_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  String.fromCharCode(byte),
);

/** How a byte is called in the name of a case. */
export function byteName(char: string): string {
  return `0x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
