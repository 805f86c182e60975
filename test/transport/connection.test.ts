import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { BaseHTTPRequestHandler, RequestBodyError } from "../../src/index.ts";
import { DEFAULT_CONNECTION_LIMITS, MAX_DISCARDED_BYTES } from "../../src/transport/limits.ts";
import { decodeResponse, decodeResponses } from "../support/decode.ts";
import { MemoryConnection, turnEnded } from "../support/memory-socket.ts";

const GET = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
const POST = "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n";

class Hello extends BaseHTTPRequestHandler {
  static lines: string[] = [];

  do_GET(): void {
    this.answer("hello");
  }

  async do_POST(): Promise<void> {
    this.answer(`got ${await this.rfile.text()}`);
  }

  answer(body: string): void {
    this.send_response(200);
    this.send_header("Content-Length", body.length);
    this.end_headers();
    this.wfile.write(body);
  }

  override log_message(format: string, ...args: unknown[]): void {
    Hello.lines.push([format, ...args].join(" "));
  }
}

beforeEach(() => {
  Hello.lines = [];
});

describe("deadlines", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const { headTimeout, idleTimeout, bodyTimeout, writeTimeout, minBodyRate, bodyRateGrace } =
    DEFAULT_CONNECTION_LIMITS;

  /** Lets time go by, in steps, as an event loop does that is not held up. */
  async function pass(seconds: number): Promise<void> {
    for (let ms = 0; ms < seconds * 1000; ms += 250) {
      jest.advanceTimersByTime(250);
      for (let count = 0; count < 5; count++) await undefined;
    }
  }

  test("an idle connection is closed quietly, and not before its time", async () => {
    using client = await MemoryConnection.open(Hello);
    await pass(idleTimeout - 0.5);
    expect(client.socket.isClosed).toBe(false);
    await pass(1.5);
    expect([client.socket.isClosed, client.socket.isTerminated]).toEqual([true, false]);
    expect([client.socket.writes, Hello.lines]).toEqual([[], []]);
  });

  test("an idle connection has its time anew after each request", async () => {
    using client = await MemoryConnection.open(Hello);
    for (let round = 0; round < 3; round++) {
      await pass(idleTimeout - 1);
      client.receive(GET);
      expect(client.socket.isClosed).toBe(false);
    }
    await pass(idleTimeout + 1);
    expect(client.socket.isClosed).toBe(true);
    expect(client.socket.writes.length).toBe(3);
  });

  test("a head that is dripped gets 408 when its time is up, however steadily it comes", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive("GET / HTTP/1.1\r\n");
    let drips = 0;
    while (!client.socket.isShutDown && drips < 100) {
      client.receive("X: y\r\n");
      drips++;
      await pass(1);
    }
    expect(drips).toBeWithin(headTimeout, headTimeout + 2);
    expect(decodeResponse(client.socket.written).status).toBe(408);
    expect(decodeResponse(client.socket.written).headers.get("connection")).toBe("close");
  });

  test("the second head of a connection has its own time", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive(GET);
    await pass(20);
    client.receive("GET / HT");
    await pass(headTimeout - 1);
    expect(client.socket.writes.length).toBe(1);
    await pass(2);
    expect(decodeResponses(client.socket.written).map(({ status }) => status)).toEqual([200, 408]);
  });

  test("a body that stops coming gets 408", async () => {
    using client = await MemoryConnection.open(Hello, { minBodyRate: 0 });
    client.receive(POST);
    await pass(bodyTimeout - 1);
    client.receive("12345");
    await pass(bodyTimeout - 1);
    expect(client.socket.writes).toEqual([]);
    await pass(2);
    expect(decodeResponse(client.socket.written).status).toBe(408);
    expect(client.failures).toEqual([]);
  });

  test("a body that never begins to come gets 408, too", async () => {
    using client = await MemoryConnection.open(Hello, { minBodyRate: 0 });
    client.receive(POST);
    await pass(bodyTimeout - 1);
    expect(client.socket.writes).toEqual([]);
    await pass(2);
    expect(decodeResponse(client.socket.written).status).toBe(408);
  });

  /**
   * Sends `count` bytes every `interval` seconds until it is answered, for an hour at most, and gives the seconds that it
   * took.
   */
  async function drip(client: MemoryConnection, count: number, interval = 1): Promise<number> {
    let seconds = 0;
    while (client.socket.writes.length === 0 && seconds < 3600) {
      client.receive("x".repeat(count));
      await pass(interval);
      seconds += interval;
    }
    return seconds;
  }

  const LONG_POST = POST.replace("10", "100000000");

  test("a body that is dripped more slowly than minBodyRate gets 408 after bodyRateGrace", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive(LONG_POST);
    expect(await drip(client, 1)).toBeWithin(bodyRateGrace, bodyRateGrace + 2);
    expect(decodeResponse(client.socket.written).status).toBe(408);
    expect(client.failures).toEqual([]);
  });

  test("a body that is dripped so often that its deadline would move on and on gets 408, too", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive(LONG_POST);
    expect(await drip(client, 1, 0.25)).toBeWithin(bodyRateGrace, bodyRateGrace + 2);
    expect(decodeResponse(client.socket.written).status).toBe(408);
  });

  test("a body that comes fast enough may take as long as it is long", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive(LONG_POST);
    expect(await drip(client, minBodyRate)).toBe(3600);
  });

  test("a body that came fast may pause for bodyTimeout, and not be slow from then on", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive(LONG_POST);
    client.receive("x".repeat(1_000_000));
    await pass(bodyTimeout - 1);
    expect(client.socket.writes).toEqual([]);
    expect(await drip(client, 100)).toBeWithin(1, 4);
  });

  test("a body that comes in bursts is not slow because its handler works on the first packet of each", async () => {
    let work = Promise.withResolvers<void>();
    class Worker extends Hello {
      override async do_POST(): Promise<void> {
        let length = 0;
        for await (const piece of this.rfile) {
          length += piece.length;
          await work.promise;
        }
        this.answer(String(length));
      }
    }
    using client = await MemoryConnection.open(Worker);
    client.receive(POST.replace("10", "120000"));
    for (let burst = 0; burst < 20; burst++) {
      work = Promise.withResolvers();
      for (let packet = 0; packet < 4; packet++) {
        client.receive("x".repeat(1500));
        await pass(0.25);
      }
      work.resolve();
      await pass(9);
    }
    expect(decodeResponse(client.socket.written).body).toBe("120000");
  });

  test("each body of a connection has its own time", async () => {
    using client = await MemoryConnection.open(Hello);
    for (let round = 1; round <= 3; round++) {
      client.receive(POST);
      await pass(bodyRateGrace - 1);
      client.receive("1234567890");
      await pass(0.5);
      expect(client.socket.writes.length).toBe(round);
    }
  });

  test("time that the handler takes between two reads is not the client's", async () => {
    const thought = Promise.withResolvers<void>();
    class Thinker extends Hello {
      override async do_POST(): Promise<void> {
        const first = await this.rfile.read(5);
        await thought.promise;
        this.answer(`${first.length} and ${(await this.rfile.read()).length}`);
      }
    }
    using client = await MemoryConnection.open(Thinker);
    client.receive(POST);
    await pass(bodyRateGrace - 5);
    client.receive("12345");
    await pass(3600);
    thought.resolve();
    await pass(4);
    client.receive("67890");
    await pass(0.5);
    expect(decodeResponse(client.socket.written).body).toBe("5 and 5");
  });

  test("what a handler left of a body is waited for no longer than bodyTimeout", async () => {
    class Careless extends Hello {
      override async do_POST(): Promise<void> {
        this.answer("careless");
      }
    }
    using client = await MemoryConnection.open(Careless);
    client.receive(POST.replace("10", "1000"));
    for (let seconds = 0; seconds < bodyTimeout - 1; seconds++) {
      client.receive("x");
      await pass(1);
    }
    expect(client.socket.isShutDown).toBe(false);
    await pass(2);
    expect(client.socket.isShutDown).toBe(true);
    expect(decodeResponse(client.socket.written).body).toBe("careless");
  });

  test("a connection that is held is closed when it was held for too long", async () => {
    using client = await MemoryConnection.open(Hello);
    client.connection.hold();
    await pass(idleTimeout + 1);
    expect(client.socket.isClosed).toBe(true);
  });

  test("a handler that thinks has all the time that it wants", async () => {
    const thought = Promise.withResolvers<void>();
    class Thinker extends Hello {
      override async do_POST(): Promise<void> {
        const body = await this.rfile.text();
        await thought.promise;
        this.answer(body);
      }
    }
    using client = await MemoryConnection.open(Thinker);
    client.receive(POST);
    client.receive("1234567890");
    await pass(3600);
    expect(client.socket.isClosed).toBe(false);
    thought.resolve();
    await pass(0.5);
    expect(decodeResponse(client.socket.written).body).toBe("1234567890");
  });

  test("a client that takes nothing of its answer is cut off, and the log says so", async () => {
    class Big extends Hello {
      override async do_GET(): Promise<void> {
        this.answer("x".repeat(100_000));
        await this.wfile.flush();
      }
    }
    using client = await MemoryConnection.open(Big);
    client.socket.room = 1000;
    client.receive(GET);
    await pass(writeTimeout - 1);
    client.drain(1);
    await pass(writeTimeout - 1);
    expect(client.socket.isClosed).toBe(false);
    await pass(2);
    expect(client.socket.isTerminated).toBe(true);
    expect(client.failures).toEqual([]);
    expect(Hello.lines.at(-1)).toContain("Request timed out");
  });

  test("a drain event without a byte taken gives a client no more time", async () => {
    using client = await MemoryConnection.open(Hello);
    client.socket.room = 0;
    client.receive(GET);
    for (let seconds = 0; seconds < writeTimeout + 2; seconds++) {
      client.drain(0);
      await pass(1);
    }
    expect(client.socket.isTerminated).toBe(true);
  });

  describe("a client that takes nothing of its answer", () => {
    class Pulling extends Hello {
      override async handle(): Promise<void> {
        do await this.handle_one_request();
        while (!this.close_connection);
      }
    }

    for (const Handler of [Hello, Pulling]) {
      test(`earns no time with more requests (${Handler.name})`, async () => {
        using client = await MemoryConnection.open(Handler);
        client.socket.room = 0;
        for (let seconds = 0; seconds < writeTimeout + 2; seconds++) {
          client.receive(GET);
          await pass(1);
        }
        expect(client.socket.isTerminated).toBe(true);
      });
    }

    test("has its time anew where it has taken some without the system's telling of it", async () => {
      using client = await MemoryConnection.open(Hello);
      client.socket.room = 0;
      client.receive(GET);
      await pass(writeTimeout - 1);
      client.socket.room = 10;
      await pass(writeTimeout);
      expect([client.socket.isClosed, client.socket.written.length]).toEqual([false, 10]);
      await pass(2);
      expect(client.socket.isTerminated).toBe(true);
    });

    test("loses none by beginning with the next request", async () => {
      using client = await MemoryConnection.open(Hello);
      client.socket.room = 0;
      client.receive(GET);
      client.receive("GET /next");
      await pass(writeTimeout - 1);
      expect(client.socket.isClosed).toBe(false);
      await pass(2);
      expect(client.socket.isTerminated).toBe(true);
    });

    test("is cut off while a handler that pulls waits for it in a later answer", async () => {
      class Waiting extends Pulling {
        override async do_GET(): Promise<void> {
          this.answer("hello");
          if (this.path === "/flushed") await this.wfile.flush();
        }
      }
      using client = await MemoryConnection.open(Waiting);
      client.socket.room = 0;
      client.receive(GET);
      await pass(1);
      client.receive(GET.replace("/", "/flushed"));
      await pass(writeTimeout + 2);
      expect(client.socket.isTerminated).toBe(true);
    });

    test("is cut off while finish() waits for it", async () => {
      class Flushing extends Hello {
        override do_GET(): void {
          this.answer("x".repeat(100_000));
        }
        override async finish(): Promise<void> {
          await this.wfile.flush();
          await super.finish();
        }
      }
      using client = await MemoryConnection.open(Flushing);
      client.socket.room = 0;
      client.receive(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
      await pass(writeTimeout + 2);
      expect(client.socket.isTerminated).toBe(true);
    });

    test("has the time of an idle one again when it has taken all", async () => {
      using client = await MemoryConnection.open(Hello);
      client.socket.room = 0;
      client.receive(GET);
      await pass(writeTimeout - 1);
      client.drain();
      await pass(idleTimeout - 1);
      expect(client.socket.isClosed).toBe(false);
      await pass(2);
      expect([client.socket.isClosed, client.socket.isTerminated]).toEqual([true, false]);
    });
  });

  test("the last answer of a connection has its time, too", async () => {
    using client = await MemoryConnection.open(Hello);
    client.socket.room = 0;
    client.receive(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    await pass(writeTimeout - 1);
    expect(client.socket.isClosed).toBe(false);
    await pass(2);
    expect(client.socket.isTerminated).toBe(true);
  });

  test("Python's timeout replaces all of them", async () => {
    class Hasty extends Hello {
      static override timeout = 2;
    }
    using idle = await MemoryConnection.open(Hasty);
    using begun = await MemoryConnection.open(Hasty);
    begun.receive("GET");
    using sending = await MemoryConnection.open(Hasty);
    sending.receive(POST);
    await pass(3);
    expect([idle.socket.isClosed, idle.socket.writes]).toEqual([true, []]);
    expect(decodeResponse(begun.socket.written).status).toBe(408);
    expect(decodeResponse(sending.socket.written).status).toBe(408);
  });

  test("Infinity and 0 mean for ever", async () => {
    for (const forever of [0, Number.POSITIVE_INFINITY]) {
      using client = await MemoryConnection.open(Hello, { idleTimeout: forever, headTimeout: forever });
      await pass(500);
      client.receive("GET / HTTP/1.1\r\n");
      await pass(500);
      client.receive("Host: test\r\n\r\n");
      expect(decodeResponse(client.socket.written).status).toBe(200);
    }
  });

  test("lingering ends after two seconds, whatever still comes", async () => {
    using client = await MemoryConnection.open(Hello, { maxBodyBytes: 100 });
    client.receive(POST.replace("10", "1000"));
    expect([client.socket.isShutDown, client.socket.isClosed]).toEqual([true, false]);
    for (let count = 0; count < 20 && !client.socket.isClosed; count++) {
      client.receive("0123456789");
      await pass(0.25);
    }
    expect([client.socket.isClosed, client.socket.isTerminated]).toEqual([true, false]);
  });
});

