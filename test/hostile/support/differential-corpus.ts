/** Raw bytes that two servers are given: by name, most of them made from lists of words. Bytes are Latin-1 text. */

import {
  ABSOLUTE_TARGETS,
  AUTHORITY_TARGETS,
  BAD_EXTENSIONS,
  BAD_FIELDS,
  BAD_METHODS,
  BAD_TARGETS,
  BAD_VERSIONS,
  BETWEEN,
  CODINGS,
  ENDING_FIELDS,
  FIELDS,
  HOSTS,
  LINE_ENDS,
  METHODS,
  NUMBERS,
  PATHS,
  QUOTED,
  TOKENS,
} from "../../fuzz/vocabulary.ts";

type Case = readonly [name: string, text: string];

const HOST = "Host: a\r\n";
const GET = `GET /next HTTP/1.1\r\n${HOST}\r\n`;
const CHUNKED = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;

const get = (fields: string): string => `GET / HTTP/1.1\r\n${HOST}${fields}\r\n`;
const post = (fields: string, body = ""): string => `POST / HTTP/1.1\r\n${HOST}${fields}\r\n${body}`;

/** One case a word, named by what it is a case of and the word. */
function each(what: string, list: readonly string[], textOf: (word: string) => string): Case[] {
  return [...new Set(list)].map((word) => [`${what} "${shown(word)}"`, textOf(word)]);
}

