/** Certificates for tests, made by openssl while they run: none that somebody could take for a real one is kept. */

import { afterAll } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith } from "./programs.ts";

export interface CertificatePaths {
  readonly certfile: string;
  readonly keyfile: string;
}

let folder: string | undefined;
let count = 0;
let shared: CertificatePaths | undefined;

/** `describe()` for tests that make certificates, where there is openssl: afterwards these are gone. */
export function describeWithCertificates(title: string, tests: () => void): void {
  describeWith(["openssl"], title, () => {
    afterAll(removeCertificates);
    tests();
  });
}

export function removeCertificates(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
  shared = undefined;
}

function certificateFolder(): string {
  folder ??= mkdtempSync(join(tmpdir(), "basehttp-certificates-"));
  return folder;
}

/** Runs openssl. */
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
