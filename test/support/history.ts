/** The repository's history, which an unpacked archive does not have, nor a checkout that belongs to somebody else. */
import { join } from "node:path";

/** The root of the working tree. */
export const ROOT: string = join(import.meta.dirname, "../..");

/** What git prints; empty when it fails or there is none. */
export function git(...args: string[]): string {
  if (Bun.which("git") === null) return "";
  return Bun.spawnSync(["git", "-C", ROOT, ...args], { stderr: "ignore" }).stdout.toString();
}

/** Why tests that need a commit are skipped, or undefined when they are not. */
export const noHistory: string | undefined =
  git("rev-parse", "HEAD") === "" ? "git tells no commit here" : undefined;
