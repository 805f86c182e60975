/**
 * Named, realistic inputs, shared by benches and tests: a function is measured over what it meets in life, and over what
 * somebody sends to make it slow.
 */

const encoder = new TextEncoder();

/** The least that HTTP/1.1 allows. */
export const TINY_REQUEST: Uint8Array = request("GET / HTTP/1.1", ["Host: a"]);

/** A page's request as a desktop browser sends it; at about 700 bytes, the size that parser benches commonly use. */
export const BROWSER_REQUEST: Uint8Array = browserRequest(
  "/articles/2026/07/a-day-on-the-baltic-coast?utm_source=newsletter&page=2",
  "session=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b; theme=dark; consent=necessary.statistics",
);

/** A browser's request with 4 KB of cookies, as sites with many analytics scripts collect them. */
export const COOKIES_REQUEST: Uint8Array = browserRequest("/account", cookies(4096));

/** 64 fields, as a request has them behind several proxies. */
export const MANY_FIELDS_REQUEST: Uint8Array = request("GET /api/v2/items?limit=50 HTTP/1.1", [
  "Host: api.example.com",
  ...Array.from(
    { length: 63 },
    (_, index) => `X-Forwarded-Detail-${index}: value-${index}; trace=${hex(index, 16)}`,
  ),
]);

/** Heads that a server must accept, by name. */
export const REQUEST_HEADS: Readonly<Record<string, Uint8Array>> = {
  tiny: TINY_REQUEST,
  browser: BROWSER_REQUEST,
  "4 KB of cookies": COOKIES_REQUEST,
  "64 fields": MANY_FIELDS_REQUEST,
};

/** Heads made to cost more than they look, by name. A server must read them in linear time, and may refuse them. */
export const ADVERSARIAL_HEADS: Readonly<Record<string, Uint8Array>> = {
  "99 fields of four bytes": request("GET / HTTP/1.1", [
    "Host: a",
    ...Array.from({ length: 98 }, () => "a: b"),
  ]),
  "target of 7 KB": request(`GET /${"a".repeat(7167)} HTTP/1.1`, ["Host: a"]),
  "value of 8 KB in obs-text": request("GET / HTTP/1.1", ["Host: a", `X: ${"\xff".repeat(8192)}`]),
  "name of 2 KB": request("GET / HTTP/1.1", ["Host: a", `${"x".repeat(2048)}: y`]),
  "spaces before and after a value": request("GET / HTTP/1.1", [
    "Host: a",
    `X:${" \t".repeat(2048)}y${" ".repeat(4096)}`,
  ]),
  "NUL at the end of a browser's request": withByteAt(BROWSER_REQUEST, BROWSER_REQUEST.length - 5, 0),
};

/** Chunked bodies, by name; each is complete and valid, and `payloadBytes` is what is left when it is decoded. */
export const CHUNKED_BODIES: Readonly<
  Record<string, { readonly bytes: Uint8Array; readonly payloadBytes: number }>
> = {
  "one chunk of 64 KB": chunked([65536]),
  "64 chunks of 1 KB": chunked(Array.from({ length: 64 }, () => 1024)),
  "1,000 chunks of one byte": chunked(Array.from({ length: 1000 }, () => 1)),
  "extensions and trailers": chunked(
    [512, 512],
    ';name="quoted\\"value";flag',
    "Digest: sha-256=x\r\nExpires: 0\r\n",
  ),
};

/** `count` requests of about 600 bytes as a browser sends them, no two with the same path or cookie. */
export function browserRequests(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const page = `/articles/${hex(index, 8)}?page=${index}`;
    return browserRequest(page, `session=${hex(index + count, 24)}; theme=dark`);
  });
}

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

/** A browser's request for a page. */
export function browserRequest(target: string, cookie: string): Uint8Array {
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

/** Code units are bytes: text beyond Latin-1 has no place in a head. */
function request(requestLine: string, fieldLines: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(`${[requestLine, ...fieldLines].join("\r\n")}\r\n\r\n`, "latin1"));
}

function chunked(
  sizes: readonly number[],
  extension = "",
  trailers = "",
): { bytes: Uint8Array; payloadBytes: number } {
  const chunks = sizes.map((size) => `${size.toString(16)}${extension}\r\n${"x".repeat(size)}\r\n`);
  return {
    bytes: encoder.encode(`${chunks.join("")}0\r\n${trailers}\r\n`),
    payloadBytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

function cookies(byteLength: number): string {
  const pairs: string[] = [];
  for (let length = 0; length < byteLength; length += (pairs.at(-1)?.length ?? 0) + 2) {
    pairs.push(`_${hex(pairs.length, 6)}=GA1.2.${hex(pairs.length + 1000, 40)}`);
  }
  return pairs.join("; ").slice(0, byteLength);
}

/** `digits` hexadecimal digits that look random and are the same in every run (a linear congruential generator). */
function hex(seed: number, digits: number): string {
  let state = (seed + 1) >>> 0;
  let text = "";
  while (text.length < digits) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += (state >>> 16).toString(16).padStart(4, "0");
  }
  return text.slice(0, digits);
}

function withByteAt(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = byte;
  return copy;
}
