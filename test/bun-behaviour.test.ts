/**
 * What the design takes for granted of Bun, as canaries: when one of these fails after an upgrade, the code that
 * leans on it (named in each) has to be looked at again.
 */

import { afterEach, describe, expect, test } from "bun:test";
import { closeSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPipe } from "../src/system/pipe.ts";
import { describeWithCertificates, someCertificate } from "./support/certificates.ts";

type Socket = Bun.Socket<undefined>;
type Handlers = Bun.SocketHandler<undefined>;

const LOOPBACK = "127.0.0.1";
const MORE_THAN_FITS: Uint8Array = new Uint8Array(64 * 1024 * 1024).fill(0x61);

/** What the present test has opened. */
const cleanUps: (() => void)[] = [];

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Counts how often each socket callback was called, and lets a test wait for one. */
class Callbacks {
  readonly #calls: Map<string, number> = new Map();
  #waiters: (() => void)[] = [];

  count(name: string): number {
    return this.#calls.get(name) ?? 0;
  }

  note(name: string): void {
    this.#calls.set(name, this.count(name) + 1);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }

  async until(name: string): Promise<void> {
    while (this.count(name) === 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
}

interface End {
  readonly socket: Socket;
  readonly calls: Callbacks;
  /** The chunks that have come, as they were handed over. */
  readonly chunks: Uint8Array[];
}

interface Pair {
  readonly server: End;
  readonly client: End;
}

function noted(handlers: Handlers, end: { calls: Callbacks; chunks: Uint8Array[] }): Handlers {
  const { calls, chunks } = end;
  return {
    open(socket) {
      handlers.open?.(socket);
      calls.note("open");
    },
    data(socket, chunk) {
      chunks.push(chunk);
      handlers.data?.(socket, chunk);
      calls.note("data");
    },
    error(socket, error) {
      handlers.error?.(socket, error);
      calls.note("error");
    },
    drain: () => calls.note("drain"),
    end: () => calls.note("end"),
    close: () => calls.note("close"),
  };
}

/** A connection over the loopback interface, both ends of it in our hands. */
async function connectedPair(handlers: Handlers = {}, allowHalfOpen = true): Promise<Pair> {
  const accepted = Promise.withResolvers<Socket>();
  const server = { calls: new Callbacks(), chunks: [] };
  const client = { calls: new Callbacks(), chunks: [] };
  const listener = Bun.listen<undefined>({
    hostname: LOOPBACK,
    port: 0,
    allowHalfOpen,
    socket: noted({ ...handlers, open: (socket) => accepted.resolve(socket) }, server),
  });
  cleanUps.push(() => listener.stop(true));
  const connected = await Bun.connect<undefined>({
    hostname: LOOPBACK,
    port: listener.port,
    allowHalfOpen: true,
    socket: noted({}, client),
  });
  cleanUps.push(() => connected.terminate());
  return {
    server: { ...server, socket: await accepted.promise },
    client: { ...client, socket: connected },
  };
}

/** Writes until the socket takes no more, and gives how many bytes it took. */
function fill(socket: Socket): number {
  let taken = 0;
  for (let more = socket.write(MORE_THAN_FITS); more > 0; more = socket.write(MORE_THAN_FITS)) taken += more;
  return taken;
}

describe("socket.write (transport/socket-writer.ts)", () => {
  test("takes what there is room for and says how much that was, then nothing", async () => {
    const { server, client } = await connectedPair();
    client.socket.pause();
    const taken = server.socket.write(MORE_THAN_FITS);
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(MORE_THAN_FITS.length);
    fill(server.socket);
    expect(server.socket.write(MORE_THAN_FITS)).toBe(0);
  });

  test("keeps none of what it did not take: the caller may reuse its array", async () => {
    const { server, client } = await connectedPair();
    client.socket.pause();
    const bytes = new Uint8Array(16 * 1024 * 1024).fill(0x61);
    const taken = server.socket.write(bytes);
    expect(taken).toBeLessThan(bytes.length);
    bytes.fill(0x62);
    server.socket.shutdown();
    client.socket.resume();
    await client.calls.until("end");
    const received = Buffer.concat(client.chunks);
    expect(received.length).toBe(taken);
    expect(received.indexOf("b")).toBe(-1);
  });

  test("is followed by a drain event when there is room again", async () => {
    const { server, client } = await connectedPair();
    client.socket.pause();
    fill(server.socket);
    expect(server.calls.count("drain")).toBe(0);
    client.socket.resume();
    await server.calls.until("drain");
    expect(server.socket.write("more")).toBe(4);
  });

  test("is negative on a closed socket", async () => {
    const { server, client } = await connectedPair();
    client.socket.terminate();
    await server.calls.until("close");
    expect(server.socket.write("late")).toBe(-1);
  });

  test("takes a part of an array by offset and length", async () => {
    const { server, client } = await connectedPair();
    expect(server.socket.write(Buffer.from("0123456789"), 3, 4)).toBe(4);
    server.socket.shutdown();
    await client.calls.until("end");
    expect(Buffer.concat(client.chunks).toString()).toBe("3456");
  });
});

describe("the end of a connection (transport/connection.ts)", () => {
  test("with allowHalfOpen, a client that has ended its side still gets an answer", async () => {
    const { server, client } = await connectedPair();
    client.socket.shutdown();
    await server.calls.until("end");
    expect(server.calls.count("close")).toBe(0);
    expect(server.socket.write("answer")).toBe(6);
    server.socket.end();
    await client.calls.until("close");
    expect(Buffer.concat(client.chunks).toString()).toBe("answer");
  });

  test("without allowHalfOpen it would be too late", async () => {
    const { server, client } = await connectedPair({}, false);
    client.socket.shutdown();
    await server.calls.until("close");
    expect(server.socket.write("answer")).toBe(-1);
  });

  test("shutdown() ends our side only: what the client still sends comes in", async () => {
    const { server, client } = await connectedPair();
    server.socket.shutdown();
    await client.calls.until("end");
    client.socket.write("upload");
    await server.calls.until("data");
    expect(Buffer.concat(server.chunks).toString()).toBe("upload");
  });

  test("end() closes at once, without waiting for the client to end its side", async () => {
    const { server, client } = await connectedPair();
    server.socket.end();
    expect(server.calls.count("close")).toBe(1);
    expect(server.socket.write("late")).toBe(-1);
    await client.calls.until("end");
  });

  test("end() with unread input outstanding resets the connection: hence the lingering", async () => {
    const { server, client } = await connectedPair();
    server.socket.pause();
    client.socket.write("unread");
    server.socket.end();
    await client.calls.until("close");
    // A close in order would have been announced by the end of the other side.
    expect(client.calls.count("end")).toBe(0);
  });

  test("a paused socket does not notice that its client has gone: hence its deadline", async () => {
    const { server, client } = await connectedPair();
    server.socket.pause();
    client.socket.end();
    // Another connection's whole life gives the loop every chance to tell.
    const other = await connectedPair();
    other.client.socket.end();
    await other.server.calls.until("end");
    expect([server.calls.count("end"), server.calls.count("close")]).toEqual([0, 0]);
    server.socket.resume();
    await server.calls.until("end");
  });

  test("stop(false) of a listener leaves its connections open (server/http-server.ts)", async () => {
    const calls = new Callbacks();
    const opened = Promise.withResolvers<Socket>();
    const listener = Bun.listen<undefined>({
      hostname: LOOPBACK,
      port: 0,
      socket: { open: (socket) => opened.resolve(socket), data: () => {} },
    });
    const client = await Bun.connect<undefined>({
      hostname: LOOPBACK,
      port: listener.port,
      socket: noted({}, { calls, chunks: [] }),
    });
    cleanUps.push(() => client.terminate());
    const socket = await opened.promise;
    listener.stop(false);
    expect(socket.write("still here")).toBe(10);
    await calls.until("data");
  });
});

describe("data callbacks (transport/input-buffer.ts, rfile.ts)", () => {
  test("hand over memory of their own, which stays as it is when more comes", async () => {
    const { server, client } = await connectedPair();
    for (const letter of "abcd") {
      const count = server.chunks.length;
      client.socket.write(letter.repeat(1000));
      while (server.chunks.length === count) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(server.chunks.map((chunk) => String.fromCharCode(chunk[0]!, chunk.at(-1)!))).toEqual([
      "aa",
      "bb",
      "cc",
      "dd",
    ]);
  });

  test("hand over a Buffer, whose slice() is a view and not a copy", async () => {
    const { server, client } = await connectedPair();
    client.socket.write("bytes");
    await server.calls.until("data");
    const [chunk] = server.chunks;
    expect(chunk).toBeInstanceOf(Buffer);
    chunk!.slice(1)[0] = 0x21;
    expect(String(chunk)).toBe("b!tes");
  });

  test("that throw get to the error callback, and the socket stays open (transport/socket-handlers.ts)", async () => {
    const defect = new Error("a defect");
    const errors: unknown[] = [];
    const { server, client } = await connectedPair({
      data() {
        throw defect;
      },
      error: (_socket, error) => void errors.push(error),
    });
    client.socket.write("x");
    await server.calls.until("error");
    expect(errors).toEqual([defect]);
    expect(server.calls.count("close")).toBe(0);
    expect(server.socket.write("still open")).toBe(10);
  });
});

describe("the event loop (transport/turn.ts)", () => {
  test("runs setImmediate after the microtasks, however many awaits follow each other, and after nextTick", async () => {
    const order: string[] = [];
    setImmediate(() => order.push("immediate"));
    void (async () => {
      for (let i = 0; i < 1000; i++) await undefined;
      order.push("awaits");
      process.nextTick(() => order.push("tick"));
    })();
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(["awaits", "tick", "immediate"]);
  });
});

describe("Bun.listen (transport/listener.ts)", () => {
  const socket: Handlers = { data: () => {} };

  test('refuses the host ""', () => {
    expect(() => Bun.listen({ hostname: "", port: 0, socket })).toThrow();
  });

  test('takes both families on "::"', async () => {
    const listener = Bun.listen<undefined>({
      hostname: "::",
      port: 0,
      socket: { open: (opened) => void opened.end(opened.remoteAddress), data: () => {} },
    });
    cleanUps.push(() => listener.stop(true));
    const calls = new Callbacks();
    const chunks: Uint8Array[] = [];
    await Bun.connect<undefined>({
      hostname: LOOPBACK,
      port: listener.port,
      socket: noted({}, { calls, chunks }),
    });
    await calls.until("close");
    expect(Buffer.concat(chunks).toString()).toBe("::ffff:127.0.0.1");
  });

  test("names a taken port EADDRINUSE", () => {
    const first = Bun.listen({ hostname: LOOPBACK, port: 0, socket });
    cleanUps.push(() => first.stop(true));
    expect(() => Bun.listen({ hostname: LOOPBACK, port: first.port, socket })).toThrow(
      expect.objectContaining({ code: "EADDRINUSE" }),
    );
  });

  test("has the descriptor and the bound address", () => {
    const listener = Bun.listen({ hostname: LOOPBACK, port: 0, socket });
    cleanUps.push(() => listener.stop(true));
    const { fd, hostname } = listener as unknown as { fd: number; hostname: string };
    expect(fd).toBeGreaterThan(2);
    expect(hostname).toBe(LOOPBACK);
    expect(listener.port).toBeGreaterThan(0);
  });

  test.skipIf(process.platform !== "linux")("shares a port where reusePort is set on both", () => {
    const options = { hostname: LOOPBACK, socket, reusePort: true };
    const first = Bun.listen({ ...options, port: 0 });
    cleanUps.push(() => first.stop(true));
    const second = Bun.listen({ ...options, port: first.port });
    cleanUps.push(() => second.stop(true));
    expect(second.port).toBe(first.port);
  });

  test("leaves a file behind for a unix socket as long as it listens", () => {
    const directory = mkdtempSync(join(tmpdir(), "basehttp-canary-"));
    cleanUps.push(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "socket");
    const listener = Bun.listen({ unix: path, socket });
    expect(existsSync(path)).toBe(true);
    listener.stop(true);
    expect(existsSync(path)).toBe(false);
  });
});

describe("text (protocol/text.ts, protocol/response-head.ts)", () => {
  const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

  test("TextDecoder's latin1 is windows-1252, Buffer's is Latin-1", () => {
    expect(new TextDecoder("latin1").decode(new Uint8Array([0x80]))).toBe("\u20ac");
    expect(Buffer.from(everyByte).toString("latin1")).toBe(String.fromCharCode(...everyByte));
  });

  test("latin1Write and utf8Write give the number of bytes written at an offset", () => {
    const buffer = Buffer.alloc(8);
    expect(buffer.latin1Write("\u00fc!", 1)).toBe(2);
    expect(buffer.utf8Write("\u00fc!", 4)).toBe(3);
    expect([...buffer]).toEqual([0, 0xfc, 0x21, 0, 0xc3, 0xbc, 0x21, 0]);
  });
});

describe.if(process.platform === "linux")("programs and pipes (handler/cgi/process.ts)", () => {
  const shell = (script: string) => ["sh", "-c", script];

  /** What `fd` is opened as, by its number in a program. */
  const opened = (fd: number) => `readlink /proc/self/fd/${fd}`;

  test("detached makes a session, which is a process group of the same number", async () => {
    const child = Bun.spawn(shell("cut -d' ' -f5,6 /proc/$$/stat"), { detached: true, stdout: "pipe" });
    expect((await new Response(child.stdout).text()).trim()).toBe(`${child.pid} ${child.pid}`);
  });

  test("what Bun itself gives a program is a socket, which cannot be opened by its name", async () => {
    const child = Bun.spawn(shell(`${opened(0)}; cat /dev/stdin`), {
      stdio: ["pipe", "pipe", "ignore"],
    });
    expect(await new Response(child.stdout).text()).toStartWith("socket:");
    expect(await child.exited).not.toBe(0);
  });

  test("a pipe is read no faster than somebody takes what comes of it, up to a bound", async () => {
    const { readEnd, writeEnd } = openPipe()!;
    const child = Bun.spawn(["yes"], { stdio: ["ignore", writeEnd, "ignore"] });
    cleanUps.push(() => child.kill("SIGKILL"));
    closeSync(writeEnd);
    const reader = Bun.file(readEnd).stream().getReader();
    await reader.read();
    const written = () =>
      Number(/^wchar: ([0-9]+)$/m.exec(readFileSync(`/proc/${child.pid}/io`, "utf8"))![1]);
    // Time enough for gigabytes.
    for (let round = 0; round < 20; round++) await Bun.spawn(["true"]).exited;
    expect(written()).toBeLessThan(4 * 1024 * 1024);
    await reader.cancel();
    closeSync(readEnd);
    expect(await child.exited).not.toBe(0);
  });

  test("cancelling a reader ends a read that waits, and leaves the descriptor open", async () => {
    const { readEnd, writeEnd } = openPipe()!;
    const reader = Bun.file(readEnd).stream().getReader();
    const waiting = reader.read();
    await reader.cancel();
    expect((await waiting).done).toBe(true);
    closeSync(readEnd);
    closeSync(writeEnd);
  });

  test("a writer waits for room, fails when nobody reads any more, and closes only what it has opened itself", async () => {
    const { readEnd, writeEnd } = openPipe()!;
    const sink = Bun.file(writeEnd).writer();
    const written = Promise.resolve(sink.write(MORE_THAN_FITS));
    closeSync(readEnd);
    expect(await written.then(String, (error) => error.code)).toBe("EPIPE");
    await Promise.try(() => sink.end()).catch(() => {});
    closeSync(writeEnd);
  });
});

describe("bun --hot (server/hot-reload.ts)", () => {
  test("shows in process.execArgv, and keeps globalThis from run to run", async () => {
    const directory = mkdtempSync(join(tmpdir(), "basehttp-canary-"));
    cleanUps.push(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "program.ts");
    const program = (run: string): string => `
      globalThis.runs = (globalThis.runs ?? 0) + 1;
      console.log(process.execArgv.includes("--hot"), globalThis.runs, ${JSON.stringify(run)});
      setInterval(() => {}, 1000);
    `;
    writeFileSync(path, program("first"));
    await using child = Bun.spawn([process.execPath, "--hot", "--no-clear-screen", path], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const lines = child.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe("true 1 first\n");
    writeFileSync(path, program("second"));
    // A change that is seen in two steps may be run twice, and both runs be heard of at once.
    const [line] = (await lines.next()).value!.split("\n");
    expect(line).toBe("true 2 second");
  });
});

/** Listens with TLS, and notes what comes in which order, with what the handshake is said to have come to. */
function listenTls(handlers: Handlers = {}): { port: number; events: string[]; closed: Promise<void> } {
  const { certfile, keyfile } = someCertificate();
  const events: string[] = [];
  const closed = Promise.withResolvers<void>();
  const listener = Bun.listen<undefined>({
    ...{ hostname: LOOPBACK, port: 0, allowHalfOpen: true },
    tls: {
      cert: readFileSync(certfile),
      key: readFileSync(keyfile),
      // The types want text, which would be taken for UTF-8.
      ALPNProtocols: Buffer.from("\x08http/1.1") as unknown as string,
    },
    socket: {
      open: () => void events.push("open"),
      handshake(_socket, isDone, error) {
        events.push(`handshake ${isDone}`);
        if (!isDone) events.push(String(error?.message.split(":").at(-1)));
      },
      data(socket, chunk) {
        events.push(`data ${chunk.length}`);
        handlers.data?.(socket, chunk);
      },
      end(socket) {
        events.push("end");
        handlers.end?.(socket);
      },
      error: (_socket, error) => void events.push(`error ${error.message.split(":").at(-1)}`),
      close: () => {
        events.push("close");
        closed.resolve();
      },
    },
  });
  cleanUps.push(() => listener.stop(true));
  return { port: listener.port, events, closed: closed.promise };
}

async function connectTls(port: number, ALPNProtocols = "\x08http/1.1"): Promise<Socket> {
  const done = Promise.withResolvers<boolean>();
  const socket = await Bun.connect<undefined>({
    ...{ hostname: LOOPBACK, port, allowHalfOpen: true },
    tls: { rejectUnauthorized: false, ALPNProtocols },
    socket: {
      handshake: (_socket, isDone) => done.resolve(isDone),
      data() {},
      close: () => done.resolve(false),
    },
  });
  cleanUps.push(() => socket.terminate());
  await done.promise;
  return socket;
}

describeWithCertificates("TLS (transport/socket-handlers.ts, transport/handshakes.ts)", () => {
  test("opens a socket, then tells of its handshake, and only then of data", async () => {
    const { port, events, closed } = listenTls({ end: (socket) => void socket.end() });
    const client = await connectTls(port);
    client.write("hello");
    client.end();
    await closed;
    expect(events).toEqual(["open", "handshake true", "data 5", "end", "close"]);
  });

  test("tells of a handshake that fails, and closes by itself", async () => {
    const { port, events, closed } = listenTls();
    await connectTls(port, "\x02h2");
    await closed;
    expect(events).toEqual(["open", "handshake false", "NO_APPLICATION_PROTOCOL", "close"]);
  });

  test("tells of a client that leaves before its handshake as of one that fails", async () => {
    const { port, events, closed } = listenTls();
    const client = await Bun.connect({ hostname: LOOPBACK, port, socket: { data() {} } });
    client.end();
    await closed;
    expect(events.slice(0, 2)).toEqual(["open", "handshake false"]);
    expect(events.at(-1)).toBe("close");
  });

  test("takes what there is room for, and a piece of 128 KiB beyond that at most", async () => {
    const accepted = Promise.withResolvers<Socket>();
    const { port } = listenTls({ data: (socket) => accepted.resolve(socket) });
    const client = await connectTls(port);
    client.write("hello");
    client.pause();
    const server = await accepted.promise;
    const first = server.write(MORE_THAN_FITS);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(MORE_THAN_FITS.length);
    const rest = [server.write(MORE_THAN_FITS), server.write(MORE_THAN_FITS), server.write(MORE_THAN_FITS)];
    for (const taken of rest) expect(taken).toBeWithin(0, 128 * 1024 + 1);
  });

  test("hands over what the client sends after it was paused, once it is resumed", async () => {
    let received = 0;
    const whole = Promise.withResolvers<void>();
    const paused = Promise.withResolvers<Socket>();
    const { port } = listenTls({
      data(socket, chunk) {
        received += chunk.length;
        socket.pause();
        paused.resolve(socket);
        setTimeout(() => socket.resume());
        if (received === 3_000_000) whole.resolve();
      },
    });
    const client = await connectTls(port);
    const bytes = new Uint8Array(3_000_000);
    for (let sent = 0; sent < bytes.length;) {
      sent += client.write(bytes, sent);
      await new Promise((resolve) => setTimeout(resolve));
    }
    await whole.promise;
  });
});
