/** Request bodies. */
import { request } from "./make.ts";

/** A whole chunked body. */
export interface ChunkedBody {
  readonly bytes: Uint8Array;
  /** What is left when it is decoded. */
  readonly payloadBytes: number;
}

/** A chunked body that a server must refuse. */
export interface RefusedBody {
  readonly bytes: Uint8Array;
  /** The first byte that gives it away. */
  readonly refusedAt: number;
}

/** Chunked bodies, by name; each is complete and valid. */
export const CHUNKED_BODIES: Readonly<Record<string, ChunkedBody>> = {
  "one chunk of 64 KiB": chunked([65536]),
  "64 chunks of 1 KiB": chunked(Array.from({ length: 64 }, () => 1024)),
  "1,000 chunks of one byte": chunked(ones(1000)),
  "extensions and trailers": chunked(
    [512, 512],
    ';name="quoted\\"value";flag',
    "Digest: sha-256=x\r\nExpires: 0\r\n",
  ),
};

/** Valid chunked bodies that are hardly anything but framing, by name. */
export const ADVERSARIAL_BODIES: Readonly<Record<string, ChunkedBody>> = {
  "ten bytes behind 15 KB of extensions": chunked(ones(10), `;${"x".repeat(1499)}`),
  "ten bytes behind 15 KB of quoted pairs": chunked(ones(10), `;x="${'\\"'.repeat(748)}"`),
  "no payload and 99 trailers": chunked([], "", "a: b\r\n".repeat(99)),
  "no payload and a trailer of 15 KB": chunked([], "", `X: ${"x".repeat(15_000)}\r\n`),
};

const KIB = 1024;

/** Chunked bodies that are wrong at their end or have no end, by name. */
export const REFUSED_BODIES: Readonly<Record<string, RefusedBody>> = {
  "bare LF after 1,000 chunks of one byte": refused("1\r\nx\r\n".repeat(1000), "1", "\nx\r\n"),
  "chunk of 64 KiB that is longer than its size": refused("10000\r\n", "x".repeat(64 * KIB), "x"),
  "17 digits of size after 1,000 chunks of one byte": refused(
    "1\r\nx\r\n".repeat(1000),
    "0".repeat(16),
    "1\r\n",
  ),
  "more than 16 KiB of extensions": refused("1", `;${"x".repeat(16 * KIB - 1)}`, "x"),
  "more than 16 KiB of trailers": refused("0\r\n", `X:${"x".repeat(16 * KIB - 2)}`, "x"),
};

/** A request with `bodyBytes` of binary body, every byte value in turn. */
export function postRequest(bodyBytes: number): { readonly bytes: Uint8Array; readonly body: Uint8Array } {
  const body = Uint8Array.from({ length: bodyBytes }, (_, index) => index & 0xff);
  const head = request("POST /echo HTTP/1.1", [
    "Host: www.example.com",
    "Content-Type: application/octet-stream",
    `Content-Length: ${bodyBytes}`,
  ]);
  return { bytes: Buffer.concat([head, body]), body };
}

function chunked(sizes: readonly number[], extension = "", trailers = ""): ChunkedBody {
  const chunks = sizes.map((size) => `${size.toString(16)}${extension}\r\n${"x".repeat(size)}\r\n`);
  return {
    bytes: asBytes(`${chunks.join("")}0\r\n${trailers}\r\n`),
    payloadBytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** A body that is good up to `wrong`. */
function refused(framed: string, last: string, wrong: string): RefusedBody {
  return { bytes: asBytes(framed + last + wrong), refusedAt: framed.length + last.length };
}

function ones(count: number): number[] {
  return Array.from({ length: count }, () => 1);
}

function asBytes(ascii: string): Uint8Array {
  return new TextEncoder().encode(ascii);
}
