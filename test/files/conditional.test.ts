import { describe, expect, test } from "bun:test";
import {
  checkIfMatch,
  checkIfModifiedSince,
  checkIfNoneMatch,
  checkIfRange,
  checkIfUnmodifiedSince,
  checkPreconditions,
  type ConditionalRequest,
} from "../../src/files/conditional.ts";

/** Sun, 06 Nov 1994 08:49:37 GMT */
const MODIFIED = 784_111_777;
const NOW = 1_790_000_000;
const EQUAL = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
const AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";

describe("checkIfModifiedSince()", () => {
  const cases: [name: string, value: string | null, condition: string][] = [
    ["no field", null, "none"],
    ["the very second", "Sun, 06 Nov 1994 08:49:37 GMT", "false"],
    ["the second before", "Sun, 06 Nov 1994 08:49:36 GMT", "true"],
    ["the second after", "Sun, 06 Nov 1994 08:49:38 GMT", "false"],
    ["a date in the future", "Sun, 06 Nov 2994 08:49:37 GMT", "false"],
    ["the very second as rfc850-date", "Sunday, 06-Nov-94 08:49:37 GMT", "false"],
    ["the second before as rfc850-date", "Sunday, 06-Nov-94 08:49:36 GMT", "true"],
    ["the very second as asctime-date", "Sun Nov  6 08:49:37 1994", "false"],
    ["the second before as asctime-date", "Sun Nov  6 08:49:36 1994", "true"],
    ["an empty field", "", "none"],
    ["no date", "yesterday", "none"],
    ["a number", "784111777", "none"],
    ["ISO 8601", "1994-11-06T08:49:37Z", "none"],
    ["day 99", "Sun, 99 Nov 1994 08:49:37 GMT", "none"],
    ["another zone", "Sun, 06 Nov 1994 08:49:37 +0100", "none"],
    ["two dates", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", "none"],
  ];
  test.each(cases)("%s", (_name, value, condition) => {
    expect(checkIfModifiedSince(value, MODIFIED, NOW)).toBe(condition as "none");
  });
});

describe("checkIfUnmodifiedSince()", () => {
  const cases: [name: string, value: string | null, condition: string][] = [
    ["no field", null, "none"],
    ["the very second", EQUAL, "true"],
    ["the second before", BEFORE, "false"],
    ["the second after", AFTER, "true"],
    ["no date", "yesterday", "none"],
    ["two dates", `${BEFORE}, ${BEFORE}`, "none"],
  ];
  test.each(cases)("%s", (_name, value, condition) => {
    expect(checkIfUnmodifiedSince(value, MODIFIED + 0.5, NOW)).toBe(condition as "none");
  });
});

describe("checkIfMatch() and checkIfNoneMatch()", () => {
  const cases: [name: string, value: string | null, etag: string | null, match: string, noneMatch: string][] =
    [
      ["no field", null, '"a"', "none", "none"],
      ["the tag", '"a"', '"a"', "true", "false"],
      ["the tag among others", '"x", "a"', '"a"', "true", "false"],
      ["another tag", '"x"', '"a"', "false", "true"],
      ["the tag in other letters", '"A"', '"a"', "false", "true"],
      ["any", "*", '"a"', "true", "false"],
      ["any, of what has no tag", "*", null, "true", "false"],
      ["a tag, of what has none", '"a"', null, "false", "true"],
      ["a weak one of a strong one", 'W/"a"', '"a"', "false", "false"],
      ["a strong one of a weak one", '"a"', 'W/"a"', "false", "false"],
      ["weak ones", 'W/"a"', 'W/"a"', "false", "false"],
      ["no quotes", "a", '"a"', "false", "true"],
      ["nothing", "", '"a"', "false", "true"],
      ["the tag and then what is none", '"a", b', '"a"', "false", "true"],
      ["any and a tag", '*, "a"', '"a"', "false", "true"],
    ];
  test.each(cases)("%s", (_name, value, etag, match, noneMatch) => {
    const current = { etag, mtime: MODIFIED };
    expect(checkIfMatch(value, current)).toBe(match as "none");
    expect(checkIfNoneMatch(value, current)).toBe(noneMatch as "none");
  });

  test("of what does not exist, nothing matches", () => {
    for (const value of ["*", '"a"']) {
      expect([checkIfMatch(value, null), checkIfNoneMatch(value, null)]).toEqual(["false", "true"]);
    }
  });
});

describe("checkIfRange()", () => {
  const cases: [name: string, value: string | null, condition: string][] = [
    ["no field", null, "none"],
    ["the tag", '"a"', "true"],
    ["the tag, weak", 'W/"a"', "false"],
    ["another tag", '"b"', "false"],
    ["two tags", '"a", "a"', "false"],
    ["the tag without quotes", "a", "false"],
    ["the very second", EQUAL, "true"],
    ["the very second as asctime-date", "Sun Nov  6 08:49:37 1994", "true"],
    ["the second before", BEFORE, "false"],
    ["the second after", AFTER, "false"],
    ["no date", "yesterday", "false"],
    ["nothing", "", "false"],
  ];
  test.each(cases)("%s", (_name, value, condition) => {
    expect(checkIfRange(value, { etag: '"a"', mtime: MODIFIED + 0.5 }, NOW)).toBe(condition as "none");
  });

  test("a weak tag never proves what a range is part of", () => {
    expect(checkIfRange('W/"a"', { etag: 'W/"a"', mtime: MODIFIED }, NOW)).toBe("false");
    expect(checkIfRange('"a"', { etag: 'W/"a"', mtime: MODIFIED }, NOW)).toBe("false");
  });

  test("a file without a tag has none that could match", () => {
    expect(checkIfRange('"a"', { etag: null, mtime: MODIFIED }, NOW)).toBe("false");
  });

  test("a date counts from the second after it on", () => {
    const current = { etag: null, mtime: MODIFIED };
    expect(checkIfRange(EQUAL, current, MODIFIED - 1)).toBe("false");
    expect(checkIfRange(EQUAL, current, MODIFIED)).toBe("false");
    expect(checkIfRange(EQUAL, current, MODIFIED + 1)).toBe("true");
  });
});

describe("checkPreconditions()", () => {
  const CURRENT = { etag: '"a"', mtime: MODIFIED };
  type Fields = Partial<ConditionalRequest>;
  const outcome = (fields: Fields, current: typeof CURRENT | null = CURRENT) =>
    checkPreconditions(
      {
        method: "GET",
        ifMatch: null,
        ifUnmodifiedSince: null,
        ifNoneMatch: null,
        ifModifiedSince: null,
        ...fields,
      },
      current,
      NOW,
    );

  const cases: [name: string, fields: Fields, outcome: 200 | 304 | 412][] = [
    ["sends the file when there is no condition", {}, 200],
    ["sends the file when it has changed", { ifModifiedSince: BEFORE }, 200],
    ["does not send the file when it has not changed", { ifModifiedSince: EQUAL }, 304],
    ["sends the file when the date cannot be read", { ifModifiedSince: "x" }, 200],
    ["lets If-None-Match silence If-Modified-Since", { ifNoneMatch: '"x"', ifModifiedSince: EQUAL }, 200],
    ["lets an empty If-None-Match silence it", { ifNoneMatch: "", ifModifiedSince: EQUAL }, 200],
    ["believes If-None-Match before If-Modified-Since", { ifNoneMatch: '"a"', ifModifiedSince: BEFORE }, 304],
    ["fails when If-Match does not hold", { ifMatch: '"x"' }, 412],
    ["fails when If-Unmodified-Since does not hold", { ifUnmodifiedSince: BEFORE }, 412],
    ["lets If-Match silence If-Unmodified-Since", { ifMatch: '"a"', ifUnmodifiedSince: BEFORE }, 200],
    ["asks If-Match first", { ifMatch: '"x"', ifNoneMatch: '"a"' }, 412],
    ["asks If-Unmodified-Since before If-None-Match", { ifUnmodifiedSince: BEFORE, ifNoneMatch: '"a"' }, 412],
    [
      "asks If-Unmodified-Since before If-Modified-Since",
      { ifUnmodifiedSince: BEFORE, ifModifiedSince: EQUAL },
      412,
    ],
    ["asks on after If-Match has held", { ifMatch: '"a"', ifNoneMatch: '"a"' }, 304],
    ["asks on after If-Unmodified-Since has held", { ifUnmodifiedSince: EQUAL, ifModifiedSince: EQUAL }, 304],
    ["ignores a date of If-Unmodified-Since that is none", { ifUnmodifiedSince: "x" }, 200],
    ["answers HEAD as GET", { method: "HEAD", ifNoneMatch: '"a"' }, 304],
    ["refuses to overwrite what If-None-Match names", { method: "PUT", ifNoneMatch: '"a"' }, 412],
    ["refuses to create what is there", { method: "PUT", ifNoneMatch: "*" }, 412],
    ["does not hold other methods to If-Modified-Since", { method: "PUT", ifModifiedSince: EQUAL }, 200],
    ["holds other methods to If-Match", { method: "PUT", ifMatch: '"x"' }, 412],
    ["holds other methods to If-Unmodified-Since", { method: "PUT", ifUnmodifiedSince: BEFORE }, 412],
  ];
  test.each(cases)("%s", (_name, fields, expected) => {
    expect(outcome(fields)).toBe(expected);
  });

  test("knows what is not there yet", () => {
    expect(outcome({ method: "PUT", ifNoneMatch: "*" }, null)).toBe(200);
    expect(outcome({ method: "PUT", ifMatch: "*" }, null)).toBe(412);
    expect(outcome({ method: "PUT", ifUnmodifiedSince: BEFORE }, null)).toBe(200);
  });

  test("compares whole seconds, rounded down, also before 1970", () => {
    const at = (mtime: number, ifModifiedSince: string) =>
      outcome({ ifModifiedSince }, { etag: '"a"', mtime });
    expect(at(MODIFIED + 0.999, EQUAL)).toBe(304);
    expect(at(MODIFIED + 1, EQUAL)).toBe(200);
    expect(at(-1.5, "Wed, 31 Dec 1969 23:59:58 GMT")).toBe(304);
    expect(at(-1, "Wed, 31 Dec 1969 23:59:58 GMT")).toBe(200);
  });
});
