/** The decoder of chunked bodies: the same outcome at any cuts, and that of the grammar. */

import { Chunk, ChunkedDecoder } from "../../../src/protocol/chunked.ts";
import type { ChunkedLimits } from "../../../src/protocol/limits.ts";
import { referenceChunked } from "../../support/reference.ts";
import { chunkedText } from "../pieces.ts";
import {
  endsOf,
  type Fault,
  fromLatin1,
  type FuzzCase,
  latin1,
  splitFault,
  type Target,
  wrong,
} from "../target.ts";

/** Small ones, so that they are met. */
const LIMITS: ChunkedLimits = { maxExtensionBytes: 40, maxTrailerBytes: 80, maxTrailerFields: 4 };

interface Decoded {
  readonly outcome: Chunk;
  readonly body: string;
  readonly trailers: readonly (readonly [string, string])[];
  readonly failure: number;
  readonly consumed: number;
}

/** The target for `Decoder`: the real one, or one with a fault that is to be found. */
export function chunkedTarget(Decoder: typeof ChunkedDecoder = ChunkedDecoder): Target {
  return {
    name: "chunked",
    share: 2,
    generate: (random) => fromLatin1(chunkedText(random)),
    check: (fuzzCase) => checkBody(Decoder, fuzzCase),
  };
}

function checkBody(Decoder: typeof ChunkedDecoder, fuzzCase: FuzzCase): Fault | undefined {
  const whole = decode(new Decoder(LIMITS), { ...fuzzCase, cuts: [] });
  const fault = splitFault(whole, decode(new Decoder(LIMITS), fuzzCase));
  if (fault !== undefined) return fault;
  const expected = expectedOf(fuzzCase.bytes);
  const read =
    whole.outcome === Chunk.DONE ? [whole.body, whole.trailers, whole.consumed, whole.failure] : undefined;
  const [one, other] = [JSON.stringify(expected), JSON.stringify(read)];
  return one === other ? undefined : wrong(`expected ${one}, decoded ${JSON.stringify(whole)}`);
}

/** What the grammar and the limits make of the bytes, undefined where there is no body to be accepted. */
function expectedOf(bytes: Uint8Array): unknown[] | undefined {
  const body = referenceChunked(latin1(bytes));
  if (body === undefined || body.extensionBytes > LIMITS.maxExtensionBytes) return undefined;
  if (body.trailerBytes > LIMITS.maxTrailerBytes || body.trailers.length > LIMITS.maxTrailerFields) {
    return undefined;
  }
  return [body.body, body.trailers, body.length, 0];
}

/** Decodes the pieces of a case, each in an array of its own with other bytes around it. */
function decode(decoder: ChunkedDecoder, fuzzCase: FuzzCase): Decoded {
  const { bytes } = fuzzCase;
  let outcome: Chunk = Chunk.NEED_MORE;
  let body = "";
  let start = 0;
  for (const end of endsOf(fuzzCase)) {
    const piece = new Uint8Array(end - start + 5).fill(0x30);
    piece.set(bytes.subarray(start, end), 3);
    const pieceEnd = 3 + end - start;
    let at = 3;
    do {
      outcome = decoder.next(piece, at, pieceEnd);
      if (outcome === Chunk.DATA) body += latin1(piece.subarray(decoder.dataStart, decoder.dataEnd));
      at = decoder.consumedTo;
    } while (outcome === Chunk.DATA);
    start += at - 3;
    if (outcome !== Chunk.NEED_MORE) break;
  }
  return { outcome, body, trailers: decoder.trailers, failure: decoder.failure, consumed: start };
}
