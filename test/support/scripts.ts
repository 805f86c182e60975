/** Servers of scripts that are written for a test. */

import { chmodSync } from "node:fs";
import { format } from "node:util";
import {
  CGIHTTPRequestHandler,
  type CGIHTTPRequestHandlerOptions,
  type HTTPServer,
  type HTTPServerOptions,
} from "../../src/index.ts";
import { exchange, startServer } from "./client.ts";
import { type DecodedResponse, decodeResponses } from "./decode.ts";
import { fifo, Tree, type TreeContents } from "./tree.ts";

/** What a script says before output that is text. */
export const TEXT = "echo 'Content-Type: text/plain'; echo;";

export interface ScriptSite extends AsyncDisposable {
  readonly server: HTTPServer;
  readonly port: number;
  readonly tree: Tree;
  /** What was logged, but for the line that each answer gets. */
  readonly lines: readonly string[];
  /** One request on a connection of its own: its answer, which has to be whole. */
  ask(line: string, ...fields: string[]): Promise<DecodedResponse>;
  /** The same, as it came. */
  askRaw(line: string, ...fields: string[]): Promise<string>;
}

export interface ScriptSiteOptions extends CGIHTTPRequestHandlerOptions {
  readonly server?: HTTPServerOptions;
  /** What lies beside the scripts. */
  readonly files?: TreeContents;
  readonly Handler?: typeof CGIHTTPRequestHandler;
}

/**
 * Serves scripts on a free port until it is disposed of.
 *
 * @param scripts by their paths in `cgi-bin`: the lines behind `#!/bin/sh`, or a whole file that begins with `#!`.
 */
export async function serveScripts(
  scripts: Readonly<Record<string, string>>,
  options: ScriptSiteOptions = {},
): Promise<ScriptSite> {
  const { server: limits = {}, files = {}, Handler = CGIHTTPRequestHandler, ...chosen } = options;
  const tree = new Tree({ "cgi-bin/": null, ...files });
  addScripts(tree, scripts);
  const lines: string[] = [];
  class Observed extends Handler {
    override log_request(): void {}
    override log_message(template: string, ...args: unknown[]): void {
      lines.push(format(template, ...args));
    }
  }
  const started = await startServer(Observed.with({ directory: tree.root, ...chosen }), limits);
  const askRaw = (line: string, ...fields: string[]) =>
    exchange(
      started.port,
      [`${line} HTTP/1.1`, "Host: test", "Connection: close", ...fields, "", ""].join("\r\n"),
    );
  return {
    server: started.server,
    port: started.port,
    tree,
    lines,
    askRaw,
    async ask(line, ...fields) {
      const answers = decodeResponses(await askRaw(line, ...fields), [line.split(" ")[0]!]);
      // A script that takes its time on a busy machine: whether its client is still there has been asked.
      const [answer, ...others] = answers.filter(({ status }) => status !== 102);
      if (answer === undefined || others.length > 0) throw new Error(`${answers.length} answers to ${line}`);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]();
      tree[Symbol.dispose]();
    },
  };
}

/** Adds scripts to the `cgi-bin` of a tree. */
export function addScripts(tree: Tree, scripts: Readonly<Record<string, string>>): void {
  for (const [name, lines] of Object.entries(scripts)) {
    tree.add({ [`cgi-bin/${name}`]: lines.startsWith("#!") ? lines : `#!/bin/sh\n${lines}\n` });
    chmodSync(tree.path(`cgi-bin/${name}`), 0o755);
  }
}

/** Tells of processes whether one of them is still there: those that have a pipe open, by its name in `$ALIVE`. */
export class Vigil implements AsyncDisposable {
  /** Opens the pipe as 9, and says so in it. */
  static readonly BEGIN = 'exec 9>"$ALIVE"; echo ready >&9;';
  readonly #tree: Tree = new Tree({ alive: fifo() });
  readonly #reader: Bun.Subprocess<"ignore", "pipe", "inherit">;

  constructor() {
    this.#reader = Bun.spawn(["cat", this.path], { stdio: ["ignore", "pipe", "inherit"] });
  }

  /** The pipe. */
  get path(): string {
    return this.#tree.path("alive");
  }

  /** For scripts. */
  get env(): Record<string, string> {
    return { ALIVE: this.path };
  }

  /** Waits until one of them has begun. */
  async begun(): Promise<void> {
    const reader = this.#reader.stdout.getReader();
    await reader.read();
    reader.releaseLock();
  }

  /** Waits until none of them is left. */
  async ended(): Promise<void> {
    await this.#reader.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.kill();
    await this.#reader.exited;
    this.#tree[Symbol.dispose]();
  }
}
