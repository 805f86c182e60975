import { describe, expect, test } from "bun:test";
import { wantsColour } from "../../src/handler/colour.ts";

describe("wantsColour (LOG-8)", () => {
  test.each<[string, Record<string, string>, boolean, boolean]>([
    ["a terminal", {}, true, true],
    ["a pipe", {}, false, false],
    ["a dumb terminal", { TERM: "dumb" }, true, false],
    ["NO_COLOR on a terminal", { NO_COLOR: "1" }, true, false],
    ["an empty NO_COLOR on a terminal", { NO_COLOR: "" }, true, true],
    ["FORCE_COLOR on a pipe", { FORCE_COLOR: "1" }, false, true],
    ["FORCE_COLOR on a dumb terminal", { FORCE_COLOR: "1", TERM: "dumb" }, true, true],
    ["an empty FORCE_COLOR on a pipe", { FORCE_COLOR: "" }, false, false],
    ["NO_COLOR against FORCE_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    ["PYTHON_COLORS=1 against NO_COLOR", { PYTHON_COLORS: "1", NO_COLOR: "1" }, false, true],
    ["PYTHON_COLORS=0 against FORCE_COLOR", { PYTHON_COLORS: "0", FORCE_COLOR: "1" }, true, false],
    ["any other PYTHON_COLORS", { PYTHON_COLORS: "yes" }, false, false],
  ])("%s", (_, env, isTerminal, expected) => {
    expect(wantsColour(env, isTerminal)).toBe(expected);
  });
});
