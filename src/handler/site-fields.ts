/** What a site says in every answer, whatever it is about: who may read it, who may share a process, how long it is good. */

import { isHashedName } from "../files/hashed-name.ts";
import { type Passwords, passwordsOf } from "../files/passwords.ts";
import { basicChallenge, basicCredentials } from "./authentication.ts";
import type { HTTPMessage } from "./http-message.ts";
import {
  allowedOrigin,
  type Cors,
  EXPOSED_FIELDS,
  isForEverybody,
  isPreflight,
  preflightFields,
} from "./preflight.ts";

/** The attributes of a handler that are about all answers. */
export interface SiteAttributes {
  readonly cors: Cors;
  readonly isolate: boolean;
  readonly cache: number | null;
  readonly auth: string | Passwords | null;
  readonly authRealm: string;
  readonly spa: boolean;
}

/** What is needed of a handler to answer for it. */
export interface SiteHandler {
  readonly command: string;
  readonly headers: HTTPMessage;
  allowedMethods(): readonly string[];
  send_header(name: string, value: string): void;
  send_response(code: number): void;
  send_error(code: number): void;
  end_headers(): void;
}

/** A year. */
const IMMUTABLE_SECONDS = 31_536_000;

/** Seconds after which who could not be verified for want of room may ask again. */
const RETRY_AFTER = 5;

const SITE_FIELDS: ReadonlySet<string> = new Set([
  "access-control-allow-origin",
  "access-control-expose-headers",
  "cross-origin-opener-policy",
  "cross-origin-embedder-policy",
  "cross-origin-resource-policy",
]);

/** The fields of one connection's answers. */
export class SiteFields {
  readonly #cors: Cors;
  readonly #isIsolated: boolean;
  readonly #cacheSeconds: number | null;
  readonly #passwords: Passwords | null;
  readonly #challenge: string;
  /** What the next answer says of its keeping; null for nothing. */
  #cacheControl: string | null = null;
  /** Whether the next answer is that nobody has time to verify a password. */
  #isBusy = false;
  /** Whether Accept decided what the next answer is. */
  #variesByAccept = false;
  /** The fields of the request that was let in last by its credentials. */
  #admitted: HTTPMessage | null = null;

  constructor(attributes: SiteAttributes) {
    const { cors, isolate, cache, auth, authRealm } = attributes;
    this.#cors = cors;
    this.#isIsolated = isolate;
    this.#cacheSeconds = cache;
    this.#passwords = auth === null ? null : passwordsOf(auth);
    this.#challenge = basicChallenge(authRealm);
  }

