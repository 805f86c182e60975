/** The Python on this machine, which the parity tests compare with where there is one. */

export interface Python {
  readonly path: string;
  /** Major and minor number, as in `3.13`. */
  readonly version: string;
}

/** The `python3` on PATH, or `undefined`. */
export function findPython(): Python | undefined {
  const path = Bun.which("python3");
  if (path === null) return undefined;
  const asked = Bun.spawnSync([path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
  return asked.success ? { path, version: asked.stdout.toString().trim() } : undefined;
}

/** Whether Python version `left` is `right` or older; both as `major.minor`. */
export function isAtMost(left: string, right: string): boolean {
  const [leftMajor = 0, leftMinor = 0] = left.split(".").map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split(".").map(Number);
  return leftMajor === rightMajor ? leftMinor <= rightMinor : leftMajor < rightMajor;
}

export const NO_PYTHON = "there is no python3 on PATH";
