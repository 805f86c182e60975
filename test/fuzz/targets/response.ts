/** What a handler may put into an answer's head: nothing of it becomes a line, or a byte that it was not. */

import { BaseHTTPRequestHandler } from "../../../src/index.ts";
import { MemoryConnection } from "../../support/memory-socket.ts";
import type { Random } from "../random.ts";
import { endsOf, type Fault, type FuzzCase, type Target, wrong } from "../target.ts";

const NAMES =
  "X Location Set-Cookie content-type Content-Length Transfer-Encoding Connection Server Date ETag".split(
    " ",
  );
const NUMBERS = "0 5 05 -1 1e3 chunked close keep-alive".split(" ");
const UNITS = [
  ..."\r\n\0\t :\x1b\x7f\x80\x85\xa0\xffĊčĀ਍上\u2028\u{1f600}",
  "\ud800",
  "\udc0a",
  "\r\n",
  "\r\nX: y",
];

/** What the server may add of itself. */
const OWN_NAMES = new Set("server date connection content-length transfer-encoding content-type".split(" "));

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

export const responseTarget: Target = {
  name: "response",
  generate: (random) => Buffer.from(texts(random).join("\u0001"), "utf16le"),
  check: checkResponse,
};

function texts(random: Random): string[] {
  const reason = random.oneIn(3) ? text(random) : "OK";
  const parts = [reason];
  for (let count = random.below(4); count >= 0; count--) {
    parts.push(random.oneIn(5) ? text(random) : random.pick(NAMES));
    parts.push(random.oneIn(6) ? random.pick(NUMBERS) : text(random));
  }
  return parts;
}

function text(random: Random): string {
  const plain = random.oneIn(4) ? "a".repeat(random.below(80)) : "b";
  return plain + random.some(2, () => random.pick(UNITS)) + random.some(3, () => "c");
}

class Answering extends BaseHTTPRequestHandler {
  static parts: readonly string[] = [];
  static variant = 0;
  static accepted: string[] = [];

  do_GET(): void {
    const [reason = "", explain = "", ...rest] = Answering.parts;
    const { variant } = Answering;
    if (variant % 4 === 0) {
      if (attempt(() => this.send_error(400 + (variant % 10), reason, explain)))
        Answering.accepted.push(reason);
      else this.send_response(200);
    } else {
      const status = [200, 204, 304, 100, 999, 404][variant % 6]!;
      if (attempt(() => this.send_response(status, reason))) Answering.accepted.push(reason);
      else this.send_response(200);
      this.#sendFields([explain, ...rest]);
      this.end_headers();
    }
  }

  override log_message(): void {}

  #sendFields(parts: readonly string[]): void {
    for (let at = 0; at + 1 < parts.length; at += 2) {
      const [name, value] = [parts[at]!, parts[at + 1]!];
      if (attempt(() => this.send_header(name, value))) Answering.accepted.push(`${name}: ${value}`);
    }
  }
}

/** Whether `send` takes what it is given; what it refuses it must refuse to the author. */
function attempt(send: () => void): boolean {
  try {
    send();
    return true;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
}

async function checkResponse(fuzzCase: FuzzCase): Promise<Fault | undefined> {
  Answering.parts = partsOf(fuzzCase);
  Answering.variant = fuzzCase.variant;
  Answering.accepted = [];
  using client = await MemoryConnection.open(Answering);
  client.receive(GET);
  const unexpected = client.failures.find(
    (error) => !(error instanceof TypeError || error instanceof RangeError),
  );
  if (unexpected !== undefined) return { kind: "throw", message: String(unexpected) };
  client.endInput();
  const { written } = client.socket;
  const heads = written.split(/(?<=\r\n\r\n)/).filter((part) => part.startsWith("HTTP/1.1 "));
  for (const head of heads) {
    const fault = checkHead(head);
    if (fault !== undefined) return fault;
  }
  return heads.length > 0 && heads.length < 3
    ? undefined
    : wrong(`${heads.length} heads: ${JSON.stringify(written)}`);
}

/** The parts of the text that the bytes are: at U+0001, and at the cuts. */
function partsOf(fuzzCase: FuzzCase): string[] {
  const units = Buffer.from(fuzzCase.bytes);
  const parts: string[] = [];
  let start = 0;
  for (const end of endsOf(fuzzCase).map((place) => place & ~1)) {
    if (end > start || end === 0) parts.push(...units.toString("utf16le", start, end).split("\u0001"));
    start = end;
  }
  return parts;
}

function checkHead(head: string): Fault | undefined {
  const [statusLine = "", ...lines] = head.slice(0, -4).split("\r\n");
  const stray = [statusLine, ...lines].find((line) => /[\r\n\0]/.test(line));
  if (!head.endsWith("\r\n\r\n") || stray !== undefined) return wrong(`not a head: ${JSON.stringify(head)}`);
  const accepted = new Set(Answering.accepted);
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(": ")).toLowerCase();
    if (!accepted.has(line) && !OWN_NAMES.has(name))
      return wrong(`a line that nobody sent: ${JSON.stringify(line)}`);
  }
  return undefined;
}
