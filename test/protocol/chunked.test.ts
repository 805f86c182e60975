import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ADVERSARIAL_BODIES, CHUNKED_BODIES, REFUSED_BODIES } from "../../bench/corpus.ts";
import { Chunk, ChunkedDecoder } from "../../src/protocol/chunked.ts";
import { Failure } from "../../src/protocol/failure.ts";
import { type ChunkedLimits, DEFAULT_CHUNKED_LIMITS } from "../../src/protocol/limits.ts";
import { bytesOf, textOf } from "../support/head.ts";
import { referenceChunked, trimmed } from "../support/reference.ts";

type Trailers = [name: string, value: string][];

/** What a decoder made of some bytes: all of it, so that results are compared whole. */
interface Decoded {
  outcome: keyof typeof Chunk;
  body: string;
  trailers: Trailers;
  failure: keyof typeof Failure;
  /** Bytes consumed: up to the end of the body, or up to the byte that was refused. */
  consumed: number;
}

const nameOf = <T extends Record<string, number>>(names: T, value: number): keyof T =>
  Object.keys(names).find((name) => names[name] === value)!;

/** `text` as it may lie in a receive buffer: with other connections' bytes before and after it. */
function placed(text: string): { bytes: Uint8Array; at: number; end: number } {
  const before = "5\r\n";
  return { bytes: bytesOf(`${before}${text}0\r\n\r\n`), at: before.length, end: before.length + text.length };
}

/** Feeds `pieces` one after the other and checks after each call that the offsets hold together. */
function decode(pieces: readonly string[], decoder = new ChunkedDecoder(DEFAULT_CHUNKED_LIMITS)): Decoded {
  let outcome: Chunk = Chunk.NEED_MORE;
  let body = "";
  let consumed = 0;
  for (const piece of pieces) {
    const { bytes, at: start, end } = placed(piece);
    let at = start;
    do {
      outcome = decoder.next(bytes, at, end);
      if (outcome === Chunk.DATA) {
        expect(decoder.dataEnd).toBe(decoder.consumedTo);
        expect(decoder.dataStart).toBeWithin(at, decoder.dataEnd);
        expect(decoder.dataEnd).toBeLessThanOrEqual(end);
        body += textOf(bytes.subarray(decoder.dataStart, decoder.dataEnd));
      }
      at = decoder.consumedTo;
    } while (outcome === Chunk.DATA);
    consumed += at - start;
    if (outcome !== Chunk.NEED_MORE) break;
    expect(at).toBe(end);
  }
  const failure = nameOf(Failure, decoder.failure);
  return { outcome: nameOf(Chunk, outcome), body, trailers: decoder.trailers, failure, consumed };
}

/** Decodes `text` whole, byte by byte and cut in two at every place, and returns what all of them agree on. */
function decodeEveryWay(text: string, limits: ChunkedLimits = DEFAULT_CHUNKED_LIMITS): Decoded {
  const whole = decode([text], new ChunkedDecoder(limits));
  expect(decode([...text], new ChunkedDecoder(limits))).toEqual(whole);
  for (let cut = 0; cut <= text.length; cut++) {
    const halves = [text.slice(0, cut), text.slice(cut)];
    expect(decode(halves, new ChunkedDecoder(limits))).toEqual(whole);
  }
  return whole;
}

const done = (body: string, consumed: number, trailers: Trailers = []): Decoded => ({
  outcome: "DONE",
  body,
  trailers,
  failure: "NONE",
  consumed,
});

const ALL_TCHARS = "!#$%&'*+-.^_`|~09AZaz";

