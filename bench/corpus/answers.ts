/** Answers, as handlers give them. */
import { DATES } from "./dates.ts";
import { hex, variants } from "./make.ts";

export type FieldSample = readonly [name: string, value: string];

/** The fields that a handler sends, and its body. */
export interface AnswerSample {
  readonly fields: readonly FieldSample[];
  readonly body: string | Uint8Array;
}

/** What sites send to browsers about security, in every answer. */
const SECURITY_FIELDS: readonly FieldSample[] = [
  ["Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload"],
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
  ["Referrer-Policy", "strict-origin-when-cross-origin"],
  ["Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"],
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Cross-Origin-Resource-Policy", "same-site"],
];

const CONTENT_SECURITY_POLICY: string = [
  "default-src 'self'",
  "script-src 'self' https://cdn.example.com https://analytics.example.com 'strict-dynamic'",
  "style-src 'self' https://fonts.example.com 'unsafe-inline'",
  "img-src 'self' data: blob: https://images.example.com https://thumbnails.example.com",
  "connect-src 'self' https://api.example.com wss://live.example.com",
  "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; upgrade-insecure-requests",
].join("; ");

/** Answers by kind; no two of a kind are the same, though most of their fields are, as in life. */
export const ANSWERS: Readonly<Record<string, readonly AnswerSample[]>> = {
  "a line of text": variants((id) => ({ fields: [["Content-Type", "text/plain"]], body: `Hello, ${id}!\n` })),
  "a file's": variants((id, index) => ({
    fields: [
      ["Content-type", "text/html; charset=utf-8"],
      ["Content-Length", String(200 + index)],
      ["Last-Modified", DATES[index % DATES.length]!.imfFixdate],
    ],
    body: Buffer.from(`<!doctype html>${id}`.padEnd(200 + index)),
  })),
  "an API's": variants((id, index) => ({
    fields: [
      ["Content-Type", "application/json; charset=utf-8"],
      ["Content-Length", String(300 + index)],
      ["Cache-Control", "private, no-cache, max-age=0, must-revalidate"],
      ["Vary", "Accept-Encoding, Authorization"],
      ["ETag", `W/"12c-${id}"`],
      ["X-Request-Id", hex(index, 32)],
      ["Access-Control-Allow-Origin", "https://www.example.com"],
    ],
    body: `{"id":"${id}"}`.padEnd(300 + index),
  })),
  "a page's behind security middleware": variants((id, index) => ({
    fields: [
      ["Content-Type", "text/html; charset=utf-8"],
      ["Content-Security-Policy", CONTENT_SECURITY_POLICY],
      ...SECURITY_FIELDS,
      ["Set-Cookie", `session=${hex(index, 64)}; Path=/; Max-Age=1209600; HttpOnly; Secure; SameSite=Lax`],
      ["Set-Cookie", `csrf=${id}; Path=/; Secure; SameSite=Strict`],
    ],
    body: Buffer.from(`<!doctype html>${id}`.padEnd(1000)),
  })),
};

/** Fields that would become more than a line, or cannot be said in bytes, by name. */
export const UNSENDABLE_FIELDS: Readonly<Record<string, readonly FieldSample[]>> = {
  "a line end in a short value": variants((id) => ["X-Name", `${id}\r\nSet-Cookie: a=b`]),
  "a line end behind 8 KiB": variants((id) => ["X-Name", `${id.repeat(1024)}\r\nSet-Cookie: a=b`], 4),
  "U+010A, whose low byte is LF": variants((id) => ["X-Name", `${id}\u010aSet-Cookie: a=b`]),
  "a line end in a name": variants((id) => [`X-${id}\r\nSet-Cookie`, "a=b"]),
};
