import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { acceptedCodings, CONTENT_CODINGS } from "../../src/files/content-coding.ts";

describe("acceptedCodings()", () => {
  const ALL = "br zstd gzip";
  const cases: [name: string, field: string | null, accepted: string][] = [
    ["no field", null, ""],
    ["an empty field", "", ""],
    ["only blanks", " \t ", ""],
    ["only commas", ",,, ,", ""],
    ["one coding", "gzip", "gzip"],
    ["another one", "zstd", "zstd"],
    ["what browsers send", "gzip, deflate, br, zstd", ALL],
    ["what curl sends", "deflate, gzip, br, zstd", ALL],
    ["what older browsers send", "gzip, deflate", "gzip"],
    ["what media players send", "identity;q=1, *;q=0", ""],
    ["upper case", "GZIP, Br", "br gzip"],
    ["the old name of gzip", "x-gzip", "gzip"],
    ["no space behind the comma", "gzip,br", "br gzip"],
    ["tabs and spaces all over", "\tgzip\t;\tq=0.5 ,  br ; q=0.4\t", "gzip br"],
    ["empty members", ",gzip,,br,", "br gzip"],
    ["the same weights", "gzip;q=0.7, zstd;q=0.7, br;q=0.7", ALL],
    ["the client's own order of weights", "gzip;q=1, zstd;q=0.9, br;q=0.8", "gzip zstd br"],
    ["the weight in capitals", "gzip;Q=0.5", "gzip"],
    ["the smallest weight", "gzip;q=0.001", "gzip"],
    ["a weight with a dot and no digits", "gzip;q=1., br;q=0.", "gzip"],
    ["three digits tell", "gzip;q=0.501, br;q=0.5", "gzip br"],
    ["a refused coding", "gzip;q=0", ""],
    ["a refused coding, with digits", "gzip;q=0.000, br", "br"],
    ["anything", "*", ALL],
    ["anything but one", "*, br;q=0", "zstd gzip"],
    ["anything, but one first", "*;q=0.5, gzip", "gzip br zstd"],
    ["nothing", "*;q=0", ""],
    ["nothing but one", "*;q=0, gzip", "gzip"],
    ["only the file as it is", "identity", ""],
    ["rather the file as it is", "gzip;q=0.5, identity", ""],
    ["rather the file as it is than one of them", "gzip;q=0.2, identity;q=0.5, br", "br"],
    ["rather anything than this", "gzip;q=0.2, *;q=0.5", "br zstd"],
    ["the file as it is no more than a coding", "identity;q=0.5, gzip;q=0.5", "gzip"],
    ["the file as it is refused", "identity;q=0, gzip", "gzip"],
    ["the file as it is refused, and all else", "identity;q=0, *;q=0", ""],
    ["the file as it is refused, and nothing else named", "identity;q=0", ""],
    ["the file as it is refused, but anything", "identity;q=0, *;q=0.1", ALL],
    ["unknown codings", "deflate, compress, dcb, aes128gcm", ""],
    ["an unknown coding besides", "sdch;q=1, gzip;q=0.1", "gzip"],
    ["names that begin or end alike", "gzipx, xgzip, brx, b, zstd1", ""],
    ["a weight above 1", "gzip;q=1.1", ""],
    ["a weight far above 1", "gzip;q=1000, br", "br"],
    ["a negative weight", "gzip;q=-1", ""],
    ["four digits", "gzip;q=0.1234", ""],
    ["no digits", "gzip;q=", ""],
    ["no number", "gzip;q=high", ""],
    ["an exponent", "gzip;q=1e0", ""],
    ["a comma in the weight", "gzip;q=0,5", ""],
    ["blanks around the equals sign", "gzip;q = 1", ""],
    ["a quoted weight", 'gzip;q="1"', ""],
    ["another parameter", "gzip;level=9", ""],
    ["two weights", "gzip;q=1;q=1", ""],
    ["a semicolon and nothing", "gzip;", ""],
    ["a weight and no coding", ";q=1, br", "br"],
    ["a coding that cannot be read does not count as anything", "*, gzip;q=x", "br zstd"],
    ["what is no token", "gz ip, g(zip), [br], zstd", "zstd"],
    ["a coding twice: the lower weight counts", "gzip, gzip;q=0, br", "br"],
    ["a coding by both names: the lower weight counts", "x-gzip;q=0, gzip", ""],
    ["bytes that are no ASCII", "\xA0gzip, br\xE9, zstd", "zstd"],
    ["a form feed is no blank", "\fgzip\f, br", "br"],
    ["a name that objects have", "__proto__, constructor;q=1, toString", ""],
  ];
  test.each(cases)("%s", (_name, field, accepted) => {
    expect(acceptedCodings(field).join(" ")).toBe(accepted);
  });

  test("a field means the same each time, however many others come in between", () => {
    for (let number = 0; number < 300; number++) {
      expect(acceptedCodings(`gzip;q=0.${number}, br;q=0.${(number * 7) % 1000}`)).toHaveLength(
        number === 0 ? 0 : 2,
      );
      expect(acceptedCodings("gzip, zstd;q=0.5")).toEqual(["gzip", "zstd"]);
    }
  });

  test("a field as long as a whole head is read like any other", () => {
    const hostile = [",".repeat(65_536), " ".repeat(65_536), ";q=".repeat(20_000), "gzip;q=0.".repeat(7_000)];
    for (const field of hostile) expect(acceptedCodings(field)).toEqual([]);
    expect(acceptedCodings(`${"x,".repeat(32_000)}gzip`)).toEqual(["gzip"]);
  });

  test("whatever comes, codings of ours come out, each once, and what is refused never does", () => {
    const names = fc.constantFrom("gzip", "br", "zstd", "identity", "*", "deflate", "x-gzip", "", "(");
    const weights = fc.constantFrom("", ";q=0", ";q=0.0", ";q=0.3", ";q=1", ";q=", "; Q=0.25", ";x");
    const members = fc.array(fc.tuple(names, weights), { maxLength: 8 });
    fc.assert(
      fc.property(members, (pairs) => {
        const accepted = acceptedCodings(pairs.map((pair) => pair.join("")).join(", "));
        expect(new Set(accepted).size).toBe(accepted.length);
        for (const coding of accepted) {
          expect(CONTENT_CODINGS).toContain(coding);
          expect(pairs).not.toContainEqual([coding, ";q=0"]);
        }
      }),
    );
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void acceptedCodings(text)));
  });
});
