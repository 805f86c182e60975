import { describe, expect, test } from "bun:test";
import type { HTTPMessage } from "../../src/index.ts";
import { exchange } from "../support/client.ts";
import { observe, request } from "../support/observed-server.ts";

/** The message that a request with these fields, and a Host field before them, has. */
async function messageOf(fields: readonly string[]): Promise<HTTPMessage> {
  let message: HTTPMessage | undefined;
  await using server = observe((handler) => {
    message = handler.headers;
    handler.send_response(204);
    handler.end_headers();
  });
  await exchange(server.port, request("GET / HTTP/1.1", fields));
  return message!;
}

describe("HTTPMessage", () => {
  const FIELDS = ["X-One: 1", "x-two:  a  ", "X-ONE: 3", "X-Empty:", "X-Latin: \xfc"];
  const ITEMS: [string, string][] = [
    ["Host", "test"],
    ["X-One", "1"],
    ["x-two", "a"],
    ["X-ONE", "3"],
    ["X-Empty", ""],
    ["X-Latin", "\xfc"],
  ];

  test("get() gives the first value, whatever the case of the name (HDR-8, HDR-9)", async () => {
    const headers = await messageOf(FIELDS);
    expect(headers.get("x-one")).toBe("1");
    expect(headers.get("X-TWO")).toBe("a");
    expect(headers.get("X-Empty")).toBe("");
    expect(headers.get("X-Latin")).toBe("\xfc");
  });

  test("get() gives null, or what it is told to, where there is no such field", async () => {
    const headers = await messageOf(FIELDS);
    expect(headers.get("X-None")).toBeNull();
    expect(headers.get("X-None", "fallback")).toBe("fallback");
    expect(headers.get("X-None", 0)).toBe(0);
    expect(headers.get("X-One", "fallback")).toBe("1");
  });

  test("get_all() gives every value in order", async () => {
    const headers = await messageOf(FIELDS);
    expect(headers.get_all("X-One")).toEqual(["1", "3"]);
    expect(headers.get_all("X-None")).toBeNull();
    expect(headers.get_all("X-None", [])).toEqual([]);
  });

  test("has() says whether there is a field, an empty one too", async () => {
    const headers = await messageOf(FIELDS);
    expect(["x-empty", "X-ONE", "X-None", "X-On"].map((name) => headers.has(name))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("keys(), values(), items(), length and iteration keep order, spelling and repeats", async () => {
    const headers = await messageOf(FIELDS);
    expect(headers.length).toBe(6);
    expect(headers.keys()).toEqual(ITEMS.map(([name]) => name));
    expect(headers.values()).toEqual(ITEMS.map(([, value]) => value));
    expect(headers.items()).toEqual(ITEMS);
    expect([...headers]).toEqual(ITEMS);
  });

  test("toHeaders() gives web Headers, repeated fields joined", async () => {
    const headers = (await messageOf(FIELDS)).toHeaders();
    expect(headers).toBeInstanceOf(Headers);
    expect([headers.get("x-one"), headers.get("host")]).toEqual(["1, 3", "test"]);
  });

  test("String() gives the fields as lines, as Python's str() does", async () => {
    expect(String(await messageOf(["A: 1", "B: 2"]))).toBe("Host: test\nA: 1\nB: 2\n\n");
  });

  test("a name that is one only in Unicode is another", async () => {
    const headers = await messageOf(["X-K: kelvin"]);
    expect(headers.has("X-\u212a")).toBe(false);
  });
});
