import { expect, test } from "bun:test";
import { inTurn } from "../../bench/throughput/rounds.ts";

async function orderOf(rounds: number, isMirrored: boolean): Promise<string> {
  const order: string[] = [];
  await inTurn(["a", "b"], rounds, isMirrored, async (contender) => order.push(contender));
  return order.join("");
}

test("inTurn() takes everybody once before anybody again", async () => {
  expect(await orderOf(3, false)).toBe("ababab");
});

test("inTurn() goes to and fro when it is mirrored", async () => {
  expect(await orderOf(3, true)).toBe("abbaab");
});

test("inTurn() keeps measurements apart, in the order of rounds, mirrored or not", async () => {
  const measured = await inTurn(["a", "b"], 2, true, async (contender, round) => `${contender}${round}`);
  expect(measured).toEqual([
    ["a1", "a2"],
    ["b1", "b2"],
  ]);
});
