/** What the lines of the log look like: Python's, and painted where standard error is a terminal (LOG-2, LOG-8). */

import { isatty } from "node:tty";
import { styleText } from "node:util";
import { wantsColour } from "./colour.ts";

const STANDARD_ERROR = 2;

type Colour = "gray" | "cyan" | "green" | "cyanBright" | "yellow" | "red" | "none";

const isPainted: boolean = wantsColour(process.env, isatty(STANDARD_ERROR));

function paint(colour: Colour, text: string): string {
  return isPainted && colour !== "none" ? styleText(colour, text, { validateStream: false }) : text;
}

/** A line: who, when, and a message that is fit to be shown. */
export function logLine(address: string, time: string, message: string): string {
  return `${printable(address)} - - ${paint("gray", `[${time}]`)} ${message}`;
}

/** The message of an answer: the request line, the status and the size. */
export function answerMessage(requestline: string, code: string, size: string): string {
  const line = printable(requestline);
  if (!isPainted) return `"${line}" ${code} ${size}`;
  const words = /^(\S+) (\S+) (\S+)$/.exec(line);
  const painted = words === null ? line : `${words[1]} ${paint("cyan", words[2]!)} ${words[3]}`;
  return `"${painted}" ${paint(colourOf(code), code)} ${paint("gray", size)}`;
}

/** The message of an error. */
export function errorMessage(message: string): string {
  return paint("yellow", printable(message));
}

function colourOf(code: string): Colour {
  switch (code[0]) {
    case "2":
      return "green";
    case "3":
      return "cyanBright";
    case "4":
      return "yellow";
    case "5":
      return "red";
    default:
      return "none";
  }
}

// Controls of terminals, and what Unicode has to end lines with and to turn the direction of writing.
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\\\u2028-\u202e\u2066-\u2069]/;
const EACH_UNPRINTABLE: RegExp = new RegExp(UNPRINTABLE, "g");

/**
 * A message in which nothing can move a terminal's cursor or begin a line: `\xHH` and `\uHHHH` for controls, `\\` for
 * `\`.
 */
export function printable(message: string): string {
  return UNPRINTABLE.test(message) ? message.replace(EACH_UNPRINTABLE, escaped) : message;
}

/**
 * A text of several lines, each fit to be shown. All but the first are indented, so that none that somebody has put
 * into an error's message can be taken for a line of the log.
 */
export function printableLines(text: string): string {
  return text
    .replace(EACH_UNPRINTABLE, (char) => (char === "\n" || char === "\\" ? char : escaped(char)))
    .replace(/\n(?=\S)/g, "\n    ");
}

function escaped(char: string): string {
  if (char === "\\") return "\\\\";
  const code = char.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, "0")}`;
}
