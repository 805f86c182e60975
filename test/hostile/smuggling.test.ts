/**
 * Request smuggling, by the names that the attacks have: bytes that a proxy in front would take for one request, with
 * another one hidden in them. Whatever becomes of the first, the hidden one is never run.
 *
 * CL and TE are Content-Length and Transfer-Encoding: of A.B, A is what the proxy goes by, and B what the server is to be
 * made to go by.
 */

import {
  accepted,
  BROKEN_BODY,
  chunked,
  closing,
  cut,
  End,
  post,
  refused,
  type WireCase,
} from "./support/cases.ts";
import { Wire } from "./support/wire.ts";

const wire = new Wire();

const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: hidden\r\n\r\n";
const ZERO = "0\r\n\r\n";
const BROKEN: readonly string[] = [`POST / ${BROKEN_BODY}`];

/** A body that is empty as chunks, behind which by Content-Length the hidden request is a part of it. */
const clTe = (name: string, lines: (length: number) => string): WireCase =>
  refused(name, post(lines(ZERO.length + HIDDEN.length), ZERO + HIDDEN));

/** A body that ends by Content-Length before the hidden request, which as a chunk is a part of it. */
const teCl = (name: string, lines: (length: number) => string): WireCase => {
  const size = `${HIDDEN.length.toString(16)}\r\n`;
  return refused(name, post(lines(size.length), `${size}${HIDDEN}\r\n${ZERO}`));
};

wire.testEach("CL.TE:", [
  clTe("length first", (length) => `Content-Length: ${length}\r\nTransfer-Encoding: chunked\r\n`),
  clTe("coding first", (length) => `Transfer-Encoding: chunked\r\nContent-Length: ${length}\r\n`),
  clTe("in capitals", (length) => `CONTENT-LENGTH: ${length}\r\nTRANSFER-ENCODING: CHUNKED\r\n`),
  clTe(
    "coding that Connection names",
    (length) =>
      `Content-Length: ${length}\r\nTransfer-Encoding: chunked\r\nConnection: Transfer-Encoding\r\n`,
  ),
  clTe(
    "length that Connection names",
    (length) => `Content-Length: ${length}\r\nTransfer-Encoding: chunked\r\nConnection: Content-Length\r\n`,
  ),
  clTe(
    "gzip before chunked",
    (length) => `Content-Length: ${length}\r\nTransfer-Encoding: gzip, chunked\r\n`,
  ),
]);

wire.testEach("TE.CL:", [
  teCl("coding first", (length) => `Transfer-Encoding: chunked\r\nContent-Length: ${length}\r\n`),
  teCl("length first", (length) => `Content-Length: ${length}\r\nTransfer-Encoding: chunked\r\n`),
  teCl("identity", (length) => `Transfer-Encoding: identity\r\nContent-Length: ${length}\r\n`),
  teCl("empty coding", (length) => `Transfer-Encoding:\r\nContent-Length: ${length}\r\n`),
  teCl("coding with a comma alone", (length) => `Transfer-Encoding: ,\r\nContent-Length: ${length}\r\n`),
]);

