import { expect, spyOn, test } from "bun:test";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { log } from "../../src/handler/log.ts";
import {
  BaseHTTPRequestHandler,
  CertificateError,
  type Connection,
  HTTPServer,
  HTTPSServer,
  type HTTPSServerOptions,
  ListenError,
} from "../../src/index.ts";
import {
  certificateFile,
  describeWithCertificates,
  makeCertificate,
  someCertificate,
} from "../support/certificates.ts";
import { RawClient, serve } from "../support/client.ts";
import { decodeResponse, decodeResponses } from "../support/decode.ts";
import { startHttpsServer } from "../support/https.ts";
import { realWait, request } from "../support/observed-server.ts";

const GET = request();
const LAST_GET = request("GET / HTTP/1.1", ["Connection: close"]);

class Hello extends BaseHTTPRequestHandler {
  do_GET(): void {
    this.answer("hello");
  }
  async do_POST(): Promise<void> {
    const body = await this.rfile.text();
    this.answer(`got ${body.length}`);
  }
  answer(text: string): void {
    this.send_response(200);
    this.send_header("Content-Length", text.length);
    this.end_headers();
    this.wfile.write(text);
  }
  override log_message(): void {}
}

/** Keeps what is told of TLS, and lets a test wait for it. */
class Observed extends HTTPSServer {
  readonly failures: string[] = [];
  dropped = 0;
  readonly connections: Connection[] = [];
  #waiters: (() => void)[] = [];

