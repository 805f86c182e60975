/** Every option of the handler of files, in each of the ways in which it can be said. */

import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import {
  CGIHTTPRequestHandler,
  type CGIHTTPRequestHandlerOptions,
  type SimpleHTTPRequestHandler,
  type SimpleHTTPRequestHandlerOptions,
} from "../../src/index.ts";
import { exchange, type ParsedResponse, parseResponse, startServer } from "../support/client.ts";
import { text } from "../support/compressible.ts";
import { linkTo, Tree } from "../support/tree.ts";
import { QuietHandler } from "./support/site.ts";

type Options = SimpleHTTPRequestHandlerOptions;

/** What an option changes: a status, a field or the body of one answer. */
interface Effect<Value> {
  readonly value: Value;
  /** Options that it counts beside. */
  readonly beside?: Options;
  readonly request: string;
  readonly fields?: readonly string[];
  readonly seen: string;
  readonly before: string | number | undefined;
  readonly after: string | number | undefined;
}

const FILES = {
  "www/index.html": "the index",
  "www/404.html": "missing",
  "www/oops.html": "oops",
  "www/about.html": "about",
  "www/a.txt": "a",
  "www/unknown": "?",
  "www/long.txt": text(5000),
  "www/pre.js": "1",
  "www/pre.js.br": brotliCompressSync(Buffer.from("1")),
  "www/.dot": "dot",
  "www/sub/b.txt": "b",
  "www/out": linkTo("../outside.txt"),
  "outside.txt": "outside",
};

/** Those that can be told by an answer: `sendfile.test.ts` has the other. */
type Visible = Omit<Options, "sendfile">;

/** Of each option there is: the compiler sees to it. */
const effects = (tree: Tree): { readonly [Name in keyof Visible]-?: Effect<NonNullable<Visible[Name]>> } => ({
  directory: {
    value: tree.path("www/sub"),
    request: "GET /b.txt",
    seen: "status",
    before: 404,
    after: 200,
  },
  extra_response_headers: {
    value: [["X-One", "1"]],
    request: "GET /a.txt",
    seen: "x-one",
    before: undefined,
    after: "1",
  },
  index_pages: { value: ["a.txt"], request: "GET /", seen: "body", before: "the index", after: "a" },
  extensions_map: {
    value: { ".txt": "text/x-own" },
    request: "GET /a.txt",
    seen: "content-type",
    before: "text/plain; charset=utf-8",
    after: "text/x-own; charset=utf-8",
  },
  default_content_type: {
    value: "text/x-own",
    request: "GET /unknown",
    seen: "content-type",
    before: "application/octet-stream",
    after: "text/x-own; charset=utf-8",
  },
  charset: {
    value: "",
    request: "GET /a.txt",
    seen: "content-type",
    before: "text/plain; charset=utf-8",
    after: "text/plain",
  },
  dotfiles: { value: true, request: "GET /.dot", seen: "status", before: 404, after: 200 },
  followSymlinks: { value: true, request: "GET /out", seen: "body", before: "missing", after: "outside" },
  etag: {
    value: "none",
    request: "GET /a.txt",
    seen: "has etag",
    before: "yes",
    after: "no",
  },
  upload: {
    value: true,
    request: "PUT /a.txt",
    fields: ["Content-Length: 0"],
    seen: "status",
    before: 501,
    after: 409,
  },
  uploadOverwrite: {
    value: true,
    beside: { upload: true },
    request: "PUT /a.txt",
    fields: ["Content-Length: 0"],
    seen: "status",
    before: 409,
    after: 204,
  },
  maxUploadBytes: {
    value: 1,
    beside: { upload: true },
    request: "PUT /a.txt",
    fields: ["Content-Length: 2"],
    seen: "status",
    before: 409,
    after: 413,
  },
  precompressed: {
    value: false,
    request: "GET /pre.js",
    fields: ["Accept-Encoding: br"],
    seen: "content-encoding",
    before: "br",
    after: undefined,
  },
  compress: {
    value: true,
    request: "GET /long.txt",
    fields: ["Accept-Encoding: gzip"],
    seen: "content-encoding",
    before: undefined,
    after: "gzip",
  },
  listing: { value: false, request: "GET /sub/", seen: "status", before: 200, after: 404 },
  cors: {
    value: true,
    request: "GET /a.txt",
    seen: "access-control-allow-origin",
    before: undefined,
    after: "*",
  },
  isolate: {
    value: true,
    request: "GET /a.txt",
    seen: "cross-origin-opener-policy",
    before: undefined,
    after: "same-origin",
  },
  cache: {
    value: 60,
    request: "GET /a.txt",
    seen: "cache-control",
    before: undefined,
    after: "public, max-age=60",
  },
  spa: {
    value: true,
    request: "GET /users/7",
    fields: ["Accept: text/html"],
    seen: "body",
    before: "missing",
    after: "the index",
  },
  cleanUrls: { value: true, request: "GET /about", seen: "body", before: "missing", after: "about" },
  notFoundPage: { value: "oops.html", request: "GET /x", seen: "body", before: "missing", after: "oops" },
  auth: { value: "ada:secret", request: "GET /a.txt", seen: "status", before: 200, after: 401 },
  authRealm: {
    value: "Vault",
    beside: { auth: "ada:secret" },
    request: "GET /a.txt",
    seen: "www-authenticate",
    before: 'Basic realm="basehttp", charset="UTF-8"',
    after: 'Basic realm="Vault", charset="UTF-8"',
  },
});

