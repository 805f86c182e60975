/**
 * A script while it runs: a process that leads a session, and thereby a process group, of its own, so that it can be
 * ended with all that it has started.
 */

import { closeSync } from "node:fs";
import { dirname } from "node:path";
import { hasPipes, openPipe } from "../../system/pipe.ts";
import { mustBeFreed } from "../../transport/descriptors.ts";
import { quietly } from "../../transport/promises.ts";
import { after, type Cancel } from "../../transport/timers.ts";
import { killGroup, scriptGroups } from "./process-groups.ts";

/** How long a script has to end when it is asked to, before it is killed; and what it left running, to fall silent. */
const GRACE_SECONDS = 1;

/** The system has no room for one more process, or for its pipes. */
export class NoRoomError extends Error {
  override readonly name = "NoRoomError";
}

export interface ProcessOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether something will be written to its input. */
  readonly hasInput: boolean;
}

/** What is needed of a stream's reader, of which Bun and Node.js declare different ones. */
interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** How a script gets its input, and whether its descriptor is ours to close. */
interface Input {
  readonly sink: Bun.FileSink;
  readonly descriptor: number;
}

export class ScriptProcess implements AsyncDisposable {
  /** Settles when the script has ended, and everything in its group. */
  readonly exited: Promise<void>;
  readonly output: OutputReader;
  readonly errors: OutputReader;
  readonly #child: Bun.Subprocess;
  #input: Input | null;
  #cancelKill: Cancel = () => {};
  #cancelErrors: Cancel = () => {};
  #isEnding = false;
  #hasEnded = false;

  /**
   * @throws NoRoomError where the system has no room for it.
   * @throws Error with the system's code where the file cannot be run.
   */
  constructor({ file, args, env, hasInput }: ProcessOptions) {
    using pipes = new Pipes(hasInput);
    try {
      this.#child = scriptGroups.start(() =>
        Bun.spawn([file, ...args], {
          cwd: dirname(file),
          env: { ...env },
          stdio: pipes.childEnds,
          // setsid(): what the terminal sends to the server is not for scripts, and one signal reaches all of them.
          detached: true,
        }),
      );
    } catch (error) {
      throw isWantOfRoom(error) ? new NoRoomError("No process could be started", { cause: error }) : error;
    }
    const { pid } = this.#child;
    [this.#input, this.output, this.errors] = pipes.take(this.#child);
    this.exited = this.#child.exited.then(() => this.#ended(pid));
  }

  /** The exit status; null for a process that a signal has ended, or that goes on. */
  get exitCode(): number | null {
    return this.#child.signalCode === null ? this.#child.exitCode : null;
  }

  /** The signal that has ended it, if one has. */
  get signalCode(): string | number | null {
    return this.#child.signalCode;
  }

  /** Writes to its input; settles when there is room for more, with `false` when nobody reads it any more. */
  async write(bytes: Uint8Array): Promise<boolean> {
    if (this.#input === null) return false;
    try {
      await this.#input.sink.write(bytes);
      // Whoever reads may wait for just these.
      await this.#input?.sink.flush();
      return this.#input !== null;
    } catch {
      return false;
    }
  }

  /** Ends its input, when all of it has been taken. */
  async endInput(): Promise<void> {
    try {
      await this.#input?.sink.end();
    } catch {
      // Nobody wants the rest.
    }
    this.#closeInput();
  }

  #closeInput(): void {
    const input = this.#input;
    this.#input = null;
    if (input === null) return;
    // It has a descriptor of its own, which it closes only when it is told to.
    void quietly(Promise.try(() => input.sink.end()));
    if (input.descriptor >= 0) closeSync(input.descriptor);
  }

  /** Ends it: at its next signal if it heeds that, else a second later. What it writes meanwhile is for the log alone. */
  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (!this.#hasEnded) {
      const { pid } = this.#child;
      killGroup(pid, "SIGTERM");
      this.#cancelKill = after(GRACE_SECONDS, () => killGroup(pid, "SIGKILL"));
    }
    this.output.cancel();
  }

  /** Ends it, and waits for that. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.exited;
    this.#closeInput();
    this.#cancelErrors();
    await Promise.all([this.output.close(), this.errors.close()]);
  }

  #ended(pid: number): void {
    this.#hasEnded = true;
    this.#cancelKill();
    // What it has left behind would run on for nobody, and keep its output open.
    killGroup(pid, "SIGKILL");
    scriptGroups.delete(pid);
    this.output.writerEnded();
    this.#cancelErrors = after(GRACE_SECONDS, () => this.errors.cancel());
  }
}

/** One of the streams that a script writes to. */
export class OutputReader {
  readonly #reader: Reader;
  readonly #descriptor: number;
  #hasWriterEnded = false;
  #isAwaited = false;
  #cancelGrace: Cancel = () => {};

