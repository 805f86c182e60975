/** Clients that go away, with a reset or without, at every stage of a conversation, and in crowds. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { exchange, RawClient } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { Laboratory, type Patient } from "../support/laboratory.ts";
import { realWait, request } from "../support/observed-server.ts";
import { UNENDING } from "./fixtures/stages.ts";

const GET = request();
const TIMEOUT_MS = 30_000;

let laboratory: Laboratory;
beforeAll(() => {
  laboratory = new Laboratory(fileURLToPath(new URL("./fixtures/stages.ts", import.meta.url)));
});
afterAll(() => laboratory[Symbol.asyncDispose]());

/** Expects that `patient` serves, and that nothing of the clients before is left. */
async function expectWell(patient: Patient): Promise<void> {
  expect(decodeResponse(await exchange(patient.port, GET)).body).toBe("hello");
  expect(await patient.settled()).toEqual([]);
}

/** Waits until as many handlers wait. */
async function untilWaiting(patient: Patient, count: number): Promise<void> {
  while ((await patient.order("waiting")) !== count) await realWait();
}

async function untilOpen(patient: Patient, count: number): Promise<void> {
  while ((await patient.order("open")) !== count) await realWait();
}

function post(path: string, length: number, sent: number): string {
  return request(`POST ${path} HTTP/1.1`, [`Content-Length: ${length}`], "x".repeat(sent));
}

const CROWD = 10;

interface Stage {
  readonly name: string;
  /** What each of the clients sends. */
  readonly bytes: string;
  /** When it goes: else when others have been served since it sent this. */
  readonly until?: (client: RawClient) => Promise<unknown>;
  /** Its handler waits, and goes on when all have gone. */
  readonly isWaiting?: boolean;
  /** It reads nothing. */
  readonly isDeaf?: boolean;
}

const STAGES: readonly Stage[] = [
  { name: "before a byte", bytes: "" },
  { name: "after an empty line", bytes: "\r\n" },
  { name: "in the middle of a request line", bytes: "GET /he" },
  { name: "in the middle of the fields", bytes: "GET / HTTP/1.1\r\nHost: te" },
  { name: "between head and body", bytes: post("/read", 100, 0) },
  { name: "in the middle of a body that is read", bytes: post("/read", 100, 50) },
  { name: "in the middle of a body that nobody reads", bytes: post("/wait", 100, 50), isWaiting: true },
  {
    name: "in the middle of a body that nobody reads and that is held up",
    bytes: post("/wait", 2_000_000, 1_000_000),
    isWaiting: true,
  },
  {
    name: "in the middle of a chunk",
    bytes: request("POST /read HTTP/1.1", ["Transfer-Encoding: chunked"], "64\r\nnot all"),
  },
  { name: "while its handler waits", bytes: request("GET /wait HTTP/1.1"), isWaiting: true },
  { name: "in the middle of an answer", bytes: request("GET /large HTTP/1.1"), until: untilAnswered },
  { name: "when it has read nothing of an answer", bytes: request("GET /large HTTP/1.1"), isDeaf: true },
  { name: "between two requests", bytes: GET, until: untilAnswered },
  { name: "while the rest of its body is dropped", bytes: post("/", 100_000, 1000), until: untilAnswered },
  {
    name: "during the lingering",
    bytes: post("/", 1_000_000, 1000),
    until: (client) => client.untilClosed(),
  },
  { name: "after a broken request", bytes: "NO\r\n\r\n", until: (client) => client.untilClosed() },
  { name: "in a burst of requests", bytes: GET.repeat(1000), until: untilAnswered },
  {
    name: "in a burst whose answers it does not read",
    bytes: request("GET /kilobyte HTTP/1.1").repeat(20_000),
    isDeaf: true,
  },
  {
    name: "with a request behind the one that is handled",
    bytes: request("GET /wait HTTP/1.1") + GET,
    isWaiting: true,
  },
];

function untilAnswered(client: RawClient): Promise<unknown> {
  return client.until((received) => received !== "");
}

const WAYS: Readonly<Record<string, (client: RawClient) => void>> = {
  "a reset": (client) => client.abort(),
  "a plain end": (client) => client.end(),
};

