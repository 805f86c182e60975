/** A server that takes uploads into a tree of its own, and what is in that tree afterwards. */

import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import {
  type HTTPServer,
  type HTTPServerOptions,
  SimpleHTTPRequestHandler,
  type SimpleHTTPRequestHandlerOptions,
} from "../../src/index.ts";
import {
  exchange,
  type ParsedResponse,
  parseResponse,
  RawClient,
  type StartedServer,
  startServer,
} from "./client.ts";
import { Tree, type TreeContents } from "./tree.ts";

export const BOUNDARY = "AaB03x";

export class QuietUploads extends SimpleHTTPRequestHandler {
  static override upload = true;
  override log_message(): void {}
}

/** One file of a form. */
export function formPart(filename: string, content: string): string {
  const head = `Content-Disposition: form-data; name="file"; filename="${filename}"`;
  return `--${BOUNDARY}\r\n${head}\r\n\r\n${content}\r\n`;
}

export const FORM_END: string = `--${BOUNDARY}--\r\n`;

/** The head of a request, as Latin-1; what `fields` say of the body is what is said. */
export function requestHead(method: string, target: string, fields: readonly string[]): string {
  return [`${method} ${target} HTTP/1.1`, "Host: x", "Connection: close", ...fields, "", ""].join("\r\n");
}

export class UploadSite implements AsyncDisposable {
  readonly tree: Tree;
  readonly server: HTTPServer;
  readonly port: number;
  readonly #started: StartedServer;

  private constructor(tree: Tree, started: StartedServer) {
    this.tree = tree;
    this.server = started.server;
    this.port = started.port;
    this.#started = started;
  }

  /** Serves the `www` of a tree with these contents. */
  static async start(
    contents: TreeContents = {},
    options: SimpleHTTPRequestHandlerOptions = {},
    { Handler = QuietUploads, ...limits }: HTTPServerOptions & { Handler?: typeof QuietUploads } = {},
  ): Promise<UploadSite> {
    const tree = new Tree({ "www/": null, ...contents });
    const Configured = Handler.with({ directory: tree.path("www"), ...options });
    return new UploadSite(tree, await startServer(Configured, limits));
  }

  async put(
    target: string,
    body: string | Uint8Array,
    fields: readonly string[] = [],
  ): Promise<ParsedResponse> {
    const head = requestHead("PUT", target, [`Content-Length: ${body.length}`, ...fields]);
    const bytes = typeof body === "string" ? Buffer.from(body, "latin1") : body;
    return parseResponse(await exchange(this.port, Buffer.concat([Buffer.from(head, "latin1"), bytes])));
  }

  async post(target: string, body: string, fields: readonly string[] = []): Promise<ParsedResponse> {
    const type = `Content-Type: multipart/form-data; boundary=${BOUNDARY}`;
    const head = requestHead("POST", target, [`Content-Length: ${body.length}`, type, ...fields]);
    return parseResponse(await exchange(this.port, head + body));
  }

  async get(target: string): Promise<ParsedResponse> {
    return parseResponse(await exchange(this.port, requestHead("GET", target, [])));
  }

  connect(): Promise<RawClient> {
    return RawClient.connect(this.port);
  }

  /** All that is below `name` in the tree, hidden or not: content as Latin-1, links as `-> target`. */
  contents(name: string = "www"): Record<string, string> {
    const found: Record<string, string> = {};
    for (const path of readdirSync(this.tree.path(name), { recursive: true }) as string[]) {
      const full = this.tree.path(`${name}/${path}`);
      const stats = lstatSync(full);
      if (stats.isSymbolicLink()) found[path] = `-> ${readlinkSync(full)}`;
      else if (stats.isDirectory()) found[`${path}/`] = "";
      else found[path] = stats.isFile() ? readFileSync(full, "latin1") : "special";
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started[Symbol.asyncDispose]();
    this.tree[Symbol.dispose]();
  }
}
