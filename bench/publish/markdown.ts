/** Text from a result in a page of Markdown. */

/** `plain` in one line that Markdown shows as it is, in a cell of a table as well. */
export function markdownText(plain: string): string {
  return plain.replace(/\s+/g, " ").replace(/[\\`*_[\]<&|~]/g, "\\$&");
}
