/**
 * Which event loop this process is, and how another one is started: the same script, run again, with a variable by which
 * the constructor of the server recognises itself.
 */

import { existsSync, fstatSync, readFileSync } from "node:fs";
import type { ListenAddress } from "../transport/listen-address.ts";
import { canShareSockets, FIRST_INHERITED } from "../transport/loop-sockets.ts";

/** What a loop is told when it is started. */
export interface LoopRole {
  /** The server that it is a loop of, by its place among those that the script makes. */
  readonly server: number;
  /** Which of its loops, from 0 on. */
  readonly loop: number;
  readonly loops: number;
  /** The process that has started it. */
  readonly supervisor: number;
  /** What the servers of the script have come to. */
  readonly bound: readonly Bound[];
}

/** What the supervisor's constructor of a server, or `server_bind()`, has come to: a loop comes to the same. */
export interface Bound {
  /** Null for a server that does not listen. */
  readonly address: ListenAddress | null;
  /** Why not, as the code of a ListenError; null for one that was not refused. */
  readonly refusal: string | null;
}

const VARIABLE = "BASEHTTP_LOOP";

/** Options of the runtime that are for the first process alone; loops are started where `--cwd` has brought it. */
const OWN_OPTIONS = /^--(?:watch|hot|no-clear-screen|inspect(?:-brk|-wait)?)(?:=|$)|^--cwd=/;

/** Where a program lies that was compiled into one file with the runtime. */
const COMPILED_PREFIX = "/$bunfs/";

/** A script may go elsewhere. */
const startDirectory: string = process.cwd();

/** Null in a process that is not a loop. */
export const ownRole: LoopRole | null = readRole();

/**
 * What the variable says, which is then taken away. `Bun.spawn` gives it to a handler's own children all the same, for it
 * hands on the variables of the start; so it counts only where the parent process is the supervisor.
 */
function readRole(): LoopRole | null {
  const text = process.env[VARIABLE];
  if (text === undefined || !Bun.isMainThread) return null;
  delete process.env[VARIABLE];
  const role = JSON.parse(text) as LoopRole;
  if (role.supervisor === process.ppid) return role;
  // The supervisor has died since: what was to be one of its loops must not become another server.
  if (process.send !== undefined && isSocket(FIRST_INHERITED)) process.exit(1);
  return null;
}

function isSocket(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    return false;
  }
}

/** Starts a loop; its messages and its end are told to `callbacks`. */
export function startLoop(
  role: Omit<LoopRole, "supervisor">,
  sockets: readonly number[],
  callbacks: {
    message(received: unknown): void;
    exit(status: number | null, signal: NodeJS.Signals | number | null): void;
  },
): Bun.Subprocess {
  const { message, exit } = callbacks;
  const own: LoopRole = { ...role, supervisor: process.pid };
  return Bun.spawn(command(), {
    cwd: startDirectory,
    env: { ...process.env, [VARIABLE]: JSON.stringify(own) },
    stdio: ["ignore", "inherit", "inherit", ...sockets],
    // A session of its own: what a terminal sends to the whole group (Ctrl-C) is the supervisor's to hear.
    detached: true,
    ipc: message,
    onExit: (_process, status, signal) => exit(status, signal as NodeJS.Signals | null),
  });
}

function command(): string[] {
  const options = process.execArgv.filter((option, at, all) => {
    return !OWN_OPTIONS.test(option) && option !== "--cwd" && all[at - 1] !== "--cwd";
  });
  const script = Bun.main.startsWith(COMPILED_PREFIX) ? [] : [Bun.main];
  return [process.execPath, ...options, ...script, ...process.argv.slice(2)];
}

/** Why there can be but one loop for an address, which is this process; null where there can be several. */
export function reasonForOneLoop(address: ListenAddress): string | null {
  if (process.platform !== "linux") return "the system does not spread connections over several";
  if (!canShareSockets()) return "the C library cannot be called";
  if (typeof address === "string") return "connections to a unix socket are not spread over several";
  if (!Bun.isMainThread) return "this is a Worker";
  if (process.execArgv.includes("--hot")) return "the program runs under --hot";
  if (isUnderTest()) return "the program is a test, which cannot be run again";
  if (!Bun.main.startsWith(COMPILED_PREFIX) && !existsSync(Bun.main)) return "the program is not in a file";
  return null;
}

/** Whether the program was started by `bun test`. */
function isUnderTest(): boolean {
  if (/[._](?:test|spec)\.[cm]?[jt]sx?$/.test(Bun.main)) return true;
  const words = readFileSync("/proc/self/cmdline", "utf8").split("\0").slice(1);
  return words.find((word) => !word.startsWith("-")) === "test";
}
