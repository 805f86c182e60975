import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Ending, FramingField, ResponseWriter } from "../../src/transport/wfile.ts";
import { decodeResponse, decodeResponses } from "../support/decode.ts";
import { MemorySocket, turnEnded } from "../support/memory-socket.ts";

/** A writer on a socket in memory, in the middle of a request. */
class Answer {
  readonly socket: MemorySocket = new MemorySocket();
  readonly surpluses: number[] = [];
  readonly wfile: ResponseWriter = new ResponseWriter(this.socket, {
    surplusDropped: (declaredBytes) => void this.surpluses.push(declaredBytes),
    writeBlocked: () => {},
  });

  constructor({ isHead = false, mayChunk = true }: { isHead?: boolean; mayChunk?: boolean } = {}) {
    this.wfile.beginRequest(isHead, mayChunk, false);
  }

  /** A head with these fields. */
  head(status: number, fields: Readonly<Record<string, string>> = {}): this {
    this.wfile.beginHead("HTTP/1.1", status, "Reason");
    for (const [name, value] of Object.entries(fields)) this.wfile.addField(name, value);
    this.wfile.endHead("");
    return this;
  }

  /** Ends the answer, as a connection does, and gives how it ended. */
  end(): Ending {
    const ending = this.wfile.endRequest();
    this.wfile.workedOff(false);
    return ending;
  }
}

describe("the head and the body", () => {
  test("leave in one write, with the length of the body", () => {
    const answer = new Answer().head(200, { "X-Name": "value" });
    expect(answer.wfile.write("body")).toBe(4);
    expect(answer.socket.writes).toEqual([]);
    expect(answer.end()).toBe(Ending.WHOLE);
    expect(answer.socket.writes).toEqual([
      "HTTP/1.1 200 Reason\r\nX-Name: value\r\nContent-Length: 4\r\n\r\nbody",
    ]);
  });

  test.each([0, 1, 9, 10, 99, 100, 1000, 65_535, 65_536, 65_537, 100_000, 1_000_000])(
    "have the right length for %p bytes, as text or bytes, in one piece or two",
    (length) => {
      const text = "0123456789".repeat(length / 10 + 1).slice(0, length);
      const ways: ((write: (data: string | Uint8Array) => number) => number)[] = [
        (write) => write(text),
        (write) => write(Buffer.from(text)),
        (write) => write(text.slice(0, 3)) + write(text.slice(3)),
        (write) => write(Buffer.from(text.slice(0, 3))) + write(text.slice(3)),
      ];
      for (const way of ways) {
        const answer = new Answer().head(200);
        expect(way((data) => answer.wfile.write(data))).toBe(length);
        answer.end();
        const { framing, body } = decodeResponse(answer.socket.written);
        expect([framing, body === text]).toEqual(["length", true]);
      }
    },
  );

  test("count text as the bytes that it becomes", () => {
    const answer = new Answer().head(200);
    expect(answer.wfile.write("\u00fc\u20ac\u{1f600}")).toBe(9);
    answer.end();
    const { body } = decodeResponse(answer.socket.written);
    expect(Buffer.from(body, "latin1").toString()).toBe("\u00fc\u20ac\u{1f600}");
  });

  test("are empty together: Content-Length: 0", () => {
    const answer = new Answer().head(200);
    answer.end();
    expect(answer.socket.writes).toEqual(["HTTP/1.1 200 Reason\r\nContent-Length: 0\r\n\r\n"]);
  });

  test("keep nothing of an array after the call", () => {
    const answer = new Answer().head(200);
    const bytes = Buffer.alloc(70_000, "a");
    answer.wfile.write(bytes);
    bytes.fill("b");
    answer.wfile.write(bytes.subarray(0, 10));
    bytes.fill("c");
    answer.end();
    expect(decodeResponse(answer.socket.written).body).toBe("a".repeat(70_000) + "b".repeat(10));
  });
});

