/** Servers in a process of their own, seen from outside: whether it lives, what it has open and what it logs. */

import { fileURLToPath } from "node:url";
import { Output } from "../cli/support/command.ts";
import { MARK, type Order, type Reply } from "./fixtures/laboratory-child.ts";

const CHILD: string = fileURLToPath(new URL("./fixtures/laboratory-child.ts", import.meta.url));

/** A server in the laboratory. Going out of scope ends it. */
export interface Patient extends AsyncDisposable {
  readonly port: number;
  /** Has one of the specimen's own orders obeyed, or "serve", "open". */
  order(name: string): Promise<unknown>;
  /** Waits until no connection is open and all descriptors are back; gives what nobody has handled. */
  settled(): Promise<readonly string[]>;
  /** Ends the server, and gives what it has logged. */
  log(): Promise<string>;
}

export class Laboratory implements AsyncDisposable {
  readonly #module: string;
  readonly #child: Bun.Subprocess<"ignore", "inherit", "pipe">;
  readonly #waiters = new Map<number, (result: unknown) => void>();
  /** What has been logged since the last mark, and what was logged before others. */
  #logged = "";
  readonly #logs: string[] = [];
  #logWaiter: (() => void) | null = null;
  #hasStarted = false;
  #lastId = 0;

  /** @param module exports `specimens`: functions that make a specimen, by name. */
  constructor(module: string, env: Readonly<Record<string, string>> = {}) {
    this.#module = module;
    this.#child = Bun.spawn([process.execPath, CHILD], {
      stdio: ["ignore", "inherit", "pipe"],
      env: { ...process.env, NO_COLOR: "1", ...env },
      ipc: ({ id, result }: Reply) => this.#waiters.get(id)!(result),
    });
    void this.#readLog();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Whether the process is still there. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async start(specimen: string): Promise<Patient> {
    const port = (await this.#order({ name: "start", module: this.#module, specimen })) as number;
    // What the process had to say before.
    if (!this.#hasStarted) await this.#logToMark();
    this.#hasStarted = true;
    let isStopped = false;
    const log = async (): Promise<string> => {
      isStopped = true;
      await this.#order({ name: "stop" });
      return this.#logToMark();
    };
    return {
      port,
      order: (name) => this.#order({ name }),
      settled: () => this.#order({ name: "settled" }) as Promise<readonly string[]>,
      log,
      async [Symbol.asyncDispose]() {
        if (!isStopped) await log();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }

  /** @throws when the process ends before it has answered. */
  #order(order: Omit<Order, "id">): Promise<unknown> {
    const id = ++this.#lastId;
    const answered = new Promise((resolve) => this.#waiters.set(id, resolve));
    this.#child.send({ id, ...order });
    const died = this.#child.exited.then(() => {
      throw new Error(`The process has ended; it had logged ${JSON.stringify(this.#logged)}`);
    });
    died.catch(() => {});
    return Promise.race([answered, died]);
  }

  /** Reads the log as it comes: a process whose log nobody reads is another matter. */
  async #readLog(): Promise<void> {
    const output = new Output(this.#child.stderr);
    for (let line = await output.line(); line !== ""; line = await output.line()) {
      if (line === `${MARK}\n`) this.#marked();
      else this.#logged += line;
    }
  }

  /** The log of one server is complete. */
  #marked(): void {
    this.#logs.push(this.#logged);
    this.#logged = "";
    this.#logWaiter?.();
  }

  /** What has been logged up to the next mark. */
  async #logToMark(): Promise<string> {
    while (this.#logs.length === 0) await new Promise<void>((resolve) => (this.#logWaiter = resolve));
    return this.#logs.shift()!;
  }
}
