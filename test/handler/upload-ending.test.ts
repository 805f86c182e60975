/** Uploads that do not come to their end, and those that meet others: no half a file is ever to be seen. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, renameSync, symlinkSync, unlinkSync, watch } from "node:fs";
import { fileURLToPath } from "node:url";
import { nameIfFree } from "../../src/files/upload.ts";
import { parseResponse, RawClient } from "../support/client.ts";
import { Laboratory } from "../support/laboratory.ts";
import { Tree } from "../support/tree.ts";
import { BOUNDARY, FORM_END, formPart, requestHead, UploadSite } from "../support/upload-site.ts";

setDefaultTimeout(60_000);

const UNFINISHED = /^\.basehttp-upload-[0-9a-f-]{36}$/;

/** Settles when the names in a directory are as wanted. */
async function untilNames(directory: string, isWanted: (names: string[]) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (isWanted(readdirSync(directory))) resolve();
  };
  const watcher = watch(directory, look);
  try {
    look();
    await promise;
  } finally {
    watcher.close();
  }
}

function untilContents(site: UploadSite, isWanted: (names: string[]) => boolean): Promise<void> {
  return untilNames(site.tree.path("www"), isWanted);
}

const isGrowing = (names: string[]): boolean => names.some((name) => UNFINISHED.test(name));
const isEmpty = (names: string[]): boolean => names.length === 0;

const LENGTH = "Content-Length: 100";
const FORM = [LENGTH, `Content-Type: multipart/form-data; boundary=${BOUNDARY}`];

/** Requests that have begun a file and are not whole. */
const STAGES: readonly [stage: string, begun: string][] = [
  ["before the first byte of a PUT", requestHead("PUT", "/a", [LENGTH])],
  ["in the middle of a PUT", `${requestHead("PUT", "/a", [LENGTH])}half`],
  ["before the last byte of a PUT", requestHead("PUT", "/a", [LENGTH]) + "x".repeat(99)],
  ["between two chunks", `${requestHead("PUT", "/a", ["Transfer-Encoding: chunked"])}4\r\nhalf\r\n`],
  ["in a chunk", `${requestHead("PUT", "/a", ["Transfer-Encoding: chunked"])}8\r\nhalf`],
  [
    "before the last chunk's end",
    `${requestHead("PUT", "/a", ["Transfer-Encoding: chunked"])}1\r\nx\r\n0\r\n`,
  ],
  ["in a file of a form", requestHead("POST", "/", FORM) + formPart("a", "x").slice(0, -2)],
  ["in a form's boundary", `${requestHead("POST", "/", FORM)}${formPart("a", "x")}--`],
];

