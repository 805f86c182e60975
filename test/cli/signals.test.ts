import { describe, expect, test } from "bun:test";
import { StopSignals } from "../../src/cli/signals.ts";

describe("StopSignals", () => {
  test("begins an orderly end with the first signal and ends at once with the second", () => {
    const signals = new StopSignals();
    expect(signals.receive("SIGINT", 5000)).toBe("shutdown");
    expect(signals.receive("SIGINT", 5100)).toBe("exit");
  });

  test("takes a signal and its copy, which bun run passes on, for one", () => {
    const signals = new StopSignals();
    expect(signals.receive("SIGTERM", 5000)).toBe("shutdown");
    expect(signals.receive("SIGTERM", 5000)).toBe("ignore");
    expect(signals.receive("SIGTERM", 5099)).toBe("ignore");
    expect(signals.receive("SIGTERM", 5150)).toBe("exit");
  });

  test("takes no other signal for a copy, however soon it comes", () => {
    const signals = new StopSignals();
    expect(signals.receive("SIGINT", 5000)).toBe("shutdown");
    expect(signals.receive("SIGTERM", 5000)).toBe("exit");
  });
});
