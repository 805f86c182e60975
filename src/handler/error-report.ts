/** What was thrown, as the log shows it. It may be anything, and throw when it is looked at. */

import { inspect } from "node:util";
import { printableLines } from "./log-line.ts";

/** An error with its stack, or another value as well as it can be shown, in lines that cannot be taken for others. */
export function describeError(error: unknown): string {
  return printableLines(shown(error));
}

function shown(error: unknown): string {
  for (const show of [inspect, withoutCare, String]) {
    try {
      return show(error);
    } catch {
      // It has a getter, or a method that is asked for a text, that throws.
    }
  }
  return `${typeof error} that cannot be shown: it throws when it is looked at`;
}

/** Of an error whose attributes cannot all be read, those that can. */
function withoutCare(error: unknown): string {
  const lines = ["stack", "message"].map((name) => readable(error, name)).filter((text) => text !== "");
  if (lines.length === 0) throw new TypeError("There is nothing to show");
  return `${lines[0]}\n(it cannot be shown whole: it throws when it is looked at)`;
}

function readable(value: unknown, name: string): string {
  try {
    const text = (value as Record<string, unknown>)[name];
    return typeof text === "string" ? text : "";
  } catch {
    return "";
  }
}
