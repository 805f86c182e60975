/** Nothing that a script has started outlives its request, whoever ends it. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CGIHTTPRequestHandler } from "../../../src/index.ts";
import { hasPipes } from "../../../src/system/pipe.ts";
import { exchange, RawClient, startServer } from "../../support/client.ts";
import { decodeResponse, decodeResponses } from "../../support/decode.ts";
import { serveScripts, TEXT, Vigil } from "../../support/scripts.ts";

// Each test starts programs, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

const GET = (name: string) => `GET /cgi-bin/${name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

/** Each of them waits, in its own way, and would for a long time. */
const WAITING = {
  silent: `${Vigil.BEGIN} exec sleep 1000`,
  "with a child": `${Vigil.BEGIN} sleep 1000; true`,
  "with a grandchild": `${Vigil.BEGIN} (sleep 1000 & sleep 1000 & wait) & wait`,
  "deaf to SIGTERM": `trap '' TERM; ${Vigil.BEGIN} while :; do sleep 1000; done`,
  "talking without end": `${Vigil.BEGIN} ${TEXT} exec yes`,
  "that reads nothing of a body": `${Vigil.BEGIN} exec sleep 1000`,
  "that has ended its streams": `${Vigil.BEGIN} exec 0<&- 1>&- 2>&-; exec sleep 1000`,
};

function named(what: keyof typeof WAITING): [name: string, scripts: Record<string, string>] {
  return ["waits", { waits: WAITING[what] }];
}

describe("a client that leaves ends its script with all that it has started", () => {
  test.each(Object.keys(WAITING) as (keyof typeof WAITING)[])("one %s", async (what) => {
    await using vigil = new Vigil();
    const [name, scripts] = named(what);
    await using site = await serveScripts(scripts, { env: vigil.env });
    await using client = await RawClient.connect(site.port);
    client.send(GET(name));
    await vigil.begun();
    client.abort();
    await vigil.ended();
    // Nor does it leave a line in the log that it has no part in.
    expect(site.lines).toEqual([]);
  });

  test("also where it closes in order, which looks as if it still waited", async () => {
    await using vigil = new Vigil();
    await using site = await serveScripts({ waits: WAITING.silent }, { env: vigil.env });
    await using client = await RawClient.connect(site.port);
    client.send(GET("waits"));
    await vigil.begun();
    client.end();
    await vigil.ended();
  });

  test("also where more of its body waits than is taken up", async () => {
    await using vigil = new Vigil();
    await using site = await serveScripts({ waits: WAITING.silent }, { env: vigil.env });
    await using client = await RawClient.connect(site.port);
    client.send("POST /cgi-bin/waits HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n");
    client.send(new Uint8Array(3_000_000));
    await vigil.begun();
    client.abort();
    await vigil.ended();
  });

  test("also before it has begun to send what it announced", async () => {
    await using vigil = new Vigil();
    await using site = await serveScripts({ waits: `${Vigil.BEGIN} exec cat` }, { env: vigil.env });
    await using client = await RawClient.connect(site.port);
    client.send("POST /cgi-bin/waits HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
    await vigil.begun();
    client.abort();
    await vigil.ended();
  });
});

test("a client that has half-closed is asked whether it is there, and gets its answer", async () => {
  await using site = await serveScripts({ slow: `sleep 2.5; ${TEXT} echo slow` });
  const answers = decodeResponses(await exchange(site.port, GET("slow")));
  const last = answers.pop();
  expect([last?.status, last?.body]).toEqual([200, "slow\n"]);
  // Once, or more often on a machine that is busy.
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([102]));
});

describe("the end of a script ends what it has left behind", () => {
  test.each<[string, string]>([
    ["with its output open", "sleep 1000 &"],
    ["deaf to SIGTERM", "(trap '' TERM; sleep 1000) &"],
    ["without its output", "sleep 1000 >/dev/null 2>&1 &"],
  ])("a process %s", async (_, leaves) => {
    await using vigil = new Vigil();
    await using site = await serveScripts(
      { leaves: `${Vigil.BEGIN} ${leaves} ${TEXT} echo answer` },
      { env: vigil.env },
    );
    expect((await site.ask("GET /cgi-bin/leaves")).body).toBe("answer\n");
    await vigil.ended();
  });

  test("and does not wait for what has made itself a session", async () => {
    await using vigil = new Vigil();
    const escapes = `${Vigil.BEGIN} setsid sh -c 'echo $$ >>"$PIDS"; exec sleep 1000' & while [ ! -s "$PIDS" ]; do :; done; ${TEXT} echo answer`;
    await using site = await serveScripts({ escapes }, { files: { pids: "" } });
    const pids = site.tree.path("pids");
    class WithPids extends CGIHTTPRequestHandler {
      override log_message(): void {}
    }
    const Handler = WithPids.with({ directory: site.tree.root, env: { ...vigil.env, PIDS: pids } });
    await using started = await startServer(Handler);
    expect(decodeResponse(await exchange(started.port, GET("escapes"))).body).toBe("answer\n");
    process.kill(Number(await Bun.file(pids).text()), "SIGKILL");
    await vigil.ended();
  });
});

