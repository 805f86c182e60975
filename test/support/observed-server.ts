/** A server whose handler is one function, and which keeps what it would log. */

import { format } from "node:util";
import { BaseHTTPRequestHandler, HTTPServer, type HTTPServerOptions } from "../../src/index.ts";

export type Answer = (handler: BaseHTTPRequestHandler) => void | Promise<void>;

export interface ObservedServer extends AsyncDisposable {
  readonly server: HTTPServer;
  readonly port: number;
  /** What the handler logged, but for the line that each answer gets. */
  readonly lines: readonly string[];
  /** What got to `handle_error()`. */
  readonly errors: readonly unknown[];
  /** Settles when `count` handlers have finished, by returning, throwing or settling. */
  handled(count: number): Promise<void>;
}

/**
 * A server on a free port of the loopback interface, serving until it is disposed of. GET, HEAD, POST and PUT are
 * answered by `answer`.
 */
export function observe(answer: Answer, options: HTTPServerOptions = {}): ObservedServer {
  const lines: string[] = [];
  const errors: unknown[] = [];
  let handledCount = 0;
  let waiters: (() => void)[] = [];

  class Handler extends BaseHTTPRequestHandler {
    do_GET(): void | Promise<void> {
      return this.answer();
    }
    do_HEAD(): void | Promise<void> {
      return this.answer();
    }
    do_POST(): void | Promise<void> {
      return this.answer();
    }
    do_PUT(): void | Promise<void> {
      return this.answer();
    }
    answer(): void | Promise<void> {
      let isPending = false;
      try {
        const result = answer(this);
        if (result === undefined) return;
        isPending = true;
        return result.finally(noteHandled);
      } finally {
        if (!isPending) noteHandled();
      }
    }
    override log_request(): void {}
    override log_message(template: string, ...args: unknown[]): void {
      lines.push(format(template, ...args));
    }
  }

  class Server extends HTTPServer {
    override handle_error(_request: unknown, _address: unknown, error: unknown): void {
      errors.push(error);
    }
  }

  function noteHandled(): void {
    handledCount++;
    const noted = waiters;
    waiters = [];
    for (const waiter of noted) waiter();
  }

  const server = new Server(["127.0.0.1", 0], Handler, { drainTimeout: 1, ...options });
  void server.serve_forever();
  return {
    server,
    port: server.server_port,
    lines,
    errors,
    async handled(count) {
      while (handledCount < count) await new Promise<void>((resolve) => waiters.push(resolve));
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A request with a Host field, and those of `fields`. */
export function request(line = "GET / HTTP/1.1", fields: readonly string[] = [], body = ""): string {
  return `${[line, "Host: test", ...fields].join("\r\n")}\r\n\r\n${body}`;
}

/**
 * Waits as long as a network or a disk would make a handler wait: the turn of the event loop ends. A timer alone may be
 * due before that, on a busy machine; what is asked for behind it comes after the end of the turn.
 */
export function realWait(): Promise<void> {
  return new Promise((resolve) => setTimeout(() => setImmediate(resolve)));
}
