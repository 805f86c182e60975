/** The thread of the watchdog. */

import { writeSync } from "node:fs";
import { writeFailure } from "./failure-file.ts";
import { failureText } from "./report.ts";
import type { Failure } from "./run.ts";
import { type Shared, sharedIn, Slot, type WatchdogStart } from "./watchdog.ts";

const STANDARD_OUTPUT = 1;
const CHECKS = 10;

addEventListener("message", ({ data }: MessageEvent<WatchdogStart>) => {
  const shared = sharedIn(data.memory);
  let begun = -1;
  let silentChecks = 0;
  setInterval(() => {
    const now = Atomics.load(shared.slots, Slot.BEGUN);
    silentChecks = now === begun ? silentChecks + 1 : 0;
    begun = now;
    if (silentChecks > CHECKS && now > 0) end(shared, data);
  }, data.mostMs / CHECKS);
});

/** The event loop of the run is held up: nobody there can end it in order. */
function end(shared: Shared, { names, seed }: WatchdogStart): void {
  const { slots, cuts, bytes } = shared;
  const failure: Failure = {
    target: names[slots[Slot.TARGET]!]!,
    index: slots[Slot.BEGUN]! - 1,
    fuzzCase: {
      bytes: bytes.slice(0, slots[Slot.BYTES]),
      cuts: [...cuts.subarray(0, slots[Slot.CUTS])],
      variant: slots[Slot.VARIANT]!,
    },
    fault: { kind: "hang", message: "it does not come to its end; the run is killed" },
  };
  writeSync(STANDARD_OUTPUT, `${failureText(failure, writeFailure(failure, seed))}\n`);
  process.kill(process.pid, "SIGKILL");
}