  /** The next answer is about the file at `path`, or a listing where that ends in a slash. */
  noteSubject(path: string): void {
    if (this.#cacheSeconds === null) return;
    const isShared = this.#passwords === null;
    this.#cacheControl = cacheControl(path, this.#cacheSeconds, isShared);
  }

  /** The next answer would be another one if Accept said something else. */
  noteAcceptMatters(): void {
    this.#variesByAccept = true;
  }

  /** Whether answers say something in this field by themselves. */
  has(lowerCaseName: string): boolean {
    if (lowerCaseName === "cache-control") return this.#cacheSeconds !== null;
    return SITE_FIELDS.has(lowerCaseName) && (this.#cors !== false || this.#isIsolated);
  }

  /** Sends what an answer with this status says. */
  send(handler: SiteHandler, status: number): void {
    if (status < 200) return;
    const cacheControlNow = this.#cacheControl;
    this.#cacheControl = null;
    if (this.#variesByAccept) handler.send_header("Vary", "Accept");
    this.#variesByAccept = false;
    if (this.#cors !== false) this.#sendCors(handler, this.#cors);
    if (this.#isIsolated) this.#sendIsolation(handler);
    if (status === 401 && this.#passwords !== null) handler.send_header("WWW-Authenticate", this.#challenge);
    if (this.#isBusy) handler.send_header("Retry-After", String(RETRY_AFTER));
    this.#isBusy = false;
    if (cacheControlNow !== null && (status < 300 || status === 304)) {
      handler.send_header("Cache-Control", cacheControlNow);
    }
  }

  #sendCors(handler: SiteHandler, cors: Cors): void {
    const isSame = isForEverybody(cors);
    const origin = allowedOrigin(cors, isSame ? null : handler.headers.get("Origin"));
    if (origin !== null) {
      handler.send_header("Access-Control-Allow-Origin", origin);
      handler.send_header("Access-Control-Expose-Headers", EXPOSED_FIELDS);
    }
    // Also where the origin is not allowed, or there is none: a cache must not give that answer to one that is.
    if (!isSame) handler.send_header("Vary", "Origin");
  }

  /** With answers that everybody may read, other sites may embed them too; the pages themselves stay isolated. */
  #sendIsolation(handler: SiteHandler): void {
    handler.send_header("Cross-Origin-Opener-Policy", "same-origin");
    handler.send_header("Cross-Origin-Embedder-Policy", "require-corp");
    const readers = isForEverybody(this.#cors) ? "cross-origin" : "same-origin";
    handler.send_header("Cross-Origin-Resource-Policy", readers);
  }

  /**
   * Answers a request that is a preflight, or that does not come from somebody who may ask.
   *
   * @returns whether the request is to go on, at once or when that is known. `false`: it has been answered.
   */
  admit(handler: SiteHandler): boolean | Promise<boolean> {
    if (this.#cors !== false && isPreflight(handler.command, handler.headers)) {
      this.#answerPreflight(handler, this.#cors);
      return false;
    }
    const isWelcome = this.isWelcome(handler);
    if (isWelcome === null) {
      this.#isBusy = true;
      return turnAway(handler, 503);
    }
    if (typeof isWelcome === "boolean") return this.#decide(handler, isWelcome);
    return isWelcome.then((isWelcomeNow) => this.#decide(handler, isWelcomeNow));
  }

  #decide(handler: SiteHandler, isWelcome: boolean): boolean | Promise<boolean> {
    if (!isWelcome) return turnAway(handler, 401);
    if (this.#passwords !== null) this.#admitted = handler.headers;
    return true;
  }

  /** The user whose password came with the present request and was good; null where nobody has looked at it. */
  userOf({ headers }: SiteHandler): string | null {
    if (this.#admitted !== headers) return null;
    return basicCredentials(headers.get_all("Authorization"))?.user ?? null;
  }

  /** Whether the request's credentials are good, if any are asked for; null where nobody has time to tell. */
  isWelcome(handler: SiteHandler): boolean | null | Promise<boolean> {
    if (this.#passwords === null) return true;
    const credentials = basicCredentials(handler.headers.get_all("Authorization"));
    return credentials !== undefined && this.#passwords.check(credentials.user, credentials.password);
  }

  #answerPreflight(handler: SiteHandler, cors: Cors): void {
    const { headers } = handler;
    handler.send_response(204);
    if (allowedOrigin(cors, headers.get("Origin")) !== null) {
      for (const [name, value] of preflightFields(headers, handler.allowedMethods()))
        handler.send_header(name, value);
    }
    handler.end_headers();
  }
}

/** @returns `false`, when the error has been sent. A subclass's `send_error()` may take its time. */
function turnAway(handler: SiteHandler, status: number): boolean | Promise<boolean> {
  const sending: unknown = handler.send_error(status);
  return sending instanceof Promise ? sending.then(() => false) : false;
}

/** The fields of a handler with these attributes; null where it has none to send. */
export function siteFields(attributes: SiteAttributes): SiteFields | null {
  const { cors, isolate, cache, auth, spa } = attributes;
  const hasAny = cors !== false || isolate || cache !== null || auth !== null || spa;
  return hasAny ? new SiteFields(attributes) : null;
}

/**
 * What Cache-Control says of the file at `path`, or of a listing where that ends in a slash. Pages and listings are
 * asked about each time, since it is they that name everything else; what is called by a hash of its content is good
 * for good. With 0 seconds everything is asked about each time.
 *
 * @param isShared whether caches that serve many may keep it.
 */
export function cacheControl(path: string, seconds: number, isShared: boolean): string {
  if (seconds === 0 || path.endsWith("/") || /\.x?html?$/i.test(path)) return "no-cache";
  const who = isShared ? "public" : "private";
  return isHashedName(path)
    ? `${who}, max-age=${IMMUTABLE_SECONDS}, immutable`
    : `${who}, max-age=${seconds}`;
}
