import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CertificateArgument,
  CertificateError,
  type CertificateFiles,
  readCertificate,
} from "../../src/transport/certificate.ts";
import {
  certificateFile,
  describeWithCertificates,
  makeCertificate,
  openssl,
  someCertificate,
} from "../support/certificates.ts";
import { dropPrivileges } from "../support/privileges.ts";

/** What reading them comes to: what is wrong, or that it is all right. */
function outcome(files: Partial<CertificateFiles>): string {
  try {
    const certificate = readCertificate({ certfile: "", keyfile: null, password: null, ...files });
    return Object.keys(certificate).join(" ");
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    expect(error.message).toBe(`${error.argument}: ${error.reason}`);
    expect(error.message).not.toContain("\n");
    return error.message;
  }
}

const textOf = (path: string): string => readFileSync(path, "utf8");

describeWithCertificates("a certificate and its key", () => {
  let certfile = "";
  let keyfile = "";
  let lockedKey = "";
  let folder = "";

  beforeAll(() => {
    ({ certfile, keyfile } = someCertificate());
    lockedKey = certificateFile("");
    openssl("pkcs8", "-topk8", "-in", keyfile, "-out", lockedKey, "-passout", "pass:secret");
    folder = mkdtempSync(join(tmpdir(), "basehttp-certificate-"));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe("are served", () => {
    test("from two files", () => {
      const certificate = readCertificate({ certfile, keyfile, password: null });
      expect(certificate.cert).toBe(textOf(certfile));
      expect(certificate.key).toStartWith("-----BEGIN PRIVATE KEY-----\n");
    });

    test("from one file, in either order, with text between", () => {
      const [cert, key] = [textOf(certfile), textOf(keyfile)];
      for (const text of [cert + key, key + cert, `subject=me\r\n${key}\nBag Attributes\n${cert}`]) {
        expect(outcome({ certfile: certificateFile(text) })).toBe("cert key");
      }
    });

    test("with a chain, the server's own certificate first", () => {
      const other = textOf(makeCertificate("other").certfile);
      const chain = certificateFile(textOf(certfile) + other);
      expect(readCertificate({ certfile: chain, keyfile, password: null }).cert).toBe(textOf(chain));
    });

    test("with the line ends of other systems", () => {
      const crlf = (path: string): string => certificateFile(textOf(path).replaceAll("\n", "\r\n"));
      expect(outcome({ certfile: crlf(certfile), keyfile: crlf(keyfile) })).toBe("cert key");
    });

    test("with a key of RSA, and one in OpenSSL's old form", () => {
      const [key, old, cert] = [certificateFile(""), certificateFile(""), certificateFile("")];
      openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        key,
        "-out",
        cert,
        "-subj",
        "/CN=x",
      );
      openssl("rsa", "-in", key, "-out", old, "-traditional");
      expect(textOf(old)).toStartWith("-----BEGIN RSA PRIVATE KEY-----");
      for (const path of [key, old]) expect(outcome({ certfile: cert, keyfile: path })).toBe("cert key");
    });

    test.each([
      ["a string", "secret"],
      ["bytes", Buffer.from("secret")],
      ["a function", () => "secret"],
      ["a function that gives bytes", () => new TextEncoder().encode("secret")],
    ])("with a locked key, whose password is %s", (_kind, password) => {
      expect(outcome({ certfile, keyfile: lockedKey, password })).toBe("cert key");
    });

    test("with a key that OpenSSL locked in its old way", () => {
      const [old, cert] = [certificateFile(""), certificateFile("")];
      openssl("genrsa", "-traditional", "-aes128", "-passout", "pass:secret", "-out", old, "2048");
      openssl("req", "-x509", "-key", old, "-passin", "pass:secret", "-out", cert, "-subj", "/CN=x");
      expect(textOf(old)).toContain("Proc-Type: 4,ENCRYPTED");
      expect(outcome({ certfile: cert, keyfile: old, password: "secret" })).toBe("cert key");
      expect(outcome({ certfile: cert, keyfile: old })).toEndWith("is locked: give its password");
    });

    test("without the password being asked for where there is no lock", () => {
      const password = (): string => {
        throw new Error("It was asked for");
      };
      expect(outcome({ certfile, keyfile, password })).toBe("cert key");
    });
  });

  describe("fail with what is wrong:", () => {
    test("a file that is not there", () => {
      const missing = join(folder, "missing.pem");
      expect(outcome({ certfile: missing })).toBe(
        `certfile: cannot read '${missing}': there is no such file`,
      );
      expect(outcome({ certfile, keyfile: missing })).toBe(
        `keyfile: cannot read '${missing}': there is no such file`,
      );
    });

    test("a directory, and a path through a file", () => {
      expect(outcome({ certfile: folder })).toBe(`certfile: cannot read '${folder}': it is a directory`);
      expect(outcome({ certfile: join(certfile, "x") })).toEndWith("a part of the path is not a directory");
    });

    test("a pipe, which nobody waits for", () => {
      const pipe = join(folder, "pipe");
      Bun.spawnSync(["mkfifo", pipe]);
      expect(outcome({ certfile: pipe })).toBe(`certfile: '${pipe}' is a pipe, not a file`);
    });

    test("a device, which may have no end", () => {
      expect(outcome({ certfile: "/dev/zero" })).toBe(
        "certfile: '/dev/zero' is a device or a socket, not a file",
      );
    });

    test("a file that may not be read", () => {
      const closed = certificateFile(textOf(certfile));
      chmodSync(closed, 0);
      using _nobody = dropPrivileges();
      expect(outcome({ certfile: closed })).toBe(
        `certfile: cannot read '${closed}': permission denied (the user who runs the server must be able to read it)`,
      );
    });

    test("an empty file", () => {
      const empty = certificateFile(" \n");
      expect(outcome({ certfile: empty })).toBe(
        `certfile: '${empty}' is empty: a certificate in PEM is wanted`,
      );
      expect(outcome({ certfile, keyfile: empty })).toBe(
        `keyfile: '${empty}' is empty: a private key in PEM is wanted`,
      );
    });

    test("another format", () => {
      const der = certificateFile("");
      openssl("x509", "-in", certfile, "-outform", "der", "-out", der);
      expect(outcome({ certfile: der })).toBe(
        `certfile: '${der}' is not in PEM (-----BEGIN ...): openssl can convert it, or the wrong file was named`,
      );
    });

    test("the two swapped", () => {
      expect(outcome({ certfile: keyfile, keyfile: certfile })).toBe(
        `certfile: '${keyfile}' holds a key and no certificate: are certificate and key swapped?`,
      );
      expect(outcome({ certfile, keyfile: certfile })).toBe(
        `keyfile: '${certfile}' holds a certificate and no key: are certificate and key swapped?`,
      );
    });

    test("no key at all", () => {
      expect(outcome({ certfile })).toBe(
        `certfile: '${certfile}' holds no key: name the key's file, too, or put the key into this one`,
      );
    });

    test("something else in PEM", () => {
      const publicKey = certificateFile(openssl("pkey", "-in", keyfile, "-pubout"));
      expect(outcome({ certfile, keyfile: publicKey })).toBe(
        `keyfile: '${publicKey}' holds no private key (-----BEGIN PRIVATE KEY-----)`,
      );
      expect(outcome({ certfile: publicKey })).toBe(
        `certfile: '${publicKey}' holds no certificate (-----BEGIN CERTIFICATE-----)`,
      );
    });

    test("damage", () => {
      const damaged = (path: string): string => {
        const lines = textOf(path).split("\n");
        return certificateFile([lines[0], `AAAA${lines[1]}`, ...lines.slice(2)].join("\n"));
      };
      const [cert, key] = [damaged(certfile), damaged(keyfile)];
      expect(outcome({ certfile: cert, keyfile })).toBe(
        `certfile: a certificate in '${cert}' is damaged: copy the file once more, or have it issued anew`,
      );
      expect(outcome({ certfile, keyfile: key })).toBe(
        `keyfile: the key in '${key}' is damaged: copy the file once more, or make a new key and certificate`,
      );
    });

    test("a file that was cut short", () => {
      const cut = certificateFile(textOf(certfile).slice(0, 200));
      expect(outcome({ certfile: cut, keyfile })).toBe(
        `certfile: '${cut}' holds no certificate (-----BEGIN CERTIFICATE-----)`,
      );
    });

    test("a damaged certificate in the rest of the chain", () => {
      const block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
      const chain = certificateFile(textOf(certfile) + block);
      expect(outcome({ certfile: chain, keyfile })).toStartWith(
        `certfile: a certificate in '${chain}' is damaged`,
      );
    });

    test("a locked key without its password, with another one, and with none in it", () => {
      expect(outcome({ certfile, keyfile: lockedKey })).toBe(
        `keyfile: the key in '${lockedKey}' is locked: give its password`,
      );
      for (const password of ["wrong", "", () => "wrong"]) {
        expect(outcome({ certfile, keyfile: lockedKey, password })).toBe(
          `password: it does not unlock the key in '${lockedKey}', or that is damaged`,
        );
      }
    });

    test("a key of another certificate", () => {
      const other = makeCertificate("other");
      expect(outcome({ certfile, keyfile: other.keyfile })).toBe(
        `keyfile: the key in '${other.keyfile}' does not belong to the certificate in '${certfile}': ` +
          "both must come from the same request",
      );
      const both = certificateFile(textOf(certfile) + textOf(other.keyfile));
      expect(outcome({ certfile: both })).toStartWith(`certfile: the key in '${both}' does not belong`);
    });

    test("a path with control characters, which are shown as escapes", () => {
      expect(outcome({ certfile: "a\nb" })).toBe("certfile: cannot read 'a\\nb': there is no such file");
    });
  });

  test("the error names the argument and the system's reason", () => {
    const failures: [Partial<CertificateFiles>, CertificateArgument, string][] = [
      [{ certfile: join(folder, "missing.pem") }, "certfile", "ENOENT"],
      [{ certfile, keyfile: certfile }, "keyfile", "EINVAL"],
      [{ certfile, keyfile: lockedKey, password: "wrong" }, "password", "EINVAL"],
    ];
    for (const [files, argument, code] of failures) {
      try {
        readCertificate({ certfile: "", keyfile: null, password: null, ...files });
        expect.unreachable();
      } catch (error) {
        expect(error).toMatchObject({ name: "CertificateError", argument, code });
      }
    }
  });

  test("a password that is neither text nor bytes is a mistake of the author's", () => {
    const files = { certfile, keyfile: lockedKey, password: 7 as unknown as string };
    expect(() => readCertificate(files)).toThrow(
      new TypeError("password: a string or bytes are wanted, not number"),
    );
  });

  test("what the password's function throws comes through", () => {
    const password = (): string => {
      throw new Error("no vault");
    };
    expect(() => readCertificate({ certfile, keyfile: lockedKey, password })).toThrow(new Error("no vault"));
  });
});

describe("without a path", () => {
  test("a certificate file is asked for", () => {
    expect(() =>
      readCertificate({ certfile: undefined as unknown as string, keyfile: null, password: null }),
    ).toThrow(new TypeError("certfile: the path of a file is wanted, not undefined"));
  });
});
