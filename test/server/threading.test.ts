/** Several event loops behind one address, each a process of its own. */

import { describe, expect, test } from "bun:test";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  BaseHTTPRequestHandler,
  HTTPServer,
  ListenError,
  Threading,
  ThreadingHTTPServer,
} from "../../src/index.ts";
import { Command } from "../cli/support/command.ts";
import { exchange, RawClient } from "../support/client.ts";
import { decodeResponse, decodeResponses } from "../support/decode.ts";
import { request } from "../support/observed-server.ts";
import { titleWithReason } from "../support/programs.ts";
import { childrenOf, startScript, Threaded } from "../support/threaded.ts";
import { Tree } from "../support/tree.ts";

const GET = request();
const INDEX = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
const FIXTURES = fileURLToPath(new URL("fixtures", import.meta.url));
const TIMEOUT_MS = 60_000;

const REASON = process.platform === "linux" ? undefined : "Linux alone spreads connections over processes";

describe.skipIf(REASON !== undefined)(titleWithReason("the loops of a ThreadingHTTPServer", REASON), () => {
  test(
    "are processes of their own, and all of them answer on the port that the first one bound",
    async () => {
      await using threaded = await Threaded.start({ workers: 3 });
      const pids = await threaded.loops(3);
      expect(pids).not.toContain(threaded.command.pid);
      expect(childrenOf(threaded.command.pid).sort()).toEqual(pids.sort());
    },
    TIMEOUT_MS,
  );

  test(
    "share what keeps a processor busy",
    async () => {
      await using threaded = await Threaded.start();
      const answers = await Promise.all(Array.from({ length: 100 }, () => threaded.ask("/burn")));
      const counts = Map.groupBy(answers, (pid) => pid);
      // By the kernel's hash of addresses: half each, give or take far more than chance would.
      expect([...counts.values()].map((one) => one.length > 20)).toEqual([true, true]);
    },
    TIMEOUT_MS,
  );

  test(
    "get the connections that came before they were there",
    async () => {
      await using early = startScript(`${FIXTURES}/early.ts`);
      const supervisor = String(early.pid);
      const { stdout, exitCode } = await early.outcome();
      const [held, queued] = stdout.trim().split("\n");
      // What had been accepted stays with the process that did so.
      expect(held).toBe(supervisor);
      expect(queued).toMatch(/^\d+$/);
      expect(queued).not.toBe(supervisor);
      expect(exitCode).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    "are not what a handler's own children take themselves for",
    async () => {
      await using threaded = await Threaded.start();
      expect(JSON.parse(await threaded.ask("/children"))).toEqual(["", "loop null"]);
    },
    TIMEOUT_MS,
  );

  test(
    "count together, and what one that died had counted is not forgotten",
    async () => {
      await using threaded = await Threaded.start();
      const [first] = await threaded.loops();
      const before = await threaded.counters();
      // The request that asks is one of them.
      const { asked } = threaded;
      expect(before).toMatchObject({ accepted: asked, requests: asked, loops: 2 });
      expect(before.active).toBeGreaterThan(0);
      process.kill(first!, "SIGKILL");
      await threaded.command.stderr.line();
      await threaded.loops();
      const after = await threaded.counters();
      expect(after).toMatchObject({ accepted: threaded.asked, requests: threaded.asked, loops: 2 });
    },
    TIMEOUT_MS,
  );
});

test.skipIf(REASON !== undefined)(
  titleWithReason("a certificate is renewed in all loops, wherever that is asked for", REASON),
  async () => {
    await using script = startScript(`${FIXTURES}/renewable.ts`);
    const port = Number(await script.stdout.line());
    const head = request("GET /renew HTTP/1.1", ["Connection: close"]);
    // Both loops tell of it, and the first process before them.
    await exchange(port, head);
    const told = [await script.stdout.line(), await script.stdout.line(), await script.stdout.line()];
    expect(told[0]).toBe("null: 1\n");
    expect(told.slice(1).sort()).toEqual(["0: 1\n", "1: 1\n"]);
    script.kill("SIGTERM");
    expect((await script.outcome()).exitCode).toBe(0);
  },
  TIMEOUT_MS,
);

test.skipIf(REASON !== undefined)(
  titleWithReason(
    "a script with two servers has loops for each, and handles a single request before",
    REASON,
  ),
  async () => {
    await using script = startScript(`${FIXTURES}/two.ts`);
    const ports = [await script.stdout.line(), await script.stdout.line()].map(Number);
    const ask = async (port: number): Promise<string> => {
      return decodeResponse(await exchange(port, request("GET / HTTP/1.1", ["Connection: close"]))).body;
    };
    expect(await ask(ports[0]!)).toBe(`${ports[0]} ${script.pid}`);
    const answers = new Set<string>();
    while (answers.size < 4) for (const port of ports) answers.add(await ask(port));
    const pids = Array.from(answers, (answer) => answer.split(" ")[1]);
    expect(new Set(pids).size).toBe(4);
    expect(pids).not.toContain(String(script.pid));
    script.kill("SIGTERM");
    expect((await script.outcome()).stdout).toBe("over\n".repeat(5));
  },
  TIMEOUT_MS,
);

test.skipIf(REASON !== undefined)(
  titleWithReason("a script that takes another port where its first is taken does so in all loops", REASON),
  async () => {
    using taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    await using script = startScript(`${FIXTURES}/fallback.ts`, String(taken.port));
    const refusal = new ListenError(["127.0.0.1", taken.port], "EADDRINUSE", undefined).message;
    const { stdout, stderr, exitCode } = await script.outcome();
    expect(stdout.trim().split("\n").sort()).toEqual([
      refusal,
      refusal,
      refusal,
      "served",
      "served",
      "served",
    ]);
    expect([exitCode, stderr]).toEqual([0, ""]);
  },
  TIMEOUT_MS,
);

test
  .skipIf(REASON !== undefined)
  .each([[["--cwd", relative(".", FIXTURES)]], [[`--cwd=${relative(".", FIXTURES)}`]]])(
  titleWithReason("loops are started with the options of the runtime, but %p only once", REASON),
  async (options) => {
    const program = [process.execPath, ...options, "threaded.ts"];
    await using command = new Command(['{"workers":2}'], { program, leadsGroup: true });
    const port = await command.stdout.line();
    expect([port, await command.stdout.line()]).toEqual([port, "listening\n"]);
    command.kill("SIGUSR2");
    expect(await command.outcome()).toMatchObject({ exitCode: 0, stderr: "" });
  },
  TIMEOUT_MS,
);

test.skipIf(REASON !== undefined)(
  titleWithReason(
    "serve_forever() is running until the loops have drained, and then can be called again",
    REASON,
  ),
  async () => {
    await using script = startScript(`${FIXTURES}/impatient.ts`);
    const port = Number(await script.stdout.line());
    expect(await script.stdout.line()).toBe("listening\n");
    await using client = await RawClient.connect(port);
    client.send(request("GET / HTTP/1.1", ["Content-Length: 1"]));
    expect(await script.stdout.line()).toBe("in hand\n");
    script.kill("SIGUSR2");
    expect(await script.stdout.line()).toBe("TypeError: serve_forever() is running already\n");
    client.send("x");
    expect(decodeResponse(await client.untilClosed()).status).toBe(200);
    const { stdout, exitCode } = await script.outcome();
    expect([stdout, exitCode]).toEqual(["listening again\nover\n", 0]);
  },
  TIMEOUT_MS,
);

describe.skipIf(REASON !== undefined)(titleWithReason("a loop that dies", REASON), () => {
  test(
    "under load costs each client one request at most, and is replaced at once",
    async () => {
      await using threaded = await Threaded.start();
      const before = await threaded.loops();
      const [victim] = before;
      let isReplaced = false;
      const clients = Array.from({ length: 8 }, async () => {
        let lost = 0;
        while (!isReplaced) {
          const answer = await threaded.ask("/burn").catch(() => null);
          if (answer === null) lost++;
          else isReplaced ||= !before.includes(Number(answer));
        }
        return lost;
      });
      process.kill(victim!, "SIGKILL");
      for (const lost of await Promise.all(clients)) expect(lost).toBeLessThanOrEqual(1);
      expect(await threaded.command.stderr.line()).toMatch(
        new RegExp(`^Loop \\d \\(process ${victim}\\) was killed by SIGKILL: it is replaced at once\n$`),
      );
    },
    TIMEOUT_MS,
  );

  const WAYS: readonly [how: string, path: string, log: RegExp][] = [
    [
      "a handler that ends its process",
      "/exit",
      /^Loop \d \(process \d+\) ended with status 7: it is replaced /m,
    ],
    ["a crash", "/abort", /^Loop \d \(process \d+\) was killed by SIGABRT: it is replaced /m],
  ];
  test.each(WAYS)(
    "by %s leaves the others as they are, and comes back",
    async (_how, path, log) => {
      await using threaded = await Threaded.start();
      const before = await threaded.loops();
      await expect(threaded.ask(path)).rejects.toThrow();
      const after = await threaded.loops();
      expect(after.filter((pid) => before.includes(pid))).toHaveLength(1);
      threaded.shutDown();
      const { stderr, exitCode } = await threaded.outcome();
      expect(stderr).toMatch(log);
      expect(exitCode).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    "and cannot come back is covered by the others: no connection waits for it",
    async () => {
      using tree = new Tree({});
      const obstacle = `${tree.root}/obstacle`;
      await using threaded = await Threaded.start({}, obstacle);
      const [victim, survivor] = await threaded.loops();
      tree.add({ obstacle: "" });
      process.kill(victim!, "SIGKILL");
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => threaded.ask().catch(() => "lost")),
      );
      // Those that the killed one had in its hands are lost; there are none behind the death's line in the log.
      await threaded.command.stderr.line();
      expect(new Set(answers).size).toBeLessThanOrEqual(3);
      const later = await Promise.all(Array.from({ length: 100 }, () => threaded.ask()));
      expect(new Set(later)).toEqual(new Set([String(survivor)]));
    },
    TIMEOUT_MS,
  );

  test(
    "does not take those with it that have no descriptors left to cover it by",
    async () => {
      const program = [
        "sh",
        "-c",
        'ulimit -n 64; exec "$@"',
        "sh",
        process.execPath,
        `${FIXTURES}/threaded.ts`,
      ];
      await using command = new Command(['{"workers":2}'], { program, leadsGroup: true });
      const port = Number(await command.stdout.line());
      expect(await command.stdout.line()).toBe("listening\n");
      await using client = await RawClient.connect(port);
      client.send(request("GET /crowd HTTP/1.1"));
      const crowded = Number(decodeResponse(await client.until((text) => /\r\n\r\n\d+$/.test(text))).body);
      const victim = childrenOf(command.pid).find((pid) => pid !== crowded)!;
      process.kill(victim, "SIGKILL");
      const lines = [await command.stderr.line(), await command.stderr.line()].join("");
      expect(lines).toContain("was killed by SIGKILL: it is replaced at once\n");
      expect(lines).toMatch(
        /^Loop \d cannot accept for others: Cannot listen on .*: no more files and sockets/m,
      );
      client.send(request("GET / HTTP/1.1", ["Connection: close"]));
      const answers = decodeResponses(await client.untilClosed());
      expect(answers.map(({ body }) => body)).toEqual([String(crowded), String(crowded)]);
    },
    TIMEOUT_MS,
  );

  test(
    "by a signal that asks it to end answers first what it has in hand",
    async () => {
      await using threaded = await Threaded.start();
      await using client = await RawClient.connect(threaded.port);
      client.send(request("GET /until-drained HTTP/1.1"));
      expect(await threaded.command.stdout.line()).toBe("waiting\n");
      for (const pid of childrenOf(threaded.command.pid)) process.kill(pid, "SIGTERM");
      const { status, body } = decodeResponse(await client.untilClosed());
      expect(status).toBe(200);
      expect(await threaded.command.stderr.line()).toContain("ended with status 0, as it was told to");
      expect(await threaded.loops()).not.toContain(Number(body));
    },
    TIMEOUT_MS,
  );
});

