/**
 * `node:http` under Node.js, with the length declared, which is its quickest way to answer. JavaScript, since
 * not every Node.js in use runs TypeScript; it speaks the protocol of `control.ts` itself.
 */
import { once } from "node:events";
import { createServer } from "node:http";

const HELLO = Buffer.from("Hello, World!\n");

const PIECE = Buffer.alloc(16 * 1024, "x");
const PIECES = 64;

const APPS = {
  hello(_request, response) {
    response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8", "Content-Length": HELLO.length });
    response.end(HELLO);
  },
  json(_request, response) {
    const text = JSON.stringify({ message: "Hello, World!" });
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": text.length });
    response.end(text);
  },
  async upload(request, response) {
    let received = 0;
    for await (const piece of request) received += piece.length;
    const text = `${received}\n`;
    response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8", "Content-Length": text.length });
    response.end(text);
  },
  async stream(_request, response) {
    response.writeHead(200, { "Content-Type": "application/octet-stream" });
    for (let sent = 0; sent < PIECES; sent++) {
      if (!response.write(PIECE)) await once(response, "drain");
    }
    response.end();
  },
};

const app = APPS[process.argv[2]];
if (app === undefined) throw new RangeError(`No such app: "${process.argv[2]}"`);

const server = createServer(app);
server.listen(0, "127.0.0.1", () => process.stdout.write(`listening ${server.address().port}\n`));

process.stdin.on("data", () => {
  globalThis.gc(); // there is one with --expose-gc
  process.stdout.write("collected\n");
});
process.stdin.on("end", () => process.exit(0));
