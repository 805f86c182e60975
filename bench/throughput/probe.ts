/** Sends a case's requests one after another and checks each answer, before anything is measured. */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Answer, complaint, type ExpectedAnswer, leastBytes, readAnswer } from "./answer.ts";

/** How long a server may be silent. */
const SILENCE_SECONDS = 10;

/** What chunks may add to a body beside its bytes: pieces of less than a KiB would be more than that. */
const MAX_FRAMING_SHARE = 0.01;
const MAX_FRAMING_BYTES = 16;

export interface Probe {
  /** What is sent at once; the next one goes when this one is answered. */
  readonly packets: readonly Uint8Array[];
  /** How many requests a packet holds. */
  readonly requestsPerPacket: number;
  readonly expected: ExpectedAnswer;
  /** Whether it goes over TLS; the certificate may be anybody's. */
  readonly isEncrypted?: boolean;
  /** Whether each packet goes on a connection of its own, which the server must close. */
  readonly isConnectionPerRequest?: boolean;
}

/** How long the answers to the requests of a case are, in bytes. Both ends are the same unless they are chunked. */
export interface AnswerBytes {
  readonly least: number;
  readonly most: number;
}

/**
 * Sends every packet and checks every answer. Throws when one is wrong or missing.
 *
 * @returns the length of an answer; they must all have the same, but for the framing of chunks.
 */
export async function probe(port: number, request: Probe): Promise<AnswerBytes> {
  const { packets, isConnectionPerRequest = false } = request;
  const check = new Check(request.expected);
  const conversations = isConnectionPerRequest ? packets.map((packet) => [packet]) : [packets];
  for (const conversation of conversations) {
    await converse(port, { ...request, packets: conversation }, check);
  }
  return check.answerBytes();
}

/** Sends packets on one connection. */
async function converse(port: number, request: Probe, check: Check): Promise<void> {
  const to = { port, host: "127.0.0.1" };
  const socket =
    request.isEncrypted === true ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to);
  socket.setTimeout(SILENCE_SECONDS * 1000, () => socket.destroy(new Error("The server does not answer")));
  const answers = readAnswers(socket);
  try {
    for (const packet of request.packets) {
      socket.write(packet);
      for (let nth = 0; nth < request.requestsPerPacket; nth++) {
        const { value: answer, done } = await answers.next();
        if (done === true) throw new Error("The server closes the connection before it has answered");
        check.take(answer);
      }
    }
    if (request.isConnectionPerRequest === true && (await answers.next()).done !== true)
      throw new Error("The server answers more often than it was asked");
  } finally {
    socket.destroy();
  }
}

/** Compares answers with what is expected and with each other. */
class Check {
  readonly #expected: ExpectedAnswer;
  readonly #lengths: AnswerBytes[] = [];
  #firstBody: Uint8Array | undefined;

  constructor(expected: ExpectedAnswer) {
    this.#expected = expected;
  }

  take(answer: Answer): void {
    const wrong = complaint(answer, this.#expected);
    if (wrong !== undefined) throw new Error(`The server answers with ${wrong}`);
    this.#firstBody ??= answer.body;
    if (Buffer.compare(answer.body, this.#firstBody) !== 0)
      throw new Error("The server does not answer the same each time");
    this.#lengths.push(lengthsOf(answer));
  }

  answerBytes(): AnswerBytes {
    const least = new Set(this.#lengths.map((length) => length.least));
    if (least.size > 1) throw new Error(`The server's answers differ in length: ${[...least].join(", ")}`);
    return this.#lengths[0] ?? { least: 0, most: 0 };
  }
}

/** How long the same answer may be another time. */
function lengthsOf({ byteLength, body, headBytes, isChunked }: Answer): AnswerBytes {
  if (!isChunked) return { least: byteLength, most: byteLength };
  const least = headBytes + body.length;
  return { least, most: Math.ceil(least + MAX_FRAMING_BYTES + MAX_FRAMING_SHARE * body.length) };
}

async function* readAnswers(socket: Socket): AsyncGenerator<Answer> {
  let received = Buffer.alloc(0);
  let pieces: Uint8Array[] = [];
  let missingBytes = 0;
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    pieces.push(bytes);
    missingBytes -= bytes.length;
    if (missingBytes > 0) continue; // a large answer is put together once, not with each of its pieces
    received = Buffer.concat([received, ...pieces]);
    pieces = [];
    for (let answer = readAnswer(received); answer !== undefined; answer = readAnswer(received)) {
      received = received.subarray(answer.byteLength);
      yield answer;
    }
    missingBytes = leastBytes(received) - received.length;
  }
}
