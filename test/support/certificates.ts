/** Certificates for tests, made by openssl while they run: none that somebody could take for a real one is kept. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface CertificatePaths {
  readonly certfile: string;
  readonly keyfile: string;
}

let folder: string | undefined;
let count = 0;
let shared: CertificatePaths | undefined;

/** A folder of this process's certificates. */
function certificateFolder(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), "basehttp-certificates-"));
    process.on("exit", () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}

/** Runs openssl, which the tests' `describeWith()` has found. */
export function openssl(...args: readonly string[]): string {
  const run = Bun.spawnSync(["openssl", ...args], { stdin: "ignore" });
  if (!run.success) throw new Error(`openssl ${args[0]} failed: ${run.stderr.toString()}`);
  return run.stdout.toString();
}

/** The path of a new file in the folder. */
export function certificateFile(contents: string): string {
  const path = join(certificateFolder(), `${++count}.pem`);
  writeFileSync(path, contents);
  return path;
}

/** A certificate that has signed itself, for `localhost` and the loopback addresses. */
export function makeCertificate(commonName = "localhost"): CertificatePaths {
  const [keyfile, certfile] = [certificateFile(""), certificateFile("")];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyfile];
  const names = ["-subj", `/CN=${commonName}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"];
  openssl("req", "-x509", ...key, "-out", certfile, "-days", "2", ...names);
  return { certfile, keyfile };
}

/** One for all tests that do not care which. */
export function someCertificate(): CertificatePaths {
  shared ??= makeCertificate();
  return shared;
}
