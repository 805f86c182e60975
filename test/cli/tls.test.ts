import { describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate as makeSelfSigned, namesFor } from "../../src/cli/self-signed.ts";
import {
  certificateFile,
  describeWithCertificates,
  makeCertificate,
  openssl,
  someCertificate,
} from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { request } from "../support/observed-server.ts";
import { childrenOf } from "../support/threaded.ts";
import { Tree } from "../support/tree.ts";
import { CLI, type CommandOptions, runCommand, startCommand } from "./support/command.ts";

/** What is said to a request for a file, over TLS. */
async function download(port: number, target: string): Promise<string> {
  await using client = await RawClient.connectTls(port);
  client.send(request(`GET ${target} HTTP/1.1`, ["Connection: close"]));
  return decodeResponse(await client.untilClosed()).body;
}

/** The certificate that clients are shown. */
function shown(port: number): X509Certificate {
  return new X509Certificate(openssl("s_client", "-connect", `127.0.0.1:${port}`));
}

/** How the command ends that cannot serve. */
async function ending(args: readonly string[], options: CommandOptions = {}): Promise<[number, string]> {
  const { exitCode, stdout, stderr } = await runCommand(["-b", "127.0.0.1", ...args, "0"], options);
  expect(stdout).toBe("");
  return [exitCode, stderr];
}

