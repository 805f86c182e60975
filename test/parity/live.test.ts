/**
 * The same raw requests go to `python3 -m http.server` and to SimpleHTTPRequestHandler over the same directory, and the
 * answers are compared field by field. A field that differs on purpose is excepted by the row of docs/python.md that
 * says why, and the exception has to be needed: an excepted field that turns out to be the same is a failure too.
 *
 * Not compared, because Python's own answer depends on its version: the status line of a malformed request (REQ-13:
 * HTTP/0.9 style up to 3.13), `%2f` at the end (SIM-6, SIM-9: no slash up to 3.13), the query in a listing's title
 * (SIM-23: shown up to 3.13), exactly 100 fields (HDR-1), the style block of its pages (OUT-10, SIM-23: since 3.14), types
 * that its table gained or changed (SIM-19: `.js` in 3.12, many in 3.14) or that the host's `mime.types` redefines (SIM-20).
 * Nor are 414 and 431 (REQ-1, REQ-16): Python closes with input unread, and a reset can overtake its answer.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimpleHTTPRequestHandler } from "../../src/index.ts";
import { exchange, parseResponse, startServer } from "../support/client.ts";
import { titleWithReason } from "../support/programs.ts";
import { findPython, isAtMost, NO_PYTHON, type Python } from "./support/python.ts";

const FIELDS = [
  "status",
  "reason",
  "location",
  "content-type",
  "content-length",
  "last-modified",
  "connection",
  "header names",
  "body",
] as const;

type Field = (typeof FIELDS)[number];
type Answer = Readonly<Record<Field, string | undefined>>;
/** The fields that differ, and the row of docs/python.md that says why. */
type Exceptions = Partial<Record<Field, string>>;

interface Comparison {
  readonly name: string;
  /** The request line's method and target. */
  readonly ask: string;
  readonly headers?: readonly string[];
  readonly differs?: Exceptions;
}

/** SIM-13: a text type says its charset here. */
const CHARSET: Exceptions = { "content-type": "SIM-13" };

/** SIM-13: what Python does not say of a file. That it is said here, `handler/simple` shows. */
const NOT_IN_PYTHON: ReadonlySet<string> = new Set(["ETag", "Accept-Ranges", "Vary"]);

/** REQ-12: Python repeats the client's method in the reason phrase, and so in a page of another length. */
const OWN_REASON: Exceptions = { reason: "REQ-12" };

/** OUT-7: an error about a well-formed request leaves the connection open, and so does not announce its end. */
const KEPT: Exceptions = { connection: "OUT-7", "header names": "OUT-7" };

/** 1.8: what becomes of the connection is said wherever the request's version does not imply it. */
const ANNOUNCED: Exceptions = { connection: "1.8", "header names": "1.8" };

/** SIM-23, SIM-24: a listing comes in several formats, and its page says what it may fetch and run. */
const LISTING: Exceptions = { "header names": "SIM-24" };

const DATE = new Date("2024-02-29T12:34:56Z");

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "one.txt": "1",
  "empty.txt": "",
  "page.html": "<p>page</p>",
  "style.css": "p{}",
  "data.json": "{}",
  "image.png": new Uint8Array([0x89, 0x50, 0x4e, 0x47]),
  "image.svg": "<svg/>",
  "archive.tar.gz": "x",
  "ARCHIVE.GZ": "x",
  "archive.bz2": "x",
  "archive.xz": "x",
  "archive.Z": "x",
  "no-extension": "x",
  "unknown.ext-of-mine": "x",
  "PAGE.HTM": "x",
  "100k.bin": new Uint8Array(100 * 1024).map((_, index) => (index * 31) & 0xff),
  "sp ace.txt": "x",
  "100%.txt": "x",
  "%zz.txt": "x",
  "q?.txt": "x",
  "h#.txt": "x",
  "a&b<c>'d\".txt": "x",
  "plus+semi;x.txt": "x",
  "über.txt": "x",
  "日本.txt": "x",
  "🐍.txt": "x",
  "back\\slash.txt": "x",
  "sub/inside.txt": "inside",
  "sub/deeper/deepest.txt": "deepest",
  "indexed/index.html": "<p>index</p>",
  "indexed-htm/index.htm": "<p>index</p>",
  "index-directory/index.html/file.txt": "x",
};

const TOP_LEVEL_NAMES = Object.keys(FILES).filter((name) => !name.includes("/"));

