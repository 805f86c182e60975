/** basehttp, its handlers written as a user writes them. */
import { BaseHTTPRequestHandler, HTTPServer } from "../../../src/index.ts";
import { announce } from "./control.ts";

class Hello extends BaseHTTPRequestHandler {
  do_GET(): void {
    this.send_response(200);
    this.send_header("Content-Type", "text/plain; charset=utf-8");
    this.end_headers();
    this.wfile.write("Hello, World!\n");
  }

  override log_request(): void {}
}

class LoggedHello extends BaseHTTPRequestHandler {
  do_GET(): void {
    this.send_response(200);
    this.send_header("Content-Type", "text/plain; charset=utf-8");
    this.end_headers();
    this.wfile.write("Hello, World!\n");
  }
}

class Echo extends BaseHTTPRequestHandler {
  async do_POST(): Promise<void> {
    const body = await this.rfile.read();
    this.send_response(200);
    this.send_header("Content-Type", "application/octet-stream");
    this.end_headers();
    this.wfile.write(body);
  }

  override log_request(): void {}
}

/** Touches what a request brings, so that whatever keeps hold of it shows. */
class Work extends Echo {
  do_GET(): void {
    this.send_response(200);
    this.end_headers();
    this.wfile.write(`${this.path} ${this.headers.get("Cookie")} ${[...this.headers.keys()].length}\n`);
  }
}

const APPS = { hello: Hello, "hello-logged": LoggedHello, echo: Echo, work: Work };

const app = APPS[process.argv[2] as keyof typeof APPS];
if (app === undefined) throw new RangeError(`No such app: "${process.argv[2]}"`);

const server = new HTTPServer(["127.0.0.1", 0], app);
announce(server.server_port, () => Bun.gc(true));
await server.serve_forever();
