/**
 * The byte classes of HTTP/1.1, written as grammar and compiled once to 256-entry tables:
 * `TABLE[byte]` is 1 where the byte belongs to the class.
 */

type ByteClass = string | number | readonly [from: number, to: number];

const DIGIT: ByteClass = "0123456789";
const ALPHA: ByteClass = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function table(...classes: ByteClass[]): Uint8Array {
  const bytes = new Uint8Array(256);
  for (const one of classes) {
    if (typeof one === "number") bytes[one] = 1;
    else if (typeof one === "string") for (const char of one) bytes[char.charCodeAt(0)] = 1;
    else bytes.fill(1, one[0], one[1] + 1);
  }
  return bytes;
}

/** `tchar`: methods, field names, codings, extension names (RFC 9110 5.6.2). */
export const TCHAR: Uint8Array = table("!#$%&'*+-.^_`|~", DIGIT, ALPHA);

/**
 * How the names begin of the fields that the parser takes note of: Connection, Content-Length, Expect, Host and
 * Transfer-Encoding. To look at that first takes a tenth off a browser's head (`bench/micro/head-parser.ts`).
 */
export const NOTED_INITIAL: Uint8Array = table("CcEeHhTt");

/** What a field value may hold: VCHAR, obs-text, SP and HTAB (RFC 9110 5.5). */
export const FIELD_VALUE: Uint8Array = table(0x09, [0x20, 0x7e], [0x80, 0xff]);

/**
 * What a request target may hold: every visible ASCII byte but `#`. Wider than RFC 3986, because browsers
 * send `| { } [ ] ^` and a lone `%` raw.
 */
export const TARGET: Uint8Array = table([0x21, 0x22], [0x24, 0x7e]);

/** What `reg-name` and IPv4 hosts hold beside percent-encoded bytes: unreserved and sub-delims (RFC 3986 3.2.2). */
export const REG_NAME: Uint8Array = table("-._~!$&'()*+,;=", DIGIT, ALPHA);

/** The value of a hexadecimal digit, 255 for any other byte. */
export const HEX_VALUE: Uint8Array = (() => {
  const bytes = new Uint8Array(256).fill(255);
  for (let value = 0; value < 16; value++) {
    const digit = value.toString(16);
    bytes[digit.charCodeAt(0)] = value;
    bytes[digit.toUpperCase().charCodeAt(0)] = value;
  }
  return bytes;
})();

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const COLON = 0x3a;
