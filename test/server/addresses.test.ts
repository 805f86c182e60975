/** Where a server listens, and where its clients come from. */

import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import {
  BaseHTTPRequestHandler,
  HTTPServer,
  type HTTPServerOptions,
  type ListenAddress,
  ListenError,
} from "../../src/index.ts";
import { RawClient } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { request } from "../support/observed-server.ts";

const GET = request();
const GET_AND_CLOSE = request("GET / HTTP/1.1", ["Connection: close"]);

const hasIPv6: boolean = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

/** Answers with the client's address. */
class WhoAmI extends BaseHTTPRequestHandler {
  do_GET(): void {
    this.send_response(200);
    this.end_headers();
    this.wfile.write(JSON.stringify([...this.client_address, this.address_string()]));
  }
  override log_message(): void {}
}

function serve(address: ListenAddress, options: HTTPServerOptions = {}): HTTPServer {
  const server = new HTTPServer(address, WhoAmI, options);
  void server.serve_forever();
  return server;
}

let directory = "";
afterEach(() => {
  if (directory !== "") rmSync(directory, { recursive: true, force: true });
  directory = "";
});

function socketPath(): string {
  directory = mkdtempSync(join(tmpdir(), "basehttp-"));
  return join(directory, "server.sock");
}

describe('the host ""', () => {
  test("is every IPv4 address, and clients show as plain IPv4 (LOG-9, ATT-10)", async () => {
    await using server = serve(["", 0]);
    const response = await fetch(`http://127.0.0.1:${server.server_port}/`);
    expect(await response.json()).toEqual(["127.0.0.1", expect.any(Number), "127.0.0.1"]);
  });

  test.skipIf(!hasIPv6)("is every IPv6 address, too", async () => {
    await using server = serve(["", 0]);
    expect(server.address_family).toBe("AF_INET6");
    const response = await fetch(`http://[::1]:${server.server_port}/`);
    expect(await response.json()).toEqual(["::1", expect.any(Number), "::1"]);
  });

  test("is reached by the url that the server gives", async () => {
    await using server = serve(["", 0]);
    expect(server.url.href).toBe(`http://localhost:${server.server_port}/`);
    expect((await fetch(server.url)).status).toBe(200);
  });
});

describe("an address", () => {
  test("of IPv4 is what was asked for, with the port that was found", async () => {
    await using server = serve(["127.0.0.1", 0]);
    expect(server.server_port).toBeGreaterThan(0);
    expect(server.server_address).toEqual(["127.0.0.1", server.server_port]);
    expect([server.server_name, server.address_family]).toEqual(["127.0.0.1", "AF_INET"]);
    expect(server.url.href).toBe(`http://127.0.0.1:${server.server_port}/`);
  });

  test.skipIf(!hasIPv6)("of IPv6 is bracketed in the url alone", async () => {
    await using server = serve(["::1", 0]);
    expect([server.server_name, server.address_family]).toEqual(["::1", "AF_INET6"]);
    expect(server.url.href).toBe(`http://[::1]:${server.server_port}/`);
    expect(await (await fetch(server.url)).json()).toEqual(["::1", expect.any(Number), "::1"]);
  });

  test("is the client's own: its port is the one that it sees", async () => {
    await using server = serve(["127.0.0.1", 0]);
    const answers = Promise.withResolvers<string>();
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port: server.server_port,
      socket: { data: (_socket, chunk) => answers.resolve(chunk.toString()) },
    });
    socket.write(GET);
    const [, port] = JSON.parse(decodeResponse(await answers.promise).body);
    expect(port).toBe(socket.localPort);
    socket.end();
  });

  test("can be shared by nobody else", async () => {
    await using server = serve(["127.0.0.1", 0]);
    const address: ListenAddress = ["127.0.0.1", server.server_port];
    expect(() => new HTTPServer(address, WhoAmI)).toThrow(
      `Cannot listen on 127.0.0.1 port ${server.server_port}: address already in use (port 0 picks a free one)`,
    );
    expect(() => new HTTPServer(address, WhoAmI)).toThrow(ListenError);
  });

  test("that is not this machine's, or of nothing that is known, is named as such", () => {
    const attempt = (host: string): unknown => {
      try {
        return new HTTPServer([host, 0], WhoAmI);
      } catch (error) {
        return error;
      }
    };
    expect(attempt("192.0.2.1")).toMatchObject({
      name: "ListenError",
      code: "EADDRNOTAVAIL",
      message: "Cannot listen on 192.0.2.1 port 0: this machine does not have that address",
    });
    // A name with an empty label is refused before any name server is asked: one that is slow to answer takes no part.
    expect(attempt("no..such.host")).toMatchObject({
      code: "ENOTFOUND",
      message: "Cannot listen on no..such.host port 0: the address is not known",
    });
  });

  test("of each of several servers is its own", async () => {
    await using first = serve(["127.0.0.1", 0]);
    await using second = serve(["127.0.0.1", 0]);
    expect(first.server_port).not.toBe(second.server_port);
    await first.shutdown();
    expect((await fetch(second.url)).status).toBe(200);
  });
});

