/** A certificate for servers of the bench: the same kind for all, made when one starts and gone when it ends. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the names of apps begin with that are served over TLS. */
const TLS_PREFIX = "tls-";

export interface CertificateFiles {
  readonly certfile: string;
  readonly keyfile: string;
}

/** An app's name, and the certificate that it is to be served with. */
export function readAppName(name: string): { app: string; certificate?: CertificateFiles } {
  if (!name.startsWith(TLS_PREFIX)) return { app: name };
  return { app: name.slice(TLS_PREFIX.length), certificate: makeCertificate() };
}

/** What `Bun.serve` takes as its `tls`. */
export function bunTls({ certfile, keyfile }: CertificateFiles): Bun.TLSOptions {
  return { cert: Bun.file(certfile), key: Bun.file(keyfile) };
}

function makeCertificate(): CertificateFiles {
  const folder = mkdtempSync(join(tmpdir(), "basehttp-certificate-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const [certfile, keyfile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const made = Bun.spawnSync(
    ["openssl", "req", "-x509", ...curve, "-keyout", keyfile, "-out", certfile, "-subj", "/CN=localhost"],
    { stdin: "ignore" },
  );
  if (!made.success) throw new Error(`openssl failed: ${made.stderr}`);
  return { certfile, keyfile };
}
