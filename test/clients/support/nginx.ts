/** A real nginx over a directory, on a socket of its own: nobody has to find a free port for it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RawClient } from "../../support/client.ts";

/** What nginx logs as soon as it listens. */
const IS_LISTENING = "start worker process ";

export class Nginx implements AsyncDisposable {
  readonly #room: string;
  readonly #child: Bun.Subprocess<"ignore", "ignore", "pipe">;

  private constructor(room: string, child: Bun.Subprocess<"ignore", "ignore", "pipe">) {
    this.#room = room;
    this.#child = child;
  }

  /**
   * Starts the nginx at `program` over `directory`.
   *
   * @param directives more lines for its `http` block.
   */
  static async start(program: string, directory: string, directives = ""): Promise<Nginx> {
    const room = mkdtempSync(join(tmpdir(), "basehttp-nginx-"));
    const path = join(room, "nginx.conf");
    await Bun.write(path, configuration(room, directory, directives));
    const child = Bun.spawn([program, "-p", room, "-c", path], { stdio: ["ignore", "ignore", "pipe"] });
    const nginx = new Nginx(room, child);
    let log = "";
    for await (const piece of child.stderr.pipeThrough(new TextDecoderStream())) {
      log += piece;
      if (log.includes(IS_LISTENING)) return nginx;
    }
    await nginx[Symbol.asyncDispose]();
    throw new Error(`nginx has not started: ${log}`);
  }

  /** Sends raw bytes and gives all that is answered until the connection closes. */
  async exchange(bytes: string): Promise<string> {
    await using client = await RawClient.connectUnix(join(this.#room, "socket"));
    client.send(bytes);
    return await client.untilClosed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
    rmSync(this.#room, { recursive: true, force: true });
  }
}

function configuration(room: string, directory: string, directives: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
    daemon off;
    worker_processes 1;
    ${process.getuid?.() === 0 ? "user root;" : ""}
    pid "${room}/pid";
    error_log stderr notice;
    events { worker_connections 64; }
    http {
      ${kinds.map((kind) => `${kind}_temp_path "${room}/${kind}";`).join("\n      ")}
      types { text/plain txt; text/html html; text/css css; application/javascript js; image/png png; }
      access_log off;
      ${directives}
      server { listen "unix:${room}/socket"; root "${directory}"; }
    }
  `;
}
