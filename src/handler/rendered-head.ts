/**
 * The beginnings of answers, made once: status line, Server and Date. Only the date changes, once a second, and is
 * written over in place.
 */

import { HTTPStatus } from "../protocol/status.ts";
import { ticker } from "../transport/ticker.ts";

const DATE_LENGTH = "Sun, 06 Nov 1994 08:49:37 GMT".length;
const FIRST_CODE = 100;
const CODE_COUNT = 500;

interface RenderedHead {
  readonly bytes: Buffer;
  readonly dateAt: number;
  /** The second that the date stands for. */
  epochSeconds: number;
}

/** The beginnings of answers with one protocol version and one Server field. */
export class RenderedHeads {
  readonly #version: string;
  readonly #server: string;
  readonly #heads: (RenderedHead | undefined)[] = new Array<RenderedHead | undefined>(CODE_COUNT);

  constructor(version: string, server: string) {
    this.#version = version;
    this.#server = server;
  }

  /** The head for a status code; undefined for one that has no phrase of its own. */
  get(code: number): Uint8Array | undefined {
    const head = this.#heads[code - FIRST_CODE] ?? this.#render(code);
    if (head === undefined) return undefined;
    if (head.epochSeconds !== ticker.epochSeconds) {
      head.bytes.latin1Write(ticker.httpDate, head.dateAt);
      head.epochSeconds = ticker.epochSeconds;
    }
    return head.bytes;
  }

  #render(code: number): RenderedHead | undefined {
    const status = HTTPStatus.from(code);
    if (status === undefined) return undefined;
    const start = `${this.#version} ${code} ${status.phrase}\r\nServer: ${this.#server}\r\nDate: `;
    const bytes = Buffer.from(`${start}${" ".repeat(DATE_LENGTH)}\r\n`, "latin1");
    const head = { bytes, dateAt: start.length, epochSeconds: -1 };
    this.#heads[code - FIRST_CODE] = head;
    return head;
  }
}

const MAX_KINDS = 64;
const kinds = new Map<string, RenderedHeads>();

const UNSAFE = /[^\x20-\x7e\x80-\xff]/;

/** The beginnings of answers for a version and server; undefined where these cannot be sent as they are. */
export function renderedHeads(version: string, server: string): RenderedHeads | undefined {
  const key = `${version}\n${server}`;
  const known = kinds.get(key);
  if (known !== undefined) return known;
  if (UNSAFE.test(version) || UNSAFE.test(server) || kinds.size === MAX_KINDS) return undefined;
  const made = new RenderedHeads(version, server);
  kinds.set(key, made);
  return made;
}
