/** What a script says in front of its output: what is taken of it can be sent, and cuts make no difference. */

import { scriptArguments } from "../../../src/handler/cgi/arguments.ts";
import { ScriptHeadReader } from "../../../src/handler/cgi/response-head.ts";
import { cgiInfo } from "../../../src/handler/cgi/script.ts";
import { isSendable } from "../../../src/protocol/response-head.ts";
import { isToken } from "../../../src/protocol/token.ts";
import type { Random } from "../random.ts";
import {
  endsOf,
  type Fault,
  fromLatin1,
  type FuzzCase,
  latin1,
  splitFault,
  type Target,
  wrong,
} from "../target.ts";
import { INTERESTING_BYTES, NUMBERS } from "../vocabulary.ts";

const LINES = (
  "Content-Type: text/plain|Status: 404 Not Found|Status: 200|status:304|Location: /a?b|Location: http://a/|X-A: 1|" +
  "Set-Cookie: a=b|Content-Length: 5|Transfer-Encoding: chunked|Connection: close, X-A|Status: 100|HTTP/1.1 200 OK"
).split("|");
const NAMES = "Status Location Content-Type Content-Length X Connection".split(" ");
const ENDS = ["\n", "\n", "\r\n", "\r\n", "\r", "", "\n\n"];

/** Fields that are never a script's to send. */
const WITHHELD = "connection transfer-encoding upgrade keep-alive te trailer status server date".split(" ");

export const scriptTarget: Target = {
  name: "script",
  generate: (random) =>
    fromLatin1(`${random.some(8, () => line(random))}${random.pick(["\n", "\r\n", ""])}output\n\n`),
  check: checkScript,
};

function line(random: Random): string {
  const text = random.oneIn(4)
    ? `${random.pick(NAMES)}:${random.some(4, () => random.pick(random.oneIn(2) ? INTERESTING_BYTES : NUMBERS))}`
    : random.pick(LINES);
  return text + random.pick(ENDS);
}

function checkScript(fuzzCase: FuzzCase): Fault | undefined {
  const whole = read(fuzzCase.bytes, [fuzzCase.bytes.length]);
  const fault = splitFault(whole, read(fuzzCase.bytes, endsOf(fuzzCase)));
  return fault ?? checkHead(whole.head) ?? checkRequest(latin1(fuzzCase.bytes));
}

type Head = ReturnType<ScriptHeadReader["push"]>;

/** What comes of the bytes in these pieces, and what is left of them behind the head. */
function read(bytes: Uint8Array, ends: readonly number[]): { head: Head; rest: string | undefined } {
  const reader = new ScriptHeadReader();
  let start = 0;
  for (const end of ends) {
    const head = reader.push(bytes.subarray(start, end));
    start = end;
    if (head === undefined) continue;
    const isTaken = !("fault" in head);
    return { head, rest: isTaken ? latin1(reader.rest) + latin1(bytes.subarray(end)) : undefined };
  }
  return { head: undefined, rest: undefined };
}

function checkHead(head: Head): Fault | undefined {
  if (head === undefined || "fault" in head) return undefined;
  const { status, reason, fields, contentLength, localRedirect } = head;
  if (status < 200 || status > 599) return wrong(`status ${status}`);
  if (reason !== null && !isSendable(reason)) return wrong(`reason ${JSON.stringify(reason)}`);
  for (const [name, value] of fields) {
    if (!isToken(name) || !isSendable(value)) return wrong(`field ${JSON.stringify([name, value])}`);
    if (WITHHELD.includes(name.toLowerCase())) return wrong(`field ${name}`);
  }
  if (contentLength !== null && !Number.isSafeInteger(contentLength)) return wrong(`length ${contentLength}`);
  return localRedirect === null || /^\/[!-"$-~]*$/.test(localRedirect)
    ? undefined
    : wrong(`redirect ${JSON.stringify(localRedirect)}`);
}

/** The same bytes as a path and as a query. */
function checkRequest(text: string): Fault | undefined {
  const words = scriptArguments("GET", text);
  const isBad = words.some(
    (word) => word === "" || word.startsWith("-") || /\0/.test(word) || !word.isWellFormed(),
  );
  if (isBad) return wrong(`arguments ${JSON.stringify(words)}`);
  const [directory, rest = ""] = cgiInfo(`/cgi-bin/${text}`, ["/cgi-bin"]) ?? [];
  if (directory !== undefined && (directory !== "/cgi-bin" || rest.split("/").includes(".."))) {
    return wrong(`script ${JSON.stringify([directory, rest])}`);
  }
  return undefined;
}
