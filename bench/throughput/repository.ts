/** The repository that the bench is part of. */
import { join } from "node:path";

/** The root of its working tree. */
export const ROOT: string = join(import.meta.dirname, "../..");

/** What git prints. Throws, with git's own reason, when it fails. */
export function git(...args: string[]): string {
  if (Bun.which("git") === null) throw new Error("git is not installed");
  const env = { ...process.env, LC_ALL: "C" };
  const { success, stdout, stderr } = Bun.spawnSync(["git", "-C", ROOT, ...args], { env });
  if (!success) throw new Error(reasonIn(stderr.toString()));
  return stdout.toString().trim();
}

/** Why git gave up, in a line: advice may follow it. Empty where git was told to be quiet. */
function reasonIn(stderr: string): string {
  const lines = stderr.trim().split("\n");
  const reason = lines.findLast((line) => line.startsWith("fatal: ")) ?? lines.at(-1) ?? "";
  return reason.replace(/^fatal: /, "");
}
