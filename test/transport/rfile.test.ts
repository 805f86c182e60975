import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Failure } from "../../src/protocol/failure.ts";
import { DEFAULT_CHUNKED_LIMITS } from "../../src/protocol/limits.ts";
import { BodyKind } from "../../src/protocol/request-head.ts";
import { InputBuffer } from "../../src/transport/input-buffer.ts";
import { type BodySource, RequestBody, RequestBodyError } from "../../src/transport/rfile.ts";
import { ConnectionClosedError } from "../../src/transport/socket-writer.ts";

/** A body, and the connection that it comes by. */
class Upload implements BodySource {
  readonly input: InputBuffer = new InputBuffer();
  readonly rfile: RequestBody = new RequestBody(this);
  timesAwaited = 0;
  timesUsed = 0;

  static ofLength(length: number): Upload {
    const upload = new Upload();
    const kind = length > 0 ? BodyKind.LENGTH : BodyKind.NONE;
    upload.rfile.begin(kind, length, Number.POSITIVE_INFINITY, DEFAULT_CHUNKED_LIMITS);
    return upload;
  }

  static chunked(maxBodyBytes: number = Number.POSITIVE_INFINITY): Upload {
    const upload = new Upload();
    upload.rfile.begin(BodyKind.CHUNKED, 0, maxBodyBytes, DEFAULT_CHUNKED_LIMITS);
    return upload;
  }

  bodyAwaited(): void {
    this.timesAwaited++;
  }

  bodyUsed(): void {
    this.timesUsed++;
  }

  receive(text: string | Uint8Array): void {
    this.input.append(typeof text === "string" ? bytesOf(text) : text);
    this.rfile.advance();
  }

  /** What has come and belongs to nobody yet. */
  get rest(): string {
    return textOf(this.input.bytes.subarray(this.input.start, this.input.end));
  }
}

/** In memory of its own, as what a socket hands over. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

async function readText(rfile: RequestBody, size?: number): Promise<string> {
  return textOf(await rfile.read(size));
}

async function pieces(rfile: AsyncIterable<Uint8Array>): Promise<string[]> {
  const texts: string[] = [];
  for await (const piece of rfile) texts.push(textOf(piece));
  return texts;
}

/** `text` in chunks of these sizes, with the trailers behind. */
function inChunks(text: string, sizes: readonly number[], trailers = ""): string {
  let framed = "";
  let at = 0;
  for (const size of [...sizes, text.length]) {
    const data = text.slice(at, at + size);
    if (data.length > 0) framed += `${data.length.toString(16)}\r\n${data}\r\n`;
    at += data.length;
  }
  return `${framed}0\r\n${trailers}\r\n`;
}

const LINES = "one\ntwo\n\nfour\r\nlast";

interface Transfer {
  readonly framing: string;
  readonly start: () => Upload;
  readonly wire: string;
}

/** LINES by each way in which a body can come. */
const TRANSFERS: readonly Transfer[] = [
  { framing: "Content-Length", start: () => Upload.ofLength(LINES.length), wire: LINES },
  { framing: "one chunk", start: () => Upload.chunked(), wire: inChunks(LINES, []) },
  { framing: "small chunks", start: () => Upload.chunked(), wire: inChunks(LINES, [1, 2, 3, 1, 5]) },
];