describe("an upload that breaks off leaves nothing behind:", () => {
  test.each(STAGES)("the client goes away %s", async (_stage, begun) => {
    await using site = await UploadSite.start();
    await using client = await site.connect();
    client.send(begun);
    await untilContents(site, isGrowing);
    client.abort();
    await untilContents(site, isEmpty);
  });

  test.each(STAGES)("the client says that it is done %s", async (_stage, begun) => {
    await using site = await UploadSite.start();
    await using client = await site.connect();
    client.send(begun);
    client.endInput();
    expect(parseResponse(await client.untilClosed()).status).toBe(400);
    expect(site.contents()).toEqual({});
  });

  test("the client stops, at whatever stage", async () => {
    await using site = await UploadSite.start({}, {}, { bodyTimeout: 0.5 });
    const statuses = STAGES.map(async ([, begun], index) => {
      await using client = await site.connect();
      client.send(begun.replace("PUT /a", `PUT /${index}`));
      return parseResponse(await client.untilClosed()).status;
    });
    expect(await Promise.all(statuses)).toEqual(STAGES.map(() => 408));
    expect(site.contents()).toEqual({});
  });

  test.each(STAGES)("the server is shut down %s", async (_stage, begun) => {
    await using site = await UploadSite.start({}, {}, { drainTimeout: 0.05 });
    await using client = await site.connect();
    client.send(begun);
    await untilContents(site, isGrowing);
    await site.server.shutdown();
    await untilContents(site, isEmpty);
  });

  const malformed: readonly [what: string, rest: string, status: number][] = [
    ["a bad chunk size", "zzz\r\n", 400],
    ["a chunk that is too long", "1\r\nxx\r\n", 400],
    ["a trailer that is none", "0\r\nbad trailer\r\n\r\n", 400],
  ];
  test.each(malformed)("the client sends %s", async (_what, rest, status) => {
    await using site = await UploadSite.start();
    await using client = await site.connect();
    client.send(`${requestHead("PUT", "/a", ["Transfer-Encoding: chunked"])}4\r\nhalf\r\n${rest}`);
    expect(parseResponse(await client.untilClosed()).status).toBe(status);
    expect(site.contents()).toEqual({});
  });

  test("the disk is full", async () => {
    // A process that may not write files longer than this is told so in the same way, and stays alive.
    await using child = await Child.start({ limit: "trap '' XFSZ; ulimit -f 64;" });
    await using client = await child.connect();
    client.send(requestHead("PUT", "/a", ["Content-Length: 200000"]) + "x".repeat(200_000));
    expect(parseResponse(await client.untilClosed()).status).toBe(507);
    expect(child.names()).toEqual([]);
    await using form = await child.connect();
    const body = formPart("small", "x") + formPart("large", "x".repeat(200_000)) + FORM_END;
    form.send(requestHead("POST", "/", [`Content-Length: ${body.length}`, FORM[1]!]) + body);
    const answer = parseResponse(await form.untilClosed());
    expect([answer.status, answer.body.includes("Stored before: small")]).toEqual([507, true]);
    expect(child.names()).toEqual(["small"]);
  });

  test.each([
    ["shuts its server down", "shutdown", 0],
    ["exits at once", "exit", 7],
  ])("the process %s", async (_what, ending, status) => {
    await using child = await Child.start({ ending });
    await using client = await child.connect();
    client.send(`${requestHead("PUT", "/a", [LENGTH])}half`);
    await child.untilGrowing();
    child.kill("SIGTERM");
    expect(await child.exited).toBe(status);
    expect(child.names()).toEqual([]);
  });
});

test("no descriptor stays open, whatever becomes of an upload", async () => {
  using tree = new Tree({ there: "old" });
  const module = fileURLToPath(new URL("fixtures/upload-specimens.ts", import.meta.url));
  await using laboratory = new Laboratory(module, { UPLOAD_DIRECTORY: tree.root });
  await using patient = await laboratory.start("uploads");
  const whole = formPart("b", "x") + FORM_END;
  const requests = [
    ...STAGES.map(([, begun]) => begun),
    `${requestHead("PUT", "/new", ["Content-Length: 1"])}x`,
    `${requestHead("PUT", "/there", ["Content-Length: 1"])}x`,
    `${requestHead("PUT", "/there/a", ["Content-Length: 1"])}x`,
    requestHead("PUT", "/there", ["Content-Length: 1", "Expect: 100-continue"]),
    requestHead("PUT", "/a", ["Content-Length: 1", "Expect: 100-continue"]),
    requestHead("POST", "/", [`Content-Length: ${whole.length}`, FORM[1]!]) + whole,
    requestHead("POST", "/there", [`Content-Length: ${whole.length}`, FORM[1]!]) + whole,
    requestHead("POST", "/", ["Content-Length: 3", FORM[1]!, "Expect: 100-continue"]),
  ];
  for (const bytes of requests) {
    for (const leave of ["endInput", "abort"] as const) {
      await using client = await RawClient.connect(patient.port);
      client.send(bytes);
      client[leave]();
    }
  }
  expect(await patient.settled()).toEqual([]);
  expect(readdirSync(tree.root).filter((name) => UNFINISHED.test(name))).toEqual([]);
});

test("a process that is killed leaves a file that can be told by its name", async () => {
  await using child = await Child.start();
  await using client = await child.connect();
  client.send(`${requestHead("PUT", "/a", [LENGTH])}half`);
  await child.untilGrowing();
  child.kill("SIGKILL");
  await child.exited;
  expect(child.names()).toEqual([expect.stringMatching(UNFINISHED)]);
});

