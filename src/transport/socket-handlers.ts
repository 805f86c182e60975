/**
 * The one place where Bun's socket callbacks meet connections. None of them is asynchronous: a rejection in one would reach
 * nobody.
 */

import { plainHost } from "./client-address.ts";
import { Connection } from "./connection.ts";
import { isAmongLast } from "./descriptors.ts";
import { Handshake, type HandshakeOwner, type Handshakes, type HandshakeSocket } from "./handshakes.ts";
import type { ConnectionOwner } from "./parties.ts";
import { ticker } from "./ticker.ts";
import { describeTlsFailure } from "./tls-failure.ts";
import { TlsSocket } from "./tls-socket.ts";

/** Who gets the connections that are accepted. */
export interface ListenerOwner extends ConnectionOwner<Connection> {
  connectionOpened(connection: Connection): void;
  /** A connection was closed at once, since the process may open hardly anything more. */
  connectionDropped(): void;
}

/**
 * Whom a socket's events are for: its connection, or the handshake that comes before it; nobody where it is closed as
 * soon as it is opened.
 */
export type SocketData = Connection | Handshake | undefined;

type BunSocket = Bun.Socket<SocketData>;
export type Handlers = Bun.SocketHandler<SocketData>;

export function plainHandlers(owner: ListenerOwner): Handlers {
  return {
    open(socket) {
      if (!canKeep(socket, owner)) return;
      ticker.retain();
      connect(socket, new Connection(socket, owner), owner);
    },
    ...laterEvents(),
    error(socket, error) {
      failed(socket, owner, error);
    },
  };
}

/**
 * Those of sockets that encrypt. The runtime opens a socket, then tells of its handshake, and then of all else; or it
 * closes it.
 */
export function tlsHandlers(
  owner: ListenerOwner,
  handshakeOwner: HandshakeOwner,
  handshakes: Handshakes,
): Handlers {
  return {
    open(socket) {
      if (!canKeep(socket, owner)) return;
      ticker.retain();
      const handshake = new Handshake(socket as unknown as HandshakeSocket, handshakes);
      // Before it begins: where there is no room for it, the socket tells at once that it was closed.
      socket.data = handshake;
      handshakes.begin(handshake);
    },
    handshake(socket, isDone, error) {
      const handshake = socket.data;
      if (!(handshake instanceof Handshake)) return;
      // With an error or without: a client has no certificate that could be good.
      if (!isDone) handshakes.failed(handshake, error);
      else if (handshakes.end(handshake))
        connect(socket, new Connection(new TlsSocket(socket), owner), owner);
    },
    ...laterEvents(),
    error(socket, error) {
      const isOfTls = "code" in error && error.code === "EPROTO";
      if (!isOfTls) failed(socket, owner, error);
      else handshakeOwner.tlsFailed(hostOf(socket), describeTlsFailure(error, true)!);
    },
  };
}

/** The client's, as it was known when it came. */
function hostOf({ data, remoteAddress }: BunSocket): string {
  if (data instanceof Connection) return data.clientAddress[0];
  return data instanceof Handshake ? data.host : plainHost(remoteAddress);
}

/** Whether a socket that was opened may stay open. */
function canKeep(socket: BunSocket, owner: ListenerOwner): boolean {
  if (!isAmongLast((socket as unknown as { fd: number }).fd)) return true;
  socket.terminate();
  owner.connectionDropped();
  return false;
}

function connect(socket: BunSocket, connection: Connection, owner: ListenerOwner): void {
  socket.data = connection;
  owner.connectionOpened(connection);
}

function laterEvents(): Handlers {
  return {
    data(socket, chunk) {
      socket.data?.received(chunk);
    },
    drain(socket) {
      socket.data?.drained();
    },
    end(socket) {
      socket.data?.peerEnded();
    },
    close(socket) {
      if (socket.data === undefined) return;
      ticker.release();
      socket.data.closed();
    },
  };
}

/** One of the callbacks threw: a defect of ours, which must not cost more than its connection. */
function failed(socket: BunSocket, owner: ListenerOwner, error: Error): void {
  if (socket.data instanceof Connection) owner.handlerFailed(socket.data, error);
  socket.terminate();
}
