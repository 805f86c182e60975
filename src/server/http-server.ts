/** The server: Python's `HTTPServer` with the hooks of its `socketserver` classes. */

import type { BaseHTTPRequestHandler, ClientAddress, HandlerServer } from "../handler/base.ts";
import { describeError } from "../handler/error-report.ts";
import { log } from "../handler/log.ts";
import type { Connection } from "../transport/connection.ts";
import type { Handshakes } from "../transport/handshakes.ts";
import type { ConnectionLimits } from "../transport/limits.ts";
import type { ListenAddress } from "../transport/listen-address.ts";
import { Listener, type ListeningSocket, type ListenOptions } from "../transport/listener.ts";
import type { Tally } from "../transport/parties.ts";
import { atOnce, isPromise, whenSettled } from "../transport/promises.ts";
import { runningConnection } from "../transport/running.ts";
import type { ListenerOwner } from "../transport/socket-handlers.ts";
import { after, type Cancel, every } from "../transport/timers.ts";
import { Connections } from "./connections.ts";
import type { Counters } from "./counters.ts";
import { takeOver } from "./hot-reload.ts";
import { type HTTPServerOptions, limitsOf } from "./options.ts";
import { Overload } from "./overload.ts";
import { type Scheme, urlOf } from "./url.ts";

/** A class of handlers, or a function that makes one: called for each connection. */
export type RequestHandlerClass =
  | (new (request: Connection, client_address: ClientAddress, server: HTTPServer) => BaseHTTPRequestHandler)
  | ((request: Connection, client_address: ClientAddress, server: HTTPServer) => BaseHTTPRequestHandler);

/** Bun's backlog, which cannot be set. */
const REQUEST_QUEUE_SIZE = 512;

/**
 * An HTTP server on an address: `new HTTPServer(["", 8000], Handler)`, or on a unix socket:
 * `new HTTPServer("/run/app.sock", Handler)`.
 *
 * The constructor binds and listens, so `server_port` is known at once. Connections are taken up by
 * `serve_forever()` or `handle_request()`; until then they wait.
 *
 * Python's name: `http.server.HTTPServer`. Differs: all connections are served at once, on one event loop.
 */
export class HTTPServer implements HandlerServer, ListenerOwner, AsyncDisposable {
  /** Whether several processes may listen on the address (SO_REUSEPORT). */
  static allow_reuse_port = false;
  /** Limits that servers of the class have unless their options say otherwise. */
  static limits: Partial<ConnectionLimits> = {};

  /** Whether an address can be bound that was in use a moment ago. Differs: always so. */
  readonly allow_reuse_address: boolean = true;
  /** How many connections the kernel queues. Differs: fixed by the runtime. */
  readonly request_queue_size: number = REQUEST_QUEUE_SIZE;
  /** The kind of socket. */
  readonly socket_type = "SOCK_STREAM";
  readonly allow_reuse_port: boolean;
  readonly RequestHandlerClass: RequestHandlerClass;
  readonly limits: ConnectionLimits;

  /** The bound address: a port of 0 has become a real one, and an empty host `::`. */
  server_address: ListenAddress;
  /** The bound host. Differs: no name is looked up for it. */
  server_name = "";
  server_port = 0;
  /** How long `handle_request()` waits, in seconds; null for ever. */
  timeout: number | null = null;
  /** The listening socket; null when the server does not listen. */
  socket: ListeningSocket | null = null;
  /** @internal */
  readonly tally: Tally = { accepted: 0, requests: 0 };
  /** What is to become connections; null where nothing comes before these. */
  protected readonly handshakes: Handshakes | null = null;

  /** Connections with an open socket or a handler that is still at work. */
  readonly #connections: Connections = new Connections();
  readonly #overload: Overload = new Overload();
  /** Accepted, but not taken up yet. */
  #held: Connection[] = [];
  /** The connection that `get_request()` is about to give out. */
  #accepted: Connection | null = null;
  #isActive = false;
  #isServing = false;
  #endServing: (() => void) | null = null;
  /** Takes up the next connection for `handle_request()`. */
  #requestTaker: ((connection: Connection | null) => void) | null = null;
  #drainWaiters: (() => void)[] = [];

