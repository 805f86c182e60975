import { describe, expect, test } from "bun:test";
import { Passwords } from "../../src/files/passwords.ts";
import { basicChallenge, basicCredentials } from "../../src/handler/authentication.ts";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";
import { exchange, RawClient } from "../support/client.ts";
import { fieldLines, QuietHandler, serveTree } from "./support/site.ts";

const FILES = { "a.txt": "secret file", "sub/b.txt": "b", "404.html": "secret page" };
const CHEAP = { algorithm: "bcrypt", cost: 4 } as const;

function basic(pair: string): string {
  return `Authorization: Basic ${Buffer.from(pair).toString("base64")}`;
}

/** A handler that counts how often a path is looked for on the disk. */
function countingHandler() {
  const counts = { translated: 0 };
  class Handler extends QuietHandler {
    override translate_path(path: string): string {
      counts.translated++;
      return super.translate_path(path);
    }
    do_PATCH(): void {
      this.send_response(200);
      this.end_headers();
    }
  }
  return { counts, Handler };
}

describe("auth", () => {
  test.each([
    ["no credentials", []],
    ["another password", [basic("ada:wrong")]],
    ["another user", [basic("bob:secret")]],
    ["a password without a user", [basic("secret")]],
    ["nothing in base64", ["Authorization: Basic"]],
    ["what is not base64", ["Authorization: Basic a:b"]],
    ["another scheme", [`Authorization: Bearer ${btoa("ada:secret")}`]],
    ["credentials twice", [basic("ada:secret"), basic("ada:secret")]],
    ["credentials behind wrong ones", [basic("ada:wrong"), basic("ada:secret")]],
    ["two credentials in one field", [`${basic("ada:secret")}, ${btoa("ada:secret")}`]],
    ["a password with a NUL behind it", [basic("ada:secret\0")]],
    ["a proxy's credentials", [basic("ada:secret").replace("Authorization", "Proxy-Authorization")]],
  ])("turns away %s", async (_, fields) => {
    const { counts, Handler } = countingHandler();
    await using site = await serveTree(FILES, { auth: "ada:secret" }, Handler);
    const answer = await site.get("/a.txt", ...fields);
    expect([answer.status, answer.reason]).toEqual([401, "Unauthorized"]);
    expect(fieldLines(answer, "www-authenticate")).toEqual([
      'WWW-Authenticate: Basic realm="basehttp", charset="UTF-8"',
    ]);
    expect(answer.body).toContain("Error code: 401");
    expect(counts.translated).toBe(0);
  });

  test("lets in who has the password, and shows no challenge then", async () => {
    await using site = await serveTree(FILES, { auth: "ada:secret" });
    const answer = await site.get("/a.txt", basic("ada:secret"));
    expect([answer.status, answer.body, fieldLines(answer, "www-")]).toEqual([200, "secret file", []]);
    const lowerCase = await site.get("/a.txt", basic("ada:secret").replace("Basic", "bASIC "));
    expect(lowerCase.status).toBe(200);
    expect((await site.get("/missing", basic("ada:secret"))).body).toBe("secret page");
  });

  test("is asked for whatever the method and the path are", async () => {
    const { counts, Handler } = countingHandler();
    await using site = await serveTree(FILES, { auth: "ada:secret" }, Handler);
    for (const [method, target] of [
      ["GET", "/"],
      ["GET", "/missing"],
      ["GET", "/.git/config"],
      ["GET", "/a%00"],
      ["GET", "/sub"],
      ["HEAD", "/a.txt"],
      ["PATCH", "/a.txt"],
      ["DELETE", "/a.txt"],
      ["OPTIONS", "/a.txt"],
      ["OPTIONS", "*"],
    ] as const) {
      const answer = await site.ask(method, target, "Content-Length: 0");
      expect([method, target, answer.status, answer.body.includes("secret")]).toEqual([
        method,
        target,
        401,
        false,
      ]);
    }
    expect(counts.translated).toBe(0);
    expect((await site.ask("PATCH", "/a.txt", "Content-Length: 0", basic("ada:secret"))).status).toBe(200);
    expect((await site.ask("DELETE", "/a.txt", basic("ada:secret"))).status).toBe(501);
  });

  test("is asked for again in each request of a connection", async () => {
    await using site = await serveTree(FILES, { auth: "ada:secret" });
    const get = (field: string) => `GET /a.txt HTTP/1.1\r\nHost: x\r\n${field}\r\n\r\n`;
    const answers = await exchange(
      site.port,
      get(basic("ada:secret")) + get("X: y") + get(basic("ada:secret")),
    );
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 401", "HTTP/1.1 200"]);
  });

  test("is not asked for in a preflight, which cannot have it, but in what follows", async () => {
    const { counts, Handler } = countingHandler();
    await using site = await serveTree(FILES, { auth: "ada:secret", cors: "https://one.example" }, Handler);
    const origin = "Origin: https://one.example";
    const preflight = await site.ask(
      "OPTIONS",
      "/a.txt",
      origin,
      "Access-Control-Request-Method: GET",
      "Access-Control-Request-Headers: authorization",
    );
    expect([preflight.status, ...fieldLines(preflight, "access-control-allow-headers")]).toEqual([
      204,
      "Access-Control-Allow-Headers: authorization",
    ]);
    const turnedAway = await site.get("/a.txt", origin);
    expect([turnedAway.status, ...fieldLines(turnedAway, "access-control-allow", "www-")]).toEqual([
      401,
      "Access-Control-Allow-Origin: https://one.example",
      'WWW-Authenticate: Basic realm="basehttp", charset="UTF-8"',
    ]);
    expect(counts.translated).toBe(0);
  });

  test("is asked for in what looks like a preflight where there is no cors", async () => {
    await using site = await serveTree(FILES, { auth: "ada:secret" });
    const fields = ["Origin: null", "Access-Control-Request-Method: GET"];
    expect((await site.ask("OPTIONS", "/a.txt", ...fields)).status).toBe(401);
  });

  test("calls the place by its realm", async () => {
    await using site = await serveTree(FILES, { auth: "ada:secret", authRealm: 'The "Vault" \\o/' });
    expect(fieldLines(await site.get("/a.txt"), "www-")).toEqual([
      'WWW-Authenticate: Basic realm="The \\"Vault\\" \\\\o/", charset="UTF-8"',
    ]);
  });

  test("keeps shared caches from keeping what is behind it", async () => {
    await using site = await serveTree(FILES, { auth: "ada:secret", cache: 60 });
    expect(fieldLines(await site.get("/a.txt", basic("ada:secret")), "cache-control")).toEqual([
      "Cache-Control: private, max-age=60",
    ]);
  });

  test("tells nobody to send a body who is not let in", async () => {
    const { Handler } = countingHandler();
    await using site = await serveTree(FILES, { auth: "ada:secret" }, Handler);
    const patch = ["PATCH / HTTP/1.1", "Host: x", "Content-Length: 5", "Expect: 100-continue"];
    await using stranger = await RawClient.connect(site.port);
    stranger.send([...patch, "", ""].join("\r\n"));
    const refused = await stranger.untilClosed();
    expect(refused).toStartWith("HTTP/1.1 401 Unauthorized\r\n");
    expect(refused).toContain("WWW-Authenticate: Basic");

    await using guest = await RawClient.connect(site.port);
    guest.send([...patch, basic("ada:secret"), "Connection: close", "", ""].join("\r\n"));
    await guest.until((received) => received.startsWith("HTTP/1.1 100 Continue\r\n\r\n"));
    guest.send("hello");
    expect(await guest.untilClosed()).toContain("HTTP/1.1 200 OK");
  });

  test("has no part in the log", async () => {
    const lines: string[] = [];
    class Handler extends SimpleHTTPRequestHandler {
      override log_message(template: string, ...args: unknown[]): void {
        lines.push([template, ...args].join(" "));
      }
    }
    await using site = await serveTree(FILES, { auth: "ada:secret" }, Handler);
    await site.get("/a.txt", basic("ada:secret"));
    await site.get("/a.txt", basic("ada:wrong"));
    expect(lines).toHaveLength(3);
    expect(lines.join("\n")).not.toMatch(/ada|secret|wrong/);
    expect(lines.join("\n")).not.toContain(btoa("ada:secret"));
  });

  test("without a colon is its author's mistake", async () => {
    const mistake = new TypeError("Expected USER:PASSWORD, neither of them empty");
    expect(() => SimpleHTTPRequestHandler.with({ auth: "ada" })).toThrow(mistake);
    class Handler extends QuietHandler {
      static override auth: string | Passwords | null = "ada";
    }
    const errors: unknown[] = [];
    const started = await serveTree(FILES, {}, Handler);
    started.server.handle_error = (_request, _address, error) => errors.push(error);
    await using site = started;
    await using client = await RawClient.connect(site.port);
    client.send("GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await client.untilClosed()).not.toContain("secret");
    expect(errors).toEqual([mistake]);
  });
});

describe("auth by hashes", () => {
  test("lets in who has the password, on the first request and on those after it", async () => {
    const passwords = Passwords.parse(`ada:${await Bun.password.hash("secret", CHEAP)}`);
    await using site = await serveTree(FILES, { auth: passwords });
    for (const [pair, status] of [
      ["ada:secret", 200],
      ["ada:wrong", 401],
      ["nobody:secret", 401],
      ["ada:secret", 200],
    ] as const) {
      expect([pair, (await site.get("/a.txt", basic(pair))).status]).toEqual([pair, status]);
    }
    expect((await site.get("/a.txt")).status).toBe(401);
    expect((await site.ask("DELETE", "/a.txt", basic("ada:secret"))).status).toBe(501);
  });

  test("answers pipelined requests in order", async () => {
    const passwords = Passwords.parse(`ada:${await Bun.password.hash("secret", CHEAP)}`);
    await using site = await serveTree(FILES, { auth: passwords });
    const get = (pair: string) => `GET /a.txt HTTP/1.1\r\nHost: x\r\n${basic(pair)}\r\n\r\n`;
    const answers = await exchange(
      site.port,
      ["ada:wrong", "ada:secret", "bob:x", "ada:secret"].map(get).join(""),
    );
    const statuses = Array.from(answers.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => Number(status));
    expect(statuses).toEqual([401, 200, 401, 200]);
  });

  test("serves others while it verifies", async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const passwords = Passwords.of("bob:known");
    const slow = Object.assign(Object.create(passwords), {
      check: (user: string, password: string) => (user === "ada" ? promise : passwords.check(user, password)),
    }) as Passwords;
    await using site = await serveTree(FILES, { auth: slow });
    const waiting = site.get("/a.txt", basic("ada:secret"));
    expect((await site.get("/a.txt", basic("bob:known"))).status).toBe(200);
    resolve(true);
    expect((await waiting).status).toBe(200);
  });
});