test("a file is not to be seen before it is whole", async () => {
  await using site = await UploadSite.start({}, { dotfiles: true });
  await using client = await site.connect();
  client.send(`${requestHead("PUT", "/a", ["Content-Length: 5"])}hell`);
  await untilContents(site, isGrowing);
  const [unfinished = ""] = Object.keys(site.contents());
  expect((await site.get("/a")).status).toBe(404);
  expect((await site.get(`/${unfinished}`)).status).toBe(404);
  expect((await site.get("/")).body).not.toContain("upload-");
  expect((await site.put(`/${unfinished}`, "x")).status).toBe(404);
  client.send("o");
  expect(parseResponse(await client.untilClosed()).status).toBe(201);
  expect(site.contents()).toEqual({ a: "hello" });
});

test("a file that is being replaced is the old one until the new one is whole", async () => {
  await using site = await UploadSite.start({ "www/a": "old" }, { uploadOverwrite: true });
  await using client = await site.connect();
  client.send(`${requestHead("PUT", "/a", ["Content-Length: 3"])}ne`);
  await untilContents(site, isGrowing);
  expect((await site.get("/a")).body).toBe("old");
  client.send("w");
  await client.untilClosed();
  expect(site.contents()).toEqual({ a: "new" });
});

describe("of several uploads of one name at once", () => {
  /** Begins all of them, and ends them together. */
  async function race(site: UploadSite, count: number, fields: readonly string[] = []): Promise<number[]> {
    const clients = await Promise.all(Array.from({ length: count }, () => site.connect()));
    for (const client of clients)
      client.send(`${requestHead("PUT", "/a", ["Content-Length: 2", ...fields])}x`);
    await untilContents(site, (names) => names.length === count);
    for (const [index, client] of clients.entries()) client.send(String(index));
    const answers = await Promise.all(clients.map((client) => client.untilClosed()));
    for (const client of clients) await client[Symbol.asyncDispose]();
    return answers.map((raw) => parseResponse(raw).status).sort((a, b) => a - b);
  }

  test("one is stored, the others are 409", async () => {
    await using site = await UploadSite.start();
    expect(await race(site, 5)).toEqual([201, 409, 409, 409, 409]);
    expect(site.contents()).toEqual({ a: expect.stringMatching(/^x[0-4]$/) });
  });

  test("one is new and the others replace it, where that is allowed", async () => {
    await using site = await UploadSite.start({}, { uploadOverwrite: true });
    expect(await race(site, 5)).toEqual([201, 204, 204, 204, 204]);
    expect(site.contents()).toEqual({ a: expect.stringMatching(/^x[0-4]$/) });
  });

  test("one is stored, where each wants to be the first", async () => {
    await using site = await UploadSite.start({}, { uploadOverwrite: true });
    expect(await race(site, 3, ["If-None-Match: *"])).toEqual([201, 412, 412]);
  });
});

