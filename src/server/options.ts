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
 * The limits that a class has for its servers, with those among the options before them and the defaults behind.
 *
 * @throws RangeError for a limit that is not a number from 0 on.
 * @throws TypeError for an option that there is not.
 */
export function limitsOf(ofClass: Partial<ConnectionLimits>, options: HTTPServerOptions): ConnectionLimits {
  return { ...DEFAULT_CONNECTION_LIMITS, ...chosenLimits(ofClass), ...chosenLimits(options) };
}

function chosenLimits(options: HTTPServerOptions): Partial<ConnectionLimits> {
  const chosen: [name: string, value: number][] = [];
  for (const [name, value] of Object.entries(options)) {
    if (OTHER_OPTIONS.includes(name) || value === undefined) continue;
    if (!(name in DEFAULT_CONNECTION_LIMITS)) throw new TypeError(`${name}: HTTPServer has no such option`);
    if (typeof value !== "number" || !(value >= 0)) {
      throw new RangeError(`${name}: ${String(value)} is not a number from 0 on`);
    }
    chosen.push([name, value]);
  }
  return Object.fromEntries(chosen);
}
