/**
 * What a client gets when its request's handler threw, or ended without an answer: an error, as long as nothing else of
 * the answer has left. The handler writes it; where it fails at that too, a bare 500 takes its place.
 */

import type { ConnectionHandler, ConnectionOwner } from "./parties.ts";
import { RequestBodyError } from "./rfile.ts";
import { ConnectionClosedError } from "./socket-writer.ts";
import { Ending, type ResponseWriter } from "./wfile.ts";

/** A connection, as far as it matters here. */
interface Answering {
  readonly wfile: ResponseWriter;
  readonly isHttp10: boolean;
  watch(result: unknown): void;
}

/**
 * A handler threw. If its client is to blame, the client is told; else the server is, and the client gets 500.
 * Either only where the client has not got anything else yet.
 */
export function answerFailure<Connection extends Answering>(
  connection: Connection,
  handler: ConnectionHandler,
  owner: ConnectionOwner<Connection>,
  error: unknown,
): void {
  const { wfile } = connection;
  if (!isPeersDoing(error, wfile)) owner.handlerFailed(connection, error);
  if (wfile.hasGone || !wfile.canRestart) {
    wfile.abandon();
    return;
  }
  wfile.restart();
  const [code, explain] = isInstance(error, RequestBodyError) ? [error.status, error.message] : [500];
  try {
    handler.close_connection = true;
    connection.watch(handler.send_error(code, undefined, explain));
  } catch (errorInIt) {
    owner.handlerFailed(connection, errorInIt);
  }
  endErrorAnswer(connection);
}

/** Nobody has answered: the author is told, and the client gets 500. */
export function answerForHandler<Connection extends Answering>(
  connection: Connection,
  handler: ConnectionHandler,
  owner: ConnectionOwner<Connection>,
  hasBegun: boolean,
): void {
  if (connection.wfile.hasGone) return;
  try {
    handler.answerMissing(hasBegun);
  } catch (error) {
    owner.handlerFailed(connection, error);
  }
  endErrorAnswer(connection);
}

/** Ends the answer of an error. Where the handler has not got one done, a bare one takes its place. */
function endErrorAnswer({ wfile, isHttp10 }: Answering): void {
  if (wfile.endRequest() < Ending.MISSING || wfile.hasGone) return;
  wfile.beginHead(isHttp10 ? "HTTP/1.0" : "HTTP/1.1", 500, "Internal Server Error");
  wfile.endHead("close");
  wfile.endRequest();
}

/** Whether what was thrown only says that the client broke the protocol or has gone. */
export function isPeersDoing(error: unknown, wfile: ResponseWriter): boolean {
  return isInstance(error, RequestBodyError) || (wfile.hasGone && isInstance(error, ConnectionClosedError));
}

/** `instanceof`, for values that may throw when they are looked at. */
function isInstance<Type>(value: unknown, Class: abstract new (...args: never[]) => Type): value is Type {
  try {
    return value instanceof Class;
  } catch {
    return false;
  }
}
