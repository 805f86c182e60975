import { describe, expect, test } from "bun:test";
import { Failure, failureAnswer } from "../../src/protocol/failure.ts";
import { HTTPStatus } from "../../src/protocol/status.ts";

const NAMES = Object.keys(Failure) as (keyof typeof Failure)[];

/** What each failure is answered with. All that is not here is 400 Bad Request. */
const OTHER_STATUSES: Partial<Record<keyof typeof Failure, number>> = {
  NONE: 500,
  UNSUPPORTED_VERSION: 505,
  TARGET_TOO_LONG: 414,
  HEAD_TOO_LARGE: 431,
  TOO_MANY_FIELDS: 431,
  UNSUPPORTED_TRANSFER_ENCODING: 501,
  BODY_TOO_LARGE: 413,
  CHUNK_TOO_LARGE: 413,
  CHUNK_EXTENSIONS_TOO_LARGE: 413,
  TRAILERS_TOO_LARGE: 431,
  HEAD_TIMEOUT: 408,
  BODY_TIMEOUT: 408,
  UNKNOWN_EXPECTATION: 417,
};

describe("a failure", () => {
  test("is a small integer, and no two are the same", () => {
    expect(NAMES.map((name) => Failure[name])).toEqual(NAMES.map((_, index) => index as Failure));
  });

  test.each(NAMES)("%s has its status", (name) => {
    const { status } = failureAnswer(Failure[name]);
    expect(status).toBe(OTHER_STATUSES[name] ?? 400);
    expect(HTTPStatus.from(status)).toBeDefined();
  });

  test.each(NAMES)("%s is explained in one line of ASCII without a full stop", (name) => {
    expect(failureAnswer(Failure[name]).explain).toMatch(/^[A-Z][ -~]*[^.\s]$/);
  });

  test("is explained in words of its own", () => {
    const explanations = NAMES.map((name) => failureAnswer(Failure[name]).explain);
    expect(new Set(explanations).size).toBe(NAMES.length);
  });
});
