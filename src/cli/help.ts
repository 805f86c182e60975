/** The help page, made from the table of options in the shape of argparse's. */

import { type Option, OPTIONS, POSITIONALS, variableOf } from "./options.ts";

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
    environmentVariables(),
  ];
  return `${paragraphs.join("\n\n")}\n`;
}

function environmentVariables(): string {
  const names = [
    ...POSITIONALS.map(({ name }) => name),
    ...OPTIONS.filter(hasVariable).map(({ long }) => long),
  ];
  const about =
    "Every flag has its opposite, such as --no-quiet. Each of these variables stands for the option of its name, " +
    "which goes before it; those of flags are 1, true, yes, 0, false or no:";
  return [
    "environment variables:",
    wrap(about.split(" "), "  ", "  "),
    wrap(names.map(variableOf), "  ", "  "),
  ].join("\n");
}

function hasVariable({ isForThisTime }: Option): boolean {
  return isForThisTime !== true;
}

function usageOf(option: Option): string {
  const name = option.short === undefined ? shownName(option) : `-${option.short}`;
  return `[${[name, ...shownValues(option)].join(" ")}]`;
}

function invocationOf(option: Option): string {
  const invocation = [shownName(option), ...shownValues(option)].join(" ");
  return option.short === undefined ? invocation : `-${option.short}, ${invocation}`;
}

function shownName({ long, isOnByDefault }: Option): string {
  return isOnByDefault === true ? `--no-${long}` : `--${long}`;
}

function shownValues({ values, isValue }: Option): readonly string[] {
  return isValue === undefined ? values : values.map((value) => `[${value}]`);
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
