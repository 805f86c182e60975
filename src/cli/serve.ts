/** From settings to a running server, and from a signal to its end. */

import { statSync } from "node:fs";
import { constants } from "node:os";
import { resolve } from "node:path";
import { isatty } from "node:tty";
import { inspect } from "node:util";
import { wantsColour } from "../handler/colour.ts";
import { SimpleHTTPRequestHandler } from "../handler/simple.ts";
import { HTTPServer } from "../server/http-server.ts";
import { ListenError } from "../transport/listener.ts";
import { banner } from "./banner.ts";
import { complain, say } from "./console.ts";
import type { Settings } from "./options.ts";
import { type StopSignal, StopSignals } from "./signals.ts";

export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;

const STDOUT = 1;

/** Serves until a signal ends it; the exit status, which is 0 after an orderly end. */
export async function serve(settings: Readonly<Settings>): Promise<number> {
  const directory = resolveDirectory(settings.directory);
  if (directory === undefined) {
    complain(`argument -d/--directory: not a directory: ${inspect(settings.directory)}`);
    return EXIT_USAGE;
  }
  const server = listen(settings, directory);
  if (server === undefined) return EXIT_FAILURE;
  // Before the banner: whoever waits for it may send a signal at once.
  stopOnSignals(server);
  say(banner(server.server_name, server.server_port, wantsColour(process.env, isatty(STDOUT))));
  await server.serve_forever();
  return EXIT_OK;
}

/** The directory's absolute path, so that it stays the same whatever the working directory becomes. */
function resolveDirectory(path: string): string | undefined {
  try {
    const directory = resolve(path);
    return statSync(directory).isDirectory() ? directory : undefined;
  } catch {
    return undefined;
  }
}

function listen(settings: Readonly<Settings>, directory: string): HTTPServer | undefined {
  try {
    return new HTTPServer([settings.bind, settings.port], handlerClass(settings, directory));
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    complain(error.message);
    return undefined;
  }
}

function handlerClass(settings: Readonly<Settings>, directory: string): typeof SimpleHTTPRequestHandler {
  const { contentType, headers, protocol, quiet } = settings;
  const Handler = (quiet ? QuietHandler : SimpleHTTPRequestHandler).with({
    directory,
    extra_response_headers: headers,
    ...(contentType === undefined ? {} : { default_content_type: contentType }),
  });
  Handler.protocol_version = protocol;
  return Handler;
}

/** Keeps requests and the errors they are answered with out of the log; what it has to say otherwise stays. */
class QuietHandler extends SimpleHTTPRequestHandler {
  override log_request(): void {}
  override log_error(): void {}
}

/**
 * The first SIGINT or SIGTERM lets requests in flight finish; the second ends the process at once, with the status
 * that a shell gives a process killed by it. Handlers are needed for the first to work at all where the process is a
 * container's first, since the kernel ignores what such a process does not handle.
 */
function stopOnSignals(server: HTTPServer): void {
  const signals = new StopSignals();
  const onSignal = (signal: StopSignal) => {
    const wanted = signals.receive(signal, performance.now());
    if (wanted === "exit") process.exit(128 + constants.signals[signal]);
    if (wanted === "ignore") return;
    if (signal === "SIGINT") say("\nKeyboard interrupt received, exiting.\n");
    void server.shutdown();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}
