/** The limits and deadlines of connections: every one an option of the server, with its default here. */

import {
  type ChunkedLimits,
  DEFAULT_CHUNKED_LIMITS,
  DEFAULT_HEAD_LIMITS,
  DEFAULT_MAX_BODY_BYTES,
  type HeadLimits,
} from "../protocol/limits.ts";
import type { PaceLimits } from "./body-pace.ts";
import { MAX_DESCRIPTORS } from "./descriptors.ts";

/** Times are in seconds; 0 or Infinity means for ever. */
export interface ConnectionLimits extends HeadLimits, ChunkedLimits, PaceLimits {
  /** From the first byte of a request head to its last: one that is dripped does not live longer. */
  readonly headTimeout: number;
  /** Between requests, and before the first one. Longer than the 60 s that load balancers keep theirs. */
  readonly idleTimeout: number;
  /** Without any byte of a body that is waited for. */
  readonly bodyTimeout: number;
  /** Without any byte taken by a client that has an answer to read. */
  readonly writeTimeout: number;
  /** How long `shutdown()` lets requests in flight go on. */
  readonly drainTimeout: number;
  /** Bytes of a request body; a handler class's `maxBodyBytes` overrides it. */
  readonly maxBodyBytes: number;
  /** Unsent bytes of answers per connection beyond which no further request is taken up. */
  readonly maxUnsentBytes: number;
  /** Requests that are answered in a row, of one connection or of several at once, while others wait for their turn. */
  readonly maxPipelined: number;
  /** Connections of a server that are open at a time, those included that it holds. */
  readonly maxConnections: number;
  /** From a connection to the end of its TLS handshake. */
  readonly handshakeTimeout: number;
  /** TLS handshakes of a server that are under way at a time. */
  readonly maxHandshakes: number;
}

/** Of the files and sockets that the process may have open. The rest is for the files that handlers open. */
const SHARE_OF_CONNECTIONS = 0.8;
const SHARE_OF_HANDSHAKES = 0.1;

/** More would only wait for the processor: for a second. */
const MOST_HANDSHAKES = 4000;

export const DEFAULT_CONNECTION_LIMITS: Readonly<ConnectionLimits> = {
  ...DEFAULT_HEAD_LIMITS,
  ...DEFAULT_CHUNKED_LIMITS,
  maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
  maxUnsentBytes: 1024 * 1024,
  maxPipelined: 100,
  maxConnections: Math.floor(MAX_DESCRIPTORS * SHARE_OF_CONNECTIONS),
  maxHandshakes: Math.max(1, Math.min(MOST_HANDSHAKES, Math.floor(MAX_DESCRIPTORS * SHARE_OF_HANDSHAKES))),
  headTimeout: 15,
  idleTimeout: 75,
  bodyTimeout: 30,
  minBodyRate: 500,
  bodyRateGrace: 20,
  writeTimeout: 60,
  drainTimeout: 30,
  handshakeTimeout: 10,
};

/** A body that its handler left unread is read and dropped up to this size; beyond it the connection closes. */
export const MAX_DISCARDED_BYTES: number = 256 * 1024;

/** How long a client may take to notice that its connection is being closed, before it is cut off. */
export const LINGER_SECONDS = 2;

/**
 * How long after one look at whether a client reads its answer the next one comes, to the tick that follows: so often that
 * `writeTimeout` is kept to within a second.
 */
export const LOOK_SECONDS = 0.25;

/** Bytes that wait while a handler does not read: beyond this the socket is paused. */
export const MAX_WAITING_BYTES: number = 256 * 1024;
