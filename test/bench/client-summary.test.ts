import { expect, test } from "bun:test";
import { type Summary, voidReason } from "../../bench/throughput/client-summary.ts";

const NO_ERRORS = { connect: 0, read: 0, write: 0, status: 0, timeout: 0 };

function summary(requests: number, bytes: number, errors: Partial<Summary["errors"]> = {}): Summary {
  return { requests, bytes, microseconds: 1e6, errors: { ...NO_ERRORS, ...errors } };
}

const SHAPE = { answerBytes: { least: 130, most: 130 }, requestsInFlight: 64 };

test("voidReason() accepts whole answers, and those that were on their way at the end", () => {
  expect(voidReason(summary(100, 13_000), SHAPE)).toBeUndefined();
  expect(voidReason(summary(100, 13_000 + 64 * 130), SHAPE)).toBeUndefined();
});

test.each([
  ["a byte missing in one answer", summary(100, 12_999), "100 answers of 130 bytes cannot make 12999 bytes"],
  ["more answers than requests", summary(100, 13_001 + 64 * 130), "cannot make 21321 bytes"],
  ["a status that is not 2xx", summary(100, 13_000, { status: 1 }), "errors: 1 status"],
  ["errors of two kinds", summary(100, 13_000, { read: 2, timeout: 3 }), "errors: 2 read, 3 timeout"],
  ["silence", summary(0, 0), "no request was answered"],
])("voidReason() names %s", (_, counted, expected) => {
  expect(voidReason(counted, SHAPE)).toContain(expected);
});

test("voidReason() lets chunked answers have the framing that they may have, and no more", () => {
  const shape = { answerBytes: { least: 100, most: 110 }, requestsInFlight: 1 };
  expect(voidReason(summary(10, 1000), shape)).toBeUndefined();
  expect(voidReason(summary(10, 1210), shape)).toBeUndefined();
  expect(voidReason(summary(10, 999), shape)).toBe("10 answers of 100 to 110 bytes cannot make 999 bytes");
  expect(voidReason(summary(10, 1211), shape)).toContain("cannot make 1211 bytes");
});

test("voidReason() lets a connection end after each answer when each request has its own", () => {
  const shape = { ...SHAPE, isConnectionPerRequest: true };
  expect(voidReason(summary(100, 13_000, { read: 100 }), shape)).toBeUndefined();
  expect(voidReason(summary(100, 13_000, { read: 100 }), SHAPE)).toBe("errors: 100 read");
  expect(voidReason(summary(100, 13_000, { read: 101 }), shape)).toBe("errors: 1 read");
});