  override get_request(): [Connection, readonly [string, number]] {
    const [connection, address] = super.get_request();
    this.connections.push(connection);
    return [connection, address];
  }
  override tlsFailed(host: string, reason: string): void {
    this.failures.push(`${host}: ${reason}`);
    this.#wake();
  }
  override handshakeDropped(): void {
    this.dropped++;
    this.#wake();
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}

function observed(options: Partial<HTTPSServerOptions> = {}): Observed {
  const certificate = someCertificate();
  return new Observed(["127.0.0.1", 0], Hello, { drainTimeout: 1, ...certificate, ...options });
}

/** Sends bytes that are no TLS, and waits for the server to close. */
async function sendPlain(port: number, bytes: string): Promise<void> {
  await using client = await RawClient.connect(port);
  client.send(bytes);
  await client.untilClosed();
}

/** A request on a connection of its own, with its answer. */
async function ask(port: number, bytes: string = LAST_GET): Promise<string> {
  await using client = await RawClient.connectTls(port);
  client.send(bytes);
  return decodeResponse(await client.untilClosed()).body;
}

describeWithCertificates("an HTTPS server", () => {
  test("keeps its arguments as attributes, with Python's defaults", async () => {
    const { certfile, keyfile } = someCertificate();
    const both = certificateFile((await Bun.file(certfile).text()) + (await Bun.file(keyfile).text()));
    const options = { bind_and_activate: false } as const;
    expect(new HTTPSServer(["", 0], Hello, { certfile: both, ...options })).toMatchObject({
      certfile: both,
      keyfile: null,
      password: null,
      alpn_protocols: ["http/1.1"],
      socket: null,
    });
    const given = { certfile, keyfile, password: "x", alpn_protocols: ["http/1.0"] };
    expect(new HTTPSServer(["", 0], Hello, { ...given, ...options })).toMatchObject(given);
  });

  test("is an HTTPServer, with its limits, those of its class, and no other options", () => {
    class Small extends HTTPSServer {
      static override limits = { maxFields: 7 };
    }
    const options = { bind_and_activate: false, ...someCertificate() };
    const server = new Small(["", 0], Hello, { ...options, handshakeTimeout: 3 });
    expect(server).toBeInstanceOf(HTTPServer);
    expect(server.limits).toMatchObject({ maxFields: 7, handshakeTimeout: 3 });
    expect(() => new Small(["", 0], Hello, { ...options, nonsense: 1 } as HTTPSServerOptions)).toThrow(
      new TypeError("nonsense: HTTPServer has no such option"),
    );
  });

  test("has a URL of https, whatever the port is", async () => {
    await using started = await startHttpsServer(Hello);
    expect(started.server.url.href).toBe(`https://127.0.0.1:${started.port}/`);
    const urlOf = (address: [string, number] | string): string =>
      new HTTPSServer(address, Hello, { bind_and_activate: false, ...someCertificate() }).url.href;
    expect(urlOf(["", 80])).toBe("https://localhost:80/");
    expect(urlOf(["::1", 8443])).toBe("https://[::1]:8443/");
    expect(urlOf(["127.0.0.1", 443])).toBe("https://127.0.0.1/");
  });

  test("answers requests, several on a connection", async () => {
    await using server = await startHttpsServer(Hello);
    await using client = await RawClient.connectTls(server.port);
    client.send(GET + request("POST / HTTP/1.1", ["Content-Length: 3"], "abc") + LAST_GET);
    const answers = decodeResponses(await client.untilClosed(), ["GET", "POST", "GET"]);
    expect(answers.map(({ body }) => body)).toEqual(["hello", "got 3", "hello"]);
  });

  test("fails in its constructor for a certificate that cannot be served, and listens to nobody", () => {
    const { certfile } = someCertificate();
    const { keyfile } = makeCertificate("other");
    expect(() => new HTTPSServer(["127.0.0.1", 0], Hello, { certfile, keyfile })).toThrow(CertificateError);
    expect(
      () => new HTTPSServer(["127.0.0.1", 0], Hello, { certfile, keyfile, bind_and_activate: false }),
    ).toThrow(CertificateError);
    expect(() => new HTTPSServer(["127.0.0.1", 0], Hello, {} as HTTPSServerOptions)).toThrow(
      new TypeError("certfile: the path of a file is wanted, not undefined"),
    );
  });

  test("refuses to offer HTTP/2", () => {
    expect(() => observed({ alpn_protocols: ["h2", "http/1.1"] })).toThrow(
      new TypeError("alpn_protocols: this server does not speak 'h2', only HTTP/1.1 and HTTP/1.0"),
    );
  });

  test("says that an address is taken", async () => {
    await using server = await startHttpsServer(Hello);
    expect(() => new HTTPSServer(["127.0.0.1", server.port], Hello, someCertificate())).toThrow(ListenError);
  });

  test("asks for a locked key's password once, however often it binds", async () => {
    let asked = 0;
    const certificate = makeCertificate();
    const locked = certificateFile("");
    const lock = ["pkcs8", "-topk8", "-in", certificate.keyfile, "-out", locked, "-passout", "pass:secret"];
    Bun.spawnSync(["openssl", ...lock]);
    const password = (): string => {
      asked++;
      return "secret";
    };
    const server = observed({ ...certificate, keyfile: locked, password });
    for (let round = 0; round < 2; round++) {
      const served = server.serve_forever();
      expect(await ask(server.server_port)).toBe("hello");
      await server.shutdown();
      await served;
    }
    expect(asked).toBe(1);
  });

  test("serves on a unix socket", async () => {
    const path = `${someCertificate().certfile}.sock`;
    await using _server = serve(new HTTPSServer(path, Hello, someCertificate()));
    await using client = await RawClient.connectTls(path);
    client.send(LAST_GET);
    expect(decodeResponse(await client.untilClosed()).body).toBe("hello");
  });

  test("tells of a handshake on a unix socket as of any client there", async () => {
    using written = spyOn(log, "write").mockImplementation(() => {});
    const path = `${someCertificate().certfile}.failed.sock`;
    await using _server = serve(new HTTPSServer(path, Hello, someCertificate()));
    await using client = await RawClient.connectUnix(path);
    client.send(GET);
    await client.untilClosed();
    expect(written.mock.calls.map(([line]) => line.replace(/\[.*\]/, "[]"))).toEqual([
      "unix - - [] TLS failed: plain HTTP on the TLS port",
    ]);
  });

  // ------------------------------------------------------------------ handshakes

  test("gives a client its handler only when the handshake is done", async () => {
    await using server = serve(observed());
    await using _silent = await RawClient.connect(server.port);
    await using spoken = await RawClient.connectTls(server.port);
    spoken.send(GET);
    await spoken.until((received) => received.endsWith("hello"));
    expect(server.server.connections.map((connection) => connection.clientAddress)).toEqual([
      ["127.0.0.1", spoken.localPort],
    ]);
  });

  test("serves a client that speaks beside a hundred that say nothing", async () => {
    await using server = serve(observed());
    const silent: RawClient[] = [];
    for (let count = 0; count < 100; count++) silent.push(await RawClient.connect(server.port));
    expect(await ask(server.port)).toBe("hello");
    // All of them are there yet, and none has a handler.
    expect(silent.filter((client) => client.isEnded)).toEqual([]);
    expect(server.server.connections).toHaveLength(1);
    for (const client of silent) await client[Symbol.asyncDispose]();
  });

  test("closes on a client that says nothing for handshakeTimeout, and says so", async () => {
    await using server = serve(observed({ handshakeTimeout: 0.2 }));
    await using client = await RawClient.connect(server.port);
    await client.untilClosed();
    expect(server.server.failures).toEqual(["127.0.0.1: it was not done within 0.2 s"]);
  });

  test("closes on a client that begins its handshake and does not go on", async () => {
    await using server = serve(observed({ handshakeTimeout: 0.2 }));
    await using client = await RawClient.connect(server.port);
    client.send("\x16\x03\x01\x02\x00\x01\x00");
    await client.untilClosed();
    expect(server.server.failures).toEqual(["127.0.0.1: it was not done within 0.2 s"]);
  });

  test("has room for one that speaks when too many have said nothing for two seconds", async () => {
    await using server = serve(observed({ maxHandshakes: 2, handshakeTimeout: 0 }));
    await using first = await RawClient.connect(server.port);
    await using second = await RawClient.connect(server.port);
    let answer = "";
    while (answer === "") answer = await ask(server.port).catch(() => "");
    expect(answer).toBe("hello");
    await first.untilClosed();
    expect(second.isEnded).toBe(false);
    expect(server.server.dropped).toBeGreaterThan(1);
    expect(server.server.failures).toEqual([]);
  });

  test("serves all of very many that come at once", async () => {
    await using server = serve(observed({ maxHandshakes: 20 }));
    const answers = Array.from({ length: 100 }, async () => {
      let answer = "";
      while (answer === "") answer = await ask(server.port).catch(() => "");
      return answer;
    });
    expect(new Set(await Promise.all(answers))).toEqual(new Set(["hello"]));
  });

  test("does not count a handshake that is done", async () => {
    await using server = serve(observed({ maxHandshakes: 1 }));
    await using first = await RawClient.connectTls(server.port);
    first.send(GET);
    await first.until((received) => received.endsWith("hello"));
    expect(await ask(server.port)).toBe("hello");
    first.send(LAST_GET);
    await first.untilClosed();
    expect(server.server.dropped).toBe(0);
  });

  test.each([
    ["plain HTTP", GET, "plain HTTP on the TLS port"],
    ["plain HTTP of a proxy's client", "CONNECT a:1 HTTP/1.1\r\n\r\n", "plain HTTP on the TLS port"],
    ["garbage", "\x01".repeat(300), "what came is not TLS"],
    ["a TLS record that is none", `\x16\x03\x01\x00\x04\x01\xff\xff\xff`, "excessive message size"],
  ])("tells of %s in a line", async (_what, bytes, reason) => {
    await using server = serve(observed());
    await sendPlain(server.port, bytes);
    await server.server.until(() => server.server.failures.length > 0);
    expect(server.server.failures).toEqual([`127.0.0.1: ${reason}`]);
    expect(server.server.connections).toEqual([]);
    expect(await ask(server.port)).toBe("hello");
  });

  test("tells of a client that knows no protocol or version of the server's", async () => {
    await using server = serve(observed());
    const hopeless: [Bun.TLSOptions, string][] = [
      [{ ALPNProtocols: "\x02h2" }, "the client speaks none of alpn_protocols"],
    ];
    for (const [tls, reason] of hopeless) {
      expect(RawClient.connectTls(server.port, tls)).rejects.toThrow();
      await server.server.until(() => server.server.failures.length > 0);
      expect(server.server.failures.splice(0)).toEqual([`127.0.0.1: ${reason}`]);
    }
    expect(server.server.connections).toEqual([]);
  });

  test("is quiet about clients that leave before they have said anything", async () => {
    await using server = serve(observed());
    for (const leave of ["end", "abort"] as const) {
      const client = await RawClient.connect(server.port);
      client[leave]();
      await client[Symbol.asyncDispose]();
    }
    expect(await ask(server.port)).toBe("hello");
    expect(server.server.failures).toEqual([]);
  });

  test("does not renegotiate, and tells of a client that asks for it", async () => {
    await using server = serve(observed());
    const child = Bun.spawn(
      ["openssl", "s_client", "-connect", `127.0.0.1:${server.port}`, "-tls1_2", "-msg"],
      { stdin: "pipe", stdout: "pipe", stderr: "ignore" },
    );
    await using _child = child;
    // Once the handshake is done; the command is a line of its own.
    let output = "";
    for await (const chunk of child.stdout) {
      const hadBegun = output.includes("Verify return code");
      output += Buffer.from(chunk).toString("latin1");
      if (!hadBegun && output.includes("Verify return code")) {
        child.stdin.write("R\n");
        await child.stdin.flush();
      }
    }
    await server.server.until(() => server.server.failures.length > 0);
    expect(server.server.failures).toEqual(["127.0.0.1: the client asked for renegotiation"]);
    expect(output).toContain("Alert [length 0002], fatal no_renegotiation");
    expect(await ask(server.port)).toBe("hello");
  });

  test("tells of a connection whose encryption breaks, and only of that", async () => {
    await using server = serve(observed());
    const raw = connect(server.port, "127.0.0.1");
    const { connect: connectTls } = await import("node:tls");
    const socket = connectTls({ socket: raw, rejectUnauthorized: false });
    const closed = Promise.withResolvers<void>();
    socket.on("error", () => {}).on("close", () => closed.resolve());
    socket.write(GET);
    await new Promise((resolve) => socket.once("data", resolve));
    raw.write("not a record of TLS at all");
    await closed.promise;
    await server.server.until(() => server.server.failures.length > 0);
    expect(server.server.failures).toHaveLength(1);
    raw.destroy();
    expect(await ask(server.port)).toBe("hello");
  });

  test("writes a line for each failure, up to twenty a minute", async () => {
    const program = `
      import { BaseHTTPRequestHandler, HTTPSServer } from "./src/index.ts";
      const server = new HTTPSServer(["127.0.0.1", 0], BaseHTTPRequestHandler, ${JSON.stringify(someCertificate())});
      void server.serve_forever();
      for (let count = 0; count < 25; count++) {
        await fetch("http://127.0.0.1:" + server.server_port).catch(() => {});
      }
      await server.shutdown();
    `;
    const root = fileURLToPath(new URL("../..", import.meta.url));
    await using child = Bun.spawn([process.execPath, "-e", program], { cwd: root, stderr: "pipe" });
    const lines = (await child.stderr.text()).split("\n");
    expect(lines[0]).toMatch(
      /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4} [\d:]{8}\] TLS failed: plain HTTP on the TLS port$/,
    );
    expect(lines).toHaveLength(21);
    expect(await child.exited).toBe(0);
  });

