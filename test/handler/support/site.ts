/** A site that is served to raw requests. */

import {
  type HTTPServer,
  SimpleHTTPRequestHandler,
  type SimpleHTTPRequestHandlerOptions,
} from "../../../src/index.ts";
import { exchange, type ParsedResponse, parseResponse, startServer } from "../../support/client.ts";
import { Tree, type TreeContents } from "../../support/tree.ts";

/** A handler that logs nothing. */
export class QuietHandler extends SimpleHTTPRequestHandler {
  override log_message(): void {}
}

export interface Site extends AsyncDisposable {
  readonly server: HTTPServer;
  readonly port: number;
  readonly tree: Tree;
  /** Sends a request of its own connection, and takes the one answer to it apart. */
  ask(method: string, target: string, ...fields: string[]): Promise<ParsedResponse>;
  get(target: string, ...fields: string[]): Promise<ParsedResponse>;
}

/** Serves a tree that is gone with the server. */
export async function serveTree(
  contents: TreeContents,
  options: SimpleHTTPRequestHandlerOptions,
  Handler: typeof SimpleHTTPRequestHandler = QuietHandler,
): Promise<Site> {
  const tree = new Tree(contents);
  const started = await startServer(Handler.with({ directory: tree.root, ...options }));
  const ask = async (method: string, target: string, ...fields: string[]) => {
    const lines = [`${method} ${target} HTTP/1.1`, "Host: x", "Connection: close", ...fields, "", ""];
    return parseResponse(await exchange(started.port, lines.join("\r\n")));
  };
  return {
    server: started.server,
    port: started.port,
    tree,
    ask,
    get: (target, ...fields) => ask("GET", target, ...fields),
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]();
      tree[Symbol.dispose]();
    },
  };
}

/** The field lines of an answer that begin in one of these ways, in lower case; a line ends in a line feed. */
export function fieldLines(response: ParsedResponse, ...beginnings: string[]): string[] {
  return response.headerLines
    .map(([name, value]) => `${name}: ${value}`)
    .filter((line) => beginnings.some((beginning) => `${line}\n`.toLowerCase().startsWith(beginning)));
}
