/** The repository's history, which an unpacked archive does not have, nor a checkout that belongs to somebody else. */
import { git } from "../../bench/throughput/repository.ts";

/** Why tests that need a commit are skipped, or undefined when they are not. */
export const noHistory: string | undefined = reasonForNone();

function reasonForNone(): string | undefined {
  try {
    git("rev-parse", "--verify", "HEAD");
    return undefined;
  } catch (error) {
    return `git tells no commit here: ${(error as Error).message}`;
  }
}
