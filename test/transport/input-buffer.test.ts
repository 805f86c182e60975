import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { InputBuffer } from "../../src/transport/input-buffer.ts";

function waiting(input: InputBuffer): number[] {
  return [...input.bytes.subarray(input.start, input.end)];
}

describe("InputBuffer", () => {
  test("takes a packet over without a copy when nothing waits", () => {
    const input = new InputBuffer();
    const packet = Uint8Array.of(1, 2, 3);
    input.append(packet);
    expect(input.bytes).toBe(packet);
    expect([input.start, input.end, input.length]).toEqual([0, 3, 3]);
  });

  test("joins a packet to what still waits", () => {
    const input = new InputBuffer();
    input.append(Uint8Array.of(1, 2, 3));
    input.start += 2;
    input.append(Uint8Array.of(4, 5));
    expect(waiting(input)).toEqual([3, 4, 5]);
  });

  test("never changes a packet, nor a view that was given out", () => {
    const input = new InputBuffer();
    const packet = Uint8Array.of(1, 2, 3, 4);
    input.append(packet);
    const first = input.bytes.subarray(0, 2);
    input.start += 2;
    input.append(Uint8Array.of(5, 6));
    const second = input.bytes.subarray(input.start, input.start + 3);
    input.start += 3;
    for (let byte = 7; byte < 250; byte++) input.append(Uint8Array.of(byte));
    expect([...packet]).toEqual([1, 2, 3, 4]);
    expect([...first]).toEqual([1, 2]);
    expect([...second]).toEqual([3, 4, 5]);
  });

  test("holds no memory once everything is used and released", () => {
    const input = new InputBuffer();
    input.append(new Uint8Array(1000));
    input.start = input.end;
    input.release();
    expect([input.bytes.length, input.start, input.end]).toEqual([0, 0, 0]);
  });

  test("release() leaves alone what still waits", () => {
    const input = new InputBuffer();
    input.append(Uint8Array.of(1, 2));
    input.start++;
    input.release();
    expect(waiting(input)).toEqual([2]);
  });

  test("clear() drops what waits", () => {
    const input = new InputBuffer();
    input.append(Uint8Array.of(1, 2));
    input.clear();
    expect(input.length).toBe(0);
    expect(input.bytes.length).toBe(0);
  });

  test("copies each byte a bounded number of times, however slowly bytes drip in", () => {
    const input = new InputBuffer();
    const arrays = new Set<Uint8Array>();
    for (let count = 0; count < 64 * 1024; count++) {
      input.append(Uint8Array.of(count));
      arrays.add(input.bytes);
    }
    // Each new array is at least twice as long as the bytes that are moved to it.
    expect(arrays.size).toBeLessThan(12);
    expect(input.length).toBe(64 * 1024);
  });

  test("keeps bytes in order and views intact, however they come and are used", () => {
    const step = fc.record({ packet: fc.uint8Array({ maxLength: 700 }), used: fc.nat(900) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const input = new InputBuffer();
        const expected: number[] = [];
        const views: [view: Uint8Array, copy: number[]][] = [];
        for (const { packet, used } of steps) {
          input.append(packet.slice());
          expected.push(...packet);
          const count = Math.min(used, input.length);
          const view = input.bytes.subarray(input.start, input.start + count);
          views.push([view, expected.splice(0, count)]);
          input.start += count;
          input.release();
          expect(waiting(input)).toEqual(expected);
        }
        for (const [view, copy] of views) expect([...view]).toEqual(copy);
      }),
    );
  });
});
