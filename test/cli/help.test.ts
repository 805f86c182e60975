import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { helpPage } from "../../src/cli/help.ts";
import { OPTIONS, POSITIONALS, variableOf } from "../../src/cli/options.ts";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";

describe("helpPage", () => {
  test("has argparse's shape", () => {
    const page = helpPage();
    expect(page).toStartWith("usage: basehttp [-h] [--version] [-b ADDRESS] ");
    expect(page).toContain("\n  port                  listen on this port");
    expect(page).toContain("\n  -b, --bind ADDRESS    listen on this address");
    expect(page).toContain("\n  -H, --header NAME VALUE\n                        send this header");
    expect(page).toContain("\n  -q, --quiet           do not log requests\n\nenvironment variables:\n");
    expect(page).toContain("\n  --cors [ORIGIN]       let scripts");
    expect(page).toContain("\n  --no-listing          answer 404");
    expect(page).toMatch(/\[--cors \[ORIGIN\]\]\s/);
  });

  test("explains every argument in lines of at most 80 columns", () => {
    const page = helpPage();
    const words = page.replace(/\s+/g, " ");
    for (const { help } of [...OPTIONS, ...POSITIONALS]) expect(words).toContain(help);
    for (const { long, isOnByDefault } of OPTIONS) {
      expect(words).toContain(isOnByDefault === true ? `--no-${long}` : `--${long}`);
    }
    expect(words).toContain(" BASEHTTP_PORT BASEHTTP_BIND ");
    expect(words).not.toContain("BASEHTTP_HELP");
    for (const { long, isForThisTime } of OPTIONS) {
      if (isForThisTime !== true) expect(words).toContain(` ${variableOf(long)} `);
    }
    expect(page.split("\n").filter((line) => line.length > 80 || line.endsWith(" "))).toEqual([]);
  });

  test("is what the README shows", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    expect(readme).toContain(`\n$ npx bun@1.4.5 start --help\n${helpPage()}\`\`\`\n`);
  });
});

/** Options of the command that are no site's: they are in the README, and mostly Python's. */
const NOT_OF_A_SITE: readonly string[] = [
  "help",
  "version",
  "bind",
  "directory",
  "protocol",
  "header",
  "content-type",
  "tls-cert",
  "tls-key",
  "tls-password-file",
  "tls-self-signed",
  "cgi",
  "workers",
  "open",
  "qr",
  "quiet",
];

test("docs/site.md has every option of a site: its attribute with the default, its flags and its variables", () => {
  const page = readFileSync(new URL("../../docs/site.md", import.meta.url), "utf8");
  const rows = page.matchAll(/^\| `(\w+)` \(`([^`]+)`[^|]*\) \| (`--[^|]+) \| ([^|]+) \|$/gm);
  const statics = SimpleHTTPRequestHandler as unknown as Record<string, unknown>;
  const all = OPTIONS.map(({ long }) => long);
  const documented: string[] = [];
  for (const [, attribute, byDefault, flags, variables] of rows) {
    expect([attribute, JSON.stringify(statics[attribute!])]).toEqual([attribute, byDefault]);
    const names = Array.from(flags!.matchAll(/--([a-z-]+)/g), ([, name]) =>
      all.includes(name!) ? name! : name!.replace(/^no-/, ""),
    );
    expect(variables).toBe(names.map((name) => `\`${variableOf(name)}\``).join(", "));
    documented.push(...names);
  }
  expect(documented.sort()).toEqual(all.filter((long) => !NOT_OF_A_SITE.includes(long)).sort());
});
