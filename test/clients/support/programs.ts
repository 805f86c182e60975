/** Programs of the machine that tests drive where they are there. */

import { describe, expect, test } from "bun:test";
import { titleWithReason } from "../../parity/support/python.ts";

/**
 * `describe()` for tests that drive a program, which goes by one of `names`: they are given its path. Where there is
 * none they are skipped and say why; in CI, which installs the programs, that is a failure instead.
 */
export function describeWith(names: readonly string[], title: string, tests: (path: string) => void): void {
  const path = names.map((name) => Bun.which(name)).find((found) => found !== null);
  const isRequired = Boolean(process.env.CI);
  const reason = path === undefined ? `there is no ${names.join(" or ")} on PATH` : undefined;
  if (reason !== undefined && isRequired) describe(title, () => test("is installed", () => expect().fail(reason)));
  else describe.skipIf(reason !== undefined)(titleWithReason(title, reason), () => tests(path ?? ""));
}