  /**
   * @throws ListenError when the address cannot be listened on.
   * @throws RangeError for a limit that is not a number from 0 on.
   * @throws TypeError for an option that there is not, and for handlers that are neither class nor function.
   */
  constructor(
    server_address: ListenAddress,
    RequestHandlerClass: RequestHandlerClass,
    options: HTTPServerOptions = {},
  ) {
    options.signal?.throwIfAborted();
    if (typeof RequestHandlerClass !== "function") {
      throw new TypeError(
        `RequestHandlerClass: a class or a function is wanted, not ${typeof RequestHandlerClass}`,
      );
    }
    this.server_address = server_address;
    this.RequestHandlerClass = RequestHandlerClass;
    this.limits = limitsOf(new.target.limits, options);
    this.allow_reuse_port = options.allow_reuse_port ?? new.target.allow_reuse_port;
    if (options.bind_and_activate ?? true) {
      this.server_bind();
      this.server_activate();
    }
    options.signal?.addEventListener("abort", () => void this.shutdown(), { once: true });
  }

  // ------------------------------------------------------------------ the address

  /** Binds the address and listens, with connections held until `server_activate()`. */
  server_bind(): void {
    this.#isActive = false;
    log.open();
    const address = takeOver(this, this.server_address);
    this.socket = new Listener(address, this, this.listenOptions());
    this.server_address = this.socket.address;
    [this.server_name, this.server_port] =
      typeof this.server_address === "string" ? [this.server_address, 0] : this.server_address;
  }

  /** How `server_bind()` listens. */
  protected listenOptions(): ListenOptions {
    return { reusePort: this.allow_reuse_port };
  }

  /** Lets `serve_forever()` and `handle_request()` take up connections. */
  server_activate(): void {
    this.#isActive = true;
  }

