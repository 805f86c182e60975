/**
 * `node:http` under Node.js, with the length declared, which is its quickest way to answer. JavaScript, since
 * not every Node.js in use runs TypeScript; it speaks the protocol of `control.ts` itself.
 */
import { createServer } from "node:http";

const BODY = Buffer.from("Hello, World!\n");

const server = createServer((_request, response) => {
  response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8", "Content-Length": BODY.length });
  response.end(BODY);
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`listening ${server.address().port}\n`));

process.stdin.on("data", () => {
  globalThis.gc(); // there is one with --expose-gc
  process.stdout.write("collected\n");
});
process.stdin.on("end", () => process.exit(0));