/** Lines by which one of two servers sees a coding, and the other none. */
const DISGUISES: Readonly<Record<string, string>> = {
  "VT before": "Transfer-Encoding: \vchunked",
  "VT behind": "Transfer-Encoding: chunked\v",
  "FF before": "Transfer-Encoding: \fchunked",
  "FF behind": "Transfer-Encoding: chunked\f",
  "NBSP before": "Transfer-Encoding: \xa0chunked",
  "NBSP behind": "Transfer-Encoding: chunked\xa0",
  "NEL before": "Transfer-Encoding: \x85chunked",
  "NEL behind": "Transfer-Encoding: chunked\x85",
  "NUL behind": "Transfer-Encoding: chunked\0",
  "DEL behind": "Transfer-Encoding: chunked\x7f",
  "CR before": "Transfer-Encoding: \rchunked",
  "CR behind": "Transfer-Encoding: chunked\r",
  "LF before": "Transfer-Encoding:\nchunked",
  "LF before its line": "X: y\nTransfer-Encoding: chunked",
  "CR before its line": "X: y\rTransfer-Encoding: chunked",
  quotes: 'Transfer-Encoding: "chunked"',
  "single quotes": "Transfer-Encoding: 'chunked'",
  prefix: "Transfer-Encoding: xchunked",
  suffix: "Transfer-Encoding: chunkedx",
  parameter: "Transfer-Encoding: chunked;x",
  "parameter with a value": "Transfer-Encoding: chunked;q=0.5",
  "comma before": "Transfer-Encoding: , chunked",
  "comma behind": "Transfer-Encoding: chunked,",
  "chunked twice": "Transfer-Encoding: chunked, chunked",
  "not last": "Transfer-Encoding: chunked, cow",
  "unknown coding": "Transfer-Encoding: cow",
  "unknown coding before": "Transfer-Encoding: cow chunked",
  "space before the colon": "Transfer-Encoding : chunked",
  "tab before the colon": "Transfer-Encoding\t: chunked",
  "VT before the colon": "Transfer-Encoding\v: chunked",
  "NUL before the colon": "Transfer-Encoding\0: chunked",
  "NBSP before the colon": "Transfer-Encoding\xa0: chunked",
  "space before the name": " Transfer-Encoding: chunked",
  "tab before the name": "\tTransfer-Encoding: chunked",
  "NUL before the name": "\0Transfer-Encoding: chunked",
  "obs-fold": "Transfer-Encoding:\r\n chunked",
  "obs-fold by a tab": "Transfer-Encoding:\r\n\tchunked",
  "obs-fold of another line": "X: y\r\n Transfer-Encoding: chunked",
  "two lines, the second unknown": "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow",
  "two lines, the first unknown": "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked",
  "two lines, the second empty": "Transfer-Encoding: chunked\r\nTransfer-Encoding:",
  "two lines, the same": "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
  "equals sign for the colon": "Transfer-Encoding=chunked",
  "no colon": "Transfer-Encoding chunked",
};

wire.testEach("TE.TE, beside a length that hides a request from chunks:", [
  ...Object.entries(DISGUISES).map(([name, line]) =>
    clTe(name, (length) => `Content-Length: ${length}\r\n${line}\r\n`),
  ),
]);

wire.testEach("TE.TE, beside a length that shows it:", [
  ...Object.entries(DISGUISES).map(([name, line]) =>
    teCl(name, (length) => `${line}\r\nContent-Length: ${length}\r\n`),
  ),
]);

wire.testEach("TE.0: a disguised coding and no length is no body of none:", [
  ...Object.entries(DISGUISES).map(([name, line]) =>
    refused(name, post(`${line}\r\n`, `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n${ZERO}`)),
  ),
]);

wire.testEach("names that only look like those that frame are other fields:", [
  accepted(
    "Content_Length",
    post(`Content_Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n`, HIDDEN),
    `POST / ${HIDDEN}`,
  ),
  accepted(
    "Transfer_Encoding",
    post(`Transfer_Encoding: chunked\r\nContent-Length: ${HIDDEN.length}\r\n`, HIDDEN),
    `POST / ${HIDDEN}`,
  ),
  accepted("TE", post(`TE: chunked\r\nContent-Length: ${HIDDEN.length}\r\n`, HIDDEN), `POST / ${HIDDEN}`),
]);

const lengths = (name: string, one: string, other: string): WireCase =>
  refused(name, post(`Content-Length: ${one}\r\nContent-Length: ${other}\r\n`, HIDDEN));
const N = String(HIDDEN.length);