  /** @param descriptor what is to be closed in the end; -1 where that is the stream's own business. */
  constructor(stream: ReadableStream<Uint8Array>, descriptor: number) {
    this.#reader = stream.getReader();
    this.#descriptor = descriptor;
  }

  /** The next piece; null when there will be none. Nothing is read ahead beyond some hundred KiB. */
  async read(): Promise<Uint8Array | null> {
    this.#isAwaited = true;
    this.#limitSilence();
    try {
      const { done, value } = await this.#reader.read();
      return done ? null : (value ?? null);
    } catch {
      return null;
    } finally {
      this.#isAwaited = false;
      this.#cancelGrace();
    }
  }

  /** There will be nothing more to read, also for whoever is at it. */
  cancel(): void {
    void quietly(this.#reader.cancel());
  }

  /** The script has ended. A process of another session may keep the stream open: it is not waited for. */
  writerEnded(): void {
    this.#hasWriterEnded = true;
    if (this.#isAwaited) this.#limitSilence();
  }

  async close(): Promise<void> {
    await quietly(this.#reader.cancel()).catch(() => {});
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
  }

  #limitSilence(): void {
    if (this.#hasWriterEnded) this.#cancelGrace = after(GRACE_SECONDS, () => this.cancel());
  }
}

/**
 * The three pipes of a script. Where there are none, the runtime's own, which on some systems are sockets: a script that
 * opens `/dev/stdin` or `/dev/stderr` fails then.
 */
class Pipes implements Disposable {
  readonly #hasInput: boolean;
  /** Those that are to be closed here, when the script has them or there will be none. */
  #open: number[] = [];
  readonly #input: readonly [reading: number, writing: number];
  readonly #output: readonly [reading: number, writing: number];
  readonly #errors: readonly [reading: number, writing: number];

  constructor(hasInput: boolean) {
    this.#hasInput = hasInput;
    try {
      this.#input = hasInput ? this.#pipe() : [-1, -1];
      this.#output = this.#pipe();
      this.#errors = this.#pipe();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  get childEnds(): ["pipe" | "ignore" | number, "pipe" | number, "pipe" | number] {
    if (!hasPipes()) return [this.#hasInput ? "pipe" : "ignore", "pipe", "pipe"];
    return [this.#hasInput ? this.#input[0] : "ignore", this.#output[1], this.#errors[1]];
  }

  /** Our ends of them. */
  take(child: Bun.Subprocess): [Input | null, OutputReader, OutputReader] {
    if (!hasPipes()) {
      const { stdin, stdout, stderr } = child as Bun.Subprocess<"pipe", "pipe", "pipe">;
      const input = this.#hasInput ? { sink: stdin, descriptor: -1 } : null;
      return [input, new OutputReader(stdout, -1), new OutputReader(stderr, -1)];
    }
    const ours = [this.#input[1], this.#output[0], this.#errors[0]];
    this.#open = this.#open.filter((descriptor) => !ours.includes(descriptor));
    const input = this.#hasInput
      ? { sink: Bun.file(this.#input[1]).writer(), descriptor: this.#input[1] }
      : null;
    return [input, readerOf(this.#output[0]), readerOf(this.#errors[0])];
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#open) closeSync(descriptor);
    this.#open = [];
  }

  #pipe(): readonly [reading: number, writing: number] {
    if (!hasPipes()) return [-1, -1];
    const pipe = openPipe();
    if (pipe === null) throw new NoRoomError("No pipe could be opened");
    const { readEnd, writeEnd } = pipe;
    this.#open.push(readEnd, writeEnd);
    if (mustBeFreed(Math.max(readEnd, writeEnd))) throw new NoRoomError("The last descriptors are kept free");
    return [readEnd, writeEnd];
  }
}

function readerOf(descriptor: number): OutputReader {
  return new OutputReader(Bun.file(descriptor).stream() as ReadableStream<Uint8Array>, descriptor);
}

function isWantOfRoom(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"].includes(code);
}
