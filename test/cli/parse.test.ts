import { describe, expect, test } from "bun:test";
import { defaultSettings, type Settings } from "../../src/cli/options.ts";
import { parseCommandLine } from "../../src/cli/parse.ts";

function settings(...argv: string[]): Settings {
  const invocation = parseCommandLine(argv);
  if (invocation.kind !== "serve") throw new Error(`Not settings: ${JSON.stringify(invocation)}`);
  return invocation.settings;
}

function complaint(...argv: string[]): string {
  const invocation = parseCommandLine(argv);
  if (invocation.kind !== "usage-error") throw new Error(`Not a usage error: ${JSON.stringify(invocation)}`);
  return invocation.message;
}

describe("parseCommandLine", () => {
  test("gives the defaults when nothing is said", () => {
    expect(settings()).toEqual({
      port: 8000,
      bind: "",
      directory: ".",
      protocol: "HTTP/1.1",
      headers: [],
      contentType: undefined,
      quiet: false,
      page: undefined,
    });
  });

  test("reads every option, long and short", () => {
    const all: Settings = {
      port: 9000,
      bind: "::1",
      directory: "site",
      protocol: "HTTP/1.0",
      headers: [
        ["X-One", "1"],
        ["x-one", ""],
      ],
      contentType: "text/plain",
      quiet: true,
      page: undefined,
    };
    const headers = ["-H", "X-One", "1", "--header", "x-one", ""];
    expect(
      settings(
        "-b",
        "::1",
        "-d",
        "site",
        "-p",
        "HTTP/1.0",
        ...headers,
        "--content-type",
        "text/plain",
        "-q",
        "9000",
      ),
    ).toEqual(all);
    expect(
      settings(
        "9000",
        "--quiet",
        "--content-type=text/plain",
        ...headers,
        "--protocol=HTTP/1.0",
        "--directory=site",
        "--bind=::1",
      ),
    ).toEqual(all);
  });

  test.each<[string, string[], Partial<Settings>]>([
    ["a value joined to its short option", ["-b127.0.0.1"], { bind: "127.0.0.1" }],
    ["a value joined by an equals sign, as argparse reads it", ["-b=127.0.0.1"], { bind: "127.0.0.1" }],
    ["flags and an option in one word", ["-qd", "site"], { quiet: true, directory: "site" }],
    ["a directory that looks like an option, joined", ["--directory=-q"], { directory: "-q" }],
    ["an empty address, which is every address", ["-b", ""], { bind: "" }],
    ["the last of a repeated option", ["-b", "::1", "--bind", "::2"], { bind: "::2" }],
    ["a port after two dashes", ["--", "8080"], { port: 8080 }],
    ["the lowest port", ["0"], { port: 0 }],
    ["the highest port", ["65535"], { port: 65_535 }],
    ["a header value that is a negative number", ["-H", "Age", "-1"], { headers: [["Age", "-1"]] }],
    ["a header value of words after a dash", ["-H", "X", "-a b"], { headers: [["X", "-a b"]] }],
    ["a header value with an equals sign", ["-H", "X", "a=b"], { headers: [["X", "a=b"]] }],
    ["a header value in Latin-1", ["-H", "X", "\u00fc\tx"], { headers: [["X", "\u00fc\tx"]] }],
    ["a header that is called like an option", ["-H", "quiet", "help"], { headers: [["quiet", "help"]] }],
  ])("takes %s", (_, argv, said) => {
    expect(settings(...argv)).toEqual({ ...defaultSettings(), ...said });
  });

  test.each([
    ["a word for a port", ["abc"], "argument port: expected a number from 0 to 65535, not 'abc'"],
    ["a port past the last", ["65536"], "argument port: expected a number from 0 to 65535, not '65536'"],
    [
      "a port that wraps in Python",
      ["70000"],
      "argument port: expected a number from 0 to 65535, not '70000'",
    ],
    ["a port beyond any number", ["9".repeat(400)], /^argument port: expected a number from 0 to 65535/],
    ["a negative port", ["-1"], "unrecognized arguments: -1"],
    [
      "a negative port after two dashes",
      ["--", "-1"],
      "argument port: expected a number from 0 to 65535, not '-1'",
    ],
    ["an empty port", [""], "argument port: expected a number from 0 to 65535, not ''"],
    ["a port in hexadecimal", ["0x50"], "argument port: expected a number from 0 to 65535, not '0x50'"],
    ["a port in other digits", ["\u0668\u0660"], /^argument port: expected a number/],
    ["a second port", ["8000", "8001"], "unrecognized arguments: 8001"],
    ["unknown options, all named at once", ["-xyz", "--foo=1"], "unrecognized arguments: -xyz --foo=1"],
    ["an option's name in part", ["--bin=::1"], "unrecognized arguments: --bin=::1"],
    ["a negated flag", ["--no-quiet"], "unrecognized arguments: --no-quiet"],
    ["a name that every object has", ["--constructor"], "unrecognized arguments: --constructor"],
    ["an option without its value", ["-b"], "argument -b/--bind: expected one argument"],
    ["an option where a value should be", ["-b", "-q"], "argument -b/--bind: expected one argument"],
    ["a pair where a value should be", ["-b", "-H", "X", "1"], "argument -b/--bind: expected one argument"],
    ["a flag with a value", ["--quiet=yes"], "argument -q/--quiet: it takes no value, but was given 'yes'"],
    [
      "another protocol",
      ["-p", "foo"],
      "argument -p/--protocol: invalid choice: 'foo' (choose from HTTP/1.0, HTTP/1.1)",
    ],
    ["a header without name and value", ["-H"], "argument -H/--header: expected 2 arguments"],
    ["a header without its value", ["-H", "X-One"], "argument -H/--header: expected 2 arguments"],
    ["a header followed by an option", ["-H", "X-One", "-q"], "argument -H/--header: expected 2 arguments"],
    [
      "a header joined by an equals sign",
      ["--header=X-One", "1"],
      "argument -H/--header: expected 2 arguments",
    ],
    [
      "a header after a flag in one word",
      ["-qH", "X-One", "1"],
      "argument -H/--header: expected 2 arguments",
    ],
    ["an empty header name", ["-H", "", "1"], "argument -H/--header: not a header name: ''"],
    [
      "a header name with its colon",
      ["-H", "X-One:", "1"],
      "argument -H/--header: not a header name: 'X-One:'",
    ],
    [
      "a line break in a header name",
      ["-H", "X\r\nY", "1"],
      "argument -H/--header: not a header name: 'X\\r\\nY'",
    ],
    [
      "a line break in a header value",
      ["-H", "X", "1\r\nSet-Cookie: a"],
      /^argument -H\/--header: not a header value: '1\\r/,
    ],
    ["a bare LF in a header value", ["-H", "X", "1\n2"], "argument -H/--header: not a header value: '1\\n2'"],
    [
      "a header value beyond Latin-1",
      ["-H", "X", "\u20ac"],
      "argument -H/--header: not a header value: '\u20ac'",
    ],
    [
      "a length of the user's own",
      ["-H", "content-length", "0"],
      "argument -H/--header: content-length is set by the server itself",
    ],
    [
      "framing of the user's own",
      ["-H", "Transfer-Encoding", "chunked"],
      "argument -H/--header: Transfer-Encoding is set by the server itself",
    ],
    ["an empty content type", ["--content-type", ""], "argument --content-type: not a content type: ''"],
    [
      "a line break in a content type",
      ["--content-type", "a/b\nX: y"],
      "argument --content-type: not a content type: 'a/b\\nX: y'",
    ],
  ] satisfies [string, string[], string | RegExp][])("refuses %s", (_, argv, message) => {
    if (typeof message === "string") expect(complaint(...argv)).toBe(message);
    else expect(complaint(...argv)).toMatch(message);
  });

  test("gives a page that is asked for before what follows is looked at", () => {
    expect(parseCommandLine(["-h", "abc"])).toEqual({ kind: "help" });
    expect(parseCommandLine(["--help"])).toEqual({ kind: "help" });
    expect(parseCommandLine(["--version", "--help"])).toEqual({ kind: "version" });
    expect(parseCommandLine(["--foo", "-h"])).toEqual({ kind: "help" });
    expect(complaint("abc", "-h")).toStartWith("argument port");
  });

  test("starts from fresh defaults every time", () => {
    settings("-H", "X", "1");
    expect(settings().headers).toEqual([]);
  });
});
