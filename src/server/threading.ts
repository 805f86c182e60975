/**
 * Servers on all cores: the script runs once in each of several processes, whose event loops share the address. In the
 * process that it was started in, the server is the supervisor of the others; in each of the others, one of its loops.
 */

import { availableParallelism } from "node:os";
import { log } from "../handler/log.ts";
import { type ListenAddress, ListenError } from "../transport/listen-address.ts";
import type { Counters } from "./counters.ts";
import { HTTPServer, type RequestHandlerClass } from "./http-server.ts";
import { HTTPSServer, type HTTPSServerOptions } from "./https-server.ts";
import { AbsentPart, type BaseServer, LonePart, LoopPart } from "./loop-part.ts";
import { ownRole, reasonForOneLoop } from "./loop-role.ts";
import type { HTTPServerOptions } from "./options.ts";
import { type Place, SupervisorPart } from "./supervisor-part.ts";

/** What can be chosen about a server of several loops, besides what can be chosen about any. */
export interface ThreadingOptions {
  /** How many event loops; 1 serves in this process. Default: one for each core. */
  readonly workers?: number;
  /** Whether `server_close()` cuts off what is in flight. Default: the class's attribute. */
  readonly daemon_threads?: boolean;
  /** Whether `serve_forever()` waits for what is in flight after `server_close()`. Default: the class's attribute. */
  readonly block_on_close?: boolean;
}

/** What a server of several loops has besides what any has. */
export interface ThreadingServer {
  /** How many event loops serve, or will. */
  readonly workers: number;
  /** Which of them this process is, from 0 on; null in the process that was started, and where there is but one. */
  readonly loop: number | null;
  daemon_threads: boolean;
  block_on_close: boolean;
  /** Settles when the loops listen, after `serve_forever()`. Connections that come before wait for them. */
  listening(): Promise<void>;
}

type Rest = [options?: HTTPServerOptions] | [options: HTTPServerOptions];

/** A class of servers. `Arguments` are those of its constructor behind the address and the class of the handlers. */
export interface ServerClass<Arguments extends Rest, Server> {
  new (server_address: ListenAddress, RequestHandlerClass: RequestHandlerClass, ...rest: Arguments): Server;
  readonly prototype: Server;
  allow_reuse_port: boolean;
  limits: HTTPServerOptions;
}

/** A class that `Threading` has made. */
export interface ThreadingServerClass<Arguments extends Rest, Server> extends ServerClass<
  { [At in keyof Arguments]: Arguments[At] & ThreadingOptions } & Rest,
  Server & ThreadingServer
> {
  daemon_threads: boolean;
  block_on_close: boolean;
}

/** For the servers that the script has made. */
const places: Place[] = [];

function loopCount(workers: number, address: ListenAddress): number {
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`workers: ${String(workers)} is not a whole number from 1 on`);
  }
  // What a loop is, its supervisor has decided.
  if (ownRole !== null || workers === 1) return workers;
  const reason = reasonForOneLoop(address);
  if (reason === null) return workers;
  log.write(`One event loop serves, in this process: ${reason}`);
  return 1;
}

/**
 * Makes a class of servers one whose connections several event loops serve: `class MyServer extends
 * Threading(HTTPServer)`.
 *
 * Python's name: `socketserver.ThreadingMixIn`. Differs: there is an event loop for each core, not a thread for each
 * connection. Each is a process of its own, which runs the script again: they have nothing in common.
 */
