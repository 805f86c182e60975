/** A small application, as people write them, for real clients to talk to. */

import {
  BaseHTTPRequestHandler,
  ConnectionClosedError,
  type RequestHandlerClass,
} from "../../../src/index.ts";
import { noise } from "./noise.ts";
import { PARTY_SIZE } from "./scenarios.ts";

/** A handler class with a state of its own, which its requests share. */
export function app(): RequestHandlerClass {
  const released = Promise.withResolvers<void>();
  const left = Promise.withResolvers<string>();
  const party = Promise.withResolvers<void>();
  let partySize = 0;

  return class App extends BaseHTTPRequestHandler {
    override log_message(): void {}

    do_GET(): void | Promise<void> {
      const { pathname, searchParams } = new URL(this.path, "http://app");
      switch (pathname) {
        case "/port":
          return this.answer(200, String(this.client_address[1]));
        case "/together":
          return this.answerTogether(searchParams.get("id")!);
        case "/two-parts":
          return this.answerInTwoParts();
        case "/endless":
          return this.answerWithoutEnd();
        case "/left":
          return left.promise.then((name) => this.answer(200, name));
        default:
          return this.send_error(404);
      }
    }

    /** What a GET would be answered with, and a body, which HEAD must not have. */
    do_HEAD(): void | Promise<void> {
      return this.do_GET();
    }

    /** Answers without a body, though it writes one, and leaves unread what came with the request. */
    do_DELETE(): void {
      this.answer(204, "not to be seen");
    }

    async do_POST(): Promise<void> {
      switch (this.path) {
        case "/release":
          released.resolve();
          return this.answer(202, "");
        case "/json":
          return this.answerJson({ received: await this.rfile.json() });
        case "/digest":
          return this.answerDigest();
        default:
          this.answer(404, "The body stays unread");
      }
    }

    answer(status: number, body: string): void {
      this.send_response(status);
      this.send_header("Content-Type", "text/plain; charset=utf-8");
      this.end_headers();
      this.wfile.write(body);
    }

    answerJson(value: unknown): void {
      this.send_response(201);
      this.send_header("Content-Type", "application/json");
      this.end_headers();
      this.wfile.write(JSON.stringify(value));
    }

    async answerDigest(): Promise<void> {
      const hasher = new Bun.CryptoHasher("sha256");
      let length = 0;
      for await (const piece of this.rfile) {
        hasher.update(piece);
        length += piece.length;
      }
      const framing = this.headers.get("Transfer-Encoding") ?? "length";
      this.answerJson({ framing, length, sha256: hasher.digest("hex") });
    }

    async answerTogether(id: string): Promise<void> {
      partySize++;
      if (partySize === PARTY_SIZE) party.resolve();
      await party.promise;
      this.answer(200, `${id} of ${partySize}`);
    }

    async answerInTwoParts(): Promise<void> {
      this.answer(200, "first\n");
      await this.wfile.flush();
      await released.promise;
      this.wfile.write("second\n");
    }

    async answerWithoutEnd(): Promise<void> {
      const piece = noise(64 * 1024);
      this.answer(200, "");
      try {
        for (;;) {
          this.wfile.write(piece);
          await this.wfile.flush();
        }
      } catch (error) {
        left.resolve(error instanceof ConnectionClosedError ? error.name : String(error));
      }
    }
  };
}
