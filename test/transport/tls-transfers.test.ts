/** Long bodies over TLS: byte for byte, in bounded memory, and never around the encryption. */

import { expect, test } from "bun:test";
import { BaseHTTPRequestHandler, SimpleHTTPRequestHandler } from "../../src/index.ts";
import { describeWithCertificates } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { decodeResponse } from "../support/decode.ts";
import { startHttpsServer } from "../support/https.ts";
import { request } from "../support/observed-server.ts";
import { Tree } from "../support/tree.ts";

const MEBIBYTE: number = 1024 * 1024;
const LENGTH: number = 50 * MEBIBYTE;

/** Bytes of which each place has its own: a piece that is lost, doubled or moved changes the whole. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint32Array(length / 4);
  let state = 1;
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state;
  }
  return new Uint8Array(bytes.buffer);
}

const BYTES: Uint8Array = pattern(LENGTH);
const HASH: string = Bun.SHA256.hash(BYTES, "hex");

function hashOf(body: string): string {
  return Bun.SHA256.hash(Buffer.from(body, "latin1"), "hex");
}

class Transfer extends BaseHTTPRequestHandler {
  /** The greatest number of bytes that waited for the client. */
  static mostUnsent = 0;
  static ended: PromiseWithResolvers<void> = Promise.withResolvers();

  async do_GET(): Promise<void> {
    this.send_response(200);
    this.send_header("Content-Length", LENGTH);
    this.end_headers();
    for (let at = 0; at < LENGTH; at += MEBIBYTE) {
      this.wfile.write(BYTES.subarray(at, at + MEBIBYTE));
      Transfer.mostUnsent = Math.max(Transfer.mostUnsent, this.wfile.unsentBytes);
      await this.wfile.flush();
    }
  }
  async do_POST(): Promise<void> {
    const hasher = new Bun.SHA256();
    for await (const chunk of this.rfile) hasher.update(chunk);
    this.send_response(200);
    this.end_headers();
    this.wfile.write(hasher.digest("hex"));
  }
  override finish(): void {
    void super.finish();
    Transfer.ended.resolve();
  }
  override log_message(): void {}
}

describeWithCertificates("50 MB over TLS", () => {
  test("arrive as they were sent", async () => {
    await using server = await startHttpsServer(Transfer);
    await using client = await RawClient.connectTls(server.port);
    client.send(request("GET / HTTP/1.1", ["Connection: close"]));
    expect(hashOf(decodeResponse(await client.untilClosed()).body)).toBe(HASH);
  });

  test("arrive at a client that stops to read again and again, which no memory grows for", async () => {
    Transfer.mostUnsent = 0;
    await using server = await startHttpsServer(Transfer);
    await using client = await RawClient.connectTls(server.port);
    client.send(request("GET / HTTP/1.1", ["Connection: close"]));
    for (let received = 0; received < LENGTH;) {
      client.pause();
      await new Promise((resolve) => setTimeout(resolve));
      client.resume();
      const before = received;
      received = (await client.until((text) => text.length > before)).length;
    }
    expect(hashOf(decodeResponse(await client.untilClosed()).body)).toBe(HASH);
    expect(Transfer.mostUnsent).toBeLessThanOrEqual(MEBIBYTE);
  });

  test("are uploaded as they were sent", async () => {
    await using server = await startHttpsServer(Transfer);
    await using client = await RawClient.connectTls(server.port);
    client.send(request("POST / HTTP/1.1", [`Content-Length: ${LENGTH}`, "Connection: close"]));
    client.send(BYTES);
    expect(decodeResponse(await client.untilClosed()).body).toBe(HASH);
  });

  test("of a file are read and encrypted: sendfile would send them as they are", async () => {
    using tree = new Tree({ "large.bin": "" });
    await Bun.write(tree.path("large.bin"), BYTES);
    class Files extends SimpleHTTPRequestHandler.with({ directory: tree.root, sendfile: true }) {
      override log_message(): void {}
    }
    await using server = await startHttpsServer(Files);
    await using client = await RawClient.connectTls(server.port);
    client.send(request("GET /large.bin HTTP/1.1", ["Connection: close"]));
    expect(hashOf(decodeResponse(await client.untilClosed()).body)).toBe(HASH);
  });

  test("are given up on where the client reads nothing for writeTimeout", async () => {
    Transfer.ended = Promise.withResolvers();
    await using server = await startHttpsServer(Transfer, { writeTimeout: 0.25 });
    await using client = await RawClient.connectTls(server.port);
    client.send(request("GET / HTTP/1.1"));
    await client.until((received) => received.includes("200 OK"));
    client.pause();
    await Transfer.ended.promise;
    client.resume();
    expect((await client.untilClosed()).length).toBeLessThan(LENGTH);
  });
});