describe("auth by hashes of which too many are being verified", () => {
  const busy = Object.assign(Object.create(Passwords.of("bob:known")), { check: () => null }) as Passwords;

  test("asks the client to come again, and opens nothing", async () => {
    const { counts, Handler } = countingHandler();
    await using site = await serveTree(FILES, { auth: busy }, Handler);
    const answer = await site.get("/a.txt", basic("ada:secret"));
    expect([answer.status, ...fieldLines(answer, "retry-after", "www-")]).toEqual([503, "Retry-After: 5"]);
    const stranger = await site.get("/a.txt");
    expect([stranger.status, ...fieldLines(stranger, "retry-after")]).toEqual([401]);
    expect(counts.translated).toBe(0);
  });
});

describe("admitRequest()", () => {
  test("is asked before any method, and may take its time", async () => {
    class Handler extends QuietHandler {
      override async admitRequest(): Promise<boolean> {
        await Promise.resolve();
        if (this.headers.has("X-Key")) return super.admitRequest();
        this.send_error(403);
        return false;
      }
    }
    await using site = await serveTree(FILES, {}, Handler);
    expect((await site.get("/a.txt")).status).toBe(403);
    expect((await site.ask("NONSENSE", "/a.txt")).status).toBe(403);
    expect((await site.get("/a.txt", "X-Key: 1")).body).toBe("secret file");
    expect((await site.ask("NONSENSE", "/a.txt", "X-Key: 1")).status).toBe(501);
  });

  test("that gives nothing lets nobody in", async () => {
    class Handler extends QuietHandler {
      override admitRequest(): boolean {
        return undefined as unknown as boolean;
      }
    }
    await using site = await serveTree(FILES, {}, Handler);
    expect((await site.get("/a.txt")).status).toBe(500);
  });

  test("is asked by a handler that pulls its requests, too", async () => {
    class Handler extends QuietHandler {
      override async handle(): Promise<void> {
        do await this.handle_one_request();
        while (!this.close_connection);
      }
    }
    const passwords = Passwords.parse(`ada:${await Bun.password.hash("secret", CHEAP)}`);
    await using site = await serveTree(FILES, { auth: passwords }, Handler);
    expect((await site.get("/a.txt", basic("ada:wrong"))).status).toBe(401);
    expect((await site.get("/a.txt", basic("ada:secret"))).body).toBe("secret file");
  });
});

