/** The arguments of the command line, read by the table of options. Pure: nothing is looked up, nothing is printed. */

import { parseArgs, type ParseArgsConfig } from "node:util";
import { defaultSettings, type Option, OPTIONS, POSITIONALS, type Settings } from "./options.ts";
import { UsageError } from "./values.ts";

/** What the arguments amount to. */
export type Invocation =
  | { readonly kind: "serve"; readonly settings: Readonly<Settings> }
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "usage-error"; readonly message: string };

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

/** Arguments cannot hold a NUL, so values joined by one cannot be mistaken for anything that was typed. */
const VALUE_SEPARATOR = "\0";

const PARSE_ARGS_OPTIONS: ParseArgsConfig["options"] = Object.fromEntries(
  OPTIONS.map(({ long, short, values }) => [
    long,
    { type: values.length === 0 ? "boolean" : "string", ...(short === undefined ? {} : { short }) },
  ]),
);

/** Reads `argv`, which begins with the first argument. Left to right, as argparse does: a page asked for ends it. */
export function parseCommandLine(argv: readonly string[]): Invocation {
  try {
    const settings = readSettings(joinValues(argv));
    return settings.page === undefined ? { kind: "serve", settings } : { kind: settings.page };
  } catch (error) {
    if (error instanceof UsageError) return { kind: "usage-error", message: error.message };
    throw error;
  }
}

/** How messages call an option: `-b/--bind`. */
export function optionName({ long, short }: Option): string {
  return short === undefined ? `--${long}` : `-${short}/--${long}`;
}

/** `parseArgs` knows one value an option: the two of `-H NAME VALUE` become `--header=NAME<NUL>VALUE`. */
function joinValues(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const arg = argv[at] ?? "";
    if (arg === "--") return [...joined, ...argv.slice(at)];
    const option = OPTIONS.find(({ long, short }) => arg === `--${long}` || arg === `-${short}`);
    const count = option?.values.length ?? 0;
    const values = argv.slice(at + 1, at + 1 + count);
    if (option !== undefined && count > 1 && values.length === count && !values.some(looksLikeOption)) {
      joined.push(`--${option.long}=${values.join(VALUE_SEPARATOR)}`);
      at += count;
    } else {
      joined.push(arg);
    }
  }
  return joined;
}

function readSettings(args: string[]): Settings {
  // Not strict: what is wrong is said below, in argparse's words.
  const { tokens } = parseArgs({ args, options: PARSE_ARGS_OPTIONS, strict: false, tokens: true });
  const settings = defaultSettings();
  const unrecognized = new Set<number>();
  let positionals = 0;
  for (const token of tokens) {
    if (token.kind === "option") {
      const option = OPTIONS.find(({ long }) => long === token.name);
      if (option === undefined) unrecognized.add(token.index);
      else applyNamed(optionName(option), () => option.apply(settings, ...valuesOf(option, token)));
    } else if (token.kind === "positional") {
      const positional = POSITIONALS[positionals++];
      if (positional === undefined) unrecognized.add(token.index);
      else applyNamed(positional.name, () => positional.apply(settings, token.value));
    }
    if (settings.page !== undefined) return settings;
  }
  if (unrecognized.size === 0) return settings;
  throw new UsageError(`unrecognized arguments: ${[...unrecognized].map((index) => args[index]).join(" ")}`);
}

/** Runs `apply`, and puts the argument's name before what it complains of. */
function applyNamed(name: string, apply: () => void): void {
  try {
    apply();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`argument ${name}: ${error.message}`) : error;
  }
}

function valuesOf(option: Option, token: OptionToken): string[] {
  const count = option.values.length;
  if (count === 0) {
    if (token.value === undefined) return [];
    throw new UsageError(`it takes no value, but was given '${token.value}'`);
  }
  const values = inlineOrNext(token)?.split(VALUE_SEPARATOR) ?? [];
  if (values.length === count) return values;
  throw new UsageError(count === 1 ? "expected one argument" : `expected ${count} arguments`);
}

/** The text that belongs to an option. As in argparse, `-b=X` is `-b X`, and `-b -d` is a `-b` without its value. */
function inlineOrNext(token: OptionToken): string | undefined {
  if (token.value === undefined) return undefined;
  if (!token.inlineValue) return looksLikeOption(token.value) ? undefined : token.value;
  return token.rawName.startsWith("--") ? token.value : token.value.replace(/^=/, "");
}

/** argparse's rule: a dash first makes an option, except in a negative number or before words with a space. */
function looksLikeOption(arg: string): boolean {
  return /^-./.test(arg) && !/^-\d*\.?\d+$/.test(arg) && !arg.includes(" ");
}
