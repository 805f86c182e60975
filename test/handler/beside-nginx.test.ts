/**
 * The same raw requests go to nginx and to SimpleHTTPRequestHandler over the same files, and what is answered about
 * conditions and ranges is compared. Where it differs on purpose, the case says why, and the difference has to be there.
 */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { formatHttpDate } from "../../src/protocol/http-date.ts";
import { parseByteranges } from "../support/byteranges.ts";
import { exchange } from "../support/client.ts";
import { type DecodedResponse, decodeResponse } from "../support/decode.ts";
import { Nginx, NGINX_NAMES } from "../support/nginx.ts";
import { describeWith } from "../support/programs.ts";
import { type FileSite, pattern, QuietFiles, serveFiles } from "../support/site.ts";
import { Tree } from "../support/tree.ts";

// It starts a program, and shares the machine with tests that do the same.
setDefaultTimeout(60_000);

/** Sun, 06 Nov 1994 08:49:37 GMT */
const MODIFIED = 784_111_777;
const DATE = formatHttpDate(MODIFIED);
const BEFORE = formatHttpDate(MODIFIED - 1);
const AFTER = formatHttpDate(MODIFIED + 1);
/** What stands in a case for the tag that each server gives the file. */
const TAG = "{tag}";

interface Case {
  readonly fields: readonly string[];
  readonly ask?: string;
  /** Why the answers differ. */
  readonly differs?: string;
}

/** Why answers differ. */
const Differs = {
  OVER: "an end beyond what a number holds is beyond the end of the file (RFC 9110 14.1.2)",
  COAL: "ranges that overlap or touch are sent as one (RFC 9110 15.3.7.2)",
  EMPTY: "a list may have empty members (RFC 9110 5.6.1.2)",
  BAD: "what is malformed is ignored, not refused (RFC 9110 14.2)",
  TWO: "two fields are one list, which is malformed so (RFC 9110 5.3)",
  HEAD: "ranges are for GET alone (RFC 9110 14.2)",
  NOTHING: "no byte of an empty file can be had (RFC 9110 14.1.2)",
  TAGS: "If-Modified-Since does not count beside If-None-Match (RFC 9110 13.1.3)",
  LATER: "a later date says as much as the same one (RFC 9110 13.1.3, SIM-11)",
  DATE: "what is no date is ignored (RFC 9110 13.1.4)",
  MATCH: "If-Unmodified-Since does not count beside If-Match (RFC 9110 13.1.4)",
} as const;

const range = (value: string, differs?: string): Case => ({
  fields: [`Range: ${value}`],
  ...(differs === undefined ? {} : { differs }),
});

const CASES: readonly Case[] = [
  { fields: [] },
  { ask: "HEAD /file.bin", fields: [] },
  range("bytes=0-0"),
  range("bytes=0-4"),
  range("bytes=5-"),
  range("bytes=-5"),
  range("bytes=-9999"),
  range("bytes=0-"),
  range("bytes=990-2000"),
  range("bytes=999-999"),
  range("bytes=1000-"),
  range("bytes=1000-1001"),
  range("bytes=-0"),
  range("bytes=0-0,-1"),
  range("bytes=10-19,0-4"),
  range("bytes=0-0,1000-"),
  range("bytes= 0-1 , 5-6"),
  range("BYTES=0-1"),
  range("items=0-1"),
  range("bytes=9223372036854775808-"),
  range("bytes=0-9223372036854775808", Differs.OVER),
  range("bytes=0-10,5-20", Differs.COAL),
  range("bytes=0-10,11-20", Differs.COAL),
  range("bytes=0-999,0-999", Differs.COAL),
  range("bytes=,0-1,,", Differs.EMPTY),
  range("bytes=0-1,5-6,", Differs.EMPTY),
  range("bytes="),
  range("bytes=-", Differs.BAD),
  range("bytes=a-b", Differs.BAD),
  range("bytes=5-4", Differs.BAD),
  range("bytes=0-1,x", Differs.BAD),
  range("bytes=0-1x", Differs.BAD),
  { fields: ["Range: bytes=0-1", "Range: bytes=5-6"], differs: Differs.TWO },
  { ask: "HEAD /file.bin", fields: ["Range: bytes=0-1"], differs: Differs.HEAD },
  { ask: "HEAD /file.bin", fields: ["Range: bytes=1000-"], differs: Differs.HEAD },
  { ask: "GET /empty.bin", fields: ["Range: bytes=0-"], differs: Differs.NOTHING },
  { ask: "GET /empty.bin", fields: ["Range: bytes=-5"] },
  { fields: ["Range: bytes=0-1", `If-Range: ${TAG}`] },
  { fields: ["Range: bytes=0-1", `If-Range: W/${TAG}`] },
  { fields: ["Range: bytes=0-1", 'If-Range: "x"'] },
  { fields: ["Range: bytes=0-1", `If-Range: ${DATE}`] },
  { fields: ["Range: bytes=0-1", `If-Range: ${BEFORE}`] },
  { fields: ["Range: bytes=0-1", `If-Range: ${AFTER}`] },
  { fields: ["Range: bytes=0-1", "If-Range: yesterday"] },
  { fields: [`If-None-Match: ${TAG}`] },
  { fields: [`If-None-Match: W/${TAG}`] },
  { fields: [`If-None-Match: "x", ${TAG}`] },
  { fields: ['If-None-Match: "x"'] },
  { fields: ["If-None-Match: *"] },
  { fields: ["If-None-Match: "] },
  { ask: "HEAD /file.bin", fields: [`If-None-Match: ${TAG}`] },
  { fields: [`If-None-Match: ${TAG}`, `If-Modified-Since: ${BEFORE}`], differs: Differs.TAGS },
  { fields: ['If-None-Match: "x"', `If-Modified-Since: ${DATE}`] },
  { fields: [`If-Match: ${TAG}`] },
  { fields: [`If-Match: W/${TAG}`] },
  { fields: ['If-Match: "x"'] },
  { fields: ["If-Match: *"] },
  { fields: [`If-Modified-Since: ${DATE}`] },
  { fields: [`If-Modified-Since: ${BEFORE}`] },
  { fields: [`If-Modified-Since: ${AFTER}`], differs: Differs.LATER },
  { fields: ["If-Modified-Since: yesterday"] },
  { fields: [`If-Unmodified-Since: ${DATE}`] },
  { fields: [`If-Unmodified-Since: ${BEFORE}`] },
  { fields: [`If-Unmodified-Since: ${AFTER}`] },
  { fields: ["If-Unmodified-Since: yesterday"], differs: Differs.DATE },
  { fields: [`If-Match: ${TAG}`, `If-Unmodified-Since: ${BEFORE}`], differs: Differs.MATCH },
  { fields: [`If-Unmodified-Since: ${BEFORE}`, `If-None-Match: ${TAG}`] },
  { fields: [`If-None-Match: ${TAG}`, "Range: bytes=0-1"] },
  { fields: ['If-Match: "x"', "Range: bytes=0-1"] },
];

