import { describe, expect, test } from "bun:test";
import { checkIfModifiedSince, checkPreconditions } from "../../src/files/conditional.ts";

/** Sun, 06 Nov 1994 08:49:37 GMT */
const MODIFIED = 784_111_777;
const NOW = 1_790_000_000;

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

describe("checkPreconditions()", () => {
  const EQUAL = "Sun, 06 Nov 1994 08:49:37 GMT";
  const BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
  const cases: [name: string, none: string | null, since: string | null, outcome: 200 | 304][] = [
    ["sends the file when there is no condition", null, null, 200],
    ["sends the file when it has changed", null, BEFORE, 200],
    ["does not send the file when it has not changed", null, EQUAL, 304],
    ["sends the file when the date cannot be read", null, "x", 200],
    ["lets If-None-Match silence If-Modified-Since", '"x"', EQUAL, 200],
    ["lets an empty If-None-Match silence If-Modified-Since", "", EQUAL, 200],
  ];
  test.each(cases)("%s", (_name, ifNoneMatch, ifModifiedSince, outcome) => {
    expect(checkPreconditions({ method: "GET", ifNoneMatch, ifModifiedSince }, MODIFIED, NOW)).toBe(outcome);
  });

  test("compares whole seconds, rounded down, also before 1970", () => {
    const request = { method: "HEAD", ifNoneMatch: null, ifModifiedSince: EQUAL };
    expect(checkPreconditions(request, MODIFIED + 0.999, NOW)).toBe(304);
    expect(checkPreconditions(request, MODIFIED + 1, NOW)).toBe(200);
    const before1970 = {
      method: "GET",
      ifNoneMatch: null,
      ifModifiedSince: "Wed, 31 Dec 1969 23:59:58 GMT",
    };
    expect(checkPreconditions(before1970, -1.5, NOW)).toBe(304);
    expect(checkPreconditions(before1970, -1, NOW)).toBe(200);
  });

  test("does not hold other methods to a condition about retrieval", () => {
    const request = { method: "POST", ifNoneMatch: null, ifModifiedSince: EQUAL };
    expect(checkPreconditions(request, MODIFIED, NOW)).toBe(200);
  });
});
