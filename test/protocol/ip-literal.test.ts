import { describe, expect, test } from "bun:test";
import { isIPv6 } from "node:net";
import fc from "fast-check";
import { isIPLiteral } from "../../src/protocol/ip-literal.ts";

describe("isIPLiteral() accepts", () => {
  test.each([
    "::",
    "::1",
    "1::",
    "1::8",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1:2:3::5:6:7:8",
    "2001:0DB8:0000:0000:0000:0000:0000:0001",
    "abcd:EF01::",
    "::ffff:127.0.0.1",
    "::255.255.255.255",
    "::0.0.0.0",
    "1:2:3:4:5:6:7.8.9.10",
    "1::6:7.8.9.10",
    "64:ff9b::192.0.2.33",
    "v1.a",
    "V1F.a:b",
    "v7.-._~!$&'()*+,;=:0Zz",
  ])("%s", (text) => expect(isIPLiteral(text)).toBeTrue());
});

describe("isIPLiteral() refuses", () => {
  test.each([
    ["nothing", ""],
    ["a colon", ":"],
    ["three colons", ":::"],
    ["four colons", "::::"],
    ["two gaps", "1::2::3"],
    ["a gap for no group", "1:2:3:4::5:6:7:8"],
    ["seven groups", "1:2:3:4:5:6:7"],
    ["nine groups", "1:2:3:4:5:6:7:8:9"],
    ["a colon at the start", ":1:2:3:4:5:6:7:8"],
    ["a colon at the end", "1:2:3:4:5:6:7:8:"],
    ["a colon before a gap's other side", "1:::2"],
    ["a group of five digits", "12345::"],
    ["a group that is not hexadecimal", "g::"],
    ["a sign", "+1::"],
    ["a space", " ::1"],
    ["a zone", "fe80::1%eth0"],
    ["an escaped zone", "fe80::1%25eth0"],
    ["an IPv4 address", "127.0.0.1"],
    ["an IPv4 address that is not last", "127.0.0.1::"],
    ["an IPv4 address before a group", "::127.0.0.1:1"],
    ["an IPv4 address that makes nine groups", "1:2:3:4:5:6:7:8.9.10.11"],
    ["an IPv4 address of seven groups in all", "1:2:3:4:5:7.8.9.10"],
    ["an IPv4 address with an octet past 255", "::256.0.0.1"],
    ["an IPv4 address with a leading zero", "::127.0.0.01"],
    ["an IPv4 address of three octets", "::127.0.1"],
    ["an IPv4 address of five octets", "::127.0.0.0.1"],
    ["an IPv4 address with an octet missing", "::127..0.1"],
    ["a later version without a number", "v.a"],
    ["a later version without an address", "v1."],
    ["a later version without a dot", "v1a"],
    ["a later version that is not hexadecimal", "vg.a"],
    ["a later version with a slash", "v1./"],
    ["a name", "localhost"],
    ["a digit of another script", "\u0661::"],
    ["a line end", "::1\n"],
  ])("%s", (_what, text) => expect(isIPLiteral(text)).toBeFalse());

  test.each([":", "::", "1:", "1::", ".", "1.", "v1", "f"])("%p 20,000 times", (part) => {
    expect(isIPLiteral(part.repeat(20_000))).toBeFalse();
  });
});

describe("for any text", () => {
  const group = fc.oneof(fc.constantFrom("0", "1", "ffff", "DB8", "12345", "g", "", "1.2.3.4", "1.2.3.256"));
  const addressLike = fc
    .array(fc.tuple(group, fc.constantFrom(":", ":", ":", "::", ".")), { maxLength: 9 })
    .chain((pairs) => fc.tuple(fc.constant(pairs), group, fc.constantFrom("", "::", ":")))
    .map(
      ([pairs, last, first]) => first + pairs.map(([text, separator]) => text + separator).join("") + last,
    );

  test("isIPLiteral() agrees with Node.js about IPv6 addresses", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV6(), addressLike), (text) => {
        expect([text, isIPLiteral(text)]).toEqual([text, isIPv6(text)]);
      }),
      { numRuns: 2000 },
    );
  });
});
