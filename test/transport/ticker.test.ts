import { afterEach, beforeEach, describe, expect, jest, spyOn, test } from "bun:test";
import { ticker, Timed } from "../../src/transport/ticker.ts";

/** Notes at which second its time was up. */
class Alarm extends Timed {
  readonly passedAt: number[] = [];
  readonly #startedAt: number = performance.now();
  onPassed: () => void = () => {};

  override deadlinePassed(): void {
    this.passedAt.push((performance.now() - this.#startedAt) / 1000);
    this.onPassed();
  }
}

function advance(seconds: number): void {
  // In steps, as an event loop that is not held up would go.
  for (let ms = 0; ms < seconds * 1000; ms += 125) jest.advanceTimersByTime(125);
}

const SUNDAY = new Date("1994-11-06T08:49:37.500Z");

beforeEach(() => {
  jest.useFakeTimers();
  jest.setSystemTime(SUNDAY);
  ticker.retain();
});

afterEach(() => {
  ticker.release();
  jest.useRealTimers();
});

describe("a deadline", () => {
  test.each([0.01, 0.25, 1, 2.5, 15, 75, 127, 128, 300, 4000])(
    "of %p seconds passes once, never early and at most half a second late",
    (seconds) => {
      const alarm = new Alarm();
      ticker.setDeadline(alarm, seconds);
      advance(seconds + 1);
      expect(alarm.passedAt.length).toBe(1);
      expect(alarm.passedAt[0]!).toBeWithin(seconds, seconds + 0.501);
      advance(200);
      expect(alarm.passedAt.length).toBe(1);
    },
  );

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("of %p seconds never passes", (seconds) => {
    const alarm = new Alarm();
    ticker.setDeadline(alarm, 1);
    ticker.setDeadline(alarm, seconds);
    advance(300);
    expect(alarm.passedAt).toEqual([]);
  });

  test("that is moved later passes later", () => {
    const alarm = new Alarm();
    ticker.setDeadline(alarm, 1);
    for (let count = 0; count < 20; count++) {
      advance(0.5);
      ticker.setDeadline(alarm, 1);
    }
    expect(alarm.passedAt).toEqual([]);
    advance(2);
    expect(alarm.passedAt.length).toBe(1);
    expect(alarm.passedAt[0]!).toBeWithin(11, 11.501);
  });

  test("that is moved earlier passes earlier, and only then", () => {
    const alarm = new Alarm();
    ticker.setDeadline(alarm, 75);
    ticker.setDeadline(alarm, 2);
    advance(3);
    expect(alarm.passedAt.length).toBe(1);
    advance(100);
    expect(alarm.passedAt.length).toBe(1);
  });

  test("can be taken away by its field alone, as a connection does with every request", () => {
    const alarm = new Alarm();
    ticker.setDeadline(alarm, 1);
    alarm.deadlineTick = 0;
    advance(5);
    expect(alarm.passedAt).toEqual([]);
    ticker.setDeadline(alarm, 1);
    advance(2);
    expect(alarm.passedAt.length).toBe(1);
  });

  test("that is forgotten does not pass, and the wheel holds on to nothing", () => {
    const [first, middle, last] = [new Alarm(), new Alarm(), new Alarm()];
    for (const alarm of [first, middle, last]) ticker.setDeadline(alarm, 1);
    ticker.forget(middle);
    ticker.forget(middle);
    expect([middle.visitTick, middle.nextTimed, middle.previousTimed]).toEqual([0, null, null]);
    advance(3);
    expect([first, middle, last].map((alarm) => alarm.passedAt.length)).toEqual([1, 0, 1]);
  });

  test("can take others of the same tick with it, and set itself anew", () => {
    const alarms = [new Alarm(), new Alarm(), new Alarm()];
    for (const alarm of alarms) {
      ticker.setDeadline(alarm, 1);
      alarm.onPassed = () => {
        for (const other of alarms) if (other !== alarm) ticker.forget(other);
        if (alarm.passedAt.length === 1) ticker.setDeadline(alarm, 1);
      };
    }
    advance(10);
    expect(alarms.map((alarm) => alarm.passedAt.length).sort()).toEqual([0, 0, 2]);
  });

  test("that is past when a loop goes on that was held up leaves the clients two seconds of it at most", () => {
    const alarms = [1, 20, 127, 128, 129, 200].map((seconds) => {
      const alarm = new Alarm();
      ticker.setDeadline(alarm, seconds);
      return alarm;
    });
    const passed = (): number => alarms.filter((alarm) => alarm.passedAt.length === 1).length;
    const startedAt = ticker.now;
    let heldUpMs = 600_000;
    const realNow = performance.now.bind(performance);
    const clock = spyOn(performance, "now").mockImplementation(() => realNow() + heldUpMs);
    try {
      jest.advanceTimersByTime(250);
      // Counted, so that hours of standing still cannot become a long round of the wheel either.
      expect([passed(), ticker.now - startedAt]).toEqual([1, 8]);
      advance(17);
      expect(passed()).toBe(1);
      advance(2);
      expect(passed()).toBe(2);
      heldUpMs += 7 * 24 * 3600 * 1000;
      const before = ticker.now;
      jest.advanceTimersByTime(250);
      expect(ticker.now - before).toBe(8);
      advance(180);
      expect(alarms.map((alarm) => alarm.passedAt.length)).toEqual([1, 1, 1, 1, 1, 1]);
    } finally {
      clock.mockRestore();
      ticker.release();
      ticker.retain();
    }
  });

  test("is not shortened or lengthened by a wall clock that jumps", () => {
    const alarm = new Alarm();
    ticker.setDeadline(alarm, 10);
    advance(5);
    jest.setSystemTime(new Date("1999-01-01T00:00:00Z"));
    advance(4);
    expect(alarm.passedAt).toEqual([]);
    advance(2);
    expect(alarm.passedAt.length).toBe(1);
  });
});

describe("the date", () => {
  test("is that of the Date field, and follows the clock within a quarter of a second", () => {
    expect(ticker.httpDate).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
    expect(ticker.epochSeconds).toBe(Math.floor(SUNDAY.getTime() / 1000));
    advance(0.25);
    expect(ticker.httpDate).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
    advance(0.5);
    expect(ticker.httpDate).toBe("Sun, 06 Nov 1994 08:49:38 GMT");
  });

  test("is read anew when the ticker has rested", () => {
    ticker.release();
    advance(3600);
    expect(ticker.httpDate).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
    ticker.retain();
    expect(ticker.httpDate).toBe("Sun, 06 Nov 1994 09:49:37 GMT");
  });
});

describe("the timer", () => {
  test("goes on until the last connection has released it", () => {
    const alarm = new Alarm();
    ticker.retain();
    ticker.release();
    ticker.setDeadline(alarm, 1);
    advance(2);
    expect(alarm.passedAt.length).toBe(1);
    ticker.release();
    expect(jest.getTimerCount()).toBe(0);
    ticker.retain();
    expect(jest.getTimerCount()).toBe(1);
  });
});