describe("a body that goes on after the turn", () => {
  test("is chunked, with what was written by then as the first chunk", async () => {
    const answer = new Answer().head(200);
    answer.wfile.write("one");
    answer.wfile.write("two");
    await turnEnded();
    expect(answer.socket.writes).toEqual([
      "HTTP/1.1 200 Reason\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nonetwo\r\n",
    ]);
    answer.wfile.write("three");
    expect(answer.end()).toBe(Ending.WHOLE);
    expect(answer.socket.writes.slice(1)).toEqual(["5\r\nthree\r\n0\r\n\r\n"]);
  });

  test("may be empty by then, and stay so", async () => {
    const answer = new Answer().head(200);
    await turnEnded();
    expect(answer.socket.written).toEndWith("Transfer-Encoding: chunked\r\n\r\n");
    // A chunk of no bytes would be the last.
    expect([answer.wfile.write(""), answer.wfile.write(new Uint8Array(0))]).toEqual([0, 0]);
    answer.end();
    expect(decodeResponse(answer.socket.written)).toMatchObject({ framing: "chunked", body: "" });
  });

  test("ends with the connection where the client has no chunks", async () => {
    const answer = new Answer({ mayChunk: false }).head(200);
    answer.wfile.write("one");
    await turnEnded();
    answer.wfile.write("two");
    expect(answer.end()).toBe(Ending.WITH_CONNECTION);
    expect(answer.socket.writes).toEqual(["HTTP/1.1 200 Reason\r\n\r\none", "two"]);
  });

  test("may have come to more than the buffer holds", async () => {
    const answer = new Answer().head(200);
    const text = "0123456789".repeat(30_000);
    for (let at = 0; at < text.length; at += 50_000) answer.wfile.write(text.slice(at, at + 50_000));
    await turnEnded();
    answer.wfile.write("end");
    answer.end();
    expect(decodeResponse(answer.socket.written)).toMatchObject({ framing: "chunked", body: `${text}end` });
  });
});

describe("flush()", () => {
  test("sends what there is, at once", async () => {
    const answer = new Answer().head(200, { "Content-Length": "6" });
    answer.wfile.write("one");
    await answer.wfile.flush();
    answer.wfile.write("two");
    answer.end();
    expect(answer.socket.writes).toEqual(["HTTP/1.1 200 Reason\r\nContent-Length: 6\r\n\r\none", "two"]);
  });

  test("decides for chunks where no length was declared", async () => {
    const answer = new Answer().head(200);
    answer.wfile.write("one");
    void answer.wfile.flush();
    expect(answer.socket.writes.length).toBe(1);
    answer.end();
    expect(decodeResponse(answer.socket.written)).toMatchObject({ framing: "chunked", body: "one" });
  });

  test("sends nothing of a head that has not ended", () => {
    const answer = new Answer();
    answer.wfile.beginHead("HTTP/1.1", 200, "OK");
    void answer.wfile.flush();
    expect(answer.socket.writes).toEqual([]);
  });
});

describe("a declared length", () => {
  test("that is exceeded cuts the surplus off and says so", () => {
    const answer = new Answer().head(200, { "Content-Length": "5" });
    expect([answer.wfile.write("abc"), answer.wfile.write("\u00fc\u00fc"), answer.wfile.write("x")]).toEqual([
      3, 4, 1,
    ]);
    expect(answer.end()).toBe(Ending.WHOLE);
    expect(answer.socket.written).toEndWith("\r\n\r\nabc\xc3\xbc");
    expect(answer.surpluses).toEqual([5, 5]);
  });

  test("that is reached by characters of several bytes is not exceeded", () => {
    const answer = new Answer().head(200, { "Content-Length": "9" });
    answer.wfile.write("\u20ac\u20ac\u20ac");
    expect(answer.end()).toBe(Ending.WHOLE);
    expect(answer.surpluses).toEqual([]);
  });

  test("that is not reached leaves the connection unusable", () => {
    const answer = new Answer().head(200, { "Content-Length": "5" });
    answer.wfile.write("abcd");
    expect(answer.end()).toBe(Ending.CUT_SHORT);
  });
});

