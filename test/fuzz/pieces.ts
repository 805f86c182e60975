/** Pieces of what peers send, good and bad, and how they are put together. Bytes are Latin-1 text. */

import type { Random } from "./random.ts";

export const INTERESTING_BYTES: readonly string[] = [
  ...'\r\n\0 \t\v\f:;,="\\/?#%@[]+-.0159aAfFgGxX\x7f\x80\x85\xa0\xff',
];

/** Numbers at which something may wrap, be cut or be mistaken. */
export const NUMBERS: readonly string[] = [
  ..."0 1 2 5 9 10 15 16 99 100 255 256 1000 4095 4096 4097 65535 65536 99999".split(" "),
  ..."2147483647 2147483648 4294967295 4294967296 4294967301 9007199254740991 9007199254740992".split(" "),
  ..."9007199254740993 9223372036854775807 9223372036854775813 18446744073709551615".split(" "),
  ..."18446744073709551621 99999999999999999999999999 -0 -1 +5 0x5 5e0 5.0 5_0 05 000".split(" "),
  ..."7fffffff 80000000 ffffffff 100000000 1fffffffffffff 20000000000000 ffffffffffffffff".split(" "),
  ..."10000000000000005 0000000000000005 00000000000000005 5\xa0 ٥".split(" ").map(asLatin1),
];

const METHODS = "GET GET GET GET POST POST PUT HEAD DELETE OPTIONS CONNECT PATCH get GETX M-SEARCH A".split(
  " ",
);
const BAD_METHODS = ["", "G ET", "GET\0", "GET\t", "G(T", "\x16\x03\x01", "PRI", "GÉT", "GET:", "\tGET"];
const PATHS = [
  "/",
  "/a",
  "/a/b?c=d",
  "/%41",
  "//",
  "/..",
  "/.",
  "/a b",
  "/%",
  "/%00",
  "/#",
  "/\\",
  "/\x80",
  "/*",
];
const OTHER_TARGETS = [
  ..."* a ../x ? # http://a http://a/ http://a?b https://a:1/b HTTP://A/ http:/a http:///a http://u@a/".split(
    " ",
  ),
  ..."http://a:b/ http://[::1]/ http://[::1/ http://a:65536/ a:80 a: :80 [::1]:443 a:99999 ftp://a/ //a/b".split(
    " ",
  ),
];
const VERSIONS = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/1.9"];
const BAD_VERSIONS = [
  ..."HTTP/2.0 HTTP/0.9 HTTP/1.10 HTTP/1. HTTP/.1 HTTP/11 http/1.1 HTTP/1,1 HTTP/1.1. HTTP/-1.1 HTTPS/1.1".split(
    " ",
  ),
  "",
  "HTTP/ 1.1",
  "HTTP/1.1 ",
  "HTTP/1.1\t",
  "HTTP/1.1\0",
];

export const HOSTS: readonly string[] = [
  ..."a example.com EXAMPLE.com. 127.0.0.1 [::1] [::1]:80 a:80 a: a:65535 a:65536 a:00080 a,b a%2Db [v1.a]".split(
    " ",
  ),
  ..."[::ffff:1.2.3.4] [::] [1:2:3:4:5:6:7:8] a%zz a@b a/b a:b [::1 ::1 [::1]a [1::2::3] [12345::] a:99999999999".split(
    " ",
  ),
  "",
  "a b",
  "a\tb",
  "[fe80::1%25eth0]",
  "\x80",
];

