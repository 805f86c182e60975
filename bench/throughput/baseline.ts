/** Another commit of this repository, checked out for as long as it is measured. */
import { cpSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "./command.ts";
import { git, ROOT } from "./repository.ts";

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
   * is no such commit, or no repository, or no room for the tree.
   */
  static checkOut(ref: string, tree: string): Baseline {
    const commit = commitOf(ref);
    addWorktree(tree, commit);
    const baseline = new Baseline(tree, commit);
    try {
      rmSync(join(tree, "bench"), { recursive: true, force: true });
      cpSync(join(ROOT, "bench"), join(tree, "bench"), { recursive: true });
      symlinkSync(join(ROOT, "node_modules"), join(tree, "node_modules"));
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

/** The commit that `ref` names, abbreviated. */
function commitOf(ref: string): string {
  try {
    return git("rev-parse", "--verify", "--quiet", "--short", "--end-of-options", `${ref}^{commit}`);
  } catch (error) {
    const { message } = error as Error;
    // Quiet about a name that it does not know, git still says why it cannot look.
    throw new Refusal(message === "" ? `No such commit: "${ref}"` : `Cannot look for "${ref}": ${message}`);
  }
}

function addWorktree(tree: string, commit: string): void {
  try {
    git("worktree", "add", "--detach", "--quiet", tree, commit);
  } catch (error) {
    throw new Refusal(`Cannot check ${commit} out: ${(error as Error).message}`);
  }
}
