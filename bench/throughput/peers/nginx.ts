/**
 * nginx, which can neither find a free port nor speak the protocol of `control.ts`: this program does both for it.
 *
 *     nginx.ts VARIANT FOLDER
 *
 * One worker, no access log, the rest as its documentation advises for files. "plain" opens a file for each request, which
 * is its default; "cached" keeps descriptors, sizes and times of files for a minute (`open_file_cache`).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programPath } from "../programs.ts";
import { announce } from "./control.ts";

/** How often another port is tried when somebody took one between its being found and its being used. */
const ATTEMPTS = 3;

/** What nginx logs as soon as it listens, and what it logs when it cannot. */
const IS_LISTENING = "start worker process ";
const IS_TAKEN = "Address already in use";

const [variant = "plain", folder = "."] = process.argv.slice(2);
const room = mkdtempSync(join(tmpdir(), "basehttp-nginx-"));
const CONFIGURATION_PATH = join(room, "nginx.conf");

type Nginx = Bun.Subprocess<"ignore", "ignore", "pipe">;

let running: Nginx | undefined;

function configuration(port: number): string {
  const user = process.getuid?.() === 0 ? "user root;" : ""; // the worker must be able to read the folder
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
    daemon off;
    worker_processes 1;
    ${user}
    pid "${room}/pid";
    error_log stderr notice;
    events { worker_connections 1024; }
    http {
      ${kinds.map((kind) => `${kind}_temp_path "${room}/${kind}";`).join("\n      ")}
      types { image/jpeg jpg; text/plain txt; }
      access_log off;
      sendfile on;
      tcp_nopush on;
      keepalive_requests 1000000000;
      ${variant === "cached" ? "open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s;" : ""}
      server { listen 127.0.0.1:${port}; root "${folder}"; autoindex on; }
    }
  `;
}

/** A port that nobody listens on at the moment. */
function freePort(): number {
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  return listener.port;
}

/** Where there is `setpriv`, nginx ends with this program even when that is killed and cannot see to it. */
function start(): Nginx {
  const path = programPath("nginx");
  if (path === undefined) throw new Error("nginx is not installed");
  const guard = Bun.which("setpriv") === null ? [] : ["setpriv", "--pdeathsig", "TERM"];
  const command = [...guard, path, "-e", "stderr", "-p", room, "-c", CONFIGURATION_PATH];
  return Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
}

/** Hands nginx's log on and settles with what it said by the time that it listened or ended. */
function firstWords(nginx: Nginx): Promise<string> {
  const said = Promise.withResolvers<string>();
  const follow = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let log = "";
    for await (const bytes of nginx.stderr) {
      process.stderr.write(bytes);
      log += decoder.decode(bytes, { stream: true });
      if (log.includes(IS_LISTENING)) said.resolve(log);
    }
    said.resolve(log);
  };
  void follow();
  return said.promise;
}

/**
 * Starts nginx on a free port and waits until it listens; undefined when the port is not free any more. Its files go as soon
 * as it has read them, so that nobody need remain to remove them.
 */
async function startOn(port: number): Promise<Nginx | undefined> {
  await Bun.write(CONFIGURATION_PATH, configuration(port));
  const nginx = start();
  running = nginx;
  const log = await firstWords(nginx);
  if (log.includes(IS_LISTENING)) {
    removeRoom();
    return nginx;
  }
  if (log.includes(IS_TAKEN)) return undefined;
  throw new Error("nginx does not start");
}

/** Ends nginx, worker and all. */
async function end(): Promise<void> {
  running?.kill("SIGTERM");
  await running?.exited;
  removeRoom();
}

function removeRoom(): void {
  rmSync(room, { recursive: true, force: true });
}

async function serve(): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = freePort();
    const nginx = await startOn(port);
    if (nginx !== undefined) return announce(port, () => {}, { pid: nginx.pid, end });
  }
  throw new Error(`No port stayed free in ${ATTEMPTS} attempts`);
}

// Not once: the bench may say it twice, and nginx is to be ended in peace.
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, async () => {
    await end();
    process.exit(0);
  });
}
try {
  await serve();
} catch (error) {
  await end();
  throw error;
}