  /**
   * Stops listening and closes the connections that nobody has taken up; those being served go on, and when they have
   * ended, so has `serve_forever()`.
   */
  server_close(): void {
    this.#stopListening();
    if (this.#isServing) void this.#untilDrained(null).then(() => this.#served());
  }

  /** The descriptor of the listening socket; -1 when the server does not listen. */
  fileno(): number {
    return this.socket?.fd ?? -1;
  }

  get address_family(): "AF_INET" | "AF_INET6" | "AF_UNIX" {
    if (typeof this.server_address === "string") return "AF_UNIX";
    return this.server_address[0].includes(":") || this.server_address[0] === "" ? "AF_INET6" : "AF_INET";
  }

  /** Where the server can be reached from this machine. */
  get url(): URL {
    if (typeof this.server_address === "string") return new URL(`unix:${this.server_address}`);
    const [host, port] = this.server_address;
    const isAny = host === "::" || host === "0.0.0.0" || host === "";
    return new URL(urlOf(this.scheme, isAny ? "localhost" : host, port));
  }

  /** What its URLs begin with. */
  protected get scheme(): Scheme {
    return "http";
  }

  // ------------------------------------------------------------------ serving

  /**
   * Serves until `shutdown()`, and settles when the last connection has ended. Afterwards it can be called again,
   * and listens on the same address.
   *
   * @param poll_interval seconds between two calls of `service_actions()`. Differs: nothing else waits for it.
   * @throws TypeError while it is running already.
   */
  serve_forever(poll_interval = 0.5): Promise<void> {
    if (this.#isServing) throw new TypeError("serve_forever() is running already");
    if (this.socket === null) this.server_bind();
    if (!this.#isActive) this.server_activate();
    this.#isServing = true;
    const isServiced = this.service_actions !== HTTPServer.prototype.service_actions;
    const stopServicing = isServiced ? every(poll_interval, () => this.#service()) : null;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#endServing = () => {
      stopServicing?.();
      resolve();
    };
    this.#takeUpHeld();
    return promise;
  }

  /**
   * Serves one connection, and settles when it has ended. When none comes within `timeout` seconds, it calls
   * `handle_timeout()` instead.
   *
   * @throws TypeError while `serve_forever()` is running, or another call waits.
   */
  async handle_request(): Promise<void> {
    if (this.#isServing || this.#requestTaker !== null) throw new TypeError("The server is serving already");
    if (this.socket === null) this.server_bind();
    if (!this.#isActive) this.server_activate();
    const connection = this.#held.shift() ?? (await this.#nextConnection());
    if (connection === null) {
      if (this.socket !== null) await this.handle_timeout();
      return;
    }
    this.#takeUp(connection);
    await this.#untilEnded(connection);
  }

  /**
   * Ends serving: accepts no more connections, closes the idle ones, and lets requests in flight finish, with
   * `Connection: close` in their answers; the first one of a connection that has just been accepted is in flight for a
   * second. What still goes on after `drainTimeout` seconds is cut off.
   *
   * @returns a promise that settles when all connections have ended. Called in a handler it does not wait for that
   * handler's own; a handler that has waited for something before must call it as `this.server.shutdown()` for that.
   */
  async shutdown(): Promise<void> {
    const caller = runningConnection();
    this.#stopListening();
    for (const connection of this.#connections.all()) connection.drain();
    const cancelCutOff = after(this.limits.drainTimeout, () => this.#cutOff());
    const ended = this.#untilDrained(null).then(() => {
      cancelCutOff();
      this.#served();
    });
    await (caller === null ? ended : this.#untilDrained(caller));
  }

  /** Calls `service_actions()`: what it throws must not end the process, for there is nobody to catch it. */
  #service(): void {
    const failed = (error: unknown): void => reportFailure("service_actions()", error);
    try {
      const serviced: unknown = this.service_actions();
      if (isPromise(serviced)) whenSettled(serviced, ignore, failed);
    } catch (error) {
      failed(error);
    }
  }

  #stopListening(): void {
    this.socket?.stop();
    this.socket = null;
    this.#isActive = false;
    if (this.#isServing) this.handshakes?.hurry();
    else this.handshakes?.close();
    this.#requestTaker?.(null);
    const held = this.#held;
    this.#held = [];
    for (const connection of held) connection.terminate();
    this.#overload.close();
  }

  #served(): void {
    this.#isServing = false;
    this.#endServing?.();
    this.#endServing = null;
  }

  /** Ends what would not end by itself. */
  #cutOff(): void {
    log.write(`shutdown(): ${this.#connections.size} connections still open are cut off`);
    this.handshakes?.close();
    for (const connection of this.#connections.all()) {
      connection.terminate();
      this.#forget(connection);
    }
  }

  /** Shuts down and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
    this.server_close();
  }

  /** What the server has done so far, and what it is at. */
  async counters(): Promise<Counters> {
    return { ...this.tally, active: this.#connections.size, loops: this.#isServing ? 1 : 0 };
  }

  // ------------------------------------------------------------------ the hooks, in the order of their calls

  /**
   * Gives the connection that has been accepted. An override that throws has it closed without an answer, and
   * `handle_error()` is told.
   */
  get_request(): [request: Connection, client_address: ClientAddress] {
    const connection = this.#accepted!;
    return [connection, connection.clientAddress];
  }

  /** Whether a connection is to be served. If not, it is closed without an answer. */
  verify_request(_request: Connection, _client_address: ClientAddress): boolean {
    return true;
  }

  /** Serves a connection: calls `finish_request()`. */
  process_request(request: Connection, client_address: ClientAddress): void | Promise<void> {
    return this.finish_request(request, client_address);
  }

  /**
   * Makes the handler of a connection. An override can give its constructor more arguments.
   *
   * Differs: it does not wait for the handler to have finished; `shutdown_request()` is called then.
   */
  finish_request(request: Connection, client_address: ClientAddress): void | Promise<void> {
    const Handler = this.RequestHandlerClass;
    if (isClass(Handler)) new Handler(request, client_address, this);
    else return promiseOf(Handler(request, client_address, this));
  }

  /** Called when a connection's handler has finished, or where it was not to be served. */
  shutdown_request(request: Connection): void | Promise<void> {
    return this.close_request(request);
  }

  /** Closes a connection, once the last answer is out. */
  close_request(request: Connection): void | Promise<void> {
    request.close();
  }

  /**
   * Called with what a handler threw: prints it to standard error, as Python does. The client gets 500 if it has not
   * got anything else yet.
   */
  handle_error(_request: Connection, client_address: ClientAddress, error: unknown): void {
    const line = "-".repeat(40);
    const [host, port] = client_address;
    log.write(line);
    log.write(`Exception occurred during processing of request from ('${host}', ${port})`);
    log.write(describeError(error));
    log.write(line);
  }

  /** Called when no connection has come within `timeout` seconds of `handle_request()`. */
  handle_timeout(): void {}

  /** Called again and again by `serve_forever()`. Differs: what it throws is logged, and serving goes on. */
  service_actions(): void {}

  // ------------------------------------------------------------------ what the transport tells

  /** @internal */
  connectionOpened(connection: Connection): void {
    this.tally.accepted++;
    const { maxConnections } = this.limits;
    if (this.#connections.size >= maxConnections) {
      this.#overload.refuse(connection, maxConnections);
      return;
    }
    this.#connections.add(connection);
    if (this.#requestTaker !== null) {
      this.#requestTaker(connection);
    } else if (this.#isServing && this.#isActive) {
      this.#takeUp(connection);
    } else if (this.#isServing && this.socket === null) {
      // Its handshake was under way when the server stopped listening.
      this.#takeUp(connection);
      connection.drain();
    } else {
      connection.hold();
      this.#held.push(connection);
    }
  }

  /** @internal */
  connectionDropped(): void {
    this.#overload.drop();
  }

  /** @internal */
  handlerFailed(connection: Connection, error: unknown): void {
    const failed = (second: unknown): void => reportFailure("handle_error()", second, error);
    try {
      const handled: unknown = this.handle_error(connection, connection.clientAddress, error);
      if (isPromise(handled)) whenSettled(handled, ignore, failed);
    } catch (second) {
      failed(second);
    }
  }

  /** @internal */
  handlerFinished(connection: Connection): void {
    this.#shutDownRequest(connection);
  }

  /** @internal */
  connectionEnded(connection: Connection): void {
    const place = this.#held.indexOf(connection);
    if (place >= 0) this.#held.splice(place, 1);
    this.#overload.forget(connection);
    this.#forget(connection);
  }

  // ------------------------------------------------------------------ taking up connections

  #takeUpHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const connection of held) this.#takeUp(connection);
  }

  #takeUp(connection: Connection): void {
    this.#accepted = connection;
    let request: Connection;
    let client_address: ClientAddress;
    try {
      [request, client_address] = atOnce("get_request()", this.get_request());
    } catch (error) {
      this.handlerFailed(connection, error);
      connection.close();
      return;
    }
    try {
      if (atOnce("verify_request()", this.verify_request(request, client_address))) {
        const processed = this.process_request(request, client_address);
        if (isPromise(processed)) {
          whenSettled(processed, ignore, (error) => this.#requestFailed(request, error));
        }
      } else {
        this.#shutDownRequest(request);
      }
    } catch (error) {
      this.#requestFailed(request, error);
    }
  }

  #requestFailed(request: Connection, error: unknown): void {
    this.handlerFailed(request, error);
    this.#shutDownRequest(request);
  }

  #shutDownRequest(request: Connection): void {
    const failed = (error: unknown): void => {
      this.handlerFailed(request, error);
      request.close();
    };
    try {
      const shutDown = this.shutdown_request(request);
      if (isPromise(shutDown)) whenSettled(shutDown, ignore, failed);
    } catch (error) {
      failed(error);
    }
  }

  /** The next connection, or null when none comes in time. */
  #nextConnection(): Promise<Connection | null> {
    const { promise, resolve } = Promise.withResolvers<Connection | null>();
    let cancelTimeout: Cancel = () => {};
    const settle = (connection: Connection | null): void => {
      cancelTimeout();
      this.#requestTaker = null;
      resolve(connection);
    };
    if (this.timeout !== null) cancelTimeout = after(Math.max(this.timeout, 0.001), () => settle(null));
    this.#requestTaker = settle;
    return promise;
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    this.wakeDrainWaiters();
  }