  // ------------------------------------------------------------------ the life of a server

  test("holds connections until serve_forever() is called", async () => {
    const server = observed();
    await using client = await RawClient.connectTls(server.server_port);
    client.send(LAST_GET);
    await realWait();
    expect(client.received).toBe("");
    await using _served = serve(server);
    expect(decodeResponse(await client.untilClosed()).body).toBe("hello");
  });

  test("serves a single connection by handle_request()", async () => {
    await using server = observed();
    const handled = server.handle_request();
    expect(await ask(server.server_port)).toBe("hello");
    await handled;
  });

  test("tells one connection too many to try later", async () => {
    await using server = serve(observed({ maxConnections: 0 }));
    await using client = await RawClient.connectTls(server.port);
    client.send(GET);
    expect(decodeResponse(await client.untilClosed()).status).toBe(503);
  });

  test("has its refusal read by a client in the middle of an upload", async () => {
    await using server = await startHttpsServer(Hello, { maxBodyBytes: 10 });
    await using client = await RawClient.connectTls(server.port);
    client.send(request("POST / HTTP/1.1", ["Content-Length: 10000000"], "x".repeat(10_000_000)));
    expect(decodeResponse(await client.untilClosed()).status).toBe(413);
  });

  test("answers a client that has said that it will send no more", async () => {
    class Slow extends Hello {
      override async do_GET(): Promise<void> {
        await realWait();
        super.do_GET();
      }
    }
    await using server = await startHttpsServer(Slow);
    await using client = await RawClient.connectTls(server.port);
    client.send(GET);
    client.endInput();
    expect(decodeResponse(await client.untilClosed()).body).toBe("hello");
  });