describe.skipIf(REASON !== undefined)(titleWithReason("the end of several loops", REASON), () => {
  test(
    "by shutdown() under load loses no request that had been taken up",
    async () => {
      await using threaded = await Threaded.start();
      const waiting = await Promise.all(Array.from({ length: 4 }, () => RawClient.connect(threaded.port)));
      for (const client of waiting) client.send(request("GET /until-drained HTTP/1.1"));
      for (const _ of waiting) expect(await threaded.command.stdout.line()).toBe("waiting\n");
      const clients = await Promise.all(Array.from({ length: 8 }, () => RawClient.connect(threaded.port)));
      const loads = clients.map(async (client) => {
        for (let answers = 1; !client.isEnded; answers++) {
          client.send(GET);
          const hasCome = (received: string) => received.split("HTTP/1.1 200").length > answers;
          await client.until(hasCome).catch(() => {});
          if (answers === 10) threaded.shutDown();
        }
        return decodeResponses(client.received).length;
      });
      const answered = await Promise.all(loads);
      for (const client of waiting) expect(decodeResponse(await client.untilClosed()).status).toBe(200);
      const { stdout, exitCode, stderr } = await threaded.outcome();
      const { requests } = JSON.parse(stdout.trim().split("\n").at(-1)!);
      expect(requests).toBe(waiting.length + answered.reduce((sum, one) => sum + one, 0));
      expect([exitCode, stderr]).toEqual([0, ""]);
    },
    TIMEOUT_MS,
  );

  test.each(["/shutdown", "/close"])(
    "comes to all of them when a handler asks for %s, whose answer arrives",
    async (path) => {
      await using threaded = await Threaded.start({ daemon_threads: false });
      expect(await threaded.ask(path)).toMatch(/^\d+$/);
      const { stdout, exitCode } = await threaded.outcome();
      expect(stdout.match(/^served$/gm)).toHaveLength(3);
      expect(exitCode).toBe(0);
      expect(threaded.ask()).rejects.toThrow();
    },
    TIMEOUT_MS,
  );

  test(
    "by Ctrl-C, which goes to the whole process group, is heard by the first process alone",
    async () => {
      await using threaded = await Threaded.start();
      await using client = await RawClient.connect(threaded.port);
      client.send(request("GET /until-drained HTTP/1.1"));
      expect(await threaded.command.stdout.line()).toBe("waiting\n");
      process.kill(-threaded.command.pid, "SIGINT");
      expect(decodeResponse(await client.untilClosed()).status).toBe(200);
      const { stdout, stderr, exitCode } = await threaded.outcome();
      expect(stdout.match(/^interrupted$/gm)).toHaveLength(1);
      expect([exitCode, stderr]).toEqual([0, ""]);
    },
    TIMEOUT_MS,
  );

  test(
    "by server_close() cuts off what is in flight where the threads are daemons, and nowhere else",
    async () => {
      await using daemons = await Threaded.start();
      await using cut = await RawClient.connect(daemons.port);
      cut.send(request("GET /for-ever HTTP/1.1"));
      expect(await daemons.command.stdout.line()).toBe("waiting\n");
      await daemons.ask("/close").catch(() => {});
      await daemons.outcome();
      expect(await cut.untilClosed()).toBe("");

      await using others = await Threaded.start({ daemon_threads: false });
      await using kept = await RawClient.connect(others.port);
      kept.send(request("GET /until-drained HTTP/1.1"));
      expect(await others.command.stdout.line()).toBe("waiting\n");
      await others.ask("/close");
      expect(decodeResponse(await kept.untilClosed()).status).toBe(200);
    },
    TIMEOUT_MS,
  );

  test(
    "comes with that of the first process, however it ends, to loops too that never come to a turn again",
    async () => {
      await using threaded = await Threaded.start();
      await using client = await RawClient.connect(threaded.port);
      client.send(request("GET /stuck HTTP/1.1"));
      expect(await threaded.command.stdout.line()).toBe("stuck\n");
      threaded.command.kill("SIGKILL");
      // The streams end when nobody has them any more.
      expect((await threaded.outcome()).stdout).toBe("");
      expect(await client.untilClosed()).toBe("");
      expect(RawClient.connect(threaded.port)).rejects.toThrow();
      await RawClient.connect(threaded.port).catch(() => {});
    },
    TIMEOUT_MS,
  );

  test(
    "does not wait for a loop that never comes to a turn again",
    async () => {
      await using threaded = await Threaded.start({ drainTimeout: 0.1 });
      await using client = await RawClient.connect(threaded.port);
      client.send(request("GET /stuck HTTP/1.1"));
      expect(await threaded.command.stdout.line()).toBe("stuck\n");
      threaded.shutDown();
      const { exitCode, stderr } = await threaded.outcome();
      expect(stderr).toMatch(/^Loop \d \(process \d+\) has not ended in time: it is killed\n$/);
      expect(exitCode).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    "again and again leaves no process, no descriptor and no port behind",
    async () => {
      await using cycles = startScript(`${FIXTURES}/cycles.ts`, "20");
      const { stdout, stderr, exitCode } = await cycles.outcome();
      const [before, after, ports] = stdout.trim().split("\n");
      expect(after).toBe(before!);
      expect(ports).toBe("free");
      expect([exitCode, stderr]).toEqual([0, ""]);
    },
    TIMEOUT_MS,
  );
});

describe.skipIf(REASON !== undefined)(titleWithReason("a script that cannot be run again", REASON), () => {
  test(
    "has serve_forever() reject, and is not run for ever",
    async () => {
      using tree = new Tree({ obstacle: "" });
      const options = JSON.stringify({ workers: 2 });
      await using script = startScript(`${FIXTURES}/threaded.ts`, options, `${tree.root}/obstacle`);
      const { stdout, stderr, exitCode } = await script.outcome();
      expect(stdout.split("\n")[1]).toMatch(
        /^LoopError: No event loop came up: Loop \d \(process \d+\) ended with status 1 before it served\. /,
      );
      expect(stdout).toEndWith("\ndown\n");
      expect(stderr.match(/in the way$/gm)!.length).toBeLessThanOrEqual(6);
      expect(exitCode).toBe(0);
    },
    TIMEOUT_MS,
  );

  test("since it has no file, is served by one loop in its own process, which the log says", async () => {
    const program = `
      import { BaseHTTPRequestHandler, ThreadingHTTPServer } from ${JSON.stringify(INDEX)};
      const server = new ThreadingHTTPServer(["127.0.0.1", 0], BaseHTTPRequestHandler, { workers: 2 });
      console.log(server.workers, server.loop);
      server.server_close();
    `;
    await using script = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "pipe" });
    expect(await script.stdout.text()).toBe("1 null\n");
    expect(await script.stderr.text()).toBe(
      "One event loop serves, in this process: the program is not in a file\n",
    );
  });
});