describe("back-pressure", () => {
  test("nothing is read from a client that takes none of its answers", async () => {
    let handled = 0;
    class Counting extends Hello {
      override do_GET(): void {
        handled++;
        this.answer("x".repeat(1000));
      }
    }
    using client = await MemoryConnection.open(Counting, { maxUnsentBytes: 10_000 });
    client.socket.room = 0;
    const burst = GET.repeat(100);
    client.receive(burst);
    // As many as fit, and the one that goes beyond.
    expect(handled).toBeWithin(5, 100);
    expect(client.socket.isPaused).toBe(true);
    const handledBefore = handled;
    client.receive(burst);
    expect(handled).toBe(handledBefore);
    client.drain();
    while (handled < 200) {
      await turnEnded();
      client.drain();
    }
    expect(client.socket.isPaused).toBe(false);
    expect(decodeResponses(client.socket.written).length).toBe(200);
  });

  test("an upload that nobody reads is paused, and goes on when it is read", async () => {
    const go = Promise.withResolvers<void>();
    class Late extends Hello {
      override async do_POST(): Promise<void> {
        await go.promise;
        let total = 0;
        for await (const piece of this.rfile) total += piece.length;
        this.answer(String(total));
      }
    }
    using client = await MemoryConnection.open(Late);
    const packet = new Uint8Array(64 * 1024);
    client.receive(POST.replace("10", String(16 * packet.length)));
    let sent = 0;
    for (; !client.socket.isPaused && sent < 16; sent++) client.receive(packet);
    expect(sent * packet.length).toBeWithin(256 * 1024, 512 * 1024);
    go.resolve();
    await turnEnded();
    expect(client.socket.isPaused).toBe(false);
    for (; sent < 16; sent++) client.receive(packet);
    await turnEnded();
    expect(decodeResponse(client.socket.written).body).toBe(String(16 * packet.length));
  });

  test("a connection that is held reads nothing", async () => {
    using client = await MemoryConnection.open(Hello);
    expect(client.socket.isPaused).toBe(false);
    client.connection.hold();
    expect(client.socket.isPaused).toBe(true);
  });
});

