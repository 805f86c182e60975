/** What the commands of the bench have in common: how they begin, how they are refused, how they are interrupted. */

import { programPath } from "./programs.ts";

/** Ctrl-C, a polite `kill`, and a terminal that is closed. */
const END_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Why a command does not begin, in one line for the user. */
export class Refusal extends Error {}

/** What `parse` makes of the command line; where it throws, a {@link Refusal} with its message. */
export function refusing<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Refusal((error as Error).message);
  }
}

/** Throws a {@link Refusal} where this machine cannot run the bench. */
export function requireTools(): void {
  if (process.platform !== "linux") {
    throw new Refusal("The bench needs Linux: it reads what servers cost from /proc");
  }
  if (programPath("wrk") === undefined) {
    throw new Refusal("The bench needs wrk, which is not installed: apt-get install wrk, or dnf install wrk");
  }
}

/**
 * Runs a command to its exit code: what `main` returns, 2 when it is refused, 130 when a signal asks it to end. The
 * `AbortSignal` that `main` gets ends its children then, and unwinding removes its files.
 */
export async function runCommand(
  main: (args: string[], signal: AbortSignal) => Promise<number>,
): Promise<void> {
  const controller = new AbortController();
  // Not once: `bun run` passes on the Ctrl-C that the terminal has sent already, and the second must not cut short what
  // the first began.
  for (const name of END_SIGNALS) process.on(name, () => controller.abort());
  try {
    process.exitCode = await main(process.argv.slice(2), controller.signal);
  } catch (error) {
    if (controller.signal.aborted) {
      console.error("Interrupted");
      process.exitCode = 130;
    } else if (error instanceof Refusal) {
      console.error(error.message);
      process.exitCode = 2;
    } else {
      throw error;
    }
  }
}
