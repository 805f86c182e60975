/** The part of a page that is written by a program, between two comments that its readers do not see. */
import { Refusal } from "../throughput/command.ts";

const BEGIN = "<!-- bench:begin -->";
const END = "<!-- bench:end -->";

/** `page` with `text` between its markers, and all else as it was. Throws a {@link Refusal} without a place for it. */
export function withSection(page: string, text: string): string {
  const [before, rest, ...more] = page.split(BEGIN);
  const [, after, ...yetMore] = rest?.split(END) ?? [];
  if (after === undefined || more.length > 0 || yetMore.length > 0) {
    throw new Refusal(`README.md needs one ${BEGIN} and after it one ${END}`);
  }
  return `${before}${BEGIN}\n${text}\n${END}${after}`;
}
