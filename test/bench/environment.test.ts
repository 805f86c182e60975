import { expect, test } from "bun:test";
import { describeEnvironment } from "../../bench/throughput/environment.ts";

test("describeEnvironment() tells the versions of the programs and of the kernel", () => {
  const { kernel, versions } = describeEnvironment(new Set(["bun"]));
  expect(versions).toEqual({ bun: Bun.version });
  expect(kernel).toMatch(/^\d+(\.\d+)*$/);
});
