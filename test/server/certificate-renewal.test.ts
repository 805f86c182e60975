import { expect, test } from "bun:test";
import { existsSync, readdirSync, readlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BaseHTTPRequestHandler, CertificateError, HTTPSServer } from "../../src/index.ts";
import {
  certificateFile,
  type CertificatePaths,
  describeWithCertificates,
  makeCertificate,
} from "../support/certificates.ts";
import { RawClient, serve, type StartedServer } from "../support/client.ts";
import { shownName, startHttpsServer } from "../support/https.ts";
import { request } from "../support/observed-server.ts";
import { describeWith } from "../support/programs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

class Hello extends BaseHTTPRequestHandler {
  do_GET(): void {
    this.send_response(200);
    this.send_header("Content-Length", 5);
    this.end_headers();
    this.wfile.write("hello");
  }
  override log_message(): void {}
}

/** By how many descriptors the process has the socket that a server listens on. */
function listeningCount(server: HTTPSServer): number {
  const socket = readlinkSync(`/proc/self/fd/${server.fileno()}`);
  return readdirSync("/proc/self/fd").filter((descriptor) => linkOf(descriptor) === socket).length;
}

function linkOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // The directory that was read is closed again.
  }
}

async function renew(server: HTTPSServer, { certfile, keyfile }: CertificatePaths): Promise<void> {
  server.certfile = certfile;
  server.keyfile = keyfile;
  await server.reload_certificate();
}

describeWithCertificates("reload_certificate()", () => {
  test("shows new clients the new certificate, and lets open connections go on", async () => {
    await using started = await startHttpsServer(Hello, makeCertificate("first"));
    await using old = await RawClient.connectTls(started.port);
    old.send(request());
    await old.until((received) => received.endsWith("hello"));
    expect(await shownName({ port: started.port })).toBe("first");
    await renew(started.server, makeCertificate("second"));
    expect(await shownName({ port: started.port })).toBe("second");
    old.send(request());
    await old.until((received) => received.split("hello").length === 3);
  });

  test("reads the same files again", async () => {
    const paths = makeCertificate("first");
    await using started = await startHttpsServer(Hello, paths);
    const second = makeCertificate("second");
    await Bun.write(paths.certfile, Bun.file(second.certfile));
    await Bun.write(paths.keyfile, Bun.file(second.keyfile));
    expect(await shownName({ port: started.port })).toBe("first");
    await started.server.reload_certificate();
    expect(await shownName({ port: started.port })).toBe("second");
  });

  test("leaves the old certificate in service where the new one is bad", async () => {
    await using started = await startHttpsServer(Hello, makeCertificate("first"));
    const { certfile } = makeCertificate("second");
    const { keyfile } = makeCertificate("third");
    expect(renew(started.server, { certfile, keyfile })).rejects.toThrow(CertificateError);
    expect(renew(started.server, { certfile: certificateFile(""), keyfile })).rejects.toThrow(/is empty/);
    expect(await shownName({ port: started.port })).toBe("first");
  });

  test("lets a handshake that is under way end with the certificate that it began with", async () => {
    await using started = await startHttpsServer(Hello, makeCertificate("first"));
    const waiting = await RawClient.connect(started.port);
    // Once a later connection has been served, the earlier one has been accepted.
    await shownName({ port: started.port });
    await renew(started.server, makeCertificate("second"));
    expect(waiting.isEnded).toBe(false);
    await waiting[Symbol.asyncDispose]();
  });

  test("keeps port, address and file descriptors as they are, however often it is called", async () => {
    await using started = await startHttpsServer(Hello, makeCertificate("first"));
    const { server, port } = started;
    const second = makeCertificate("second");
    await renew(server, second);
    const before = [server.server_address, server.url.href];
    for (let times = 0; times < 50; times++) await renew(server, second);
    expect([server.server_address, server.url.href]).toEqual(before);
    expect(listeningCount(server)).toBe(1);
    expect(await shownName({ port })).toBe("second");
  });

  test("is kept by a server that binds again", async () => {
    const server = new HTTPSServer(["127.0.0.1", 0], Hello, { drainTimeout: 1, ...makeCertificate("first") });
    const port = server.server_port;
    await renew(server, makeCertificate("second"));
    await server.shutdown();
    await using _served = serve(server);
    expect(await shownName({ port })).toBe("second");
  });

  test("counts from the next bind on where the server does not listen", async () => {
    const options = { bind_and_activate: false, ...makeCertificate("first") };
    const server = new HTTPSServer(["127.0.0.1", 0], Hello, options);
    await renew(server, makeCertificate("second"));
    await using _served = serve(server);
    expect(await shownName({ port: server.server_port })).toBe("second");
  });

  test("refuses nobody after shutdown() has ended a renewed server, since nobody is listened to", async () => {
    const started = await startHttpsServer(Hello, makeCertificate("first"));
    await renew(started.server, makeCertificate("second"));
    await started[Symbol.asyncDispose]();
    expect(RawClient.connect(started.port)).rejects.toThrow();
  });

  test("fails where there is no descriptor left for it, and the old certificate stays", async () => {
    const paths = [makeCertificate("first"), makeCertificate("second")];
    const program = `
      import { openSync } from "node:fs";
      import { BaseHTTPRequestHandler, HTTPSServer } from "./src/index.ts";
      const [first, second] = ${JSON.stringify(paths)};
      const server = new HTTPSServer(["127.0.0.1", 0], BaseHTTPRequestHandler, first);
      await server.reload_certificate();
      Object.assign(server, second);
      try {
        for (;;) openSync("/dev/null");
      } catch {}
      await server.reload_certificate().catch((error) => console.log(error.message));
      process.exit(0);
    `;
    const limited = ["sh", "-c", 'ulimit -n 60; exec "$0" -e "$1"', process.execPath, program];
    await using child = Bun.spawn(limited, { cwd: ROOT, stdout: "pipe", stderr: "inherit" });
    expect(await child.stdout.text()).toMatch(/no more files and sockets|cannot read .*EMFILE/);
  });

  test("keeps a unix socket's path, and takes it away at the end", async () => {
    const paths = makeCertificate("first");
    const path = `${paths.certfile}.sock`;
    {
      await using started = serve(new HTTPSServer(path, Hello, { drainTimeout: 1, ...paths }));
      for (const name of ["second", "third"]) {
        await renew(started.server, makeCertificate(name));
        expect(await shownName({ path })).toBe(name);
      }
    }
    expect(existsSync(path)).toBe(false);
  });
});