wire.testEach("CL.CL:", [
  lengths("zero and more", "0", N),
  lengths("more and zero", N, "0"),
  lengths("equal", N, N),
  lengths("nothing and more", "", N),
  lengths("more and nothing", N, ""),
  refused("in a list", post(`Content-Length: 0, ${N}\r\n`, HIDDEN)),
  refused("equal, in a list", post(`Content-Length: ${N}, ${N}\r\n`, HIDDEN)),
  refused("with a sign", post(`Content-Length: +${N}\r\n`, HIDDEN)),
  refused("negative", post(`Content-Length: -${N}\r\n`, HIDDEN)),
  refused("with an empty element", post(`Content-Length: ${N},\r\n`, HIDDEN)),
  refused("space before the colon", post(`Content-Length : ${N}\r\n`, HIDDEN)),
  refused("obs-fold", post(`Content-Length:\r\n ${N}\r\n`, HIDDEN)),
  refused("obs-fold that makes it longer", post(`Content-Length: 0\r\n${" "}${N}\r\n`, HIDDEN)),
  accepted(
    "octal for one, decimal for the other",
    post(`Content-Length: 0${N}\r\n`, HIDDEN),
    `POST / ${HIDDEN}`,
  ),
]);

const withBody = (method: string): WireCase => {
  const target = method === "OPTIONS" ? "*" : "/";
  const bytes = `${method} ${target} HTTP/1.1\r\nHost: test\r\nContent-Length: ${N}\r\n\r\n${HIDDEN}`;
  return accepted(method, bytes, `${method} ${target} ${HIDDEN}`);
};

wire.testEach("CL.0: a length counts, whatever the method:", [
  ...["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"].map(withBody),
  refused(
    "a bad target does not end it",
    `GET x HTTP/1.1\r\nHost: test\r\nContent-Length: ${N}\r\n\r\n${HIDDEN}`,
  ),
  refused("a missing Host does not end it", `GET / HTTP/1.1\r\nContent-Length: ${N}\r\n\r\n${HIDDEN}`),
  refused(
    "an unknown version does not end it",
    `GET / HTTP/2.0\r\nHost: test\r\nContent-Length: ${N}\r\n\r\n${HIDDEN}`,
    505,
  ),
  refused("a body that is too large does not end it", post("Content-Length: 999999999\r\n", HIDDEN), 413),
  {
    name: "an unknown method does not end it",
    bytes: `FOO / HTTP/1.1\r\nHost: test\r\nContent-Length: ${N}\r\n\r\n${HIDDEN}`,
    statuses: [501],
    handled: [],
    end: End.GOES_ON,
  },
]);

wire.testEach("0.CL, by an early answer:", [
  {
    ...accepted(
      "Expect",
      post(`Expect: 100-continue\r\nContent-Length: ${N}\r\n`, HIDDEN),
      `POST / ${HIDDEN}`,
    ),
    statuses: [100, 200],
  },
  {
    ...accepted(
      "Expect in GET",
      post(`Expect: 100-continue\r\nContent-Length: ${N}\r\n`, HIDDEN).replace("POST", "GET"),
      `GET / ${HIDDEN}`,
    ),
    statuses: [100, 200],
  },
  refused(
    "Expect that is disguised",
    post(`Expect: y 100-continue\r\nContent-Length: ${N}\r\n`, HIDDEN),
    417,
  ),
  refused("Expect that is refused", post(`Expect: 200-ok\r\nContent-Length: ${N}\r\n`, HIDDEN), 417),
  refused(
    "Expect and a length in disguise",
    post(`Expect: 100-continue\r\nContent-Length: +${N}\r\n`, HIDDEN),
  ),
  refused("Expect before obs-fold", post(`Expect: 100-continue\r\n Content-Length: ${N}\r\n`, HIDDEN)),
]);

wire.testEach("HTTP/1.0:", [
  refused("TE", `POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n${ZERO}${HIDDEN}`),
  refused(
    "TE and keep-alive",
    `POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${ZERO}${HIDDEN}`,
  ),
  refused(
    "TE and CL",
    `POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: ${N}\r\n\r\n${HIDDEN}`,
  ),
  closing(
    "a body without a length, which would end with the connection",
    `POST / HTTP/1.0\r\n\r\n${HIDDEN}`,
    "POST /",
  ),
  closing("a body with one", `POST / HTTP/1.0\r\nContent-Length: ${N}\r\n\r\n${HIDDEN}`, `POST / ${HIDDEN}`),
  closing("GET with a body", `GET / HTTP/1.0\r\nContent-Length: ${N}\r\n\r\n${HIDDEN}`, `GET / ${HIDDEN}`),
]);

