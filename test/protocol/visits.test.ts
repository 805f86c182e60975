/**
 * How often the bytes of a peer are looked at, counted: what is dripped, or never ends, costs no more than in
 * proportion to what is let in.
 */

import { describe, expect, test } from "bun:test";
import { Chunk, ChunkedDecoder } from "../../src/protocol/chunked.ts";
import { Failure } from "../../src/protocol/failure.ts";
import { HeadOutcome, parseHead } from "../../src/protocol/head-parser.ts";
import { DEFAULT_CHUNKED_LIMITS, DEFAULT_HEAD_LIMITS } from "../../src/protocol/limits.ts";
import { HeadState, RequestHead } from "../../src/protocol/request-head.ts";
import { InputBuffer } from "../../src/transport/input-buffer.ts";

const KIB = 1024;
const LIMIT: number = DEFAULT_HEAD_LIMITS.maxHeadBytes;

/**
 * Counts visits to the bytes of a stream. A visit is one read of a byte, or several in a row with none of another byte in
 * between: a parser that stands at a byte may ask it more than one question. Each call of a parser begins anew.
 */
class VisitCounter {
  readonly visits: Uint32Array;
  #last = -1;

  constructor(length: number) {
    this.visits = new Uint32Array(length);
  }

  get total(): number {
    return this.visits.reduce((sum, count) => sum + count, 0);
  }

  get most(): number {
    return this.visits.reduce((most, count) => Math.max(most, count), 0);
  }

