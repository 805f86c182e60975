/** The servers that the bench starts, each in a process of its own. */
import { join } from "node:path";

export interface Peer {
  readonly title: string;
  /** The program that runs it. Bun is the one that runs the bench; the others have to be installed. */
  readonly runtime: "bun" | "node" | "python3";
  /** Arguments of that program; what a case adds follows. */
  readonly args: readonly string[];
}

const PEERS_FOLDER = join(import.meta.dirname, "peers");

export type PeerName =
  "basehttp" | "bun-serve" | "bun-listen" | "node-http" | "python-http10" | "python-http11";

export const PEERS: Readonly<Record<PeerName, Peer>> = {
  basehttp: bun("basehttp", "basehttp.ts"),
  "bun-serve": bun("Bun.serve, fetch", "bun-serve.ts"),
  "bun-listen": bun("Bun.listen, fixed bytes", "bun-listen.ts"),
  "node-http": {
    title: "node:http",
    runtime: "node",
    args: ["--expose-gc", join(PEERS_FOLDER, "node-http.mjs")],
  },
  "python-http10": python("Python, HTTP/1.0", "HTTP/1.0"),
  "python-http11": python("Python, HTTP/1.1", "HTTP/1.1"),
};

/** The command that starts a peer. */
export function peerCommand(name: PeerName, app?: string): string[] {
  const { runtime, args } = PEERS[name];
  const program = runtimePath(runtime);
  if (program === undefined) throw new Error(`${runtime} is not installed`);
  return [program, ...args, ...(app === undefined ? [] : [app])];
}

/** Where a runtime is installed, or undefined when it is not. */
export function runtimePath(runtime: Peer["runtime"]): string | undefined {
  return runtime === "bun" ? process.execPath : (Bun.which(runtime) ?? undefined);
}

function bun(title: string, file: string): Peer {
  return { title, runtime: "bun", args: [join(PEERS_FOLDER, file)] };
}

function python(title: string, protocol: string): Peer {
  return {
    title,
    runtime: "python3",
    args: [join(PEERS_FOLDER, "python.py"), protocol],
  };
}
