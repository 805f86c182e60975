/**
 * The limit: fixed bytes written straight from a `Bun.listen` callback, for whatever arrived. It parses nothing,
 * so it is right only while each packet is one request; no HTTP server on this runtime can cost less.
 */
import { announce } from "./control.ts";

const BODY = "Hello, World!\n";

const ANSWER = Buffer.from(
  [
    "HTTP/1.1 200 OK",
    `Server: Bun/${Bun.version}`,
    `Date: ${new Date().toUTCString()}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${BODY.length}`,
    "",
    BODY,
  ].join("\r\n"),
);

const listener = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    data(socket) {
      socket.write(ANSWER);
    },
  },
});
announce(listener.port, () => Bun.gc(true));
