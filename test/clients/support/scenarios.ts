/**
 * What a client does with the application, in nothing but the web's and Node.js's own interfaces: the same code runs
 * in Bun and, bundled, in Node.js. Each gives a value that goes through JSON.
 */

import { createHash } from "node:crypto";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

type Scenario = (url: string) => Promise<unknown>;

const UPLOAD_PIECES = 64;
const PIECE_BYTES = 64 * 1024;
/** How many requests the application waits for before it answers any for `/together`. */
export const PARTY_SIZE = 100;

async function postJson(url: string): Promise<unknown> {
  const response = await fetch(`${url}json`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ greeting: "Grüße 🎉", numbers: [1, 2.5, -3e10], nothing: null }),
  });
  return [response.status, response.headers.get("content-type"), await response.json()];
}

/** The second part leaves only when the first has arrived and been answered: nothing holds the first back. */
async function readWhileItIsWritten(url: string): Promise<unknown> {
  const response = await fetch(`${url}two-parts`);
  const decoder = new TextDecoder();
  const parts: string[] = [];
  for await (const bytes of response.body!) {
    parts.push(decoder.decode(bytes));
    if (parts.length === 1) await fetch(`${url}release`, { method: "POST" });
  }
  return [response.headers.get("content-length"), parts];
}

/** Sends a stream, whose length nobody knows beforehand. */
async function uploadStream(url: string): Promise<unknown> {
  const hash = createHash("sha256");
  let sentPieces = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const piece = new Uint8Array(PIECE_BYTES).fill(sentPieces++);
      hash.update(piece);
      controller.enqueue(piece);
      if (sentPieces === UPLOAD_PIECES) controller.close();
    },
  });
  // Node.js asks for `duplex` with a stream, and Bun takes no notice.
  const response = await fetch(`${url}digest`, { method: "POST", body, duplex: "half" } as RequestInit);
  const seen = (await response.json()) as { framing: string; length: number; sha256: string };
  return { ...seen, sha256: seen.sha256 === hash.digest("hex") };
}

/** All requests have to be there before any is answered. */
async function askTogether(url: string): Promise<unknown> {
  const guests = Array.from({ length: PARTY_SIZE }, (_, id) => id);
  return await Promise.all(guests.map(async (id) => (await fetch(`${url}together?id=${id}`)).text()));
}

/** Answers without bodies, and bodies that nobody reads, must not shift the answers that follow. */
async function mixMethods(url: string): Promise<unknown> {
  const answers: unknown[] = [];
  const ask = async (method: string, path: string, body?: string) => {
    const response = await fetch(url + path, { method, ...(body === undefined ? {} : { body }) });
    answers.push([method, response.status, await response.text()]);
  };
  await ask("HEAD", "port");
  await ask("DELETE", "anything");
  await ask("DELETE", "anything", "a body that stays unread");
  await ask("POST", "unread", "x".repeat(100_000));
  await ask("POST", "release");
  await ask("HEAD", "none");
  await ask("POST", "json", "[]");
  return answers;
}

/** Node.js's `fetch` goes back and forth between two connections when it asks for one thing after the other. */
async function fetchInARow(url: string): Promise<unknown> {
  const ports = new Set<string>();
  for (let count = 0; count < 10; count++) ports.add(await (await fetch(`${url}port`)).text());
  return ports.size <= 2;
}

async function leaveInTheMiddle(url: string): Promise<unknown> {
  const leaving = new AbortController();
  const response = await fetch(`${url}endless`, { signal: leaving.signal });
  const { value } = await response.body!.getReader().read();
  leaving.abort();
  return [value!.length > 0, await (await fetch(`${url}left`)).text()];
}

/** Sends with `node:http`; the body only once the server wants it, where it is asked with `Expect`. */
function send(
  url: string,
  agent: Agent,
  body: string,
  headers: Record<string, string>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method: "POST", headers });
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
    if ("Expect" in headers) outgoing.on("continue", () => outgoing.end(body));
    else outgoing.end(body);
    outgoing.flushHeaders();
  });
}

/** `node:http` with an agent that keeps one connection, in turn with a length, chunked, and after 100 Continue. */
async function keepOneSocket(url: string): Promise<unknown> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  const answers: unknown[] = [];
  const body = "[1,2,3]";
  try {
    for (const headers of [
      { "Content-Length": String(body.length) },
      { "Transfer-Encoding": "chunked" },
      { "Content-Length": String(body.length), Expect: "100-continue" },
    ]) {
      const response = await send(`${url}json`, agent, body, headers as Record<string, string>);
      ports.add(response.socket.localPort);
      answers.push([response.statusCode, await text(response)]);
    }
  } finally {
    agent.destroy();
  }
  return { sockets: ports.size, answers };
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  postJson,
  readWhileItIsWritten,
  uploadStream,
  askTogether,
  mixMethods,
  fetchInARow,
  leaveInTheMiddle,
  keepOneSocket,
};
