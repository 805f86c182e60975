/** The end of the server's process: by itself, or by a signal that its program has no mind of its own about. */

import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { Cancel } from "../../transport/timers.ts";

/** What a terminal, its closing and `kill` send. */
const SIGNALS = ["SIGINT", "SIGHUP", "SIGTERM"] as const;

type DeadlySignal = (typeof SIGNALS)[number];

/** Calls `action` when the process is about to end. Nothing tells of SIGKILL. */
export function onProcessEnd(action: () => void): Cancel {
  const cancels = SIGNALS.filter((signal) => !isIgnored(signal)).map((signal) => onDeath(signal, action));
  process.on("exit", action);
  return () => {
    process.off("exit", action);
    for (const cancel of cancels) cancel();
  };
}

/** A signal that somebody else listens to need not be the end: that is theirs to say, and `exit` tells of it. */
function onDeath(signal: DeadlySignal, action: () => void): Cancel {
  const die = (): void => {
    if (process.listenerCount(signal) > 1) return;
    action();
    process.off(signal, die);
    process.kill(process.pid, signal);
  };
  // In front: a listener for once is none any more when it has been called.
  process.prependListener(signal, die);
  return () => void process.off(signal, die);
}

/** Whether the process was started with this signal ignored (`nohup`), as far as the system tells. */
function isIgnored(signal: DeadlySignal): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "0";
    return ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
  } catch {
    return false;
  }
}
