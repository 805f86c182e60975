/** Another commit of this repository, checked out for as long as it is measured. */
import { cpSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "./command.ts";

const OWN_TREE = join(import.meta.dirname, "../..");

export class Baseline implements Disposable {
  /** The root of its source tree. */
  readonly tree: string;
  /** Its commit, abbreviated. */
  readonly commit: string;

  private constructor(tree: string, commit: string) {
    this.tree = tree;
    this.commit = commit;
  }

  /**
   * Checks `ref` out at `tree`, a path that does not exist yet. It gets the bench of the working tree, so that both are
   * driven by the same handlers and loads, and the packages that are installed here. Throws a {@link Refusal} when there
   * is no such commit.
   */
  static checkOut(ref: string, tree: string): Baseline {
    const commit = git("rev-parse", "--verify", "--quiet", "--short", "--end-of-options", `${ref}^{commit}`);
    if (commit === undefined) throw new Refusal(`No such commit: "${ref}"`);
    if (git("worktree", "add", "--detach", "--quiet", tree, commit) === undefined)
      throw new Error(`Cannot check out ${commit} at ${tree}`);
    const baseline = new Baseline(tree, commit);
    try {
      rmSync(join(tree, "bench"), { recursive: true, force: true });
      cpSync(join(OWN_TREE, "bench"), join(tree, "bench"), { recursive: true });
      symlinkSync(join(OWN_TREE, "node_modules"), join(tree, "node_modules"));
      return baseline;
    } catch (error) {
      baseline[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    git("worktree", "remove", "--force", this.tree);
  }
}

/** What git prints, or undefined when it fails. */
function git(...args: string[]): string | undefined {
  if (Bun.which("git") === null) throw new Refusal("The comparison needs git, which is not installed");
  const { success, stdout } = Bun.spawnSync(["git", "-C", OWN_TREE, ...args], { stderr: "ignore" });
  return success ? stdout.toString().trim() : undefined;
}
