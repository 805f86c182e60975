/** Memory stays bounded however slowly a client reads and however much it sends. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { request } from "../support/observed-server.ts";
import { BODY_BYTES, bodyHash } from "./fixtures/body.ts";

const MIB = 1024 * 1024;
const TIMEOUT_MS = 60_000;

/** Answers of the measured server that are the same one after the other, before it is taken to stand still. */
const STILL_AFTER = 30;

interface Figures {
  /** The most memory since the baseline, less the baseline. */
  readonly addedBytes: number;
  /** What the handler's `flush()` has settled for. */
  readonly flushedBytes: number;
}

let child: Bun.Subprocess<"ignore", "pipe", "inherit">;
let port = 0;

beforeAll(async () => {
  const program = fileURLToPath(new URL("fixtures/measured-server.ts", import.meta.url));
  child = Bun.spawn([process.execPath, program], { stdout: "pipe", stderr: "inherit" });
  const { value } = await child.stdout.getReader().read();
  port = Number(Buffer.from(value!).toString());
});

afterAll(async () => {
  child.kill();
  await child.exited;
});

async function ask<Answer>(path: string): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return (await response.json()) as Answer;
}

// What the process allocates once, whatever it does, is not what is measured.
beforeEach(async () => {
  for (let count = 0; count < 20; count++) await ask("/");
  await ask("/baseline");
});

/** Waits until nothing moves any more, and gives the figures then. */
async function untilStill(state: () => unknown = () => null): Promise<Figures> {
  let last = "";
  let figures: Figures;
  for (let still = 0; still < STILL_AFTER;) {
    figures = await ask<Figures>("/figures");
    const next = JSON.stringify([figures.flushedBytes, state()]);
    still = next === last ? still + 1 : 0;
    last = next;
  }
  return figures!;
}

/** A client that takes nothing until it is told to, and then takes everything and keeps the hash of it alone. */
class HeldBackReader {
  #socket!: Bun.Socket;
  readonly #hash = new Bun.CryptoHasher("sha256");
  #head = "";
  #waiter = Promise.withResolvers<void>();
  bodyBytes = 0;

  static async get(path: string): Promise<HeldBackReader> {
    const reader = new HeldBackReader();
    reader.#socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        data: (_socket, chunk) => reader.#take(chunk),
        close: () => reader.#waiter.resolve(),
      },
    });
    reader.#socket.pause();
    reader.#socket.write(request(`GET ${path} HTTP/1.1`, ["Connection: close"]));
    return reader;
  }

  /** Reads to the end, and gives the hash of the body. */
  async readAll(): Promise<string> {
    this.#socket.resume();
    await this.#waiter.promise;
    return this.#hash.digest("hex");
  }

  leave(): void {
    this.#socket.terminate();
  }

  #take(chunk: Buffer): void {
    if (this.#head.includes("\r\n\r\n")) {
      this.#addBody(chunk);
      return;
    }
    const bodyStart = chunk.indexOf("\r\n\r\n") + 4;
    this.#head = chunk.toString("latin1", 0, bodyStart);
    this.#addBody(chunk.subarray(bodyStart));
  }

  #addBody(bytes: Uint8Array): void {
    this.bodyBytes += bytes.length;
    this.#hash.update(bytes);
  }
}

describe("50 MB to a reader that is held back", () => {
  test(
    "add at most 8 MiB when they are written in pieces, each flushed, and arrive whole and in order",
    async () => {
      const reader = await HeldBackReader.get("/pieces");
      const held = await untilStill();
      // flush() settles for what the kernel has taken, and that is not all.
      expect(held.flushedBytes).toBeWithin(1, BODY_BYTES / 2);
      expect(await reader.readAll()).toBe(bodyHash());
      expect(reader.bodyBytes).toBe(BODY_BYTES);
      const { addedBytes, flushedBytes } = await ask<Figures>("/figures");
      expect(flushedBytes).toBe(BODY_BYTES);
      expect(addedBytes).toBeLessThanOrEqual(8 * MIB);
    },
    TIMEOUT_MS,
  );

  test(
    "add at most 64 MiB when they are written at once, and arrive whole and in order",
    async () => {
      const reader = await HeldBackReader.get("/whole");
      const held = await untilStill();
      expect(held.flushedBytes).toBe(0);
      expect(await reader.readAll()).toBe(bodyHash());
      expect(reader.bodyBytes).toBe(BODY_BYTES);
      const { addedBytes, flushedBytes } = await ask<Figures>("/figures");
      expect(flushedBytes).toBe(BODY_BYTES);
      expect(addedBytes).toBeLessThanOrEqual(64 * MIB);
    },
    TIMEOUT_MS,
  );

  test(
    "are given up when the reader leaves",
    async () => {
      const reader = await HeldBackReader.get("/pieces");
      const held = await untilStill();
      reader.leave();
      const after = await untilStill();
      expect(after.flushedBytes).toBe(held.flushedBytes);
    },
    TIMEOUT_MS,
  );
});

describe("a client that sends and does not read", () => {
  test(
    "100,000 pipelined requests cost bounded memory, and each is answered once it reads",
    async () => {
      const count = 100_000;
      const start = "HTTP/1.1 200 OK\r\n";
      let [answers, rest] = [0, ""];
      const closed = Promise.withResolvers<void>();
      let unsent = Buffer.from(request("GET /kilobyte HTTP/1.1").repeat(count));
      const pump = (socket: Bun.Socket): void => {
        unsent = unsent.subarray(Math.max(0, socket.write(unsent)));
        if (unsent.length === 0) socket.shutdown();
      };
      const socket = await Bun.connect({
        hostname: "127.0.0.1",
        port,
        allowHalfOpen: true,
        socket: {
          data(_socket, chunk) {
            const text = rest + chunk.toString("latin1");
            answers += text.split(start).length - 1;
            rest = text.slice(-(start.length - 1));
          },
          drain: pump,
          end: () => closed.resolve(),
          close: () => closed.resolve(),
        },
      });
      socket.pause();
      pump(socket);
      // Its answers come to more than 100 MB.
      const { addedBytes } = await untilStill(() => unsent.length);
      expect(addedBytes).toBeLessThanOrEqual(32 * MIB);
      socket.resume();
      await closed.promise;
      expect(answers).toBe(count);
      socket.terminate();
    },
    TIMEOUT_MS,
  );

  test(
    "an upload that its handler does not read is paused, and comes whole when it is read",
    async () => {
      let sentBytes = 0;
      const piece = new Uint8Array(64 * 1024);
      const answer = Promise.withResolvers<string>();
      const pump = (socket: Bun.Socket): void => {
        while (sentBytes < BODY_BYTES) {
          const taken = socket.write(piece.subarray(0, Math.min(piece.length, BODY_BYTES - sentBytes)));
          if (taken <= 0) return;
          sentBytes += taken;
        }
      };
      const socket = await Bun.connect({
        hostname: "127.0.0.1",
        port,
        socket: { data: (_socket, chunk) => answer.resolve(chunk.toString()), drain: pump },
      });
      socket.write(request("POST / HTTP/1.1", [`Content-Length: ${BODY_BYTES}`]));
      pump(socket);
      const { addedBytes } = await untilStill(() => sentBytes);
      expect(sentBytes).toBeLessThan(BODY_BYTES / 2);
      expect(addedBytes).toBeLessThanOrEqual(8 * MIB);
      await ask("/read");
      expect(await answer.promise).toEndWith(JSON.stringify({ readBytes: BODY_BYTES }));
      socket.end();
    },
    TIMEOUT_MS,
  );
});
