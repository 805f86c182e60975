import { expect, test } from "bun:test";
import { giveMemory, takeMemory } from "../../src/transport/spare-memory.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Leaves no memory to be used again. */
function takeAll(): void {
  takeMemory(4 * MIB);
  takeMemory(2 * MIB);
  takeMemory(512 * KIB);
  takeMemory(128 * KIB);
}

test("takeMemory() gives as much as is asked for, or more", () => {
  for (const count of [0, 1, 64 * KIB - 1, 64 * KIB, 1_000_000, 4 * MIB, 4 * MIB + 1]) {
    expect(takeMemory(count).length).toBeGreaterThanOrEqual(count);
  }
});

test("memory that was given is taken again, by one only", () => {
  takeAll();
  const memory = takeMemory(MIB);
  giveMemory(memory.subarray(10, 20));
  expect(takeMemory(MIB - 1).buffer).toBe(memory.buffer);
  expect(takeMemory(MIB - 1).buffer).not.toBe(memory.buffer);
});

test("memory is not taken for more than it holds, nor for a fraction of it", () => {
  takeAll();
  const memory = takeMemory(MIB);
  giveMemory(memory);
  expect(takeMemory(MIB + 1).buffer).not.toBe(memory.buffer);
  expect(takeMemory(256 * KIB - 1).buffer).not.toBe(memory.buffer);
  expect(takeMemory(256 * KIB).buffer).toBe(memory.buffer);
});

test.each([64 * KIB - 1, 4 * MIB + 1])("memory of %d bytes is not kept", (count) => {
  takeAll();
  const memory = takeMemory(count);
  giveMemory(memory);
  expect(takeMemory(count).buffer).not.toBe(memory.buffer);
});
