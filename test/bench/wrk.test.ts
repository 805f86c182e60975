import { expect, test } from "bun:test";
import { failure } from "../../bench/throughput/client-summary.ts";
import { Setup } from "../../bench/throughput/setup.ts";
import { recordPackets, runWrk } from "../../bench/throughput/wrk.ts";
import { describeWith } from "../support/programs.ts";

test("recordPackets() puts the length before each packet, whose bytes stay as they are", () => {
  const packets = [Buffer.from("12\r\n34"), Buffer.from([0, 255]), Buffer.alloc(0)];
  expect(recordPackets(packets)).toEqual(Buffer.from("6\n12\r\n342\n\x00\xff0\n", "latin1"));
});

describeWith(["wrk"], "with wrk installed", () => {
  test("runWrk() sends the recorded packets in turn and nothing else", async () => {
    const received = new Map<string, number>();
    using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        const { pathname } = new URL(request.url);
        received.set(pathname, (received.get(pathname) ?? 0) + 1);
        return new Response("yes");
      },
    });
    using setup = new Setup(new AbortController().signal);
    const packetsPath = setup.newPath();
    const packets = ["/a", "/b", "/c"].map((path) => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`));
    await Bun.write(packetsPath, recordPackets(packets));

    const port = server.port ?? 0;
    const counted = await runWrk({ ...setup.clientOptions(), port, connections: 2, seconds: 1, packetsPath });
    expect(failure(counted)).toBeUndefined();
    expect([...received.keys()].sort()).toEqual(["/a", "/b", "/c"]);
    const total = [...received.values()].reduce((sum, count) => sum + count, 0);
    expect(total - counted.requests).toBeWithin(0, 3);
  });

  test("runWrk() numbers packets so that no two are the same", async () => {
    const received: string[] = [];
    using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        received.push(new URL(request.url).pathname);
        return new Response("no", { status: 500 });
      },
    });
    using setup = new Setup(new AbortController().signal);
    const packetsPath = setup.newPath();
    await Bun.write(packetsPath, recordPackets([Buffer.from("GET /######## HTTP/1.1\r\nHost: a\r\n\r\n")]));

    const port = server.port ?? 0;
    const wrk = { ...setup.clientOptions(), port, connections: 1, seconds: 1, packetsPath };
    const counted = await runWrk({ ...wrk, areNumbered: true });
    expect(failure(counted)).toBe(`errors: ${counted.requests} status`);
    expect(received[0]).toMatch(/^\/\d{8}$/);
    expect(new Set(received).size).toBe(received.length);
  });
});
