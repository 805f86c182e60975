import { expect, test } from "bun:test";
import { HTTPMethod } from "../../src/protocol/method.ts";

test("HTTPMethod has Python's nine methods, each its own name", () => {
  expect(HTTPMethod as Record<string, string>).toEqual({
    CONNECT: "CONNECT",
    DELETE: "DELETE",
    GET: "GET",
    HEAD: "HEAD",
    OPTIONS: "OPTIONS",
    PATCH: "PATCH",
    POST: "POST",
    PUT: "PUT",
    TRACE: "TRACE",
  });
});
