import { expect, test } from "bun:test";
import { envelope, type Report } from "../../src/server/loop-messages.ts";
import { LoopProcess } from "../../src/server/loop-process.ts";

/** A loop whose processes are none: what they are sent is noted down, and a test says what they report. */
function makeLoop(): { loop: LoopProcess; sent: unknown[]; report(report: Report): void } {
  const sent: unknown[] = [];
  const process = { pid: 1, send: (message: unknown) => sent.push(message), kill() {} };
  const loop = new LoopProcess(0, {
    start: () => process as unknown as Bun.Subprocess,
    reported() {},
    died() {},
  });
  return { loop, sent, report: (report) => loop.received(envelope(report)) };
}

const RELOAD = envelope({ order: "reload" });

test("a loop that listens reads a renewed certificate at once", () => {
  const { loop, sent, report } = makeLoop();
  loop.start(0);
  report({ report: "listening" });
  loop.reload();
  expect(sent).toEqual([RELOAD]);
});

test("a loop that was being started when a certificate was renewed reads it as soon as it listens", () => {
  const { loop, sent, report } = makeLoop();
  loop.start(0);
  loop.reload();
  expect(sent).toEqual([]);
  report({ report: "listening" });
  expect(sent).toEqual([RELOAD]);
});

test("a loop that is started after a certificate was renewed has the new one already", () => {
  const { loop, sent, report } = makeLoop();
  loop.start(0);
  loop.reload();
  loop.exited(1, null);
  loop.start(0);
  report({ report: "listening" });
  expect(sent).toEqual([]);
});
