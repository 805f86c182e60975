/** A certificate for servers of the bench: the same kind for all, in files that are gone when they have been read. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the names of apps begin with that are served over TLS. */
const TLS_PREFIX = "tls-";

export interface CertificateFiles {
  readonly certfile: string;
  readonly keyfile: string;
  [Symbol.dispose](): void;
}

/** An app's name, and the certificate that it is to be served with. */
export function readAppName(name: string): { app: string; certificate?: CertificateFiles } {
  if (!name.startsWith(TLS_PREFIX)) return { app: name };
  return { app: name.slice(TLS_PREFIX.length), certificate: makeCertificate() };
}

/** What `Bun.serve` takes as its `tls`. */
export function bunTls(certificate: CertificateFiles): Bun.TLSOptions {
  using files = certificate;
  return { cert: readFileSync(files.certfile), key: readFileSync(files.keyfile) };
}

function makeCertificate(): CertificateFiles {
  const folder = mkdtempSync(join(tmpdir(), "basehttp-certificate-"));
  const [certfile, keyfile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const made = Bun.spawnSync(
    ["openssl", "req", "-x509", ...curve, "-keyout", keyfile, "-out", certfile, "-subj", "/CN=localhost"],
    { stdin: "ignore" },
  );
  if (!made.success) throw new Error(`openssl failed: ${made.stderr}`);
  return { certfile, keyfile, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