const SIZE = HIDDEN.length.toString(16);
const chunk = (name: string, body: string, status = 400): WireCase =>
  refused(name, chunked(body), status, BROKEN);

wire.testEach("chunks:", [
  chunk("TERM.EXT, a line feed ends the extension for one", `5;\n${SIZE}\r\nhello\r\n0\r\n\r\n${HIDDEN}`),
  chunk("TERM.EXT, behind a name", `2;a\nxx\r\n${SIZE}\r\n${ZERO}${HIDDEN}`),
  chunk("EXT.TERM, a line feed ends the size for one", `5\n;x\r\nhello\r\n${ZERO}${HIDDEN}`),
  chunk("CR for the line end of a size", `5\rhello\r\n${ZERO}${HIDDEN}`),
  chunk("CR in an extension", `2;\rxx\r\n${SIZE}\r\n${ZERO}${HIDDEN}`),
  chunk("CR CR before an extension", `2\r\r;a\r\nxx\r\n${ZERO}${HIDDEN}`),
  chunk("bare LF behind every line", `5\nhello\n0\n\n${HIDDEN}`),
  chunk("bare LF behind a size", `5\nhello\r\n${ZERO}${HIDDEN}`),
  chunk("bare LF behind the data", `5\r\nhello\n${ZERO}${HIDDEN}`),
  chunk("bare LF behind the last size", `0\n\r\n${HIDDEN}`),
  chunk("bare LF for the empty line", `0\r\n\n${HIDDEN}`),
  chunk("SPILL, data longer than its size", `5\r\nhelloXX0\r\n\r\n${HIDDEN}`),
  chunk("SPILL, two bytes for the CRLF", `1\r\nZXX${SIZE}\r\n${HIDDEN}\r\n${ZERO}`),
  chunk("SPILL, one CRLF more", `5\r\nhello\r\n\r\n${ZERO}${HIDDEN}`),
  chunk("last chunk with bytes for its CRLF", `0\r\nXX${HIDDEN}`),
  chunk("request in place of trailers", `0\r\n${HIDDEN}`),
  chunk("request behind a trailer", `0\r\nX: y\r\n${HIDDEN}`),
  chunk("request behind CRLF CR", `0\r\n\r${HIDDEN}`),
  chunk("size with a sign", `+0\r\n\r\n${HIDDEN}`),
  chunk("negative size", `-1\r\n\r\n${HIDDEN}`),
  chunk("size with 0x", `0x${SIZE}\r\n${HIDDEN}\r\n${ZERO}`),
  chunk("size with an underscore", `0_${SIZE}\r\n${HIDDEN}\r\n${ZERO}`),
  chunk("size with a space before", ` ${SIZE}\r\n${HIDDEN}\r\n${ZERO}`),
  chunk("size with a space behind", `${SIZE} \r\n${HIDDEN}\r\n${ZERO}`),
  chunk("size with NUL behind", `0\0\r\n\r\n${HIDDEN}`),
  chunk("size that is missing", `\r\n\r\n${HIDDEN}`),
  chunk("size that is junk, which is zero for one", `xyz\r\n\r\n${HIDDEN}`),
  ...[32n, 53n, 61n, 63n, 64n].flatMap((bits) => [
    chunk(`size of 2^${bits} + 5`, `${(2n ** bits + 5n).toString(16)}\r\nhello\r\n${ZERO}${HIDDEN}`, 413),
    chunk(
      `size of 2^${bits}, which is the last for one`,
      `${(2n ** bits).toString(16)}\r\n\r\n${HIDDEN}`,
      413,
    ),
  ]),
  chunk("size of 100 digits", `${"f".repeat(100)}\r\nhello\r\n${ZERO}${HIDDEN}`, 413),
  chunk("size of 100 zeros", `${"0".repeat(100)}\r\n\r\n${HIDDEN}`),
]);

