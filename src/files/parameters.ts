/** Parameters of a field value, as in `form-data; name="file"` (RFC 9110 5.6.6). Pure. */

export interface ParameterizedValue {
  /** What stands in front of the parameters, in lower case. */
  readonly value: string;
  /** By name in lower case, without quotation marks. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const VALUE = /[!#$%&'*+.^_`|~0-9A-Za-z/-]+/y;

/**
 * Takes a field value apart, or gives undefined where it is malformed or has a parameter twice: which of them
 * counts is then anybody's guess. In quotation marks a backslash escapes only a quotation mark: browsers send
 * all others as they stand in the name of a file.
 */
export function parseParameters(text: string): ParameterizedValue | undefined {
  const value = match(VALUE, text, 0);
  const parameters = new Map<string, string>();
  let at = skipSpace(text, value.length);
  while (at < text.length) {
    if (text[at] !== ";") return undefined;
    at = skipSpace(text, at + 1);
    if (at === text.length) break;
    const name = match(TOKEN, text, at);
    at += name.length;
    if (name === "" || text[at] !== "=") return undefined;
    const parsed = readValue(text, at + 1);
    const key = name.toLowerCase();
    if (parsed === undefined || parameters.has(key)) return undefined;
    parameters.set(key, parsed.value);
    at = skipSpace(text, parsed.end);
  }
  return value === "" ? undefined : { value: value.toLowerCase(), parameters };
}

function readValue(text: string, start: number): { value: string; end: number } | undefined {
  if (text[start] !== '"') {
    const value = match(TOKEN, text, start);
    return value === "" ? undefined : { value, end: start + value.length };
  }
  let end = text.indexOf('"', start + 1);
  while (end > 0 && text[end - 1] === "\\") end = text.indexOf('"', end + 1);
  if (end < 0) return undefined;
  return { value: text.slice(start + 1, end).replaceAll('\\"', '"'), end: end + 1 };
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}