describe("a client that goes", () => {
  for (const [way, go] of Object.entries(WAYS)) {
    for (const { name, bytes, until, isWaiting = false, isDeaf = false } of STAGES) {
      test(`${name}, with ${way}, leaves nothing behind and no word in the log`, async () => {
        await using patient = await laboratory.start("stages");
        const clients = await Promise.all(
          Array.from({ length: CROWD }, () => RawClient.connect(patient.port)),
        );
        for (const client of clients) {
          if (isDeaf) client.pause();
          client.send(bytes);
        }
        if (until !== undefined) await Promise.all(clients.map(until));
        if (isWaiting) await untilWaiting(patient, CROWD);
        expect(decodeResponse(await exchange(patient.port, GET)).body).toBe("hello");
        for (const client of clients) go(client);
        // Those who wait do not notice: they finish.
        if (isWaiting) await patient.order("release");
        await expectWell(patient);
        expect(await patient.order("waiting")).toBe(0);
        const log = await patient.log();
        expect(log).not.toContain("Exception");
        expect(log).not.toContain("timed out");
      });
    }

    test(`before the server serves, with ${way}, leaves nothing behind when it does`, async () => {
      await using patient = await laboratory.start("held");
      for (const [index, bytes] of ["", GET, "GET /he", post("/read", 100, 50)].entries()) {
        const client = await RawClient.connect(patient.port);
        client.send(bytes);
        // A connection that reads nothing hears of a reset, but not of an end.
        await untilOpen(patient, way === "a reset" ? 1 : index + 1);
        go(client);
        if (bytes === "") await realWait();
      }
      await patient.order("serve");
      await expectWell(patient);
    });
  }
});

describe("a client that goes while its handler works", () => {
  test("is written to in vain: write() drops, flush() rejects, and the log is quiet", async () => {
    await using patient = await laboratory.start("stages");
    await using client = await RawClient.connect(patient.port);
    client.send(request("GET /late HTTP/1.1"));
    await untilWaiting(patient, 1);
    client.abort();
    // Served by the same loop, after it has heard of the reset.
    await exchange(patient.port, GET);
    await patient.order("release");
    await expectWell(patient);
    expect(await patient.order("notes")).toEqual(["write: 9", "closed: true", "flush: EPIPE"]);
    expect(await patient.log()).not.toContain("Exception");
  });
});

describe("a handler that fails when its client has gone", () => {
  test("is told of, and leaves nothing behind", async () => {
    await using patient = await laboratory.start("stages");
    await using client = await RawClient.connect(patient.port);
    client.send(request("GET /fail HTTP/1.1"));
    await untilWaiting(patient, 1);
    client.abort();
    await exchange(patient.port, GET);
    await patient.order("release");
    await expectWell(patient);
    expect((await patient.log()).match(/RangeError: nobody is there to see it/g)?.length).toBe(1);
  });
});

describe("shutdown()", () => {
  test.each(UNENDING)("gives up a %s that never ends, after drainTimeout", async (where) => {
    await using patient = await laboratory.start(where);
    const clients = await Promise.all(Array.from({ length: 3 }, () => RawClient.connect(patient.port)));
    for (const client of clients) client.send(request("GET / HTTP/1.1", ["Connection: close"]));
    await untilWaiting(patient, 3);
    const log = await patient.log();
    // A connection that has no handler yet is simply closed.
    if (where !== "process_request") {
      expect(log).toContain("shutdown(): 3 connections still open are cut off");
    }
    for (const client of clients) await client.untilClosed();
  });
});

describe("a crowd", () => {
  test(
    "of 10,000 connections that are opened and closed at once leaves nothing behind",
    async () => {
      await using patient = await laboratory.start("stages");
      const bytes = ["", "GET /he", GET, post("/read", 100, 50)];
      for (let batch = 0; batch < 20; batch++) {
        const connecting = Array.from({ length: 500 }, async (_, index) => {
          const client = await RawClient.connect(patient.port);
          client.send(bytes[index % bytes.length]!);
          if (index % 3 === 0) client.end();
          await client[Symbol.asyncDispose]();
        });
        await Promise.all(connecting);
      }
      await expectWell(patient);
      expect(await patient.log()).not.toContain("Exception");
    },
    TIMEOUT_MS,
  );

  test("of 300 that are idle and 300 that stop in their heads leaves others their service", async () => {
    await using patient = await laboratory.start("stages");
    const connect = (count: number) =>
      Promise.all(Array.from({ length: count }, () => RawClient.connect(patient.port)));
    for (const client of await connect(500)) client.abort();
    const idle = await connect(300);
    const stopped = await connect(300);
    for (const client of stopped) client.send("GET / HTTP/1.1\r\nHost: te");
    await untilOpen(patient, 600);
    expect(decodeResponse(await exchange(patient.port, GET)).body).toBe("hello");
    for (const client of stopped) client.send("st\r\n\r\n");
    for (const client of idle) client.send(GET);
    const all = [...idle, ...stopped];
    await Promise.all(all.map((client) => client.until((received) => received.endsWith("hello"))));
    for (const client of all) client.abort();
    await expectWell(patient);
  });
});