test("what has made itself a session and talks on to the log is not listened to for long", async () => {
  await using vigil = new Vigil();
  const escapes = `${Vigil.BEGIN} ${TEXT} setsid sh -c 'while :; do echo x; done' >&2 & echo answer`;
  await using site = await serveScripts({ escapes }, { env: vigil.env });
  expect((await site.ask("GET /cgi-bin/escapes")).body).toContain("answer\n");
  // Nobody reads what it says: that ends it.
  await vigil.ended();
});

describe("the end of a server", () => {
  test("waits for scripts, which end their answers", async () => {
    await using vigil = new Vigil();
    await using site = await serveScripts(
      { waits: `${Vigil.BEGIN} ${TEXT} cat` },
      { env: vigil.env, server: { drainTimeout: 30 } },
    );
    await using client = await RawClient.connect(site.port);
    client.send("POST /cgi-bin/waits HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n");
    await vigil.begun();
    const shutdown = site.server.shutdown();
    client.send("four");
    expect(decodeResponse(await client.untilClosed()).body).toBe("four");
    await shutdown;
  });

  test("ends those that take longer than drainTimeout", async () => {
    await using vigil = new Vigil();
    await using site = await serveScripts(
      { waits: WAITING["with a grandchild"] },
      { env: vigil.env, server: { drainTimeout: 0.2 } },
    );
    await using client = await RawClient.connect(site.port);
    client.send(GET("waits"));
    await vigil.begun();
    await site.server.shutdown();
    await vigil.ended();
  });

  /** A server that is a process of its own, at work on a script; by what it reads it is told to exit. */
  async function startProgram(vigil: Vigil, root: string, ...command: readonly string[]) {
    const program = fileURLToPath(new URL("../fixtures/cgi-server.ts", import.meta.url));
    const child = Bun.spawn([...command, process.execPath, program, root], {
      env: { ...process.env, ...vigil.env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const { value } = await child.stdout.getReader().read();
    const port = Number(Buffer.from(value!).toString());
    const client = await RawClient.connect(port);
    client.send(GET("waits"));
    await vigil.begun();
    return { child, client, port };
  }

  test("that is the end of its process ends them at once", async () => {
    await using vigil = new Vigil();
    await using site = await serveScripts({ waits: WAITING["deaf to SIGTERM"] });
    const { child, client } = await startProgram(vigil, site.tree.root);
    await using _client = client;
    child.stdin.end();
    expect(await child.exited).toBe(0);
    await vigil.ended();
  });

  test.if(hasPipes()).each(["SIGINT", "SIGHUP", "SIGTERM"] as const)(
    "by %s ends them, and is by that signal",
    async (signal) => {
      await using vigil = new Vigil();
      await using site = await serveScripts({ waits: WAITING["deaf to SIGTERM"] });
      const { child, client } = await startProgram(vigil, site.tree.root, "env", "--default-signal=INT,HUP");
      await using _client = client;
      child.kill(signal);
      await child.exited;
      expect(child.signalCode).toBe(signal);
      await vigil.ended();
    },
  );

  test("is not by a signal that it was started to ignore", async () => {
    await using vigil = new Vigil();
    await using site = await serveScripts({ waits: WAITING.silent, good: `${TEXT} echo good` });
    const { child, client, port } = await startProgram(
      vigil,
      site.tree.root,
      "sh",
      "-c",
      "trap '' HUP; exec \"$@\"",
      "sh",
    );
    await using _client = client;
    child.kill("SIGHUP");
    expect(decodeResponse(await exchange(port, GET("good"))).body).toBe("good\n");
    child.stdin.end();
    expect(await child.exited).toBe(0);
    await vigil.ended();
  });
});

test.if(hasPipes())("a hundred requests leave no process and no descriptor behind", async () => {
  await using site = await serveScripts({ good: `${TEXT} cat`, bad: "exit 1", odd: "#!/no/such\n" });
  const openFiles = () => readdirSync("/proc/self/fd").length;
  const children = () => readFileSync(`/proc/self/task/${process.pid}/children`, "utf8");
  await site.ask("GET /cgi-bin/good");
  const before = openFiles();
  const names = ["good", "bad", "odd", "none"];
  for (let round = 0; round < 25; round++) {
    await Promise.all(names.map((name) => site.ask(`POST /cgi-bin/${name}`, "Content-Length: 1", "", "x")));
  }
  // The last connections are still being closed.
  for (let round = 0; round < 100 && openFiles() > before; round++) await site.ask("GET /cgi-bin/none");
  expect(openFiles()).toBeLessThanOrEqual(before);
  expect(children()).toBe("");
});
