import { describe, expect, test } from "bun:test";
import { BodyPace } from "../../src/transport/body-pace.ts";

const LIMITS = { minBodyRate: 500, bodyRateGrace: 20, bodyTimeout: 30 };

describe("BodyPace", () => {
  test("gives a client that sends nothing the grace", () => {
    const pace = new BodyPace(LIMITS);
    pace.begin(100);
    expect([100, 110, 120, 121].map((now) => pace.left(now))).toEqual([20, 10, 0, -1]);
  });

  test("gives time for each byte, as it takes at the least rate", () => {
    const pace = new BodyPace(LIMITS);
    pace.begin(0);
    pace.add(1000, 5);
    expect(pace.left(5)).toBe(17);
    pace.add(1, 6);
    expect(pace.left(6)).toBe(16.002);
  });

  test("lets nobody save up more than the longest pause that is allowed anyway", () => {
    const pace = new BodyPace(LIMITS);
    pace.begin(0);
    pace.add(100_000_000, 1);
    expect(pace.left(1)).toBe(30);
  });

  test("lets a client save up without end where pauses have none", () => {
    const pace = new BodyPace({ ...LIMITS, bodyTimeout: 0 });
    pace.begin(0);
    pace.add(500_000, 0);
    expect(pace.left(0)).toBe(1020);
  });

  test("does not count the time in which nobody waits", () => {
    const pace = new BodyPace(LIMITS);
    pace.begin(0);
    pace.add(0, 5);
    pace.begin(1000);
    expect(pace.left(1001)).toBe(14);
  });

  test("counts bytes that come while nobody waits", () => {
    const pace = new BodyPace(LIMITS);
    pace.begin(0);
    pace.add(500, 10);
    pace.addUnawaited(2500);
    pace.begin(60);
    expect(pace.left(60)).toBe(16);
    pace.addUnawaited(100_000_000);
    expect(pace.left(60)).toBe(30);
  });

  test("begins anew with each body", () => {
    const pace = new BodyPace(LIMITS);
    pace.begin(0);
    pace.add(0, 19);
    pace.reset();
    pace.begin(19);
    expect(pace.left(19)).toBe(20);
  });

  test.each([{ minBodyRate: 0 }, { bodyRateGrace: 0 }])("asks for nothing with %j", (off) => {
    const pace = new BodyPace({ ...LIMITS, ...off });
    pace.begin(0);
    pace.add(1, 1000);
    expect(pace.left(1_000_000)).toBe(Number.POSITIVE_INFINITY);
  });
});
