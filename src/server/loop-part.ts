/**
 * The part that a process has in a server of several loops. It is found once, by the constructor; the server's methods
 * then are what they are for that part.
 */

import { log } from "../handler/log.ts";
import { ListenError } from "../transport/listen-address.ts";
import type { ListenOptions } from "../transport/listener.ts";
import { InheritedSockets } from "../transport/loop-sockets.ts";
import type { Counters } from "./counters.ts";
import type { HTTPServer } from "./http-server.ts";
import { LoopLink } from "./loop-link.ts";
import type { LoopRole } from "./loop-role.ts";

/** The methods of a server of one loop, past those that its part overrides. */
export interface BaseServer {
  server_bind(): void;
  serve_forever(poll_interval?: number): Promise<void>;
  handle_request(): Promise<void>;
  shutdown(): Promise<void>;
  server_close(): void;
  counters(): Promise<Counters>;
  reload_certificate(): Promise<void>;
  listenOptions(): ListenOptions;
}

/** The part of a process that serves alone: all is as in a server of one loop. */
export class LonePart {
  protected readonly base: BaseServer;

  constructor(base: BaseServer) {
    this.base = base;
  }

  bind(): void {
    this.base.server_bind();
  }

  serve(poll_interval?: number): Promise<void> {
    return this.base.serve_forever(poll_interval);
  }

  handleRequest(): Promise<void> {
    return this.base.handle_request();
  }

  shutdown(): Promise<void> {
    return this.base.shutdown();
  }

  close(): void {
    this.base.server_close();
  }

  counters(): Promise<Counters> {
    return this.base.counters();
  }

  reload(): Promise<void> {
    return this.base.reload_certificate();
  }

  listening(): Promise<void> {
    return Promise.resolve();
  }
}

/** In a loop: the channel to its supervisor, once the server that it is a loop of has been made. */
let link: LoopLink | null = null;

/** In a loop: settles when it has served. */
const loopEnd: PromiseWithResolvers<void> = Promise.withResolvers<void>();

/** The part of a loop in the other servers of its script: they have loops of their own. */
export class AbsentPart extends LonePart {
  protected readonly server: HTTPServer;
  protected readonly role: LoopRole;
  readonly #place: number;

  constructor(base: BaseServer, server: HTTPServer, role: LoopRole, place: number) {
    super(base);
    this.server = server;
    this.role = role;
    this.#place = place;
  }

  /** The supervisor has bound it, or could not. */
  override bind(): void {
    const { server } = this;
    const { address, refusal } = this.role.bound[this.#place] ?? { address: null, refusal: null };
    // The script has gone on in some way then, which is this loop's as well.
    if (refusal !== null) throw new ListenError(server.server_address, refusal, undefined);
    server.server_address = address ?? server.server_address;
    [server.server_name, server.server_port] =
      typeof server.server_address === "string" ? [server.server_address, 0] : server.server_address;
  }

  /** One that had served before this loop was started is past that; others serve for as long as this one. */
  override serve(): Promise<void> {
    const isPast = this.#place < this.role.server && this.role.bound[this.#place]?.address === null;
    return isPast ? Promise.resolve() : loopEnd.promise;
  }

  /** That connection has been served, by the supervisor, before there were loops. */
  override async handleRequest(): Promise<void> {}

  override async shutdown(): Promise<void> {
    this.tell("shutdown");
  }

  override close(): void {
    this.tell("close");
  }

  override async counters(): Promise<Counters> {
    return (await link?.total(this.#place)) ?? (await this.base.counters());
  }

  override async reload(): Promise<void> {
    this.tell("reload");
  }

  /** Has the supervisor call the method of the server. */
  protected tell(method: "shutdown" | "close" | "reload"): void {
    link?.send({ report: method, server: this.#place });
  }
}

/** The part of a loop in its server: it serves. */
export class LoopPart extends AbsentPart {
  #hasServed = false;

  constructor(base: BaseServer, server: HTTPServer, role: LoopRole, place: number) {
    super(base, server, role, place);
    const drain = (): void => this.#drain();
    link = new LoopLink(role.supervisor, {
      drain,
      cover: (loops) => this.#cover(loops),
      count: () => base.counters(),
      reload: () => base.reload_certificate(),
    });
    // To this loop alone: it ends in good order, and is replaced unless the supervisor has been told as well.
    process.on("SIGINT", drain);
    process.on("SIGTERM", drain);
  }

  override serve(poll_interval?: number): Promise<void> {
    const { base, role, server } = this;
    // Called again: other loops serve then.
    if (this.#hasServed && server.socket === null) return loopEnd.promise;
    server.socket ??= new InheritedSockets(server.server_address, server, base.listenOptions, [
      role.loop,
      role.loops,
    ]);
    this.#hasServed = true;
    return this.#untilServed(base.serve_forever(poll_interval));
  }

  async #untilServed(served: Promise<void>): Promise<void> {
    link?.send({ report: "listening" });
    await served;
    await link?.end();
    loopEnd.resolve();
  }

  override shutdown(): Promise<void> {
    this.tell("shutdown");
    return this.base.shutdown();
  }

  override close(): void {
    // Where it has served, the supervisor knows: `serve_forever()` and then `server_close()` is how scripts end.
    if (this.server.socket !== null) super.close();
    this.base.server_close();
  }

  #cover(loops: readonly number[]): void {
    const { socket } = this.server;
    if (!(socket instanceof InheritedSockets)) return;
    try {
      socket.cover(loops);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      // It has no descriptors left: what queues for the others waits for them, and this one must not die of it, too.
      log.write(`Loop ${this.role.loop} cannot accept for others: ${error.message}`);
    }
  }

  #drain(): void {
    if (!this.#hasServed) process.exit();
    link?.send({ report: "draining" });
    void this.base.shutdown();
  }
}
