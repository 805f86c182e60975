/** basehttp, its handlers written as a user writes them. */
import * as basehttp from "../../../src/index.ts";
import { BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler } from "../../../src/index.ts";
import { readAppName } from "./certificate.ts";
import { announce } from "./control.ts";

class LoggedHello extends BaseHTTPRequestHandler {
  do_GET(): void {
    this.send_response(200);
    this.send_header("Content-Type", "text/plain; charset=utf-8");
    this.end_headers();
    this.wfile.write("Hello, World!\n");
  }
}

class Hello extends LoggedHello {
  override log_request(): void {}
}

class Quiet extends BaseHTTPRequestHandler {
  override log_request(): void {}
}

class Json extends Quiet {
  do_GET(): void {
    this.send_response(200);
    this.send_header("Content-Type", "application/json");
    this.end_headers();
    this.wfile.write(JSON.stringify({ message: "Hello, World!" }));
  }
}

class Echo extends Quiet {
  async do_POST(): Promise<void> {
    const body = await this.rfile.read();
    this.send_response(200);
    this.send_header("Content-Type", "application/octet-stream");
    this.end_headers();
    this.wfile.write(body);
  }
}

/** Touches what a request brings, so that whatever keeps hold of it shows. */
class Work extends Echo {
  do_GET(): void {
    this.send_response(200);
    this.end_headers();
    this.wfile.write(`${this.path} ${this.headers.get("Cookie")} ${[...this.headers.keys()].length}\n`);
  }
}

class Upload extends Quiet {
  async do_POST(): Promise<void> {
    let received = 0;
    for await (const piece of this.rfile) received += piece.length;
    this.send_response(200);
    this.send_header("Content-Type", "text/plain; charset=utf-8");
    this.end_headers();
    this.wfile.write(`${received}\n`);
  }
}

/** Answers at once, or reads for as long as it takes. */
class Besieged extends Upload {
  do_GET(): void {
    this.send_response(200);
    this.send_header("Content-Type", "text/plain; charset=utf-8");
    this.end_headers();
    this.wfile.write("Hello, World!\n");
  }
}

const PIECE = Buffer.alloc(16 * 1024, "x");
const PIECES = 64;

class Stream extends Quiet {
  async do_GET(): Promise<void> {
    this.send_response(200);
    this.send_header("Content-Type", "application/octet-stream");
    this.end_headers();
    for (let sent = 0; sent < PIECES; sent++) {
      this.wfile.write(PIECE);
      await this.wfile.flush();
    }
  }
}

const [name = "", directory = "."] = process.argv.slice(2);
const { app: appName, certificate } = readAppName(name);

class Files extends SimpleHTTPRequestHandler.with({ directory }) {
  override log_request(): void {}
}

const APPS = {
  hello: Hello,
  "hello-logged": LoggedHello,
  json: Json,
  echo: Echo,
  work: Work,
  upload: Upload,
  stream: Stream,
  besieged: Besieged,
  files: Files,
};

const app = APPS[appName as keyof typeof APPS];
if (app === undefined) throw new RangeError(`No such app: "${name}"`);

// By its namespace: an earlier commit that this is compared with may have no such server.
const server =
  certificate === undefined
    ? new HTTPServer(["127.0.0.1", 0], app)
    : new basehttp.HTTPSServer(["127.0.0.1", 0], app, {
        certfile: certificate.certfile,
        keyfile: certificate.keyfile,
      });
certificate?.[Symbol.dispose]();
announce(server.server_port, () => Bun.gc(true));
await server.serve_forever();
