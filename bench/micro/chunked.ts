/** `bun bench/micro/chunked.ts`: what decoding a chunked body costs, whole and in pieces. Payload is not touched. */
import { Chunk, ChunkedDecoder } from "../../src/protocol/chunked.ts";
import { DEFAULT_CHUNKED_LIMITS } from "../../src/protocol/limits.ts";
import { ADVERSARIAL_BODIES, CHUNKED_BODIES, type ChunkedBody, REFUSED_BODIES } from "../corpus.ts";
import { type Case, caseOf, runSuite, type Suite } from "./suite.ts";

/** One for all bodies, as a connection has. */
const decoder: ChunkedDecoder = new ChunkedDecoder(DEFAULT_CHUNKED_LIMITS);

/**
 * Decodes `bytes` as if `step` of them came at a time.
 *
 * @returns the bytes of payload; of a body that is refused or has no end, minus the number of bytes that were good.
 */
function payloadBytes(bytes: Uint8Array, step: number = bytes.length): number {
  decoder.reset();
  let payload = 0;
  let at = 0;
  let found: Chunk = Chunk.NEED_MORE;
  for (let end = step; found === Chunk.NEED_MORE && end < bytes.length + step; end += step) {
    do {
      found = decoder.next(bytes, at, Math.min(end, bytes.length));
      if (found === Chunk.DATA) payload += decoder.dataEnd - decoder.dataStart;
      at = decoder.consumedTo;
    } while (found === Chunk.DATA);
  }
  return found === Chunk.DONE ? payload : -at;
}

function wholeCases(bodies: Readonly<Record<string, ChunkedBody>>): Case[] {
  return Object.entries(bodies).map(([name, body]) =>
    caseOf(name, (bytes: Uint8Array) => payloadBytes(bytes), [[body.bytes, body.payloadBytes]]),
  );
}

function piecesCase(name: string, how: string, step: number): Case {
  const body = CHUNKED_BODIES[name]!;
  return caseOf(`${name}, ${how}`, (bytes: Uint8Array) => payloadBytes(bytes, step), [
    [body.bytes, body.payloadBytes],
  ]);
}

export const CHUNKED: Suite = {
  "whole bodies": wholeCases(CHUNKED_BODIES),
  "adversarial bodies": wholeCases(ADVERSARIAL_BODIES),
  "bodies that are refused": Object.entries(REFUSED_BODIES).map(([name, { bytes, refusedAt }]) =>
    caseOf(name, (input: Uint8Array) => payloadBytes(input), [[bytes, -refusedAt]]),
  ),
  "bodies in pieces": [
    piecesCase("64 chunks of 1 KiB", "a packet at a time", 1460),
    piecesCase("64 chunks of 1 KiB", "61 bytes at a time", 61),
    piecesCase("1,000 chunks of one byte", "61 bytes at a time", 61),
    piecesCase("1,000 chunks of one byte", "byte by byte", 1),
    piecesCase("extensions and trailers", "byte by byte", 1),
  ],
};

if (import.meta.main) await runSuite(CHUNKED);
