/** The servers that the bench starts, each in a process of its own. */
import { join } from "node:path";
import { type Program, programPath } from "./programs.ts";
import { ROOT } from "./repository.ts";

export interface Peer {
  readonly title: string;
  /** What has to be installed for it. */
  readonly program: Exclude<Program, "wrk" | "h2load" | "openssl">;
  /** The file in `peers/` that starts it, and arguments; what a case adds follows. */
  readonly args: readonly [file: string, ...args: string[]];
}

export type PeerName =
  | "basehttp"
  | "bun-serve"
  | "bun-serve-static"
  | "bun-serve-dir"
  | "bun-listen"
  | "node-http"
  | "python-http10"
  | "python-http11"
  | "nginx"
  | "nginx-cached";

export const PEERS: Readonly<Record<PeerName, Peer>> = {
  basehttp: { title: "basehttp", program: "bun", args: ["basehttp.ts"] },
  "bun-serve": { title: "Bun.serve, fetch", program: "bun", args: ["bun-serve.ts"] },
  "bun-serve-static": { title: "Bun.serve, static route", program: "bun", args: ["bun-serve-static.ts"] },
  "bun-serve-dir": { title: "Bun.serve, { dir } route", program: "bun", args: ["bun-serve-dir.ts"] },
  "bun-listen": { title: "Bun.listen, fixed bytes", program: "bun", args: ["bun-listen.ts"] },
  "node-http": { title: "node:http", program: "node", args: ["node-http.mjs"] },
  "python-http10": { title: "Python, HTTP/1.0", program: "python3", args: ["python.py", "HTTP/1.0"] },
  "python-http11": { title: "Python, HTTP/1.1", program: "python3", args: ["python.py", "HTTP/1.1"] },
  nginx: { title: "nginx", program: "nginx", args: ["nginx.ts", "plain"] },
  "nginx-cached": { title: "nginx, open_file_cache", program: "nginx", args: ["nginx.ts", "cached"] },
};

/** What is started: a peer, its app, and whose source tree the program comes from. */
export interface Started {
  readonly peer: PeerName;
  readonly app?: string;
  readonly tree?: string;
}

/** Options that a runtime needs before the file: Node.js has no garbage collection on demand without. */
const RUNTIME_OPTIONS: Partial<Record<Program, readonly string[]>> = { node: ["--expose-gc"] };

/** The command that starts a peer. Servers of files get the folder as their last argument. */
export function peerCommand({ peer, app, tree = ROOT }: Started, folder?: string): string[] {
  const { program, args } = PEERS[peer];
  const [file, ...rest] = args;
  const path = join(tree, "bench/throughput/peers", file);
  const added = [app, folder].filter((argument) => argument !== undefined);
  return [...runtimeOf(program), path, ...rest, ...added];
}

/** nginx is started by a program of ours, which speaks for it. */
function runtimeOf(program: Peer["program"]): string[] {
  const runtime = program === "nginx" ? "bun" : program;
  const path = programPath(runtime);
  if (path === undefined) throw new Error(`${runtime} is not installed`);
  return [path, ...(RUNTIME_OPTIONS[runtime] ?? [])];
}
