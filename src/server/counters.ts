/** What a server counts: nginx's `stub_status` is the model. */

/** What a server has done since it was made, and what it is at. */
export interface Counters {
  /** Connections that were accepted, those included that were refused for want of room. */
  readonly accepted: number;
  /** Connections that are open, or whose handler is at work. */
  readonly active: number;
  /** Requests that were given to a handler, broken ones included. */
  readonly requests: number;
  /** Event loops that serve. */
  readonly loops: number;
}

export const NO_COUNTERS: Counters = { accepted: 0, active: 0, requests: 0, loops: 0 };

/** Adds up what several loops have counted. */
export function sumOf(all: readonly Counters[]): Counters {
  return all.reduce(
    (sum, one) => ({
      accepted: sum.accepted + one.accepted,
      active: sum.active + one.active,
      requests: sum.requests + one.requests,
      loops: sum.loops + one.loops,
    }),
    NO_COUNTERS,
  );
}
