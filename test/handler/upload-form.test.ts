/** POST of forms with files in them: each rule by a raw request, and what is in the directory afterwards. */

import { describe, expect, test } from "bun:test";
import { parseResponse } from "../support/client.ts";
import { linkTo } from "../support/tree.ts";
import { BOUNDARY, FORM_END, formPart, requestHead, UploadSite } from "../support/upload-site.ts";

const JSON_WANTED = ["Accept: application/json"];

describe("a form", () => {
  test("stores its files, and leads browsers back to the listing", async () => {
    await using site = await UploadSite.start({ "www/sub dir/": null });
    const form = formPart("a.txt", "one") + formPart("b.txt", "two") + FORM_END;
    const answer = await site.post("/sub%20dir/", form, [
      "Accept: text/html,application/json;q=0.9,*/*;q=0.8",
    ]);
    expect([answer.status, answer.headers.get("location"), answer.body]).toEqual([303, "/sub%20dir/", ""]);
    expect(site.contents()).toEqual({ "sub dir/": "", "sub dir/a.txt": "one", "sub dir/b.txt": "two" });
  });

  test("gets a list where JSON is asked for", async () => {
    await using site = await UploadSite.start({ "www/sub/b": "old" }, { uploadOverwrite: true });
    const form = formPart("\xC3\xBC?", "one") + formPart("b", "") + FORM_END;
    const answer = await site.post("/sub", form, JSON_WANTED);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([201, "application/json"]);
    expect(JSON.parse(Buffer.from(answer.body, "latin1").toString())).toEqual({
      files: [
        { name: "\u00fc?", location: "/sub/%C3%BC%3F", size: 3, isNew: true },
        { name: "b", location: "/sub/b", size: 0, isNew: false },
      ],
    });
  });

  const locations: readonly [target: string, location: string][] = [
    ["/", "/"],
    ["/?x=/y", "/"],
    ["/sub", "/sub/"],
    ["/sub/", "/sub/"],
    ["/sub%2F", "/sub/"],
    ["//sub/", "/sub/"],
    ["/\\evil.test/../sub/", "/evil.test/../sub/"],
  ];
  test.each(locations)("to %s is led to %s, which is on the same site", async (target, location) => {
    await using site = await UploadSite.start({ "www/sub/": null });
    expect((await site.post(target, formPart("a", "") + FORM_END)).headers.get("location")).toBe(location);
  });

  test("may have fields and unused inputs beside its files, which are ignored", async () => {
    await using site = await UploadSite.start();
    const field = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="title"\r\n\r\nvalue\r\n`;
    expect((await site.post("/", field + formPart("", "") + formPart("a", "x") + FORM_END)).status).toBe(303);
    expect(site.contents()).toEqual({ a: "x" });
  });

  test("may come in chunks", async () => {
    await using site = await UploadSite.start();
    await using client = await site.connect();
    const form = formPart("a", "x") + FORM_END;
    const type = `Content-Type: multipart/form-data; boundary="${BOUNDARY}"`;
    client.send(requestHead("POST", "/", ["Transfer-Encoding: chunked", type]));
    for (const char of form) client.send(`1\r\n${char}\r\n`);
    client.send("0\r\n\r\n");
    expect(parseResponse(await client.untilClosed()).status).toBe(303);
    expect(site.contents()).toEqual({ a: "x" });
  });
});

describe("the name of a file in a form", () => {
  const names: readonly [filename: string, stored: string][] = [
    ["a b.txt", "a b.txt"],
    ["\xC3\xBC.txt", "\u00fc.txt"],
    ["dir/a", "a"],
    ["../../a", "a"],
    ["/etc/a", "a"],
    ["C:\\dir\\a", "a"],
    ["..\\a", "a"],
    ["%22a%22", '"a"'],
    ['\\"a\\"', '"a"'],
    ["%2e%2e%2fa", "%2e%2e%2fa"],
    ["<b>&amp;'", "<b>&amp;'"],
    ["x".repeat(255), "x".repeat(255)],
    ["a;filename=b", "a;filename=b"],
  ];
  test.each(names)("%s becomes %s", async (filename, stored) => {
    await using site = await UploadSite.start({ "www/sub/": null });
    expect((await site.post("/sub/", formPart(filename, "x") + FORM_END)).status).toBe(303);
    expect(site.contents()).toEqual({ "sub/": "", [`sub/${stored}`]: "x" });
  });

  const refused: readonly [filename: string, status: number][] = [
    [".", 400],
    ["..", 400],
    ["dir/", 400],
    ["dir\\", 400],
    ["dir/..", 400],
    ["a\0b", 400],
    ["\xFF", 400],
    ["\xED\xA0\x80", 400],
    ["x".repeat(256), 400],
    [".env", 404],
    ["dir/.env", 404],
    [".basehttp-upload-1", 404],
    ["link", 409],
    ["sub", 409],
    ["there", 409],
  ];
  test.each(refused)("%j is refused: %d", async (filename, status) => {
    const contents = { "www/link": linkTo("../out"), "www/sub/": null, "www/there": "old" };
    await using site = await UploadSite.start(contents);
    const before = site.contents();
    expect((await site.post("/", formPart(filename, "x") + FORM_END)).status).toBe(status);
    expect(site.contents()).toEqual(before);
    expect(site.contents("")).not.toContainKey("out");
  });
});

describe("a form is refused, and changes nothing,", () => {
  const FORM = formPart("new", "x") + FORM_END;
  const refused: readonly [why: string, target: string, form: string, status: number, fields?: string[]][] = [
    ["to a folder that there is not", "/nowhere/", FORM, 404],
    ["to a file", "/a", FORM, 409],
    ["to a hidden folder", "/.hidden/", FORM, 404],
    ["to a folder that is a link out of the root", "/out/", FORM, 404],
    ["to NUL", "/%00/", FORM, 400],
    ["without a file", "/", FORM_END, 400],
    ["without a chosen file", "/", formPart("", "") + FORM_END, 400],
    ["without its last boundary", "/", formPart("new", "x"), 400],
    ["in the middle of a file", "/", formPart("new", "x").slice(0, -4), 400],
    ["in the middle of a head", "/", FORM.slice(0, 60), 400],
    ["without a body", "/", "", 400],
    ["with a boundary that goes on", "/", formPart("new", `\r\n--${BOUNDARY}x\r\n`) + FORM_END, 400],
    ["with a second type", "/", FORM, 415, ["Content-Type: text/plain"]],
    ["from another site", "/", FORM, 403, ["Sec-Fetch-Site: same-site"]],
    ["from a page of another origin", "/", FORM, 403, ["Origin: http://x.evil.test"]],
    ["from a page without an origin", "/", FORM, 403, ["Origin: null"]],
    ["with a head of 100 KB", "/", formPart("x".repeat(100_000), ""), 413],
    ["with parts without end", "/", formPart("", "").repeat(1001) + FORM_END, 413],
  ];
  test.each(refused)("%s", async (_why, target, form, status, fields = []) => {
    const contents = {
      "www/a": "a",
      "www/.hidden/": null,
      "www/out": linkTo("../outside"),
      "outside/": null,
    };
    await using site = await UploadSite.start(contents);
    const before = [site.contents(), site.contents("outside")];
    expect((await site.post(target, form, fields)).status).toBe(status);
    expect([site.contents(), site.contents("outside")]).toEqual(before);
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/mixed; boundary=x",
  ])("as %s", async (type) => {
    await using site = await UploadSite.start();
    await using client = await site.connect();
    client.send(`${requestHead("POST", "/", ["Content-Length: 3", `Content-Type: ${type}`])}a=b`);
    expect(parseResponse(await client.untilClosed()).status).toBe(415);
  });
});

describe("where a later file of a form is refused", () => {
  const FORM = formPart("<1>", "one") + formPart("there", "new") + formPart("3", "three") + FORM_END;

  test("the files before it stay, and the answer names them", async () => {
    await using site = await UploadSite.start({ "www/there": "old" });
    const answer = await site.post("/", FORM);
    expect(answer.status).toBe(409);
    expect(answer.body).toContain("There is a file of this name already. Stored before: &lt;1&gt;");
    expect(site.contents()).toEqual({ "<1>": "one", there: "old" });
  });

  test("JSON lists them", async () => {
    await using site = await UploadSite.start({ "www/there": "old" });
    const answer = await site.post("/", FORM, JSON_WANTED);
    expect(answer.status).toBe(409);
    expect(JSON.parse(answer.body)).toEqual({
      files: [{ name: "<1>", location: "/%3C1%3E", size: 3, isNew: true }],
      error: "There is a file of this name already",
    });
  });

  test("a name that comes twice is such a file", async () => {
    await using site = await UploadSite.start();
    expect((await site.post("/", formPart("a", "1") + formPart("a", "2") + FORM_END)).status).toBe(409);
    expect(site.contents()).toEqual({ a: "1" });
  });
});
