/** What scripts are told by their environment and their command line. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { CGIHTTPRequestHandler, HTTPServer } from "../../../src/index.ts";
import { exchange, parseResponse } from "../../support/client.ts";
import { decodeResponse, decodeResponses } from "../../support/decode.ts";
import { type ScriptSite, type ScriptSiteOptions, serveScripts, TEXT } from "../../support/scripts.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

/** Those that the shell of the script makes. */
const OF_THE_SHELL = ["PWD", "OLDPWD", "SHLVL", "_"];
const SHOW = `${TEXT} exec env`;

type Variables = Readonly<Record<string, string>>;

function variablesIn(body: string): Variables {
  const variables = body.split("\n").filter((line) => line !== "");
  return Object.fromEntries(
    variables
      .map((line): [string, string] => {
        const [name = "", ...value] = line.split("=");
        return [name, value.join("=")];
      })
      .filter(([name]) => !OF_THE_SHELL.includes(name)),
  );
}

async function environment(
  line: string,
  fields: readonly string[] = [],
  options: ScriptSiteOptions = {},
): Promise<Variables> {
  await using site = await serveScripts({ show: SHOW }, options);
  return variablesIn((await site.ask(line, ...fields)).body);
}

/** What is in all environments, whatever is asked. */
function always({ port, tree }: ScriptSite): Variables {
  const own = ["PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SYSTEMROOT"];
  const inherited = own.filter((name) => process.env[name] !== undefined);
  void tree;
  return {
    ...Object.fromEntries(inherited.map((name) => [name, process.env[name]!])),
    GATEWAY_INTERFACE: "CGI/1.1",
    HTTP_HOST: "test",
    REMOTE_ADDR: "127.0.0.1",
    REMOTE_HOST: "127.0.0.1",
    SERVER_NAME: "test",
    SERVER_PORT: String(port),
    SERVER_PROTOCOL: "HTTP/1.1",
    SERVER_SOFTWARE: `${CGIHTTPRequestHandler.server_version} ${CGIHTTPRequestHandler.sys_version}`,
  };
}

