import { describe, expect, test } from "bun:test";
import { parseEveryWay } from "../support/head.ts";

const requestFor = (method: string, target: string): string =>
  `${method} ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe("a request target", () => {
  test.each<[form: string, method: string, target: string, path: string]>([
    ["origin-form", "GET", "/", "/"],
    ["origin-form with a query", "GET", "/a/b?c=d&e", "/a/b?c=d&e"],
    ["origin-form with an empty query", "GET", "/?", "/?"],
    ["origin-form that looks like another host", "GET", "//evil.example/x", "//evil.example/x"],
    ["origin-form with dots, which are not resolved", "GET", "/../..//.", "/../..//."],
    ["origin-form with what browsers leave raw", "GET", '/|{}[]^`"<>\\%', '/|{}[]^`"<>\\%'],
    ["origin-form with escapes, which are not decoded", "GET", "/%00%2f%zz", "/%00%2f%zz"],
    ["origin-form with a URI in it", "GET", "/http://b/c", "/http://b/c"],
    ["origin-form with OPTIONS", "OPTIONS", "/a", "/a"],
    ["origin-form with connect in lower case, which is another method", "connect", "/a", "/a"],

    ["absolute-form", "GET", "http://b/c", "/c"],
    ["absolute-form with the other scheme", "GET", "https://b/c", "/c"],
    ["absolute-form with a scheme in capitals", "GET", "HTTP://b/c", "/c"],
    ["absolute-form with a scheme in both", "GET", "hTTpS://b/c", "/c"],
    ["absolute-form with a port", "GET", "http://b:8000/c", "/c"],
    ["absolute-form with an empty port", "GET", "http://b:/c", "/c"],
    ["absolute-form with an IPv4 address", "GET", "http://127.0.0.1/c", "/c"],
    ["absolute-form with an IPv6 address and a port", "GET", "http://[::1]:80/c", "/c"],
    ["absolute-form without a path", "GET", "http://b", "/"],
    ["absolute-form without a path, with a port", "GET", "http://b:80", "/"],
    ["absolute-form without a path, with a query", "GET", "http://b?c=/d", "/?c=/d"],
    ["absolute-form with an empty query", "GET", "http://b?", "/?"],
    ["absolute-form with two slashes for a path", "GET", "http://b//evil.example", "//evil.example"],
    ["absolute-form with a URI for a query", "GET", "http://b/?http://c/d", "/?http://c/d"],
    ["absolute-form with an at sign in its path", "GET", "http://b/@c", "/@c"],
    ["absolute-form with OPTIONS", "OPTIONS", "http://b", "/"],

    ["authority-form", "CONNECT", "b:443", "b:443"],
    ["authority-form with an IPv6 address", "CONNECT", "[::1]:443", "[::1]:443"],
    ["authority-form with the greatest port", "CONNECT", "b:65535", "b:65535"],
    ["authority-form with a port of all digits there are", "CONNECT", "b:09876", "b:09876"],
    ["authority-form with a host of digits", "CONNECT", "1:2", "1:2"],

    ["asterisk-form", "OPTIONS", "*", "*"],
  ])("is accepted in %s", (_form, method, target, path) => {
    expect(parseEveryWay(requestFor(method, target))).toMatchObject({
      outcome: "COMPLETE",
      method,
      target,
      path,
    });
  });

  test.each<[what: string, method: string, target: string]>([
    ["a relative path", "GET", "foo"],
    ["a relative path with a slash", "GET", "foo/bar"],
    ["a relative path that goes up", "GET", "../x"],
    ["a dot", "GET", "."],
    ["a query alone", "GET", "?a"],
    ["a backslash", "GET", "\\a"],
    ["a percent-encoded slash", "GET", "%2Fa"],

    ["an asterisk with another method than OPTIONS", "GET", "*"],
    ["an asterisk with options in lower case, which is another method", "options", "*"],
    ["an asterisk with a method of the same length", "OPTIONZ", "*"],
    ["an asterisk with CONNECT", "CONNECT", "*"],
    ["an asterisk and a path", "OPTIONS", "*/x"],
    ["an asterisk and a query", "OPTIONS", "*?x"],
    ["two asterisks", "OPTIONS", "**"],

    ["an authority with another method than CONNECT", "GET", "b:443"],
    ["an authority with connect in lower case", "connect", "b:443"],
    ["a host with another method than CONNECT", "GET", "example.com"],

    ["an absolute URI without a host", "GET", "http:///c"],
    ["an absolute URI of a scheme alone", "GET", "http://"],
    ["an absolute URI with a port alone", "GET", "http://:80/c"],
    ["an absolute URI with a query alone", "GET", "http://?c"],
    ["an absolute URI with a user", "GET", "http://user@b/c"],
    ["an absolute URI with a user and a password", "GET", "http://user:pass@b/c"],
    ["an absolute URI with an empty user", "GET", "http://@b/c"],
    ["an absolute URI with a port that is none", "GET", "http://b:http/c"],
    ["an absolute URI with a negative port", "GET", "http://b:-1/c"],
    ["an absolute URI with a port past the last", "GET", "http://b:65536/c"],
    ["an absolute URI with a port that would wrap", "GET", `http://b:${2 ** 32 + 80}/c`],
    ["an absolute URI with a port of 100 digits", "GET", `http://b:${"9".repeat(100)}/c`],
    ["an absolute URI with two ports", "GET", "http://b:80:80/c"],
    ["an absolute URI with a backslash for its slash", "GET", "http://b\\c"],
    ["an absolute URI with backslashes", "GET", "http:\\\\b\\c"],
    ["an absolute URI with an IPv6 address without brackets", "GET", "http://::1/c"],
    ["an absolute URI with an IPv6 address that is not closed", "GET", "http://[::1/c"],
    ["an absolute URI with an invalid escape in its host", "GET", "http://b%zz/c"],
    ["an absolute URI with one slash", "GET", "http:/b/c"],
    ["an absolute URI without slashes", "GET", "http:b"],
    ["an absolute URI whose scheme is cut short", "GET", "http:/"],
    ["a URI that begins like the scheme", "GET", "httpx://b/c"],
    ["a URI of another scheme", "GET", "ftp://b/c"],
    ["a URI of a scheme with a path that would be valid", "GET", "file:///etc/passwd"],
    ["a URI of WebSocket's scheme", "GET", "ws://b/c"],

    ["CONNECT without a port", "CONNECT", "b"],
    ["CONNECT with an empty port", "CONNECT", "b:"],
    ["CONNECT with a port that is none", "CONNECT", "b:https"],
    ["CONNECT with a port past the last", "CONNECT", "b:65536"],
    ["CONNECT with a port and letters", "CONNECT", "b:443x"],
    ["CONNECT without a host", "CONNECT", ":443"],
    ["CONNECT with digits alone", "CONNECT", "443"],
    ["CONNECT with a path", "CONNECT", "/b:443"],
    ["CONNECT with a user", "CONNECT", "user@b:443"],
    ["CONNECT with a URI", "CONNECT", "http://b:443"],
    ["CONNECT with an authority and a path", "CONNECT", "b:443/"],
    ["CONNECT with an IPv6 address without a port", "CONNECT", "[::1]"],
    ["CONNECT with an IPv6 address without brackets", "CONNECT", "::1:443"],
  ])("is refused: %s", (_what, method, target) => {
    const text = requestFor(method, target);
    expect(parseEveryWay(text)).toEqual({ outcome: "FAILED", failure: "BAD_TARGET", length: text.length });
  });

  test("in absolute-form does not make Host dispensable (RFC 9112 3.2.2)", () => {
    expect(parseEveryWay("GET http://b/ HTTP/1.1\r\n\r\n")).toMatchObject({ failure: "MISSING_HOST" });
  });
});
