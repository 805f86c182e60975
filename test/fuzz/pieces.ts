/** Heads, bodies and whole streams by the grammar, with something wrong in them now and then. */

import type { Random } from "./random.ts";
import * as word from "./vocabulary.ts";

/** The end of a line: mostly a good one. */
function lineEnd(random: Random): string {
  return random.oneIn(250) ? random.pick(word.LINE_ENDS) : "\r\n";
}

export function targetText(random: Random): string {
  if (random.oneIn(80)) return random.pick(word.BAD_TARGETS);
  if (random.oneIn(20)) return random.pick(word.ABSOLUTE_TARGETS);
  const path = random.pick(word.PATHS);
  return random.oneIn(40) ? path + random.some(20, () => random.pick(word.INTERESTING_BYTES)) : path;
}

function methodAndTarget(random: Random): string {
  if (random.oneIn(100)) return `${random.pick(word.BAD_METHODS)} ${targetText(random)}`;
  if (random.oneIn(50)) return `CONNECT ${random.pick(word.AUTHORITY_TARGETS)}`;
  return random.oneIn(40) ? "OPTIONS *" : `${random.pick(word.METHODS)} ${targetText(random)}`;
}

function requestLine(random: Random): string {
  const version = random.pick(random.oneIn(100) ? word.BAD_VERSIONS : word.VERSIONS);
  const space = random.oneIn(200) ? random.pick(["  ", "\t", "", "\v"]) : " ";
  return `${methodAndTarget(random)}${space}${version}${lineEnd(random)}`;
}

function fieldLine(random: Random): string {
  if (random.oneIn(100)) return random.pick(word.BAD_FIELDS) + lineEnd(random);
  const line = random.pick(random.oneIn(15) ? word.ENDING_FIELDS : word.FIELDS);
  return anyCase(random, line) + lineEnd(random);
}

/** Not `toUpperCase`: it makes of U+00FF what is not Latin-1. */
function anyCase(random: Random, text: string): string {
  if (!random.oneIn(20)) return text;
  return text.replace(/[A-Za-z]+/g, (run) => (random.oneIn(2) ? run.toUpperCase() : run.toLowerCase()));
}

/** A head; `framing` are its lines that say which body follows. */
export function headText(random: Random, framing: string): string {
  const host = random.oneIn(12) ? `Host: ${random.pick(word.HOSTS)}${lineEnd(random)}` : "Host: a\r\n";
  const lines = [random.oneIn(100) ? "" : host, framing];
  const count = random.oneIn(200) ? 90 + random.below(20) : random.below(5);
  for (let line = 0; line < count; line++) lines.push(fieldLine(random));
  if (random.oneIn(100)) lines.push(host);
  if (random.oneIn(4)) lines.reverse();
  const emptyLines = random.oneIn(20) ? random.pick([1, 1, 1, 2, 3, 15, 16, 17]) : 0;
  return `${"\r\n".repeat(emptyLines)}${requestLine(random)}${lines.join("")}${lineEnd(random)}`;
}

/** Field lines that frame a message, most of them doubtful. */
export function framingText(random: Random): string {
  const length = (): string => `Content-Length: ${random.pick(word.NUMBERS)}\r\n`;
  const coding = (): string => `Transfer-Encoding: ${random.pick(word.CODINGS)}\r\n`;
  switch (random.below(6)) {
    case 0:
      return length();
    case 1:
      return coding();
    case 2:
      return length() + length();
    case 3:
      return coding() + length();
    case 4:
      return coding() + coding();
    default:
      return `Content-Length: ${random.pick(word.NUMBERS)}, ${random.pick(word.NUMBERS)}\r\n`;
  }
}

function extension(random: Random): string {
  if (random.oneIn(40)) return random.pick(word.BAD_EXTENSIONS);
  const name = `;${random.pick(word.TOKENS)}`;
  return random.oneIn(2) ? name : `${name}=${random.pick(random.oneIn(2) ? word.TOKENS : word.QUOTED)}`;
}

function extensions(random: Random): string {
  return random.oneIn(6) ? random.some(random.oneIn(10) ? 12 : 3, () => extension(random)) : "";
}

function trailer(random: Random): string {
  if (random.oneIn(3)) return fieldLine(random);
  return `${random.pick(word.TOKENS)}: ${letters(random, 10)}${lineEnd(random)}`;
}

/** Up to 10,000 letters now and then: so many are not copied on their way to a handler. */
function payload(random: Random, most: number): string {
  return random.oneIn(60) ? letters(random, 30).repeat(random.below(334)) : letters(random, most);
}

function letters(random: Random, most: number): string {
  return random.some(most, () => String.fromCharCode(0x61 + random.below(26)));
}

function chunk(random: Random): string {
  const data = random.oneIn(4) ? random.pick(word.DATA) : `a${payload(random, 30)}`;
  const digits = data.length.toString(16);
  const zeros = random.oneIn(10) ? "0".repeat(random.below(16)) : "";
  const size = random.oneIn(80) ? random.pick(word.NUMBERS) : zeros + digits;
  return `${size}${extensions(random)}${lineEnd(random)}${data}${lineEnd(random)}`;
}

/** A chunked body. */
export function chunkedText(random: Random): string {
  const last = random.oneIn(100) ? random.pick(["", "00", "0 ", "0\n", "-0"]) : "0";
  const trailers = random.oneIn(4) ? random.some(random.oneIn(20) ? 20 : 4, () => trailer(random)) : "";
  const chunks = random.some(4, () => chunk(random));
  return `${chunks}${last}${extensions(random)}${lineEnd(random)}${trailers}${lineEnd(random)}`;
}

/** A request with the body that it announces, mostly. */
export function requestText(random: Random): string {
  if (random.oneIn(25)) {
    const body = random.oneIn(2) ? chunkedText(random) : letters(random, 10);
    return headText(random, framingText(random)) + body;
  }
  switch (random.below(4)) {
    case 0:
      return headText(random, "");
    case 1: {
      const body = random.oneIn(4) ? random.pick(word.DATA) : payload(random, 60);
      const length = random.oneIn(30) ? random.pick(word.NUMBERS) : String(body.length);
      return headText(random, `Content-Length: ${length}\r\n`) + body;
    }
    default: {
      const coding = random.oneIn(40) ? random.pick(word.CODINGS) : "chunked";
      return headText(random, `Transfer-Encoding: ${coding}\r\n`) + chunkedText(random);
    }
  }
}

/** What a connection carries: requests, and at times something between them. */
export function streamText(random: Random): string {
  return random.some(5, () => {
    const between = random.oneIn(20) ? random.pick(word.BETWEEN) : "";
    return requestText(random) + between;
  });
}
