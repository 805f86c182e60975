import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { CASES } from "../../bench/throughput/cases.ts";
import type { Case, Contender, Load } from "../../bench/throughput/cases/case.ts";
import { HELLO_LOAD } from "../../bench/throughput/cases/loads.ts";
import { PEERS, type Started } from "../../bench/throughput/peers.ts";
import { probe } from "../../bench/throughput/probe.ts";
import { processTree } from "../../bench/throughput/proc.ts";
import { programPath } from "../../bench/throughput/programs.ts";
import { Server } from "../../bench/throughput/server.ts";
import { Setup } from "../../bench/throughput/setup.ts";
import { wrkDefaultRequest } from "../../bench/throughput/wrk.ts";
import { titleWithReason } from "../support/programs.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");

/** Large enough to come in many packets, small enough to be had in no time. */
const LARGE_BYTES = 1_000_000;

/** Every server of every case, once for each way it is run. */
const CONTENDERS = CASES.flatMap((one) =>
  [one.subject, ...one.rivals].map((contender): [title: string, one: Case, contender: Contender] => [
    `${one.name}: ${contender.peer} ${contender.app ?? ""}`.trim(),
    one,
    contender,
  ]),
);

async function loadOf(one: Case, setup: Setup): Promise<Load> {
  if (one.kind !== "idle memory") return await one.load(setup);
  return { ...HELLO_LOAD, isEncrypted: one.isEncrypted ?? false };
}

describe.each(CONTENDERS)("%s", (_, one, contender) => {
  testWith(
    contender,
    "gives the answers that its case expects, before and after garbage collection",
    async () => {
      using setup = new Setup(new AbortController().signal, LARGE_BYTES);
      const load = await loadOf(one, setup);
      await using server = await Server.start(contender, setup.serverOptions(), load.folder);
      const packets = load.packets?.slice(0, 100) ?? [wrkDefaultRequest(server.port)];
      const length = await probe(server.port, { ...load, packets });
      await server.collectGarbage();
      expect(await probe(server.port, { ...load, packets })).toEqual(length);
    },
  );
});

test("Server.start() tells what a server said that did not start", async () => {
  using setup = new Setup(new AbortController().signal);
  const starting = Server.start({ peer: "bun-serve", app: "no-such-app" }, setup.serverOptions());
  await expect(starting).rejects.toThrow('RangeError: No such app: "no-such-app"');
});

test("a server ends when the bench is interrupted", async () => {
  const controller = new AbortController();
  using setup = new Setup(controller.signal);
  await using server = await Server.start({ peer: "bun-serve", app: "hello" }, setup.serverOptions());
  const connection = await connectTo(server.port);
  controller.abort();
  await connection.closed;
});

const KILLED: readonly Started[] = [
  { peer: "bun-serve", app: "hello" },
  { peer: "node-http", app: "hello" },
  { peer: "python-http11", app: "hello" },
  { peer: "nginx" },
];

describe.each(KILLED)("$peer", (started) => {
  testWith(started, "ends when the bench is killed", async () => {
    using setup = new Setup(new AbortController().signal);
    const folder = setup.newPath(); // a killed bench cannot remove its own files
    mkdirSync(folder);
    await using bench = Bun.spawn(
      [process.execPath, join(FIXTURES, "start-server.ts"), JSON.stringify(started)],
      { env: { ...process.env, TMPDIR: folder }, stdout: "pipe" },
    );
    const { value } = await bench.stdout.getReader().read();
    const { port } = JSON.parse(new TextDecoder().decode(value));
    const connection = await connectTo(port);
    bench.kill("SIGKILL");
    await connection.closed;
  });
});

describe.each([
  ["when it is not needed any more", () => {}],
  ["when the bench is interrupted", (controller: AbortController) => controller.abort()],
])("nginx %s", (_, interrupt) => {
  testWith({ peer: "nginx" }, "ends with its worker and leaves no files behind", async () => {
    const controller = new AbortController();
    using setup = new Setup(controller.signal);
    const server = await Server.start({ peer: "nginx" }, setup.serverOptions(), setup.newPath());
    const processes = processTree(server.pid);
    expect(processes).toHaveLength(2);
    const title = readFileSync(`/proc/${server.pid}/cmdline`, "latin1");
    const [, room = ""] = / -p (\S+) /.exec(title) ?? [];
    expect(room).toContain("basehttp-nginx-");

    interrupt(controller);
    await server[Symbol.asyncDispose]();
    expect([room, ...processes.map((pid) => `/proc/${pid}`)].filter((path) => existsSync(path))).toEqual([]);
  });
});

/** A test that is skipped where a server is not installed. CI installs nginx, so there it fails. */
function testWith({ peer }: Started, title: string, run: () => Promise<void>): void {
  const { program } = PEERS[peer];
  const isRequired = program === "nginx" && Boolean(process.env.CI);
  const isMissing = programPath(program) === undefined;
  const reason = isMissing && !isRequired ? `there is no ${program}` : undefined;
  test.skipIf(reason !== undefined)(titleWithReason(title, reason), run);
}

/** A connection with a request answered, which stays open as long as the server lives. */
async function connectTo(port: number): Promise<{ closed: Promise<unknown> }> {
  const socket = connect(port, "127.0.0.1");
  const closed = once(socket, "close");
  socket.write(wrkDefaultRequest(port));
  await once(socket, "data");
  socket.on("error", () => {}).resume(); // a reset is an end too
  return { closed };
}
