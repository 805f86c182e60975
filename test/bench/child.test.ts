import { expect, test } from "bun:test";
import { Child } from "../../bench/throughput/child.ts";
import { Setup } from "../../bench/throughput/setup.ts";

/** How long is waited for what never comes. */
const SECONDS = 0.01;

test.each([
  ["nextLine() of a child that is silent", "said nothing for", (child: Child) => child.nextLine(SECONDS)],
  ["success() of a child that goes on", "has not ended after", (child: Child) => child.success(SECONDS)],
])("%s says which child %s so long", async (_, complaint, wait) => {
  using setup = new Setup(new AbortController().signal);
  await using child = new Child(["cat"], setup.clientOptions());
  await expect(wait(child)).rejects.toThrow(`"cat" ${complaint} ${SECONDS} s`);
});
