/** `Bun.serve` with an answer that is made beforehand, which no program of the user's runs for. */
import { announce } from "./control.ts";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  routes: { "/": new Response("Hello, World!\n") },
});
announce(server.port ?? 0, () => Bun.gc(true));