describe("closing", () => {
  test("is at once where nothing is outstanding", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    expect([client.socket.isClosed, client.socket.isTerminated, client.hasEnded]).toEqual([
      true,
      false,
      true,
    ]);
    expect(decodeResponse(client.socket.written).body).toBe("hello");
  });

  test("waits for the answer to be taken", async () => {
    using client = await MemoryConnection.open(Hello);
    client.socket.room = 10;
    client.receive(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    expect(client.socket.isClosed).toBe(false);
    client.drain(10);
    expect(client.socket.isClosed).toBe(false);
    client.drain();
    expect(client.socket.isClosed).toBe(true);
    expect(decodeResponse(client.socket.written).body).toBe("hello");
  });

  test("lingers where input is outstanding: half-closed, and what comes is dropped", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive("BAD REQUEST\r\n\r\nand more");
    expect([client.socket.isShutDown, client.socket.isClosed]).toEqual([true, false]);
    client.receive("still more");
    expect(client.socket.isClosed).toBe(false);
    client.endInput();
    expect([client.socket.isClosed, client.socket.isTerminated]).toEqual([true, false]);
    expect(decodeResponse(client.socket.written).status).toBe(400);
  });

  test("lingers for so many bytes only, and then reads no more until its time is up", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive("BAD REQUEST\r\n\r\n");
    const packet = new Uint8Array(64 * 1024);
    let sent = 0;
    for (; !client.socket.isPaused && sent < 100 * packet.length; sent += packet.length)
      client.receive(packet);
    expect(sent).toBeWithin(MAX_DISCARDED_BYTES, MAX_DISCARDED_BYTES + 2 * packet.length);
    // A close would be answered by a reset, which would overtake the answer.
    expect(client.socket.isClosed).toBe(false);
  });

  test("in the middle of a request lets its handler finish unheard", async () => {
    const states: unknown[] = [];
    const go = Promise.withResolvers<void>();
    class Slow extends Hello {
      override async do_GET(): Promise<void> {
        await go.promise;
        this.answer("nobody hears this");
        states.push(this.wfile.closed, await this.wfile.flush().catch((error: Error) => error.name));
      }
      override finish(): void {
        states.push("finish");
        void super.finish();
      }
    }
    using client = await MemoryConnection.open(Slow);
    client.receive(GET);
    client.disconnect();
    go.resolve();
    await turnEnded();
    expect(states).toEqual([true, "ConnectionClosedError", "finish"]);
    expect([client.socket.writes, client.failures]).toEqual([[], []]);
  });
});

