/**
 * For Node.js: `node:http` as it comes, strict, on a free port that is the first line of its output. What it has run it
 * tells in the field X-Request of the answer. It ends with its standard input.
 */

import { createServer } from "node:http";

const server = createServer({ insecureHTTPParser: false }, (request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString("latin1");
    const record = JSON.stringify([request.method, request.url, body]);
    response.setHeader("X-Request", Buffer.from(record).toString("base64"));
    response.setHeader("Content-Length", "0");
    response.end();
  });
});

// A client that has ended its side still gets its answers.
server.httpAllowHalfOpen = true;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit());
process.stdin.resume();
