/** The part of the process that a server of several loops was started in. */

import type { Listener } from "../transport/listener.ts";
import { assertUnused, LoopSockets } from "../transport/loop-sockets.ts";
import { type Counters, NO_COUNTERS, sumOf } from "./counters.ts";
import type { HTTPServer } from "./http-server.ts";
import type { Method } from "./loop-messages.ts";
import { type BaseServer, LonePart } from "./loop-part.ts";
import { Supervisor } from "./supervisor.ts";

/** What the part has to know of its server. */
interface SupervisedServer extends HTTPServer {
  readonly workers: number;
  readonly daemon_threads: boolean;
  readonly block_on_close: boolean;
}

/** Servers of several loops, by their places in the order in which the script makes them: the same in all processes. */
export type Places = readonly Place[];

export interface Place {
  readonly server: HTTPServer & { reload_certificate?(): Promise<void> };
  /** The code of the ListenError by which it could not be bound. */
  refusal: string | null;
}

export class SupervisorPart extends LonePart {
  readonly #server: SupervisedServer;
  readonly #places: Places;
  /** Whether others may listen on the address, which the loops do anyhow. */
  readonly #isShared: boolean;
  #supervisor: Supervisor | null = null;
  /** The one that `serve_forever()` waits for. */
  #serving: Supervisor | null = null;
  /** Settles when there are loops again to wait for. */
  #started: PromiseWithResolvers<Supervisor> = Promise.withResolvers<Supervisor>();
  /** What the loops of earlier calls of `serve_forever()` have counted. */
  #earlier: Counters = NO_COUNTERS;

  constructor(base: BaseServer, server: SupervisedServer, places: Places, isShared: boolean) {
    super(base);
    this.#server = server;
    this.#places = places;
    this.#isShared = isShared;
  }

  override bind(): void {
    const { server_address } = this.#server;
    // The system gives no port to two, unless both name it.
    const isNamed = typeof server_address !== "string" && server_address[1] !== 0;
    if (isNamed && !this.#isShared) assertUnused(server_address, this.#server);
    this.base.server_bind();
  }

  override serve(poll_interval?: number): Promise<void> {
    // The base serves until its own connections have ended, which it may have none of; the loops take longer.
    if (this.#serving?.isOver === false) throw new TypeError("serve_forever() is running already");
    return this.#supervise(this.base.serve_forever(poll_interval));
  }

  /** @param served settles when the connections have ended that this process had accepted before. */
  async #supervise(served: Promise<void>): Promise<void> {
    let supervisor: Supervisor | null = null;
    try {
      supervisor = this.#startLoops();
      const { ended } = supervisor;
      await Promise.race([ended, served]);
      await served;
      if (this.#server.daemon_threads || this.#server.block_on_close) await ended;
    } catch (error) {
      await this.base.shutdown();
      throw error;
    } finally {
      // Not where it was called again as soon as the last loop had ended.
      if (this.#serving === supervisor) this.#serving = null;
    }
  }

  #startLoops(): Supervisor {
    const server = this.#server;
    if (this.#supervisor !== null) this.#earlier = sumOf([this.#earlier, this.#supervisor.counted]);
    // The one that `bind()` has made: loops are started by nobody who has not got that far.
    const sockets = new LoopSockets(server.socket as Listener, server, server.workers);
    server.socket = sockets;
    const role = {
      server: this.#places.findIndex((place) => place.server === server),
      loops: server.workers,
      bound: this.#places.map(({ server: { socket }, refusal }) => ({
        address: socket?.address ?? null,
        refusal,
      })),
    };
    this.#supervisor = new Supervisor(role, sockets, {
      call: (method, place) => this.#call(method, place),
      count: async (place) => (await this.#places[place]?.server.counters()) ?? NO_COUNTERS,
    });
    this.#serving = this.#supervisor;
    this.#started.resolve(this.#supervisor);
    this.#started = Promise.withResolvers<Supervisor>();
    return this.#supervisor;
  }

  /** Does what a handler has called for in a loop. */
  #call(method: Method, place: number): void {
    const server = this.#places[place]?.server;
    if (method === "close") server?.server_close();
    else if (method === "shutdown") void server?.shutdown();
    else void server?.reload_certificate?.();
  }

  override async shutdown(): Promise<void> {
    await Promise.all([this.base.shutdown(), this.#supervisor?.drain(this.#server.limits.drainTimeout)]);
  }

  override close(): void {
    const { daemon_threads, limits } = this.#server;
    this.base.server_close();
    if (daemon_threads) this.#supervisor?.kill();
    else void this.#supervisor?.drain(limits.drainTimeout);
  }

  override async counters(): Promise<Counters> {
    const own = await this.base.counters();
    if (this.#supervisor === null) return own;
    return sumOf([{ ...own, loops: 0 }, this.#earlier, await this.#supervisor.counters()]);
  }

  /** What cannot be served is found here, before a loop hears of it. */
  override async reload(): Promise<void> {
    await this.base.reload_certificate();
    this.#supervisor?.reload();
  }

  override async listening(): Promise<void> {
    const { listening } = this.#serving ?? (await this.#started.promise);
    await listening;
  }
}
