/**
 * What becomes of connections for which there is no room: they are told so and closed, or only closed where hardly
 * anything more can be opened. The log gets a line for the first, and then one a minute at most.
 */

import type { Connection } from "../transport/connection.ts";
import { MAX_DESCRIPTORS } from "../transport/descriptors.ts";
import { ticker } from "../transport/ticker.ts";
import { Connections } from "./connections.ts";
import { Notices } from "./notices.ts";

/** What a client is asked to wait, in seconds: time enough for others to end. */
const RETRY_AFTER = 5;

/**
 * How many can be told so at a time. A client that does not close stays until the server has lingered long enough, and a
 * flood of them would take the descriptors that are left for the files of handlers.
 */
const MOST_REFUSED: number = Math.max(1, Math.min(1000, Math.floor(MAX_DESCRIPTORS * 0.05)));

export class Overload {
  /** Those that were told so and have not been closed yet. */
  readonly #refused: Connections = new Connections();
  readonly #notices: Notices = new Notices(1);

  /** Answers a connection beyond the server's limit with 503, or closes it where many are being answered so already. */
  refuse(connection: Connection, maxConnections: number): void {
    this.#notices.report(
      `${maxConnections} connections are open (maxConnections): further ones are answered 503`,
    );
    if (this.#refused.size >= MOST_REFUSED) {
      connection.terminate();
      return;
    }
    this.#refused.add(connection);
    connection.refuse(unavailable());
  }

  /** Notes that a connection was closed without an answer. */
  drop(): void {
    this.#notices.report(
      "Hardly any more files and sockets may be opened (ulimit -n): new connections are closed",
    );
  }

  /** A connection has ended: of the refused ones it may be. */
  forget(connection: Connection): void {
    this.#refused.delete(connection);
  }

  /** Closes the refused connections at once. */
  close(): void {
    for (const connection of this.#refused.all()) connection.terminate();
  }
}

function unavailable(): string {
  const body = `The server is busy. Try again in ${RETRY_AFTER} seconds.\n`;
  const lines = [
    "HTTP/1.1 503 Service Unavailable",
    `Date: ${ticker.httpDate}`,
    `Retry-After: ${RETRY_AFTER}`,
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${body.length}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
