/** The real command, in a process of its own. */

import { fileURLToPath } from "node:url";

export const CLI: string = fileURLToPath(new URL("../../../src/cli.ts", import.meta.url));
/** They would decide about colours. */
const COLOUR_VARIABLES = ["PYTHON_COLORS", "NO_COLOR", "FORCE_COLOR", "TERM"];

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the tests' environment, from which all that decides about colours and options is removed. */
  readonly env?: Readonly<Record<string, string>>;
  /** What runs in place of `bun src/cli.ts`. */
  readonly program?: readonly string[];
  /** Whether it leads a process group of its own, to which signals can be sent (as `-pid`). */
  readonly leadsGroup?: boolean;
}

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started command; going out of scope kills it. */
export class Command implements AsyncDisposable {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;

  constructor(args: readonly string[], { cwd, env, program, leadsGroup }: CommandOptions = {}) {
    this.#process = Bun.spawn([...(program ?? [process.execPath, CLI]), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: leadsGroup === true,
      env: { ...environment(), ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.stdout = new Output(this.#process.stdout);
    this.stderr = new Output(this.#process.stderr);
  }

  get pid(): number {
    return this.#process.pid;
  }

  get exited(): Promise<number> {
    return this.#process.exited;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Everything it says from now on, and its exit status. */
  async outcome(): Promise<Outcome> {
    const [exitCode, stdout, stderr] = await Promise.all([
      this.exited,
      this.stdout.rest(),
      this.stderr.rest(),
    ]);
    return { exitCode, stdout, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.exited;
  }
}

/** What is needed of a stream's reader, of which Bun and Node.js declare different ones. */
interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** What one of its standard streams brings. */
export class Output {
  readonly #reader: Reader;
  readonly #decoder = new TextDecoder();
  #pending = "";

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The next line with its line feed, or what there is of it when the stream ends. */
  async line(): Promise<string> {
    while (!this.#pending.includes("\n") && (await this.#readMore()));
    const end = this.#pending.indexOf("\n") + 1 || this.#pending.length;
    const line = this.#pending.slice(0, end);
    this.#pending = this.#pending.slice(end);
    return line;
  }

  async rest(): Promise<string> {
    while (await this.#readMore());
    const rest = this.#pending;
    this.#pending = "";
    return rest;
  }

  /** Closes the reading end: from now on the command writes to nobody. */
  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  async #readMore(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    if (value !== undefined) this.#pending += this.#decoder.decode(value, { stream: true });
    return !done;
  }
}

/** A command that listens. */
export interface Serving {
  readonly command: Command;
  readonly banner: string;
  readonly host: string;
  readonly port: number;
  /** Ends with a slash. */
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts the command on a free port of 127.0.0.1, unless `args` bind it elsewhere, and waits for its banner. */
export async function startCommand(args: readonly string[], options: CommandOptions = {}): Promise<Serving> {
  const command = new Command(["-b", "127.0.0.1", ...args, "0"], options);
  const banner = await command.stdout.line();
  const [, host, port, url] = /^Serving HTTPS? on (\S+) port ([0-9]+) \((\S+)\) \.\.\.\n$/.exec(banner) ?? [];
  if (host !== undefined && url !== undefined) {
    const dispose = () => command[Symbol.asyncDispose]();
    return { command, banner, host, port: Number(port), url, [Symbol.asyncDispose]: dispose };
  }
  command.kill("SIGKILL");
  throw new Error(`Not a banner: ${JSON.stringify(banner)}; on stderr: ${await command.stderr.rest()}`);
}

/** Runs the command to its end. */
export async function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  await using command = new Command(args, options);
  return await command.outcome();
}

function environment(): Record<string, string | undefined> {
  const own = Object.keys(process.env).filter((name) => name.startsWith("BASEHTTP_"));
  return {
    ...process.env,
    ...Object.fromEntries([...COLOUR_VARIABLES, ...own].map((name) => [name, undefined])),
  };
}
