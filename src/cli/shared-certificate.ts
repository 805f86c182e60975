/**
 * A certificate that was made for this time, for all event loops: each of them runs the command again, and would make
 * another one. Its files are gone by then; the process that was started keeps them open, and the loops find them there.
 */

import { openSync } from "node:fs";
import type { CertificateFiles } from "../transport/certificate.ts";

/** Where the certificate and its key are to be found, for loops. */
const VARIABLE = "BASEHTTP_LOOP_CERTIFICATE";

/** Keeps the files of a certificate open for the loops, for as long as this process lives. Linux alone has loops. */
export function shareCertificate({ certfile, keyfile }: { certfile: string; keyfile: string }): void {
  const paths = [certfile, keyfile].map((file) => `/proc/${process.pid}/fd/${openSync(file, "r")}`);
  process.env[VARIABLE] = paths.join(" ");
}

/** The certificate that the process which has started this loop keeps; null where this is no loop, or it keeps none. */
export function sharedCertificate(): CertificateFiles | null {
  const [certfile, keyfile] = process.env[VARIABLE]?.split(" ") ?? [];
  if (certfile === undefined || keyfile === undefined) return null;
  return { certfile, keyfile, password: null };
}
