import { describe, expect, test } from "bun:test";
import { isAuthority } from "../../src/protocol/host.ts";
import { bytesOf, parseEveryWay } from "../support/head.ts";

const withHost = (value: string, version = "HTTP/1.1"): string => `GET / ${version}\r\nHost:${value}\r\n\r\n`;

describe("Host", () => {
  test.each([
    ["a name", "example.com"],
    ["a name of one label", "localhost"],
    ["a name in capitals", "EXAMPLE.COM"],
    ["a name with a trailing dot", "example.com."],
    ["a name with an underscore", "my_host"],
    ["a name in Punycode", "xn--bcher-kva.example"],
    ["a name with escapes", "b%C3%BCcher.example"],
    ["a name with every sub-delim", "!$&'()*+,;="],
    ["a name with unreserved marks", "-._~"],
    ["two names, which are one by the grammar", "a,b"],
    ["a name and a port", "example.com:8000"],
    ["a name and an empty port", "example.com:"],
    ["a name and the least port", "example.com:0"],
    ["a name and the greatest port", "example.com:65535"],
    ["a name and a port with every digit", "example.com:12345"],
    ["a name and a port with the other digits", "example.com:6789"],
    ["a name and a port with leading zeros", "example.com:000080"],
    ["an IPv4 address", "127.0.0.1"],
    ["an IPv4 address and a port", "127.0.0.1:8000"],
    ["four numbers that are no address, but a name", "999.999.999.999"],
    ["an IPv6 address", "[2001:db8::1]"],
    ["an IPv6 address and a port", "[::1]:8000"],
    ["an IPv6 address and an empty port", "[::1]:"],
    ["an address of a later version", "[v1.x:y]"],
    ["nothing", ""],
  ])("may be %s", (_what, value) => {
    for (const text of [withHost(value), withHost(` ${value}\t`), withHost(value, "HTTP/1.0")]) {
      expect(parseEveryWay(text)).toMatchObject({ outcome: "COMPLETE", fields: [["Host", value]] });
    }
  });

  test.each([
    ["a port alone", ":80"],
    ["a port that is none", "a:http"],
    ["a port with a sign", "a:+80"],
    ["a port with a space before it", "a: 80"],
    ["a port past the last", "a:65536"],
    ["a port that would wrap", `a:${2 ** 32 + 80}`],
    ["a port of 100 digits", `a:${"1".repeat(100)}`],
    ["a port with a superscript digit", "a:8\xb2"],
    ["two ports", "a:80:80"],
    ["a user", "user@a"],
    ["a user and a password", "user:80@a"],
    ["a URI", "http://a"],
    ["a path", "a/b"],
    ["a query", "a?b"],
    ["a fragment", "a#b"],
    ["a backslash", "a\\b"],
    ["a space", "a b"],
    ["a tab", "a\tb"],
    ["two names and a space", "a, b"],
    ["quotes", '"a"'],
    ["angle brackets", "<a>"],
    ["a caret", "a^b"],
    ["a bar", "a|b"],
    ["braces", "{a}"],
    ["a backquote", "`a`"],
    ["obs-text", "\xe9"],
    ["NBSP", "a\xa0"],
    ["NEL", "a\x85"],
    ["a percent sign at its end", "a%"],
    ["an escape cut short", "a%4"],
    ["an escape that is cut by the port", "a%4:80"],
    ["an escape that is none", "a%zz"],
    ["an escape with a sign", "a%+4"],
    ["an IPv6 address without brackets", "::1"],
    ["an IPv6 address without a closing bracket", "[::1"],
    ["an IPv6 address without an opening bracket", "::1]"],
    ["an IPv6 address and a name", "[::1]a"],
    ["an IPv6 address and digits", "[::1]80"],
    ["an IPv6 address after a name", "a[::1]"],
    ["an IPv6 address with a zone", "[fe80::1%25eth0]"],
    ["empty brackets", "[]"],
    ["brackets in brackets", "[[::1]]"],
    ["brackets alone", "[]:80"],
    ["an opening bracket", "["],
    ["an IPv4 address in brackets", "[127.0.0.1]"],
    ["a name in brackets", "[localhost]"],
  ])("must not be %s, whatever the version", (_what, value) => {
    for (const text of [withHost(value), withHost(` ${value}`, "HTTP/1.0")]) {
      expect(parseEveryWay(text)).toEqual({ outcome: "FAILED", failure: "BAD_HOST", length: text.length });
    }
  });

  test.each(["1.1", "1.2", "1.9"])("is required of HTTP/%s", (version) => {
    const text = `GET / HTTP/${version}\r\nX: y\r\n\r\n`;
    expect(parseEveryWay(text)).toEqual({ outcome: "FAILED", failure: "MISSING_HOST", length: text.length });
  });

  test("is not required of HTTP/1.0", () => {
    expect(parseEveryWay("GET / HTTP/1.0\r\n\r\n").outcome).toBe("COMPLETE");
  });

  test.each([
    ["with different values", "Host: a\r\nHost: b\r\n"],
    ["with the same value", "Host: a\r\nHost: a\r\n"],
    ["empty and not", "Host:\r\nHost: a\r\n"],
    ["in different case", "Host: a\r\nhOST: a\r\n"],
    ["with another field in between", "Host: a\r\nX: y\r\nHost: a\r\n"],
    ["three times", "Host: a\r\nHost: a\r\nHost: a\r\n"],
  ])("must not be repeated, whatever the version: %s", (_how, lines) => {
    for (const version of ["1.0", "1.1"]) {
      const text = `GET / HTTP/${version}\r\n${lines}\r\n`;
      expect(parseEveryWay(text)).toEqual({
        outcome: "FAILED",
        failure: "REPEATED_HOST",
        length: text.length,
      });
    }
  });

  test.each(["HOST", "host", "hOsT"])("is known as %s", (name) => {
    expect(parseEveryWay(`GET / HTTP/1.1\r\n${name}: a\r\n\r\n`).outcome).toBe("COMPLETE");
  });

  test.each(["Hosts", "Hos", "Ghost", "X-Host", "Hose", "Lost", "H0st"])("is not what %s says", (name) => {
    expect(parseEveryWay(`GET / HTTP/1.1\r\n${name}: a\r\n\r\n`)).toMatchObject({ failure: "MISSING_HOST" });
  });
});

describe("isAuthority()", () => {
  test.each([
    ["", false],
    ["a", true],
    ["a:1", true],
    ["[::1]", true],
    ["[::1", false],
    ["a%4", false],
    ["a%", false],
  ])("looks at nothing outside of its span: %p", (text, expected) => {
    for (const [before, after] of [
      ["", ""],
      ["[", "]"],
      ["", "]:80"],
      ["", "41"],
      ["a", "a"],
      ["%", ":80"],
      ["[::", "::1]"],
      [" ", "4"],
    ] as const) {
      const bytes = bytesOf(before + text + after);
      expect(isAuthority(bytes, before.length, before.length + text.length)).toBe(expected);
    }
  });

  test("takes every byte in a name that RFC 3986 has there, and no other", () => {
    for (let byte = 0; byte < 256; byte++) {
      const isAllowed = /[-._~!$&'()*+,;=0-9A-Za-z]/.test(String.fromCharCode(byte));
      const bytes = Uint8Array.of(0x61, byte, 0x61);
      // A colon would begin a port, which `a` is not.
      expect([byte, isAuthority(bytes, 0, 3)]).toEqual([byte, isAllowed]);
    }
  });
});