describe("the end of the client's side", () => {
  test("in a head that has begun is 400", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive("GET / HTTP/1.1\r\nHost");
    client.endInput();
    expect(decodeResponse(client.socket.written).status).toBe(400);
    expect(client.socket.isClosed).toBe(true);
  });

  test("between requests closes quietly", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive(GET);
    client.endInput();
    expect(client.socket.isClosed).toBe(true);
    expect(client.socket.writes.length).toBe(1);
  });

  test("after empty lines closes quietly, too", async () => {
    using client = await MemoryConnection.open(Hello);
    client.receive("\r\n\r\n");
    client.endInput();
    expect([client.socket.isClosed, client.socket.writes]).toEqual([true, []]);
  });

  test("in a body rejects the read, and the request is 400", async () => {
    let caught: unknown;
    class Catching extends Hello {
      override async do_POST(): Promise<void> {
        await this.rfile.read().catch((error: unknown) => {
          caught = error;
          throw error;
        });
      }
    }
    using client = await MemoryConnection.open(Catching);
    client.receive(`${POST}1234`);
    client.endInput();
    await turnEnded();
    expect(caught).toBeInstanceOf(RequestBodyError);
    expect(decodeResponse(client.socket.written).status).toBe(400);
    expect(client.failures).toEqual([]);
  });

  test("while an asynchronous handler works does not lose its answer", async () => {
    const go = Promise.withResolvers<void>();
    class Slow extends Hello {
      override async do_GET(): Promise<void> {
        await go.promise;
        this.answer("late");
      }
    }
    using client = await MemoryConnection.open(Slow);
    client.receive(GET + GET);
    client.endInput();
    go.resolve();
    await turnEnded();
    expect(decodeResponses(client.socket.written).map(({ body }) => body)).toEqual(["late", "late"]);
    expect(client.socket.isClosed).toBe(true);
  });
});

