import { describe, expect, test } from "bun:test";
import { HTTPStatus } from "../../src/protocol/status.ts";

/** The codes and phrases of Python 3.15. */
const PHRASES = `
100 Continue, 101 Switching Protocols, 102 Processing, 103 Early Hints,
200 OK, 201 Created, 202 Accepted, 203 Non-Authoritative Information, 204 No Content, 205 Reset Content,
206 Partial Content, 207 Multi-Status, 208 Already Reported, 226 IM Used,
300 Multiple Choices, 301 Moved Permanently, 302 Found, 303 See Other, 304 Not Modified, 305 Use Proxy,
307 Temporary Redirect, 308 Permanent Redirect,
400 Bad Request, 401 Unauthorized, 402 Payment Required, 403 Forbidden, 404 Not Found, 405 Method Not Allowed,
406 Not Acceptable, 407 Proxy Authentication Required, 408 Request Timeout, 409 Conflict, 410 Gone,
411 Length Required, 412 Precondition Failed, 413 Content Too Large, 414 URI Too Long,
415 Unsupported Media Type, 416 Range Not Satisfiable, 417 Expectation Failed, 418 I'm a Teapot,
421 Misdirected Request, 422 Unprocessable Content, 423 Locked, 424 Failed Dependency, 425 Too Early,
426 Upgrade Required, 428 Precondition Required, 429 Too Many Requests, 431 Request Header Fields Too Large,
451 Unavailable For Legal Reasons,
500 Internal Server Error, 501 Not Implemented, 502 Bad Gateway, 503 Service Unavailable, 504 Gateway Timeout,
505 HTTP Version Not Supported, 506 Variant Also Negotiates, 507 Insufficient Storage, 508 Loop Detected,
510 Not Extended, 511 Network Authentication Required`;

const lines = (text: string): string[] => text.trim().split(/,\s+/);

/** What `python3` prints of its own table, or undefined where it is not installed. */
function pythonTable(): { version: [number, number]; rows: [number, string, string, string][] } | undefined {
  const python = Bun.which("python3");
  if (!python) return undefined;
  const program = `
import http, json, sys
rows = [[s.value, s.name, s.phrase, s.description] for s in http.HTTPStatus]
print(json.dumps({"version": sys.version_info[:2], "rows": rows}))`;
  return JSON.parse(Bun.spawnSync([python, "-c", program]).stdout.toString());
}

describe("HTTPStatus", () => {
  test("has Python's 62 codes in order, each with its phrase", () => {
    const ours = [...HTTPStatus].map(({ value, phrase }) => `${value} ${phrase}`);
    expect(ours).toEqual(lines(PHRASES));
    expect(ours).toHaveLength(62);
  });

  test("has each code as a member of its own name", () => {
    for (const status of HTTPStatus) {
      expect((HTTPStatus as unknown as Record<string, HTTPStatus>)[status.name]).toBe(status);
    }
  });

  test("has the old names of four codes", () => {
    expect(HTTPStatus.REQUEST_ENTITY_TOO_LARGE).toBe(HTTPStatus.CONTENT_TOO_LARGE);
    expect(HTTPStatus.REQUEST_URI_TOO_LONG).toBe(HTTPStatus.URI_TOO_LONG);
    expect(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE).toBe(HTTPStatus.RANGE_NOT_SATISFIABLE);
    expect(HTTPStatus.UNPROCESSABLE_ENTITY).toBe(HTTPStatus.UNPROCESSABLE_CONTENT);
  });

  test("has no members but the codes and the old names", () => {
    const members = Object.entries(HTTPStatus).filter(([, member]) => member instanceof HTTPStatus);
    expect(members).toHaveLength(62 + 4);
  });

  test.each([
    [HTTPStatus.OK, 200, "OK", "OK", "Request fulfilled, document follows"],
    [HTTPStatus.NOT_FOUND, 404, "NOT_FOUND", "Not Found", "Nothing matches the given URI"],
    [
      HTTPStatus.IM_A_TEAPOT,
      418,
      "IM_A_TEAPOT",
      "I'm a Teapot",
      "Server refuses to brew coffee because it is a teapot",
    ],
    [
      HTTPStatus.MULTI_STATUS,
      207,
      "MULTI_STATUS",
      "Multi-Status",
      "Response contains multiple statuses in the body",
    ],
  ])("says all about %s", (status, value, name, phrase, description) => {
    expect({ ...status }).toEqual({ value, name, phrase, description });
  });

  test("describes every code in a line without a full stop", () => {
    for (const { description } of HTTPStatus) expect(description).toMatch(/^[A-Z][^\n]*[^.\s]$/);
  });

  const python = pythonTable();

  test.skipIf(python === undefined)("says what the installed Python says, where that is not older", () => {
    const { version, rows } = python!;
    const isOlder = version[0] === 3 && version[1] < 14;
    /** RFC 9110 renamed four of them in 3.13; 3.14 lost a full stop, and described those without description. */
    const changed = new Set([413, 414, 416, 418, 422]);
    const comparable = rows.filter(
      ([value, , , description]) => !isOlder || (!changed.has(value) && description !== ""),
    );
    expect(comparable.length).toBeGreaterThan(40);
    for (const [value, name, phrase, description] of comparable) {
      expect({ ...HTTPStatus.from(value) }).toEqual({ value, name, phrase, description });
    }
  });

  test("converts to its number", () => {
    expect(Number(HTTPStatus.NOT_FOUND)).toBe(404);
    expect(+HTTPStatus.NOT_FOUND + 1).toBe(405);
    expect(`HTTP/1.1 ${HTTPStatus.NOT_FOUND}`).toBe("HTTP/1.1 404");
    expect(String(HTTPStatus.NOT_FOUND)).toBe("404");
    expect(JSON.stringify({ status: HTTPStatus.NOT_FOUND })).toBe('{"status":404}');
  });

  test("is found by its number", () => {
    expect(HTTPStatus.from(404)).toBe(HTTPStatus.NOT_FOUND);
    expect(HTTPStatus.from(Number(HTTPStatus.OK))).toBe(HTTPStatus.OK);
  });

  test.each([0, 99, 104, 306, 419, 599, 600, -200, 200.5, NaN, Infinity])("knows no code %p", (code) => {
    expect(HTTPStatus.from(code)).toBeUndefined();
  });

  test.each([
    ["is_informational", 100],
    ["is_success", 200],
    ["is_redirection", 300],
    ["is_client_error", 400],
    ["is_server_error", 500],
  ] as const)("%s holds for the codes from %i and for no other", (helper, first) => {
    const holding = [...HTTPStatus].filter((status) => status[helper]).map(({ value }) => value);
    const expected = [...HTTPStatus].map(Number).filter((value) => value >= first && value < first + 100);
    expect(holding).toEqual(expected);
    expect(holding.length).toBeGreaterThan(3);
  });

  test("cannot be changed", () => {
    for (const status of HTTPStatus) expect(Object.isFrozen(status)).toBe(true);
  });
});