const COMPARISONS: readonly Comparison[] = [
  ...TOP_LEVEL_NAMES.flatMap((name): Comparison[] => {
    const differs = /\.(?:txt|html?|css|js)$/i.test(name) ? { differs: CHARSET } : {};
    const target = `/${encodeURIComponent(name)}`;
    return [
      { name: `the file ${name}`, ask: `GET ${target}`, ...differs },
      { name: `HEAD of the file ${name}`, ask: `HEAD ${target}`, ...differs },
    ];
  }),
  { name: "a file in a folder", ask: "GET /sub/deeper/deepest.txt", differs: CHARSET },
  { name: "a file with a query", ask: "GET /one.txt?a=b&c=/../d", differs: CHARSET },
  { name: "a file with an empty query", ask: "GET /one.txt?", differs: CHARSET },
  { name: "a plus that is a plus", ask: "GET /plus+semi;x.txt", differs: CHARSET },
  { name: "an escape that is invalid", ask: "GET /%zz.txt", differs: CHARSET },
  { name: "a percent sign alone", ask: "GET /100%.txt", differs: CHARSET },
  { name: "a raw backslash", ask: "GET /back\\slash.txt", differs: CHARSET },
  { name: "dots that stay inside", ask: "GET /nope/../one.txt", differs: CHARSET },
  { name: "dots that would climb out", ask: "GET /../../../one.txt", differs: CHARSET },
  { name: "escaped dots that would climb out", ask: "GET /%2e%2e/%2E%2E/one.txt", differs: CHARSET },
  { name: "dots behind a file", ask: "GET /one.txt/../one.txt", differs: CHARSET },
  { name: "a dot at the end", ask: "GET /sub/." },
  { name: "two slashes in front", ask: "GET //one.txt", differs: CHARSET },
  { name: "two slashes inside", ask: "GET /sub//inside.txt", differs: CHARSET },
  { name: "an index page", ask: "GET /indexed/", differs: CHARSET },
  { name: "an index page's second name", ask: "GET /indexed-htm/", differs: CHARSET },
  { name: "HEAD of an index page", ask: "HEAD /indexed/", differs: CHARSET },
  { name: "a link to a file inside", ask: "GET /link-to-one" },
  { name: "a link to a folder inside", ask: "GET /link-to-sub/inside.txt", differs: CHARSET },

  { name: "a folder without its slash", ask: "GET /sub" },
  { name: "HEAD of a folder without its slash", ask: "HEAD /sub" },
  { name: "a folder without its slash, with a query", ask: "GET /sub?a=b&c=d" },
  { name: "a folder without its slash, dots", ask: "GET /sub/deeper/.." },
  { name: "a folder without its slash, two slashes in front", ask: "GET //sub" },
  { name: "a folder without its slash, three slashes in front", ask: "GET ///sub" },
  { name: "a folder without its slash, another host in front", ask: "GET //evil.test/../sub" },
  { name: "a link to a folder without its slash", ask: "GET /link-to-sub" },

  { name: "the listing of the root", ask: "GET /", differs: LISTING },
  { name: "the listing of a folder", ask: "GET /sub/", differs: LISTING },
  { name: "the listing of a folder with an index directory", ask: "GET /index-directory/", differs: LISTING },
  { name: "the listing of a link's target", ask: "GET /link-to-sub/", differs: LISTING },
  { name: "the listing of a folder by an odd way", ask: "GET /nope/../sub/./", differs: LISTING },

  { name: "what is not there", ask: "GET /missing" },
  { name: "HEAD of what is not there", ask: "HEAD /missing" },
  { name: "a folder that is not there", ask: "GET /missing/" },
  { name: "a slash behind a file", ask: "GET /one.txt/" },
  { name: "a file below a file", ask: "GET /one.txt/below" },
  { name: "a name of 5,000 bytes", ask: `GET /${"n".repeat(5000)}` },
  { name: "a link that leads nowhere", ask: "GET /link-broken" },
  { name: "a byte that is no UTF-8", ask: "GET /%FF" },
  { name: "overlong UTF-8 of a slash", ask: "GET /sub%C0%AFinside.txt" },
  { name: "an escape that is escaped", ask: "GET /%2575ber.txt" },
  { name: "path parameters, which are a part of the name", ask: "GET /one.txt;v=1" },

  { name: "POST", ask: "POST /", differs: OWN_REASON },
  { name: "OPTIONS", ask: "OPTIONS /", differs: OWN_REASON },
  { name: "lower case", ask: "get /", differs: OWN_REASON },
  { name: "a longer method", ask: "GETS /", differs: OWN_REASON },

  ...[
    ["the date that was served", "Thu, 29 Feb 2024 12:34:56 GMT"],
    ["a later date", "Fri, 01 Mar 2024 00:00:00 GMT"],
    ["a later date, RFC 850", "Friday, 01-Mar-24 00:00:00 GMT"],
    ["a later date, asctime", "Fri Mar  1 00:00:00 2024"],
  ].map(([name, date]): Comparison => {
    return {
      name: `If-Modified-Since: ${name}`,
      ask: "GET /one.txt",
      headers: [`If-Modified-Since: ${date}`],
    };
  }),
  ...[
    ["an earlier date", "Thu, 29 Feb 2024 12:34:55 GMT"],
    ["no date at all", "yesterday"],
    ["ISO 8601", "2024-03-01T00:00:00Z"],
    ["a day that is none", "Thu, 99 Mar 2034 00:00:00 GMT"],
    ["an empty value", ""],
  ].map(([name, date]): Comparison => {
    const headers = [`If-Modified-Since: ${date}`];
    return { name: `If-Modified-Since: ${name}`, ask: "GET /one.txt", headers, differs: CHARSET };
  }),
  {
    name: "If-Modified-Since on HEAD",
    ask: "HEAD /one.txt",
    headers: ["If-Modified-Since: Fri, 01 Mar 2024 00:00:00 GMT"],
  },
  {
    name: "If-Modified-Since on an index page",
    ask: "GET /indexed/",
    headers: ["If-Modified-Since: Fri, 01 Mar 2024 00:00:00 GMT"],
  },
  {
    name: "If-Modified-Since on a listing",
    ask: "GET /sub/",
    headers: ["If-Modified-Since: Fri, 01 Mar 2034 00:00:00 GMT"],
    differs: LISTING,
  },
  {
    name: "If-Modified-Since beside If-None-Match",
    ask: "GET /one.txt",
    headers: ["If-Modified-Since: Fri, 01 Mar 2024 00:00:00 GMT", 'If-None-Match: "no-such-tag"'],
    differs: CHARSET,
  },
];