describe("an answer without a body", () => {
  test.each([
    [204, {}, ""],
    [204, { "Content-Length": "4" }, ""],
    [204, { "Transfer-Encoding": "chunked" }, ""],
    [205, {}, "Content-Length: 0\r\n"],
    [205, { "Content-Length": "4" }, "Content-Length: 0\r\n"],
    [304, {}, ""],
    [304, { "Content-Length": "4" }, "Content-Length: 4\r\n"],
  ] as [number, Record<string, string>, string][])("by status %j with %j", (status, fields, expected) => {
    const answer = new Answer().head(status, fields);
    expect(answer.wfile.write("body")).toBe(4);
    expect(answer.end()).toBe(Ending.WHOLE);
    expect(answer.socket.written).toBe(`HTTP/1.1 ${status} Reason\r\n${expected}\r\n`);
  });

  test("to HEAD has the count of what was written, if anything was", () => {
    const counted = new Answer({ isHead: true }).head(200);
    counted.wfile.write("\u00fc".repeat(40_000));
    counted.end();
    expect(counted.socket.written).toBe("HTTP/1.1 200 Reason\r\nContent-Length: 80000\r\n\r\n");
    const silent = new Answer({ isHead: true }).head(200);
    silent.end();
    expect(silent.socket.written).toBe("HTTP/1.1 200 Reason\r\n\r\n");
  });

  test("to HEAD keeps the length that was declared", () => {
    const answer = new Answer({ isHead: true }).head(200, { "Content-Length": "1000" });
    answer.wfile.write("not all");
    expect(answer.end()).toBe(Ending.WHOLE);
    expect(answer.socket.written).toBe("HTTP/1.1 200 Reason\r\nContent-Length: 1000\r\n\r\n");
  });

  test("to HEAD that goes on after the turn says nothing of a length", async () => {
    const answer = new Answer({ isHead: true }).head(200);
    answer.wfile.write("first");
    await turnEnded();
    answer.wfile.write("more");
    expect(answer.end()).toBe(Ending.WHOLE);
    expect(answer.socket.written).toBe("HTTP/1.1 200 Reason\r\n\r\n");
  });
});

