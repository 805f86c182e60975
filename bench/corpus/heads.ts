/** Request heads. */
import { hex, request } from "./make.ts";

/** A head that a server must accept. */
export interface AcceptedHead {
  readonly bytes: Uint8Array;
  readonly fieldCount: number;
}

/** A head that a server must refuse. */
export interface RefusedHead {
  readonly bytes: Uint8Array;
  /** The first byte that gives it away. */
  readonly refusedAt: number;
}

/** The least that HTTP/1.1 allows. */
const TINY_REQUEST: Uint8Array = request("GET / HTTP/1.1", ["Host: a"]);

/** A page's request as a desktop browser sends it; at about 700 bytes, the size that parser benches commonly use. */
export const BROWSER_REQUEST: Uint8Array = browserRequest(
  "/articles/2026/07/a-day-on-the-baltic-coast?utm_source=newsletter&page=2",
  "session=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b; theme=dark; consent=necessary.statistics",
);

/** A browser's request with 4 KiB of cookies, as sites with many analytics scripts collect them. */
const COOKIES_REQUEST: Uint8Array = browserRequest("/account", cookies(4096));

/** 64 fields, as a request has them behind several proxies. */
export const MANY_FIELDS_REQUEST: Uint8Array = request("GET /api/v2/items?limit=50 HTTP/1.1", [
  "Host: api.example.com",
  ...Array.from(
    { length: 63 },
    (_, index) => `X-Forwarded-Detail-${index}: value-${index}; trace=${hex(index, 16)}`,
  ),
]);

/** Heads of everyday, by name. */
export const REQUEST_HEADS: Readonly<Record<string, AcceptedHead>> = {
  tiny: { bytes: TINY_REQUEST, fieldCount: 1 },
  browser: { bytes: BROWSER_REQUEST, fieldCount: 12 },
  "4 KiB of cookies": { bytes: COOKIES_REQUEST, fieldCount: 12 },
  "64 fields": { bytes: MANY_FIELDS_REQUEST, fieldCount: 64 },
};

/** Valid heads made to cost more than they look, by name. A server must read them in linear time. */
export const ADVERSARIAL_HEADS: Readonly<Record<string, AcceptedHead>> = {
  "99 fields of four bytes": {
    bytes: request("GET / HTTP/1.1", ["Host: a", ...Array.from({ length: 98 }, () => "a: b")]),
    fieldCount: 99,
  },
  "target of 7 KiB": {
    bytes: request(`GET /${"a".repeat(7167)} HTTP/1.1`, ["Host: a"]),
    fieldCount: 1,
  },
  "value of 8 KiB in obs-text": {
    bytes: request("GET / HTTP/1.1", ["Host: a", `X: ${"\xff".repeat(8192)}`]),
    fieldCount: 2,
  },
  "name of 2 KiB": {
    bytes: request("GET / HTTP/1.1", ["Host: a", `${"x".repeat(2048)}: y`]),
    fieldCount: 2,
  },
  "spaces before and after a value": {
    bytes: request("GET / HTTP/1.1", ["Host: a", `X:${" \t".repeat(2048)}y${" ".repeat(4096)}`]),
    fieldCount: 2,
  },
};

/** Heads that are wrong near their end, so that all before it is read in vain, by name. */
export const REFUSED_HEADS: Readonly<Record<string, RefusedHead>> = {
  "NUL at the end of a browser's request": {
    bytes: withByteAt(BROWSER_REQUEST, BROWSER_REQUEST.length - 5, 0),
    refusedAt: BROWSER_REQUEST.length - 5,
  },
  "bare LF at the end of 4 KiB of cookies": {
    bytes: withByteAt(COOKIES_REQUEST, COOKIES_REQUEST.length - 4, 0x0a),
    refusedAt: COOKIES_REQUEST.length - 4,
  },
  "space before the colon of the last of 64 fields": {
    bytes: request("GET / HTTP/1.1", ["Host: a", ...Array.from({ length: 62 }, () => "a: b"), "c : d"]),
    refusedAt: "GET / HTTP/1.1\r\nHost: a\r\n".length + 62 * "a: b\r\n".length + 1,
  },
};

/** `count` requests of about 600 bytes as a browser sends them, no two with the same path or cookie. */
export function browserRequests(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const page = `/articles/${hex(index, 8)}?page=${index}`;
    return browserRequest(page, `session=${hex(index + count, 24)}; theme=dark`);
  });
}

/** A browser's request for a page. */
function browserRequest(target: string, cookie: string): Uint8Array {
  return request(`GET ${target} HTTP/1.1`, [
    "Host: www.example.com",
    "Connection: keep-alive",
    'sec-ch-ua: "Chromium";v="141", "Not?A_Brand";v="8"',
    "sec-ch-ua-mobile: ?0",
    'sec-ch-ua-platform: "Linux"',
    "Upgrade-Insecure-Requests: 1",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
    "Referer: https://www.example.com/articles/",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Accept-Language: en-GB,en;q=0.9",
    `Cookie: ${cookie}`,
  ]);
}

function cookies(byteLength: number): string {
  const pairs: string[] = [];
  for (let length = 0; length < byteLength; length += (pairs.at(-1)?.length ?? 0) + 2) {
    pairs.push(`_${hex(pairs.length, 6)}=GA1.2.${hex(pairs.length + 1000, 40)}`);
  }
  return pairs.join("; ").slice(0, byteLength);
}

function withByteAt(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = byte;
  return copy;
}
