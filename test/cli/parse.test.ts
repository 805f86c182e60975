import { describe, expect, test } from "bun:test";
import { defaultSettings, OPTIONS, POSITIONALS, type Settings, variableOf } from "../../src/cli/options.ts";
import { type Environment, parseCommandLine } from "../../src/cli/parse.ts";

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
      tlsCert: undefined,
      tlsKey: undefined,
      tlsPasswordFile: undefined,
      tlsSelfSigned: false,
      listing: true,
      dotfiles: false,
      followSymlinks: false,
      cors: false,
      isolate: false,
      cache: null,
      spa: false,
      cleanUrls: false,
      notFoundPage: undefined,
      auth: undefined,
      authFile: undefined,
      authRealm: undefined,
      workers: 1,
      open: false,
      qr: false,
      upload: false,
      uploadOverwrite: false,
      maxUploadBytes: undefined,
      compress: true,
      precompressed: true,
      sendfile: true,
      etag: undefined,
      cgi: false,
      quiet: false,
      page: undefined,
    });
  });

  test("reads Python's options, long and short", () => {
    const all: Settings = {
      ...defaultSettings(),
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
    ["a directory that is not listed", ["--no-listing"], { listing: false }],
    ["the last of a flag and its opposite", ["--no-listing", "--listing"], { listing: true }],
    ["a flag that is taken back", ["-q", "--no-quiet"], { quiet: false }],
    ["flags of the handler", ["--dotfiles", "--follow-symlinks"], { dotfiles: true, followSymlinks: true }],
    [
      "flags of the site",
      ["--isolate", "--spa", "--clean-urls"],
      { isolate: true, spa: true, cleanUrls: true },
    ],
    ["flags of the command", ["--open", "--qr"], { open: true, qr: true }],
    ["seconds to keep files for", ["--cache", "3600"], { cache: 3600 }],
    ["no seconds", ["--cache=0"], { cache: 0 }],
    ["uploads", ["--upload", "--upload-overwrite"], { upload: true, uploadOverwrite: true }],
    ["a bound for uploads", ["--max-upload", "0"], { maxUploadBytes: 0 }],
    ["no sendfile", ["--no-sendfile"], { sendfile: false }],
    ["scripts", ["--cgi"], { cgi: true }],
    ["no coding", ["--no-compress", "--no-precompressed"], { compress: false, precompressed: false }],
    ["a kind of tag", ["--etag", "none"], { etag: "none" }],
    ["all origins", ["--cors"], { cors: true }],
    ["all origins, as a star", ["--cors", "*"], { cors: true }],
    ["all origins before a port", ["--cors", "8080"], { cors: true, port: 8080 }],
    ["all origins before an option", ["--cors", "-q"], { cors: true, quiet: true }],
    ["an origin", ["--cors", "https://a.example"], { cors: ["https://a.example"] }],
    ["an origin, as browsers write it", ["--cors=HTTPS://A.example:443/"], { cors: ["https://a.example"] }],
    [
      "two origins",
      ["--cors", "http://a.example:81", "--cors=null"],
      { cors: ["http://a.example:81", "null"] },
    ],
    ["an origin of an extension", ["--cors", "moz-extension://abc"], { cors: ["moz-extension://abc"] }],
    ["all origins after one", ["--cors", "https://a.example", "--cors"], { cors: true }],
    ["an origin after all", ["--cors", "--cors", "https://a.example"], { cors: true }],
    ["no origins after all", ["--cors", "--no-cors"], { cors: false }],
    ["a user and a password with colons", ["--auth", "ada:a:b"], { auth: "ada:a:b" }],
    [
      "a file of users",
      ["--auth-file", "users", "--auth-realm", "Vault"],
      { authFile: "users", authRealm: "Vault" },
    ],
    ["a page for what is not there", ["--not-found-page", "oops.html"], { notFoundPage: "oops.html" }],
    ["no page for what is not there", ["--not-found-page", ""], { notFoundPage: "" }],
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
    ["the negation of what is no flag", ["--no-bind"], "unrecognized arguments: --no-bind"],
    ["a flag negated twice", ["--no-no-quiet"], "unrecognized arguments: --no-no-quiet"],
    [
      "a negated flag with a value",
      ["--no-quiet=1"],
      "argument --no-quiet: it takes no value, but was given '1'",
    ],
    [
      "seconds that are none",
      ["--cache", "abc"],
      "argument --cache: expected a number of seconds, not 'abc'",
    ],
    [
      "bytes that are none",
      ["--max-upload", "10M"],
      "argument --max-upload: expected a number of bytes, not '10M'",
    ],
    ["bytes beyond counting", ["--max-upload", "9".repeat(17)], /^argument --max-upload: expected a number/],
    [
      "a kind of tag that there is not",
      ["--etag", "x"],
      "argument --etag: invalid choice: 'x' (choose from stat, content, none)",
    ],
    ["a part of a second", ["--cache=1.5"], "argument --cache: expected a number of seconds, not '1.5'"],
    ["a time before now", ["--cache=-1"], "argument --cache: expected a number of seconds, not '-1'"],
    ["seconds beyond what caches count", ["--cache", "2147483648"], /^argument --cache: expected a number/],
    [
      "a user without a password",
      ["--auth", "hunter2"],
      "argument --auth: expected USER:PASSWORD, neither of them empty",
    ],
    ["a password without a user", ["--auth", ":hunter2"], /^argument --auth: expected USER:PASSWORD/],
    ["an empty password", ["--auth", "ada:"], /^argument --auth: expected USER:PASSWORD/],
    [
      "an origin with a path",
      ["--cors=https://a.example/b"],
      "argument --cors: not an origin such as https://example.org: 'https://a.example/b'",
    ],
    ["an origin with a user", ["--cors", "https://u@a.example"], /^argument --cors: not an origin/],
    ["an origin with a query", ["--cors", "https://a.example?b"], /^argument --cors: not an origin/],
    ["an origin without a host", ["--cors=file:///"], /^argument --cors: not an origin/],
    ["a host where an origin should be", ["--cors=a.example"], /^argument --cors: not an origin/],
    ["a word behind --cors that is no origin", ["--cors", "abc"], /^argument port: expected a number/],
    [
      "a page with its directory",
      ["--not-found-page", "a/b.html"],
      "argument --not-found-page: not the name of a file: 'a/b.html'",
    ],
    ["an empty realm", ["--auth-realm", ""], "argument --auth-realm: not a realm: ''"],
    ["a realm beyond Latin-1", ["--auth-realm", "\u20ac"], "argument --auth-realm: not a realm: '\u20ac'"],
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
    [
      "a word for a number of event loops",
      ["--workers", "x"],
      "argument --workers: expected a number from 0 to 1024, not 'x'",
    ],
    [
      "more event loops than there could be use for",
      ["--workers", "1025"],
      "argument --workers: expected a number from 0 to 1024, not '1025'",
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

describe("the environment", () => {
  function settingsIn(environment: Environment, ...argv: string[]): Settings {
    const invocation = parseCommandLine(argv, environment);
    if (invocation.kind !== "serve") throw new Error(`Not settings: ${JSON.stringify(invocation)}`);
    return invocation.settings;
  }

  test("sets every option but those that ask for a page", () => {
    const environment = {
      BASEHTTP_PORT: "9000",
      BASEHTTP_BIND: "::1",
      BASEHTTP_DIRECTORY: "site",
      BASEHTTP_PROTOCOL: "HTTP/1.0",
      BASEHTTP_HEADER: "X-One: 1\n x-one : a: b \n\n",
      BASEHTTP_CONTENT_TYPE: "text/plain",
      BASEHTTP_TLS_CERT: "cert.pem",
      BASEHTTP_TLS_KEY: "key.pem",
      BASEHTTP_TLS_PASSWORD_FILE: "password",
      BASEHTTP_TLS_SELF_SIGNED: "1",
      BASEHTTP_LISTING: "no",
      BASEHTTP_DOTFILES: "1",
      BASEHTTP_FOLLOW_SYMLINKS: "true",
      BASEHTTP_CORS: "https://a.example, https://b.example",
      BASEHTTP_ISOLATE: "YES",
      BASEHTTP_CACHE: "60",
      BASEHTTP_SPA: "on",
      BASEHTTP_CLEAN_URLS: "1",
      BASEHTTP_NOT_FOUND_PAGE: "oops.html",
      BASEHTTP_AUTH: "ada:secret",
      BASEHTTP_AUTH_FILE: "users",
      BASEHTTP_AUTH_REALM: "Vault",
      BASEHTTP_UPLOAD: "1",
      BASEHTTP_UPLOAD_OVERWRITE: "1",
      BASEHTTP_MAX_UPLOAD: "1000",
      BASEHTTP_COMPRESS: "0",
      BASEHTTP_PRECOMPRESSED: "0",
      BASEHTTP_SENDFILE: "0",
      BASEHTTP_ETAG: "content",
      BASEHTTP_CGI: "1",
      BASEHTTP_WORKERS: "4",
      BASEHTTP_OPEN: "1",
      BASEHTTP_QR: "1",
      BASEHTTP_QUIET: "1",
    };
    expect(settingsIn(environment)).toEqual({
      port: 9000,
      bind: "::1",
      directory: "site",
      protocol: "HTTP/1.0",
      headers: [
        ["X-One", "1"],
        ["x-one", "a: b"],
      ],
      contentType: "text/plain",
      tlsCert: "cert.pem",
      tlsKey: "key.pem",
      tlsPasswordFile: "password",
      tlsSelfSigned: true,
      listing: false,
      dotfiles: true,
      followSymlinks: true,
      cors: ["https://a.example", "https://b.example"],
      isolate: true,
      cache: 60,
      spa: true,
      cleanUrls: true,
      notFoundPage: "oops.html",
      auth: "ada:secret",
      authFile: "users",
      authRealm: "Vault",
      workers: 4,
      open: true,
      qr: true,
      upload: true,
      uploadOverwrite: true,
      maxUploadBytes: 1000,
      compress: false,
      precompressed: false,
      sendfile: false,
      etag: "content",
      cgi: true,
      quiet: true,
      page: undefined,
    });
    const names = [...POSITIONALS.map(({ name }) => name), ...OPTIONS.map(({ long }) => long)];
    const missing = names.map(variableOf).filter((name) => !(name in environment));
    expect(missing).toEqual(["BASEHTTP_HELP", "BASEHTTP_VERSION"]);
  });

  test.each<[string, Environment, string[], Partial<Settings>]>([
    ["an argument before its variable", { BASEHTTP_PORT: "1" }, ["2"], { port: 2 }],
    ["an option before its variable", { BASEHTTP_BIND: "::1" }, ["-b", "::2"], { bind: "::2" }],
    [
      "an option before its variable, which is wrong",
      { BASEHTTP_CACHE: "x" },
      ["--cache", "1"],
      { cache: 1 },
    ],
    [
      "headers in place of those of the variable",
      { BASEHTTP_HEADER: "A: 1" },
      ["-H", "B", "2"],
      { headers: [["B", "2"]] },
    ],
    ["an origin in place of all", { BASEHTTP_CORS: "1" }, ["--cors", "http://a"], { cors: ["http://a"] }],
    ["no origin in place of all", { BASEHTTP_CORS: "*" }, ["--no-cors"], { cors: false }],
    ["a flag that is taken back", { BASEHTTP_QUIET: "1" }, ["--no-quiet"], { quiet: false }],
    ["an opposite that is taken back", { BASEHTTP_LISTING: "0" }, ["--listing"], { listing: true }],
    ["a flag that says no", { BASEHTTP_QUIET: "false" }, [], { quiet: false }],
    ["all origins", { BASEHTTP_CORS: "true" }, [], { cors: true }],
    ["all origins, as a star", { BASEHTTP_CORS: "*" }, [], { cors: true }],
    ["no origins", { BASEHTTP_CORS: "0" }, [], { cors: false }],
    [
      "empty variables for nothing said",
      { BASEHTTP_PORT: "", BASEHTTP_QUIET: "", BASEHTTP_AUTH: "" },
      [],
      {},
    ],
    [
      "other programs' variables for nothing said",
      { PORT: "1", BASEHTTP_HELP: "1", basehttp_port: "2" },
      [],
      {},
    ],
  ])("takes %s", (_, environment, argv, said) => {
    expect(settingsIn(environment, ...argv)).toEqual({ ...defaultSettings(), ...said });
  });

  test.each<[variable: string, text: string, reason: string]>([
    ["BASEHTTP_PORT", "abc", "expected a number from 0 to 65535, not 'abc'"],
    ["BASEHTTP_PROTOCOL", "HTTP/2", "invalid choice: 'HTTP/2' (choose from HTTP/1.0, HTTP/1.1)"],
    ["BASEHTTP_QUIET", "maybe", "expected 1, true, yes, 0, false or no, not 'maybe'"],
    ["BASEHTTP_LISTING", "2", "expected 1, true, yes, 0, false or no, not '2'"],
    ["BASEHTTP_CORS", "maybe", "not an origin such as https://example.org: 'maybe'"],
    ["BASEHTTP_CACHE", "a day", "expected a number of seconds, not 'a day'"],
    ["BASEHTTP_AUTH", "hunter2", "expected USER:PASSWORD, neither of them empty"],
    ["BASEHTTP_HEADER", "X-One 1", "expected lines of NAME: VALUE, not 'X-One 1'"],
    ["BASEHTTP_HEADER", "X One: 1", "not a header name: 'X One'"],
  ])("is refused by the name of the variable: %s=%s", (variable, text, reason) => {
    expect(parseCommandLine([], { [variable]: text })).toEqual({
      kind: "usage-error",
      message: `environment variable ${variable}: ${reason}`,
    });
  });

  test("is not looked at for a page", () => {
    expect(parseCommandLine(["--help"], { BASEHTTP_PORT: "abc" })).toEqual({ kind: "help" });
  });

  test("is what messages call an option by that came from it", () => {
    const invocation = parseCommandLine(["--auth-file", "x"], { BASEHTTP_DIRECTORY: "y" });
    if (invocation.kind !== "serve") throw new Error("It is to serve");
    expect(invocation.sourceOf("directory")).toBe("environment variable BASEHTTP_DIRECTORY");
    expect(invocation.sourceOf("auth-file")).toBe("argument --auth-file");
    expect(invocation.sourceOf("bind")).toBe("argument -b/--bind");
  });
});
