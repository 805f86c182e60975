import { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from "../transport/limits.ts";

/** What can be chosen about a server. The limits are described, with their defaults, in `docs/limits.md`. */
export interface HTTPServerOptions extends Partial<ConnectionLimits> {
  /** Whether the constructor binds and listens. Default: true. */
  readonly bind_and_activate?: boolean;
  /** Whether several processes may listen on the address (SO_REUSEPORT). Default: the class's attribute. */
  readonly allow_reuse_port?: boolean;
  /** Shuts the server down when it is aborted. */
  readonly signal?: AbortSignal;
}

const OTHER_OPTIONS: readonly string[] = ["bind_and_activate", "allow_reuse_port", "signal"];

/**
 * The limits among the options, with the defaults for the others.
 *
 * @throws RangeError for a limit that is not a number from 0 on.
 * @throws TypeError for an option that there is not.
 */
export function limitsOf(options: HTTPServerOptions): ConnectionLimits {
  for (const name of Object.keys(options)) {
    if (!(name in DEFAULT_CONNECTION_LIMITS || OTHER_OPTIONS.includes(name))) {
      throw new TypeError(`${name}: HTTPServer has no such option`);
    }
  }
  const chosen: [name: string, value: number][] = [];
  for (const name of Object.keys(DEFAULT_CONNECTION_LIMITS) as (keyof ConnectionLimits)[]) {
    const value = options[name];
    if (value === undefined) continue;
    if (typeof value !== "number" || !(value >= 0)) {
      throw new RangeError(`${name}: ${String(value)} is not a number from 0 on`);
    }
    chosen.push([name, value]);
  }
  return { ...DEFAULT_CONNECTION_LIMITS, ...Object.fromEntries(chosen) };
}
