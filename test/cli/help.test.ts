import { describe, expect, test } from "bun:test";
import { helpPage } from "../../src/cli/help.ts";
import { OPTIONS, POSITIONALS } from "../../src/cli/options.ts";

describe("helpPage", () => {
  test("has argparse's shape", () => {
    const page = helpPage();
    expect(page).toStartWith("usage: basehttp [-h] [--version] [-b ADDRESS] ");
    expect(page).toContain("\n  port                  listen on this port");
    expect(page).toContain("\n  -b, --bind ADDRESS    listen on this address");
    expect(page).toContain("\n  -H, --header NAME VALUE\n                        send this header");
    expect(page).toEndWith("do not log requests\n");
  });

  test("explains every argument in lines of at most 80 columns", () => {
    const page = helpPage();
    const words = page.replace(/\s+/g, " ");
    for (const { help } of [...OPTIONS, ...POSITIONALS]) expect(words).toContain(help);
    for (const { long } of OPTIONS) expect(words).toContain(`--${long}`);
    expect(page.split("\n").filter((line) => line.length > 80 || line.endsWith(" "))).toEqual([]);
  });
});
