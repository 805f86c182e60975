/** A process that the bench starts, talks to by lines, and never leaves behind. */
import type { FileSink, Subprocess } from "bun";

export interface ChildOptions {
  /** The core to pin the process to; unpinned without it, or where there is no `taskset`. */
  readonly core?: number | undefined;
  /** The file that stderr is written to, emptied first. */
  readonly stderrPath: string;
  readonly signal: AbortSignal;
}

/** How long a child may take to answer a line with a line, unless told otherwise. */
const ANSWER_SECONDS = 15;

/** How long a child may take to end. */
const PATIENCE_SECONDS = 5;

export class Child implements AsyncDisposable {
  readonly pid: number;
  readonly #process: Subprocess<"pipe", "pipe", Bun.BunFile>;
  readonly #lines: AsyncGenerator<string>;
  readonly #options: ChildOptions;
  readonly #name: string;

  constructor(command: readonly string[], options: ChildOptions) {
    this.#name = command.join(" ");
    this.#options = options;
    this.#process = Bun.spawn([...pinned(options.core), ...command], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: Bun.file(options.stderrPath),
      signal: options.signal,
      killSignal: "SIGTERM",
    });
    this.pid = this.#process.pid;
    this.#lines = readLines(this.#process.stdout);
  }

  /** The next line that the child prints. Throws, with what it said on stderr, when it ends or is late instead. */
  async nextLine(withinSeconds: number = ANSWER_SECONDS): Promise<string> {
    return await this.#inTime(withinSeconds, "said nothing for", async () => {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error(`ended with code ${await this.#process.exited}`);
      return value;
    });
  }

  /** Waits until the child has ended by itself. Throws, with what it said on stderr, when it failed or is late. */
  async success(withinSeconds: number): Promise<void> {
    await this.#inTime(withinSeconds, "has not ended after", async () => {
      const code = await this.#process.exited;
      if (code !== 0) throw new Error(`ended with code ${code}`);
    });
  }

  /** Says one line to the child and waits for its answer. */
  async ask(line: string, withinSeconds?: number): Promise<string> {
    const stdin: FileSink = this.#process.stdin;
    stdin.write(`${line}\n`);
    await stdin.flush();
    return await this.nextLine(withinSeconds);
  }

  /** Asks the child to end, which one that has children of its own needs, and waits for it; not for ever. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE_SECONDS * 1000);
    await this.#process.exited;
    clearTimeout(timer);
  }

  /** @param complaint what is wrong when the time is over; the time follows. */
  async #inTime<T>(withinSeconds: number, complaint: string, wait: () => Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${complaint} ${withinSeconds} s`)),
      withinSeconds * 1000,
    );
    try {
      return await Promise.race([wait(), late.promise]);
    } catch (error) {
      this.#options.signal.throwIfAborted();
      throw new Error(`"${this.#name}" ${(error as Error).message}${await this.#lastWords()}`);
    } finally {
      clearTimeout(timer);
    }
  }

  async #lastWords(): Promise<string> {
    const said = (await Bun.file(this.#options.stderrPath).text()).trim();
    return said === "" ? "" : `; its stderr ends:\n${said.slice(-2000)}`;
  }
}

function pinned(core: number | undefined): string[] {
  return core === undefined || Bun.which("taskset") === null ? [] : ["taskset", "-c", String(core)];
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
}
