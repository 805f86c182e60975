/**
 * A certificate and its key, read from PEM files and looked at before anything listens: the runtime says less about what
 * is wrong, and says it later.
 */

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { inspect } from "node:util";

/** The password of a key, or what gives it. */
export type KeyPassword = string | Uint8Array | (() => string | Uint8Array);

/** Where a certificate and its key are. */
export interface CertificateFiles {
  /** The server's certificate, and those that lead to a root behind it; the key may be in it, too. */
  readonly certfile: string;
  /** null where the key is in `certfile`. */
  readonly keyfile: string | null;
  /** Called where it is a function and the key is locked. */
  readonly password: KeyPassword | null;
}

/** A certificate with its key, fit to be served. */
export interface Certificate {
  /** The chain, as PEM. */
  readonly cert: string;
  /** The key, unlocked, as PEM. */
  readonly key: string;
}

/** Which argument is to blame. */
export type CertificateArgument = "certfile" | "keyfile" | "password";

/** A certificate or a key that cannot be served. The message says which file, why, and what to do about it. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
  readonly argument: CertificateArgument;
  /** The message without the argument's name. */
  readonly reason: string;
  /** The system's name for what is in the way of reading (`ENOENT`); `EINVAL` for what is in the file. */
  readonly code: string;

  constructor(argument: CertificateArgument, reason: string, cause?: unknown) {
    super(`${argument}: ${reason}`, { cause });
    this.argument = argument;
    this.reason = reason;
    this.code = codeOf(cause) ?? "EINVAL";
  }
}

const CERTIFICATES =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;
const PRIVATE_KEY = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----[\s\S]*?-----END \1-----/;

/** Of both ways in which a key says that it is encrypted: PKCS #8's name, and the field that OpenSSL used before. */
const LOCKED = /^-----BEGIN ENCRYPTED |^Proc-Type: *4, *ENCRYPTED/m;

/**
 * @throws CertificateError where a file cannot be read, or what is in it cannot be served.
 * @throws TypeError for a path that is no string, and a password that is neither string nor bytes.
 */
export function readCertificate(files: CertificateFiles): Certificate {
  const { certfile, keyfile } = files;
  const text = readPem("certfile", certfile);
  const keyText = keyfile === null ? text : readPem("keyfile", keyfile);
  const chain = readChain(certfile, text);
  const key = readKey(files, keyText);
  const keyArgument = keyfile === null ? "certfile" : "keyfile";
  if (!chain[0]!.checkPrivateKey(key)) {
    const belongs = `does not belong to the certificate in ${inspect(certfile)}`;
    throw new CertificateError(
      keyArgument,
      `the key in ${inspect(keyfile ?? certfile)} ${belongs}: both must come from the same request`,
    );
  }
  const certificate = {
    cert: chain.map((link) => link.toString()).join(""),
    key: key.export({ type: "pkcs8", format: "pem" }) as string,
  };
  try {
    createSecureContext(certificate);
  } catch (cause) {
    throw new CertificateError("certfile", `${inspect(certfile)} cannot be served: ${textOf(cause)}`, cause);
  }
  return certificate;
}

function readPem(argument: CertificateArgument, path: unknown): string {
  if (typeof path !== "string") {
    throw new TypeError(
      `${argument}: the path of a file is wanted, not ${path === null ? "null" : typeof path}`,
    );
  }
  let bytes: Buffer;
  try {
    // A pipe would hold up the process until somebody writes to it, and a device may never come to an end.
    const stats = statSync(path);
    if (!stats.isFile() && !stats.isDirectory()) {
      const what = stats.isFIFO() ? "a pipe" : "a device or a socket";
      throw new CertificateError(argument, `${inspect(path)} is ${what}, not a file`);
    }
    bytes = readFileSync(path);
  } catch (cause) {
    if (cause instanceof CertificateError) throw cause;
    throw new CertificateError(argument, `cannot read ${inspect(path)}: ${reasonFor(cause)}`, cause);
  }
  const text = bytes.toString("latin1");
  if (text.trim() === "") {
    throw new CertificateError(
      argument,
      `${inspect(path)} is empty: ${contentOf(argument)} in PEM is wanted`,
    );
  }
  if (text.includes("-----BEGIN ")) return text;
  throw new CertificateError(
    argument,
    `${inspect(path)} is not in PEM (-----BEGIN ...): openssl can convert it, or the wrong file was named`,
  );
}

/** The certificates of a file: the server's own is the first. */
function readChain(path: string, text: string): X509Certificate[] {
  const blocks = text.match(CERTIFICATES) ?? [];
  if (blocks.length === 0) {
    const isSwapped = PRIVATE_KEY.test(text);
    throw new CertificateError(
      "certfile",
      isSwapped
        ? `${inspect(path)} holds a key and no certificate: are certificate and key swapped?`
        : `${inspect(path)} holds no certificate (-----BEGIN CERTIFICATE-----)`,
    );
  }
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new CertificateError(
        "certfile",
        `a certificate in ${inspect(path)} is damaged: copy the file once more, or have it issued anew`,
        cause,
      );
    }
  });
}

function readKey({ certfile, keyfile, password }: CertificateFiles, text: string): KeyObject {
  const argument = keyfile === null ? "certfile" : "keyfile";
  const path = inspect(keyfile ?? certfile);
  const block = PRIVATE_KEY.exec(text)?.[0];
  if (block === undefined) throw new CertificateError(argument, lackingKey(keyfile, path, text));
  const isLocked = LOCKED.test(block);
  if (isLocked && password === null) {
    throw new CertificateError(argument, `the key in ${path} is locked: give its password`);
  }
  const passphrase = isLocked ? passwordOf(password!) : undefined;
  try {
    return createPrivateKey({ key: block, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    throw isLocked
      ? new CertificateError("password", `it does not unlock the key in ${path}, or that is damaged`, cause)
      : new CertificateError(
          argument,
          `the key in ${path} is damaged: copy the file once more, or make a new key and certificate`,
          cause,
        );
  }
}

function lackingKey(keyfile: string | null, path: string, text: string): string {
  if (keyfile === null) return `${path} holds no key: name the key's file, too, or put the key into this one`;
  return text.match(CERTIFICATES) === null
    ? `${path} holds no private key (-----BEGIN PRIVATE KEY-----)`
    : `${path} holds a certificate and no key: are certificate and key swapped?`;
}

function passwordOf(password: KeyPassword): Buffer {
  const given: unknown = typeof password === "function" ? password() : password;
  if (typeof given === "string") return Buffer.from(given);
  if (given instanceof Uint8Array) return Buffer.from(given);
  throw new TypeError(`password: a string or bytes are wanted, not ${typeof given}`);
}

function contentOf(argument: CertificateArgument): string {
  return argument === "certfile" ? "a certificate" : "a private key";
}

function reasonFor(cause: unknown): string {
  switch (codeOf(cause)) {
    case "ENOENT":
      return "there is no such file";
    case "EACCES":
    case "EPERM":
      return "permission denied (the user who runs the server must be able to read it)";
    case "EISDIR":
      return "it is a directory";
    case "ENOTDIR":
      return "a part of the path is not a directory";
    default:
      return codeOf(cause) ?? textOf(cause);
  }
}

function codeOf(cause: unknown): string | undefined {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^E[A-Z]+$/.test(code) ? code : undefined;
}

/** What the library said, in a line. */
function textOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!;
}
