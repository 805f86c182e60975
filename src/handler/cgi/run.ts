/** One run of a script: the request goes in, what comes out becomes the answer, and nothing of it is left in the end. */

import { isBodiless } from "../../protocol/response-head.ts";
import { whenGone } from "../../transport/departures.ts";
import { after, every } from "../../transport/timers.ts";
import type { BaseHTTPRequestHandler } from "../base.ts";
import { scriptArguments } from "./arguments.ts";
import { scriptEnvironment } from "./environment.ts";
import { ErrorLines } from "./error-lines.ts";
import { Patience } from "./patience.ts";
import { NoRoomError, ScriptProcess } from "./process.ts";
import type { ScriptBody } from "./request-body.ts";
import { type BadScriptHead, type ScriptHead, ScriptHeadReader } from "./response-head.ts";
import { NOT_EXECUTABLE, type Script } from "./script.ts";

/** What running a script needs of the handler whose request it is. */
export interface RunningHandler extends BaseHTTPRequestHandler {
  readonly auth: unknown;
  readonly cgiTimeout: number;
  readonly cgiTotalTimeout: number;
  readonly env: Readonly<Record<string, string>>;
  translate_path(path: string): string;
  verifiedUser(): string | null;
  /** Whether the site says something in this field of every answer: it cannot be said twice. */
  saysItself(lowerCaseName: string): boolean;
}

/** How long a script may go on that has ended its output. */
const EXIT_SECONDS = 3;

/** How often a client that has half-closed is looked after. */
const PROBE_SECONDS = 2;

/**
 * Runs a script, and answers by what it says.
 *
 * @param body what the script reads; null for nothing.
 * @returns the path that is to answer in its place (RFC 3875 6.2.2), if it says so.
 */
export async function runScript(
  handler: RunningHandler,
  script: Script,
  body: ScriptBody | null,
): Promise<string | null> {
  let started: ScriptProcess;
  try {
    started = startScript(handler, script, body);
  } catch (error) {
    return refuseToRun(handler, script, error);
  }
  await using running = started;
  using patience = new Patience(handler.cgiTimeout, handler.cgiTotalTimeout, () => running.end());
  return await new ScriptRun(handler, script, running, patience).run(body);
}

function startScript(handler: RunningHandler, script: Script, body: ScriptBody | null): ScriptProcess {
  const { command, path } = handler;
  const queryStart = path.indexOf("?");
  return new ScriptProcess({
    file: script.file,
    args: scriptArguments(command, queryStart < 0 ? "" : path.slice(queryStart + 1)),
    env: scriptEnvironment(handler, script, body?.length ?? null),
    hasInput: body !== null,
  });
}

/** Answers for a script that could not be started. */
function refuseToRun(handler: RunningHandler, script: Script, error: unknown): null {
  const { code = "" } = error as NodeJS.ErrnoException;
  if (!(error instanceof NoRoomError) && code === "") throw error;
  logOf(handler, script)(error instanceof NoRoomError ? error.message : `it cannot be run: ${code}`);
  if (error instanceof NoRoomError) handler.request.watch(handler.send_error(503));
  else if (code === "EACCES") handler.request.watch(handler.send_error(403, NOT_EXECUTABLE));
  else handler.request.watch(handler.send_error(502));
  return null;
}

/** What is said of a script in the log, whose lines show control characters as escapes. */
function logOf(handler: RunningHandler, { name }: Script): (message: string) => void {
  return (message) => handler.request.watch(handler.log_message("CGI script %s: %s", name, message));
}

class ScriptRun {
  readonly #handler: RunningHandler;
  readonly #script: Script;
  readonly #process: ScriptProcess;
  readonly #patience: Patience;
  readonly #log: (message: string) => void;
  #errorsLogged: Promise<void> = Promise.resolve();
  /** Why the request's body did not come to its end. */
  #bodyError: unknown = null;

  constructor(handler: RunningHandler, script: Script, process: ScriptProcess, patience: Patience) {
    this.#handler = handler;
    this.#script = script;
    this.#process = process;
    this.#patience = patience;
    this.#log = logOf(handler, script);
  }

  async run(body: ScriptBody | null): Promise<string | null> {
    const { request } = this.#handler;
    const ignoreDeparture = whenGone(request, () => this.#process.end());
    const stopProbing = every(PROBE_SECONDS, () => this.#probe());
    this.#errorsLogged = this.#logErrors();
    if (request.wfile.closed) this.#process.end();
    if (body !== null) void this.#feed(body.pieces);
    try {
      const isNph = this.#script.name.slice(this.#script.name.lastIndexOf("/") + 1).startsWith("nph-");
      return isNph ? await this.#passThrough() : await this.#answer();
    } finally {
      ignoreDeparture();
      stopProbing();
      this.#process.end();
      await this.#errorsLogged;
    }
  }

  // ------------------------------------------------------------------ the request

  /** Writes the body as fast as the script reads it. One that does not read is left alone: it may well answer. */
  async #feed(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const iterator = pieces[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await this.#patience.suspend(iterator.next());
        if (done === true) break;
        if (!(await this.#process.write(value))) return;
        this.#patience.heard();
      }
      await this.#process.endInput();
    } catch (error) {
      this.#bodyError = error;
      this.#process.end();
    }
  }

  /**
   * A client that has half-closed may wait for its answer (RFC 9112 9.6), or be gone: to write something is the only way to
   * know, and before the answer there is but one thing that may be written (RFC 9110 15.2).
   */
  #probe(): void {
    const { request } = this.#handler;
    if (!request.hasPeerEnded || request.wfile.hasBegun) return;
    request.wfile.beginHead("HTTP/1.1", 102, "Processing");
    request.wfile.endHead("");
  }