test("requests are answered the same however their bytes are cut into packets", async () => {
  class Both extends Hello {
    override do_GET(): void {
      this.answer(`${this.path} ${this.headers.get("X-Field")}`);
    }
  }
  const wire =
    "GET /1 HTTP/1.1\r\nHost: t\r\nX-Field: one\r\n\r\n" +
    "POST /2 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: t\r\n\r\n" +
    "\r\nPOST /3 HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nxyz" +
    "GET /4 HTTP/1.1\r\nHost: t\r\nX-Field: four\r\nConnection: close\r\n\r\nGET /5 ";
  const expected = ["/1 one", "got abcde", "got xyz", "/4 four"];
  const cuts = Array.from({ length: wire.length }, (_, cut) => [wire.slice(0, cut), wire.slice(cut)]);
  for (const packets of [[wire], [...wire], ...cuts]) {
    using client = await MemoryConnection.open(Both);
    for (const packet of packets) if (packet !== "") client.receive(packet);
    for (let count = 0; count < 20 && !client.socket.isShutDown; count++) await undefined;
    await turnEnded();
    expect(decodeResponses(client.socket.written).map(({ body }) => body)).toEqual(expected);
    expect(client.socket.isShutDown).toBe(true);
  }
});

describe("a handle() that waits before it hands the connection over", () => {
  /** A connection whose handler waits for `begin()`. */
  async function waiting(): Promise<{
    client: MemoryConnection;
    begin: () => Promise<void>;
    calls: string[];
  }> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const calls: string[] = [];
    class Waiting extends Hello {
      override async handle(): Promise<void> {
        await promise;
        await super.handle();
      }
      override finish(): void {
        calls.push("finish");
        void super.finish();
      }
    }
    const client = await MemoryConnection.open(Waiting);
    const begin = async (): Promise<void> => {
      resolve();
      await turnEnded();
    };
    return { client, begin, calls };
  }

  test("is given what has come meanwhile", async () => {
    const { client, begin } = await waiting();
    using _client = client;
    client.receive(GET);
    await begin();
    expect(decodeResponse(client.socket.written).body).toBe("hello");
    client.receive(GET);
    expect(decodeResponses(client.socket.written)).toHaveLength(2);
  });

  test("is told that the client has ended its side, after what it sent was answered", async () => {
    const { client, begin, calls } = await waiting();
    using _client = client;
    client.receive(GET);
    client.endInput();
    await begin();
    expect(decodeResponse(client.socket.written).body).toBe("hello");
    expect([calls, client.hasEnded]).toEqual([["finish"], true]);
  });

  test("is told that the client has gone", async () => {
    const { client, begin, calls } = await waiting();
    using _client = client;
    client.disconnect();
    expect(client.hasEnded).toBe(false);
    await begin();
    expect([calls, client.hasEnded]).toEqual([["finish"], true]);
  });
});
