/** Takes a multipart/byteranges body apart, strictly: a test's own reading of RFC 2046 5.1 and RFC 9110 14.6. */

export interface RangePart {
  readonly contentType: string | undefined;
  readonly contentRange: string | undefined;
  readonly body: string;
}

/** The parts of a body, which is Latin-1 text. It fails for what is not exactly a body of its content type. */
export function parseByteranges(contentType: string | undefined, body: string): RangePart[] {
  const boundary = /^multipart\/byteranges; boundary=([0-9A-Za-z'+_-]{1,70})$/.exec(contentType ?? "")?.[1];
  if (boundary === undefined) throw new Error(`Not a type of several parts: ${contentType}`);
  const end = `\r\n--${boundary}--\r\n`;
  if (!body.startsWith(`--${boundary}\r\n`) || !body.endsWith(end)) {
    throw new Error(`Not of the form: ${JSON.stringify(body.slice(0, 200))}`);
  }
  const inside = body.slice(`--${boundary}\r\n`.length, -end.length);
  return inside.split(`\r\n--${boundary}\r\n`).map((part) => {
    const headEnd = part.indexOf("\r\n\r\n");
    if (headEnd < 0) throw new Error(`A part without the end of its head: ${JSON.stringify(part)}`);
    const fields = new Map(
      part
        .slice(0, headEnd)
        .split("\r\n")
        .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
    );
    const known = { contentType: fields.get("content-type"), contentRange: fields.get("content-range") };
    return { ...known, body: part.slice(headEnd + "\r\n\r\n".length) };
  });
}
