import { expect, test } from "bun:test";
import { notInstalled, type Program, programPath, versionOf } from "../../bench/throughput/programs.ts";

const PROGRAMS: readonly Program[] = ["bun", "node", "python3", "nginx", "wrk", "h2load"];

test.each(PROGRAMS.filter((program) => programPath(program) !== undefined))(
  "versionOf() finds that of %s",
  (program) => {
    expect(versionOf(program)).toMatch(/^\d+\.\d+/);
  },
);

test("notInstalled() says how to have a program", () => {
  expect(notInstalled("h2load")).toBe("h2load is not installed (apt-get install nghttp2-client)");
});