describe("a chunked body", () => {
  test.each<[what: string, text: string, body: string, trailers?: Trailers]>([
    ["is empty with a last chunk alone", "0\r\n\r\n", ""],
    ["has one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello"],
    ["has several chunks", "5\r\nhello\r\n1\r\n \r\n6\r\nworld!\r\n0\r\n\r\n", "hello world!"],
    ["has sizes in hexadecimal, upper case", "1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n", letters(26)],
    ["has sizes in hexadecimal, lower case", "1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n", letters(26)],
    ["has leading zeros in its sizes", "005\r\nhello\r\n000\r\n\r\n", "hello"],
    ["has sizes of 16 digits", "0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n", "hello"],
    ["has framing for payload", "7\r\n0\r\n\r\nGE\r\n0\r\n\r\n", "0\r\n\r\nGE"],
    ["has CRs and LFs for payload", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"],
    ["has bytes that are not text", "3\r\n\x00\x80\xff\r\n0\r\n\r\n", "\x00\x80\xff"],
    ["has an extension", "5;a\r\nhello\r\n0\r\n\r\n", "hello"],
    ["has an extension with a value", "5;a=b\r\nhello\r\n0\r\n\r\n", "hello"],
    ["has several extensions", '5;a;b=c;d="e";f\r\nhello\r\n0\r\n\r\n', "hello"],
    ["has an extension of every tchar", `5;${ALL_TCHARS}=${ALL_TCHARS}\r\nhello\r\n0\r\n\r\n`, "hello"],
    ["has an extension with an empty quoted value", '5;a=""\r\nhello\r\n0\r\n\r\n', "hello"],
    ["has a semicolon in a quoted value", '5;a=";b;"\r\nhello\r\n0\r\n\r\n', "hello"],
    ["has quoted pairs in a quoted value", '5;a="\\"\\\\\\\t\\\xff"\r\nhello\r\n0\r\n\r\n', "hello"],
    ["has blanks and obs-text in a quoted value", '5;a=" \t\x80\xff"\r\nhello\r\n0\r\n\r\n', "hello"],
    ["has an extension on the last chunk", "5\r\nhello\r\n0;a=b\r\n\r\n", "hello"],
    ["has a trailer", "0\r\nDigest: x\r\n\r\n", "", [["Digest", "x"]]],
    ["has a trailer without a value", "0\r\nX:\r\n\r\n", "", [["X", ""]]],
    ["has a trailer of blanks alone", "0\r\nX: \t \r\n\r\n", "", [["X", ""]]],
    ["has blanks around a trailer's value", "0\r\nX:\t a b \t\r\n\r\n", "", [["X", "a b"]]],
    ["has colons in a trailer's value", "0\r\nX:a:b:\r\n\r\n", "", [["X", "a:b:"]]],
    ["has obs-text in a trailer", "0\r\nX: \x80\xe9\r\n\r\n", "", [["X", "\x80\xe9"]]],
    ["has a trailer named by every tchar", `0\r\n${ALL_TCHARS}: x\r\n\r\n`, "", [[ALL_TCHARS, "x"]]],
    [
      "has a trailer longer than the line buffer's first size",
      `0\r\nX: ${letters(500)}\r\nY: z\r\n\r\n`,
      "",
      [
        ["X", letters(500)],
        ["Y", "z"],
      ],
    ],
    [
      "has repeated trailers, kept in order",
      "0\r\nA: 1\r\nb: 2\r\na: 3\r\n\r\n",
      "",
      [
        ["A", "1"],
        ["b", "2"],
        ["a", "3"],
      ],
    ],
    [
      "has trailers that frame nothing",
      "5\r\nhello\r\n0\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nHost: x\r\n\r\n",
      "hello",
      [
        ["Content-Length", "3"],
        ["Transfer-Encoding", "chunked"],
        ["Host", "x"],
      ],
    ],
  ])("%s", (_what, text, body, trailers = []) => {
    expect(decodeEveryWay(text)).toEqual(done(body, text.length, trailers));
  });

  test.each([
    ["a request", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["another chunked body", "5\r\nhello\r\n0\r\n\r\n"],
    ["a line end", "\r\n"],
    ["what would be a trailer", "X: y\r\n\r\n"],
    ["a byte that is refused everywhere", "\x00"],
  ])("leaves %s that follows it", (_what, rest) => {
    const text = "5\r\nhello\r\n0\r\nX: y\r\n\r\n";
    expect(decodeEveryWay(text + rest)).toEqual(done("hello", text.length, [["X", "y"]]));
  });

  test("is incomplete at every byte before its last", () => {
    const text = '5;a=b\r\nhello\r\n1;c="\\d";e\r\n!\r\n0;f\r\nX: y\r\nZ:\r\n\r\n';
    for (let length = 0; length < text.length; length++) {
      const prefix = decodeEveryWay(text.slice(0, length));
      expect(prefix).toMatchObject({ outcome: "NEED_MORE", failure: "NONE", consumed: length });
      expect("hello!").toStartWith(prefix.body);
    }
  });
});

describe("the decoder refuses", () => {
  /** In each text, `▲` stands before the byte that is refused. */
  test.each<[attack: string, marked: string, failure: keyof typeof Failure]>([
    ["a body without a size", "▲\r\nhello\r\n0\r\n\r\n", "BAD_CHUNK_SIZE"],
    ["an extension without a size", "▲;a=b\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with a plus sign", "▲+5\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with a minus sign", "▲-5\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with 0x", "0▲x5\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with an underscore", "1▲_0\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with a point", "5▲.0\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with an exponent's sign", "1e▲+1\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size in quotes", '▲"5"\r\nhello\r\n', "BAD_CHUNK_SIZE"],
    ["a size with a letter past F", "5▲g\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with a space before it", "▲ 5\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with a tab before it", "▲\t5\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with a space in it", "1▲ 0\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with a space after it", "5▲ \r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with a tab after it", "5▲\t\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with NUL after it", "5▲\x00\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with NBSP after it", "5▲\xa0\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with digits of another script", "▲\xb2\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size with a comma", "5▲,5\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size of 17 digits, most of them zeros", "0000000000000000▲5\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a size of 60 zeros", `${"0".repeat(16)}▲${"0".repeat(44)}\r\n\r\n`, "BAD_CHUNK_SIZE"],

    ["a size of 2^53", "2000000000000▲0\r\nhello\r\n", "CHUNK_TOO_LARGE"],
    ["a size of 2^53 + 5", "2000000000000▲5\r\nhello\r\n", "CHUNK_TOO_LARGE"],
    ["a size of 2^61 + 5", "2000000000000▲005\r\nhello\r\n", "CHUNK_TOO_LARGE"],
    ["a size of 2^63 + 5", "8000000000000▲005\r\nhello\r\n", "CHUNK_TOO_LARGE"],
    ["a size of 2^64 - 1", "FFFFFFFFFFFFF▲FFF\r\nhello\r\n", "CHUNK_TOO_LARGE"],
    ["a size of 2^64 + 5, in 17 digits", "10000000000000▲005\r\nhello\r\n", "CHUNK_TOO_LARGE"],
    ["a size of 60 digits", `${"F".repeat(13)}▲${"F".repeat(47)}\r\nhello\r\n`, "CHUNK_TOO_LARGE"],

    ["LF for CRLF after a size", "5▲\nhello\r\n", "BARE_LINE_END"],
    ["CR for CRLF after a size", "5\r▲hello\r\n", "BARE_LINE_END"],
    ["two CRs after a size", "5\r▲\r\nhello\r\n", "BARE_LINE_END"],
    ["CR CR before an extension", "5\r▲\r;a\r\nhello\r\n", "BARE_LINE_END"],
    ["LF for CRLF after the last chunk's size", "0▲\n\r\n", "BARE_LINE_END"],
    ["LF before an extension", "5▲\n;a\r\nhello\r\n", "BARE_LINE_END"],
    ["TERM.EXT: LF that ends an extension", "5;▲\nhello\r\n0\r\n\r\n", "BARE_LINE_END"],
    ["TERM.EXT: LF after an extension's name", "5;a▲\nhello\r\n0\r\n\r\n", "BARE_LINE_END"],
    ["EXT.TERM: LF in an extension that goes on", "2;▲\nxx\r\n31\r\n0\r\n\r\n", "BARE_LINE_END"],
    ["LF in a quoted value", '5;a="▲\n"\r\nhello\r\n', "BARE_LINE_END"],
    ["LF escaped in a quoted value", '5;a="\\▲\n"\r\nhello\r\n', "BARE_LINE_END"],
    ["CR in an extension", "5;a\r▲b\r\nhello\r\n", "BARE_LINE_END"],
    ["CR in a quoted value", '5;a="▲\r\n"\r\nhello\r\n', "BAD_CHUNK_EXTENSION"],
    ["CR escaped in a quoted value", '5;a="\\▲\r"\r\nhello\r\n', "BAD_CHUNK_EXTENSION"],

    ["an extension without a name", "5;▲\r\nhello\r\n", "BAD_CHUNK_EXTENSION"],
    ["an extension whose name is missing between two others", "5;a;▲;b\r\nhello\r\n", "BAD_CHUNK_EXTENSION"],
    ["an extension with a value and no name", "5;▲=b\r\nhello\r\n", "BAD_CHUNK_EXTENSION"],
    ["an extension whose value is missing", "5;a=▲\r\nhello\r\n", "BAD_CHUNK_EXTENSION"],
    ["an extension with two values", "5;a=b▲=c\r\nhello\r\n", "BAD_CHUNK_EXTENSION"],
    ["an extension whose name is not a token", "5;▲[\r\nhello\r\n", "BAD_CHUNK_EXTENSION"],
    ["an extension whose name is quoted", '5;▲"a"\r\nhello\r\n', "BAD_CHUNK_EXTENSION"],
    ["a space before an extension", "5▲ ;a\r\nhello\r\n", "BAD_CHUNK_SIZE"],
    ["a space after a semicolon", "5;▲ a\r\nhello\r\n", "BAD_CHUNK_EXTENSION"],
    ["a space before an equals sign", "5;a▲ =b\r\nhello\r\n", "BAD_CHUNK_EXTENSION"],
    ["a space after an equals sign", "5;a=▲ b\r\nhello\r\n", "BAD_CHUNK_EXTENSION"],
    ["a space at the end of an extension", "5;a▲ \r\nhello\r\n", "BAD_CHUNK_EXTENSION"],
    ["NUL in an extension", "5;a▲\x00\r\nhello\r\n", "BAD_CHUNK_EXTENSION"],
    ["NUL in a quoted value", '5;a="▲\x00"\r\nhello\r\n', "BAD_CHUNK_EXTENSION"],
    ["NUL escaped in a quoted value", '5;a="\\▲\x00"\r\nhello\r\n', "BAD_CHUNK_EXTENSION"],
    ["a quoted value that is not ended", '5;a="b▲\r\nhello\r\n0\r\n\r\n', "BAD_CHUNK_EXTENSION"],
    ["a token right after a quoted value", '5;a="b"▲c\r\nhello\r\n', "BAD_CHUNK_EXTENSION"],
    ["a quote in a token", '5;a=b▲"c"\r\nhello\r\n', "BAD_CHUNK_EXTENSION"],

    ["SPILL: a chunk longer than its size", "5\r\nhello▲!\r\n0\r\n\r\n", "BAD_CHUNK_TERMINATOR"],
    ["SPILL: a size for CRLF after the data", "5\r\nhello▲0\r\n\r\n", "BAD_CHUNK_TERMINATOR"],
    ["a chunk shorter than its size", "6\r\nhello\r▲\n0\r\n\r\n", "BAD_CHUNK_TERMINATOR"],
    ["LF for CRLF after the data", "5\r\nhello▲\n0\r\n\r\n", "BAD_CHUNK_TERMINATOR"],
    ["CR for CRLF after the data", "5\r\nhello\r▲0\r\n\r\n", "BAD_CHUNK_TERMINATOR"],
    ["two bytes for CRLF that are not", "5\r\nhello▲XX0\r\n\r\n", "BAD_CHUNK_TERMINATOR"],
    ["an empty line between two chunks", "5\r\nhello\r\n▲\r\n0\r\n\r\n", "BAD_CHUNK_SIZE"],

    ["a request in place of trailers", "0\r\nGET▲ /admin HTTP/1.1\r\nHost: x\r\n\r\n", "BAD_TRAILER"],
    ["a chunk after the last one", "0\r\n5▲\r\nhello\r\n0\r\n\r\n", "BAD_TRAILER"],
    ["a body that goes on after a size of zero", "0\r\nhello▲\r\n0\r\n\r\n", "BAD_TRAILER"],
    ["a trailer without a colon", "0\r\nX▲\r\n\r\n", "BAD_TRAILER"],
    ["a trailer without a name", "0\r\n▲: x\r\n\r\n", "BAD_TRAILER"],
    ["a space before a trailer's colon", "0\r\nX▲ : x\r\n\r\n", "BAD_TRAILER"],
    ["a tab before a trailer's colon", "0\r\nX▲\t: x\r\n\r\n", "BAD_TRAILER"],
    ["a trailer that begins with a space", "0\r\n▲ X: x\r\n\r\n", "BAD_TRAILER"],
    ["a folded trailer", "0\r\nX: x\r\n▲ y\r\n\r\n", "BAD_TRAILER"],
    ["a folded trailer, by a tab", "0\r\nX: x\r\n▲\ty\r\n\r\n", "BAD_TRAILER"],
    ["NUL in a trailer's name", "0\r\nX▲\x00: x\r\n\r\n", "BAD_TRAILER"],
    ["NUL in a trailer's value", "0\r\nX: ▲\x00\r\n\r\n", "BAD_TRAILER"],
    ["DEL in a trailer's value", "0\r\nX: ▲\x7f\r\n\r\n", "BAD_TRAILER"],
    ["obs-text in a trailer's name", "0\r\nX▲\xa0: x\r\n\r\n", "BAD_TRAILER"],
    ["LF for CRLF after a trailer", "0\r\nX: x▲\n\r\n", "BARE_LINE_END"],
    ["CR in a trailer's value", "0\r\nX: x\r▲Y: y\r\n\r\n", "BARE_LINE_END"],
    ["LF for CRLF after the trailers", "0\r\nX: x\r\n▲\n", "BARE_LINE_END"],
    ["LF for CRLF after the last chunk", "0\r\n▲\n", "BARE_LINE_END"],
    ["CR for CRLF after the last chunk", "0\r\n\r▲GET / HTTP/1.1\r\n", "BARE_LINE_END"],
    ["CR CR LF after the last chunk", "0\r\n\r▲\r\n", "BARE_LINE_END"],
  ])("%s", (_attack, marked, failure) => {
    const text = marked.replace("▲", "");
    const refused = decodeEveryWay(text);
    expect(refused).toMatchObject({ outcome: "FAILED", failure, consumed: marked.indexOf("▲") });
  });

  /** What may follow each prefix: every one of the 256 bytes is tried. */
  test.each<[place: string, prefix: string, allowed: RegExp]>([
    ["at the start", "", /[0-9A-Fa-f]/],
    ["in a size", "5", /[0-9A-Fa-f;\r]/],
    ["after a size's CR", "5\r", /\n/],
    ["in the data", "5\r\nh", /[\s\S]/],
    ["after the data", "5\r\nhello", /\r/],
    ["after the data's CR", "5\r\nhello\r", /\n/],
    ["after a chunk", "5\r\nhello\r\n", /[0-9A-Fa-f]/],
    ["at an extension's start", "5;", /[-!#$%&'*+.^_`|~0-9A-Za-z]/],
    ["in an extension's name", "5;a", /[-!#$%&'*+.^_`|~0-9A-Za-z=;\r]/],
    ["at a value's start", "5;a=", /[-!#$%&'*+.^_`|~0-9A-Za-z"]/],
    ["in a value", "5;a=b", /[-!#$%&'*+.^_`|~0-9A-Za-z;\r]/],
    ["in a quoted value", '5;a="', /[\t\x20-\x7e\x80-\xff]/],
    ["in a quoted pair", '5;a="\\', /[\t\x20-\x7e\x80-\xff]/],
    ["after a quoted value", '5;a="b"', /[;\r]/],
    ["at a trailer's start", "0\r\n", /[-!#$%&'*+.^_`|~0-9A-Za-z\r]/],
    ["in a trailer's name", "0\r\nX", /[-!#$%&'*+.^_`|~0-9A-Za-z:]/],
    ["in a trailer's value", "0\r\nX:", /[\t\x20-\x7e\x80-\xff\r]/],
    ["after a trailer's CR", "0\r\nX:\r", /\n/],
    ["after a trailer", "0\r\nX:\r\n", /[-!#$%&'*+.^_`|~0-9A-Za-z\r]/],
    ["after the last CR", "0\r\n\r", /\n/],
  ])("every byte that the grammar does not have %s", (_place, prefix, allowed) => {
    for (let byte = 0; byte < 256; byte++) {
      const char = String.fromCharCode(byte);
      expect([byte, decode([prefix, char]).outcome !== "FAILED"]).toEqual([byte, allowed.test(char)]);
    }
  });
});

describe("a body of the bench's corpus", () => {
  /** Whole and in pieces that cut it at all places of its framing. */
  function decodeSomeWays(text: string): Decoded {
    const whole = decode([text]);
    const pieces = Array.from({ length: Math.ceil(text.length / 61) }, (_, i) =>
      text.slice(i * 61, (i + 1) * 61),
    );
    expect(decode(pieces)).toEqual(whole);
    return whole;
  }

  test.each(Object.entries({ ...CHUNKED_BODIES, ...ADVERSARIAL_BODIES }))(
    "is decoded to the letter: %s",
    (_what, { bytes, payloadBytes }) => {
      const text = textOf(bytes);
      const decoded = decodeSomeWays(text);
      expect(decoded).toEqual(reference(text)!);
      expect(decoded.body).toBe("x".repeat(payloadBytes));
    },
  );

  test.each(Object.entries(REFUSED_BODIES))(
    "is refused at the byte that is wrong: %s",
    (_what, { bytes, refusedAt }) => {
      expect(decodeSomeWays(textOf(bytes))).toMatchObject({ outcome: "FAILED", consumed: refusedAt });
    },
  );
});

describe("a chunk size", () => {
  test.each([
    ["2^32 + 5", "100000005"],
    ["2^52 + 5", "10000000000005"],
    ["2^53 - 1", "1FFFFFFFFFFFFF"],
  ])("of %s is waited for, and never wraps", (_size, digits) => {
    const data = "hello\r\n0\r\n\r\n";
    const text = `${digits}\r\n${data}`;
    expect(decodeEveryWay(text)).toEqual({
      outcome: "NEED_MORE",
      body: data,
      trailers: [],
      failure: "NONE",
      consumed: text.length,
    });
  });

  test("counts every byte of a large chunk", () => {
    const size = 2 ** 32 + 5;
    const piece = new Uint8Array(2 ** 26);
    const decoder = new ChunkedDecoder(DEFAULT_CHUNKED_LIMITS);
    const line = bytesOf(`${size.toString(16)}\r\n`);
    expect(decoder.next(line, 0, line.length)).toBe(Chunk.NEED_MORE);
    for (let whole = 0; whole < 64; whole++) {
      expect(decoder.next(piece, 0, piece.length)).toBe(Chunk.DATA);
      expect(decoder.consumedTo).toBe(piece.length);
    }
    const rest = bytesOf("hello\r\n0\r\n\r\n!");
    expect(decoder.next(rest, 0, rest.length)).toBe(Chunk.DATA);
    expect([decoder.dataStart, decoder.dataEnd]).toEqual([0, 5]);
    expect(decoder.next(rest, decoder.consumedTo, rest.length)).toBe(Chunk.DONE);
    expect(decoder.consumedTo).toBe(rest.length - 1);
  });
});

describe("the limit on", () => {
  const limits = { maxExtensionBytes: 8, maxTrailerBytes: 16, maxTrailerFields: 2 };

  test.each([
    ["extensions allows as many bytes as it says", "1;a=45678\r\n!\r\n0\r\n\r\n", "NONE"],
    ["extensions refuses one more", "1;a=456789\r\n!\r\n0\r\n\r\n", "CHUNK_EXTENSIONS_TOO_LARGE"],
    ["extensions holds for all chunks together", "1;a=4\r\n!\r\n1;b=8;\r\n", "CHUNK_EXTENSIONS_TOO_LARGE"],
    ["extensions holds in a quoted value", '1;a="56789', "CHUNK_EXTENSIONS_TOO_LARGE"],
    ["extensions counts the quote that ends a value", '1;a="5678"', "CHUNK_EXTENSIONS_TOO_LARGE"],
    ["trailers allows as many bytes as it says", "0\r\nabcd:\r\nabcdef:\r\n\r\n", "NONE"],
    ["trailers refuses one more", "0\r\nabcd:\r\nabcdefg:\r\n\r\n", "TRAILERS_TOO_LARGE"],
    ["trailers holds before a line has ended", "0\r\nabcdefghijklmnopq", "TRAILERS_TOO_LARGE"],
    ["trailer fields allows as many as it says", "0\r\na:\r\nb:\r\n\r\n", "NONE"],
    ["trailer fields refuses one more", "0\r\na:\r\nb:\r\nc:\r\n\r\n", "TRAILERS_TOO_LARGE"],
  ])("%s", (_what, text, failure) => {
    expect(decodeEveryWay(text, limits).failure).toBe(failure as keyof typeof Failure);
  });

  test("trailers is not touched by the empty line that ends a body", () => {
    const none = { maxExtensionBytes: 0, maxTrailerBytes: 0, maxTrailerFields: 0 };
    expect(decodeEveryWay("1\r\n!\r\n0\r\n\r\n", none).outcome).toBe("DONE");
  });
});

describe("the decoder", () => {
  test("gives each chunk as one span of the caller's own array", () => {
    const size = 1_000_000;
    const head = `${size.toString(16)};a\r\n`;
    const bytes = bytesOf(`${head}${"x".repeat(size)}\r\n3\r\nabc\r\n0\r\n\r\n`);
    const decoder = new ChunkedDecoder(DEFAULT_CHUNKED_LIMITS);
    const spans: [number, number][] = [];
    let at = 0;
    while (decoder.next(bytes, at, bytes.length) === Chunk.DATA) {
      spans.push([decoder.dataStart, decoder.dataEnd]);
      at = decoder.consumedTo;
    }
    const second = head.length + size + "\r\n3\r\n".length;
    expect(spans).toEqual([
      [head.length, head.length + size],
      [second, second + 3],
    ]);
  });

  test("reads each byte of the framing once and none of the payload, wherever the bytes are cut", () => {
    const text = '5;a="b"\r\nHELLO\r\n0\r\nX: y\r\n\r\nNEXT';
    const expected = [...text].map((char) => (/[HELOXNT]/.test(char) ? 0 : 1));
    expected[text.indexOf("X")] = 1;
    for (let cut = 0; cut <= text.length; cut++) {
      const reads = new Array<number>(text.length).fill(0);
      const bytes = new Proxy(bytesOf(text), {
        get(target, key) {
          reads[Number(key)]!++;
          return Reflect.get(target, key);
        },
      });
      const decoder = new ChunkedDecoder(DEFAULT_CHUNKED_LIMITS);
      let at = 0;
      for (const end of [cut, text.length]) {
        while (decoder.next(bytes, at, end) === Chunk.DATA) at = decoder.consumedTo;
        at = decoder.consumedTo;
      }
      expect(reads).toEqual(expected);
    }
  });

  test.each([
    ["DONE", "0\r\n\r\n"],
    ["FAILED", "5\n"],
  ] as const)("says %s again when it is asked again, and consumes nothing", (outcome, text) => {
    const decoder = new ChunkedDecoder(DEFAULT_CHUNKED_LIMITS);
    const first = decode([text], decoder);
    const more = bytesOf("5\r\nhello\r\n0\r\n\r\n");
    expect(first.outcome).toBe(outcome);
    expect(decoder.next(more, 2, more.length)).toBe(Chunk[outcome]);
    expect(decoder.consumedTo).toBe(2);
    expect(nameOf(Failure, decoder.failure)).toBe(first.failure);
  });

  test("asks for more when it is given nothing", () => {
    const decoder = new ChunkedDecoder(DEFAULT_CHUNKED_LIMITS);
    for (const text of ["", "5\r\nhel", "lo", "\r\n0\r\n"]) {
      decode([text], decoder);
      expect(decoder.next(new Uint8Array(4), 4, 4)).toBe(Chunk.NEED_MORE);
      expect(decoder.consumedTo).toBe(4);
    }
  });

  test.each([
    ["nothing", ""],
    ["a size", "FFFFFFFFFF"],
    ["an extension", "5;abc"],
    ["payload", "5\r\nhe"],
    ["a trailer", "0\r\nA: 1\r\nB: 2"],
    ["a whole body", "5\r\nhello\r\n0\r\nA: 1\r\n\r\n"],
    ["a failure", "5;abc=\n"],
  ])("is as new when it is reset after %s", (_what, before) => {
    const text = "0000000000000005;a=45678\r\nhello\r\n0\r\nC: 3456789\r\n\r\n";
    const decoder = new ChunkedDecoder({ maxExtensionBytes: 8, maxTrailerBytes: 12, maxTrailerFields: 2 });
    decode([before], decoder);
    decoder.reset();
    expect(decode([], decoder)).toEqual({ ...done("", 0), outcome: "NEED_MORE" });
    expect(decode([text], decoder)).toEqual(done("hello", text.length, [["C", "3456789"]]));
  });

  test("leaves the trailers it has given out alone when it is reset", () => {
    const decoder = new ChunkedDecoder(DEFAULT_CHUNKED_LIMITS);
    const { trailers } = decode(["0\r\nA: 1\r\n\r\n"], decoder);
    decoder.reset();
    decode(["0\r\nB: 2\r\n\r\n"], decoder);
    expect(trailers).toEqual([["A", "1"]]);
  });
});

const charOf = (characters: string): fc.Arbitrary<string> => fc.constantFrom(...characters);
const byteChar = fc.nat(255).map((byte) => String.fromCharCode(byte));
const token = fc.string({ unit: charOf(ALL_TCHARS), minLength: 1, maxLength: 6 });
const quotedPair = charOf('"\\ a\xff').map((char) => `\\${char}`);
const quotedString = fc
  .array(fc.oneof(charOf(" \tab;=[\x80\xff"), quotedPair), { maxLength: 6 })
  .map((parts) => `"${parts.join("")}"`);
const extension = fc.oneof(
  token.map((name) => `;${name}`),
  fc.tuple(token, fc.oneof(token, quotedString)).map(([name, value]) => `;${name}=${value}`),
);
const extensions = fc.array(extension, { maxLength: 3 }).map((parts) => parts.join(""));

/** A chunk's data and its encoding, with leading zeros and extensions. */
const chunk = fc
  .tuple(fc.string({ unit: byteChar, minLength: 1, maxLength: 40 }), fc.nat(4), fc.boolean(), extensions)
  .map(([data, zeros, isUpperCase, after]) => {
    const size = data.length.toString(16);
    const digits = "0".repeat(zeros) + (isUpperCase ? size.toUpperCase() : size);
    return { data, text: `${digits}${after}\r\n${data}\r\n` };
  });

/** A trailer field and its line, with blanks around the value. */
const blanks = fc.string({ unit: charOf(" \t"), maxLength: 3 });
const trailer = fc
  .tuple(token, blanks, fc.string({ unit: charOf("a: \t\x80\xff~"), maxLength: 8 }), blanks)
  .map(([name, before, value, after]) => ({
    field: [name, trimmed(value)] as [string, string],
    text: `${name}:${before}${value}${after}\r\n`,
  }));

/** A body and its encoding. */
const message = fc
  .tuple(fc.array(chunk, { maxLength: 5 }), extensions, fc.array(trailer, { maxLength: 4 }))
  .map(([chunks, last, trailers]) => ({
    text: [
      ...chunks.map(({ text }) => text),
      `0${last}\r\n`,
      ...trailers.map(({ text }) => text),
      "\r\n",
    ].join(""),
    body: chunks.map(({ data }) => data).join(""),
    trailers: trailers.map(({ field }) => field),
  }));

/** An encoded body in which up to two characters are replaced, taken out or preceded by another. */
const framingChar = charOf('05aF;="\\ \t:x\r\n');
const edit = fc.tuple(fc.nat(), fc.nat(1), fc.oneof(framingChar, byteChar, fc.constant("")));
const damaged = fc.tuple(message, fc.array(edit, { maxLength: 2 })).map(([{ text }, edits]) =>
  edits.reduce((result, [place, removed, inserted]) => {
    const at = place % result.length;
    return result.slice(0, at) + inserted + result.slice(at + removed);
  }, text),
);

const noise = fc.string({ unit: fc.oneof(framingChar, fc.constant("\r\n"), byteChar) });

describe("for any bytes", () => {
  test("what is encoded comes back, however it is cut", () => {
    fc.assert(
      fc.property(message, fc.array(fc.nat()), ({ text, body, trailers }, cuts) => {
        expect(decode(cutUp(text, cuts))).toEqual(done(body, text.length, trailers));
      }),
    );
  });

  test("the outcome is that of the grammar, and does not depend on where they are cut", () => {
    fc.assert(
      fc.property(fc.oneof(damaged, noise), fc.array(fc.nat()), (text, cuts) => {
        const whole = decode([text]);
        expect(decode(cutUp(text, cuts))).toEqual(whole);
        expect(whole.outcome === "DONE" ? whole : undefined).toEqual(reference(text));
      }),
      { numRuns: 1000 },
    );
  });

  test("nothing before the byte that is refused gives it away", () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const whole = decode([text]);
        fc.pre(whole.outcome === "FAILED");
        const before = decode([text.slice(0, whole.consumed)]);
        expect(before).toEqual({ ...whole, outcome: "NEED_MORE", failure: "NONE" });
      }),
    );
  });
});

/** `text` cut at each of `cuts`, taken modulo its length. */
function cutUp(text: string, cuts: readonly number[]): string[] {
  const places = cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b);
  return [0, ...places].map((place, index) => text.slice(place, places[index] ?? text.length));
}

function letters(count: number): string {
  return "abcdefghijklmnopqrstuvwxyz".repeat(Math.ceil(count / 26)).slice(0, count);
}

/** What a complete body is decoded to by the grammar, undefined when there is none. */
function reference(text: string): Decoded | undefined {
  const body = referenceChunked(text);
  return body === undefined ? undefined : done(body.body, body.length, body.trailers);
}
