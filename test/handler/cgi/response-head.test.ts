import { describe, expect, test } from "bun:test";
import {
  MAX_HEAD_BYTES,
  MAX_HEAD_FIELDS,
  parseScriptHead,
  ScriptHeadReader,
} from "../../../src/handler/cgi/response-head.ts";

const PLAIN = { status: 200, reason: null, fields: [], contentLength: null, localRedirect: null };

describe("parseScriptHead()", () => {
  test.each<[string, string, object]>([
    ["a type", "Content-Type: a/b\n", { ...PLAIN, fields: [["Content-Type", "a/b"]] }],
    [
      "a type, with blanks and in capitals",
      "CONTENT-TYPE:\t a/b \r\n",
      { ...PLAIN, fields: [["CONTENT-TYPE", "a/b"]] },
    ],
    ["a status alone", "status: 299\n", { ...PLAIN, status: 299 }],
    ["a status with a phrase", "Status: 404 Not  here \n", { ...PLAIN, status: 404, reason: "Not  here" }],
    ["a status with a blank and no phrase", "Status: 404 \n", { ...PLAIN, status: 404 }],
    [
      "a local redirect",
      "Location: /a?b\n",
      { ...PLAIN, status: 302, fields: [["Location", "/a?b"]], localRedirect: "/a?b" },
    ],
    [
      "a local redirect with a type, which many scripts send",
      "Location: /a\nContent-Type: a/b\n",
      {
        ...PLAIN,
        status: 302,
        fields: [
          ["Location", "/a"],
          ["Content-Type", "a/b"],
        ],
        localRedirect: "/a",
      },
    ],
    [
      "a length",
      "Status: 200\nContent-Length: 10\n",
      { ...PLAIN, fields: [["Content-Length", "10"]], contentLength: 10 },
    ],
    [
      "the same length twice",
      "Status: 200\nContent-Length: 1\nContent-Length: 1\n",
      {
        ...PLAIN,
        fields: [
          ["Content-Length", "1"],
          ["Content-Length", "1"],
        ],
        contentLength: 1,
      },
    ],
  ])("takes %s", (_, text, head) => {
    expect(parseScriptHead(text)).toEqual(head as ReturnType<typeof parseScriptHead>);
  });

  test.each<[string, string, string]>([
    ["nothing", "", "its head has neither Content-Type nor Location nor Status"],
    ["nothing of CGI's", "X-A: 1\n", "its head has neither Content-Type nor Location nor Status"],
    ["a status line", "HTTP/1.1 200 OK\n", '"HTTP/1.1 200 OK" is no header field'],
    ["a line without a colon", "Status: 200\noops\n", '"oops" is no header field'],
    ["a line that goes on", "Status: 200\nX-A: 1\n 2\n", '" 2" is no header field'],
    ["a blank before the colon", "Status : 200\n", '"Status : 200" is no header field'],
    ["no name", ": 200\n", '": 200" is no header field'],
    ["a name that is no token", "X A: 1\n", '"X A: 1" is no header field'],
    ["a lone CR", "X-A: 1\rX-B: 2\n", '"X-A: 1\\rX-B: 2" is no header field'],
    ["NUL", "X-A: \0\n", '"X-A: \\u0000" is no header field'],
    ["an escape", "X-A: \x1b[31m\n", '"X-A: \\u001b[31m" is no header field'],
    ["DEL", "X-A: \x7f\n", '"X-A: \x7f" is no header field'],
    ["two types", "Content-Type: a/b\ncontent-type: a/b\n", "it says content-type twice"],
    ["two statuses", "Status: 200\nStatus: 200\n", "it says status twice"],
    ["two locations", "Location: /a\nLocation: /b\n", "it says location twice"],
    ["an interim status", "Status: 101 Switching Protocols\n", 'its Status is "101 Switching Protocols"'],
    ["an early hint", "Status: 103\n", 'its Status is "103"'],
    ["a status of two digits", "Status: 20\n", 'its Status is "20"'],
    ["a status of four digits", "Status: 2000\n", 'its Status is "2000"'],
    ["a status beyond 599", "Status: 600\n", 'its Status is "600"'],
    ["a status in words", "Status: OK\n", 'its Status is "OK"'],
    ["an empty status", "Status:\n", 'its Status is ""'],
    ["a length that is none", "Status: 200\nContent-Length: 1e3\n", 'its Content-Length is "1e3"'],
    ["a length below nothing", "Status: 200\nContent-Length: -1\n", 'its Content-Length is "-1"'],
    [
      "a length of twenty digits",
      "Status: 200\nContent-Length: 10000000000000000000\n",
      'its Content-Length is "10000000000000000000"',
    ],
    ["two lengths", "Status: 200\nContent-Length: 1\nContent-Length: 2\n", 'its Content-Length is "1, 2"'],
    ["a path that is none", "Location: /a b\n", 'its Location is "/a b"'],
    ["a path with a fragment", "Location: /a#b\n", 'its Location is "/a#b"'],
    ["too many fields", "X-A: 1\n".repeat(MAX_HEAD_FIELDS + 1), "its head has more than 100 fields"],
  ])("does not take %s", (_, text, fault) => {
    expect(parseScriptHead(text)).toEqual({ fault });
  });
});

describe("ScriptHeadReader", () => {
  const HEAD = "Status: 201 Made\r\nX-A: 1\n\r\n";

  test("reads a head in whatever pieces it comes, and leaves what follows", () => {
    const bytes = Buffer.from(`${HEAD}output\n\n`);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new ScriptHeadReader();
      const first = reader.push(bytes.subarray(0, cut));
      const head = first ?? reader.push(bytes.subarray(cut));
      expect(head).toEqual({ ...PLAIN, status: 201, reason: "Made", fields: [["X-A", "1"]] });
      const rest =
        Buffer.from(reader.rest).toString() + (first === undefined ? "" : bytes.subarray(cut).toString());
      expect(rest).toBe("output\n\n");
    }
  });

  test("takes as many bytes as there may be, and not one more", () => {
    const filled = (length: number) =>
      Buffer.from(`Status: 200\nX-A: ${"a".repeat(length - "Status: 200\nX-A: \n\n".length)}\n\n`);
    expect(new ScriptHeadReader().push(filled(MAX_HEAD_BYTES))).toMatchObject({ status: 200 });
    const fault = `its head is longer than ${MAX_HEAD_BYTES} bytes`;
    expect(new ScriptHeadReader().push(filled(MAX_HEAD_BYTES + 1))).toEqual({ fault });
    const reader = new ScriptHeadReader();
    expect(reader.push(new Uint8Array(MAX_HEAD_BYTES).fill(0x61))).toBeUndefined();
    expect(reader.push(new Uint8Array(1).fill(0x61))).toEqual({ fault });
  });
});
