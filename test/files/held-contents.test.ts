import { describe, expect, test } from "bun:test";
import { HeldContents, type Holder } from "../../src/files/held-contents.ts";

const holders = (count: number): Holder[] => Array.from({ length: count }, () => ({ contents: null }));

describe("HeldContents", () => {
  test("holds what there is room for, and lets go of what came first", () => {
    const held = new HeldContents(4 * (1000 + 256));
    const files = holders(6);
    for (const file of files) held.hold(file, new Uint8Array(1000));
    expect(files.map(({ contents }) => contents !== null)).toEqual([false, false, true, true, true, true]);
    expect(held.bytes).toBe(4 * (1000 + 256));
  });

  test("holds nothing for which there is no room at all", () => {
    const held = new HeldContents(100);
    const [file] = holders(1);
    held.hold(file!, new Uint8Array(1000));
    expect([file!.contents, held.bytes]).toEqual([null, 0]);
  });

  test("counts a file once, whatever is held of it", () => {
    const held = new HeldContents(10_000);
    const [file] = holders(1);
    held.hold(file!, new Uint8Array(1000));
    held.hold(file!, new Uint8Array(2000));
    expect([file!.contents?.length, held.bytes]).toEqual([2000, 2256]);
    held.drop(file!);
    held.drop(file!);
    expect([file!.contents, held.bytes]).toEqual([null, 0]);
  });
});