  /** Has those look again who wait for the last connection to end. */
  protected wakeDrainWaiters(): void {
    if (this.#drainWaiters.length === 0) return;
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const waiter of waiters) waiter();
  }

  async #untilEnded(connection: Connection): Promise<void> {
    while (this.#connections.has(connection)) await this.#untilNextEnd();
  }

  /** Settles when all connections have ended, but for one that is excepted. */
  async #untilDrained(excepted: object | null): Promise<void> {
    const exceptions = (): number =>
      excepted !== null && this.#connections.has(excepted as Connection) ? 1 : 0;
    const underWay = (): number => this.#connections.size + (this.handshakes?.count ?? 0);
    while (underWay() > exceptions()) await this.#untilNextEnd();
  }

  #untilNextEnd(): Promise<void> {
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }
}

type HandlerConstructor = new (
  request: Connection,
  client_address: ClientAddress,
  server: HTTPServer,
) => BaseHTTPRequestHandler;

/** A class has a prototype with a handler's methods; a function that makes handlers has not. */
function isClass(handler: RequestHandlerClass): handler is HandlerConstructor {
  return typeof handler.prototype?.handle_one_request === "function";
}

/** Tells of a hook that failed where nothing else can be done about it, and of what it was to see to. */
function reportFailure(hook: string, error: unknown, ...occasion: readonly unknown[]): void {
  log.write(`${hook} failed: ${describeError(error)}`);
  for (const cause of occasion) log.write(`  when it was called with: ${describeError(cause)}`);
}

/** What a function that makes handlers gave, if it is asynchronous. */
function promiseOf(made: unknown): void | Promise<void> {
  if (isPromise(made)) return made;
}

function ignore(): void {}