type CGIOptions = Omit<CGIHTTPRequestHandlerOptions, keyof Options>;

const SCRIPTS = {
  "www/cgi-bin/env": "#!/bin/sh\necho 'Status: 200'; echo \"X-Own: $OWN\"; echo",
  "www/cgi-bin/slow": "#!/bin/sh\nsleep 0.5; echo 'Status: 200'; echo",
  "www/sub/script": "#!/bin/sh\necho 'Status: 202'; echo",
};

/** The same of scripts. */
const scriptEffects: { readonly [Name in keyof CGIOptions]-?: Effect<NonNullable<CGIOptions[Name]>> } = {
  cgi_directories: { value: ["/sub"], request: "GET /sub/script", seen: "status", before: 200, after: 202 },
  env: { value: { OWN: "1" }, request: "GET /cgi-bin/env", seen: "x-own", before: "", after: "1" },
  cgiTimeout: { value: 0.01, request: "GET /cgi-bin/slow", seen: "status", before: 200, after: 504 },
  cgiTotalTimeout: { value: 0.01, request: "GET /cgi-bin/slow", seen: "status", before: 200, after: 504 },
  maxCgiScripts: { value: 0, request: "GET /cgi-bin/env", seen: "status", before: 200, after: 503 },
};

/** A handler of scripts that logs nothing. */
class QuietScripts extends CGIHTTPRequestHandler {
  override log_message(): void {}
}

function seenIn({ status, headers, body }: ParsedResponse, what: string): string | number | undefined {
  if (what === "status") return status;
  if (what === "body") return body;
  if (what === "has etag") return headers.has("etag") ? "yes" : "no";
  return headers.get(what);
}

type Handler = typeof SimpleHTTPRequestHandler;

/** How an option can be said of a class. */
const WAYS: readonly [way: string, say: (Base: Handler, options: Options) => Handler][] = [
  ["with()", (Base, options) => Base.with(options)],
  ["a static", (Base, options) => Object.assign(class extends Base {}, options)],
  [
    "a field",
    (Base, options) =>
      class extends Base {
        constructor(...args: ConstructorParameters<Handler>) {
          super(...args);
          Object.assign(this, options);
        }
      },
  ],
  [
    "the constructor's argument",
    (Base, options) =>
      class extends Base {
        constructor(...[request, address, server]: ConstructorParameters<Handler>) {
          super(request, address, server, options);
        }
      },
  ],
];

/** Looks at what each option changes when it is said in one way. */
async function lookAtEffects(
  effectsByName: Readonly<Record<string, Effect<unknown>>>,
  Quiet: Handler,
  directory: string,
  say: (Base: Handler, options: Options) => Handler,
): Promise<void> {
  for (const [name, { value, beside = {}, request, fields = [], seen, before, after }] of Object.entries(
    effectsByName,
  )) {
    const look = async (Configured: Handler) => {
      await using started = await startServer(Configured);
      const head = [`${request} HTTP/1.1`, "Host: x", "Connection: close", ...fields, "", ""];
      return seenIn(parseResponse(await exchange(started.port, head.join("\r\n"))), seen);
    };
    const Base = Quiet.with({ directory, ...beside });
    expect([name, await look(Base)]).toEqual([name, before]);
    expect([name, await look(say(Base, { [name]: value }))]).toEqual([name, after]);
  }
}

describe("an option of the handler of files", () => {
  test.each(WAYS)(
    "can be said by %s",
    async (_way, say) => {
      using tree = new Tree(FILES);
      await lookAtEffects(effects(tree), QuietHandler, tree.path("www"), say);
    },
    30_000,
  );
});

describe("an option of the handler of scripts", () => {
  test.each(WAYS)(
    "can be said by %s",
    async (_way, say) => {
      using tree = new Tree({ ...FILES, ...SCRIPTS });
      for (const script of Object.keys(SCRIPTS)) chmodSync(tree.path(script), 0o755);
      await lookAtEffects(scriptEffects, QuietScripts, tree.path("www"), say);
      await lookAtEffects({ dotfiles: effects(tree).dotfiles }, QuietScripts, tree.path("www"), say);
    },
    30_000,
  );

  test("is none of the handler of files", () => {
    expect(() => QuietHandler.with({ cgiTimeout: 1 } as Options)).toThrow('There is no option "cgiTimeout"');
  });
});
