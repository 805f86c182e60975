/** `bun bench/micro/response-head.ts`: what it costs to write an answer's head: its field lines alone, and all of it. */
import { RenderedHeads } from "../../src/handler/rendered-head.ts";
import { knownField, noteField } from "../../src/protocol/field-cache.ts";
import { writeField } from "../../src/protocol/response-head.ts";
import { latin1 } from "../../src/protocol/text.ts";
import { ticker } from "../../src/transport/ticker.ts";
import { ResponseWriter } from "../../src/transport/wfile.ts";
import { ANSWERS, type AnswerSample, type FieldSample, UNSENDABLE_FIELDS } from "../corpus.ts";
import { type Case, caseOf, runSuite, type Suite } from "./suite.ts";

// What was written is compared as text, which costs about 50 ns and is in every figure.

const buffer = Buffer.alloc(64 * 1024);

/** The field lines, checked and encoded. */
function writtenLines(fields: readonly FieldSample[]): string {
  let end = 0;
  for (const [name, value] of fields) end = writeField(buffer, end, name, value);
  return latin1(buffer, 0, end);
}

/** The field lines, copied from earlier answers where they are known, else written and noted. */
function cachedLines(fields: readonly FieldSample[]): string {
  let end = 0;
  for (const [name, value] of fields) {
    const start = end;
    const known = knownField(name, value);
    if (known === null) {
      end = writeField(buffer, start, name, value);
      noteField(name, value, buffer, start, end);
    } else {
      buffer.set(known, start);
      end += known.length;
    }
  }
  return latin1(buffer, 0, end);
}

function textOf(fields: readonly FieldSample[]): string {
  return fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
}

function linesCase(
  work: typeof writtenLines,
  [name, answers]: [name: string, answers: readonly AnswerSample[]],
): Case {
  const inputs = answers.map(({ fields }) => [fields, textOf(fields)] as const);
  return caseOf(`${name}, fields: ${answers[0]!.fields.length}`, work, inputs);
}

const SERVER = "BaseHTTP/1.0";
const rendered = new RenderedHeads("HTTP/1.1", SERVER);

let sent = "";

/** A socket that takes everything at once. */
const sink = {
  write(bytes: Uint8Array, at: number, length: number): number {
    sent = latin1(bytes, at, at + length);
    return length;
  },
};

const writer = new ResponseWriter(sink, { surplusDropped() {}, writeBlocked() {} });

/** A whole answer by the way of a handler's: what the connection and the handler class call, in their order. */
function answer({ fields, body }: AnswerSample): string {
  writer.beginRequest(false, true, false);
  writer.workOff();
  writer.beginRendered(200, rendered.get(200)!);
  for (const [name, value] of fields) writer.addField(name, value);
  writer.endHead("");
  writer.write(body);
  writer.endRequest();
  writer.workedOff(false);
  return sent;
}

function answerText({ fields, body }: AnswerSample): string {
  // No connection is open, so the ticker's date stands still.
  const beginning = `HTTP/1.1 200 OK\r\nServer: ${SERVER}\r\nDate: ${ticker.httpDate}\r\n`;
  const declaresLength = fields.some(([name]) => name === "Content-Length");
  const length = declaresLength ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${beginning}${textOf(fields)}${length}\r\n${Buffer.from(body).toString("latin1")}`;
}

function answerCase([name, answers]: [name: string, answers: readonly AnswerSample[]]): Case {
  return caseOf(
    name,
    answer,
    answers.map((one) => [one, answerText(one)]),
  );
}

function refusedCase([name, fields]: [name: string, fields: readonly FieldSample[]]): Case {
  return caseOf(
    name,
    ([fieldName, value]: FieldSample) => writeField(buffer, 0, fieldName, value),
    fields.map((field) => [field, -1]),
  );
}

export const RESPONSE_HEAD: Suite = {
  "field lines, written": Object.entries(ANSWERS).map((entry) => linesCase(writtenLines, entry)),
  "field lines, through the cache": Object.entries(ANSWERS).map((entry) => linesCase(cachedLines, entry)),
  "fields that are refused": Object.entries(UNSENDABLE_FIELDS).map(refusedCase),
  "whole answers by wfile, to the socket": Object.entries(ANSWERS).map(answerCase),
};

if (import.meta.main) await runSuite(RESPONSE_HEAD);
