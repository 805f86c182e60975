/**
 * A server with the log lines that Python's classes would print: run as a child process, so that its real stderr can be
 * read. Prints its port, serves until stdin ends, then leaves.
 */

import { BaseHTTPRequestHandler, HTTPServer, HTTPStatus } from "../../../src/index.ts";

class Handler extends BaseHTTPRequestHandler {
  do_GET(): void {
    this.send_response(HTTPStatus.OK);
    this.end_headers();
  }

  do_SIZE(): void {
    this.log_request(200, 1234);
    this.do_GET();
  }

  do_MISSING(): void {
    this.send_error(HTTPStatus.NOT_FOUND, "File not found");
  }

  do_CONTROL(): void {
    this.log_message("%s", "esc \x1b[31m, nul \0, del \x7f, c1 \x9b, nbsp \xa0, backslash \\, line\nbreak");
    this.do_GET();
  }

  do_FORMAT(): void {
    this.log_message("%d of %s, 100%%", 3, "four");
    this.do_GET();
  }

  do_PREFIX(): void {
    super.log_message(`[prefix] ${'"%s" %s %s'}`, this.requestline, "200", "-");
    this.do_GET();
  }

  do_THROW(): void {
    throw new Error("thrown by do_THROW");
  }

  async do_REJECT(): Promise<void> {
    await Promise.resolve();
    throw new Error("rejected by do_REJECT");
  }
}

await using server = new HTTPServer(["127.0.0.1", 0], Handler);
const served = server.serve_forever();
process.stdout.write(`${server.server_port}\n`);
for await (const _ of process.stdin) {
  // Only its end matters.
}
await server.shutdown();
await served;
