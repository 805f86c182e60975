import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ByteQueue } from "../../src/transport/byte-queue.ts";

/** Takes everything off the queue, in bites of at most `most` bytes. */
function takeAll(queue: ByteQueue, most: number = Number.POSITIVE_INFINITY): number[] {
  const taken: number[] = [];
  while (queue.length > 0) {
    const bite = queue.first().subarray(0, most);
    taken.push(...bite);
    queue.skip(bite.length);
  }
  return taken;
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

describe("ByteQueue", () => {
  test("is empty at first", () => {
    const queue = new ByteQueue();
    expect(queue.length).toBe(0);
    expect(queue.first()).toEqual(new Uint8Array(0));
  });

  test("push() takes a copy of a part: the array may be reused", () => {
    const queue = new ByteQueue();
    const bytes = Uint8Array.of(1, 2, 3, 4, 5);
    queue.push(bytes, 1, 4);
    bytes.fill(9);
    expect(queue.length).toBe(3);
    expect(takeAll(queue)).toEqual([2, 3, 4]);
  });

  test("adopt() takes the bytes themselves", () => {
    const queue = new ByteQueue();
    const bytes = Uint8Array.of(1, 2, 3);
    queue.adopt(bytes);
    expect(queue.first().buffer).toBe(bytes.buffer);
    expect(takeAll(queue)).toEqual([1, 2, 3]);
  });

  test("adopting nothing leaves it as it is", () => {
    const queue = new ByteQueue();
    queue.adopt(new Uint8Array(0));
    expect(queue.length).toBe(0);
    expect(queue.first().length).toBe(0);
  });

  test("gathers small pieces in one: each of its own would cost 160 bytes", () => {
    const queue = new ByteQueue();
    for (let byte = 0; byte < 1000; byte++) queue.push(Uint8Array.of(byte), 0, 1);
    expect(queue.first().length).toBe(1000);
  });

  test("never writes into bytes that were adopted", () => {
    const queue = new ByteQueue();
    const owned = new Uint8Array(8).fill(1);
    queue.adopt(owned.subarray(0, 4));
    queue.push(Uint8Array.of(2, 2), 0, 2);
    expect([...owned]).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(takeAll(queue)).toEqual([1, 1, 1, 1, 2, 2]);
  });

  test("pushText() adds text as UTF-8 and tells how many bytes that are", () => {
    const queue = new ByteQueue();
    expect(queue.pushText("a\u00e4\u{1f600}")).toBe(7);
    expect(queue.pushText("")).toBe(0);
    expect(Buffer.from(takeAll(queue)).toString()).toBe("a\u00e4\u{1f600}");
  });

  test.each(["push", "pushText"] as const)("%s() leaves the headroom that prepend() then fills", (how) => {
    const queue = new ByteQueue(4);
    if (how === "push") queue.push(bytesOf("body"), 0, 4);
    else queue.pushText("body");
    queue.push(bytesOf(" and more"), 0, 9);
    expect(queue.prepend(bytesOf("head and what is not wanted"), 4)).toBe(true);
    expect(Buffer.from(takeAll(queue)).toString()).toBe("headbody and more");
  });

  test("prepend() leaves the queue alone where there is no room", () => {
    const queue = new ByteQueue(3);
    expect(queue.prepend(bytesOf("head"), 4)).toBe(false);
    queue.push(bytesOf("body"), 0, 4);
    expect(queue.prepend(bytesOf("head"), 4)).toBe(false);
    expect(queue.length).toBe(4);
    expect(Buffer.from(takeAll(queue)).toString()).toBe("body");
  });

  test("gives everything out in order, however it came in and is taken", () => {
    const step = fc.record({
      bytes: fc.oneof(
        { weight: 9, arbitrary: fc.uint8Array({ maxLength: 40 }) },
        { weight: 1, arbitrary: fc.nat(40_000).map((length) => new Uint8Array(length).fill(length)) },
      ),
      isOwned: fc.boolean(),
      taken: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const queue = new ByteQueue();
        const waiting: number[] = [];
        for (const { bytes, isOwned, taken } of steps) {
          if (isOwned) queue.adopt(bytes);
          else queue.push(bytes, 0, bytes.length);
          for (const byte of bytes) waiting.push(byte);
          const bite = queue.first().subarray(0, taken);
          expect([...bite]).toEqual(waiting.splice(0, bite.length));
          if (bite.length > 0) queue.skip(bite.length);
          expect(queue.length).toBe(waiting.length);
        }
        expect(Buffer.from(takeAll(queue)).equals(Buffer.from(waiting))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