describe("the environment of a script", () => {
  test("is exactly what RFC 3875 says, and a few of the server's own", async () => {
    process.env.SECRET_OF_THE_SERVER = "1";
    await using site = await serveScripts({ "sub/show": SHOW });
    const fields = ["Content-Type: a/b", "Content-Length: 2", "X-One: 1", "Accept: */*", "", "ab"];
    const { REMOTE_PORT, ...variables } = variablesIn(
      (await site.ask("POST /cgi-bin/sub/show/a%20b/c?x=%20+y", ...fields)).body,
    );
    delete process.env.SECRET_OF_THE_SERVER;
    expect(REMOTE_PORT).toMatch(/^[0-9]+$/);
    expect(variables).toEqual({
      ...always(site),
      CONTENT_LENGTH: "2",
      CONTENT_TYPE: "a/b",
      HTTP_ACCEPT: "*/*",
      HTTP_X_ONE: "1",
      PATH_INFO: "/a b/c",
      PATH_TRANSLATED: site.tree.path("a b/c"),
      QUERY_STRING: "x=%20+y",
      REQUEST_METHOD: "POST",
      REQUEST_URI: "/cgi-bin/sub/show/a%20b/c?x=%20+y",
      SCRIPT_NAME: "/cgi-bin/sub/show",
    });
  });

  test("is exactly as much for a request that says nothing", async () => {
    await using site = await serveScripts({ show: SHOW });
    const { REMOTE_PORT, ...variables } = variablesIn((await site.ask("GET /cgi-bin/show")).body);
    expect(variables).toEqual({
      ...always(site),
      PATH_INFO: "",
      QUERY_STRING: "",
      REQUEST_METHOD: "GET",
      REQUEST_URI: "/cgi-bin/show",
      SCRIPT_NAME: "/cgi-bin/show",
    });
  });

  test("has a PATH where the server has none", async () => {
    const before = process.env.PATH;
    delete process.env.PATH;
    try {
      const path = await environment("GET /cgi-bin/show");
      expect(path.PATH).toBe("/usr/local/bin:/usr/bin:/bin");
    } finally {
      process.env.PATH = before;
    }
  });

  test.each<[string, string[], Variables]>([
    ["Proxy (httpoxy)", ["Proxy: http://evil.example", "proxy: x"], {}],
    ["Proxy_ and other names with an underscore", ["X_User: root", "Pro_xy: x", "_: x"], {}],
    ["names with other odd characters", ["X.User: root", "X!: 1", "BASH_FUNC_x%%: () { :; }"], {}],
    [
      "fields about the connection",
      ["Keep-Alive: 1", "TE: trailers", "Upgrade: h2c", "Proxy-Authorization: x"],
      {},
    ],
  ])("has nothing of %s", async (_, fields, more) => {
    const variables = await environment("GET /cgi-bin/show", fields);
    const told = Object.entries(variables).filter(
      ([name]) => name.startsWith("HTTP_") && name !== "HTTP_HOST",
    );
    expect(Object.fromEntries(told)).toEqual(more);
  });

  test.each<[string, string[], string, string]>([
    ["repeated fields", ["X-A: 1", "x-a: 2", "X-A: 3"], "HTTP_X_A", "1, 2, 3"],
    ["repeated cookies", ["Cookie: a=1", "cookie: b=2"], "HTTP_COOKIE", "a=1; b=2"],
    [
      "credentials that the server does not look at",
      ["Authorization: Basic YTpi"],
      "HTTP_AUTHORIZATION",
      "Basic YTpi",
    ],
    ["bytes that are UTF-8 as they are", ["X-A: \u00c3\u00a9"], "HTTP_X_A", "\u00c3\u00a9"],
    ["bytes that are not as Latin-1", ["X-A: \u00e9"], "HTTP_X_A", "\u00c3\u00a9"],
    [
      "what shells would make something of",
      ["X-A: () { :; }; echo $(id)"],
      "HTTP_X_A",
      "() { :; }; echo $(id)",
    ],
  ])("has %s", async (_, fields, name, value) => {
    expect((await environment("GET /cgi-bin/show", fields))[name]).toBe(value);
  });

  test("names as the user nobody whom a subclass has let in unasked", async () => {
    class PartlyOpen extends CGIHTTPRequestHandler {
      override admitRequest(): boolean | Promise<boolean> {
        return this.path.startsWith("/cgi-bin/show/open") || super.admitRequest();
      }
    }
    await using site = await serveScripts({ show: SHOW }, { auth: "ada:secret", Handler: PartlyOpen });
    const asked = (target: string, credentials: string, connection: string) =>
      `GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${btoa(credentials)}\r\nConnection: ${connection}\r\n\r\n`;
    const requests =
      asked("/cgi-bin/show", "ada:secret", "keep-alive") +
      asked("/cgi-bin/show/open", "ada:wrong", "keep-alive") +
      asked("/cgi-bin/show", "ada:wrong", "close");
    const answers = decodeResponses(await exchange(site.port, requests));
    const users = answers.map(({ status, body }) => [status, variablesIn(body).REMOTE_USER]);
    expect(users).toEqual([
      [200, "ada"],
      [200, undefined],
      [401, undefined],
    ]);
  });

  test("names as the user nobody who merely says so", async () => {
    const variables = await environment("GET /cgi-bin/show", [`Authorization: Basic ${btoa("ada:x")}`]);
    expect([variables.REMOTE_USER, variables.AUTH_TYPE]).toEqual([undefined, undefined]);
  });

  test("names whom the server has let in, and keeps the password to itself", async () => {
    const fields = [`Authorization: Basic ${btoa("ada:secret")}`];
    const variables = await environment("GET /cgi-bin/show", fields, { auth: "ada:secret" });
    expect([variables.REMOTE_USER, variables.AUTH_TYPE, variables.HTTP_AUTHORIZATION]).toEqual([
      "ada",
      "Basic",
      undefined,
    ]);
  });

  test("has what the class adds, before all else", async () => {
    const env = { GIT_PROJECT_ROOT: "/srv/git", SERVER_NAME: "own", HTTP_X_A: "own" };
    expect(await environment("GET /cgi-bin/show", ["X-A: 1"], { env })).toMatchObject(env);
  });

  test.each<[string, string, string]>([
    ["a host with a port", "example.org:8080", "example.org"],
    ["an address", "192.0.2.1:80", "192.0.2.1"],
    ["an address of IPv6, in brackets", "[2001:db8::1]:80", "[2001:db8::1]"],
    ["nothing: the bound one", "", "127.0.0.1"],
  ])("has the host that was asked for: %s", async (_, host, name) => {
    await using site = await serveScripts({ show: SHOW });
    const request = `GET /cgi-bin/show HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    expect(variablesIn(decodeResponse(await exchange(site.port, request)).body).SERVER_NAME).toBe(name);
  });

  test("has that of an absolute target, and only its path", async () => {
    await using site = await serveScripts({ show: SHOW });
    const request = "GET http://a.example/cgi-bin/show?q HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n";
    const variables = variablesIn(decodeResponse(await exchange(site.port, request)).body);
    expect([variables.SERVER_NAME, variables.HTTP_HOST, variables.REQUEST_URI]).toEqual([
      "a.example",
      "a.example",
      "/cgi-bin/show?q",
    ]);
  });

  test("says of a server with a certificate that it speaks TLS", async () => {
    await using site = await serveScripts({ show: SHOW });
    class Certified extends HTTPServer {
      readonly certfile = "cert.pem";
    }
    const Handler = CGIHTTPRequestHandler.with({ directory: site.tree.root });
    class Quiet extends Handler {
      override log_message(): void {}
    }
    await using server = new Certified(["127.0.0.1", 0], Quiet);
    void server.serve_forever();
    const request = "GET /cgi-bin/show HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    expect(variablesIn(decodeResponse(await exchange(server.server_port, request)).body).HTTPS).toBe("on");
    expect(variablesIn((await site.ask("GET /cgi-bin/show")).body).HTTPS).toBeUndefined();
  });
});

describe("the arguments of a script", () => {
  const ARGUMENTS = `${TEXT} for word; do echo "$word"; done`;

  test.each<[string, string, string[]]>([
    ["the words of a query", "one+two", ["one", "two"]],
    ["them decoded", "a%20b+%2fetc+%C3%A9+a%2Bb", ["a b", "/etc", "\u00c3\u00a9", "a+b"]],
    ["what a shell would run, as it is", "$(id)+;ls+`id`+*", ["$(id)", ";ls", "`id`", "*"]],
    ["none of a form", "a=1+b", []],
    ["one with an encoded =", "a%3D1", ["a=1"]],
    ["none where there is no query", "", []],
    ["none where one would be an option (CVE-2012-1823)", "-d+allow_url_include", []],
    ["none where one would be an option, encoded", "a+%2Dd", []],
    ["none where one is empty", "a++b", []],
    ["none where one holds NUL", "a+%00", []],
    ["none where one is not UTF-8", "a+%ff", []],
    ["none where they are very many", Array(101).fill("a").join("+"), []],
  ])("are %s", async (_, query, words) => {
    await using site = await serveScripts({ arguments: ARGUMENTS });
    const { body } = await site.ask(`GET /cgi-bin/arguments?${query}`);
    expect(body.split("\n").slice(0, -1)).toEqual(words);
  });

  test("are there for GET and HEAD alone", async () => {
    await using site = await serveScripts({ count: 'echo "X-Count: $#"; echo "Content-Type: a/b"; echo' });
    const count = async (method: string, ...rest: string[]) =>
      parseResponse(await site.askRaw(`${method} /cgi-bin/count?a+b`, ...rest)).headers.get("x-count");
    expect([await count("GET"), await count("HEAD"), await count("POST", "Content-Length: 0")]).toEqual([
      "2",
      "2",
      "0",
    ]);
  });
});
