/**
 * Plays cases on real sockets. Each is sent whole and cut in several ways to a handler that reads bodies, and whole to
 * one that asks for its requests by itself and to one that leaves bodies alone; all answers are read by a strict decoder.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { BaseHTTPRequestHandler, type RequestMethod } from "../../../src/index.ts";
import { RawClient, type StartedServer, startServer } from "../../support/client.ts";
import { decodeResponses } from "../../support/decode.ts";
import { BROKEN_BODY, End, type WireCase } from "./cases.ts";

/** The request that proves, behind a case that goes on, that both sides agree on where it begins. */
const AFTER = "GET /after HTTP/1.1\r\nHost: after\r\nConnection: close\r\n\r\n";

/** The request that stands behind a case that closes: nobody may run it. */
const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: smuggled\r\n\r\n";

const METHODS: readonly string[] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];

const IMF_FIXDATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** A case of more bytes than this is not cut into pieces of a few. */
const MAX_DRIPPED_BYTES = 2048;
const LARGE_PIECE = 1021;

/** Connections of one test at a time. */
const PARALLEL = 64;

/** What was handled on each connection, by the client's port. */
type Records = Map<number, string[]>;

/** A way in which the bytes of a case are cut into pieces, each of which is a packet of its own. */
type Way = readonly [name: string, cut: (bytes: string) => string[]];

const WHOLE: readonly Way[] = [["whole", (bytes) => [bytes]]];

const FEW_WAYS: readonly Way[] = [...WHOLE, ["by sevens", (bytes) => inPieces(bytes, 7)]];

const EVERY_WAY: readonly Way[] = [
  ...FEW_WAYS,
  ["byte by byte", (bytes) => inPieces(bytes, 1)],
  ["by threes", (bytes) => inPieces(bytes, 3)],
  [
    "cut in each line end",
    (bytes) => (bytes.length > MAX_DRIPPED_BYTES ? [bytes] : bytes.split(/(?<=\r)(?=\n)/)),
  ],
];

function inPieces(bytes: string, length: number): string[] {
  const size = bytes.length > MAX_DRIPPED_BYTES ? LARGE_PIECE * length : length;
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
  return pieces;
}

/** What kind of handler answers. */
type Kind = "a handler that reads bodies" | "one that pulls requests" | "one that ignores bodies";

/** Answers every request with 200, and keeps what it was. */
function recorder(records: Records, kind: Kind): typeof BaseHTTPRequestHandler {
  class Recorder extends BaseHTTPRequestHandler {
    record(): void | Promise<void> {
      const port = this.client_address[1];
      const requests = records.get(port) ?? [];
      records.set(port, requests);
      const place = requests.push(`${this.command} ${this.path}`) - 1;
      return kind === "one that ignores bodies" ? this.answer() : this.answerWhenRead(requests, place);
    }
    async answerWhenRead(requests: string[], place: number): Promise<void> {
      try {
        const body = Buffer.from(await this.rfile.read()).toString("latin1");
        if (body !== "") requests[place] += ` ${body}`;
      } catch (error) {
        requests[place] += ` ${BROKEN_BODY}`;
        throw error;
      }
      this.answer();
    }
    answer(): void {
      this.send_response(200);
      this.send_header("X-Path", this.path);
      this.end_headers();
      this.wfile.write("handled");
    }
    override log_message(): void {}
  }
  class PullingRecorder extends Recorder {
    override async handle(): Promise<void> {
      do await this.handle_one_request();
      while (!this.close_connection);
    }
  }
  const prototype = Recorder.prototype as Recorder & Record<`do_${string}`, RequestMethod>;
  for (const method of METHODS) prototype[`do_${method}`] = prototype.record;
  return kind === "one that pulls requests" ? PullingRecorder : Recorder;
}

/** What came of a case that was played. */
interface Outcome {
  readonly statuses: readonly number[];
  readonly handled: readonly string[];
  /** What the last answer says of the connection. */
  readonly announced: string | undefined;
  /** Whether the server has ended its side in order: its answers cannot have been lost. */
  readonly isEndedInOrder: boolean;
}