describe.each(TRANSFERS)("a body by $framing", ({ start, wire }) => {
  const NEXT = "GET /next";

  /** A body that has come whole, with the next request behind it. */
  function arrived(): Upload {
    const upload = start();
    upload.receive(wire + NEXT);
    return upload;
  }

  test("read() gives all of it, and leaves the next request alone", async () => {
    const upload = arrived();
    expect(await readText(upload.rfile)).toBe(LINES);
    expect(upload.rfile.isComplete).toBe(true);
    expect(upload.rest).toBe(NEXT);
  });

  test("read(n) gives n bytes, fewer at the end, and none after it", async () => {
    const { rfile } = arrived();
    expect(await readText(rfile, 6)).toBe(LINES.slice(0, 6));
    expect(await readText(rfile, 0)).toBe("");
    expect(await readText(rfile, 1)).toBe(LINES.slice(6, 7));
    expect(await readText(rfile, 1000)).toBe(LINES.slice(7));
    expect(await readText(rfile, 1000)).toBe("");
    expect(await readText(rfile)).toBe("");
  });

  test("a negative size means all, as in Python", async () => {
    expect(await readText(arrived().rfile, -1)).toBe(LINES);
  });

  test("readline() gives a line with its line feed, and nothing at the end", async () => {
    const { rfile } = arrived();
    const lines: string[] = [];
    for (;;) {
      const line = textOf(await rfile.readline());
      if (line === "") break;
      lines.push(line);
    }
    expect(lines).toEqual(["one\n", "two\n", "\n", "four\r\n", "last"]);
  });

  test("readline(n) gives no more than n bytes of a line", async () => {
    const { rfile } = arrived();
    expect(textOf(await rfile.readline(2))).toBe("on");
    expect(textOf(await rfile.readline(2))).toBe("e\n");
    expect(textOf(await rfile.readline(100))).toBe("two\n");
    expect(textOf(await rfile.readline(-1))).toBe("\n");
  });

  test("iteration gives every byte once, and ends with the body", async () => {
    const upload = arrived();
    expect((await pieces(upload.rfile)).join("")).toBe(LINES);
    expect(upload.rest).toBe(NEXT);
  });

  test("iteration goes on where read() left off", async () => {
    const { rfile } = arrived();
    await rfile.read(5);
    expect((await pieces(rfile)).join("")).toBe(LINES.slice(5));
  });

  test("readable is the body as a web stream", async () => {
    const { rfile } = arrived();
    expect(await new Response(rfile.readable).text()).toBe(LINES);
  });

  test("text() and arrayBuffer() give what is left", async () => {
    const first = arrived().rfile;
    await first.read(4);
    expect(await first.text()).toBe(LINES.slice(4));
    const second = arrived().rfile;
    await second.read(4);
    expect(textOf(new Uint8Array(await second.arrayBuffer()))).toBe(LINES.slice(4));
  });

  test("comes out the same in two packets cut at any place", async () => {
    for (let cut = 0; cut <= wire.length; cut++) {
      const [whole, sized, lined, iterated] = [start(), start(), start(), start()];
      const results = Promise.all([
        readText(whole.rfile),
        (async () => (await readText(sized.rfile, 7)) + (await readText(sized.rfile, 1000)))(),
        lined.rfile.readline().then(textOf),
        pieces(iterated.rfile).then((texts) => texts.join("")),
      ]);
      for (const packet of [wire.slice(0, cut), wire.slice(cut)]) {
        for (const upload of [whole, sized, lined, iterated]) if (packet !== "") upload.receive(packet);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await results).toEqual([LINES, LINES, "one\n", LINES]);
    }
  });

  test("comes out the same byte by byte", async () => {
    const upload = start();
    const result = readText(upload.rfile);
    for (const byte of wire) upload.receive(byte);
    expect(await result).toBe(LINES);
  });

  test("discard() drops what has come of it and nothing else", () => {
    for (let cut = 0; cut <= wire.length; cut++) {
      const upload = start();
      upload.receive(wire.slice(0, cut));
      upload.rfile.discard();
      expect([upload.rest, upload.rfile.isComplete]).toEqual(["", cut === wire.length]);
      upload.receive(wire.slice(cut) + NEXT);
      upload.rfile.discard();
      expect([upload.rest, upload.rfile.isComplete]).toEqual([NEXT, true]);
    }
  });

  test("what was given out stays upload when more has come", async () => {
    const upload = start();
    const given: [bytes: Uint8Array, text: string][] = [];
    for (let at = 0; at < wire.length; at += 4) {
      upload.receive(wire.slice(at, at + 4));
      const piece = upload.rfile.read(2);
      await new Promise((resolve) => setImmediate(resolve));
      if (upload.rfile.isAwaited) upload.receive(wire.slice(at + 4));
      const bytes = await piece;
      given.push([bytes, textOf(bytes)]);
      if (upload.rfile.isComplete) break;
    }
    for (const [bytes, text] of given) expect(textOf(bytes)).toBe(text);
    expect(LINES).toStartWith(given.map(([, text]) => text).join(""));
  });

  test("that breaks off rejects the read that waits, and every later one that it cannot serve", async () => {
    const upload = start();
    upload.receive(wire.slice(0, 5));
    const read = upload.rfile.read();
    upload.rfile.inputEnded();
    expect(read).rejects.toThrow(new RequestBodyError(Failure.TRUNCATED));
    expect(upload.rfile.read(1)).rejects.toThrow("The request was cut short");
    expect(upload.rfile.isAwaited).toBe(false);
  });

  test("whose client has gone rejects the read that waits, and those to come", async () => {
    const upload = start();
    const read = upload.rfile.read();
    upload.rfile.closed();
    expect(read).rejects.toBeInstanceOf(ConnectionClosedError);
    expect(upload.rfile.read()).rejects.toBeInstanceOf(ConnectionClosedError);
    expect(pieces(upload.rfile)).rejects.toBeInstanceOf(ConnectionClosedError);
  });

  test("what has come can still be read when the client has gone", async () => {
    const upload = arrived();
    upload.rfile.closed();
    expect(await readText(upload.rfile)).toBe(LINES);
  });
});

