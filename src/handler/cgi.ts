/** Runs scripts beside serving files: Python's `CGIHTTPRequestHandler`. */

import { accessSync, constants } from "node:fs";
import { extname } from "node:path";
import { HTTPStatus } from "../protocol/status.ts";
import type { Connection } from "../transport/connection.ts";
import { RequestBodyError } from "../transport/rfile.ts";
import { inheritFromClass } from "./attributes.ts";
import type { ClientAddress, HandlerServer } from "./base.ts";
import {
  CGI_ATTRIBUTE_NAMES,
  CGI_OPTION_NAMES,
  type CGIAttributes,
  type CGIHTTPRequestHandlerOptions,
} from "./cgi/attributes.ts";
import { type ScriptBody, scriptBody } from "./cgi/request-body.ts";
import { runScript } from "./cgi/run.ts";
import { type CGIInfo, cgiInfo, findScript, type Script, scriptDirectories } from "./cgi/script.ts";
import { takeSlot } from "./cgi/slots.ts";
import { type SendHeadResult, SimpleHTTPRequestHandler } from "./simple.ts";

/** Local redirects in a row: more of them lead nowhere. */
const MAX_REDIRECTS = 10;

const LIMITS = ["cgiTimeout", "cgiTotalTimeout", "maxCgiScripts"] as const;

/** Seconds after which it may be asked again where no more scripts are run at the moment. */
const RETRY_AFTER = 1;

/** The attributes: accessors of the prototype, which {@link inheritFromClass} makes. */
export interface CGIHTTPRequestHandler extends CGIAttributes {}