describe("the output buffer", () => {
  test("keeps answers apart whose handlers run interleaved, and loses none of them", async () => {
    const answers = Array.from({ length: 5 }, () => new Answer());
    for (const [index, { wfile }] of answers.entries()) wfile.beginHead("HTTP/1.1", 200, `N${index}`);
    for (const [index, { wfile }] of answers.entries()) wfile.addField("X-Index", String(index));
    for (const { wfile } of answers) wfile.endHead("");
    for (let round = 0; round < 3; round++) {
      for (const [index, { wfile }] of answers.entries()) wfile.write(`<${index}:${round}>`);
    }
    for (const answer of answers) answer.end();
    for (const [index, { socket }] of answers.entries()) {
      const body = `<${index}:0><${index}:1><${index}:2>`;
      expect(socket.writes).toEqual([
        `HTTP/1.1 200 N${index}\r\nX-Index: ${index}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ]);
    }
  });

  test("gives back an answer of which nothing has left, with those before it kept", () => {
    const answer = new Answer().head(200);
    answer.wfile.write("first");
    answer.wfile.workOff();
    answer.wfile.endRequest();
    answer.wfile.beginRequest(false, true, false);
    answer.head(200, { "X-Taken": "back" });
    answer.wfile.write("x".repeat(100_000));
    expect(answer.wfile.canRestart).toBe(true);
    answer.wfile.restart();
    expect(answer.wfile.hasBegun).toBe(false);
    answer.head(500);
    answer.wfile.write("error");
    answer.end();
    expect(decodeResponses(answer.socket.written).map(({ status, body }) => [status, body])).toEqual([
      [200, "first"],
      [500, "error"],
    ]);
  });

  test("gives back an answer that another has moved out of the buffer", () => {
    const [answer, other] = [new Answer().head(200), new Answer()];
    answer.wfile.write("taken back");
    other.head(200).wfile.write("other");
    expect(answer.wfile.canRestart).toBe(true);
    answer.wfile.restart();
    answer.head(500).end();
    other.end();
    expect(decodeResponse(answer.socket.written)).toMatchObject({ status: 500, body: "" });
    expect(decodeResponse(other.socket.written)).toMatchObject({ status: 200, body: "other" });
  });

  test("does not give back what has left", async () => {
    const answer = new Answer().head(200);
    await turnEnded();
    expect(answer.wfile.canRestart).toBe(false);
  });
});

describe("addField()", () => {
  test("says which framing field a name is, in any case", () => {
    const { wfile } = new Answer();
    wfile.beginHead("HTTP/1.1", 200, "OK");
    expect(wfile.addField("X-Other", "1")).toBe(FramingField.NONE);
    expect(wfile.addField("cOnNeCtIoN", "close")).toBe(FramingField.CONNECTION);
    expect(wfile.addField("CONTENT-LENGTH", "1")).toBe(FramingField.CONTENT_LENGTH);
  });

  test("gives -1 for what cannot be sent, every time, and sends nothing of it", () => {
    const answer = new Answer();
    answer.wfile.beginHead("HTTP/1.1", 200, "OK");
    for (const [name, value] of [
      ["X", "a\r\nInjected: 1"],
      ["X", "a\nb"],
      ["X", "\u010a"],
      ["X", "\0"],
      ["X\r\nInjected", "1"],
      ["X:", "1"],
      ["", "1"],
      ["X", `${"long ".repeat(50)}\r\n`],
    ] as const) {
      expect([answer.wfile.addField(name, value), answer.wfile.addField(name, value)]).toEqual([-1, -1]);
    }
    answer.wfile.endHead("");
    answer.end();
    expect(answer.socket.written).toBe("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
});

describe("writable", () => {
  test("is wfile as a web stream: piping into it fills the body", async () => {
    const answer = new Answer().head(200);
    await new Blob(["a stream ", "of bytes"]).stream().pipeTo(answer.wfile.writable);
    answer.end();
    expect(decodeResponse(answer.socket.written).body).toBe("a stream of bytes");
  });
});

test("any answer arrives whole, whatever is written when, to whomever else, and however little the socket takes", async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ does: fc.constant("write"), size: fc.nat(300) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant("write"), size: fc.nat(200_000) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant("text"), size: fc.nat(70_000) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constantFrom("flush", "turn"), size: fc.constant(0) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant("room"), size: fc.nat(90_000) }) },
  );
  const script = fc.record({
    framing: fc.constantFrom("declared", "automatic", "close"),
    steps: fc.array(step, { maxLength: 15 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.tuple(script, script), async (scripts) => {
      const players = scripts.map(({ framing, steps }) => {
        const answer = new Answer({ mayChunk: framing !== "close" });
        let total = 0;
        for (const { does, size } of steps) {
          if (does === "write") total += size;
          if (does === "text") total += 2 * size;
        }
        answer.head(200, framing === "declared" ? { "Content-Length": String(total) } : {});
        return { answer, steps, expected: "", fill: 0 };
      });
      for (let turn = 0; turn < 15; turn++) {
        for (const player of players) {
          const { answer, steps } = player;
          const next = steps[turn];
          if (next === undefined) continue;
          const { does, size } = next;
          const char = String.fromCharCode(0x61 + (player.fill++ % 26));
          if (does === "write") {
            expect(answer.wfile.write(Buffer.alloc(size, char))).toBe(size);
            player.expected += char.repeat(size);
          } else if (does === "text") {
            expect(answer.wfile.write("\u00fc".repeat(size))).toBe(2 * size);
            player.expected += "\xc3\xbc".repeat(size);
          } else if (does === "flush") {
            void answer.wfile.flush();
          } else if (does === "room") {
            answer.socket.room = size;
            answer.wfile.drained();
          } else {
            await turnEnded();
          }
        }
      }
      for (const { answer, expected } of players) {
        expect(answer.end()).not.toBe(Ending.CUT_SHORT);
        answer.socket.room = Number.POSITIVE_INFINITY;
        answer.wfile.drained();
        expect(answer.wfile.unsentBytes).toBe(0);
        const { body } = decodeResponse(answer.socket.written);
        expect(body.length).toBe(expected.length);
        expect(body === expected).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});
