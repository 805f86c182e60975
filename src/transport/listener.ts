/** The listening socket. */

import { closeSync } from "node:fs";
import type { Certificate } from "./certificate.ts";
import { duplicate, hasDuplicates } from "./duplicate.ts";
import type { HandshakeOwner, Handshakes } from "./handshakes.ts";
import { KeptPath, removeQuietly } from "./kept-path.ts";
import { codeOf, type ListenAddress, ListenError } from "./listen-address.ts";
import {
  type Handlers,
  type ListenerOwner,
  plainHandlers,
  type SocketData,
  tlsHandlers,
} from "./socket-handlers.ts";

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
  /** Accepts no more connections; those that were accepted go on. */
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

type BunListener = Bun.TCPSocketListener<SocketData> | Bun.UnixSocketListener<SocketData>;

const ANY_HOST = "::";
const ANY_IPV4_HOST = "0.0.0.0";

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
  #listener: BunListener;
  #isRenewed = false;

  /** @throws ListenError when the address cannot be listened on. */
  constructor(address: ListenAddress, owner: ListenerOwner, { reusePort, fd, tls }: ListenOptions) {
    this.#protocols = tls === undefined ? null : tls.protocols;
    const socket = tls === undefined ? plainHandlers(owner) : tlsHandlers(owner, tls.owner, tls.handshakes);
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

  stop(): void {
    this.#listener.stop(false);
    if (this.#isRenewed && typeof this.address === "string") removeQuietly(this.address);
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