const python = findPython();
const reason = whyNotComparable(python);

describe.skipIf(reason !== undefined)(titleWithReason("beside python3 -m http.server", reason), () => {
  for (const protocol of ["HTTP/1.0", "HTTP/1.1"] as const) {
    describe(`with -p ${protocol}`, () => {
      let root: string;
      let theirs: PythonServer;
      let ours: Awaited<ReturnType<typeof startServer>>;

      beforeAll(async () => {
        root = makeTree();
        theirs = await startPython(python as Python, root, protocol);
        class Quiet extends SimpleHTTPRequestHandler {
          override protocol_version = protocol;
          override log_message(): void {}
        }
        ours = await startServer(Quiet.with({ directory: root }));
      });

      afterAll(async () => {
        await ours[Symbol.asyncDispose]();
        await theirs.stop();
        rmSync(root, { recursive: true });
      });

      for (const comparison of COMPARISONS) {
        test(comparison.name, async () => {
          await compare(requestOf(comparison, "HTTP/1.1"), comparison.differs);
        });
      }

      const announced = protocol === "HTTP/1.1" ? ANNOUNCED : {};

      for (const [name, version, connection] of [
        ["a request of HTTP/1.0", "HTTP/1.0", []],
        ["a request of HTTP/1.0 that asks for keep-alive", "HTTP/1.0", ["Connection: keep-alive"]],
        ["a request of HTTP/1.1 that asks for the end", "HTTP/1.1", ["Connection: close"]],
      ] as const) {
        test(name, async () => {
          await compare(requestOf({ name, ask: "GET /one.txt" }, version, connection), {
            ...CHARSET,
            ...announced,
          });
        });
      }

      test("two requests on a connection", async () => {
        const first = requestOf({ name: "", ask: "GET /no-extension" }, "HTTP/1.1");
        const second = requestOf({ name: "", ask: "GET /sub" }, "HTTP/1.1", ["Connection: close"]);
        const answers = await Promise.all(
          [theirs.port, ours.port].map((port) => exchange(port, first + second)),
        );
        const shapes = answers.map((raw) => raw.match(/HTTP\/1\.[01] \d{3} [A-Za-z ]+/g));
        expect(shapes[1]).toEqual(shapes[0] as RegExpMatchArray);
        expect(shapes[0]?.length).toBe(protocol === "HTTP/1.1" ? 2 : 1);
      });

      test("a version that is not spoken: the status", async () => {
        const raw = "GET / HTTP/9.9\r\nHost: parity\r\n\r\n";
        const answers = await Promise.all([theirs.port, ours.port].map((port) => exchange(port, raw)));
        for (const answer of answers) expect(answer).toContain("505");
      });

      async function compare(raw: string, exceptions: Exceptions = {}): Promise<void> {
        const [their, our] = await Promise.all([answerOf(theirs.port, raw), answerOf(ours.port, raw)]);
        const isKept = protocol === "HTTP/1.1" && Number(their.status) >= 400;
        const differs = isKept ? { ...exceptions, ...KEPT } : exceptions;
        const same = (field: Field) => differs[field] === undefined;
        expect(pick(our, same)).toEqual(pick(their, same));
        const needless = FIELDS.filter((field) => !same(field) && our[field] === their[field]);
        expect(needless).toEqual([]);
      }
    });
  }
});

