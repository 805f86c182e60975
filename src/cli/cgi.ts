/** `--cgi`: what has to be there for it, and what it does not go together with. */

import { statSync } from "node:fs";
import { inspect } from "node:util";
import { CGIHTTPRequestHandler } from "../handler/cgi.ts";
import { warn } from "./console.ts";
import type { Settings } from "./options.ts";
import { type SourceOf, UsageError } from "./values.ts";

/** Keeps requests and the errors they are answered with out of the log; what scripts have to say stays. */
export class QuietCGIHandler extends CGIHTTPRequestHandler {
  override log_request(): void {}
  override log_error(): void {}
}

/**
 * Looks whether scripts can be run at all.
 *
 * @param directory what is served, as an absolute path.
 * @param sourceOf how messages call an option: by argument or by variable.
 * @throws UsageError where they cannot.
 */
export function checkCgi(settings: Readonly<Settings>, directory: string, sourceOf: SourceOf): void {
  const source = sourceOf("cgi");
  if (!CGIHTTPRequestHandler.have_fork)
    throw new UsageError(`${source}: there are no CGI scripts on Windows`);
  if (settings.upload) {
    throw new UsageError(
      `${source}: not together with ${sourceOf("upload")}: what is stored must not be run`,
    );
  }
  const { cgi_directories } = CGIHTTPRequestHandler;
  if (cgi_directories.some((name) => isDirectory(directory + name))) return;
  const names = cgi_directories.map((name) => name.slice(1)).join(" nor ");
  throw new UsageError(`${source}: there is neither ${names} in ${inspect(directory)}`);
}

/** Says what is dangerous about it, once. */
export function warnOfCgi(): void {
  if (process.geteuid?.() === 0) {
    warn("Scripts run as root, as this server does: whoever gets the better of one has the machine");
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
