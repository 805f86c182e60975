/** More connections than a server takes, and than a process can have open. */

import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { BaseHTTPRequestHandler, HTTPServer } from "../../src/index.ts";
import { RawClient, startServer } from "../support/client.ts";
import { type DecodedResponse, decodeResponse } from "../support/decode.ts";
import { request } from "../support/observed-server.ts";
import { Tree, type TreeContents } from "../support/tree.ts";

const GET = request();
const isWhole = (received: string): boolean => received.endsWith("hello");

class Hello extends BaseHTTPRequestHandler {
  do_GET(): void {
    this.send_response(200);
    this.send_header("Content-Length", 5);
    this.end_headers();
    this.wfile.write("hello");
  }
  override log_request(): void {}
}

/** A client that has been served and stays. */
async function servedClient(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  client.send(GET);
  await client.until(isWhole);
  return client;
}

/** What a client is answered that sends its request whether or not it is wanted. */
async function refused(port: number): Promise<DecodedResponse> {
  await using client = await RawClient.connect(port);
  client.send(GET);
  return decodeResponse(await client.untilClosed());
}

describe("at maxConnections", () => {
  test("one more is told to try later, and the others go on", async () => {
    await using server = await startServer(Hello, { maxConnections: 2 });
    await using first = await servedClient(server.port);
    await using second = await servedClient(server.port);
    const { status, headers, body } = await refused(server.port);
    expect([status, body]).toEqual([503, "The server is busy. Try again in 5 seconds.\n"]);
    expect(Object.fromEntries(headers)).toMatchObject({ "retry-after": "5", connection: "close" });
    expect(Date.parse(headers.get("date")!)).not.toBeNaN();
    for (const client of [first, second]) {
      client.send(GET);
      await client.until((received) => received.split("hello").length === 3);
    }
  });

  test("there is room again when one has ended", async () => {
    await using server = await startServer(Hello, { maxConnections: 1 });
    const first = await servedClient(server.port);
    expect((await refused(server.port)).status).toBe(503);
    await first[Symbol.asyncDispose]();
    // The server may hear of it after the next client's connection.
    let answer: DecodedResponse;
    do answer = await refusedOrServed(server.port);
    while (answer.status === 503);
    expect(answer.body).toBe("hello");
  });

  test("a client that says nothing is told so, too, and closed on when it has seen that", async () => {
    await using server = await startServer(Hello, { maxConnections: 0 });
    await using client = await RawClient.connect(server.port);
    expect(decodeResponse(await client.untilClosed()).status).toBe(503);
  });

  test("an upload does not lose its answer to a reset", async () => {
    await using server = await startServer(Hello, { maxConnections: 0 });
    await using client = await RawClient.connect(server.port);
    client.send(request("POST / HTTP/1.1", ["Content-Length: 10000000"], "x".repeat(10_000_000)));
    expect(decodeResponse(await client.untilClosed()).status).toBe(503);
  });

  test("connections that are held are counted", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], Hello, { maxConnections: 1 });
    await using held = await RawClient.connect(server.server_port);
    held.send(GET);
    expect((await refused(server.server_port)).status).toBe(503);
    void server.serve_forever();
    await held.until(isWhole);
  });

  test("the log has a line for many of them", async () => {
    const program = `
      import { BaseHTTPRequestHandler, HTTPServer } from "./src/index.ts";
      const server = new HTTPServer(["127.0.0.1", 0], BaseHTTPRequestHandler, { maxConnections: 0 });
      void server.serve_forever();
      for (let count = 0; count < 20; count++) await (await fetch(server.url)).text();
      await server.shutdown();
    `;
    const root = fileURLToPath(new URL("../..", import.meta.url));
    await using child = Bun.spawn([process.execPath, "-e", program], { cwd: root, stderr: "pipe" });
    expect(await child.stderr.text()).toBe(
      "0 connections are open (maxConnections): further ones are answered 503\n",
    );
    expect(await child.exited).toBe(0);
  });

  test("shutdown() does not wait for those that were refused", async () => {
    const server = await startServer(Hello, { maxConnections: 0 });
    await using client = await RawClient.connect(server.port);
    await client.until((received) => received.includes("503"));
    await server[Symbol.asyncDispose]();
    await client.untilClosed();
  });
});

async function refusedOrServed(port: number): Promise<DecodedResponse> {
  await using client = await RawClient.connect(port);
  client.send(request("GET / HTTP/1.1", ["Connection: close"]));
  return decodeResponse(await client.untilClosed());
}

/** A connection, or null where it was reset before it was noticed to be there. */
function connectOrFail(port: number): Promise<RawClient | null> {
  return RawClient.connect(port).catch(() => null);
}

