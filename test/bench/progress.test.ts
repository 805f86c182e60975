import { describe, expect, test } from "bun:test";
import { Progress, progressBar } from "../../bench/throughput/progress.ts";

test.each([
  ["at first, when nothing is known of the time", 0, 0, "[........................] 0 %"],
  ["on the way", 5, 100_000, "[############............] 50 %, 2 min left"],
  ["near the end", 9, 45_000, "[######################..] 90 %, 5 s left"],
])("progressBar() %s", (_, done, elapsedMs, expected) => {
  expect(progressBar(done, 10, elapsedMs)).toBe(expected);
});

describe("Progress", () => {
  const CLEARED = "\r\x1b[2K";

  function terminal(isTTY: boolean, columns = 80) {
    const written: string[] = [];
    return { isTTY, columns, written, write: (text: string) => written.push(text) };
  }

  test("shows each step in place of the one before", () => {
    const screen = terminal(true);
    const progress = new Progress(2, screen);
    progress.step("first");
    progress.step("second");
    const [first, second] = screen.written;
    expect(first).toBe(`${CLEARED}[........................] 0 %  first`);
    expect(second).toStartWith(`${CLEARED}[############............] 50 %, `);
    expect(second).toEndWith("  second");
  });

  test("keeps to the width of the terminal", () => {
    const screen = terminal(true, 40);
    new Progress(1, screen).step("a step with a long name");
    expect(screen.written).toEqual([`${CLEARED}[........................] 0 %  a step `]);
  });

  test("takes its line away when told to, and when it is not needed any more", () => {
    const screen = terminal(true);
    {
      using progress = new Progress(1, screen);
      progress.clear();
    }
    expect(screen.written).toEqual([CLEARED, CLEARED]);
  });

  test("is silent where there is no terminal", () => {
    const screen = terminal(false);
    {
      using progress = new Progress(1, screen);
      progress.step("first");
      progress.clear();
    }
    expect(screen.written).toEqual([]);
  });
});
