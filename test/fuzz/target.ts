/** What is fuzzed: a target makes cases and says what is wrong with the code under test in one of them. */

import { latin1 as latin1Of } from "../../src/protocol/text.ts";
import type { Random } from "./random.ts";

/** One input. Any bytes, cuts and variant are a case, so that whatever is left of one when it is made smaller is, too. */
export interface FuzzCase {
  readonly bytes: Uint8Array;
  /** Where the bytes are cut, in ascending order; they may be cut twice at a place. */
  readonly cuts: readonly number[];
  /** What else can be chosen, such as what a handler does; from 0 to 255. */
  readonly variant: number;
}

/**
 * `throw`: something was thrown. `split`: cuts make a difference. `wrong`: the outcome is not what it must be. `hang`:
 * there is none.
 */
export type FaultKind = "throw" | "split" | "wrong" | "hang";

export interface Fault {
  readonly kind: FaultKind;
  /** One line. */
  readonly message: string;
}

export interface Target {
  readonly name: string;
  /** How many turns it has where others have one. */
  readonly share?: number;
  /** Bytes that the target's input is made of; the runner damages, splices and cuts them. */
  generate(random: Random): Uint8Array;
  /** What is wrong, undefined where all is well. What it throws is a fault as well. */
  check(fuzzCase: FuzzCase): Fault | undefined | Promise<Fault | undefined>;
  /** Removes what checking has made. */
  cleanUp?(): void;
}

export function wrong(message: string): Fault {
  return { kind: "wrong", message };
}

/** The fault that something was thrown which nobody expects. */
export function thrown(error: unknown): Fault {
  return { kind: "throw", message: String(error instanceof Error ? (error.stack ?? error) : error) };
}

/** What is wrong in one case; what the target throws is. */
export async function faultOf(target: Target, fuzzCase: FuzzCase): Promise<Fault | undefined> {
  try {
    return await target.check(fuzzCase);
  } catch (error) {
    return thrown(error);
  }
}

/** The fault that the outcomes in one piece and in several differ, where they do. */
export function splitFault(whole: unknown, split: unknown): Fault | undefined {
  const [one, other] = [JSON.stringify(whole), JSON.stringify(split)];
  return one === other ? undefined : { kind: "split", message: `whole: ${one}; cut: ${other}` };
}

/** The spans that a case's cuts make, the last one to the end of its bytes. */
export function endsOf({ bytes, cuts }: FuzzCase): number[] {
  return [...cuts, bytes.length];
}

export function latin1(bytes: Uint8Array): string {
  return latin1Of(bytes, 0, bytes.length);
}

export function fromLatin1(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}
