/**
 * The arguments of the command line and the variables of the environment, read by the table of options. Pure: nothing
 * is looked up, nothing is printed.
 */

import { parseArgs, type ParseArgsConfig } from "node:util";
import {
  applyVariable,
  defaultSettings,
  isFlag,
  type Option,
  OPTIONS,
  POSITIONALS,
  type Settings,
  variableOf,
} from "./options.ts";
import { type SourceOf, UsageError } from "./values.ts";

/** What the arguments amount to. */
export type Invocation =
  | {
      readonly kind: "serve";
      readonly settings: Readonly<Settings>;
      /** How a message is to call the option: as an argument, or as the variable that it came by. */
      readonly sourceOf: SourceOf;
    }
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "usage-error"; readonly message: string };

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];
/** Variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;

type OptionToken = Extract<Token, { kind: "option" }>;

/** Arguments cannot hold a NUL, so values joined by one cannot be mistaken for anything that was typed. */
const VALUE_SEPARATOR = "\0";

const PARSE_ARGS_OPTIONS: ParseArgsConfig["options"] = Object.fromEntries(
  OPTIONS.map(({ long, short, values, isValue }) => [
    long,
    {
      type: values.length === 0 || isValue !== undefined ? "boolean" : "string",
      ...(short === undefined ? {} : { short }),
    },
  ]),
);

/**
 * Reads `argv`, which begins with the first argument. Left to right, as argparse does: a page asked for ends it. What
 * it does not say, `environment` may.
 */
export function parseCommandLine(argv: readonly string[], environment: Environment = {}): Invocation {
  try {
    const settings = defaultSettings();
    const said = readArguments(joinValues(argv), settings);
    if (settings.page !== undefined) return { kind: settings.page };
    const sources = readEnvironment(environment, settings, said);
    return { kind: "serve", settings, sourceOf: (long) => sources.get(long) ?? argumentCalled(long) };
  } catch (error) {
    if (error instanceof UsageError) return { kind: "usage-error", message: error.message };
    throw error;
  }
}

function argumentCalled(long: string): string {
  const option = OPTIONS.find((known) => known.long === long);
  return `argument ${option === undefined ? long : optionName(option)}`;
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
    if (option?.isValue !== undefined) {
      const takesNext = argv[at + 1] !== undefined && option.isValue(argv[at + 1]!);
      joined.push(takesNext ? `${arg}=${argv[++at]}` : arg);
    } else if (
      option !== undefined &&
      count > 1 &&
      values.length === count &&
      !values.some(looksLikeOption)
    ) {
      joined.push(`--${option.long}=${values.join(VALUE_SEPARATOR)}`);
      at += count;
    } else {
      joined.push(arg);
    }
  }
  return joined;
}

/** Writes what the arguments say into `settings`, and gives the names of those that said something. */
function readArguments(args: string[], settings: Settings): Set<string> {
  // Not strict: what is wrong is said below, in argparse's words.
  const { tokens } = parseArgs({ args, options: PARSE_ARGS_OPTIONS, strict: false, tokens: true });
  const said = new Set<string>();
  const unrecognized = new Set<number>();
  let positionals = 0;
  for (const token of tokens) {
    if (token.kind === "option") {
      const long = applyOption(token, settings);
      if (long === undefined) unrecognized.add(token.index);
      else said.add(long);
    } else if (token.kind === "positional") {
      const positional = POSITIONALS[positionals++];
      if (positional === undefined) unrecognized.add(token.index);
      else {
        said.add(positional.name);
        applyNamed(`argument ${positional.name}`, () => positional.apply(settings, token.value));
      }
    }
    if (settings.page !== undefined) return said;
  }
  if (unrecognized.size === 0) return said;
  throw new UsageError(`unrecognized arguments: ${[...unrecognized].map((index) => args[index]).join(" ")}`);
}

/** Does what an option says, and gives its name; undefined where there is no such option. */
function applyOption(token: OptionToken, settings: Settings): string | undefined {
  for (const option of OPTIONS) {
    if (token.name === option.long) {
      applyNamed(`argument ${optionName(option)}`, () => option.apply(settings, ...valuesOf(option, token)));
      return option.long;
    }
    if (option.negate !== undefined && token.name === `no-${option.long}`) {
      applyNamed(`argument --${token.name}`, () => {
        noValuesOf(token);
        option.negate?.(settings);
      });
      return option.long;
    }
  }
  return undefined;
}

/**
 * Writes what the environment says into `settings`, but for what the arguments have said. An empty variable says
 * nothing. Gives what the options that it set are to be called in messages.
 */
function readEnvironment(
  environment: Environment,
  settings: Settings,
  said: ReadonlySet<string>,
): Map<string, string> {
  const sources = new Map<string, string>();
  const read = (name: string, apply: (text: string) => void): void => {
    const variable = variableOf(name);
    const text = said.has(name) ? "" : (environment[variable] ?? "");
    if (text === "") return;
    const source = `environment variable ${variable}`;
    sources.set(name, source);
    applyNamed(source, () => apply(text));
  };
  for (const positional of POSITIONALS) read(positional.name, (text) => positional.apply(settings, text));
  for (const option of OPTIONS) {
    if (option.isForThisTime !== true) read(option.long, (text) => applyVariable(option, settings, text));
  }
  return sources;
}

/** Runs `apply`, and puts the name of what it reads before what it complains of. */
function applyNamed(name: string, apply: () => void): void {
  try {
    apply();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${name}: ${error.message}`) : error;
  }
}

function valuesOf(option: Option, token: OptionToken): string[] {
  if (isFlag(option)) return noValuesOf(token);
  if (option.isValue !== undefined) return token.value === undefined ? [] : [token.value];
  const count = option.values.length;
  const values = inlineOrNext(token)?.split(VALUE_SEPARATOR) ?? [];
  if (values.length === count) return values;
  throw new UsageError(count === 1 ? "expected one argument" : `expected ${count} arguments`);
}

function noValuesOf(token: OptionToken): [] {
  if (token.value === undefined) return [];
  throw new UsageError(`it takes no value, but was given '${token.value}'`);
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
