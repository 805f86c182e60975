import { describe, expect, test } from "bun:test";
import { banner } from "../../src/cli/banner.ts";

describe("banner", () => {
  test("is Python's line", () => {
    expect(banner("0.0.0.0", 8000, false)).toBe(
      "Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...\n",
    );
  });

  test("puts an IPv6 host in brackets only inside the URL", () => {
    expect(banner("::1", 80, false)).toBe("Serving HTTP on ::1 port 80 (http://[::1]:80/) ...\n");
  });

  test("says HTTPS where it is", () => {
    expect(banner("::1", 80, false, "https")).toBe("Serving HTTPS on ::1 port 80 (https://[::1]:80/) ...\n");
  });

  test("has a green text and a cyan URL where colours are wanted", () => {
    const text = "\x1b[32mServing HTTP on a port 1\x1b[39m (\x1b[36mhttp://a:1/\x1b[39m) ...\n";
    expect(banner("a", 1, true)).toBe(text);
  });
});