describe("a unix socket", () => {
  test("serves, and its clients have no address", async () => {
    const path = socketPath();
    await using server = serve(path);
    await using client = await RawClient.connectUnix(path);
    client.send(GET_AND_CLOSE);
    expect(JSON.parse(decodeResponse(await client.untilClosed()).body)).toEqual(["", 0, "unix"]);
    expect([server.server_address, server.server_name, server.server_port]).toEqual([path, path, 0]);
    expect([server.address_family, server.url.href]).toEqual(["AF_UNIX", `unix:${path}`]);
  });

  test("is taken away when the server ends", async () => {
    const path = socketPath();
    const server = serve(path);
    expect(existsSync(path)).toBe(true);
    await server.shutdown();
    expect(existsSync(path)).toBe(false);
  });

  test("in a directory that does not exist cannot be listened on", () => {
    const path = join(socketPath(), "nowhere", "server.sock");
    expect(() => new HTTPServer(path, WhoAmI)).toThrow(`Cannot listen on ${path}: `);
  });
});

describe("bind_and_activate: false", () => {
  test("binds nothing before server_bind(), and takes up nothing before server_activate()", async () => {
    const server = new HTTPServer(["127.0.0.1", 0], WhoAmI, { bind_and_activate: false });
    expect([server.fileno(), server.server_port, server.socket]).toEqual([-1, 0, null]);
    server.server_bind();
    await using client = await RawClient.connect(server.server_port);
    client.send(GET_AND_CLOSE);
    server.server_activate();
    await server.handle_request();
    expect(decodeResponse(await client.untilClosed()).status).toBe(200);
    await server.shutdown();
  });

  test("is made up for by serve_forever()", async () => {
    await using server = serve(["127.0.0.1", 0], { bind_and_activate: false });
    expect((await fetch(server.url)).status).toBe(200);
  });
});

describe("handle_request()", () => {
  test("takes up a connection that was there before it was called, and one alone", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], WhoAmI);
    await using first = await RawClient.connect(server.server_port);
    await using second = await RawClient.connect(server.server_port);
    first.send(GET_AND_CLOSE);
    second.send(GET_AND_CLOSE);
    await server.handle_request();
    expect(decodeResponse(await first.untilClosed()).status).toBe(200);
    expect(second.received).toBe("");
    await server.handle_request();
    expect(decodeResponse(await second.untilClosed()).status).toBe(200);
  });

  test("throws while another call waits", async () => {
    await using server = new HTTPServer(["127.0.0.1", 0], WhoAmI);
    const waiting = server.handle_request();
    expect(server.handle_request()).rejects.toThrow(new TypeError("The server is serving already"));
    await fetch(server.url, { headers: { Connection: "close" } });
    await waiting;
  });
});