/** Sends pieces, each in a turn of the event loop of its own, and reads until the server ends its side. */
async function play(server: RecordingServer, pieces: readonly string[], one: WireCase): Promise<Outcome> {
  await using client = await RawClient.connect(server.port);
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await nextTurn();
    client.send(piece);
  }
  if (one.end === End.CUT) client.endInput();
  const raw = await client.untilClosed();
  const handled = server.take(client.localPort);
  const methods = one.methods ?? handled.map((request) => request.slice(0, request.indexOf(" ")));
  const responses = decodeResponses(raw, methods);
  for (const { status, headers } of responses) {
    // RFC 9110 6.6.1 and 8.6, RFC 9112 6.1: an interim answer needs no date, and has no length and no coding.
    if (status >= 200) expect(headers.get("date")).toMatch(IMF_FIXDATE);
    else expect([headers.has("content-length"), headers.has("transfer-encoding")]).toEqual([false, false]);
  }
  return {
    statuses: responses.map(({ status }) => status),
    handled,
    announced: responses.at(-1)?.headers.get("connection"),
    isEndedInOrder: client.isEndedInOrder,
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

class RecordingServer implements AsyncDisposable {
  readonly kind: Kind;
  readonly #records: Records;
  readonly #started: StartedServer;

  private constructor(kind: Kind, records: Records, started: StartedServer) {
    this.kind = kind;
    this.#records = records;
    this.#started = started;
  }

  static async start(kind: Kind): Promise<RecordingServer> {
    const records: Records = new Map();
    return new RecordingServer(kind, records, await startServer(recorder(records, kind)));
  }

  get port(): number {
    return this.#started.port;
  }

  /** What was handled on the connection of the client with this port. */
  take(port: number): readonly string[] {
    const handled = this.#records.get(port) ?? [];
    this.#records.delete(port);
    return handled;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started[Symbol.asyncDispose]();
  }
}

/** Plays cases, with the servers that a test file has for all of its cases. */
export class Wire {
  #reading!: RecordingServer;
  #pulling!: RecordingServer;
  #ignoring!: RecordingServer;

  constructor() {
    beforeAll(async () => {
      this.#reading = await RecordingServer.start("a handler that reads bodies");
      this.#pulling = await RecordingServer.start("one that pulls requests");
      this.#ignoring = await RecordingServer.start("one that ignores bodies");
    });
    afterAll(async () => {
      await this.#reading[Symbol.asyncDispose]();
      await this.#pulling[Symbol.asyncDispose]();
      await this.#ignoring[Symbol.asyncDispose]();
    });
  }

  /** Where the handler that reads bodies answers; ends in a slash. */
  get url(): string {
    return `http://127.0.0.1:${this.#reading.port}/`;
  }

  /** A test for each case: in every way, and to every kind of handler. */
  testEach(title: string, cases: readonly WireCase[]): void {
    describe(title, () => {
      for (const one of cases) {
        test(one.name, async () => {
          await Promise.all([
            this.#check(one, this.#reading, EVERY_WAY),
            this.#check(one, this.#pulling, WHOLE),
            this.#checkIgnoring(one),
          ]);
        });
      }
    });
  }

  /** Plays many cases in one test, whole and in small pieces. */
  async checkAll(cases: readonly WireCase[]): Promise<void> {
    for (let at = 0; at < cases.length; at += PARALLEL) {
      await Promise.all(
        cases.slice(at, at + PARALLEL).map((one) => this.#check(one, this.#reading, FEW_WAYS)),
      );
    }
  }

  async #check(one: WireCase, server: RecordingServer, ways: readonly Way[]): Promise<void> {
    const bytes = bytesOf(one);
    const expected = expectedOutcome(one);
    const to = server.kind;
    const played = ways.map(async ([way, pieces]) => {
      const outcome = await play(server, pieces(bytes), one);
      expect({ case: one.name, to, way, ...outcome }).toEqual({ case: one.name, to, way, ...expected });
    });
    await Promise.all(played);
  }

  /** A handler that reads no body may see a fault in one too late to answer it, but it runs the same requests. */
  async #checkIgnoring(one: WireCase): Promise<void> {
    const { handled, isEndedInOrder } = await play(this.#ignoring, [bytesOf(one)], one);
    const heads = expectedOutcome(one).handled.map((request) => request.split(" ", 2).join(" "));
    const to = this.#ignoring.kind;
    expect({ case: one.name, to, handled, isEndedInOrder }).toEqual({
      case: one.name,
      to,
      handled: heads,
      isEndedInOrder: true,
    });
  }
}

/** What is sent: the case, and the request behind it by which one sees what became of the connection. */
function bytesOf({ bytes, end }: WireCase): string {
  if (end === End.GOES_ON) return bytes + AFTER;
  return end === End.CLOSES ? bytes + SMUGGLED : bytes;
}

function expectedOutcome(one: WireCase): Outcome {
  const goesOn = one.end === End.GOES_ON;
  return {
    statuses: goesOn ? [...one.statuses, 200] : one.statuses,
    handled: goesOn ? [...one.handled, "GET /after"] : one.handled,
    announced: isCloseAnnounced(one) ? "close" : undefined,
    isEndedInOrder: true,
  };
}

/** A server that closes says so; one whose client has ended its side may only find out afterwards. */
function isCloseAnnounced({ end, statuses }: WireCase): boolean {
  return end !== End.CUT || (statuses.at(-1) ?? 0) >= 400;
}