describeWithCertificates("reload_certificate() on a unix socket", () => {
  const begin = (): [path: string, started: StartedServer<HTTPSServer>] => {
    const paths = makeCertificate("first");
    const path = `${paths.certfile}.sock`;
    return [path, serve(new HTTPSServer(path, Hello, { drainTimeout: 1, ...paths }))];
  };

  test("whose path somebody has removed leaves one listener, and none is there to be found", async () => {
    const [path, started] = begin();
    await using _started = started;
    unlinkSync(path);
    await renew(started.server, makeCertificate("second"));
    expect([listeningCount(started.server), existsSync(path)]).toEqual([1, false]);
  });

  test("is not held up by what a process that was killed meanwhile has left", async () => {
    const [path, started] = begin();
    await using _started = started;
    writeFileSync(`${path}.${process.pid}.aside`, "");
    await renew(started.server, makeCertificate("second"));
    expect(await shownName({ path })).toBe("second");
    expect(existsSync(`${path}.${process.pid}.aside`)).toBe(false);
  });
});

describeWithCertificates("a certificate", () => {
  describeWith(["wrk"], "that is renewed under load", renewalUnderLoad);
});

function renewalUnderLoad(): void {
  test.each([
    ["on connections that stay", []],
    ["with a handshake for each request", ["-H", "Connection: close"]],
  ])("costs no request, %s", async (_what, fields) => {
    const pair = [makeCertificate("first"), makeCertificate("second")] as const;
    await using started = await startHttpsServer(Hello, pair[0]);
    const { server } = started;
    await using wrk = Bun.spawn(["wrk", "-t", "1", "-c", "8", "-d", "1", ...fields, server.url.href]);
    let isOver = false;
    void wrk.exited.then(() => {
      isOver = true;
    });
    let times = 0;
    while (!isOver) {
      await renew(server, pair[++times % 2]!);
      await new Promise((resolve) => setTimeout(resolve));
    }
    const report = await wrk.stdout.text();
    expect(report).toMatch(/\d+ requests in/);
    expect(report).not.toMatch(/Socket errors|Non-2xx/);
    expect(times).toBeGreaterThan(2);
  });
}
