/** A case that failed, as a file that can be read by people, changed by hand and run again. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Refusal, refusing } from "../../bench/throughput/command.ts";
import type { Failure } from "./run.ts";
import { fromLatin1, type FuzzCase, latin1 } from "./target.ts";

export const FAILURE_FOLDER = "fuzz-failures";

/** Writes a failure to the folder `folder`, which is made where it is missing, and gives the file's path. */
export function writeFailure(failure: Failure, seed: number, folder: string = FAILURE_FOLDER): string {
  const { target, index, fault } = failure;
  const { bytes, cuts, variant } = failure.fuzzCase;
  const content = { target, variant, cuts, text: latin1(bytes), ...fault, seed, index };
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/${target}-${seed}-${index}.json`;
  writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`);
  return path;
}

/** Reads a case back: only what makes it one is looked at. Throws a {@link Refusal} where it is none. */
export function readFailure(path: string): { readonly target: string; readonly fuzzCase: FuzzCase } {
  const content = refusing(() => JSON.parse(readFileSync(path, "utf8")) as unknown);
  const { target, text, cuts, variant } = (content ?? {}) as Record<string, unknown>;
  const isCase =
    typeof target === "string" &&
    typeof text === "string" &&
    /^[\0-\xff]*$/.test(text) &&
    Array.isArray(cuts) &&
    cuts.every((cut, at) => Number.isInteger(cut) && cut >= (cuts[at - 1] ?? 0) && cut <= text.length) &&
    Number.isInteger(variant);
  if (!isCase) throw new Refusal(`"${path}" does not hold a case: target, text, cuts and variant`);
  return {
    target,
    fuzzCase: { bytes: fromLatin1(text), cuts: cuts as number[], variant: variant as number },
  };
}