export function Threading<Arguments extends Rest, Server extends HTTPServer>(
  Base: ServerClass<Arguments, Server>,
): ThreadingServerClass<Arguments, Server> {
  class Threaded extends (Base as unknown as typeof HTTPServer) implements ThreadingServer {
    static daemon_threads = false;
    static block_on_close = true;

    readonly workers: number;
    daemon_threads: boolean;
    block_on_close: boolean;
    readonly #place: Place = { server: this, refusal: null };
    readonly #part: LonePart;

    constructor(
      server_address: ListenAddress,
      RequestHandlerClass: RequestHandlerClass,
      options: HTTPServerOptions & ThreadingOptions = {},
    ) {
      const { workers = availableParallelism(), daemon_threads, block_on_close, ...others } = options;
      const count = loopCount(workers, server_address);
      const isShared = others.allow_reuse_port ?? new.target.allow_reuse_port;
      const allow_reuse_port = isShared || count > 1;
      // Bound below, when the fields are there.
      super(server_address, RequestHandlerClass, {
        ...others,
        allow_reuse_port,
        bind_and_activate: false,
      });
      this.workers = count;
      this.daemon_threads = daemon_threads ?? new.target.daemon_threads;
      this.block_on_close = block_on_close ?? new.target.block_on_close;
      this.#part = this.#findPart(places.push(this.#place) - 1, isShared);
      if (others.bind_and_activate ?? true) {
        this.server_bind();
        this.server_activate();
      }
    }

    #findPart(place: number, isShared: boolean): LonePart {
      const base: BaseServer = {
        server_bind: () => super.server_bind(),
        serve_forever: (poll_interval) => super.serve_forever(poll_interval),
        handle_request: () => super.handle_request(),
        shutdown: () => super.shutdown(),
        server_close: () => super.server_close(),
        counters: () => super.counters(),
        reload_certificate: async () =>
          await (Base.prototype as Place["server"]).reload_certificate?.call(this),
        listenOptions: () => this.listenOptions(),
      };
      if (ownRole?.server === place) return new LoopPart(base, this, ownRole, place);
      if (ownRole !== null) return new AbsentPart(base, this, ownRole, place);
      return this.workers === 1 ? new LonePart(base) : new SupervisorPart(base, this, places, isShared);
    }

    get loop(): number | null {
      return ownRole?.loop ?? null;
    }

    override server_bind(): void {
      this.#place.refusal = null;
      try {
        this.#part.bind();
      } catch (error) {
        if (error instanceof ListenError) this.#place.refusal = error.code;
        throw error;
      }
    }

    override serve_forever(poll_interval?: number): Promise<void> {
      return this.#part.serve(poll_interval);
    }

    override handle_request(): Promise<void> {
      return this.#part.handleRequest();
    }

    override shutdown(): Promise<void> {
      return this.#part.shutdown();
    }

    override server_close(): void {
      this.#part.close();
    }

    override counters(): Promise<Counters> {
      return this.#part.counters();
    }

    listening(): Promise<void> {
      return this.#part.listening();
    }

    static {
      if ("reload_certificate" in Base.prototype) {
        Object.assign(this.prototype, {
          reload_certificate(this: Threaded): Promise<void> {
            return this.#part.reload();
          },
        });
      }
    }
  }
  return Threaded as unknown as ThreadingServerClass<Arguments, Server>;
}

// Apart, since a declaration cannot be made of a class that extends what a function gives.
const ThreadingBase: ThreadingServerClass<[options?: HTTPServerOptions], HTTPServer> = Threading(HTTPServer);

/**
 * An HTTP server on all cores: `new ThreadingHTTPServer(["", 8000], Handler)`.
 *
 * The script is run again for each event loop, so it does everything once more up to `serve_forever()`, and what comes
 * behind that when the loop ends; `server.loop === null` tells the process that was started. `shutdown()` and
 * `server_close()` end all loops, wherever they are called. `daemon_threads` has `server_close()` cut off what is in
 * flight; without, it may finish, and with `block_on_close` `serve_forever()` waits for it.
 *
 * Python's name: `http.server.ThreadingHTTPServer`. Differs: as `Threading` does.
 *
 * @throws RangeError when `workers` is not a whole number from 1 on; ListenError and all else as `HTTPServer` does.
 * `serve_forever()` rejects when no loop comes up.
 */
export class ThreadingHTTPServer extends ThreadingBase {
  static override daemon_threads = true;
}

const ThreadingHTTPSBase: ThreadingServerClass<[options: HTTPSServerOptions], HTTPSServer> =
  Threading(HTTPSServer);

/**
 * An HTTPS server on all cores: `new ThreadingHTTPSServer(["", 8443], Handler, { certfile: "cert.pem" })`. Each loop reads
 * the certificate by itself; `reload_certificate()` has all of them read it again, wherever it is called.
 *
 * Python's name: `http.server.ThreadingHTTPSServer`. Differs: as `Threading` and `HTTPSServer` do.
 *
 * @throws CertificateError as `HTTPSServer` does, and all else as {@link ThreadingHTTPServer}.
 */
export class ThreadingHTTPSServer extends ThreadingHTTPSBase {
  static override daemon_threads = true;
}
