import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { asciiLower, equalsIgnoringCase, latin1 } from "../../src/protocol/text.ts";
import { bytesOf } from "../support/head.ts";

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe("latin1()", () => {
  test("makes each byte the code unit of its number, also where windows-1252 would not", () => {
    const text = latin1(ALL_BYTES, 0, 256);
    expect(Array.from(text, (char) => char.charCodeAt(0))).toEqual([...ALL_BYTES]);
  });

  test("gives the bytes of its span alone", () => {
    const bytes = bytesOf("abcdef");
    expect(latin1(bytes, 0, 6)).toBe("abcdef");
    expect(latin1(bytes, 2, 4)).toBe("cd");
    expect(latin1(bytes.subarray(1), 1, 3)).toBe("cd");
    expect(latin1(Buffer.from("abcdef"), 2, 4)).toBe("cd");
  });

  test("gives nothing for a span that is empty, or whose end was never set", () => {
    const bytes = bytesOf("abcdef");
    for (const at of [0, 3, 6]) expect(latin1(bytes, at, at)).toBe("");
    expect(latin1(bytes, 4, 0)).toBe("");
    expect(latin1(new Uint8Array(0), 0, 0)).toBe("");
  });

  test("gives text that later changes of the bytes do not change", () => {
    const bytes = bytesOf("abcdef".repeat(1000));
    const text = latin1(bytes, 0, bytes.length);
    bytes.fill(0);
    expect(text).toBe("abcdef".repeat(1000));
  });
});

describe("equalsIgnoringCase()", () => {
  const equals = (text: string, lowerCase: string): boolean =>
    equalsIgnoringCase(bytesOf(`x${text}x`), 1, 1 + text.length, lowerCase);

  test.each(["chunked", "CHUNKED", "cHuNkEd"])("holds for %s", (text) => {
    expect(equals(text, "chunked")).toBeTrue();
  });

  test.each(["chunke", "chunkedd", "", "chunkee", "xhunked", "chun\u00ebed", "chunked "])(
    "does not hold for %p",
    (text) => expect(equals(text, "chunked")).toBeFalse(),
  );

  test("takes for equal what differs in ASCII case, and nothing else: every byte with every other", () => {
    for (let expected = 0; expected < 128; expected++) {
      const char = String.fromCharCode(expected);
      if (/[A-Z]/.test(char)) continue;
      const equal = Array.from(ALL_BYTES).filter((byte) =>
        equalsIgnoringCase(ALL_BYTES, byte, byte + 1, char),
      );
      const other = /[a-z]/.test(char) ? [char.toUpperCase().charCodeAt(0)] : [];
      expect(equal).toEqual([...other, expected]);
    }
  });

  test("looks at its span alone", () => {
    const bytes = bytesOf("xxhostxx");
    expect(equalsIgnoringCase(bytes, 2, 6, "host")).toBeTrue();
    expect(equalsIgnoringCase(bytes, 2, 5, "host")).toBeFalse();
    expect(equalsIgnoringCase(bytes, 2, 7, "host")).toBeFalse();
    expect(equalsIgnoringCase(bytes, 6, 2, "host")).toBeFalse();
    expect(equalsIgnoringCase(bytes, 2, 2, "")).toBeTrue();
  });
});

describe("asciiLower()", () => {
  test.each([
    ["Content-Type", "content-type"],
    ["HOST", "host"],
    ["host", "host"],
    ["", ""],
    ["\u212aEY", "\u212aey"],
    ["\u0130D", "\u0130d"],
    ["\xc9T\xc9", "\xc9t\xc9"],
    ["[@Z`{", "[@z`{"],
  ])("makes %p %p", (text, lowered) => expect(asciiLower(text)).toBe(lowered));

  const unit = fc
    .oneof(
      fc.integer({ min: 0x40, max: 0x7a }),
      fc.integer({ min: 0, max: 0xffff }),
      fc.constantFrom(0x212a, 0x130, 0xc0),
    )
    .map((code) => String.fromCharCode(code));

  test("lowers A to Z in any text, and leaves the rest and the length alone", () => {
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        const lowered = text.split("").map((char) => (/[A-Z]/.test(char) ? char.toLowerCase() : char));
        expect(asciiLower(text)).toBe(lowered.join(""));
      }),
    );
  });
});
