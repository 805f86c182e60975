/** Clients that send many requests at once: they get their answers, and the others theirs in between. */

import { describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler } from "../../src/index.ts";
import { RawClient, startServer } from "../support/client.ts";
import { decodeResponses } from "../support/decode.ts";
import { MemoryConnection, turnEnded } from "../support/memory-socket.ts";
import { request } from "../support/observed-server.ts";

/** Who was answered, in order. */
let answered: string[] = [];

class Named extends BaseHTTPRequestHandler {
  do_GET(): void {
    answered.push(this.path);
    this.send_response(200);
    this.send_header("Content-Length", 0);
    this.end_headers();
  }
  override log_request(): void {}
}

class AsyncNamed extends Named {
  override async do_GET(): Promise<void> {
    super.do_GET();
  }
}

/** A handler with a loop of its own. */
class Pulling extends Named {
  override async handle(): Promise<void> {
    do await this.handle_one_request();
    while (!this.close_connection);
  }
}

const get = (name: string): string => request(`GET ${name} HTTP/1.1`);

describe.each([
  ["synchronous", Named],
  ["asynchronous", AsyncNamed],
  ["pulling", Pulling],
])("a burst of requests to a %s handler", (_kind, Handler) => {
  test("lets others have their turn after maxPipelined of them", async () => {
    answered = [];
    using flood = await MemoryConnection.open(Handler, { maxPipelined: 10 });
    using other = await MemoryConnection.open(Handler, { maxPipelined: 10 });
    flood.receive(get("/flood").repeat(35));
    other.receive(get("/other"));
    while (answered.length < 36) await turnEnded();
    expect(answered.indexOf("/other")).toBeWithin(1, 11);
    await turnEnded();
    expect(decodeResponses(flood.socket.written).length).toBe(35);
    expect(decodeResponses(other.socket.written).length).toBe(1);
  });

  test("waits in bounded memory for the turns that it takes", async () => {
    answered = [];
    using flood = await MemoryConnection.open(Handler, { maxPipelined: 10 });
    const burst = get("/flood").repeat(100);
    let sent = 0;
    while (!flood.socket.isPaused) {
      flood.receive(burst);
      sent += 100;
    }
    expect(flood.connection.input.length).toBeLessThan(256 * 1024 + burst.length);
    while (answered.length < sent) await turnEnded();
    expect(flood.socket).toMatchObject({ isPaused: false });
  });

  test("is answered whole although the client has ended its side", async () => {
    answered = [];
    using flood = await MemoryConnection.open(Handler, { maxPipelined: 10 });
    flood.receive(get("/flood").repeat(100));
    flood.endInput();
    while (!flood.hasEnded) await turnEnded();
    expect(decodeResponses(flood.socket.written).length).toBe(100);
  });

  test("does no harm when the client goes while it has to wait", async () => {
    answered = [];
    using flood = await MemoryConnection.open(Handler, { maxPipelined: 10 });
    flood.receive(get("/flood").repeat(100));
    flood.disconnect();
    while (!flood.hasEnded) await turnEnded();
    await turnEnded();
    expect(answered.length).toBeLessThanOrEqual(11);
    expect(flood.failures).toEqual([]);
  });
});

test("handlers that have waited for the same promise leave others their turn, too", async () => {
  let count = 0;
  const shared = Promise.withResolvers<void>();
  class Waiting extends BaseHTTPRequestHandler {
    async do_GET(): Promise<void> {
      await shared.promise;
      count++;
      this.send_response(204);
      this.end_headers();
    }
    override log_request(): void {}
  }
  using first = await MemoryConnection.open(Waiting, { maxPipelined: 10 });
  using second = await MemoryConnection.open(Waiting, { maxPipelined: 10 });
  for (const client of [first, second]) client.receive(get("/").repeat(100));
  shared.resolve();
  await turnEnded();
  // Those two that had been begun, and ten in each of the connections' turns.
  expect(count).toBeLessThanOrEqual(32);
  while (count < 200) await turnEnded();
  await turnEnded();
  for (const client of [first, second]) {
    expect(decodeResponses(client.socket.written).length).toBe(100);
  }
});

test("one at a time is the least, also with a maxPipelined of 0", async () => {
  answered = [];
  using flood = await MemoryConnection.open(Named, { maxPipelined: 0 });
  flood.receive(get("/flood").repeat(3));
  expect(answered.length).toBe(1);
  while (answered.length < 3) await turnEnded();
});

test("ten thousand requests in one go are all answered, and another client in the meantime", async () => {
  await using server = await startServer(Named);
  await using flood = await RawClient.connect(server.port);
  await using other = await RawClient.connect(server.port);
  answered = [];
  flood.send(get("/flood").repeat(10_000));
  other.send(get("/other"));
  const end = "\r\n\r\n";
  await other.until((received) => received.endsWith(end));
  expect(answered.length).toBeLessThan(10_001);
  await flood.until((received) => received.split(end).length > 10_000);
  expect(decodeResponses(flood.received).length).toBe(10_000);
});