describe("a ThreadingHTTPServer", () => {
  class Who extends BaseHTTPRequestHandler {
    do_GET(): void {
      this.send_response(200);
      this.end_headers();
      this.wfile.write(String(process.pid));
    }
    override log_request(): void {}
  }

  test.each([
    ["is told to have one loop", { workers: 1 }],
    ["runs in a test, which cannot be run again", { workers: 2 }],
  ])("that %s serves in its own process", async (_why, options) => {
    await using server = new ThreadingHTTPServer(["127.0.0.1", 0], Who, options);
    const served = server.serve_forever();
    await server.listening();
    expect([server.workers, server.loop]).toEqual([1, null]);
    const answer = decodeResponse(await exchange(server.server_port, GET));
    expect(answer.body).toBe(String(process.pid));
    expect(await server.counters()).toMatchObject({ accepted: 1, requests: 1, loops: 1 });
    expect(() => server.serve_forever()).toThrow(new TypeError("serve_forever() is running already"));
    await server.shutdown();
    await served;
  });

  test("that has one loop handles a single request", async () => {
    await using server = new ThreadingHTTPServer(["127.0.0.1", 0], Who, { workers: 1 });
    const handled = server.handle_request();
    const answer = decodeResponse(await exchange(server.server_port, GET));
    await handled;
    expect(answer.status).toBe(200);
  });

  test("has Python's attributes, and takes them as options", async () => {
    await using server = new ThreadingHTTPServer(["127.0.0.1", 0], Who, { workers: 1 });
    expect([server.daemon_threads, server.block_on_close]).toEqual([true, true]);
    const Mixed = Threading(HTTPServer);
    expect([Mixed.daemon_threads, Mixed.block_on_close]).toEqual([false, true]);
    await using other = new Mixed(["127.0.0.1", 0], Who, { workers: 1, block_on_close: false });
    expect([other.daemon_threads, other.block_on_close]).toEqual([false, false]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("with %p workers throws", (workers) => {
    expect(() => new ThreadingHTTPServer(["127.0.0.1", 0], Who, { workers })).toThrow(
      new RangeError(`workers: ${workers} is not a whole number from 1 on`),
    );
  });

  test("with an option that there is not throws", () => {
    const options = { threads: 2 } as object;
    expect(() => new ThreadingHTTPServer(["127.0.0.1", 0], Who, options)).toThrow(
      new TypeError("threads: HTTPServer has no such option"),
    );
  });
});

test.skipIf(REASON !== undefined)(
  titleWithReason(
    "a port that another server of several loops has is taken, though all of them share",
    REASON,
  ),
  async () => {
    await using threaded = await Threaded.start();
    const program = `${FIXTURES}/second.ts`;
    await using second = startScript(program, String(threaded.port));
    const { stdout } = await second.outcome();
    expect(stdout).toBe(
      `${new ListenError(["127.0.0.1", threaded.port], "EADDRINUSE", undefined).message}\n`,
    );
  },
  TIMEOUT_MS,
);
