/** From settings to a running server, and from a signal to its end. */

import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { availableParallelism, constants, networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { isatty } from "node:tty";
import { inspect } from "node:util";
import { Passwords } from "../files/passwords.ts";
import { CGIHTTPRequestHandler } from "../handler/cgi.ts";
import { wantsColour } from "../handler/colour.ts";
import { SimpleHTTPRequestHandler } from "../handler/simple.ts";
import type { HTTPServer } from "../server/http-server.ts";
import { HTTPSServer } from "../server/https-server.ts";
import { LoopError } from "../server/supervisor.ts";
import { ThreadingHTTPServer, ThreadingHTTPSServer } from "../server/threading.ts";
import type { Scheme } from "../server/url.ts";
import { CertificateError } from "../transport/certificate.ts";
import { ListenError } from "../transport/listen-address.ts";
import { isLoopback } from "./addresses.ts";
import { banner } from "./banner.ts";
import { openInBrowser } from "./browser.ts";
import { checkCgi, QuietCGIHandler, warnOfCgi } from "./cgi.ts";
import { complain, say, warn } from "./console.ts";
import type { Settings } from "./options.ts";
import { networkUrl, qrCode } from "./qr.ts";
import { SelfSignedError } from "./self-signed.ts";
import { type StopSignal, StopSignals } from "./signals.ts";
import { OPTION_OF, type Tls, tlsOf } from "./tls.ts";
import { type SourceOf, UsageError } from "./values.ts";

export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;

const STDOUT = 1;

type Server = ThreadingHTTPServer | ThreadingHTTPSServer;

/**
 * Serves until a signal ends it; the exit status, which is 0 after an orderly end.
 *
 * @param sourceOf how messages call an option: by argument or by variable.
 */
export async function serve(settings: Readonly<Settings>, sourceOf: SourceOf): Promise<number> {
  let server: Server;
  let tls: Tls | null = null;
  try {
    const Handler = handlerClass(settings, sourceOf);
    tls = tlsOf(settings, sourceOf);
    server = listen(settings, Handler, tls);
  } catch (error) {
    return explain(error, sourceOf);
  } finally {
    tls?.dispose();
  }
  if (server.loop === null) return await serveAndSay(server, settings, tls, sourceOf);
  // What there is to say, the process has said that was started. It has the certificate renewed as well, in all loops:
  // those to whom SIGHUP was sent beside it must not end by that.
  if (settings.tlsCert !== undefined) process.on("SIGHUP", () => {});
  await server.serve_forever();
  return EXIT_OK;
}

async function serveAndSay(
  server: Server,
  settings: Readonly<Settings>,
  tls: Tls | null,
  sourceOf: SourceOf,
): Promise<number> {
  // Before the banner: whoever waits for it may send a signal at once.
  stopOnSignals(server);
  if (server instanceof HTTPSServer && tls?.fingerprint === undefined) renewOnSignal(server, sourceOf);
  try {
    const serving = server.serve_forever();
    const isListening = await Promise.race([server.listening().then(() => true), serving.then(() => false)]);
    if (isListening) await present(server, settings, tls);
    await serving;
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof LoopError)) throw error;
    complain(error.message);
    return EXIT_FAILURE;
  }
}

/**
 * Says in one line why nothing is served; the exit status for that.
 *
 * @throws what it has no words for.
 */
function explain(error: unknown, sourceOf: SourceOf): number {
  const isKnown =
    error instanceof UsageError ||
    error instanceof ListenError ||
    error instanceof CertificateError ||
    error instanceof SelfSignedError;
  if (!isKnown) throw error;
  complain(messageOf(error, sourceOf));
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
}

/** An error's message, with the option in it that was to blame. */
function messageOf(error: Error, sourceOf: SourceOf): string {
  if (error instanceof CertificateError) return `${sourceOf(OPTION_OF[error.argument])}: ${error.reason}`;
  if (error instanceof SelfSignedError) return `${sourceOf("tls-self-signed")}: ${error.message}`;
  return error.message;
}

function schemeOf(server: HTTPServer): Scheme {
  return server instanceof HTTPSServer ? "https" : "http";
}

/** Says where it is served, and shows what was asked for besides. */
async function present(server: Server, settings: Readonly<Settings>, tls: Tls | null): Promise<void> {
  const isColoured = wantsColour(process.env, isatty(STDOUT));
  say(banner(server.server_name, server.server_port, isColoured, schemeOf(server)));
  if (tls?.fingerprint !== undefined) say(`The certificate's SHA-256 fingerprint: ${tls.fingerprint}\n`);
  const hasPassword = settings.auth !== undefined || settings.authFile !== undefined;
  if (hasPassword && schemeOf(server) === "http" && !isLoopback(server.server_name)) {
    warn("Passwords cross the network as they are: serve HTTPS (--tls-cert), or bind to 127.0.0.1");
  }
  if (settings.upload && !hasPassword && !isLoopback(server.server_name)) {
    warn(
      "Everybody on the network can store files here: ask for a password with --auth, or bind to 127.0.0.1",
    );
  }
  if (settings.cgi) warnOfCgi();
  if (settings.open) openInBrowser(server.url.href);
  if (settings.qr) await showCode(server);
}

async function showCode(server: HTTPServer): Promise<void> {
  const url = networkUrl(server.server_name, server.server_port, networkInterfaces(), schemeOf(server));
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

/** @throws ListenError, or CertificateError. */
function listen(
  { bind, port, workers }: Readonly<Settings>,
  Handler: typeof SimpleHTTPRequestHandler,
  tls: Tls | null,
): Server {
  const options = { workers: workers === 0 ? availableParallelism() : workers };
  if (tls === null) return new ThreadingHTTPServer([bind, port], Handler, options);
  const { certfile, keyfile, password } = tls;
  return new ThreadingHTTPSServer([bind, port], Handler, { certfile, keyfile, password, ...options });
}

/** @throws UsageError where the directory or what is to be in it is not there, or the passwords cannot be read. */
function handlerClass(settings: Readonly<Settings>, sourceOf: SourceOf): typeof SimpleHTTPRequestHandler {
  const { authRealm, contentType, headers, notFoundPage, protocol } = settings;
  const { cache, cleanUrls, cors, dotfiles, followSymlinks, isolate, listing, spa } = settings;
  const { compress, etag, maxUploadBytes, precompressed, sendfile, upload, uploadOverwrite } = settings;
  const directory = resolveDirectory(settings.directory, sourceOf("directory"));
  if (settings.cgi) checkCgi(settings, directory, sourceOf);
  const Handler = baseClass(settings).with({
    directory,
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

function baseClass({ cgi, quiet }: Readonly<Settings>): typeof SimpleHTTPRequestHandler {
  if (cgi) return quiet ? QuietCGIHandler : CGIHTTPRequestHandler;
  return quiet ? QuietHandler : SimpleHTTPRequestHandler;
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

/**
 * SIGHUP has the certificate read again, as those who renew certificates send it to servers. It also tells of the end of
 * the terminal that the command was started from: that ends it, as it always does.
 */
function renewOnSignal(server: HTTPSServer, sourceOf: SourceOf): void {
  const hadTerminal = hasTerminal();
  process.on("SIGHUP", () => {
    if (hadTerminal && !hasTerminal()) {
      void server.shutdown();
      return;
    }
    server.reload_certificate().then(
      () => say("The certificate was renewed.\n"),
      (error: unknown) => warn(`The certificate stays as it is: ${messageOf(error as Error, sourceOf)}`),
    );
  });
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
