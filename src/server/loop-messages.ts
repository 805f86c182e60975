/** What a supervisor and its loops say to each other, over the channel that the runtime gives to child processes. */

import type { Counters } from "./counters.ts";

/** What a handler may call in a loop that is for all of them. */
export type Method = "shutdown" | "close" | "reload";

/** From the supervisor to a loop. */
export type Order =
  /** Accept no more connections, let requests in flight finish, and end. */
  | { readonly order: "drain" }
  /** Accept, besides its own connections, those of these loops, and of no others. */
  | { readonly order: "cover"; readonly loops: readonly number[] }
  /** Report what it has counted. */
  | { readonly order: "count"; readonly id: number }
  /** The answer to "total": what all loops have counted. */
  | { readonly order: "totals"; readonly id: number; readonly counters: Counters }
  /** Read the certificate again. */
  | { readonly order: "reload" };

/** From a loop to its supervisor. */
export type Report =
  /** It accepts connections. */
  | { readonly report: "listening" }
  /** What it has counted: now and then by itself, or as the answer to "count". */
  | { readonly report: "counted"; readonly id: number | null; readonly counters: Counters }
  /** A handler asks what all loops of a server have counted. Servers go by their places among those of the script. */
  | { readonly report: "total"; readonly id: number; readonly server: number }
  /** A handler has called this for a server. */
  | { readonly report: Method; readonly server: number }
  /** It accepts no more connections, and ends after the last one. */
  | { readonly report: "draining" }
  /** Its last connection has ended. */
  | { readonly report: "drained"; readonly counters: Counters };

/** The name under which messages travel, apart from those of the script itself. */
const NAME = "basehttp";

export function envelope(message: Order | Report): object {
  return { [NAME]: message };
}

/** The message of a supervisor or a loop; null where it is somebody else's. */
export function opened<Message extends Order | Report>(received: unknown): Message | null {
  if (typeof received !== "object" || received === null || !(NAME in received)) return null;
  return received[NAME] as Message;
}
