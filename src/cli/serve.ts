/** From settings to a running server, and from a signal to its end. */

import { readFileSync, statSync } from "node:fs";
import { constants, networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { isatty } from "node:tty";
import { inspect } from "node:util";
import { Passwords } from "../files/passwords.ts";
import { wantsColour } from "../handler/colour.ts";
import { SimpleHTTPRequestHandler } from "../handler/simple.ts";
import { HTTPServer } from "../server/http-server.ts";
import { ListenError } from "../transport/listener.ts";
import { isLoopback } from "./addresses.ts";
import { banner } from "./banner.ts";
import { openInBrowser } from "./browser.ts";
import { complain, say, warn } from "./console.ts";
import type { Settings } from "./options.ts";
import { networkUrl, qrCode } from "./qr.ts";
import { type StopSignal, StopSignals } from "./signals.ts";
import { UsageError } from "./values.ts";

export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;

const STDOUT = 1;

/** How a message is to call what an option was given by. */
type SourceOf = (long: string) => string;

/**
 * Serves until a signal ends it; the exit status, which is 0 after an orderly end.
 *
 * @param sourceOf how messages call an option: by argument or by variable.
 */
export async function serve(settings: Readonly<Settings>, sourceOf: SourceOf): Promise<number> {
  let Handler: typeof SimpleHTTPRequestHandler;
  try {
    Handler = handlerClass(settings, sourceOf);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(error.message);
    return EXIT_USAGE;
  }
  const server = listen(settings, Handler);
  if (server === undefined) return EXIT_FAILURE;
  // Before the banner: whoever waits for it may send a signal at once.
  stopOnSignals(server);
  say(banner(server.server_name, server.server_port, wantsColour(process.env, isatty(STDOUT))));
  const serving = server.serve_forever();
  await present(server, settings);
  await serving;
  return EXIT_OK;
}

/** Says and shows what was asked for beside the banner. */
async function present(server: HTTPServer, settings: Readonly<Settings>): Promise<void> {
  const hasPassword = settings.auth !== undefined || settings.authFile !== undefined;
  if (hasPassword && !isLoopback(server.server_name)) {
    warn("Passwords cross the network as they are: put a server with TLS in front, or bind to 127.0.0.1");
  }
  if (settings.upload && !hasPassword && !isLoopback(server.server_name)) {
    warn(
      "Everybody on the network can store files here: ask for a password with --auth, or bind to 127.0.0.1",
    );
  }
  if (settings.open) openInBrowser(server.url.href);
  if (settings.qr) await showCode(server);
}

async function showCode(server: HTTPServer): Promise<void> {
  const url = networkUrl(server.server_name, server.server_port, networkInterfaces());
  if (!isatty(STDOUT)) warn("No QR code: stdout is not a terminal");
  else if (url === undefined) warn(`No QR code: no other device reaches ${server.server_name}`);
  else {
    try {
      say(`${await qrCode(url)}${url}\n`);
    } catch {
      warn("No QR code: the package uqr is not installed");
    }
  }
}

/**
 * The directory's absolute path, so that it stays the same whatever the working directory becomes.
 *
 * @throws UsageError where there is no such directory.
 */
function resolveDirectory(path: string, source: string): string {
  try {
    const directory = resolve(path);
    if (statSync(directory).isDirectory()) return directory;
  } catch {
    // It is said below, in words of our own.
  }
  throw new UsageError(`${source}: not a directory: ${inspect(path)}`);
}

/** @throws UsageError where the file cannot be read, or has lines that are no user's. */
function readPasswords(path: string, source: string): Passwords {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new UsageError(`${source}: cannot read ${inspect(path)}`);
  }
  try {
    return Passwords.parse(text);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`${source}: ${inspect(path)}: ${error.message}`);
  }
}

/** Who may ask: the user of the one option, those of the other, or both. */
function passwordsOf(settings: Readonly<Settings>, sourceOf: SourceOf): Passwords | null {
  const one = settings.auth === undefined ? null : Passwords.of(settings.auth);
  if (settings.authFile === undefined) return one;
  const many = readPasswords(settings.authFile, sourceOf("auth-file"));
  return one === null ? many : one.and(many);
}

function listen(
  settings: Readonly<Settings>,
  Handler: typeof SimpleHTTPRequestHandler,
): HTTPServer | undefined {
  try {
    return new HTTPServer([settings.bind, settings.port], Handler);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    complain(error.message);
    return undefined;
  }
}

/** @throws UsageError where the directory is not there, or the passwords cannot be read. */
function handlerClass(settings: Readonly<Settings>, sourceOf: SourceOf): typeof SimpleHTTPRequestHandler {
  const { authRealm, contentType, headers, notFoundPage, protocol, quiet } = settings;
  const { cache, cleanUrls, cors, dotfiles, followSymlinks, isolate, listing, spa } = settings;
  const { compress, etag, maxUploadBytes, precompressed, sendfile, upload, uploadOverwrite } = settings;
  const Handler = (quiet ? QuietHandler : SimpleHTTPRequestHandler).with({
    directory: resolveDirectory(settings.directory, sourceOf("directory")),
    extra_response_headers: headers,
    ...{ cache, cleanUrls, cors, dotfiles, followSymlinks, isolate, listing, spa },
    ...{ compress, precompressed, sendfile, upload, uploadOverwrite },
    ...(etag === undefined ? {} : { etag }),
    ...(maxUploadBytes === undefined ? {} : { maxUploadBytes }),
    auth: passwordsOf(settings, sourceOf),
    ...(authRealm === undefined ? {} : { authRealm }),
    ...(contentType === undefined ? {} : { default_content_type: contentType }),
    ...(notFoundPage === undefined ? {} : { notFoundPage }),
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
