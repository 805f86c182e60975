/**
 * The listening socket, and the one place where Bun's socket callbacks meet connections. None of the callbacks is
 * asynchronous: a rejection in one would reach nobody.
 */

import { closeSync, linkSync, renameSync, unlinkSync } from "node:fs";
import type { Certificate } from "./certificate.ts";
import { plainHost } from "./client-address.ts";
import { Connection } from "./connection.ts";
import { isAmongLast } from "./descriptors.ts";
import { duplicate, hasDuplicates } from "./duplicate.ts";
import { Handshake, type HandshakeOwner, type Handshakes, type HandshakeSocket } from "./handshakes.ts";
import type { ConnectionOwner } from "./parties.ts";
import { ticker } from "./ticker.ts";
import { describeTlsFailure } from "./tls-failure.ts";
import { TlsSocket } from "./tls-socket.ts";

/** `[host, port]`, or the path of a unix socket. */
export type ListenAddress = readonly [host: string, port: number] | string;

/** Who gets the connections that are accepted. */
export interface ListenerOwner extends ConnectionOwner<Connection> {
  connectionOpened(connection: Connection): void;
  /** A connection was closed at once, since the process may open hardly anything more. */
  connectionDropped(): void;
}

/** How it is listened on an address. */
export interface ListenOptions {
  /** Whether several processes may listen on it (SO_REUSEPORT). */
  readonly reusePort: boolean;
  /** The descriptor of a socket that listens on it already, and is taken over. */
  readonly fd?: number;
  /** Connections are encrypted. */
  readonly tls?: TlsOptions;
}

/** What a server listens by. */
export interface ListeningSocket {
  /** The bound address: a port of 0 has become a real one. */
  readonly address: ListenAddress;
  /** The descriptor of the listening socket. */
  readonly fd: number;
  /**
   * Shows `certificate` to clients that come from now on.
   *
   * @throws ListenError where the system is not Linux, or has no descriptor left; all stays as it was.
   */
  renew(certificate: Certificate): void;
  /** Accepts no more connections; those that were accepted go on, but for handshakes, which are broken off. */
  stop(): void;
}

export interface TlsOptions {
  readonly certificate: Certificate;
  /** What is offered by ALPN, as `encodeProtocols` makes it; empty for nothing. */
  readonly protocols: Uint8Array;
  readonly owner: HandshakeOwner;
  /** Those under way, of all listeners of the owner's. */
  readonly handshakes: Handshakes;
}

/** An address that cannot be listened on. The message says why, and what to do where that is known. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  /** The system's name for the reason (`EADDRINUSE`); `ENOTFOUND` for a host that nothing is known of. */
  readonly code: string;

  constructor(address: ListenAddress, code: string, cause: unknown) {
    super(`Cannot listen on ${describeAddress(address)}: ${reasonFor(code, address)}`, { cause });
    this.code = code;
  }
}

const ANY_HOST = "::";
const ANY_IPV4_HOST = "0.0.0.0";

/**
 * Whom a socket's events are for: its connection, or the handshake that comes before it; nobody where it is closed as
 * soon as it is opened.
 */
type SocketData = Connection | Handshake | undefined;

type BunSocket = Bun.Socket<SocketData>;
type BunListener = Bun.TCPSocketListener<SocketData> | Bun.UnixSocketListener<SocketData>;
type Handlers = Bun.SocketHandler<SocketData>;

/** What `Bun.listen` is given for every kind of address. `reusePort` is an own field of Bun's that its types leave out. */
interface BunOptions {
  readonly allowHalfOpen: true;
  readonly socket: Handlers;
  readonly reusePort: boolean;
  readonly tls?: Bun.TLSOptions;
}

export class Listener implements ListeningSocket {
  readonly address: ListenAddress;
  readonly #options: BunOptions;
  readonly #protocols: Uint8Array | null;
  /** Those under way; null where nothing is encrypted. */
  readonly #handshakes: Handshakes | null;
  #listener: BunListener;
  #isRenewed = false;

