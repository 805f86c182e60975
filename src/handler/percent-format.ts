/**
 * Python's `%` formatting, as far as log formats and error pages use it: `%s %d %i %f %x %r %%`, each with an
 * optional `(key)`, flags, width and precision.
 */

const CONVERSION = /%(?:\(([^)]*)\))?([-0]*)(\d+)?(?:\.(\d+))?([sdifxr%])/g;

/** What a template is filled with: the arguments in order, or a mapping for its `%(key)s`. */
export type FormatArguments = readonly unknown[] | Readonly<Record<string, unknown>>;

/** `template % values`. A conversion without a value stays as it is. */
export function percentFormat(template: string, values: FormatArguments): string {
  if (!template.includes("%")) return template;
  let next = 0;
  return template.replace(CONVERSION, (conversion, key, flags: string, width, precision, type: string) => {
    if (type === "%") return "%";
    const place: string | number = key ?? next++;
    if (!(place in values)) return conversion;
    const value = (values as Record<string | number, unknown>)[place];
    const text = convert(value, type, precision === undefined ? undefined : Number(precision));
    if (width === undefined) return text;
    if (flags.includes("-")) return text.padEnd(Number(width));
    return text.padStart(Number(width), flags.includes("0") && type !== "s" ? "0" : " ");
  });
}

function convert(value: unknown, type: string, precision: number | undefined): string {
  switch (type) {
    case "d":
    case "i":
      return String(Math.trunc(Number(value)));
    case "f":
      return Number(value).toFixed(precision ?? 6);
    case "x":
      return Math.trunc(Number(value)).toString(16);
    case "r":
      return typeof value === "string" ? quoted(value) : String(value);
    default:
      return precision === undefined ? String(value) : String(value).slice(0, precision);
  }
}

/** Python's `repr()` of text: single quotes, unless only those stand in it. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\'"\x00-\x1f\x7f-\xa0\xad]/g, (char) => {
    if (char === "'" || char === '"') return char === quote ? `\\${char}` : char;
    return NAMED_ESCAPES.get(char) ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `${quote}${escaped}${quote}`;
}

const NAMED_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\\\"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
]);
