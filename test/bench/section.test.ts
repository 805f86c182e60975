import { expect, test } from "bun:test";
import { withSection } from "../../bench/publish/section.ts";
import { Refusal } from "../../bench/throughput/command.ts";

const BEGIN = "<!-- bench:begin -->";
const END = "<!-- bench:end -->";

test("withSection() replaces what lies between the markers, and nothing else", () => {
  const page = `# Title\r\n\n${BEGIN}\nold\n\n- old\n${END}\n\ttext $& \n`;
  expect(withSection(page, "new $& $1")).toBe(`# Title\r\n\n${BEGIN}\nnew $& $1\n${END}\n\ttext $& \n`);
});

test("withSection() changes nothing the second time", () => {
  const once = withSection(`${BEGIN}${END}`, "text");
  expect(withSection(once, "text")).toBe(once);
});

test.each([
  ["no markers", "# Title"],
  ["no end", `${BEGIN}\n`],
  ["no begin", `${END}\n`],
  ["its end before its begin", `${END}${BEGIN}`],
  ["two begins", `${BEGIN}${BEGIN}${END}`],
  ["two ends", `${BEGIN}${END}${END}`],
])("withSection() refuses a page with %s", (_, page) => {
  const replace = (): unknown => withSection(page, "text");
  expect(replace).toThrow(Refusal);
  expect(replace).toThrow(`README.md needs one ${BEGIN} and after it one ${END}`);
});
