/** `bun bench/micro/path.ts`: what it costs to find the path that a request's target stands for. */
import { asksForDotfile, translatePath } from "../../src/files/path.ts";
import { DOTFILE_TARGETS, HOSTILE_TARGETS, TARGETS, type TargetSample } from "../corpus.ts";
import { type Case, caseOf, runSuite, type Suite } from "./suite.ts";

const ROOT = "/srv/www";

function translateCase([name, targets]: [name: string, targets: readonly TargetSample[]]): Case {
  return caseOf(
    name,
    (target: string) => translatePath(target, ROOT),
    targets.map(([target, path]) => [target, ROOT + path]),
  );
}

function targetOf([target]: TargetSample): string {
  return target;
}

function dotfileCase(name: string, targets: readonly string[], expected: boolean): Case {
  return caseOf(
    name,
    asksForDotfile,
    targets.map((target) => [target, expected]),
  );
}

export const PATH: Suite = {
  "translatePath()": Object.entries(TARGETS).map(translateCase),
  "translatePath(), hostile targets": Object.entries(HOSTILE_TARGETS).map(translateCase),
  "asksForDotfile()": [
    ...Object.entries(TARGETS).map(([name, samples]) => dotfileCase(name, samples.map(targetOf), false)),
    ...Object.entries(DOTFILE_TARGETS).map(([name, targets]) => dotfileCase(name, targets, true)),
  ],
};

if (import.meta.main) await runSuite(PATH);
