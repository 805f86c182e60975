/** Says what is wrong with the shape of a value that came from a file, and where. */

/** Says how `value`, which lies at `path`, is not what it should be; undefined where all is well. */
export type Check = (value: unknown, path: string) => string | undefined;

export function text(value: unknown, path: string): string | undefined {
  return typeof value === "string" ? undefined : `${path} is not text`;
}

export function number(value: unknown, path: string): string | undefined {
  return Number.isFinite(value) ? undefined : `${path} is not a number`;
}

export function positive(value: unknown, path: string): string | undefined {
  return Number.isFinite(value) && (value as number) > 0 ? undefined : `${path} is not a positive number`;
}

/** Text that `pattern` matches; `what` is what such text is. */
export function matching(pattern: RegExp, what: string): Check {
  return (value, path) => (pattern.test(String(value)) ? undefined : `${path} is not ${what}`);
}

export function optional(check: Check): Check {
  return (value, path) => (value === undefined ? undefined : check(value, path));
}

export function list(item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is not a list`;
    return first(value.map((one, index) => item(one, `${path}[${index}]`)));
  };
}

/** A list with something in it. */
export function filled(item: Check): Check {
  const check = list(item);
  return (value, path) => check(value, path) ?? ((value as []).length > 0 ? undefined : `${path} is empty`);
}

/** An object whose values are all alike, whatever their names. */
export function everyValue(check: Check): Check {
  return (value, path) => {
    if (!isRecord(value)) return `${path} is not an object`;
    return first(Object.entries(value).map(([key, one]) => check(one, `${path}.${key}`)));
  };
}

/** An object with the members that `shape` names, and maybe others. */
export function fields(shape: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    if (!isRecord(value)) return `${path || "it"} is not an object`;
    const prefix = path === "" ? "" : `${path}.`;
    return first(Object.entries(shape).map(([key, check]) => check(value[key], `${prefix}${key}`)));
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function first(complaints: readonly (string | undefined)[]): string | undefined {
  return complaints.find((complaint) => complaint !== undefined);
}
