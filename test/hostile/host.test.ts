/** Host (RFC 9112 3.2): exactly one valid one in HTTP/1.1. Two servers must not see two sites in one request. */

import { describe, expect, test } from "bun:test";
import { exchange } from "../support/client.ts";
import { observe } from "../support/observed-server.ts";
import { accepted, byteName, closing, EVERY_BYTE, refused, type WireCase } from "./support/cases.ts";
import { Wire } from "./support/wire.ts";

const wire = new Wire();

const head = (lines: string, version = "1.1"): string => `GET / HTTP/${version}\r\n${lines}\r\n`;
const hosted = (value: string): string => head(`Host: ${value}\r\n`);
const bad = (name: string, value: string): WireCase => refused(name, hosted(value));

wire.testEach("Host is refused when it is", [
  refused("missing in HTTP/1.1", head("")),
  refused("missing in HTTP/1.2", head("", "1.2")),
  refused("missing beside other fields", head("Hosts: test\r\nX-Host: test\r\n")),
  { ...refused("missing in a HEAD request", "HEAD / HTTP/1.1\r\n\r\n"), methods: ["HEAD"] },
  refused("there twice", head("Host: a\r\nHost: b\r\n")),
  refused("there twice, with equal values", head("Host: a\r\nHost: a\r\n")),
  refused("there twice, in different case", head("Host: a\r\nhOST: b\r\n")),
  refused("there twice, one of them empty", head("Host:\r\nHost: a\r\n")),
  refused("there twice, far apart", head(`Host: a\r\n${"X: y\r\n".repeat(50)}Host: a\r\n`)),
  refused("there twice in HTTP/1.0", head("Host: a\r\nHost: a\r\n", "1.0")),
  refused("there three times", head("Host: a\r\nHost: a\r\nHost: a\r\n")),
  refused("invalid in HTTP/1.0", head("Host: a b\r\n", "1.0")),
  bad("two names", "a b"),
  bad("a name with a path", "a/b"),
  bad("a name with a query", "a?b"),
  bad("a name with a fragment", "a#b"),
  bad("a name with a backslash", "a\\b"),
  bad("a URI", "http://a"),
  bad("a name with user information", "u:p@a"),
  bad("a name with an empty user", "@a"),
  bad("a name in quotes", '"a"'),
  bad("a name with markup", "<script>"),
  bad("a name in UTF-8", "\xc3\xbc.test"),
  bad("a name with NBSP behind it", "a\xa0"),
  bad("a name with a bad escape", "%zz"),
  bad("a name with half an escape", "a%4"),
  bad("a port alone", ":80"),
  bad("a colon alone", ":"),
  bad("a name with two ports", "a:80:80"),
  bad("a name with letters for a port", "a:80x"),
  bad("a name with a signed port", "a:+80"),
  bad("a name with a negative port", "a:-80"),
  bad("a name with a port beyond 65535", "a:65536"),
  bad("a name with a port that wraps to 80", "a:4294967376"),
  bad("a name with a blank before the port", "a :80"),
  bad("a name with a blank behind the colon", "a: 80"),
  bad("an open bracket", "[::1"),
  bad("a closing bracket", "::1]"),
  bad("an IPv6 address without brackets", "::1"),
  bad("nothing in brackets", "[]"),
  bad("a name in brackets", "[a]"),
  bad("an IPv4 address in brackets", "[127.0.0.1]"),
  bad("an IPv6 address that is too long", "[1:2:3:4:5:6:7:8:9]"),
  bad("an IPv6 address with two gaps", "[1::2::3]"),
  bad("an IPv6 address with a zone", "[fe80::1%eth0]"),
  bad("an IPv6 address with a name behind it", "[::1]a"),
]);

wire.testEach("Host is taken when it is", [
  accepted("a name", hosted("test"), "GET /"),
  accepted("a name and a port", hosted("test:8000"), "GET /"),
  accepted("a name and an empty port", hosted("test:"), "GET /"),
  accepted("a name in capitals", hosted("TEST"), "GET /"),
  accepted("a name with a dot at its end", hosted("test."), "GET /"),
  accepted("a name with an underscore", hosted("my_test"), "GET /"),
  accepted("a name with an escape", hosted("t%65st"), "GET /"),
  accepted("a name of sub-delims", hosted("a,b;c=!$&'()*+"), "GET /"),
  accepted("an IPv4 address", hosted("127.0.0.1:80"), "GET /"),
  accepted("an IPv6 address", hosted("[::1]"), "GET /"),
  accepted("an IPv6 address and a port", hosted("[2001:DB8::1]:8000"), "GET /"),
  accepted("an IPv6 address that ends like IPv4", hosted("[::ffff:127.0.0.1]"), "GET /"),
  accepted("an address yet to come", hosted("[v1.a:b]"), "GET /"),
  accepted("empty, as of a target without an authority", hosted(""), "GET /"),
  accepted("blanks", hosted(" \t "), "GET /"),
  accepted("between blanks", head("Host:\t test \t\r\n"), "GET /"),
  accepted("in any case", head("hOsT: test\r\n"), "GET /"),
  closing("missing in HTTP/1.0", head("", "1.0"), "GET /"),
]);

describe("a host in the target", () => {
  const seen = async (bytes: string): Promise<unknown[]> => {
    const hosts: unknown[] = [];
    await using server = observe((handler) => {
      const { headers, path } = handler;
      hosts.push([path, headers.get("Host"), headers.get_all("host"), headers.toHeaders().get("host")]);
      handler.send_response(204);
      handler.end_headers();
    });
    await exchange(server.port, bytes);
    return hosts;
  };

  test("is the request's, whatever Host says (RFC 9112 3.2.2)", async () => {
    for (const host of ["evil.test", "good.test:8000", ""]) {
      for (const target of ["http://good.test/a", "HTTPS://good.test?a", "http://good.test"]) {
        const bytes = `GET ${target} HTTP/1.1\r\nX: y\r\nHost: ${host}\r\n\r\n`;
        const path = target.slice(target.toLowerCase().indexOf("good.test") + "good.test".length);
        const expected = [path.startsWith("/") ? path : `/${path}`, "good.test", ["good.test"], "good.test"];
        expect(await seen(bytes + bytes)).toEqual([expected, expected]);
      }
    }
  });

  test("does not make up for a bad Host", async () => {
    expect(await seen("GET http://good.test/ HTTP/1.1\r\nHost: a b\r\n\r\n")).toEqual([]);
    expect(await seen("GET http://good.test/ HTTP/1.1\r\n\r\n")).toEqual([]);
  });

  test("in the path or the query is none", async () => {
    expect(await seen(head("Host: test\r\n").replace("/", "/http://evil.test/?http://evil.test/"))).toEqual([
      ["/http://evil.test/?http://evil.test/", "test", ["test"], "test"],
    ]);
  });
});

describe("each of the 256 bytes", () => {
  test("is refused in a name unless RFC 3986 has it there", async () => {
    await wire.checkAll(
      EVERY_BYTE.map((char) => {
        const bytes = hosted(`a${char}1`);
        const isAllowed = /[-._~!$&'()*+,;=0-9A-Za-z:]/.test(char);
        return isAllowed ? accepted(byteName(char), bytes, "GET /") : refused(byteName(char), bytes);
      }),
    );
  });
});
