/** Reads `Transfer-Encoding: chunked` (RFC 9112 7.1) as a client that wants it strict and simple: no extensions, no trailers. */

const SIZE_LINE = /^[0-9a-f]+$/i;

/**
 * Reads the chunks at the start of `bytes` up to the last one, which is empty. Returns undefined while they are not whole;
 * throws when they are not chunks.
 */
export function readChunked(bytes: Uint8Array): { body: Uint8Array; byteLength: number } | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Uint8Array[] = [];
  for (let at = 0; ;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const line = text.toString("latin1", at, lineEnd);
    if (!SIZE_LINE.test(line)) throw new Error(`A chunk cannot begin with ${JSON.stringify(line)}`);
    const start = lineEnd + 2;
    const end = start + Number.parseInt(line, 16);
    if (bytes.length < end + 2) return undefined;
    if (text.toString("latin1", end, end + 2) !== "\r\n") throw new Error("A chunk is longer than it says");
    at = end + 2;
    if (end === start) return { body: Buffer.concat(pieces), byteLength: at };
    pieces.push(bytes.subarray(start, end));
  }
}
