/** Sends a case's requests one after another and checks each answer, before anything is measured. */
import { connect, type Socket } from "node:net";
import { type Answer, complaint, type ExpectedAnswer, readAnswer } from "./answer.ts";

/** How long a server may be silent. */
const SILENCE_SECONDS = 10;

export interface Probe {
  /** What is sent at once; the next one goes when this one is answered. */
  readonly packets: readonly Uint8Array[];
  /** How many requests a packet holds. */
  readonly requestsPerPacket: number;
  readonly expected: ExpectedAnswer;
}

/**
 * Sends every packet on one connection and checks every answer. Throws when one is wrong or missing.
 *
 * @returns the length of an answer in bytes; they must all have the same.
 */
export async function probe(port: number, { packets, requestsPerPacket, expected }: Probe): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  socket.setTimeout(SILENCE_SECONDS * 1000, () => socket.destroy(new Error("The server does not answer")));
  const answers = readAnswers(socket);
  const lengths = new Set<number>();
  try {
    for (const packet of packets) {
      socket.write(packet);
      for (let nth = 0; nth < requestsPerPacket; nth++) lengths.add(await nextLength(answers, expected));
    }
  } finally {
    socket.destroy();
  }
  const [length = 0] = lengths;
  if (lengths.size !== 1)
    throw new Error(`The server's answers differ in length: ${[...lengths].join(", ")}`);
  return length;
}

async function nextLength(answers: AsyncGenerator<Answer>, expected: ExpectedAnswer): Promise<number> {
  const { value: answer, done } = await answers.next();
  if (done === true) throw new Error("The server closes the connection before it has answered");
  const wrong = complaint(answer, expected);
  if (wrong !== undefined) throw new Error(`The server answers with ${wrong}`);
  return answer.byteLength;
}

async function* readAnswers(socket: Socket): AsyncGenerator<Answer> {
  let received = Buffer.alloc(0);
  for await (const bytes of socket) {
    received = Buffer.concat([received, bytes]);
    for (let answer = readAnswer(received); answer !== undefined; answer = readAnswer(received)) {
      received = received.subarray(answer.byteLength);
      yield answer;
    }
  }
}
