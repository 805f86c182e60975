/** Takes apart what a server has answered, strictly: a test's own reading of RFC 9112, for responses alone. */

import { type ParsedResponse, parseResponse } from "./client.ts";

export interface DecodedResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** What tells where the body ends. */
  readonly framing: "none" | "length" | "chunked" | "close";
}

/**
 * All responses in `raw`, which is all that was received until the connection closed. It fails where one is
 * incomplete or bytes are left over.
 *
 * @param methods those of the requests, where a response to HEAD is among them
 */
export function decodeResponses(raw: string, methods: readonly string[] = []): DecodedResponse[] {
  const responses: DecodedResponse[] = [];
  let rest = raw;
  let request = 0;
  while (rest !== "") {
    const head = parseResponse(rest);
    const isInterim = head.status < 200 && head.status !== 101;
    const { framing, body, length } = bodyOf(head, isInterim ? "" : (methods[request] ?? "GET"));
    if (!isInterim) request++;
    responses.push({ status: head.status, headers: head.headers, body, framing });
    rest = head.body.slice(length);
  }
  return responses;
}

/** The one response in `raw`; fails where there are more, or it is incomplete. */
export function decodeResponse(raw: string, method = "GET"): DecodedResponse {
  const [response, ...others] = decodeResponses(raw, [method]);
  if (response === undefined || others.length > 0)
    throw new Error(`Not one response: ${JSON.stringify(raw)}`);
  return response;
}

/** Whether one whole response has come, and nothing behind it. */
export function isWhole(raw: string): boolean {
  try {
    decodeResponse(raw);
    return true;
  } catch {
    return false;
  }
}

/** The body, and how many bytes it took. */
function bodyOf(
  { status, headers, body }: ParsedResponse,
  method: string,
): { framing: DecodedResponse["framing"]; body: string; length: number } {
  const isBodiless = method === "HEAD" || status < 200 || status === 204 || status === 304;
  if (isBodiless && status !== 101) return { framing: "none", body: "", length: 0 };
  const coding = headers.get("transfer-encoding");
  const declared = headers.get("content-length");
  if (coding !== undefined && declared !== undefined) throw new Error("Content-Length and Transfer-Encoding");
  if (coding !== undefined) {
    if (coding !== "chunked") throw new Error(`Transfer-Encoding: ${coding}`);
    return { framing: "chunked", ...dechunk(body) };
  }
  if (declared === undefined) return { framing: "close", body, length: body.length };
  const length = Number(declared);
  if (body.length < length) throw new Error(`${body.length} bytes of ${length} have come`);
  return { framing: "length", body: body.slice(0, length), length };
}

function dechunk(text: string): { body: string; length: number } {
  let body = "";
  let at = 0;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    const line = text.slice(at, Math.max(lineEnd, at));
    if (!/^[0-9a-f]+$/.test(line)) throw new Error(`Not a chunk size: ${JSON.stringify(line)}`);
    const size = Number.parseInt(line, 16);
    const start = lineEnd + 2;
    if (text.slice(start + size, start + size + 2) !== "\r\n")
      throw new Error(`A chunk of ${size} bytes is cut short`);
    if (size === 0) return { body, length: start + 2 };
    body += text.slice(start, start + size);
    at = start + size + 2;
  }
}