describeWithCertificates("basehttp --tls-cert", () => {
  test("serves HTTPS, and its banner says so", async () => {
    using tree = new Tree({ "a.txt": "hello" });
    const { certfile, keyfile } = someCertificate();
    const args = ["-q", "-d", tree.root, "--tls-cert", certfile, "--tls-key", keyfile];
    await using serving = await startCommand(args);
    const { port } = serving;
    expect(serving.banner).toBe(`Serving HTTPS on 127.0.0.1 port ${port} (https://127.0.0.1:${port}/) ...\n`);
    expect(await download(port, "/a.txt")).toBe("hello");
    serving.command.kill("SIGTERM");
    expect(await serving.command.outcome()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  test("takes certificate and key from one file, and all of it from variables", async () => {
    const { certfile, keyfile } = someCertificate();
    const both = certificateFile(readFileSync(keyfile, "utf8") + readFileSync(certfile, "utf8"));
    await using serving = await startCommand([], { env: { BASEHTTP_TLS_CERT: both } });
    expect(shown(serving.port).subject).toBe("CN=localhost");
  });

  test("unlocks the key with the password in a file, without the white space around it", async () => {
    const { certfile, keyfile } = someCertificate();
    const locked = certificateFile("");
    openssl("pkcs8", "-topk8", "-in", keyfile, "-out", locked, "-passout", "pass:sésame ouvre");
    const password = certificateFile(" sésame ouvre\r\n");
    const args = ["--tls-cert", certfile, "--tls-key", locked];
    await using serving = await startCommand([...args, "--tls-password-file", password]);
    expect(shown(serving.port).subject).toBe("CN=localhost");
    const wrong = certificateFile("sesame");
    expect(await ending([...args, "--tls-password-file", wrong])).toEqual([
      1,
      `basehttp: error: argument --tls-password-file: it does not unlock the key in '${locked}', or that is damaged\n`,
    ]);
    expect(await ending(args)).toEqual([
      1,
      `basehttp: error: argument --tls-key: the key in '${locked}' is locked: give its password\n`,
    ]);
  });

  test("does not warn of passwords on the network", async () => {
    const { certfile, keyfile } = someCertificate();
    const args = ["-b", "0.0.0.0", "--auth", "ada:hunter2", "--tls-cert", certfile, "--tls-key", keyfile];
    await using serving = await startCommand(args);
    serving.command.kill("SIGTERM");
    expect((await serving.command.outcome()).stderr).toBe("");
  });

  test("opens the page by its URL of https", async () => {
    using tree = new Tree({ "xdg-open": '#!/bin/sh\necho "$1" > opened\n' });
    Bun.spawnSync(["chmod", "+x", tree.path("xdg-open")]);
    const { certfile, keyfile } = someCertificate();
    const env = { PATH: `${tree.root}:${process.env.PATH}` };
    const args = ["--open", "--tls-cert", certfile, "--tls-key", keyfile];
    await using serving = await startCommand(args, { env, cwd: tree.root });
    let opened = "";
    while (!opened.endsWith("\n")) {
      opened = await Bun.file(tree.path("opened"))
        .text()
        .catch(() => "");
    }
    expect(opened).toBe(`https://127.0.0.1:${serving.port}/\n`);
  });

  test("reads the certificate again at SIGHUP, and keeps the old one where that fails", async () => {
    const { certfile, keyfile } = makeCertificate("first");
    await using serving = await startCommand(["--tls-cert", certfile, "--tls-key", keyfile]);
    const { command } = serving;
    expect(shown(serving.port).subject).toBe("CN=first");
    const second = makeCertificate("second");
    await Bun.write(certfile, Bun.file(second.certfile));
    command.kill("SIGHUP");
    expect(await command.stderr.line()).toBe(
      `basehttp: warning: The certificate stays as it is: argument --tls-key: the key in '${keyfile}' does not ` +
        `belong to the certificate in '${certfile}': both must come from the same request\n`,
    );
    expect(shown(serving.port).subject).toBe("CN=first");
    await Bun.write(keyfile, Bun.file(second.keyfile));
    command.kill("SIGHUP");
    expect(await command.stdout.line()).toBe("The certificate was renewed.\n");
    expect(shown(serving.port).subject).toBe("CN=second");
    command.kill("SIGTERM");
    expect(await command.exited).toBe(0);
  });

  test.skipIf(process.platform !== "linux")("keeps its loops where all of them get SIGHUP", async () => {
    const { certfile, keyfile } = makeCertificate("first");
    using tree = new Tree({ "a.txt": "a" });
    const options = ["--tls-cert", certfile, "--tls-key", keyfile, "--workers", "2", "-d", tree.root];
    await using serving = await startCommand(options);
    const { command } = serving;
    const loops = childrenOf(command.pid);
    for (const pid of [...loops, command.pid]) process.kill(pid, "SIGHUP");
    expect(await command.stdout.line()).toBe("The certificate was renewed.\n");
    expect(await download(serving.port, "/a.txt")).toBe("a");
    expect(childrenOf(command.pid)).toEqual(loops);
    command.kill("SIGTERM");
    const { exitCode, stderr } = await command.outcome();
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain("SIGHUP");
  });
});

describe("basehttp, where TLS is asked for in a way that cannot be,", () => {
  test.each([
    [["--tls-key", "key.pem"], "argument --tls-key: it needs --tls-cert"],
    [["--tls-password-file", "password"], "argument --tls-password-file: it needs --tls-cert"],
    [["--tls-cert"], "argument --tls-cert: expected one argument"],
    [
      ["--tls-cert", "cert.pem", "--tls-password-file", "missing"],
      "argument --tls-password-file: cannot read 'missing'",
    ],
    [
      ["--tls-cert", "cert.pem", "--tls-self-signed"],
      "argument --tls-self-signed: not allowed with --tls-cert",
    ],
  ])("says so and ends with 2: %p", async (args, message) => {
    const { exitCode, stderr } = await runCommand(["-b", "127.0.0.1", "0", ...args]);
    expect(stderr.replace(" (see basehttp --help)", "")).toBe(`basehttp: error: ${message}\n`);
    expect(exitCode).toBe(2);
  });

  test("names the variable", async () => {
    expect(await ending([], { env: { BASEHTTP_TLS_KEY: "key.pem" } })).toEqual([
      2,
      "basehttp: error: environment variable BASEHTTP_TLS_KEY: it needs --tls-cert\n",
    ]);
  });

  test("ends with 1 where there is no certificate", async () => {
    expect(await ending(["--tls-cert", "missing.pem"])).toEqual([
      1,
      "basehttp: error: argument --tls-cert: cannot read 'missing.pem': there is no such file\n",
    ]);
  });
});

describeWithCertificates("basehttp --tls-self-signed", () => {
  test("serves with a certificate for this machine, and says its fingerprint", async () => {
    using tree = new Tree({ "a.txt": "hello" });
    await using serving = await startCommand(["-q", "-d", tree.root, "--tls-self-signed"], {
      env: { TMPDIR: tree.root },
    });
    const certificate = shown(serving.port);
    expect(await serving.command.stdout.line()).toBe(
      `The certificate's SHA-256 fingerprint: ${certificate.fingerprint256}\n`,
    );
    // Nothing is left of it, above all no key.
    expect(readdirSync(tree.root)).toEqual(["a.txt"]);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
    expect(certificate.checkHost("localhost")).toBe("localhost");
    for (const address of ["127.0.0.1", "::1"]) expect(certificate.checkIP(address)).toBe(address);
    const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000;
    expect(days).toBe(7);
    expect(await download(serving.port, "/a.txt")).toBe("hello");
  });

  test("serves with the same one in all loops, also in one that takes another's place", async () => {
    using tree = new Tree({ "a.txt": "hello" });
    const args = ["-q", "-d", tree.root, "--tls-self-signed", "--workers", "2"];
    await using serving = await startCommand(args, { env: { TMPDIR: tree.root } });
    const said = await serving.command.stdout.line();
    expect(readdirSync(tree.root)).toEqual(["a.txt"]);
    for (const pid of childrenOf(serving.command.pid)) {
      process.kill(pid, "SIGKILL");
      expect(await serving.command.stderr.line()).toEndWith("it is replaced at once\n");
    }
    for (let asked = 0; asked < 10; asked++) {
      expect(said).toBe(`The certificate's SHA-256 fingerprint: ${shown(serving.port).fingerprint256}\n`);
    }
  });

  test("makes files that nobody else can read, and takes them away", () => {
    const made = makeSelfSigned(["localhost"]);
    const folder = join(made.keyfile, "..");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(made.keyfile).mode & 0o077).toBe(0);
    made.dispose();
    expect(() => statSync(folder)).toThrow();
  });

  test("is of no use without openssl, and says what is", async () => {
    using tree = new Tree();
    const program = [process.execPath, CLI];
    expect(await ending(["--tls-self-signed"], { env: { PATH: tree.root }, program })).toEqual([
      1,
      "basehttp: error: argument --tls-self-signed: the program openssl is not installed; install it, or give a " +
        "certificate by --tls-cert\n",
    ]);
  });

  test("says where it cannot write the files", async () => {
    const env = { PATH: `${process.env.PATH}`, TMPDIR: "/nonexistent" };
    expect(await ending(["--tls-self-signed"], { env })).toEqual([
      1,
      "basehttp: error: argument --tls-self-signed: cannot write to '/nonexistent', the directory for temporary files\n",
    ]);
  });

  test("says what openssl said where that fails, and leaves nothing", async () => {
    using tree = new Tree({
      openssl: "#!/bin/sh\necho first >&2\necho 'no entropy' >&2\nexit 3\n",
      "tmp/": null,
    });
    Bun.spawnSync(["chmod", "+x", tree.path("openssl")]);
    const env = { PATH: `${tree.root}:${process.env.PATH}`, TMPDIR: tree.path("tmp") };
    expect(await ending(["--tls-self-signed"], { env })).toEqual([
      1,
      "basehttp: error: argument --tls-self-signed: openssl ecparam failed: no entropy\n",
    ]);
    expect(readdirSync(tree.path("tmp"))).toEqual([]);
  });
});

describe("the names in a certificate that is made for this time", () => {
  const face = (address: string, internal = false) => ({
    ...{ address, internal, netmask: "", mac: "", cidr: null },
    family: address.includes(":") ? ("IPv6" as const) : ("IPv4" as const),
    scopeid: 0,
  });
  const interfaces = {
    lo: [face("127.0.0.1", true), face("::1", true)],
    eth0: [face("192.168.1.23"), face("fe80::1"), face("2001:db8::23")],
    none: undefined,
  };
  const OWN = ["localhost", "127.0.0.1", "::1", "box"];

  test.each([
    ["every address", "", [...OWN, "192.168.1.23", "2001:db8::23"]],
    ["every address of IPv4", "0.0.0.0", [...OWN, "192.168.1.23", "2001:db8::23"]],
    ["one address", "192.168.1.23", [...OWN, "192.168.1.23"]],
    ["a name", "files.example", [...OWN, "files.example"]],
    ["this machine alone", "127.0.0.1", OWN],
    ["what is no name", "a,DNS:b\n[x]", OWN],
  ])("are this machine's, and of a server that is bound to %s", (_what, bind, names) => {
    expect(namesFor(bind, interfaces, "box")).toEqual(names);
  });

  test("do not include a machine's that openssl would misread", () => {
    expect(namesFor("127.0.0.1", {}, "my box,IP:1.2.3.4")).toEqual(["localhost", "127.0.0.1", "::1"]);
  });
});
