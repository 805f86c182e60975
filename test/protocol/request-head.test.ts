import { describe, expect, test } from "bun:test";
import { BROWSER_REQUEST, MANY_FIELDS_REQUEST } from "../../bench/corpus.ts";
import { Failure } from "../../src/protocol/failure.ts";
import { HeadOutcome, parseHead } from "../../src/protocol/head-parser.ts";
import { DEFAULT_HEAD_LIMITS } from "../../src/protocol/limits.ts";
import { RequestHead } from "../../src/protocol/request-head.ts";
import { bytesOf, completeHead, textOf } from "../support/head.ts";

/** Parses as much of a head as `text` has, among other bytes. */
function parsed(text: string): { head: RequestHead; outcome: HeadOutcome } {
  const before = "Host: b\r\n\r\n";
  const bytes = bytesOf(`${before}${text}GET /after HTTP/1.1`);
  const head = new RequestHead();
  const end = before.length + text.length;
  return { head, outcome: parseHead(head, bytes, before.length, end, DEFAULT_HEAD_LIMITS) };
}

/** What a head says of its request line. */
const requestParts = (head: RequestHead) => ({
  method: head.method(),
  target: head.target(),
  path: head.path(),
  requestLine: head.requestLine(),
});

describe("a complete head", () => {
  test("gives its request line and the parts of it as they were received", () => {
    const { head } = parsed("\r\n\r\nPROPFIND http://b:80?a=%zz HTTP/1.2\r\nHost: a\r\n\r\n");
    expect(requestParts(head)).toEqual({
      method: "PROPFIND",
      target: "http://b:80?a=%zz",
      path: "/?a=%zz",
      requestLine: "PROPFIND http://b:80?a=%zz HTTP/1.2",
    });
  });

  test.each(["GET", "HEAD", "POST", "G", "GE", "GEX", "GXT", "XET", "get", "GETS"])(
    "gives the method %s",
    (method) => {
      const { head } = parsed(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(head.method()).toBe(method);
      for (const name of ["GET", "HEAD", "POST", "get"]) expect(head.hasMethod(name)).toBe(name === method);
      expect(head.hasMethod("HEAD")).toBe(method === "HEAD");
    },
  );

  test("gives text as Latin-1, byte for byte", () => {
    let value = "";
    for (let byte = 0x80; byte <= 0xff; byte++) value += String.fromCharCode(byte);
    const head = completeHead(`GET / HTTP/1.1\r\nHost: a\r\nX: ${value}\r\n\r\n`);
    expect(head.fieldValue(1)).toBe(value);
    expect(head.fieldName(1)).toBe("X");
  });

  test("finds its fields by name, in any case, one after the other", () => {
    const lines = "A: 1\r\nHost: a\r\na: 2\r\nAB: 3\r\nA: 4\r\n";
    const head = completeHead(`GET / HTTP/1.1\r\n${lines}\r\n`);
    const found = (name: string): number[] => {
      const indices: number[] = [];
      for (let at = head.find(name); at >= 0; at = head.find(name, at + 1)) indices.push(at);
      return indices;
    };
    expect(found("a")).toEqual([0, 2, 4]);
    expect(found("ab")).toEqual([3]);
    expect(found("host")).toEqual([1]);
    expect(found("b")).toEqual([]);
    expect(found("")).toEqual([]);
    expect(head.find("a", 5)).toBe(-1);
  });

  test.each([
    ["a browser's head", BROWSER_REQUEST],
    ["64 fields, most of them with names of one length", MANY_FIELDS_REQUEST],
  ])("finds each field of %s where it stands", (_what, bytes) => {
    const text = textOf(bytes);
    const names = text.match(/^[^:\r\n]+(?=: )/gm) ?? [];
    const head = completeHead(text);
    expect(names).toHaveLength(head.fieldCount);
    expect(names.map((name) => head.find(name.toLowerCase()))).toEqual([...names.keys()]);
  });

  test("does not find fields of the head before it", () => {
    const head = completeHead("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n");
    head.reset();
    const bytes = bytesOf("GET / HTTP/1.1\r\nHost: a\r\n\r\nX: y\r\n");
    expect(parseHead(head, bytes, 0, bytes.length, DEFAULT_HEAD_LIMITS)).toBe(HeadOutcome.COMPLETE);
    expect(head.find("x")).toBe(-1);
    expect(head.fieldCount).toBe(1);
  });

  test("does not mistake a name beyond ASCII for one that it lower-cases to", () => {
    const head = completeHead("GET / HTTP/1.1\r\nHost: a\r\nkey: 1\r\n\r\n");
    // U+212A, the sign for kelvin.
    expect(head.find("\u212aey")).toBe(-1);
    expect(head.find("key")).toBe(1);
  });
});

describe("a head that is not complete, or never will be,", () => {
  test.each<[where: string, text: string, expected: Partial<ReturnType<typeof requestParts>>]>([
    ["before anything has come", "", {}],
    ["after an empty line", "\r\n", {}],
    ["in the method", "\r\nPOS", { requestLine: "POS" }],
    ["after the method", "POST ", { method: "POST", requestLine: "POST " }],
    ["in the target", "POST /x", { method: "POST", requestLine: "POST /x" }],
    ["after the target", "POST /x ", { method: "POST", target: "/x", path: "/x", requestLine: "POST /x " }],
    [
      "in the version",
      "POST /x HTTP/",
      { method: "POST", target: "/x", path: "/x", requestLine: "POST /x HTTP/" },
    ],
    [
      "in the fields",
      "POST /x HTTP/1.1\r\nHost: a",
      { method: "POST", target: "/x", path: "/x", requestLine: "POST /x HTTP/1.1" },
    ],
  ])("gives what has come of it %s, and nothing of what lies around it", (_where, text, expected) => {
    const { head, outcome } = parsed(text);
    expect(outcome).toBe(HeadOutcome.INCOMPLETE);
    expect(requestParts(head)).toEqual({ method: "", target: "", path: "", requestLine: "", ...expected });
  });

  test.each<[what: string, text: string, expected: Partial<ReturnType<typeof requestParts>>]>([
    ["a method that is none", "G(T /x HTTP/1.1\r\nHost: a\r\n\r\n", { requestLine: "G(T /x HTTP/1.1" }],
    ["no version", "GET /x\r\n", { method: "GET", target: "/x", path: "/x", requestLine: "GET /x" }],
    [
      "a target that is none",
      "GET /x\0y HTTP/1.1\r\nHost: a\r\n\r\n",
      { method: "GET", target: "/x", path: "/x", requestLine: "GET /x\0y HTTP/1.1" },
    ],
    [
      "a target of a wrong form",
      "GET x HTTP/1.1\r\nHost: a\r\n\r\n",
      { method: "GET", target: "x", path: "x", requestLine: "GET x HTTP/1.1" },
    ],
    [
      "another version",
      "GET /x HTTP/2.0\r\nHost: a\r\n\r\n",
      { method: "GET", target: "/x", path: "/x", requestLine: "GET /x HTTP/2.0" },
    ],
    [
      "a bare LF",
      "GET /x HTTP/1.1\nHost: a\n\n",
      { method: "GET", target: "/x", path: "/x", requestLine: "GET /x HTTP/1.1" },
    ],
    [
      "a bad field",
      "GET /x HTTP/1.1\r\nHost : a\r\n\r\n",
      { method: "GET", target: "/x", path: "/x", requestLine: "GET /x HTTP/1.1" },
    ],
  ])("gives the request line of one with %s", (_what, text, expected) => {
    const { head, outcome } = parsed(text);
    expect(outcome).toBe(HeadOutcome.FAILED);
    expect(requestParts(head)).toEqual({ method: "", target: "", path: "", requestLine: "", ...expected });
  });

  test("shows no more than 1 KiB of a broken request line", () => {
    const { head, outcome } = parsed(`${"M".repeat(2000)}(`);
    expect(outcome).toBe(HeadOutcome.FAILED);
    expect(head.requestLine()).toBe("M".repeat(1024));
  });

  test("gives nothing of the request before it", () => {
    const head = completeHead("DELETE http://b/secret HTTP/1.1\r\nHost: a\r\nX: secret\r\n\r\n");
    head.reset();
    expect(requestParts(head)).toEqual({ method: "", target: "", path: "", requestLine: "" });
    const bytes = bytesOf("GET /open HTTP/1.1\r\nX : y\r\n");
    expect(parseHead(head, bytes, 0, bytes.length, DEFAULT_HEAD_LIMITS)).toBe(HeadOutcome.FAILED);
    expect(requestParts(head)).toEqual({
      method: "GET",
      target: "/open",
      path: "/open",
      requestLine: "GET /open HTTP/1.1",
    });
    expect(head.fieldCount).toBe(0);
  });
});

describe("a head that is new", () => {
  test("says nothing", () => {
    const head = new RequestHead();
    expect(requestParts(head)).toEqual({ method: "", target: "", path: "", requestLine: "" });
    expect(head.find("host")).toBe(-1);
    expect(head.failure).toBe(Failure.NONE);
  });

  test("is what a used one is after reset(), but for its table of fields", () => {
    const { head: used } = parsed(
      `POST http://b/x HTTP/1.1\r\nHost: a\r\nExpect: x\r\nConnection: y\r\nContent-Length: 7\r\n${"A: b\r\n".repeat(90)}\r\n`,
    );
    used.reset();
    const fresh = new RequestHead();
    expect({ ...used, offsets: null }).toEqual({ ...fresh, offsets: null });
    expect(used.offsets.length).toBeGreaterThan(fresh.offsets.length);
  });
});

describe("grow()", () => {
  test("doubles the room and keeps what is in it", () => {
    const head = new RequestHead();
    const before = head.offsets.map((_, index) => index + 1);
    head.offsets.set(before);
    head.grow();
    expect(head.offsets.length).toBe(before.length * 2);
    expect(head.offsets.subarray(0, before.length)).toEqual(before);
  });
});

describe("isSelective", () => {
  const isSelective = (...fields: string[]) =>
    completeHead(`GET / HTTP/1.1\r\n${["Host: a", ...fields].join("\r\n")}\r\n\r\n`).isSelective;

  test.each([
    "Range",
    "range",
    "RANGE",
    "If-Match",
    "if-none-match",
    "IF-MODIFIED-SINCE",
    "If-Unmodified-Since",
    "If-Range",
    "If-",
  ])("%s chooses what is to be answered, wherever it stands", (name) => {
    expect(isSelective(`${name}: x`)).toBe(true);
    expect(isSelective("Accept: */*", "Referer: b", `${name}: x`, "I: c")).toBe(true);
  });

  test.each(["Ranges", "Rang", "R", "Referer", "I", "If", "Iff-Match", "X-If-Match", "X-Range", "IfxMatch"])(
    "%s does not",
    (name) => {
      expect(isSelective(`${name}: range if-match`)).toBe(false);
    },
  );

  test("is not what a new head is, nor one that is used again", () => {
    const head = completeHead("GET / HTTP/1.1\r\nHost: a\r\nRange: x\r\n\r\n");
    head.reset();
    expect([head.isSelective, new RequestHead().isSelective]).toEqual([false, false]);
  });
});