const FIELDS = [
  ..."Accept: */*|User-Agent: x|Cookie: a=b|X:|X-Empty: |Accept-Encoding: gzip, br|Content-Type: text/plain".split(
    "|",
  ),
  ..."Connection: close|Connection: keep-alive|connection: Keep-Alive, Close|Connection: closed".split("|"),
  ..."Expect: 100-continue|expect: 100-Continue|Expect: 200-ok|Expect: |Upgrade: h2c|TE: trailers".split("|"),
  ..."If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT|Content_Length: 5|Transfer_Encoding: chunked".split(
    "|",
  ),
];
const BAD_FIELDS = [
  ..."Host : a| Host: a|:a|:|X|X Y: z|X\0: y|X: \0|X: \x01|X: \x7f|\x80: y|X\xa0: y| folded|\tfolded|X: a\rb".split(
    "|",
  ),
  ..."Content-Length : 5|Transfer-Encoding : chunked|Content-Length\0: 5|X: a\nTransfer-Encoding: chunked".split(
    "|",
  ),
];
const CODINGS = [
  ..."chunked|Chunked|CHUNKED|chunked |\tchunked|gzip, chunked|chunked, gzip|chunked, chunked|, chunked".split(
    "|",
  ),
  ...'chunked,|identity|gzip|xchunked|chunkedx|chunked;x|\vchunked|chunked\v|\xa0chunked|"chunked"|c hunked|'.split(
    "|",
  ),
];
const LINE_ENDS = ["\n", "\r", "\r\r\n", "\n\r", "\r\n\r", " \r\n", "\t\r\n", "\0\r\n", ""];
const BETWEEN = [
  "\r\n",
  "\r\n\r\n",
  "\n",
  "\r",
  " ",
  "\0",
  "0\r\n\r\n",
  "GET",
  "\x16\x03\x01\x02",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];
const TOKENS = [..."a b Q x-y ! #$&'*+^_`|~".split(" ")];
const QUOTED = ['""', '"a"', '";"', '"\\""', '"\\\\"', '"\x80 \t"', '"a', '"\\\r\n"', '"\r\n"', '"\0"'];
const BAD_EXTENSIONS = [
  ";",
  ";;a",
  " ;a",
  "; a",
  ";a =b",
  ";a= b",
  ";a=",
  ";=b",
  ";a\n",
  ";a\0",
  ";a\rb",
  "\t",
  " ",
  ";[",
  ";\xff",
];

/** An end of a line: mostly a good one. */
function lineEnd(random: Random): string {
  return random.oneIn(120) ? random.pick(LINE_ENDS) : "\r\n";
}

export function targetText(random: Random): string {
  if (random.oneIn(8)) return random.pick(OTHER_TARGETS);
  const path = random.pick(PATHS);
  return random.oneIn(6) ? `${path}${random.some(30, () => random.pick(INTERESTING_BYTES))}` : path;
}

function requestLine(random: Random): string {
  const method = random.oneIn(60) ? random.pick(BAD_METHODS) : random.pick(METHODS);
  const version = random.oneIn(60) ? random.pick(BAD_VERSIONS) : random.pick(VERSIONS);
  const space = random.oneIn(150) ? random.pick(["  ", "\t", "", "\v"]) : " ";
  return `${method}${space}${targetText(random)} ${version}${lineEnd(random)}`;
}

function fieldLine(random: Random): string {
  const isBad = random.oneIn(60);
  const line = isBad ? random.pick(BAD_FIELDS) : random.pick(FIELDS);
  return (isBad && random.oneIn(2) ? line : anyCase(random, line)) + lineEnd(random);
}

function anyCase(random: Random, text: string): string {
  if (!random.oneIn(20)) return text;
  return random.oneIn(2) ? asciiUpper(text) : text.toLowerCase();
}

