import { describe, expect, test } from "bun:test";
import { percentFormat, quoted } from "../../src/handler/percent-format.ts";

describe("percentFormat()", () => {
  // What `template % values` gives in Python.
  test.each<[template: string, values: readonly unknown[], expected: string]>([
    ["no conversion", [1], "no conversion"],
    ["%s and %s", ["one", 2], "one and 2"],
    ['"%s" %s %s', ["GET / HTTP/1.1", "200", "-"], '"GET / HTTP/1.1" 200 -'],
    ["code %d, message %s", [404, "Not Found"], "code 404, message Not Found"],
    ["%d", [3.99], "3"],
    ["%i", [-3.99], "-3"],
    ["%5d|%-5d|%05d", [42, 42, 42], "   42|42   |00042"],
    ["%5s|%-5s|%05s", ["ab", "ab", "ab"], "   ab|ab   |   ab"],
    ["%.2f", [2.7251], "2.73"],
    ["%f", [0.5], "0.500000"],
    ["%08.3f", [2.7251], "0002.725"],
    ["%x", [255], "ff"],
    ["%r", ["it's"], `"it's"`],
    ["%r", [12], "12"],
    ["%.3s", ["abcdef"], "abc"],
    ["100%%", [], "100%"],
    ["%s%%", [99], "99%"],
  ])("%j filled with %j", (template, values, expected) => {
    expect(percentFormat(template, values)).toBe(expected);
  });

  test("fills in by name, each as often as it is asked for", () => {
    const values = { code: 404, message: "Not Found", explain: "Nothing matches" };
    expect(percentFormat("%(code)d %(message)s. %(code)s - %(explain)s", values)).toBe(
      "404 Not Found. 404 - Nothing matches",
    );
  });

  test("leaves a conversion as it is for which there is no value", () => {
    expect(percentFormat("%s and %s", ["one"])).toBe("one and %s");
    expect(percentFormat("%(code)d %(other)s", { code: 1 })).toBe("1 %(other)s");
  });

  test("does not look for conversions in what it fills in", () => {
    expect(percentFormat("%s %s", ["%s %d %%", "$& $1"])).toBe("%s %d %% $& $1");
  });

  test("leaves alone what is no conversion", () => {
    expect(percentFormat("50% of it, %q, %", ["x"])).toBe("50% of it, %q, %");
  });
});

describe("quoted()", () => {
  // What Python's repr() gives.
  test.each<[text: string, expected: string]>([
    ["BREW", "'BREW'"],
    ["", "''"],
    ["it's", `"it's"`],
    ['say "it"', `'say "it"'`],
    [`it's "it"`, `'it\\'s "it"'`],
    ["back\\slash", "'back\\\\slash'"],
    ["\t\n\r", "'\\t\\n\\r'"],
    ["\0\x1b\x7f\x80\x9f\xa0\xad", "'\\x00\\x1b\\x7f\\x80\\x9f\\xa0\\xad'"],
    ["\xa1\xfc\xff", "'\xa1\xfc\xff'"],
  ])("of %j is %s", (text, expected) => {
    expect(quoted(text)).toBe(expected);
  });
});