/**
 * Serves files, and runs the programs in `/cgi-bin` and `/htbin` (RFC 3875) for GET, HEAD and POST.
 *
 * Whoever may write there runs programs on this machine, as the user of the server: see `docs/cgi.md`.
 *
 * Python's name: `http.server.CGIHTTPRequestHandler`, which Python 3.15 has no more. Differs: the answer is what the
 * script says, its `Status` and `Location` included, and not 200 before it has run. The environment is made from nothing.
 * Scripts have time limits, and are ended with all that they have started when their client leaves. They run as the user
 * of the server. There are none on Windows.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what the interface declares is made at the end of the file.
export class CGIHTTPRequestHandler extends SimpleHTTPRequestHandler {
  static override optionNames: readonly string[] = CGI_ATTRIBUTE_NAMES;
  /** Whether there are scripts on this system: on all but Windows. */
  static have_fork: boolean = process.platform !== "win32";
  // What each means is said of the attribute of its name.
  static cgi_directories: readonly string[] = ["/cgi-bin", "/htbin"];
  static env: Readonly<Record<string, string>> = {};
  static cgiTimeout = 60;
  static cgiTotalTimeout = 3600;
  static maxCgiScripts = 16;

  declare have_fork: boolean;
  /**
   * What {@link is_cgi} has found: the directory of scripts, and the path behind it, decoded.
   *
   * Differs: without the query.
   */
  cgi_info: CGIInfo = ["", ""];
  /** How many local redirects have led to what is answered. */
  #redirectCount = 0;
  #isBusy = false;

  /**
   * This class with other defaults, to be given to a server. What is not among `options` stays.
   *
   * @throws TypeError for an option that there is not, and for uploads: what is stored must not be run.
   */
  static override with<HandlerClass extends typeof SimpleHTTPRequestHandler>(
    this: HandlerClass,
    options: CGIHTTPRequestHandlerOptions,
  ): HandlerClass {
    if (options.upload === true) throw noUploads();
    return SimpleHTTPRequestHandler.with.call(this, options) as HandlerClass;
  }

  constructor(
    request: Connection,
    client_address: ClientAddress,
    server: HandlerServer,
    options: CGIHTTPRequestHandlerOptions = {},
  ) {
    super(request, client_address, server, options);
  }

  /**
   * As in the class above.
   *
   * @throws TypeError where there are no scripts on this system, and with {@link upload}.
   * @throws RangeError for a limit that is not a number from 0 on.
   */
  override setup(): void | Promise<void> {
    if (!this.have_fork)
      throw new TypeError("CGIHTTPRequestHandler: there are no CGI scripts on this system");
    if (this.upload) throw noUploads();
    for (const name of LIMITS) {
      if (!(this[name] >= 0)) throw new RangeError(`${name}: ${this[name]} is not a number from 0 on`);
    }
    return super.setup();
  }

  /** Runs the script that the request names; 501 where it names none, as in Python. */
  override do_POST(): void | Promise<void> {
    if (this.is_cgi()) return this.run_cgi().then(() => {});
    this.send_error(HTTPStatus.NOT_IMPLEMENTED, "Can only POST to CGI scripts");
  }

  /**
   * As in the class above; runs the script where the request names one.
   *
   * Differs: what lies in a directory of scripts is not sent as a file by any other path that leads to it: 404.
   */
  override send_head(): SendHeadResult | Promise<SendHeadResult> {
    return this.is_cgi() ? this.run_cgi() : super.send_head();
  }

  /**
   * Whether {@link path} leads into one of {@link cgi_directories}; if so, {@link cgi_info} is set.
   *
   * Differs: too many `..` lead to the root, as in other paths; Python raises IndexError. A decoded `/` divides nothing.
   */
  is_cgi(): boolean {
    const info = cgiInfo(this.path, this.cgi_directories);
    if (info === undefined) return false;
    this.cgi_info = info;
    return true;
  }

  /** Whether the file may be executed by the server's user. */
  is_executable(path: string): boolean {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Whether a path ends in `.py` or `.pyw`. Differs: nothing depends on it. A script is what can be executed by itself, and
   * its first line says by what.
   */
  is_python(path: string): boolean {
    return [".py", ".pyw"].includes(extname(path).toLowerCase());
  }

  /** Runs the script of {@link cgi_info}, and answers by what it says. */
  async run_cgi(): Promise<null> {
    const found = findScript(this, this.cgi_info);
    if ("status" in found) {
      const { status, message, explain } = found;
      this.request.watch(this.send_error(status, message, explain));
      return null;
    }
    const location = await this.#runInSlot(found);
    if (location !== null) await this.#redirect(location);
    return null;
  }

  /** What lies in a directory of scripts is nothing to be shown, whatever it is called and by whatever link. */
  override withheldDirectories(): readonly string[] {
    return scriptDirectories(this, this.cgi_directories);
  }

  /** Says when to ask again where there was no room for one more script. */
  override send_response(code: number | HTTPStatus, message?: string | null): void {
    super.send_response(code, message);
    if (this.#isBusy && Number(code) === 503) this.send_header("Retry-After", RETRY_AFTER);
    this.#isBusy = false;
  }

  /** Runs a script if there is room for it; gives the path that is to answer in its place, if there is one. */
  async #runInSlot(script: Script): Promise<string | null> {
    using slot = takeSlot(this.maxCgiScripts);
    if (slot === null) {
      this.#isBusy = true;
      this.send_error(HTTPStatus.SERVICE_UNAVAILABLE);
      return null;
    }
    let collected: ScriptBody | null;
    try {
      // Who was led on to a script was not meant to send it something.
      collected =
        this.#redirectCount > 0
          ? null
          : await scriptBody(this.request.head, this.rfile, this.cgiTotalTimeout);
    } catch (error) {
      if (error instanceof RequestBodyError || this.wfile.closed) throw error;
      // The disk is full, or there are no descriptors left.
      this.log_message("CGI script %s: no room for the body of its request", script.name);
      this.send_error(HTTPStatus.SERVICE_UNAVAILABLE);
      return null;
    }
    await using body = collected;
    return await runScript(this, script, body);
  }

  /** Answers with another path of this server's, as if it had been asked for by GET (RFC 3875 6.2.2). */
  async #redirect(location: string): Promise<void> {
    if (this.#redirectCount >= MAX_REDIRECTS) {
      this.log_message("CGI script: more than %d local redirects, the last to %s", MAX_REDIRECTS, location);
      this.send_error(HTTPStatus.BAD_GATEWAY);
      return;
    }
    this.path = location.replace(/^\/+/, "/");
    this.#redirectCount++;
    try {
      if (this.command !== "HEAD") this.command = "GET";
      // Who may ask a script may not be one who may ask for what it names.
      if (!(await this.admitRequest())) return;
      await (this.command === "HEAD" ? this.do_HEAD() : this.do_GET());
    } finally {
      this.#redirectCount--;
    }
  }
}

inheritFromClass(CGIHTTPRequestHandler, ["have_fork", ...CGI_OPTION_NAMES]);

function noUploads(): TypeError {
  return new TypeError("CGIHTTPRequestHandler: upload cannot be on, for what is stored must not be run");
}
