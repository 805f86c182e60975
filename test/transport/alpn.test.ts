import { describe, expect, test } from "bun:test";
import { encodeProtocols } from "../../src/transport/alpn.ts";

const encoded = (names: readonly string[]): string => Buffer.from(encodeProtocols(names)).toString("latin1");

describe("protocols for ALPN", () => {
  test("are each written behind their length", () => {
    expect(encoded(["http/1.0", "x"])).toBe("\x08http/1.0\x01x");
  });

  test("are HTTP/1.0 at last, where HTTP/1.1 is named and it is not", () => {
    expect(encoded(["http/1.1", "x"])).toBe("\x08http/1.1\x01x\x08http/1.0");
    expect(encoded(["http/1.0", "http/1.1"])).toBe("\x08http/1.0\x08http/1.1");
  });

  test("are none where none is named", () => {
    expect(encodeProtocols([])).toHaveLength(0);
  });

  test("have up to 255 bytes, which are counted in UTF-8", () => {
    expect(encodeProtocols(["x".repeat(255)])).toHaveLength(256);
    expect(() => encodeProtocols(["x".repeat(256)])).toThrow(
      new RangeError("alpn_protocols: a name has 1 to 255 bytes, not 256"),
    );
    expect(() => encodeProtocols(["é".repeat(128)])).toThrow(RangeError);
    expect(() => encodeProtocols([""])).toThrow(
      new RangeError("alpn_protocols: a name has 1 to 255 bytes, not 0"),
    );
  });

  test("fit into 65,535 bytes", () => {
    const names = (count: number): string[] => new Array<string>(count).fill("x".repeat(254));
    expect(encodeProtocols(names(257))).toHaveLength(65_535);
    expect(() => encodeProtocols(names(258))).toThrow(
      new RangeError("alpn_protocols: 258 names are too many"),
    );
  });

  test.each(["h2", "h3"])("do not include %s, which is not spoken", (name) => {
    expect(() => encodeProtocols(["http/1.1", name])).toThrow(
      new TypeError(`alpn_protocols: this server does not speak '${name}', only HTTP/1.1 and HTTP/1.0`),
    );
  });

  test.each([7, {}, null, "http/1.1"])("are a list, not %p", (names) => {
    expect(() => encodeProtocols(names as unknown as string[])).toThrow(
      new TypeError("alpn_protocols: a list of names is wanted"),
    );
  });

  test("are strings", () => {
    expect(() => encodeProtocols([8 as unknown as string])).toThrow(
      new TypeError("alpn_protocols: a name is a string, not number"),
    );
  });
});
