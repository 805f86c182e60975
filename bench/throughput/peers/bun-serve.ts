/** `Bun.serve` with a `fetch` handler, written as its documentation writes it. */
import { announce } from "./control.ts";

const APPS: Record<string, (request: Request) => Response | Promise<Response>> = {
  hello: () => new Response("Hello, World!\n"),
  echo: async (request) =>
    new Response(await request.bytes(), { headers: { "Content-Type": "application/octet-stream" } }),
  work: async (request) =>
    request.method === "POST"
      ? new Response(await request.bytes())
      : new Response(
          `${request.url} ${request.headers.get("Cookie")} ${[...request.headers.keys()].length}\n`,
        ),
};

const app = APPS[process.argv[2] ?? "hello"];
if (app === undefined) throw new RangeError(`No such app: "${process.argv[2]}"`);

const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: app });
announce(server.port ?? 0, () => Bun.gc(true));
