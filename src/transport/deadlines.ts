/**
 * By when a client has to have done something: sent a head, gone on with a body, or read on in its answer. A connection
 * has one deadline, and while the client has something to read, its reading is what is waited for: with more requests it
 * earns no more time.
 */

import { Reading } from "./backlog.ts";
import { type ConnectionLimits, LOOK_SECONDS } from "./limits.ts";
import type { RequestBody } from "./rfile.ts";
import { ticker, type Timed } from "./ticker.ts";
import type { ResponseWriter } from "./wfile.ts";

/** A connection, as far as it matters here. */
interface Awaited extends Timed {
  readonly wfile: ResponseWriter;
  /** Seconds that replace all others; 0 for none. */
  readonly timeout: number;
  /** Writes on. */
  drained(): void;
}

/** Sets a deadline, unless the client has something to read. */
export function setDeadline(connection: Awaited, seconds: number): void {
  const { wfile, timeout } = connection;
  if (!wfile.isBlocked) ticker.setDeadline(connection, timeout > 0 ? timeout : seconds);
}

/** Nothing is waited for, unless the client has something to read. */
export function clearDeadline(connection: Awaited): void {
  if (!connection.wfile.isBlocked) connection.deadlineTick = 0;
}

/** Seconds that the first request of a connection may take to come where nobody is accepted any more. */
const FIRST_REQUEST_SECONDS = 1;

/** Whether a connection that still waits for its first request was accepted a moment ago. */
export function isNew({ deadlineTick, timeout }: Awaited, { idleTimeout }: ConnectionLimits): boolean {
  const patience = timeout > 0 ? timeout : idleTimeout;
  return patience <= FIRST_REQUEST_SECONDS || deadlineTick >= ticker.tickIn(patience - FIRST_REQUEST_SECONDS);
}

/** Sets the deadline for a first request that is on its way. */
export function awaitFirstRequest(connection: Awaited): void {
  ticker.setDeadline(connection, FIRST_REQUEST_SECONDS);
}

/** Whether a body that is waited for comes fast enough. If so, sets the deadline by which it has to go on. */
export function setBodyDeadline(connection: Awaited, rfile: RequestBody, limits: ConnectionLimits): boolean {
  if (connection.wfile.isBlocked) return true;
  const patience = rfile.patience(ticker.seconds);
  // Not by a deadline, since one that is moved with each byte would never come.
  if (patience <= 0) return false;
  const longestPause = connection.timeout || limits.bodyTimeout || Number.POSITIVE_INFINITY;
  ticker.setDeadline(connection, Math.min(longestPause, patience));
  return true;
}

/** Begins the client's time to read on in its answer. */
export function awaitReading(connection: Awaited, limits: ConnectionLimits): void {
  const { wfile, timeout } = connection;
  wfile.dueTick = ticker.tickIn(timeout > 0 ? timeout : limits.writeTimeout);
  lookLater(connection);
}

/** Sees whether the client has read on in its answer: its time runs from then. `true` where that time is up. */
export function isReadingOverdue(connection: Awaited, limits: ConnectionLimits): boolean {
  const { wfile } = connection;
  const { dueTick } = wfile;
  const reading = wfile.lookAtClient();
  if (reading === Reading.SOME) {
    awaitReading(connection, limits);
    return false;
  }
  if (ticker.now < dueTick) {
    lookLater(connection);
    return false;
  }
  // Where the system does not tell, a write does: what it takes gives the client its time anew.
  if (reading === Reading.UNKNOWN) connection.drained();
  return wfile.isBlocked && wfile.dueTick === dueTick;
}

function lookLater(connection: Awaited): void {
  const { dueTick } = connection.wfile;
  ticker.setDeadlineTick(connection, dueTick === 0 ? 0 : Math.min(dueTick, ticker.tickIn(LOOK_SECONDS)));
}
