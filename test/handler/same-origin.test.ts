import { expect, test } from "bun:test";
import { isFromElsewhere } from "../../src/handler/same-origin.ts";

const cases: readonly [
  secFetchSite: string | null,
  origin: string | null,
  host: string | null,
  isFromElsewhere: boolean,
][] = [
  [null, null, "x", false],
  ["same-origin", "http://x", "x", false],
  ["none", null, "x", false],
  ["same-site", "http://x", "x", true],
  ["cross-site", null, "x", true],
  ["anything", null, "x", true],
  // A proxy may have given the server another name: the browser knows better.
  ["same-origin", "https://public.test", "internal", false],
  [null, "http://x", "x", false],
  [null, "https://x", "x", false],
  [null, "HTTP://X", "x", false],
  [null, "http://x", "X:80", false],
  [null, "http://x:80", "x", false],
  [null, "https://x", "x:443", false],
  [null, "http://x:8000", "x:8000", false],
  [null, "http://[::1]:8000", "[::1]:8000", false],
  [null, "http://x", "x:", false],
  [null, "http://x", "x:443", true],
  [null, "http://x:8000", "x", true],
  [null, "http://x:8000", "x:8001", true],
  [null, "http://x", "xx", true],
  [null, "http://x.evil.test", "x", true],
  [null, "http://evil.test", "x", true],
  [null, "null", "x", true],
  [null, "", "x", true],
  [null, "http://", "", true],
  [null, "http://x", null, true],
  [null, "http://user@x", "x", true],
  [null, "http://x http://evil.test", "x", true],
  [null, "http://x/", "x", true],
  [null, "file://x", "x", true],
  [null, "chrome-extension://x", "x", true],
];

test.each(cases)("Sec-Fetch-Site: %p, Origin: %p, Host: %p", (secFetchSite, origin, host, expected) => {
  expect(isFromElsewhere({ secFetchSite, origin, host })).toBe(expected);
});