wire.testEach("lengths that wrap:", [
  ...[32n, 53n, 61n, 63n, 64n].flatMap((bits) => [
    refused(`2^${bits} + 5`, post(`Content-Length: ${2n ** bits + 5n}\r\n`, `hello${HIDDEN}`), 413),
    refused(`2^${bits}`, post(`Content-Length: ${2n ** bits}\r\n`, HIDDEN), 413),
  ]),
  refused("100 digits", post(`Content-Length: ${"1".repeat(100)}\r\n`, HIDDEN), 413),
]);

wire.testEach("trailers that would frame are none of the head's:", [
  ...["Content-Length: 100", "Transfer-Encoding: chunked", "Host: hidden", "Connection: close"].map((line) =>
    accepted(line, chunked(`5\r\nhello\r\n0\r\n${line}\r\n\r\n`), "POST / hello"),
  ),
]);

wire.testEach("line ends:", [
  refused("CRLF CR X ends the head for one", `GET / HTTP/1.1\r\nHost: test\r\n\rX: y\r\n\r\n${HIDDEN}`),
  refused("CRLF CR and a request", `GET / HTTP/1.1\r\nHost: test\r\n\r${HIDDEN}`),
  refused("CR CR LF LF ends the head for one", `GET / HTTP/1.1\r\nHost: test\r\r\n\n${HIDDEN}`),
  refused("bare LF for the empty line", `GET / HTTP/1.1\r\nHost: test\r\n\n${HIDDEN}`),
  refused("bare LF hides a length", post(`X: y\nContent-Length: ${N}\r\n`, HIDDEN)),
  refused("bare CR hides a length", post(`X: y\rContent-Length: ${N}\r\n`, HIDDEN)),
  refused("a blank for the empty line", `GET / HTTP/1.1\r\nHost: test\r\n \r\n${HIDDEN}`),
  refused("a request in a field line", `GET / HTTP/1.1\r\nHost: test\r\n${HIDDEN}`),
  refused("a request in the request line", `GET / HTTP/1.1 \r\n${HIDDEN}`),
  refused("a request in the target", "GET /\rGET /hidden HTTP/1.1\r\nHost: test\r\n\r\n"),
]);

const UPGRADE = "Connection: Upgrade\r\nUpgrade: x\r\n";

wire.testEach("other protocols:", [
  accepted(
    "bytes behind Upgrade with a length are its body",
    post(`${UPGRADE}Content-Length: ${N}\r\n`, HIDDEN),
    `POST / ${HIDDEN}`,
  ),
  refused(
    "bytes behind Upgrade that are no HTTP",
    `GET / HTTP/1.1\r\nHost: test\r\n${UPGRADE}\r\n\0\x01\x02${HIDDEN}`,
    400,
    ["GET /"],
  ),
  refused(
    "Upgrade beside two framings",
    post(`${UPGRADE}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n`, HIDDEN),
  ),
  refused("HTTP/2's preface", `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${HIDDEN}`, 505),
  refused(
    "HTTP/2's preface behind a request",
    `GET / HTTP/1.1\r\nHost: test\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${HIDDEN}`,
    505,
    ["GET /"],
  ),
  refused("a TLS ClientHello", `\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03${HIDDEN}`),
  refused("HTTP/0.9", `GET /\r\n${HIDDEN}`),
  refused("noise", `\x9c\x02\xf1 \x88\r\n\r\n${HIDDEN}`),
  refused("a response", `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n${HIDDEN}`),
]);

wire.testEach("a body that does not come whole:", [
  cut("by its length", post(`Content-Length: ${HIDDEN.length + 1}\r\n`, HIDDEN), [400], ...BROKEN),
  cut("by its chunks", chunked(`${SIZE}\r\n${HIDDEN}`), [400], ...BROKEN),
  cut("by its last chunk", chunked(`${SIZE}\r\n${HIDDEN}\r\n`), [400], ...BROKEN),
]);