  async #logErrors(): Promise<void> {
    const lines = new ErrorLines(this.#log);
    for (;;) {
      const piece = await this.#process.errors.read();
      if (piece === null) break;
      lines.push(piece);
    }
    lines.end();
  }

  // ------------------------------------------------------------------ the answer

  /** The next piece of output; null where there is none. */
  async #read(): Promise<Uint8Array | null> {
    const piece = await this.#process.output.read();
    this.#patience.heard();
    return piece;
  }

  /** Answers by a head that is read here, and the output behind it. */
  async #answer(): Promise<string | null> {
    const reader = new ScriptHeadReader();
    const head = await this.#readHead(reader);
    if (head === undefined) {
      await this.#untilExit();
      return this.#fail("it has ended without a whole response head");
    }
    if ("fault" in head) return this.#fail(head.fault);
    if (head.localRedirect === null) this.#sendHead(head);
    const isWhole = await this.#copy(reader.rest, head);
    if (!isWhole) return this.#fail("it was ended before its output was complete");
    return head.localRedirect;
  }

  async #readHead(reader: ScriptHeadReader): Promise<ScriptHead | BadScriptHead | undefined> {
    for (;;) {
      const piece = await this.#read();
      if (piece === null) return undefined;
      const head = reader.push(piece);
      if (head !== undefined) return head;
    }
  }

  #sendHead({ status, reason, fields }: ScriptHead): void {
    const handler = this.#handler;
    handler.send_response(status, reason);
    for (const [name, value] of fields) {
      if (!handler.saysItself(name.toLowerCase())) handler.send_header(name, value);
    }
    handler.end_headers();
  }

  /** Copies the output, a piece when the client has taken the one before; whether it came to its end. */
  async #copy(first: Uint8Array, head: ScriptHead): Promise<boolean> {
    const { command, wfile } = this.#handler;
    const hasBody = command !== "HEAD" && !isBodiless(head.status) && head.localRedirect === null;
    let left = hasBody ? (head.contentLength ?? Number.POSITIVE_INFINITY) : 0;
    let surplus = 0;
    for (let piece: Uint8Array | null = first; piece !== null; piece = await this.#read()) {
      const part = piece.length > left ? piece.subarray(0, left) : piece;
      left -= part.length;
      surplus += piece.length - part.length;
      if (part.length === 0) continue;
      wfile.write(part);
      await this.#patience.suspend(wfile.flush());
    }
    if (hasBody && surplus > 0) this.#log(`it wrote ${surplus} bytes more than its Content-Length says`);
    return await this.#untilExit();
  }

  /** Sends what the script writes as it is: it answers by itself (RFC 3875 5), and the connection ends with it. */
  async #passThrough(): Promise<null> {
    const handler = this.#handler;
    handler.close_connection = true;
    let isBegun = false;
    for (let piece = await this.#read(); piece !== null; piece = await this.#read()) {
      if (!isBegun) handler.log_request("-");
      isBegun = true;
      handler.wfile.write(piece);
      await this.#patience.suspend(handler.wfile.flush());
    }
    const isWhole = await this.#untilExit();
    return isWhole && isBegun ? null : this.#fail(isWhole ? "it wrote nothing" : "it was ended early");
  }

  // ------------------------------------------------------------------ the end

  /** Waits for the script to end; whether it did so by itself, whatever its exit status. */
  async #untilExit(): Promise<boolean> {
    let isLate = false;
    const cancel = after(EXIT_SECONDS, () => {
      isLate = true;
      this.#process.end();
    });
    await this.#process.exited;
    cancel();
    await this.#errorsLogged;
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null && exitCode !== 0) this.#log(`exit status ${exitCode}`);
    const wasEnded =
      this.#patience.expired !== null || this.#bodyError !== null || this.#handler.wfile.closed;
    if (wasEnded) return false;
    if (signalCode === null || isLate) return true;
    this.#log(`it was ended by ${signalCode}`);
    return false;
  }

  /** Answers for a script that has not: with an error as long as nothing has left, else by breaking off. */
  #fail(fault: string): null {
    const handler = this.#handler;
    const { wfile } = handler.request;
    if (wfile.closed) return null;
    if (this.#bodyError !== null) throw this.#bodyError;
    const { expired } = this.#patience;
    const seconds = expired === "total" ? handler.cgiTotalTimeout : handler.cgiTimeout;
    const timeout = expired === "total" ? `it took more than ${seconds} s` : `it was silent for ${seconds} s`;
    this.#log(expired === null ? fault : timeout);
    if (wfile.canRestart) {
      handler.request.watch(handler.send_error(expired === null ? 502 : 504));
    } else {
      wfile.abandon();
      handler.close_connection = true;
    }
    return null;
  }
}