function whyNotComparable(installed: Python | undefined): string | undefined {
  if (installed === undefined) return NO_PYTHON;
  if (isAtMost("3.11", installed.version)) return undefined;
  return `-p came with Python 3.11, python3 is ${installed.version}`;
}

function requestOf(comparison: Comparison, version: string, more: readonly string[] = []): string {
  const headers = ["Host: parity", ...(comparison.headers ?? []), ...more];
  return `${comparison.ask} ${version}\r\n${headers.join("\r\n")}\r\n\r\n`;
}

async function answerOf(port: number, raw: string): Promise<Answer> {
  const { status, reason, headers, headerLines, body } = parseResponse(await exchange(port, raw));
  const type = headers.get("content-type");
  const isListing = type?.startsWith("text/html") === true && body.includes("Directory listing for");
  const isPage = status >= 400 || isListing;
  return {
    status: String(status),
    reason,
    location: headers.get("location"),
    "content-type": type,
    // A page's length is its own: its style block is not in every Python (OUT-10, SIM-23).
    "content-length": isPage || (status >= 400 && body === "") ? undefined : headers.get("content-length"),
    "last-modified": headers.get("last-modified"),
    connection: headers.get("connection"),
    "header names": headerLines
      .map(([name]) => name)
      .filter((name) => !NOT_IN_PYTHON.has(name))
      .join(", "),
    body: isListing ? essenceOfListing(body) : isPage ? essenceOf(body) : body,
  };
}

/** What a listing says in Python's page and in ours: its title, its heading, and its entries with their links. */
function essenceOfListing(page: string): string {
  const said = (tag: string): string | undefined => new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(page)?.[1];
  const plain = page.replace(/<\/?bdi>/g, "");
  const entries = Array.from(plain.matchAll(/<li(?: class="\w")?><a href="([^"]*)">(.*?)<\/a>/gs));
  return JSON.stringify([said("title"), said("h1"), entries.map(([, href, text]) => [href, text])]);
}

/** What a page says, without the markup around it; the message of an error is its reason phrase, compared as such. */
function essenceOf(page: string): string {
  return page
    .replace(/<style.*?<\/style>/gs, "")
    .replace(/<p>Message: .*?<\/p>/gs, "")
    .replace(/\s+/g, " ")
    .replace(/^.*<title>/s, "<title>");
}

function pick(answer: Answer, wanted: (field: Field) => boolean): Partial<Answer> {
  return Object.fromEntries(FIELDS.filter(wanted).map((field) => [field, answer[field]]));
}

interface PythonServer {
  readonly port: number;
  stop(): Promise<void>;
}

async function startPython(installed: Python, directory: string, protocol: string): Promise<PythonServer> {
  const args = ["-u", "-m", "http.server", "0", "-b", "127.0.0.1", "-d", directory, "-p", protocol];
  const child = Bun.spawn([installed.path, ...args], { stdout: "pipe", stderr: "ignore" });
  let banner = "";
  for await (const chunk of child.stdout) {
    banner += new TextDecoder().decode(chunk);
    if (banner.includes("\n")) break;
  }
  const port = Number(/ port (\d+) /.exec(banner)?.[1]);
  if (Number.isNaN(port)) throw new Error(`Python did not start: ${banner}`);
  return {
    port,
    async stop(): Promise<void> {
      child.kill();
      await child.exited;
    },
  };
}

function makeTree(): string {
  const root = mkdtempSync(join(tmpdir(), "basehttp-live-"));
  for (const [name, content] of Object.entries(FILES)) {
    const path = join(root, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, DATE, DATE);
  }
  symlinkSync("no-extension", join(root, "link-to-one"));
  symlinkSync("sub", join(root, "link-to-sub"));
  symlinkSync("nowhere", join(root, "link-broken"));
  return root;
}
