/** Scripts that misbehave, one kind a test: what their clients get, and what the log says. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { MAX_LINE_BYTES, MAX_LINES } from "../../../src/handler/cgi/error-lines.ts";
import { hasPipes } from "../../../src/system/pipe.ts";
import { parseResponse, RawClient } from "../../support/client.ts";
import { decodeResponse, isWhole } from "../../support/decode.ts";
import { type ScriptSite, serveScripts, TEXT, Vigil } from "../../support/scripts.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

const SCRIPTS = {
  good: `${TEXT} echo good`,
  mute: "true",
  dies: "exit 3",
  killed: "kill -KILL $$",
  headless: "echo hello",
  garbage: "head -c 3000 /dev/urandom",
  statusLine: "printf 'HTTP/1.1 200 OK\\r\\nContent-Type: a/b\\r\\n\\r\\n'",
  halfHead: "printf 'Content-Type: a/b\\n'",
  endless: "yes 'X-A: 1'",
  longLine: "head -c 1000000 /dev/zero | tr '\\0' a",
  splitting: "printf 'Content-Type: a/b\\rSet-Cookie: a=1\\n\\n'",
  nul: "printf 'Content-Type: a/b\\000\\n\\n'",
  interim: "printf 'Status: 100 Continue\\n\\n'",
};

/** What an answer of 502 must not tell. */
function secrets(site: ScriptSite): string[] {
  return [site.tree.root, "response head", "exit status", "SIGKILL", "ENOENT"];
}