  test("ends its answer so that it cannot be taken for one that was cut short", async () => {
    await using server = await startHttpsServer(Hello);
    await using client = await RawClient.connectTls(server.port);
    client.send(LAST_GET);
    await client.untilClosed();
    expect(client.isEndedInOrder).toBe(true);
  });

  test("ends half an answer so that it cannot be taken for a whole one", async () => {
    class Half extends Hello {
      override async do_GET(): Promise<void> {
        this.send_response(200);
        this.end_headers();
        this.wfile.write("half of it");
        await this.wfile.flush();
        throw new Error("a fault");
      }
    }
    class Forgiving extends HTTPSServer {
      override handle_error(): void {}
    }
    await using server = serve(new Forgiving(["127.0.0.1", 0], Half, someCertificate()));
    await using client = await RawClient.connectTls(server.port);
    client.send(request("GET / HTTP/1.0"));
    expect(await client.untilClosed()).toEndWith("\r\n\r\nhalf of it");
    expect(client.isEndedInOrder).toBe(false);
  });

  test("answers who was in the middle of a handshake at its shutdown", async () => {
    const { server, port } = await startHttpsServer(Hello);
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.on("connect", resolve));
    // Who comes later is accepted later.
    await using later = await RawClient.connectTls(port);
    const down = server.shutdown();
    const client = connectTls({ socket, rejectUnauthorized: false });
    client.write(GET);
    let received = "";
    for await (const bytes of client) received += bytes;
    expect(decodeResponse(received).body).toBe("hello");
    expect(await later.untilClosed()).toBe("");
    await down;
  });

  test("lets requests in flight finish at its shutdown, and breaks off handshakes that say nothing", async () => {
    const goOn = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    class Waiting extends Hello {
      override async do_GET(): Promise<void> {
        begun.resolve();
        await goOn.promise;
        super.do_GET();
      }
    }
    const { server, port } = await startHttpsServer(Waiting, { drainTimeout: 0 });
    await using silent = await RawClient.connect(port);
    await using idle = await RawClient.connectTls(port);
    await using busy = await RawClient.connectTls(port);
    busy.send(GET);
    await begun.promise;
    const down = server.shutdown();
    await silent.untilClosed();
    await idle.untilClosed();
    goOn.resolve();
    const { headers, body } = decodeResponse(await busy.untilClosed());
    expect([headers.get("connection"), body]).toEqual(["close", "hello"]);
    await down;
  });

  test("serves again after a shutdown, on the same port", async () => {
    const server = observed();
    const port = server.server_port;
    for (let round = 0; round < 2; round++) {
      const served = server.serve_forever();
      expect(server.server_port).toBe(port);
      expect(await ask(port)).toBe("hello");
      await server.shutdown();
      await served;
    }
  });
});