describe("no body", () => {
  test("is complete, and every way of reading gives nothing at once", async () => {
    const { rfile } = Upload.ofLength(0);
    expect(rfile.isComplete).toBe(true);
    expect(rfile.announcedBytes).toBe(0);
    expect(await readText(rfile)).toBe("");
    expect(await readText(rfile, 10)).toBe("");
    expect(textOf(await rfile.readline())).toBe("");
    expect(await pieces(rfile)).toEqual([]);
    expect(await rfile.text()).toBe("");
    expect(await new Response(rfile.readable).text()).toBe("");
  });

  test("is what a chunked body of a last chunk alone is", async () => {
    const upload = Upload.chunked();
    const read = readText(upload.rfile);
    upload.receive("0\r\n\r\n");
    expect(await read).toBe("");
  });
});

describe("bytes and memory", () => {
  test("a body of more than 4 KiB in one packet is read as a view of it, without a copy", async () => {
    const upload = Upload.ofLength(4097);
    const packet = bytesOf(`${"x".repeat(4097)}GET`);
    upload.receive(packet);
    expect((await upload.rfile.read()).buffer).toBe(packet.buffer);
  });

  test("a smaller one is copied, and does not keep the packet alive", async () => {
    const upload = Upload.ofLength(5);
    const packet = bytesOf("12345GET");
    upload.receive(packet);
    const body = await upload.rfile.read();
    expect([body.length, body.buffer.byteLength]).toEqual([5, 5]);
  });

  test("what is read is a plain Uint8Array, whatever the socket handed over", async () => {
    for (const packet of [Buffer.from("12345"), bytesOf("12345")]) {
      const upload = Upload.ofLength(5);
      upload.receive(packet);
      const [first, rest] = [await upload.rfile.read(2), await upload.rfile.read()];
      expect([first.constructor, rest.constructor]).toEqual([Uint8Array, Uint8Array]);
    }
  });

  test("arrayBuffer() gives memory of its own, without the bytes around the body", async () => {
    const upload = Upload.ofLength(5);
    const packet = bytesOf("12345GET");
    upload.receive(packet);
    const buffer = await upload.rfile.arrayBuffer();
    expect(buffer).not.toBe(packet.buffer as ArrayBuffer);
    expect(buffer.byteLength).toBe(5);
  });

  test("a length that was only announced costs no memory of that size", async () => {
    const upload = Upload.ofLength(100 * 1024 ** 3);
    const read = upload.rfile.read();
    upload.receive("a few bytes");
    upload.rfile.closed();
    expect(read).rejects.toThrow();
    await read.catch(() => {});
  });

  test("a packet that a read waits for is a view of it too, where it is all that is wanted", async () => {
    const upload = Upload.ofLength(10_000);
    const packets = [bytesOf("x".repeat(5000)), bytesOf("y".repeat(5000))];
    const iterator = upload.rfile[Symbol.asyncIterator]();
    for (const packet of packets) {
      const piece = iterator.next();
      upload.receive(packet);
      expect((await piece).value!.buffer).toBe(packet.buffer);
    }
  });

  test("a small piece of a long body costs no more memory than has come", async () => {
    const upload = Upload.ofLength(1_000_000);
    const piece = upload.rfile[Symbol.asyncIterator]().next();
    upload.receive("123");
    expect((await piece).value!.buffer.byteLength).toBe(3);
  });

  test("bytes beside those that were read are the reader's own, and zero", async () => {
    for (const upload of [Upload.chunked(), Upload.ofLength(3_000_000)]) {
      const read = upload.rfile.read(5000);
      upload.receive(upload.rfile.announcedBytes === Number.POSITIVE_INFINITY ? "3\r\n123\r\n" : "123");
      upload.receive(
        upload.rfile.announcedBytes === Number.POSITIVE_INFINITY ? "0\r\n\r\n" : "4".repeat(4997),
      );
      const bytes = await read;
      const around = new Uint8Array(bytes.buffer).subarray(bytes.length);
      expect(around.every((byte) => byte === 0)).toBe(true);
    }
  });

  test("iteration hands over a packet as it is, and waits for the next", async () => {
    const upload = Upload.ofLength(6);
    const iterator = upload.rfile[Symbol.asyncIterator]();
    const first = iterator.next();
    upload.receive("123");
    expect(textOf((await first).value!)).toBe("123");
    const second = iterator.next();
    upload.receive("45");
    expect(textOf((await second).value!)).toBe("45");
    const third = iterator.next();
    upload.receive("6");
    expect(textOf((await third).value!)).toBe("6");
    expect((await iterator.next()).done).toBe(true);
  });
});

