import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ByteQueue } from "../../src/transport/byte-queue.ts";
import { ConnectionClosedError, SocketWriter } from "../../src/transport/socket-writer.ts";
import { MemorySocket } from "../support/memory-socket.ts";

/** A writer whose inner doors are open. */
class OpenWriter extends SocketWriter {
  readonly socket: MemorySocket;
  timesBlocked = 0;

  constructor(socket: MemorySocket = new MemorySocket()) {
    super(socket);
    this.socket = socket;
  }

  override send(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    super.send(bytes, start, end);
  }
  override sendOwned(bytes: Uint8Array): void {
    super.sendOwned(bytes);
  }
  override sendQueue(queue: ByteQueue): void {
    super.sendQueue(queue);
  }
  override enqueue(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    super.enqueue(bytes, start, end);
  }
  override whenTaken(): Promise<void> {
    return super.whenTaken();
  }
  protected override becameBlocked(): void {
    this.timesBlocked++;
  }

  drainedBy(bytes: number): void {
    this.socket.room = bytes;
    this.drained();
  }
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** What has become of a promise by now. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  const pending = new Promise((resolve) => setImmediate(resolve, "pending"));
  const state = promise.then(
    () => "settled",
    (error: unknown) => (error instanceof ConnectionClosedError ? "rejected" : String(error)),
  );
  return String(await Promise.race([state, pending]));
}

describe("a socket with room", () => {
  test("gets what is sent in one write, from where it lies", () => {
    const writer = new OpenWriter();
    writer.send(bytesOf("--head--"), 2, 6);
    expect(writer.socket.writes).toEqual(["head"]);
    expect(writer.unsentBytes).toBe(0);
  });

  test("makes a flush settle at once", async () => {
    const writer = new OpenWriter();
    writer.send(bytesOf("all"));
    expect(writer.isAwaited).toBe(false);
    expect(await stateOf(writer.whenTaken())).toBe("settled");
  });
});

describe("a socket that is full", () => {
  test("is not written to again before it has drained", () => {
    const writer = new OpenWriter();
    writer.socket.room = 3;
    writer.send(bytesOf("first"));
    writer.send(bytesOf("second"));
    writer.sendOwned(bytesOf("third"));
    expect(writer.socket.writes).toEqual(["fir"]);
    expect(writer.unsentBytes).toBe("st".length + "second".length + "third".length);
    expect(writer.timesBlocked).toBe(1);
  });

  test("gets the rest in order when it drains, by any number of bytes", () => {
    const writer = new OpenWriter();
    writer.socket.room = 0;
    for (const text of ["one, ", "two, ", "three, "]) writer.send(bytesOf(text));
    writer.sendOwned(bytesOf("four, "));
    writer.send(bytesOf("five"));
    while (writer.unsentBytes > 0) writer.drainedBy(1);
    expect(writer.socket.written).toBe("one, two, three, four, five");
  });

  test("has its own copy of what waits: the sender's array may be reused", () => {
    const writer = new OpenWriter();
    writer.socket.room = 2;
    const bytes = bytesOf("reused");
    writer.send(bytes);
    bytes.fill(0x2e);
    writer.drainedBy(100);
    expect(writer.socket.written).toBe("reused");
  });

  test("keeps bytes that were handed over where they are", () => {
    const writer = new OpenWriter();
    writer.socket.room = 2;
    const bytes = bytesOf("handed");
    writer.sendOwned(bytes);
    bytes.fill(0x2e);
    writer.drainedBy(100);
    expect(writer.socket.written).toBe("ha....");
  });

  test("makes a flush wait for the last byte that was sent before it", async () => {
    const writer = new OpenWriter();
    writer.socket.room = 0;
    writer.send(bytesOf("0123456789"));
    const flushes = [writer.whenTaken(), writer.whenTaken()];
    expect(writer.isAwaited).toBe(true);
    writer.drainedBy(9);
    expect(await Promise.all(flushes.map(stateOf))).toEqual(["pending", "pending"]);
    writer.drainedBy(1);
    expect(await Promise.all(flushes.map(stateOf))).toEqual(["settled", "settled"]);
    expect(writer.isAwaited).toBe(false);
  });
});

