/**
 * Reloading with `bun --hot`: the program runs again in the same process, while the server of the run before still
 * listens. The new one on the same address takes its place.
 */

import type { ListenAddress } from "../transport/listen-address.ts";

interface Replaceable {
  readonly server_address: ListenAddress;
  shutdown(): Promise<void>;
}

const isHot: boolean = process.execArgv.includes("--hot");

// Kept where the modules of the next run find it: each run has modules of its own.
const REGISTRY: unique symbol = Symbol.for("basehttp.servers") as typeof REGISTRY;
const holder = globalThis as { [REGISTRY]?: Map<string, Replaceable> };

/**
 * Makes `server` the one for `address`, and ends the one that had it in an earlier run; its requests in flight are
 * answered yet.
 *
 * @returns the address to bind: the earlier server's where any port was asked for, so that it stays the same.
 */
export function takeOver(server: Replaceable, address: ListenAddress): ListenAddress {
  if (!isHot) return address;
  holder[REGISTRY] ??= new Map();
  const key = JSON.stringify(address);
  const earlier = holder[REGISTRY].get(key);
  holder[REGISTRY].set(key, server);
  if (earlier === undefined || earlier === server) return address;
  const bound = earlier.server_address;
  void earlier.shutdown();
  return bound;
}