describe("json()", () => {
  test("gives the value", async () => {
    const upload = Upload.ofLength(13);
    upload.receive('{"name":"\u00c3\u00bc"}');
    expect(await upload.rfile.json()).toEqual({ name: "\u00fc" });
  });

  test("rejects with SyntaxError where there is none", () => {
    expect(Upload.ofLength(0).rfile.json()).rejects.toBeInstanceOf(SyntaxError);
  });

  test("text() turns bytes that are not UTF-8 into U+FFFD", async () => {
    const upload = Upload.ofLength(3);
    upload.receive("a\xffb");
    expect(await upload.rfile.text()).toBe("a\ufffdb");
  });
});

describe("trailers", () => {
  const wire = inChunks("body", [], "Digest: abc\r\nX-Empty:\r\nDigest:  def \r\n");

  test("are there when the body has been read", async () => {
    const upload = Upload.chunked();
    upload.receive(wire);
    await upload.rfile.read();
    expect(upload.rfile.trailers).toEqual([
      ["Digest", "abc"],
      ["X-Empty", ""],
      ["Digest", "def"],
    ]);
  });

  test("belong to their request alone", async () => {
    const upload = Upload.chunked();
    upload.receive(wire);
    await upload.rfile.read();
    const { trailers } = upload.rfile;
    upload.rfile.begin(BodyKind.CHUNKED, 0, 100, DEFAULT_CHUNKED_LIMITS);
    upload.receive(inChunks("next", []));
    expect(await readText(upload.rfile)).toBe("next");
    expect(upload.rfile.trailers).toEqual([]);
    expect(trailers.length).toBe(3);
    upload.rfile.begin(BodyKind.NONE, 0, 100, DEFAULT_CHUNKED_LIMITS);
    expect(upload.rfile.trailers).toEqual([]);
  });
});

describe("chunks that are malformed", () => {
  test.each<[what: string, wire: string, failure: Failure]>([
    ["a size that is none", "xyz\r\n", Failure.BAD_CHUNK_SIZE],
    ["data longer than announced", "3\r\nabcd\r\n", Failure.BAD_CHUNK_TERMINATOR],
    ["a bare LF", "3\nabc\r\n", Failure.BARE_LINE_END],
    ["a trailer that is none", "3\r\nabc\r\n0\r\n: x\r\n\r\n", Failure.BAD_TRAILER],
  ])("%s rejects the read, whole and byte by byte", async (_what, wire, failure) => {
    const expected = new RequestBodyError(failure);
    const whole = Upload.chunked();
    whole.receive(wire);
    expect(whole.rfile.read()).rejects.toThrow(expected);
    expect(whole.rfile.failure).toBe(failure);
    const dripped = Upload.chunked();
    const read = dripped.rfile.read();
    for (const byte of wire) dripped.receive(byte);
    expect(read).rejects.toThrow(expected);
    expect(dripped.rfile.read()).rejects.toThrow(expected);
  });

  test("what came before them can be read in pieces", async () => {
    const upload = Upload.chunked();
    upload.receive("3\r\nabc\r\nxyz");
    expect(await readText(upload.rfile, 3)).toBe("abc");
    expect(upload.rfile.read(1)).rejects.toThrow("Bad chunk size");
  });

  test("the error carries the status that the request deserves", () => {
    expect(new RequestBodyError(Failure.BAD_CHUNK_SIZE).status).toBe(400);
    expect(new RequestBodyError(Failure.BODY_TOO_LARGE).status).toBe(413);
    expect(new RequestBodyError(Failure.BODY_TIMEOUT).status).toBe(408);
  });

  test("more bytes than a body may have are refused as soon as they come", async () => {
    const upload = Upload.chunked(5);
    upload.receive(inChunks("123456", [3, 2, 1]));
    expect(await readText(upload.rfile, 5)).toBe("12345");
    expect(upload.rfile.read()).rejects.toThrow(new RequestBodyError(Failure.BODY_TOO_LARGE));
  });

  test("is too large by what a chunk announces, however little of it has come", async () => {
    const upload = Upload.chunked(10);
    upload.receive("8\r\n01234567\r\n3\r\n8");
    expect(await readText(upload.rfile, 8)).toBe("01234567");
    expect(upload.rfile.read(1)).rejects.toThrow(new RequestBodyError(Failure.BODY_TOO_LARGE));
  });

  test("exactly as many bytes as a body may have are read", async () => {
    const upload = Upload.chunked(6);
    upload.receive(inChunks("123456", [3]));
    expect(await readText(upload.rfile)).toBe("123456");
  });
});

