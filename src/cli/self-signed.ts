/** A certificate for this time, which signs itself, made by the `openssl` command: `--tls-self-signed`. */

import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { hostname, type NetworkInterfaceInfo, tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";

/** A certificate in files that are there until `dispose()`. */
export interface SelfSigned {
  readonly certfile: string;
  readonly keyfile: string;
  /** SHA-256 of the certificate. */
  readonly fingerprint: string;
  dispose(): void;
}

/** It cannot be made. The message says why, and what to do instead. */
export class SelfSignedError extends Error {
  override readonly name = "SelfSignedError";
}

const DAYS = 7;
const CURVE = "prime256v1";
const MOST_SECONDS = 30;
const MOST_ADDRESSES = 50;

/** Nothing that openssl's file of settings would take for more than a name. */
const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?$/;

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * What a server that is bound to `bind` may be called by clients: names and addresses, this machine's own first. All
 * addresses of the machine where it is bound to all.
 */
export function namesFor(bind: string, interfaces: Interfaces, machine: string = hostname()): string[] {
  const isBoundToAll = bind === "" || bind === "::" || bind === "0.0.0.0";
  const outside = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, internal }) => !internal && !/^(?:fe80:|169\.254\.)/i.test(address))
    .map(({ address }) => address)
    .slice(0, MOST_ADDRESSES);
  const names = ["localhost", "127.0.0.1", "::1", machine, ...(isBoundToAll ? outside : [bind])];
  return [...new Set(names)].filter((name) => isIP(name) !== 0 || HOST_NAME.test(name));
}

/**
 * Makes a certificate for `names`, and its key, in files that nobody else can read and that are gone after `dispose()`.
 *
 * @throws SelfSignedError where openssl is missing, or fails, or there is no place for the files.
 */
export function makeCertificate(names: readonly string[]): SelfSigned {
  const folder = makeFolder();
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const [keyfile, certfile, settings] = ["key.pem", "cert.pem", "settings"].map((name) =>
      join(folder, name),
    );
    writeFileSync(settings!, settingsFor(names));
    openssl("ecparam", "-name", CURVE, "-genkey", "-noout", "-out", keyfile!);
    const made = ["-config", settings!, "-sha256", "-days", String(DAYS), "-out", certfile!];
    openssl("req", "-new", "-x509", "-key", keyfile!, ...made);
    const fingerprint = new X509Certificate(readFileSync(certfile!)).fingerprint256;
    return { certfile: certfile!, keyfile: keyfile!, fingerprint, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Readable by its owner alone (mkdtemp), so that what is in it is, too. */
function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "basehttp-"));
  } catch {
    throw new SelfSignedError(`cannot write to ${inspect(tmpdir())}, the directory for temporary files`);
  }
}

function settingsFor(names: readonly string[]): string {
  const alternatives = names.map((name) => `${isIP(name) === 0 ? "DNS" : "IP"}:${name}`);
  return [
    ...["[req]", "prompt = no", "distinguished_name = name", "x509_extensions = extensions"],
    ...["[name]", "CN = localhost"],
    ...["[extensions]", `subjectAltName = ${alternatives.join(",")}`],
    ...["basicConstraints = critical,CA:FALSE", "keyUsage = critical,digitalSignature"],
    ...["extendedKeyUsage = serverAuth", ""],
  ].join("\n");
}

function openssl(...args: readonly string[]): void {
  if (Bun.which("openssl") === null) {
    throw new SelfSignedError(
      "the program openssl is not installed; install it, or give a certificate by --tls-cert",
    );
  }
  const run = Bun.spawnSync(["openssl", ...args], { stdin: "ignore", timeout: MOST_SECONDS * 1000 });
  if (run.success) return;
  const lines = run.stderr.toString().trim().split("\n");
  throw new SelfSignedError(`openssl ${args[0]} failed: ${lines.at(-1) || "it says nothing"}`);
}
