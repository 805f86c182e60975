/** The help page, made from the table of options in the shape of argparse's. */

import { type Option, OPTIONS, POSITIONALS } from "./options.ts";

const WIDTH = 80;
const HELP_COLUMN = 24;
const USAGE = "usage: basehttp";

export function helpPage(): string {
  const words = [...OPTIONS.map(usageOf), ...POSITIONALS.map(({ name }) => `[${name}]`)];
  const paragraphs = [
    wrap(words, `${USAGE} `, " ".repeat(USAGE.length + 1)),
    "Serve files over HTTP from a directory.",
    ["positional arguments:", ...POSITIONALS.map(({ name, help }) => row(name, help))].join("\n"),
    ["options:", ...OPTIONS.map((option) => row(invocationOf(option), option.help))].join("\n"),
  ];
  return `${paragraphs.join("\n\n")}\n`;
}

function usageOf(option: Option): string {
  const name = option.short === undefined ? `--${option.long}` : `-${option.short}`;
  return `[${[name, ...option.values].join(" ")}]`;
}

function invocationOf({ long, short, values }: Option): string {
  const invocation = [`--${long}`, ...values].join(" ");
  return short === undefined ? invocation : `-${short}, ${invocation}`;
}

/** One argument and its explanation, which begins on a line of its own where the argument is too long. */
function row(argument: string, help: string): string {
  const margin = " ".repeat(HELP_COLUMN);
  const first = `  ${argument}`;
  const explanation = wrap(help.split(" "), margin, margin);
  const fits = first.length <= HELP_COLUMN - 2;
  return fits ? first + explanation.slice(first.length) : `${first}\n${explanation}`;
}

/** Sets words in lines of at most `WIDTH` characters; the first begins with `first`, the others with `rest`. */
function wrap(words: readonly string[], first: string, rest: string): string {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}