describe("mistakes", () => {
  test("a second read while one is pending throws, and the first goes on", async () => {
    const upload = Upload.ofLength(4);
    const first = readText(upload.rfile);
    expect(() => upload.rfile.read()).toThrow(
      new TypeError("rfile.read() while another read is pending: await that one first"),
    );
    expect(() => upload.rfile.readline()).toThrow(TypeError);
    expect(pieces(upload.rfile)).rejects.toThrow(TypeError);
    expect(upload.rfile.text()).rejects.toThrow(TypeError);
    upload.receive("1234");
    expect(await first).toBe("1234");
  });

  test("a size that is no number throws", () => {
    const { rfile } = Upload.ofLength(4);
    expect(() => rfile.read(Number.NaN)).toThrow(
      new RangeError("rfile.read(NaN): the size must be a number of bytes"),
    );
    expect(() => rfile.read(Number(undefined))).toThrow(RangeError);
    expect(() => rfile.read(1.5)).toThrow(RangeError);
    expect(() => rfile.readline(Number.NaN)).toThrow(RangeError);
  });

  test("nobody who does not await sees a rejection", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    try {
      const upload = Upload.ofLength(4);
      void upload.rfile.read();
      upload.rfile.closed();
      void upload.rfile.read();
      await new Promise((resolve) => setTimeout(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
  });
});

describe("the connection", () => {
  test("is told that a read waits, and when it does no more", async () => {
    const upload = Upload.ofLength(4);
    const read = upload.rfile.read();
    expect([upload.timesAwaited, upload.timesUsed, upload.rfile.isAwaited]).toEqual([1, 0, true]);
    upload.receive("1234");
    await read;
    expect([upload.timesAwaited, upload.timesUsed, upload.rfile.isAwaited]).toEqual([1, 1, false]);
  });

  test("is not asked to wait for what is here already", async () => {
    const upload = Upload.ofLength(4);
    upload.receive("1234");
    await upload.rfile.read();
    expect(upload.timesAwaited).toBe(0);
  });

  test("learns how much is still to come", async () => {
    const upload = Upload.ofLength(10);
    upload.receive("123");
    await upload.rfile.read(3);
    expect(upload.rfile.announcedBytes).toBe(7);
    expect(Upload.chunked().rfile.announcedBytes).toBe(Number.POSITIVE_INFINITY);
  });
});

test("any body comes out whole, however it is framed, cut into packets and read", async () => {
  const reading = fc.oneof(
    fc.record({ how: fc.constant("read"), size: fc.nat(40) }),
    fc.record({ how: fc.constant("readline"), size: fc.nat(40) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.option(fc.array(fc.integer({ min: 1, max: 50 })), { nil: undefined }),
      fc.array(fc.integer({ min: 1, max: 60 })),
      fc.array(reading, { minLength: 1 }),
      async (bytes, chunkSizes, packetSizes, readings) => {
        const text = textOf(bytes);
        const upload = chunkSizes === undefined ? Upload.ofLength(text.length) : Upload.chunked();
        let wire = chunkSizes === undefined ? text : inChunks(text, chunkSizes);
        let received = "";
        const reader = (async () => {
          for (let turn = 0; !upload.rfile.isComplete; turn++) {
            const { how, size } = readings[turn % readings.length]!;
            const piece = await (how === "read"
              ? upload.rfile.read(size + 1)
              : upload.rfile.readline(size + 1));
            expect(piece.length).toBeLessThanOrEqual(size + 1);
            received += textOf(piece);
          }
        })();
        for (let packet = 0; wire !== ""; packet++) {
          const size = packetSizes[packet % packetSizes.length] ?? wire.length;
          upload.receive(wire.slice(0, size));
          wire = wire.slice(size);
          // A reader takes a few microtasks from one read to the next.
          for (let count = packet % 4; count > 0; count--) await undefined;
        }
        await reader;
        expect(received).toBe(text);
        expect(upload.rest).toBe("");
      },
    ),
  );
});
