import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  exactSize,
  humanSize,
  isShowableTime,
  machineTime,
  shownTime,
  visibleName,
} from "../../../src/files/listing/text.ts";

describe("humanSize() has three digits at most and a unit", () => {
  const cases: [bytes: number, size: string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 KiB"],
    [1024, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [10_188, "9.9 KiB"],
    [10_189, "10 KiB"],
    [1_023_487, "999 KiB"],
    [1_023_488, "1.0 MiB"],
    [1024 ** 2, "1.0 MiB"],
    [123_456_789, "118 MiB"],
    [5 * 1024 ** 3, "5.0 GiB"],
    [Number.MAX_SAFE_INTEGER, "8.0 PiB"],
    [1024 ** 7, "1024 EiB"],
  ];
  test.each(cases)("%d: %s", (bytes, size) => {
    expect(humanSize(bytes)).toBe(size);
  });
});

test("exactSize() says every byte", () => {
  expect([0, 1, 999, 1000, 1_234_567].map(exactSize)).toEqual([
    "0 bytes",
    "1 byte",
    "999 bytes",
    "1,000 bytes",
    "1,234,567 bytes",
  ]);
});

describe("a time", () => {
  test("is said to the second, in UTC, as Date says it", () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (ms) => {
        expect(machineTime(ms)).toBe(`${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`);
      }),
    );
  });

  test("is shown in the time zone of the process", () => {
    const date = new Date(2026, 10, 5, 4, 3, 59);
    expect(shownTime(date.getTime())).toBe("2026-11-05 04:03");
  });

  test("can be shown from the year 0 to 9999", () => {
    const times = [-62_167_219_200_001, -62_167_219_200_000, 0, 253_402_300_799_999, 253_402_300_800_000];
    expect([...times, Number.NaN].map(isShowableTime)).toEqual([false, true, true, true, false, false]);
  });

  test("is right for more minutes than are remembered", () => {
    for (let minute = 0; minute < 5000; minute++) {
      expect(machineTime(minute * 60_000)).toBe(`${new Date(minute * 60_000).toISOString().slice(0, 19)}Z`);
    }
  });
});

describe("visibleName() makes visible", () => {
  const cases: [what: string, name: string, visible: string][] = [
    [
      "nothing in ordinary names",
      "a b.txt \u00fc \u65e5 \u{1f468}\u200d\u{1f469}",
      "a b.txt \u00fc \u65e5 \u{1f468}\u200d\u{1f469}",
    ],
    ["line ends and tabs", "a\r\n\tb", "a\u240d\u240a\u2409b"],
    ["escape sequences for terminals", "\x1b[2J", "\u241b[2J"],
    ["DEL and C1 controls", "\x7f\x9b", "\u2421\u2039U+009B\u203a"],
    ["an extension that is turned round", "ann\u202egpj.exe", "ann\u2039U+202E\u203agpj.exe"],
    ["isolates", "\u2066x\u2069", "\u2039U+2066\u203ax\u2039U+2069\u203a"],
    ["blanks without width", "a\u200bb\ufeff", "a\u2039U+200B\u203ab\u2039U+FEFF\u203a"],
    ["line separators", "a\u2028b", "a\u2039U+2028\u203ab"],
  ];
  test.each(cases)("%s", (_what, name, visible) => {
    expect(visibleName(name)).toBe(visible);
  });
});
