/** A real nginx over a directory, on a socket of its own: nobody has to find a free port for it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RawClient } from "./client.ts";

/** Names that it goes by: Debian keeps it away from users' PATH. */
export const NGINX_NAMES: readonly string[] = ["nginx", "/usr/sbin/nginx"];

/** What nginx logs when it has begun to listen. */
const IS_LISTENING = "getrlimit(RLIMIT_NOFILE)";

export class Nginx implements AsyncDisposable {
  readonly #room: string;
  readonly #child: Bun.Subprocess;

  private constructor(room: string, child: Bun.Subprocess) {
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
    // Where there is `setpriv`, it ends with the tests even when those are killed.
    const guard = Bun.which("setpriv") === null ? [] : ["setpriv", "--pdeathsig", "TERM"];
    const child = Bun.spawn([...guard, program, "-e", "stderr", "-p", room, "-c", path], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const nginx = new Nginx(room, child);
    const decoder = new TextDecoder();
    let log = "";
    for await (const bytes of child.stderr) {
      log += decoder.decode(bytes, { stream: true });
      if (log.includes(IS_LISTENING)) return nginx;
    }
    await nginx[Symbol.asyncDispose]();
    throw new Error(`nginx does not start: ${log}`);
  }

  /** Sends raw bytes, and gives all that is answered until the connection closes. */
  async exchange(bytes: string): Promise<string> {
    await using client = await RawClient.connectUnix(join(this.#room, "socket"));
    client.send(bytes);
    return await client.untilClosed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.exited;
    rmSync(this.#room, { recursive: true, force: true });
  }
}

function configuration(room: string, directory: string, directives: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
    daemon off;
    master_process off;
    pid "${room}/pid";
    error_log stderr notice;
    events { worker_connections 64; }
    http {
      ${kinds.map((kind) => `${kind}_temp_path "${room}/${kind}";`).join("\n      ")}
      access_log off;
      default_type application/octet-stream;
      ${directives}
      server { listen "unix:${room}/socket"; root "${directory}"; }
    }
  `;
}
