/**
 * The listening socket, and the one place where Bun's socket callbacks meet connections. None of the callbacks is
 * asynchronous: a rejection in one would reach nobody.
 */

import { Connection } from "./connection.ts";
import { isAmongLast } from "./descriptors.ts";
import type { ConnectionOwner } from "./parties.ts";
import { ticker } from "./ticker.ts";

/** `[host, port]`, or the path of a unix socket. */
export type ListenAddress = readonly [host: string, port: number] | string;

/** Who gets the connections that are accepted. */
export interface ListenerOwner extends ConnectionOwner<Connection> {
  connectionOpened(connection: Connection): void;
  /** A connection was closed at once, since the process may open hardly anything more. */
  connectionDropped(): void;
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

/** A socket's connection; none for one that is closed as soon as it is opened. */
type SocketData = Connection | undefined;

type BunListener = Bun.TCPSocketListener<SocketData> | Bun.UnixSocketListener<SocketData>;

export class Listener {
  /** The bound address: a port of 0 has become a real one. */
  readonly address: ListenAddress;
  readonly #listener: BunListener;

  /** @throws ListenError when the address cannot be listened on. */
  constructor(address: ListenAddress, owner: ListenerOwner, canReusePort: boolean) {
    this.#listener = listen(address, owner, canReusePort);
    if (typeof address === "string") {
      this.address = address;
    } else {
      const { hostname, port } = this.#listener as unknown as { hostname: string; port: number };
      this.address = [hostname, port];
    }
  }

  /** The descriptor of the listening socket. */
  get fd(): number {
    return (this.#listener as unknown as { fd: number }).fd;
  }

  /** Accepts no more connections; those that were accepted go on. */
  stop(): void {
    this.#listener.stop(false);
  }
}

function listen(address: ListenAddress, owner: ListenerOwner, canReusePort: boolean): BunListener {
  const socket = socketHandlers(owner);
  try {
    if (typeof address === "string")
      return Bun.listen<SocketData>({ unix: address, allowHalfOpen: true, socket });
    const [host, port] = address;
    // An own field of Bun's that its types leave out.
    const options = { port, allowHalfOpen: true, socket, reusePort: canReusePort };
    if (host !== "") return Bun.listen<SocketData>({ ...options, hostname: host });
    return listenOnAll(options);
  } catch (cause) {
    throw new ListenError(address, codeOf(cause), cause);
  }
}

/** Both families, or IPv4 alone on a machine without IPv6. */
function listenOnAll(options: Omit<Bun.TCPSocketListenOptions<SocketData>, "hostname">): BunListener {
  try {
    return Bun.listen<SocketData>({ ...options, hostname: ANY_HOST });
  } catch (cause) {
    if (!["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(codeOf(cause))) throw cause;
    return Bun.listen<SocketData>({ ...options, hostname: ANY_IPV4_HOST });
  }
}

function socketHandlers(owner: ListenerOwner): Bun.SocketHandler<SocketData> {
  return {
    open(socket) {
      if (isAmongLast((socket as unknown as { fd: number }).fd)) {
        socket.terminate();
        owner.connectionDropped();
        return;
      }
      ticker.retain();
      const connection = new Connection(socket, owner);
      socket.data = connection;
      owner.connectionOpened(connection);
    },
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
    error(socket, error) {
      // A throw in one of the callbacks above: a defect of ours, which must not cost more than its connection.
      if (socket.data !== undefined) owner.handlerFailed(socket.data, error);
      socket.terminate();
    },
  };
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
    case "ENOTFOUND":
      return "the address is not known";
    default:
      return code;
  }
}