describe("a script that has no answer is 502, and the log says why", () => {
  test.each<[keyof typeof SCRIPTS, string[]]>([
    ["mute", ["it has ended without a whole response head"]],
    ["dies", ["exit status 3", "it has ended without a whole response head"]],
    ["killed", ["it was ended by SIGKILL", "it has ended without a whole response head"]],
    ["headless", ["it has ended without a whole response head"]],
    ["statusLine", ['"HTTP/1.1 200 OK\\r" is no header field']],
    ["halfHead", ["it has ended without a whole response head"]],
    ["endless", ["its head is longer than 65536 bytes"]],
    ["longLine", ["its head is longer than 65536 bytes"]],
    ["splitting", ['"Content-Type: a/b\\rSet-Cookie: a=1" is no header field']],
    ["nul", ['"Content-Type: a/b\\u0000" is no header field']],
    ["interim", ['its Status is "100 Continue"']],
  ])("%s", async (name, said) => {
    await using site = await serveScripts(SCRIPTS);
    const { status, body } = await site.ask(`GET /cgi-bin/${name}`);
    expect(status).toBe(502);
    for (const secret of secrets(site)) expect(body).not.toContain(secret);
    const lines = site.lines.filter((line) => !line.startsWith("code "));
    expect(
      lines.map((line) => line.replace(`CGI script /cgi-bin/${name}: `, "")).filter((line) => line !== "a"),
    ).toEqual(said);
    expect((await site.ask("GET /cgi-bin/good")).body).toBe("good\n");
  });

  test("garbage, whatever it is", async () => {
    await using site = await serveScripts(SCRIPTS);
    for (let round = 0; round < 10; round++) {
      expect((await site.ask("GET /cgi-bin/garbage")).status).toBe(502);
    }
  });

  test.each<[string, string, string]>([
    ["with an interpreter that there is not", "#!/no/such/interpreter\n", "it cannot be run: ENOENT"],
    ["without an interpreter, and no program", "#!\n", "it cannot be run: ENOEXEC"],
    [
      "that is itself a script, with a line end of another system",
      "#!/bin/sh\r\necho\r\n",
      "it cannot be run: ENOENT",
    ],
  ])("one %s", async (_, file, said) => {
    await using site = await serveScripts({ odd: file });
    expect((await site.ask("GET /cgi-bin/odd")).status).toBe(502);
    expect(site.lines[0]).toBe(`CGI script /cgi-bin/odd: ${said}`);
  });

  test("the connection goes on after it", async () => {
    await using site = await serveScripts(SCRIPTS);
    await using client = await RawClient.connect(site.port);
    client.send("GET /cgi-bin/dies HTTP/1.1\r\nHost: x\r\n\r\n");
    client.send("GET /cgi-bin/good HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const received = await client.untilClosed();
    expect(received).toStartWith("HTTP/1.1 502 Bad Gateway");
    expect(received).toEndWith("good\n\r\n0\r\n\r\n");
  });
});

describe("an answer that has begun", () => {
  test("stays incomplete where its script is killed", async () => {
    await using site = await serveScripts({ killed: `${TEXT} echo begun; kill -KILL $$` });
    const raw = await site.askRaw("GET /cgi-bin/killed");
    expect(raw).toEndWith("\r\n\r\n6\r\nbegun\n\r\n");
    expect(site.lines).toEqual([
      "CGI script /cgi-bin/killed: it was ended by SIGKILL",
      "CGI script /cgi-bin/killed: it was ended before its output was complete",
    ]);
  });

  test("is complete whatever the exit status, which is logged", async () => {
    await using site = await serveScripts({ seven: `${TEXT} echo done; exit 7` });
    expect((await site.ask("GET /cgi-bin/seven")).body).toBe("done\n");
    expect(site.lines).toEqual(["CGI script /cgi-bin/seven: exit status 7"]);
  });

  test("ends with the script's output, though the script goes on for a while", async () => {
    await using vigil = new Vigil();
    await using site = await serveScripts(
      { lingers: `${Vigil.BEGIN} ${TEXT} echo done; exec >&-; exec sleep 1000` },
      { env: vigil.env },
    );
    expect((await site.ask("GET /cgi-bin/lingers")).body).toBe("done\n");
    await vigil.ended();
  });
});

describe("a script that takes too long", () => {
  test("to say anything is 504, and is ended", async () => {
    await using vigil = new Vigil();
    await using site = await serveScripts(
      { hangs: `${Vigil.BEGIN} sleep 1000` },
      { env: vigil.env, cgiTimeout: 2 },
    );
    expect((await site.ask("GET /cgi-bin/hangs")).status).toBe(504);
    await vigil.ended();
    expect(site.lines[0]).toBe("CGI script /cgi-bin/hangs: it was silent for 2 s");
  });

  test("to go on is cut off", async () => {
    await using site = await serveScripts({ stops: `${TEXT} echo begun; sleep 1000` }, { cgiTimeout: 1 });
    expect(await site.askRaw("GET /cgi-bin/stops")).toEndWith("\r\n\r\n6\r\nbegun\n\r\n");
    expect(site.lines).toEqual(["CGI script /cgi-bin/stops: it was silent for 1 s"]);
  });

  test("in all is cut off, however much it says", async () => {
    await using site = await serveScripts(
      { floods: `${TEXT} exec yes` },
      { cgiTimeout: 0, cgiTotalTimeout: 1 },
    );
    const raw = await site.askRaw("GET /cgi-bin/floods");
    expect(raw).toContain("y\ny\n");
    expect(raw).not.toEndWith("\r\n0\r\n\r\n");
    expect(site.lines).toEqual(["CGI script /cgi-bin/floods: it took more than 1 s"]);
  });

  test("in all is 504 where it has answered nothing", async () => {
    await using site = await serveScripts({ hangs: "sleep 1000" }, { cgiTotalTimeout: 0.2 });
    expect((await site.ask("GET /cgi-bin/hangs")).status).toBe(504);
  });

  test("but talks all the time has the time that it takes", async () => {
    await using site = await serveScripts(
      { talks: `${TEXT} for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.4; done` },
      { cgiTimeout: 2.5 },
    );
    expect((await site.ask("GET /cgi-bin/talks")).body).toBe("1\n2\n3\n4\n5\n6\n7\n8\n");
  });

  test("to be sent its body in chunks is 408, and never runs", async () => {
    await using site = await serveScripts(
      { cat: `echo ran >&2; ${TEXT} cat`, hangs: "sleep 1000" },
      { cgiTotalTimeout: 0.5, cgiTimeout: 0 },
    );
    await using client = await RawClient.connect(site.port);
    client.send(
      "POST /cgi-bin/cat HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
    );
    // It takes that time for sure: another script is ended for being at it as long.
    expect((await site.ask("GET /cgi-bin/hangs")).status).toBe(504);
    client.send("1\r\nb\r\n0\r\n\r\n");
    expect(decodeResponse(await client.untilClosed()).status).toBe(408);
    expect(site.lines).not.toContain("CGI script /cgi-bin/cat: ran");
  });

  test("because its client sends slowly has the time that the client takes", async () => {
    await using site = await serveScripts(
      { cat: `${TEXT} cat`, hangs: `${TEXT} sleep 1000` },
      { cgiTimeout: 1, server: { bodyTimeout: 30 } },
    );
    await using client = await RawClient.connect(site.port);
    client.send("POST /cgi-bin/cat HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\n12");
    // It takes that time for sure: another script is ended for being as silent meanwhile.
    expect(parseResponse(await site.askRaw("GET /cgi-bin/hangs")).status).toBe(200);
    expect(site.lines).toEqual(["CGI script /cgi-bin/hangs: it was silent for 1 s"]);
    client.send("34");
    expect(decodeResponse(await client.untilClosed()).body).toBe("1234");
  });
});

describe("scripts at a time", () => {
  test("are as many as there may be; the next is 503, with the time to come again", async () => {
    await using vigil = new Vigil();
    const scripts = { waits: `${Vigil.BEGIN} ${TEXT} cat`, good: `${TEXT} echo good` };
    await using site = await serveScripts(scripts, { env: vigil.env, maxCgiScripts: 1, files: { a: "a" } });
    await using client = await RawClient.connect(site.port);
    client.send("POST /cgi-bin/waits HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\n");
    await vigil.begun();
    const refused = await site.ask("GET /cgi-bin/good");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect((await site.ask("GET /a")).body).toBe("a");
    expect((await site.ask("GET /cgi-bin/none")).headers.has("retry-after")).toBe(false);
    client.send("x");
    expect(decodeResponse(await client.untilClosed()).body).toBe("x");
    expect((await site.ask("GET /cgi-bin/good")).body).toBe("good\n");
  });

  test("give their places back, whatever became of them", async () => {
    await using site = await serveScripts({ ...SCRIPTS, odd: "#!/no/such\n" }, { maxCgiScripts: 1 });
    for (const name of ["dies", "killed", "odd", "none", "garbage", "interim", "endless"]) {
      expect((await site.ask(`GET /cgi-bin/${name}`)).status).not.toBe(503);
    }
    expect((await site.ask("GET /cgi-bin/good")).body).toBe("good\n");
  });

  test("do not add up within one redirect", async () => {
    await using site = await serveScripts(
      { to: "echo 'Location: /cgi-bin/good'; echo", good: SCRIPTS.good },
      { maxCgiScripts: 1 },
    );
    expect((await site.ask("GET /cgi-bin/to")).body).toBe("good\n");
  });
});

test.if(hasPipes())(
  "a script for which no descriptors are left is 503, and others run when there are some",
  async () => {
    await using site = await serveScripts(SCRIPTS);
    const program = fileURLToPath(new URL("../fixtures/crowded-scripts.ts", import.meta.url));
    const child = Bun.spawn(
      ["sh", "-c", 'ulimit -n 100 && exec "$0" "$@"', process.execPath, program, site.tree.root],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const { value } = await child.stdout.getReader().read();
    await using client = await RawClient.connect(Number(Buffer.from(value!).toString()));
    const ask = async (target: string) => {
      const before = client.received.length;
      client.send(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
      const received = await client.until((all) => isWhole(all.slice(before)));
      return parseResponse(received.slice(before)).status;
    };
    expect(await ask("/cgi-bin/good")).toBe(200);
    expect(await ask("/fill")).toBe(200);
    expect(await ask("/cgi-bin/good")).toBe(503);
    expect(await ask("/free")).toBe(200);
    expect(await ask("/cgi-bin/good")).toBe(200);
    child.kill("SIGKILL");
    await child.exited;
  },
);

describe("what a script says on its standard error", () => {
  async function logOf(script: string): Promise<string[]> {
    await using site = await serveScripts({ talks: script });
    expect((await site.ask("GET /cgi-bin/talks")).status).toBe(200);
    return site.lines.map((line) => line.replace("CGI script /cgi-bin/talks: ", ""));
  }

  test("is logged line by line, the last one too", async () => {
    expect(await logOf(`echo one >&2; printf 'two\\r\\n\\nthree' >&2; ${TEXT}`)).toEqual([
      "one",
      "two",
      "",
      "three",
    ]);
  });

  test("is logged in part where a line is long, or there are many", async () => {
    expect(await logOf(`head -c 100000 /dev/zero | tr '\\0' a >&2; ${TEXT}`)).toEqual([
      "a".repeat(MAX_LINE_BYTES),
    ]);
    const many = await logOf(`seq 100000 >&2; ${TEXT}`);
    expect(many.slice(MAX_LINES - 1)).toEqual([
      `${MAX_LINES}`,
      `more than ${MAX_LINES} lines: the rest is dropped`,
    ]);
  });

  test("does not hold up its answer, however much it is", async () => {
    await using site = await serveScripts({ talks: `head -c 10000000 /dev/zero >&2; ${TEXT} echo answer` });
    expect((await site.ask("GET /cgi-bin/talks")).body).toBe("answer\n");
  });
});

describe("a client that reads slowly", () => {
  test("stops the script, and gets all of its output", async () => {
    const BYTES = 32_000_000;
    await using vigil = new Vigil();
    await using site = await serveScripts(
      { much: `${Vigil.BEGIN} ${TEXT} head -c ${BYTES} /dev/zero; echo end >&9`, good: `${TEXT} echo good` },
      { env: vigil.env, server: { writeTimeout: 60 } },
    );
    await using client = await RawClient.connect(site.port);
    client.send("GET /cgi-bin/much HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await client.until((received) => received.length > 0);
    client.pause();
    let hasEnded = false;
    const ended = vigil.ended().then(() => (hasEnded = true));
    // Time enough for it to write everything, if anybody took it.
    for (let round = 0; round < 20; round++) await site.ask("GET /cgi-bin/good");
    expect(hasEnded).toBe(false);
    client.resume();
    expect(decodeResponse(await client.untilClosed()).body.length).toBe(BYTES);
    await ended;
  });
});
