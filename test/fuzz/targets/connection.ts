/**
 * A whole connection with a real handler, on a socket in memory: what is answered, and which requests are run, does not
 * depend on the cuts, and no request is run that the bytes do not hold.
 */

import { DEFAULT_CONNECTION_LIMITS } from "../../../src/transport/limits.ts";
import { decodeResponses } from "../../support/decode.ts";
import { MemoryConnection, type MemorySocket, turnEnded } from "../../support/memory-socket.ts";
import { streamText } from "../pieces.ts";
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
import { LINE_MARK, PART_BYTES, type SeenRequest, StreamHandler } from "./stream-handler.ts";
import { type ReadRequest, readStream, type StreamReading } from "./stream-reading.ts";

/** Small ones, so that they are met. */
const LIMITS = {
  ...DEFAULT_CONNECTION_LIMITS,
  maxHeadBytes: 1024,
  maxTargetBytes: 300,
  maxFields: 12,
  maxBodyBytes: 200,
  maxExtensionBytes: 40,
  maxTrailerBytes: 80,
  maxTrailerFields: 4,
  maxPipelined: 3,
};

/** Bodies that are long enough to be handed out without a copy, and limits that let them through. */
const LIMITS_OF_LONG_BODIES = { ...LIMITS, maxBodyBytes: 20_000 };

/** What a slow client takes at once, where the variant has one. */
const ROOM_BYTES = 700;

/** Turns of the event loop in which a connection whose client has ended must be over. */
const MOST_TURNS = 50;

interface Conversation {
  readonly seen: readonly SeenRequest[];
  readonly answered: string;
  readonly failures: readonly string[];
  /** What is wrong with the way in which the server has ended its side before the client did. */
  readonly faultOfEnd: string | undefined;
  readonly hasEnded: boolean;
}

export const connectionTarget: Target = {
  name: "connection",
  share: 6,
  generate: (random) => fromLatin1(streamText(random)),
  check: checkConnection,
};

async function checkConnection(fuzzCase: FuzzCase): Promise<Fault | undefined> {
  const whole = await converse({ ...fuzzCase, cuts: [] });
  const fault = checkConversation(whole, readStream(latin1(fuzzCase.bytes), limitsBy(fuzzCase.variant)));
  return fault ?? splitFault(whole, await converse(fuzzCase));
}

function limitsBy(variant: number): typeof LIMITS {
  return (variant & 4) === 0 ? LIMITS : LIMITS_OF_LONG_BODIES;
}

/** A turn of the event loop; a client that has taken all it could makes room again. */
async function turn(client: MemoryConnection): Promise<void> {
  await turnEnded();
  if (client.socket.room === 0) client.drain(ROOM_BYTES);
}

/** Sends a case's pieces and ends the client's side; cuts are turns of the event loop where the variant says so. */
async function converse(fuzzCase: FuzzCase): Promise<Conversation> {
  const { bytes, cuts, variant } = fuzzCase;
  const seen: SeenRequest[] = [];
  StreamHandler.seen = seen;
  StreamHandler.variant = variant >> 2;
  using client = await MemoryConnection.open(StreamHandler, limitsBy(variant));
  if (cuts.length > 0 && variant >= 192) client.socket.room = ROOM_BYTES;
  let start = 0;
  for (const end of endsOf(fuzzCase)) {
    if (end > start) client.receive(bytes.slice(start, end));
    start = end;
    if (cuts.length > 0 && (variant & 1) === 1) await turn(client);
    if (client.socket.isClosed) break;
  }
  if ((variant & 2) === 2) await turn(client);
  const faultOfEnd = faultOfEarlyEnd(client.socket, seen);
  if (!client.socket.isClosed) client.endInput();
  for (let count = 0; count < MOST_TURNS && !client.hasEnded; count++) await turn(client);
  return {
    seen,
    answered: client.socket.written.replaceAll(/^Date: .*\r\n/gm, ""),
    failures: client.failures.map(String),
    faultOfEnd,
    hasEnded: client.hasEnded && !client.socket.isTerminated,
  };
}

/** After a refusal, which is one answer more than there are requests. */
function faultOfEarlyEnd(socket: MemorySocket, seen: readonly SeenRequest[]): string | undefined {
  const statuses = socket.written.match(/^HTTP\/1\.1 [2-9]\d\d/gm) ?? [];
  // A slow client has yet to get the rest of it.
  if (statuses.length <= seen.length || socket.room === 0) return undefined;
  if (!socket.isShutDown && !socket.isClosed) return "the connection stays open after a refusal";
  // More may be on its way: what is closed now is answered with a reset, which overtakes the answer (RFC 9112 9.6).
  const isCutOff = socket.isClosed && statuses.at(-1)!.endsWith(" 400");
  return isCutOff ? "the connection is closed at once after a refusal" : undefined;
}

function checkConversation(conversation: Conversation, reading: StreamReading): Fault | undefined {
  const { seen, failures, hasEnded, faultOfEnd } = conversation;
  if (failures.length > 0) return { kind: "throw", message: failures.join("; ") };
  if (faultOfEnd !== undefined) return wrong(faultOfEnd);
  if (!hasEnded) return wrong("the connection was not closed, or not in order");
  if (seen.length !== reading.requests.length) {
    return wrong(`${seen.length} requests were run, there are ${reading.requests.length}`);
  }
  for (const [index, request] of reading.requests.entries()) {
    const [expected, got] = [JSON.stringify(seenOf(request, seen[index]!)), JSON.stringify(seen[index])];
    if (expected !== got) return wrong(`request ${index} is ${expected}, run was ${got}`);
  }
  return checkAnswers(conversation, reading);
}

/** What a handler must have seen of a request that asked for as much of the body as this one did. */
function seenOf(
  { method, target, fields, body }: ReadRequest,
  { asked, body: got }: SeenRequest,
): SeenRequest {
  // Of a broken body a part may be good.
  const isPartOfBroken = asked === "part" && body === undefined;
  const lines = body?.replace(/[^\n]*\n|[^\n]+$/g, (line) => LINE_MARK + line);
  const parts = { all: body, lines, part: isPartOfBroken ? got : body?.slice(0, PART_BYTES), none: "" };
  return { method, target, fields, body: parts[asked], asked };
}

function checkAnswers({ seen, answered }: Conversation, { isRefused }: StreamReading): Fault | undefined {
  const methods = seen.map(({ method }) => method);
  const responses = responsesIn(answered, [...methods, "GET"]) ?? responsesIn(answered, [...methods, "HEAD"]);
  if (responses === undefined) return wrong(`malformed answers: ${JSON.stringify(answered)}`);
  const final = responses.filter((status) => status >= 200);
  if (final.length !== seen.length + (isRefused ? 1 : 0)) {
    return wrong(`${final.length} answers to ${seen.length} requests${isRefused ? " and a refusal" : ""}`);
  }
  const last = final.at(-1)!;
  if (isRefused && last < 400) return wrong(`what is no request was answered with ${last}`);
  return undefined;
}

function responsesIn(answered: string, methods: readonly string[]): number[] | undefined {
  try {
    return decodeResponses(answered, methods).map(({ status }) => status);
  } catch {
    return undefined;
  }
}
