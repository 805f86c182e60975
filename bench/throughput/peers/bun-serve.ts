/** `Bun.serve` with a `fetch` handler, written as its documentation writes it. */
import { bunTls, readAppName } from "./certificate.ts";
import { announce } from "./control.ts";

const PIECE = Buffer.alloc(16 * 1024, "x");
const PIECES = 64;

const APPS: Record<string, (request: Request) => Response | Promise<Response>> = {
  hello: () => new Response("Hello, World!\n"),
  json: () => Response.json({ message: "Hello, World!" }),
  echo: async (request) =>
    new Response(await request.bytes(), { headers: { "Content-Type": "application/octet-stream" } }),
  work: async (request) =>
    request.method === "POST"
      ? new Response(await request.bytes())
      : new Response(
          `${request.url} ${request.headers.get("Cookie")} ${[...request.headers.keys()].length}\n`,
        ),
  upload: async (request) => {
    let received = 0;
    for await (const piece of request.body ?? []) received += piece.length;
    return new Response(`${received}\n`);
  },
  stream: () =>
    new Response(
      async function* () {
        for (let sent = 0; sent < PIECES; sent++) yield PIECE;
      },
      { headers: { "Content-Type": "application/octet-stream" } },
    ),
};

const { app: name, certificate } = readAppName(process.argv[2] ?? "");
const app = APPS[name];
if (app === undefined) throw new RangeError(`No such app: "${process.argv[2]}"`);

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: app,
  ...(certificate === undefined ? {} : { tls: bunTls(certificate) }),
});
announce(server.port ?? 0, () => Bun.gc(true));
