import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { CASES, type Contender, HELLO_LOAD, type Load } from "../../bench/throughput/cases.ts";
import { PEERS, runtimePath } from "../../bench/throughput/peers.ts";
import { probe } from "../../bench/throughput/probe.ts";
import { Server } from "../../bench/throughput/server.ts";
import { Setup } from "../../bench/throughput/setup.ts";
import { wrkDefaultRequest } from "../../bench/throughput/wrk.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");

/** Every server of every case, once for each way it is run. */
const CONTENDERS = CASES.flatMap((one): [title: string, contender: Contender, load: Load][] => {
  const load = one.kind === "throughput" ? one.load() : HELLO_LOAD;
  return [one.subject, ...one.rivals].map((contender) => [
    `${one.name}: ${contender.peer} ${contender.app ?? ""}`.trim(),
    contender,
    load,
  ]);
});

describe.each(CONTENDERS)("%s", (_, { peer, app }, load) => {
  test.skipIf(runtimePath(PEERS[peer].runtime) === undefined)(
    "gives the answers that its case expects, before and after garbage collection",
    async () => {
      using setup = new Setup(new AbortController().signal);
      await using server = await Server.start(peer, app, setup.serverOptions());
      const packets = load.packets?.slice(0, 100) ?? [wrkDefaultRequest(server.port)];
      const length = await probe(server.port, { ...load, packets });
      await server.collectGarbage();
      expect(await probe(server.port, { ...load, packets })).toBe(length);
    },
  );
});

test("Server.start() tells what a server said that did not start", async () => {
  using setup = new Setup(new AbortController().signal);
  const starting = Server.start("bun-serve", "no-such-app", setup.serverOptions());
  await expect(starting).rejects.toThrow('RangeError: No such app: "no-such-app"');
});

test("a server ends when the bench is interrupted", async () => {
  const controller = new AbortController();
  using setup = new Setup(controller.signal);
  await using server = await Server.start("bun-serve", "hello", setup.serverOptions());
  const connection = await connectTo(server.port);
  controller.abort();
  await connection.closed;
});

describe.each(["bun-serve", "node-http", "python-http11"] as const)("%s", (peer) => {
  test.skipIf(runtimePath(PEERS[peer].runtime) === undefined)("ends when the bench is killed", async () => {
    using setup = new Setup(new AbortController().signal);
    const folder = setup.newPath(); // a killed bench cannot remove its own files
    mkdirSync(folder);
    await using bench = Bun.spawn([process.execPath, join(FIXTURES, "start-server.ts"), peer], {
      env: { ...process.env, TMPDIR: folder },
      stdout: "pipe",
    });
    const { value } = await bench.stdout.getReader().read();
    const connection = await connectTo(Number(new TextDecoder().decode(value)));
    bench.kill("SIGKILL");
    await connection.closed;
  });
});

/** A connection with a request answered, which stays open as long as the server lives. */
async function connectTo(port: number): Promise<{ closed: Promise<unknown> }> {
  const socket = connect(port, "127.0.0.1");
  const closed = once(socket, "close");
  socket.write(wrkDefaultRequest(port));
  await once(socket, "data");
  socket.on("error", () => {}).resume(); // a reset is an end too
  return { closed };
}
