import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { Passwords } from "../../src/files/passwords.ts";
import { RawClient } from "../support/client.ts";
import { fieldLines, QuietHandler, serveTree } from "./support/site.ts";

const PREFLIGHT = ["Origin: https://one.example", "Access-Control-Request-Method: PUT"];
const ALLOWED = "access-control-allow-methods";
const EMPTY = "Content-Length: 0";

describe("uploads and siblings", () => {
  const FILES = { "app.js": "original", "app.js.br": "a sibling" };
  const stored = (site: Awaited<ReturnType<typeof serveTree>>) =>
    site.ask("PUT", "/app.js.gz", EMPTY.replace("0", "4"), "", "evil");

  test.each(["br", "zstd", "gzip"])(
    "a file that was stored in %s stands for no other one",
    async (coding) => {
      await using site = await serveTree(FILES, { upload: true });
      expect((await stored(site)).status).toBe(201);
      const answer = await site.get("/app.js", `Accept-Encoding: ${coding}`);
      expect([answer.body, ...fieldLines(answer, "content-encoding", "vary")]).toEqual(["original"]);
      expect((await site.get("/app.js.gz")).body).toBe("evil");
    },
  );

  test("one does where files may be replaced anyway", async () => {
    await using site = await serveTree(FILES, { upload: true, uploadOverwrite: true });
    expect((await stored(site)).status).toBe(201);
    const answer = await site.get("/app.js", "Accept-Encoding: gzip");
    expect([answer.body, ...fieldLines(answer, "content-encoding")]).toEqual([
      "evil",
      "Content-Encoding: gzip",
    ]);
  });
});

describe("uploads and cors", () => {
  test("name PUT and POST in a preflight where they are on, or where a subclass has its own", async () => {
    class Own extends QuietHandler {
      override do_POST(): void {}
    }
    await using off = await serveTree({}, { cors: true });
    await using on = await serveTree({}, { cors: true, upload: true });
    await using own = await serveTree({}, { cors: true }, Own);
    const methods = async (site: typeof on) =>
      fieldLines(await site.ask("OPTIONS", "/", ...PREFLIGHT), ALLOWED);
    expect(await methods(off)).toEqual(["Access-Control-Allow-Methods: GET, HEAD"]);
    expect(await methods(on)).toEqual(["Access-Control-Allow-Methods: GET, HEAD, POST, PUT"]);
    expect(await methods(own)).toEqual(["Access-Control-Allow-Methods: GET, HEAD, POST"]);
  });

  test.each<[string, boolean | string, origin: string, number]>([
    ["a site that is named", "https://one.example", "https://one.example", 201],
    ["another site", "https://one.example", "https://two.example", 403],
    ["any site where all may read", true, "https://one.example", 403],
    ["any site where none may read", false, "https://one.example", 403],
  ])("take from %s, or not", async (_, cors, origin, status) => {
    await using site = await serveTree({}, { cors, upload: true });
    expect((await site.ask("PUT", "/new.txt", `Origin: ${origin}`, EMPTY)).status).toBe(status);
    expect(existsSync(site.tree.path("new.txt"))).toBe(status === 201);
  });
});

describe("uploads and auth", () => {
  test("tell nobody what is there before the password has been verified", async () => {
    const hash = await Bun.password.hash("secret", { algorithm: "bcrypt", cost: 4 });
    await using site = await serveTree(
      { "a.txt": "a" },
      { upload: true, auth: Passwords.parse(`ada:${hash}`) },
    );
    const put = (pair: string) =>
      `PUT /a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n` +
      `Authorization: Basic ${btoa(pair)}\r\nConnection: close\r\n\r\n`;
    await using stranger = await RawClient.connect(site.port);
    stranger.send(`${put("ada:wrong")}x`);
    expect((await stranger.untilClosed()).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 100", "HTTP/1.1 401"]);
    await using guest = await RawClient.connect(site.port);
    guest.send(`${put("ada:secret")}x`);
    expect(await guest.untilClosed()).toContain("HTTP/1.1 409");
    expect(await Bun.file(site.tree.path("a.txt")).text()).toBe("a");
  });
});