  visit(index: number): void {
    if (index !== this.#last) this.visits[index]!++;
    this.#last = index;
  }

  beginCall(): void {
    this.#last = -1;
  }
}

/** `bytes` as they are; whoever reads one of them is seen. */
function watched(bytes: Uint8Array, see: (index: number) => void): Uint8Array {
  return new Proxy(bytes, {
    get(target, key) {
      const index = typeof key === "string" ? Number(key) : Number.NaN;
      if (index >= 0) see(index);
      return Reflect.get(target, key);
    },
  });
}

interface Drip {
  /** What was looked at to find the parts of the head. */
  readonly reading: VisitCounter;
  /** What was looked at, when the head was there, to see what its target, its Host and its framing mean. */
  readonly judging: VisitCounter;
  readonly outcome: HeadOutcome;
  readonly failure: Failure;
  /** Bytes that had come when it was over. */
  readonly received: number;
  /** The most that the input has held. */
  readonly heldBytes: number;
}

/** Has `text` arrive in pieces of `size` bytes, by way of the buffer that a connection has, until the head is over. */
function drip(text: string, size = 1): Drip {
  const reading = new VisitCounter(text.length);
  const judging = new VisitCounter(text.length);
  const input = new InputBuffer();
  const head = new RequestHead();
  const see = (index: number): void => {
    (head.state === HeadState.COMPLETE ? judging : reading).visit(index);
  };
  let outcome: HeadOutcome = HeadOutcome.INCOMPLETE;
  let heldBytes = 0;
  let received = 0;
  while (received < text.length && outcome === HeadOutcome.INCOMPLETE) {
    input.append(Buffer.from(text.slice(received, received + size), "latin1"));
    received = Math.min(received + size, text.length);
    heldBytes = Math.max(heldBytes, input.bytes.length);
    reading.beginCall();
    outcome = parseHead(head, watched(input.bytes, see), input.start, input.end, DEFAULT_HEAD_LIMITS);
  }
  return { reading, judging, outcome, failure: head.failure, received, heldBytes };
}

/** `head` with as much of `filling` in place of `*` as makes it as long as a head may be. */
function full(head: string, filling: string): string {
  const [before, after] = head.split("*") as [string, string];
  return before + filling.repeat(LIMIT - before.length - after.length) + after;
}

const WHOLE_HEADS: readonly (readonly [what: string, text: string])[] = [
  ["one target", full("GET /* HTTP/1.1\r\nHost: a\r\n\r\n", "a")],
  ["one method", full("* / HTTP/1.1\r\nHost: a\r\n\r\n", "A")],
  ["one field name", full("GET / HTTP/1.1\r\nHost: a\r\n*:\r\n\r\n", "x")],
  ["one field value", full("GET / HTTP/1.1\r\nHost: a\r\nX: *\r\n\r\n", "y")],
  ["blanks before a value", full("GET / HTTP/1.1\r\nHost: a\r\nX:*y\r\n\r\n", " ")],
  ["blanks behind a value", full("GET / HTTP/1.1\r\nHost: a\r\nX: y*\r\n\r\n", "\t")],
  ["blanks alone", full("GET / HTTP/1.1\r\nHost: a\r\nX:*\r\n\r\n", " ")],
  ["a Host", full("GET / HTTP/1.1\r\nHost: *\r\n\r\n", "a")],
  ["a Content-Length", full("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: *\r\n\r\n", "0")],
  [
    "a hundred fields",
    `GET / HTTP/1.1\r\nHost: a\r\n${`${"X".repeat(50)}: ${"y".repeat(600)}\r\n`.repeat(99)}\r\n`,
  ],
  [
    "a hundred fields that frame messages",
    `GET / HTTP/1.1\r\n${`Host: ${"a".repeat(600)}\r\n`.repeat(100)}\r\n`,
  ],
];

describe("a head of 64 KiB that is dripped byte by byte", () => {
  test.each(WHOLE_HEADS)("and is %s is looked at twice at most, and takes 128 KiB at most", (_what, text) => {
    const { reading, judging, outcome, received, heldBytes } = drip(text);
    expect([outcome === HeadOutcome.INCOMPLETE, received]).toEqual([false, text.length]);
    expect(reading.most).toBeLessThanOrEqual(2);
    expect(reading.total).toBeLessThanOrEqual(2 * text.length);
    expect(judging.most).toBeLessThanOrEqual(1);
    expect(heldBytes).toBeLessThanOrEqual(128 * KIB);
  });

  test("is looked at once but for the ends of its lines", () => {
    const { reading } = drip(full("GET / HTTP/1.1\r\nHost: a\r\nX: *\r\n\r\n", "y"));
    expect(reading.total).toBeWithin(LIMIT, LIMIT + 20);
  });

  test.each([
    ["target", "GET /", "a", Failure.TARGET_TOO_LONG],
    ["method", "", "A", Failure.HEAD_TOO_LARGE],
    ["name", "GET / HTTP/1.1\r\n", "x", Failure.HEAD_TOO_LARGE],
    ["value", "GET / HTTP/1.1\r\nX: ", "y", Failure.HEAD_TOO_LARGE],
  ] as const)("and has an endless %s is cut off at the limit", (_what, before, filling, failure) => {
    const result = drip(before + filling.repeat(2 * LIMIT));
    expect([result.failure, result.received]).toEqual([failure, LIMIT]);
    expect(result.reading.most).toBeLessThanOrEqual(2);
    expect(result.heldBytes).toBeLessThanOrEqual(128 * KIB);
  });
});

// The end of a line is looked at with seven other bytes and then alone, once more as that of a line that is cut, and for
// blanks at the end of its value.
describe.each([3, 100, 1460])("a head of 64 KiB in pieces of %d bytes", (size) => {
  test.each(WHOLE_HEADS)(
    "that is %s is looked at four times at most, and twice on the whole",
    (_what, text) => {
      const { reading, judging } = drip(text, size);
      expect(reading.most).toBeLessThanOrEqual(4);
      expect(judging.most).toBeLessThanOrEqual(1);
      expect(reading.total).toBeLessThanOrEqual(2 * text.length + 2 * size);
    },
  );
});

test("2 MB of empty lines are cut off at the seventeenth", () => {
  const text = "\r\n".repeat(1_000_000);
  for (const size of [1, 2, 3, 1000, text.length]) {
    const { reading, failure, received } = drip(text, size);
    expect(failure).toBe(Failure.TOO_MANY_EMPTY_LINES);
    expect(received).toBeLessThanOrEqual(Math.max(2 * 17, size) + size);
    expect(reading.total).toBeLessThanOrEqual(4 * 17);
  }
});

describe("a chunked body", () => {
  interface Decoding {
    readonly counter: VisitCounter;
    readonly failure: Failure;
    readonly consumed: number;
    readonly payloadBytes: number;
  }

  /** Decodes `text` in pieces of `size` bytes, as far as it goes. */
  function decode(text: string, size: number): Decoding {
    const counter = new VisitCounter(text.length);
    const decoder = new ChunkedDecoder(DEFAULT_CHUNKED_LIMITS);
    const bytes = watched(Buffer.from(text, "latin1"), (index) => counter.visit(index));
    let outcome: Chunk = Chunk.NEED_MORE;
    let at = 0;
    let payloadBytes = 0;
    for (let end = 0; end < text.length && outcome === Chunk.NEED_MORE;) {
      end = Math.min(end + size, text.length);
      do {
        counter.beginCall();
        outcome = decoder.next(bytes, at, end);
        if (outcome === Chunk.DATA) payloadBytes += decoder.dataEnd - decoder.dataStart;
        at = decoder.consumedTo;
      } while (outcome === Chunk.DATA);
    }
    return { counter, failure: decoder.failure, consumed: at, payloadBytes };
  }

  const { maxExtensionBytes, maxTrailerBytes } = DEFAULT_CHUNKED_LIMITS;
  const endless = "a".repeat(64 * KIB);

  test.each([
    ["chunk size", "0".repeat(64 * KIB), Failure.BAD_CHUNK_SIZE, 16],
    ["chunk extension", `5;${endless}`, Failure.CHUNK_EXTENSIONS_TOO_LARGE, 1 + maxExtensionBytes],
    ["quoted extension", `5;a="${endless}`, Failure.CHUNK_EXTENSIONS_TOO_LARGE, 1 + maxExtensionBytes],
    ["trailer name", `0\r\n${endless}`, Failure.TRAILERS_TOO_LARGE, 3 + maxTrailerBytes],
    ["trailer value", `0\r\nX: ${endless}`, Failure.TRAILERS_TOO_LARGE, 3 + maxTrailerBytes],
    ["trailer section", `0\r\n${"X: y\r\n".repeat(1000)}`, Failure.TRAILERS_TOO_LARGE, 3 + 100 * 6 + 5],
  ])(
    "with an endless %s is cut off at the limit, each byte looked at once",
    (_what, text, failure, consumed) => {
      for (const size of [1, 1000, text.length]) {
        const decoding = decode(text, size);
        expect([decoding.failure, decoding.consumed]).toEqual([failure, consumed]);
        expect(decoding.counter.most).toBe(1);
        expect(decoding.counter.total).toBe(consumed + 1);
      }
    },
  );

  test("of 100,000 one-byte chunks is looked at once, and not at all where it is payload", () => {
    for (const [chunks, size] of [
      [100_000, 1000],
      [5000, 1],
    ] as const) {
      const text = `${"1\r\na\r\n".repeat(chunks)}0\r\n\r\n`;
      const { counter, failure, consumed, payloadBytes } = decode(text, size);
      expect([failure, consumed, payloadBytes]).toEqual([Failure.NONE, text.length, chunks]);
      expect([counter.most, counter.total]).toEqual([1, text.length - chunks]);
    }
  });
});