describeWith(NGINX_NAMES, "beside nginx", (path) => {
  let tree: Tree;
  let nginx: Nginx;
  let site: FileSite;
  const tags = new Map<"nginx" | "basehttp", string>();

  beforeAll(async () => {
    tree = new Tree({ "www/file.bin": pattern(1000), "www/empty.bin": "" });
    for (const name of ["file", "empty"]) tree.setModified(`www/${name}.bin`, MODIFIED);
    nginx = await Nginx.start(path, tree.path("www"));
    site = await serveFiles(QuietFiles.with({ directory: tree.path("www") }));
    for (const name of ["nginx", "basehttp"] as const) {
      tags.set(name, (await answer(name, { fields: [] })).headers.get("etag") ?? "");
    }
  });

  afterAll(async () => {
    await nginx?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
    tree[Symbol.dispose]();
  });

  async function answer(
    name: "nginx" | "basehttp",
    { ask = "GET /file.bin", fields }: Case,
  ): Promise<DecodedResponse> {
    const lines = [`${ask} HTTP/1.1`, "Host: x", "Connection: close", ...fields, "", ""];
    const request = lines.join("\r\n").replaceAll(TAG, tags.get(name) ?? "");
    if (name === "basehttp") return decodeResponse(await exchange(site.port, request), ask.split(" ")[0]);
    return decodeResponse(await nginx.exchange(request), ask.split(" ")[0]);
  }

  for (const one of CASES) {
    const { ask, fields, differs } = one;
    const title = [...(ask === undefined ? [] : [ask]), ...fields].join(", ");
    test(differs === undefined ? title : `${title}: differs, ${differs}`, async () => {
      const [theirs, ours] = [await answer("nginx", one), await answer("basehttp", one)].map(essenceOf);
      if (differs === undefined) expect(ours).toEqual(theirs!);
      else expect(ours).not.toEqual(theirs!);
    });
  }
});

/**
 * What an answer says about ranges and conditions. Pages of errors and boundaries are each server's own, and so is the
 * empty line that nginx has before the first boundary, and whether a part says that parts can be had.
 */
function essenceOf({ status, headers, body }: DecodedResponse): object {
  const contentType = headers.get("content-type");
  const isMultipart = contentType?.startsWith("multipart/") === true;
  const hex = (text: string) => Buffer.from(text, "latin1").toString("hex");
  return {
    status,
    contentRange: headers.get("content-range"),
    contentLength: isMultipart || status >= 400 ? undefined : headers.get("content-length"),
    hasTag: headers.has("etag"),
    lastModified: status === 304 ? undefined : headers.get("last-modified"),
    acceptRanges: status === 206 ? undefined : headers.get("accept-ranges"),
    parts: isMultipart
      ? parseByteranges(contentType, body.replace(/^\r\n/, "")).map((part) => ({
          ...part,
          body: hex(part.body),
        }))
      : undefined,
    body: isMultipart || status >= 400 ? "" : hex(body),
  };
}
