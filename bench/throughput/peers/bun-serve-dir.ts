/** `Bun.serve` with a route to a folder, its own way to serve files. */
import { announce } from "./control.ts";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  routes: { "/*": { dir: process.argv[2] ?? "." } },
});
announce(server.port ?? 0, () => Bun.gc(true));
