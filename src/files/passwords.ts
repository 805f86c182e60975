/**
 * Who may come in: users and their passwords, as they are or as hashes. Knows nothing of HTTP.
 *
 * What is compared is compared in constant time, and a name that nobody has costs as much as a wrong password. A hash
 * is dear to verify, on purpose: that happens off the event loop, a few at a time, and not again for some minutes
 * after it has gone well.
 */

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { RecentMap } from "./recent-map.ts";

/** Hashes that are verified at the same time: each holds a thread, and as much memory as its maker chose. */
const MAX_AT_ONCE = 2;

/**
 * Those that wait for that. A flood of guesses would else keep everybody out for long after it is over: guesses of
 * clients that have hung up are verified too.
 */
const MAX_WAITING = 64;

/** For how long what was right counts as right without being verified again. */
const KNOWN_GOOD_MS = 5 * 60 * 1000;
const MAX_KNOWN_GOOD = 1024;

/** The hashes that can be verified: argon2 in its string form, and bcrypt with `$2y$` (`htpasswd -B`), too. */
const ARGON2 = /^\$argon2(?:id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{16,}$/;
const BCRYPT = /^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/** Of this process alone: what is kept in memory is of no use to who reads it. */
const KEY = randomBytes(32);

/** Users and their passwords, for {@link SimpleHTTPRequestHandler.auth}. */
export class Passwords {
  readonly #digests: readonly Buffer[];
  readonly #hashes: ReadonlyMap<string, string>;
  /** Until when credentials are known to be good, by their digest. */
  readonly #knownGood = new RecentMap<number>(MAX_KNOWN_GOOD);
  /** What is being verified, so that a browser's six connections cost one verification. */
  readonly #pending = new Map<string, Promise<boolean>>();

  private constructor(digests: readonly Buffer[], hashes: ReadonlyMap<string, string>) {
    this.#digests = digests;
    this.#hashes = hashes;
  }

  /**
   * One user, and the password as it is.
   *
   * @param userAndPassword `user:password`; the password may hold more colons.
   * @throws TypeError where there is no colon, or nothing on one side of it.
   */
  static of(userAndPassword: string): Passwords {
    const colon = userAndPassword.indexOf(":");
    // What is wrong is not quoted: it may be a password.
    if (colon < 1 || colon === userAndPassword.length - 1) {
      throw new TypeError("Expected USER:PASSWORD, neither of them empty");
    }
    const user = userAndPassword.slice(0, colon);
    return new Passwords([digestOf(user, userAndPassword.slice(colon + 1))], new Map());
  }

  /**
   * Users and hashes as a file has them: lines of `user:hash`, where the hash is of argon2 or bcrypt, as
   * `Bun.password.hash()` and `htpasswd -B` make them. Empty lines and those that begin with `#` say nothing.
   *
   * @throws TypeError for a line that is none of these, with its number.
   */
  static parse(text: string): Passwords {
    const hashes = new Map<string, string>();
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (line.trim() === "" || line.startsWith("#")) continue;
      const [name = "", hash = ""] = line.trimEnd().split(":");
      const user = name.normalize("NFC");
      if (user === "" || hash === "") throw new TypeError(`Line ${index + 1} is not USER:HASH`);
      if (!ARGON2.test(hash) && !BCRYPT.test(hash)) {
        throw new TypeError(`Line ${index + 1} has no hash of argon2 or bcrypt (htpasswd -B makes one)`);
      }
      if (hashes.has(user)) throw new TypeError(`Line ${index + 1} has a user that is there already`);
      hashes.set(user, hash);
    }
    if (hashes.size === 0) throw new TypeError("There are no users in it");
    return new Passwords([], hashes);
  }

  /** These users and those of `other`. */
  and(other: Passwords): Passwords {
    return new Passwords([...this.#digests, ...other.#digests], new Map([...this.#hashes, ...other.#hashes]));
  }

  /**
   * Whether the user has that password: at once where that is known, else when the hash has been verified; null where
   * that cannot be told, because too many wait for their verification already.
   */
  check(user: string, password: string): boolean | null | Promise<boolean> {
    const digest = digestOf(user, password);
    let isGood = false;
    for (const known of this.#digests) if (timingSafeEqual(known, digest)) isGood = true;
    if (isGood || this.#hashes.size === 0) return isGood;
    const key = digest.toString("base64");
    const goodUntil = this.#knownGood.get(key);
    if (goodUntil !== undefined && performance.now() < goodUntil) return true;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    if (waiting.length >= MAX_WAITING) return null;
    return this.#verify(key, user.normalize("NFC"), password.normalize("NFC"));
  }

  #verify(key: string, user: string, password: string): Promise<boolean> {
    const hash = this.#hashes.get(user);
    // Somebody else's, whose answer does not count.
    const costly = hash ?? this.#hashes.values().next().value ?? "";
    const verified = verifyHash(password, costly).then((isGood) => {
      this.#pending.delete(key);
      if (!isGood || hash === undefined) return false;
      this.#knownGood.set(key, performance.now() + KNOWN_GOOD_MS);
      return true;
    });
    this.#pending.set(key, verified);
    return verified;
  }
}

/** A user's name has no colon: no two pairs have the same text. */
function digestOf(user: string, password: string): Buffer {
  return createHmac("sha256", KEY)
    .update(`${user.normalize("NFC")}:${password.normalize("NFC")}`)
    .digest();
}

let verifying = 0;
const waiting: (() => void)[] = [];

/** Whether `password` is what `hash` was made of. It waits for its turn; a hash that is none was made of nothing. */
async function verifyHash(password: string, hash: string): Promise<boolean> {
  if (verifying >= MAX_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else verifying++;
  try {
    return await Bun.password.verify(password, hash);
  } catch {
    return false;
  } finally {
    const next = waiting.shift();
    if (next === undefined) verifying--;
    else next();
  }
}

/** Those of texts, the same each time, so that what they remember outlives a connection. */
const ofTexts = new Map<string, Passwords>();
const MAX_TEXTS = 64;

/** @throws TypeError as {@link Passwords.of} does. */
export function passwordsOf(auth: string | Passwords): Passwords {
  if (typeof auth !== "string") return auth;
  let passwords = ofTexts.get(auth);
  if (passwords === undefined) {
    passwords = Passwords.of(auth);
    if (ofTexts.size >= MAX_TEXTS) ofTexts.clear();
    ofTexts.set(auth, passwords);
  }
  return passwords;
}
