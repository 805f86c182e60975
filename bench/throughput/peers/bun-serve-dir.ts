/** `Bun.serve` with a route to a folder, its own way to serve files. */
import { bunTls, readAppName } from "./certificate.ts";
import { announce } from "./control.ts";

const [name = "", folder = name] = process.argv.slice(2);
const { certificate } = readAppName(name);
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  ...(certificate === undefined ? {} : { tls: bunTls(certificate) }),
  routes: { "/*": { dir: folder } },
});
announce(server.port ?? 0, () => Bun.gc(true));