describe("what happens to the folder while a file is uploaded:", () => {
  const CONTENTS = { "www/sub/": null, "outside/": null };

  async function putWhile(site: UploadSite, change: () => void): Promise<number> {
    await using client = await site.connect();
    client.send(`${requestHead("PUT", "/sub/a", ["Content-Length: 3"])}ne`);
    await untilNames(site.tree.path("www/sub"), isGrowing);
    change();
    client.send("w");
    return parseResponse(await client.untilClosed()).status;
  }

  test("it becomes a link out of the root", async () => {
    await using site = await UploadSite.start(CONTENTS);
    const status = await putWhile(site, () => {
      renameSync(site.tree.path("www/sub"), site.tree.path("www/moved"));
      symlinkSync("../outside", site.tree.path("www/sub"));
    });
    expect(status).toBe(409);
    expect(site.contents()).toEqual({ "moved/": "", sub: "-> ../outside" });
    expect(site.contents("outside")).toEqual({});
  });

  test("it is moved out of the root, and a link leads to it", async () => {
    await using site = await UploadSite.start(CONTENTS);
    const status = await putWhile(site, () => {
      renameSync(site.tree.path("www/sub"), site.tree.path("outside/sub"));
      symlinkSync("../outside/sub", site.tree.path("www/sub"));
    });
    expect(status).toBe(409);
    expect(site.contents("outside")).toEqual({ "sub/": "" });
  });

  test("another one takes its place", async () => {
    await using site = await UploadSite.start(CONTENTS);
    const status = await putWhile(site, () => {
      renameSync(site.tree.path("www/sub"), site.tree.path("www/moved"));
      site.tree.add({ "www/sub/": null });
    });
    expect(status).toBe(409);
    expect(site.contents()).toEqual({ "moved/": "", "sub/": "" });
  });

  test("it is deleted", async () => {
    await using site = await UploadSite.start(CONTENTS);
    expect(await putWhile(site, () => site.tree.remove("www/sub"))).toBe(409);
    expect(site.contents()).toEqual({});
  });

  test("a link takes the file's name: it is not followed", async () => {
    await using site = await UploadSite.start(CONTENTS, { uploadOverwrite: true });
    const status = await putWhile(site, () => symlinkSync("../../outside/a", site.tree.path("www/sub/a")));
    expect(status).toBe(409);
    expect(site.contents("outside")).toEqual({});
  });

  test("a folder takes the file's name", async () => {
    await using site = await UploadSite.start(CONTENTS, { uploadOverwrite: true });
    expect(await putWhile(site, () => site.tree.add({ "www/sub/a/": null }))).toBe(409);
    expect(site.contents()).toEqual({ "sub/": "", "sub/a/": "" });
  });

  test("a file takes the file's name", async () => {
    await using site = await UploadSite.start(CONTENTS);
    expect(await putWhile(site, () => site.tree.add({ "www/sub/a": "theirs" }))).toBe(409);
    expect(site.contents()).toEqual({ "sub/": "", "sub/a": "theirs" });
  });
});

describe("on a file system without hard links", () => {
  const failing = (code: string) => (): never => {
    throw Object.assign(new Error(code), { code });
  };

  test("a file gets its name if that is free", () => {
    using tree = new Tree({ from: "new" });
    expect(nameIfFree(tree.path("from"), tree.path("to"), failing("EPERM"))).toBe(true);
    tree.add({ from: "newer" });
    expect(nameIfFree(tree.path("from"), tree.path("to"), failing("ENOTSUP"))).toBe(false);
    expect([Bun.file(tree.path("to")).size, Bun.file(tree.path("from")).size]).toEqual([3, 5]);
  });

  test("a name that was claimed for nothing is given back", () => {
    using tree = new Tree();
    expect(() => nameIfFree(tree.path("nothing"), tree.path("to"), failing("EPERM"))).toThrow("ENOENT");
    expect(Bun.file(tree.path("to")).size).toBe(0);
    expect(() => unlinkSync(tree.path("to"))).toThrow("ENOENT");
  });

  test("what else goes wrong is not taken for that", () => {
    using tree = new Tree({ from: "new" });
    expect(() => nameIfFree(tree.path("from"), tree.path("to"), failing("EIO"))).toThrow("EIO");
  });
});

class Child implements AsyncDisposable {
  readonly #tree = new Tree();
  #process!: Bun.Subprocess<"ignore", "pipe", "inherit">;
  #port = 0;

  static async start({ ending = "", limit = "" } = {}): Promise<Child> {
    const child = new Child();
    const program = fileURLToPath(new URL("fixtures/upload-child.ts", import.meta.url));
    const shell = [
      "sh",
      "-c",
      `${limit} exec "$@"`,
      "sh",
      process.execPath,
      program,
      child.#tree.root,
      ending,
    ];
    child.#process = Bun.spawn(shell, { stdio: ["ignore", "pipe", "inherit"] });
    const { value } = await child.#process.stdout.getReader().read();
    child.#port = Number(Buffer.from(value!).toString());
    return child;
  }

  get exited(): Promise<number> {
    return this.#process.exited;
  }

  connect(): Promise<RawClient> {
    return RawClient.connect(this.#port);
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  names(): string[] {
    return readdirSync(this.#tree.root);
  }

  untilGrowing(): Promise<void> {
    return untilNames(this.#tree.root, isGrowing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
    this.#tree[Symbol.dispose]();
  }
}
