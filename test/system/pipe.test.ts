import { expect, test } from "bun:test";
import { closeSync, readFileSync, readSync, writeSync } from "node:fs";
import { hasPipes, openPipe } from "../../src/system/pipe.ts";

const ON_LINUX = process.platform === "linux";

test("pipes are there on Linux", () => {
  expect(hasPipes()).toBe(ON_LINUX);
});

test.if(ON_LINUX)("a pipe gives at one end what goes in at the other, and its end", () => {
  const { readEnd, writeEnd } = openPipe()!;
  writeSync(writeEnd, "through");
  closeSync(writeEnd);
  const bytes = Buffer.alloc(100);
  expect(bytes.toString("latin1", 0, readSync(readEnd, bytes))).toBe("through");
  expect(readSync(readEnd, bytes)).toBe(0);
  closeSync(readEnd);
});

test.if(ON_LINUX)("no program gets the ends of a pipe unasked", () => {
  const { readEnd, writeEnd } = openPipe()!;
  for (const end of [readEnd, writeEnd]) {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${end}`, "utf8"))![1]!;
    expect(Number.parseInt(flags, 8) & 0o2000000).toBe(0o2000000);
    closeSync(end);
  }
});
