/** A server of so many loops as its argument says, whose handler computes for a millisecond. It prints its port. */

import { BaseHTTPRequestHandler, ThreadingHTTPServer } from "../../../src/index.ts";

const BURN_MS = 1;

class Burning extends BaseHTTPRequestHandler {
  do_GET(): void {
    const startedAt = process.cpuUsage();
    while (cpuMsSince(startedAt) < BURN_MS);
    this.send_response(200);
    this.send_header("Content-Length", "2");
    this.end_headers();
    this.wfile.write("ok");
  }
  override log_request(): void {}
}

function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const workers = Number(process.argv[2]);
const server = new ThreadingHTTPServer(["127.0.0.1", 0], Burning, { workers });
process.on("SIGTERM", () => void server.shutdown());
if (server.loop === null) void server.listening().then(() => console.log(server.server_port));
await server.serve_forever();
