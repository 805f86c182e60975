/** The script of `test/server/fixtures/threaded.ts`, in processes of its own. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Counters, HTTPServerOptions, ThreadingOptions } from "../../src/index.ts";
import { Command, type Outcome } from "../cli/support/command.ts";
import { exchange } from "./client.ts";
import { decodeResponse } from "./decode.ts";
import { request } from "./observed-server.ts";

const SCRIPT = fileURLToPath(new URL("../server/fixtures/threaded.ts", import.meta.url));

export class Threaded implements AsyncDisposable {
  readonly command: Command;
  readonly port: number;
  /** How many requests `ask()` has sent. */
  asked = 0;

  private constructor(command: Command, port: number) {
    this.command = command;
    this.port = port;
  }

  /** Starts the script, and waits until its loops listen. `obstacle` is a file whose existence keeps loops from starting. */
  static async start(options: HTTPServerOptions & ThreadingOptions = {}, obstacle = ""): Promise<Threaded> {
    const command = startScript(SCRIPT, JSON.stringify({ workers: 2, ...options }), obstacle);
    const port = Number(await command.stdout.line());
    const line = await command.stdout.line();
    if (line !== "listening\n") throw new Error(`Not listening: ${line}${await command.stderr.rest()}`);
    return new Threaded(command, port);
  }

  /** Asks for `path` on a connection of its own. */
  async ask(path = "/"): Promise<string> {
    this.asked++;
    const head = request(`GET ${path} HTTP/1.1`, ["Connection: close"]);
    return decodeResponse(await exchange(this.port, head)).body;
  }

  async counters(): Promise<Counters> {
    return JSON.parse(await this.ask("/counters"));
  }

  /** The loops' processes: asks until `count` of them have answered. */
  async loops(count = 2): Promise<number[]> {
    const pids = new Set<number>();
    while (pids.size < count) pids.add(Number(await this.ask()));
    return [...pids];
  }

  /** Has the first process call `shutdown()`. */
  shutDown(): void {
    this.command.kill("SIGUSR2");
  }

  /** What is said until the last of the processes has ended. */
  outcome(): Promise<Outcome> {
    return this.command.outcome();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.command[Symbol.asyncDispose]();
    // The loops have the other ends of the streams: these end with the last of them.
    await this.command.stdout.rest();
  }
}

/** Starts a script in place of the command. */
export function startScript(script: string, ...args: string[]): Command {
  return new Command(args, { program: [process.execPath, script], leadsGroup: true });
}

/** The children of a process that are running. */
export function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid);
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? 0 : Number(parent);
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}
