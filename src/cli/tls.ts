/** What the command line says of TLS, as the arguments of an `HTTPSServer`. */

import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { inspect } from "node:util";
import type { CertificateArgument, CertificateFiles } from "../transport/certificate.ts";
import type { Settings } from "./options.ts";
import { makeCertificate, namesFor } from "./self-signed.ts";
import { shareCertificate, sharedCertificate } from "./shared-certificate.ts";
import { type SourceOf, UsageError } from "./values.ts";

/** Which option gives which argument. */
export const OPTION_OF: Readonly<Record<CertificateArgument, string>> = {
  certfile: "tls-cert",
  keyfile: "tls-key",
  password: "tls-password-file",
};

/** A certificate to serve with. */
export interface Tls extends CertificateFiles {
  /** SHA-256 of a certificate that was made for this time; undefined for one that was given. */
  readonly fingerprint?: string;
  /** To be called when the server has read the files. */
  dispose(): void;
}

/**
 * The certificate that was asked for; null where none was.
 *
 * @throws UsageError for options that are of no use without others, or with them, and for passwords that cannot be read.
 * @throws SelfSignedError where a certificate cannot be made.
 */
export function tlsOf(settings: Readonly<Settings>, sourceOf: SourceOf): Tls | null {
  const { tlsCert, tlsKey, tlsPasswordFile, tlsSelfSigned } = settings;
  if (tlsCert === undefined) {
    const lonely = tlsKey !== undefined ? "tls-key" : "tls-password-file";
    if (tlsKey !== undefined || tlsPasswordFile !== undefined) {
      throw new UsageError(`${sourceOf(lonely)}: it needs --tls-cert`);
    }
    return tlsSelfSigned ? selfSigned(settings) : null;
  }
  if (tlsSelfSigned) throw new UsageError(`${sourceOf("tls-self-signed")}: not allowed with --tls-cert`);
  const source = sourceOf("tls-password-file");
  const password = tlsPasswordFile === undefined ? null : readPassword(tlsPasswordFile, source);
  return { certfile: tlsCert, keyfile: tlsKey ?? null, password, dispose() {} };
}

function selfSigned({ bind, workers }: Readonly<Settings>): Tls {
  const shared = sharedCertificate();
  if (shared !== null) return { ...shared, dispose() {} };
  const made = makeCertificate(namesFor(bind, networkInterfaces()));
  if (workers !== 1) shareCertificate(made);
  return { ...made, password: null };
}

/** White space around it is not the password's: the line's end, above all. */
function readPassword(path: string, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path)).trim();
  } catch {
    throw new UsageError(`${source}: cannot read ${inspect(path)}`);
  }
}