describe.skipIf(process.platform !== "linux")("where the process can open hardly anything more", () => {
  const LIMIT = 100;
  const RESERVED = 16;
  const MOST_REFUSED = 5;

  class CrowdedServer implements AsyncDisposable {
    readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
    #port = 0;
    #first!: RawClient;

    private constructor(maxConnections: number) {
      const program = fileURLToPath(new URL("fixtures/crowded-server.ts", import.meta.url));
      const command = `ulimit -n ${LIMIT}; exec "$0" "$1" ${maxConnections}`;
      this.#child = Bun.spawn(["sh", "-c", command, process.execPath, program], {
        stdio: ["ignore", "pipe", "pipe"],
      });
    }

    /** A server that has served one client, who stays. */
    static async start(maxConnections: number): Promise<CrowdedServer> {
      const server = new CrowdedServer(maxConnections);
      const { value } = await server.#child.stdout.getReader().read();
      server.#port = Number(Buffer.from(value!).toString());
      server.#first = await RawClient.connect(server.#port);
      return server;
    }

    get port(): number {
      return this.#port;
    }

    /** How many files and sockets it has open, as the first client is told. */
    async openFiles(): Promise<number> {
      const before = this.#first.received.length;
      this.#first.send(GET);
      const received = await this.#first.until((all) => /\r\n\r\n\d+$/.test(all.slice(before)));
      return Number(received.slice(received.lastIndexOf("\n") + 1));
    }

    /** Ends it, and gives what it has logged. */
    async log(): Promise<string> {
      this.#child.kill();
      return this.#child.stderr.text();
    }

    async [Symbol.asyncDispose](): Promise<void> {
      await this.#first[Symbol.asyncDispose]();
      await this.#child[Symbol.asyncDispose]();
    }
  }

  /** Those of a crowd of clients who were not reset before they noticed. */
  async function crowd(port: number): Promise<RawClient[]> {
    const attempts = Array.from({ length: 2 * LIMIT }, () => connectOrFail(port));
    return (await Promise.all(attempts)).filter((client) => client !== null);
  }

  test("connections are closed at once, files can be opened, and all is well when there is room", async () => {
    await using server = await CrowdedServer.start(Number.POSITIVE_INFINITY);
    const idle = await server.openFiles();
    const clients = await crowd(server.port);
    expect(await server.openFiles()).toBeWithin(LIMIT - RESERVED - 1, LIMIT);

    for (const client of clients) await client[Symbol.asyncDispose]();
    while ((await server.openFiles()) > idle);
    await using last = await RawClient.connect(server.port);
    last.send(GET);
    await last.until((received) => received.includes("200 OK"));
    expect(await server.log()).toBe(
      "Hardly any more files and sockets may be opened (ulimit -n): new connections are closed\n",
    );
  });

  test("a crowd that is refused and does not leave has only few of the descriptors", async () => {
    await using server = await CrowdedServer.start(1);
    const idle = await server.openFiles();
    const clients = await crowd(server.port);
    expect(await server.openFiles()).toBeWithin(idle, idle + MOST_REFUSED + 1);
    for (const client of clients) await client[Symbol.asyncDispose]();
    expect(await server.log()).toBe(
      "1 connections are open (maxConnections): further ones are answered 503\n",
    );
  });

  const manyFiles = Object.fromEntries(Array.from({ length: 10_001 }, (_, at) => [`www/many/${at}`, ""]));
  const kept: [what: string, contents: TreeContents, request: string, held: string][] = [
    // Too large to be held in memory.
    ["files", { "www/large": "x".repeat(100_000) }, request("GET /large HTTP/1.1"), "200"],
    ["listings", manyFiles, request("GET /many/ HTTP/1.1"), "200"],
    [
      "uploads",
      { "www/": null },
      request("PUT /new HTTP/1.1", ["Content-Length: 9", "Expect: 100-continue"]),
      "100",
    ],
  ];
  test.each(kept)(
    "%s that stay open leave enough to close new connections, without spinning",
    async (_what, contents, head, held) => {
      const program = fileURLToPath(new URL("fixtures/crowded-files.ts", import.meta.url));
      using tree = new Tree(contents);
      await using child = Bun.spawn(
        ["sh", "-c", `ulimit -n ${LIMIT}; exec "$0" "$1" "$2"`, process.execPath, program, tree.path("www")],
        { stdio: ["ignore", "pipe", "ignore"] },
      );
      const { value } = await child.stdout.getReader().read();
      const port = Number(Buffer.from(value!).toString());
      const clients = await crowd(port);
      // More than may stay open beside them.
      const asking = clients.slice(0, RESERVED + 4);
      for (const client of asking) client.send(head);
      const statuses = new Set<string>();
      for (const client of asking) {
        const received = await client.until((all) => all.includes("\r\n\r\n") || client.isEnded);
        if (received !== "") statuses.add(received.slice(9, 12));
      }
      expect([...statuses].sort()).toEqual([held, "503"]);
      // Without a descriptor left it would be taken by the system, and then nobody would speak to it.
      const late = await connectOrFail(port);
      await late?.untilClosed();
      for (const client of clients) await client[Symbol.asyncDispose]();
    },
    30_000,
  );
});
