import { afterEach, beforeEach, describe, expect, mock, spyOn, test } from "bun:test";
import { log } from "../../src/handler/log.ts";
import { Notices } from "../../src/server/notices.ts";

describe("lines that would be too many", () => {
  let lines: string[] = [];
  let now = 0;

  beforeEach(() => {
    [lines, now] = [[], 1000];
    spyOn(log, "write").mockImplementation((line) => void lines.push(line));
    spyOn(performance, "now").mockImplementation(() => now);
  });
  afterEach(() => void mock.restore());

  test("are written up to so many a minute, and the next one says how many were not", () => {
    const notices = new Notices(2);
    for (const name of ["a", "b", "c", "d"]) notices.report(name);
    expect(lines).toEqual(["a", "b"]);
    now += 59_999;
    notices.report("e");
    expect(lines).toHaveLength(2);
    now += 1;
    for (const name of ["f", "g"]) notices.report(name);
    expect(lines.slice(2)).toEqual(["f, 4 since this was said last", "g"]);
  });
});