describe("what is put in the queue", () => {
  test("leaves before what is sent later", () => {
    const writer = new OpenWriter();
    writer.enqueue(bytesOf("--first--"), 2, 7);
    expect(writer.socket.writes).toEqual([]);
    writer.send(bytesOf(" second"));
    expect(writer.socket.written).toBe("first second");
  });

  test("counts as blocked where the socket takes none of it", () => {
    const writer = new OpenWriter();
    writer.socket.room = 0;
    writer.enqueue(bytesOf("first"));
    writer.send(bytesOf("second"));
    expect([writer.timesBlocked, writer.isBlocked]).toEqual([1, true]);
    writer.drainedBy(0);
    expect(writer.timesBlocked).toBe(1);
    writer.drainedBy(3);
    expect(writer.timesBlocked).toBe(2);
  });

  test("moves over from another queue, what the socket does not take included", () => {
    const writer = new OpenWriter();
    writer.socket.room = 4;
    const queue = new ByteQueue();
    queue.adopt(bytesOf("abc"));
    queue.adopt(bytesOf("def"));
    queue.adopt(bytesOf("ghi"));
    writer.sendQueue(queue);
    expect(writer.socket.written).toBe("abcd");
    expect([queue.length, writer.unsentBytes]).toEqual([0, 5]);
    writer.drainedBy(100);
    expect(writer.socket.written).toBe("abcdefghi");
  });
});

describe("a socket that has closed", () => {
  test("rejects the flushes that wait, and those to come", async () => {
    const writer = new OpenWriter();
    writer.socket.room = 0;
    writer.send(bytesOf("never taken"));
    const flush = writer.whenTaken();
    writer.socketClosed();
    expect(flush).rejects.toThrow("The client has closed the connection");
    expect(await stateOf(writer.whenTaken())).toBe("rejected");
    expect([writer.hasGone, writer.unsentBytes]).toEqual([true, 0]);
  });

  test("is noticed by a write, and gets no other", async () => {
    const writer = new OpenWriter();
    writer.socket.isClosed = true;
    writer.send(bytesOf("lost"));
    expect(writer.hasGone).toBe(true);
    writer.send(bytesOf("lost"));
    writer.sendOwned(bytesOf("lost"));
    writer.enqueue(bytesOf("lost"));
    writer.drained();
    expect(writer.unsentBytes).toBe(0);
    expect(await stateOf(writer.whenTaken())).toBe("rejected");
  });

  test("can close while it is drained", async () => {
    const writer = new OpenWriter();
    writer.socket.room = 0;
    writer.send(bytesOf("rest"));
    const flush = writer.whenTaken();
    writer.socket.isClosed = true;
    writer.drained();
    expect(await stateOf(flush)).toBe("rejected");
    expect(writer.unsentBytes).toBe(0);
  });

  test("makes no unhandled rejection of a flush that nobody awaits", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    try {
      const writer = new OpenWriter();
      writer.socket.room = 0;
      writer.send(bytesOf("rest"));
      void writer.whenTaken();
      writer.socketClosed();
      void writer.whenTaken();
      await new Promise((resolve) => setTimeout(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
  });
});

test("nothing is lost or changes its place, however little the socket takes at a time", () => {
  const step = fc.record({
    bytes: fc.uint8Array({ maxLength: 50 }),
    how: fc.constantFrom("send", "sendOwned", "enqueue", "sendQueue"),
    room: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(30)),
    isDrained: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const writer = new OpenWriter();
      let expected = "";
      for (const { bytes, how, room, isDrained } of steps) {
        if (isDrained) writer.drainedBy(room);
        expected += Buffer.from(bytes).toString("latin1");
        const queue = new ByteQueue();
        if (how === "sendQueue") queue.push(bytes, 0, bytes.length);
        if (how === "sendQueue") writer.sendQueue(queue);
        else writer[how as "send" | "sendOwned" | "enqueue"](bytes.slice());
        expect(writer.socket.written.length + writer.unsentBytes).toBe(expected.length);
        expect(expected).toStartWith(writer.socket.written);
      }
      writer.drainedBy(Number.POSITIVE_INFINITY);
      expect(writer.socket.written).toBe(expected);
    }),
  );
});