describe("basicCredentials()", () => {
  test.each<[pair: string, user: string, password: string]>([
    ["ada:secret", "ada", "secret"],
    ["ada:a:b:", "ada", "a:b:"],
    ["ada:", "ada", ""],
    [":secret", "", "secret"],
    ["ren\u00e9:\u20ac\u{1f600}", "ren\u00e9", "\u20ac\u{1f600}"],
    ["\ufeffada:x", "\ufeffada", "x"],
  ])("of %j", (pair, user, password) => {
    expect(basicCredentials([`Basic ${Buffer.from(pair).toString("base64")}`])).toEqual({ user, password });
  });

  test.each([
    ["no field", null],
    ["an empty field", [""]],
    ["no base64", ["Basic "]],
    ["base64 with a break in it", ["Basic YWRh OnNl"]],
    ["base64 for URLs", ["Basic YWRhOj8_Pz8_"]],
    ["a line feed", [`Basic ${btoa("ada:x\n")}`]],
    ["DEL", [`Basic ${btoa("ada:\x7f")}`]],
    ["Latin-1", [`Basic ${btoa("ren\u00e9:x")}`]],
    ["a scheme alone", ["Basic"]],
    ["a scheme without a space", [`Basic${btoa("ada:x")}`]],
  ])("are none for %s", (_, fields) => {
    expect(basicCredentials(fields)).toBeUndefined();
  });
});

test("basicChallenge() quotes what is quoted", () => {
  expect(basicChallenge('a"b\\c')).toBe('Basic realm="a\\"b\\\\c", charset="UTF-8"');
});