/** Not `toUpperCase`: it makes of U+00FF what is not Latin-1. */
function asciiUpper(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** Host, fields and what says where the body ends: `framing`, among them. */
export function headText(random: Random, framing: string): string {
  const host = random.oneIn(10) ? `Host: ${random.pick(HOSTS)}${lineEnd(random)}` : "Host: a\r\n";
  const lines = [random.oneIn(60) ? "" : host, framing];
  const count = random.oneIn(200) ? 90 + random.below(20) : random.below(5);
  for (let line = 0; line < count; line++) lines.push(fieldLine(random));
  if (random.oneIn(40)) lines.push(host);
  if (random.oneIn(4)) lines.reverse();
  const emptyLines = random.oneIn(20) ? random.pick([1, 1, 2, 3, 15, 16, 17]) : 0;
  return `${"\r\n".repeat(emptyLines)}${requestLine(random)}${lines.join("")}${lineEnd(random)}`;
}

/** Field lines that frame a message, mostly doubtful ones. */
export function framingText(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return "";
    case 1:
      return `Content-Length: ${random.pick(NUMBERS)}\r\n`;
    case 2:
      return `Transfer-Encoding: ${random.pick(CODINGS)}\r\n`;
    case 3:
      return `Content-Length: ${random.pick(NUMBERS)}\r\nContent-Length: ${random.pick(NUMBERS)}\r\n`;
    case 4:
      return `Transfer-Encoding: ${random.pick(CODINGS)}\r\nContent-Length: ${random.pick(NUMBERS)}\r\n`;
    default:
      return `Content-Length: ${random.pick(NUMBERS)}, ${random.pick(NUMBERS)}\r\n`;
  }
}

function extension(random: Random): string {
  if (random.oneIn(15)) return random.pick(BAD_EXTENSIONS);
  const name = `;${random.pick(TOKENS)}`;
  if (random.oneIn(2)) return name;
  return `${name}=${random.oneIn(2) ? random.pick(TOKENS) : random.pick(QUOTED)}`;
}

function trailer(random: Random): string {
  return random.oneIn(3)
    ? fieldLine(random)
    : `${random.pick(TOKENS)}: ${dataText(random, 10)}${lineEnd(random)}`;
}

function dataText(random: Random, most: number): string {
  return random.some(most, () => String.fromCharCode(0x61 + random.below(26)));
}

function chunk(random: Random): string {
  const data = random.oneIn(4)
    ? random.pick(["0\r\n\r\n", "\r\n", "GET / HTTP/1.1\r\n\r\n", "5\r\n"])
    : dataText(random, 30);
  const size = random.oneIn(40) ? random.pick(NUMBERS) : data.length.toString(16);
  const extensions = random.oneIn(4) ? random.some(3, () => extension(random)) : "";
  return `${size}${extensions}${lineEnd(random)}${data}${lineEnd(random)}`;
}

/** A chunked body. */
export function chunkedText(random: Random): string {
  const last = random.oneIn(40) ? random.pick(["", "00", "0 ", "0\n", "-0"]) : "0";
  const trailers = random.oneIn(3) ? random.some(random.oneIn(20) ? 20 : 4, () => trailer(random)) : "";
  const extensions = random.oneIn(6) ? random.some(3, () => extension(random)) : "";
  return `${random.some(4, () => chunk(random))}${last}${extensions}\r\n${trailers}${lineEnd(random)}`;
}

/** A request with the body that it announces, mostly. */
export function requestText(random: Random): string {
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return headText(random, "");
    case 3:
    case 4: {
      const body = dataText(random, 60);
      const length = random.oneIn(20) ? random.pick(NUMBERS) : String(body.length);
      return headText(random, `Content-Length: ${length}\r\n`) + body;
    }
    case 5:
      return (
        headText(random, framingText(random)) + (random.oneIn(2) ? chunkedText(random) : dataText(random, 10))
      );
    default:
      return (
        headText(random, `Transfer-Encoding: ${random.oneIn(20) ? random.pick(CODINGS) : "chunked"}\r\n`) +
        chunkedText(random)
      );
  }
}

/** What a connection carries: requests, and at times something between them. */
export function streamText(random: Random): string {
  let text = "";
  for (let count = random.below(5) + 1; count > 0; count--) {
    text += requestText(random);
    if (random.oneIn(20)) text += random.pick(BETWEEN);
  }
  return text;
}

function asLatin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}
