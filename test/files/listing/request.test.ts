import { describe, expect, test } from "bun:test";
import { preferredFormat, requestedOrder } from "../../../src/files/listing/request.ts";

describe("requestedOrder() takes from the query", () => {
  const cases: [target: string, order: string][] = [
    ["/", "name asc"],
    ["/?", "name asc"],
    ["/?sort=name", "name asc"],
    ["/?sort=name&order=desc", "name desc"],
    ["/?sort=size", "size desc"],
    ["/?sort=size&order=asc", "size asc"],
    ["/?order=asc&sort=date", "date asc"],
    ["/?sort=date&order=sideways", "date desc"],
    ["/?sort=%73ize&order=asc", "size asc"],
    ["/?sort=size&sort=name", "size desc"],
    ["/?sort=size#?sort=name", "size desc"],
    ["/#?sort=size", "name asc"],
    ["/sort=size", "name asc"],
    ["/?order=desc", "name asc"],
    ["/?sort=Size", "name asc"],
    ["/?sort=__proto__", "name asc"],
    ["/?sort=%FF%00&order=desc", "name asc"],
  ];
  test.each(cases)("%s: %s", (target, order) => {
    const { key, isDescending } = requestedOrder(target);
    expect(`${key} ${isDescending ? "desc" : "asc"}`).toBe(order);
  });
});

describe("preferredFormat() takes from Accept", () => {
  const cases: [accept: string | null, format: string][] = [
    [null, "html"],
    ["", "html"],
    ["*/*", "html"],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"],
    ["application/json", "json"],
    ["APPLICATION/JSON", "json"],
    ["text/plain", "text"],
    ["text/plain;charset=utf-8", "text"],
    ["application/*", "json"],
    ["text/*", "html"],
    ["application/json, */*", "html"],
    ["application/json, */*;q=0.5", "json"],
    ["text/html;q=0.5, application/json;q=0.6", "json"],
    ["text/html;q=0.6 , application/json; q=0.5", "html"],
    ["application/json;q=0.7,text/plain;q=0.8", "text"],
    ["text/plain, application/json", "json"],
    ["text/html;q=0, */*", "json"],
    ["text/html;q=0, application/json;q=0, text/*;q=0.1", "text"],
    ["*/*;q=0", "html"],
    ["image/png", "html"],
    ["application/json;q=2", "html"],
    ["application/json;q=0.1234", "html"],
    ["application/json;q=", "html"],
    ["application/json;v=1;q=0.9, text/html;q=0.8", "json"],
    ["json", "html"],
    ["application/json text/plain", "html"],
    [",,application/json,,", "json"],
  ];
  test.each(cases)("%p: %s", (accept, format) => {
    expect(preferredFormat(accept)).toBe(format as never);
  });
});
