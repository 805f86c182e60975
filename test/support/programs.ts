/** Programs of the machine that tests drive where they are there. */

import { describe, test } from "bun:test";

/**
 * `describe()` for tests that drive a program, which goes by one of `names`: they are given its path. Where there is
 * none they are skipped and say why; in CI, which installs the programs, that is a failure.
 */
export function describeWith(names: readonly string[], title: string, tests: (path: string) => void): void {
  const path = names.map((name) => Bun.which(name)).find((found) => found !== null);
  if (path !== undefined) {
    describe(title, () => tests(path));
    return;
  }
  const reason = `there is no ${names.join(" or ")} on PATH`;
  if (process.env.CI) {
    test(title, () => {
      throw new Error(`In CI nothing is skipped, but ${reason}`);
    });
    return;
  }
  describe.skip(titleWithReason(title, reason), () => tests(""));
}

/** The title of tests that are skipped where there is a `reason` for it: it says so. */
export function titleWithReason(title: string, reason: string | undefined): string {
  return reason === undefined ? title : `${title} (skipped: ${reason})`;
}
