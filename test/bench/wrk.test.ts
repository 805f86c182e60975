import { expect, test } from "bun:test";
import { Setup } from "../../bench/throughput/setup.ts";
import { failure, recordPackets, runWrk, voidReason, type WrkSummary } from "../../bench/throughput/wrk.ts";
import { describeWith } from "../support/programs.ts";

const NO_ERRORS = { connect: 0, read: 0, write: 0, status: 0, timeout: 0 };

function summary(requests: number, bytes: number, errors: Partial<WrkSummary["errors"]> = {}): WrkSummary {
  return { requests, bytes, microseconds: 1e6, errors: { ...NO_ERRORS, ...errors } };
}

test("recordPackets() puts the length before each packet, whose bytes stay as they are", () => {
  const packets = [Buffer.from("12\r\n34"), Buffer.from([0, 255]), Buffer.alloc(0)];
  expect(recordPackets(packets)).toEqual(Buffer.from("6\n12\r\n342\n\x00\xff0\n", "latin1"));
});

test("voidReason() accepts whole answers, and those that were on their way at the end", () => {
  expect(voidReason(summary(100, 13_000), 130, 64)).toBeUndefined();
  expect(voidReason(summary(100, 13_000 + 64 * 130), 130, 64)).toBeUndefined();
});

test.each([
  ["a byte missing in one answer", summary(100, 12_999), "100 answers of 130 bytes cannot make 12999 bytes"],
  ["more answers than requests", summary(100, 13_001 + 64 * 130), "cannot make 21321 bytes"],
  ["a status that is not 2xx", summary(100, 13_000, { status: 1 }), "errors: 1 status"],
  ["errors of two kinds", summary(100, 13_000, { read: 2, timeout: 3 }), "errors: 2 read, 3 timeout"],
  ["silence", summary(0, 0), "no request was answered"],
])("voidReason() names %s", (_, counted, expected) => {
  expect(voidReason(counted, 130, 64)).toContain(expected);
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