/** A word in ASCII: what cannot be seen is written as in a program. */
function shown(word: string): string {
  const escaped = word
    .replace(/["\\]/g, "\\$&")
    .replace(/\r/g, "\\r")
    .replace(/\n/g, "\\n")
    .replace(/\t/g, "\\t");
  return escaped
    .replace(/\0/g, "\\0")
    .replace(/[^ -~]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

const GENERATED: readonly Case[] = [
  ...each("method", [...METHODS, ...BAD_METHODS], (word) => `${word} / HTTP/1.1\r\n${HOST}\r\n`),
  ...each(
    "target",
    [...PATHS, ...ABSOLUTE_TARGETS, ...BAD_TARGETS],
    (word) => `GET ${word} HTTP/1.1\r\n${HOST}\r\n`,
  ),
  ...each("CONNECT", AUTHORITY_TARGETS, (word) => `CONNECT ${word} HTTP/1.1\r\n${HOST}\r\n`),
  ...each(
    "version",
    [...BAD_VERSIONS, "HTTP/1.0", "HTTP/1.2", "HTTP/1.9"],
    (word) => `GET / ${word}\r\n${HOST}\r\n`,
  ),
  ...each("Host", HOSTS, (word) => `GET / HTTP/1.1\r\nHost: ${word}\r\n\r\n`),
  ...each("field", [...FIELDS, ...ENDING_FIELDS, ...BAD_FIELDS], (word) => get(`${word}\r\n`) + GET),
  ...each("end of the request line", LINE_ENDS, (word) => `GET / HTTP/1.1${word}${HOST}\r\n`),
  ...each("end of a field line", LINE_ENDS, (word) => `GET / HTTP/1.1\r\nHost: a${word}X: y\r\n\r\n`),
  ...each("end of the head", LINE_ENDS, (word) => `GET / HTTP/1.1\r\n${HOST}${word}`),
  ...each("between two requests", BETWEEN, (word) => GET + word + GET),
  ...each("Content-Length", NUMBERS, (word) => post(`Content-Length: ${word}\r\n`, "12345") + GET),
  ...each(
    "Content-Length and 5",
    ["5", "6", "05", ""],
    (word) => post(`Content-Length: ${word}\r\nContent-Length: 5\r\n`, "12345") + GET,
  ),
  ...each(
    "list of Content-Length",
    ["5, 5", "5,5", "5,", ",5", "5, 6", "5;5"],
    (word) => post(`Content-Length: ${word}\r\n`, "12345") + GET,
  ),
  ...each(
    "Transfer-Encoding",
    CODINGS,
    (word) => post(`Transfer-Encoding: ${word}\r\n`, "5\r\nhello\r\n0\r\n\r\n") + GET,
  ),
  ...each(
    "Transfer-Encoding with Content-Length",
    CODINGS,
    (word) => post(`Content-Length: 5\r\nTransfer-Encoding: ${word}\r\n`, "0\r\n\r\n") + GET,
  ),
  ...each("chunk size", NUMBERS, (word) => `${CHUNKED}${word}\r\nhello\r\n0\r\n\r\n${GET}`),
  ...each(
    "chunk extension",
    [...BAD_EXTENSIONS, ...TOKENS.map((token) => `;${token}`), ...QUOTED.map((text) => `;a=${text}`)],
    (word) => `${CHUNKED}5${word}\r\nhello\r\n0\r\n\r\n${GET}`,
  ),
  ...each("end of a chunk size", LINE_ENDS, (word) => `${CHUNKED}5${word}hello\r\n0\r\n\r\n${GET}`),
  ...each("end of chunk data", LINE_ENDS, (word) => `${CHUNKED}5\r\nhello${word}0\r\n\r\n${GET}`),
  ...each("end of the last chunk", LINE_ENDS, (word) => `${CHUNKED}0${word}\r\n${GET}`),
  ...each("end of a chunked body", LINE_ENDS, (word) => `${CHUNKED}0\r\n${word}${GET}`),
  ...each(
    "trailer",
    [...FIELDS, ...BAD_FIELDS, "Content-Length: 5", "Transfer-Encoding: chunked", "Host: b"],
    (word) => `${CHUNKED}0\r\n${word}\r\n\r\n${GET}`,
  ),
];

const WRITTEN: readonly Case[] = [
  ["a request", GET],
  ["two requests", GET + GET],
  ["a request cut in its target", "GET /ab"],
  ["a request cut in a field", "GET / HTTP/1.1\r\nHost: a\r\nX: y"],
  ["a request cut before its last line feed", "GET / HTTP/1.1\r\nHost: a\r\n\r"],
  ["a good request, then a broken one", `${GET}GET / HTTP/1.1\r\nHost : a\r\n\r\n`],
  ["a broken request, then a good one", `GET / HTTP/1.1\r\nHost : a\r\n\r\n${GET}`],
  ["no Host", "GET / HTTP/1.1\r\n\r\n"],
  ["no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"],
  ["two Hosts", get("Host: b\r\n")],
  ["two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"],
  ["HTTP/1.0, then another request", `GET / HTTP/1.0\r\n\r\n${GET}`],
  ["HTTP/1.0 kept alive, then another request", `GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n${GET}`],
  ["HTTP/1.0 with a chunked body", `POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${GET}`],
  ["HTTP/0.9", "GET /\r\n"],
  ["a body on GET", `${get("Content-Length: 5\r\n")}hello${GET}`],
  ["a chunked body on GET", `${get("Transfer-Encoding: chunked\r\n")}5\r\nhello\r\n0\r\n\r\n${GET}`],
  ["a body that looks like a request", post(`Content-Length: ${GET.length}\r\n`, GET) + GET],
  ["a body cut short", post("Content-Length: 10\r\n", "hello")],
  ["a chunked body cut in its data", `${CHUNKED}5\r\nhel`],
  ["a chunked body cut before its last chunk", `${CHUNKED}5\r\nhello\r\n`],
  ["a chunked body cut before its last line", `${CHUNKED}5\r\nhello\r\n0\r\n`],
  ["chunk data that is too long", `${CHUNKED}5\r\nhello!\r\n0\r\n\r\n${GET}`],
  ["chunk data that is too short", `${CHUNKED}6\r\nhello\r\n0\r\n\r\n${GET}`],
  ["a request in place of the trailers", `${CHUNKED}0\r\n${GET}`],
  [
    "two Transfer-Encodings",
    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", `0\r\n\r\n${GET}`),
  ],
  [
    "gzip and chunked in two lines",
    post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", `0\r\n\r\n${GET}`),
  ],
  ["Transfer-Encoding that is folded", post("Transfer-Encoding:\r\n chunked\r\n", `0\r\n\r\n${GET}`)],
  ["Content-Length that is folded", post("Content-Length:\r\n 5\r\n", `hello${GET}`)],
  ["one empty line before a request", `\r\n${GET}`],
  ["a bare line feed before a request", `\n${GET}`],
  ["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ["Expect with a body", post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello") + GET],
  [
    "Upgrade to h2c",
    get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: a\r\n") + GET,
  ],
  ["Upgrade to an unknown protocol", get("Connection: upgrade\r\nUpgrade: x\r\n") + GET],
  ["Connection: close on a second line", get("Connection: keep-alive\r\nConnection: close\r\n") + GET],
  ["101 fields", get("X: y\r\n".repeat(100))],
  ["a target of 8,000 bytes", `GET /${"a".repeat(7999)} HTTP/1.1\r\n${HOST}\r\n`],
  ["a field of 70,000 bytes", get(`X: ${"a".repeat(70_000)}\r\n`)],
  ["a chunk extension of 20,000 bytes", `${CHUNKED}5;${"a".repeat(20_000)}\r\nhello\r\n0\r\n\r\n${GET}`],
];

/** The whole corpus, as bytes. Names are said once. */
export const CORPUS: ReadonlyMap<string, string> = new Map([...GENERATED, ...WRITTEN]);
