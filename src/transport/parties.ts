/** The parties that a connection has to do with, as far as it needs to know them. */

import type { ConnectionLimits } from "./limits.ts";
import type { ByteSink } from "./socket-writer.ts";

/** What a connection needs of its socket: a part of Bun's. */
export interface TransportSocket extends ByteSink {
  /** Nothing on a unix socket. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  pause(): void;
  resume(): void;
  /** Half-closes: no more will be written. */
  shutdown(): void;
  /** Closes when what was written is on its way. */
  end(): void;
  /** Closes at once. */
  terminate(): void;
  setNoDelay(noDelay?: boolean): boolean;
}

/** What a connection asks of a handler. Each may be overridden by users; the handler classes implement it. */
export interface ConnectionHandler {
  close_connection: boolean;
  setup(): void | Promise<void>;
  handle(): void | Promise<void>;
  handle_one_request(): void | Promise<void>;
  finish(): void | Promise<void>;
  send_error(code: number, message?: string, explain?: string): void;
  log_error(format: string, ...args: unknown[]): void;
  /** A request was handled without a complete answer: tells the author, and answers in the handler's place. */
  answerMissing(hasBegun: boolean): void;
}

/** What is counted of all connections of a server. */
export interface Tally {
  /** Connections that were accepted. */
  accepted: number;
  /** Request heads that were given to a handler, broken ones included. */
  requests: number;
}

/** What a connection tells the server that it belongs to. */
export interface ConnectionOwner<Connection> {
  readonly limits: ConnectionLimits;
  readonly tally: Tally;
  /** A handler, or a hook of it, threw. */
  handlerFailed(connection: Connection, error: unknown): void;
  /** The handler is done: the connection is to be closed now. */
  handlerFinished(connection: Connection): void;
  /** The socket is closed, and the handler is done. */
  connectionEnded(connection: Connection): void;
}