  /** @throws ListenError when the address cannot be listened on. */
  constructor(address: ListenAddress, owner: ListenerOwner, { reusePort, fd, tls }: ListenOptions) {
    this.#handshakes = tls === undefined ? null : tls.handshakes;
    this.#protocols = tls === undefined ? null : tls.protocols;
    const socket = tls === undefined ? plainHandlers(owner) : tlsHandlers(owner, tls);
    this.#options = {
      ...{ allowHalfOpen: true, socket, reusePort },
      ...(tls === undefined ? {} : { tls: bunTls(tls.certificate, tls.protocols) }),
    };
    this.#listener = fd === undefined ? listen(address, this.#options) : adopt(fd, address, this.#options);
    if (typeof address === "string" || fd !== undefined) {
      this.address = address;
    } else {
      const { hostname, port } = this.#listener as unknown as { hostname: string; port: number };
      this.address = [hostname, port];
    }
  }

  get fd(): number {
    return (this.#listener as unknown as { fd: number }).fd;
  }

  /**
   * It is the same socket that is listened on, by another descriptor, so nobody who waits in the system's queue is lost;
   * those who were accepted go on as they began.
   */
  renew(certificate: Certificate): void {
    const fd = duplicate(this.fd);
    if (fd < 0) throw new ListenError(this.address, hasDuplicates ? "EMFILE" : "ENOTSUP", undefined);
    // Only the listener that made a unix socket takes the path with it when it stops.
    const path = typeof this.address === "string" && !this.#isRenewed ? new KeptPath(this.address) : null;
    try {
      path?.setAside();
      const options = { ...this.#options, tls: bunTls(certificate, this.#protocols!) };
      const successor = adopt(fd, this.address, options);
      this.#listener.stop(false);
      this.#listener = successor;
      this.#isRenewed = true;
    } catch (cause) {
      closeSync(fd);
      throw cause instanceof ListenError ? cause : new ListenError(this.address, codeOf(cause), cause);
    } finally {
      path?.putBack();
    }
  }

  /** Accepts no more connections; those that were accepted go on, and handshakes, too. */
  stopAccepting(): void {
    this.#listener.stop(false);
  }

  stop(): void {
    this.stopAccepting();
    this.#handshakes?.close();
    if (this.#isRenewed && typeof this.address === "string") removeQuietly(this.address);
  }
}

/** The path of a unix socket, which has a second name for as long as somebody may take away the first one. */
class KeptPath {
  readonly #path: string;
  readonly #aside: string;

  constructor(path: string) {
    this.#path = path;
    this.#aside = `${path}.${process.pid}.aside`;
  }

  setAside(): void {
    // Left by a process of the same number, if it is there.
    removeQuietly(this.#aside);
    try {
      linkSync(this.#path, this.#aside);
    } catch (error) {
      // Where somebody has taken the path away, there is nothing to keep.
      if (codeOf(error) !== "ENOENT") throw error;
    }
  }

  putBack(): void {
    try {
      renameSync(this.#aside, this.#path);
      // Two names of one socket: then nothing was renamed.
      unlinkSync(this.#aside);
    } catch {
      // The first name is all there is, or nothing was set aside.
    }
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody has done it already.
  }
}

/** Listens on a socket that listens already; its descriptor is the new listener's own. */
function adopt(fd: number, address: ListenAddress, options: BunOptions): BunListener {
  try {
    // An option of Bun's that its types leave out.
    return Bun.listen<SocketData>({ ...options, fd } as unknown as Bun.TCPSocketListenOptions<SocketData>);
  } catch (cause) {
    throw new ListenError(address, codeOf(cause), cause);
  }
}

function bunTls({ cert, key }: Certificate, protocols: Uint8Array): Bun.TLSOptions {
  return {
    ...{ cert, key },
    // Whose chain a lone certificate completes is looked up in each handshake: with this not in the system's files, which
    // saves 3 % of it (the bench's case `tls-connect`). No client is asked for a certificate by it.
    ca: cert,
    // The types want text, which the runtime would take for UTF-8.
    ...(protocols.length === 0 ? {} : { ALPNProtocols: protocols as unknown as string }),
  };
}

function listen(address: ListenAddress, options: BunOptions): BunListener {
  try {
    if (typeof address === "string") return Bun.listen<SocketData>({ ...options, unix: address });
    const [host, port] = address;
    if (host !== "") return Bun.listen<SocketData>({ ...options, port, hostname: host });
    return listenOnAll({ ...options, port });
  } catch (cause) {
    throw new ListenError(address, codeOf(cause), cause);
  }
}

/** Both families, or IPv4 alone on a machine without IPv6. */
function listenOnAll(options: BunOptions & { port: number }): BunListener {
  try {
    return Bun.listen<SocketData>({ ...options, hostname: ANY_HOST });
  } catch (cause) {
    if (!["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(codeOf(cause))) throw cause;
    return Bun.listen<SocketData>({ ...options, hostname: ANY_IPV4_HOST });
  }
}

function plainHandlers(owner: ListenerOwner): Handlers {
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

/** The runtime opens a socket, then tells of its handshake, and then of all else; or it closes it. */
function tlsHandlers(owner: ListenerOwner, { owner: handshakeOwner, handshakes }: TlsOptions): Handlers {
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

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // Bun gives no code for a name that nothing is known of.
  return typeof code === "string" && code !== "" ? code : "ENOTFOUND";
}

function describeAddress(address: ListenAddress): string {
  if (typeof address === "string") return address;
  const [host, port] = address;
  return `${host || "all addresses"} port ${port}`;
}

function reasonFor(code: string, address: ListenAddress): string {
  switch (code) {
    case "EADDRINUSE":
      return "address already in use (port 0 picks a free one)";
    case "EADDRNOTAVAIL":
      return "this machine does not have that address";
    case "EACCES":
      return typeof address !== "string" && address[1] < 1024
        ? "ports below 1024 need privileges"
        : "permission denied";
    case "EAFNOSUPPORT":
      return "this machine does not speak that kind of address";
    case "ERR_OUT_OF_RANGE":
      return "a port is a number from 0 to 65535";
    case "EMFILE":
      return "no more files and sockets may be opened (ulimit -n)";
    case "ENOTSUP":
      return "its certificate cannot be renewed on this system; start the server anew";
    case "ENOTFOUND":
      return "the address is not known";
    default:
      return code;
  }
}
