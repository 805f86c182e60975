/** Cross-origin requests (the Fetch standard's CORS protocol): who may read answers, and what is said before a request. */

/** Whose scripts may read the answers: nobody's but the origin's own, everybody's, or those of one or more origins. */
export type Cors = boolean | string | readonly string[];

/** What a script may see of an answer beside the few fields that every script may. */
export const EXPOSED_FIELDS = "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag";

/** Seconds for which a browser need not ask again: more than two hours no browser remembers. */
const PREFLIGHT_MAX_AGE = 7200;

/** Names of fields, as a browser lists them. */
const FIELD_NAMES = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:, ?[!#$%&'*+.^_`|~0-9A-Za-z-]+)*$/;

/** Whether `cors` lets in everybody. */
export function isForEverybody(cors: Cors): boolean {
  return cors === true || cors === "*";
}

/** What Access-Control-Allow-Origin says to a request from `origin`; null for nothing. */
export function allowedOrigin(cors: Cors, origin: string | null): string | null {
  if (isForEverybody(cors)) return "*";
  if (origin === null || typeof cors === "boolean") return null;
  return (typeof cors === "string" ? cors === origin : cors.includes(origin)) ? origin : null;
}

/** What is looked at in a request. */
interface Fields {
  get(name: string): string | null;
  has(name: string): boolean;
}

/** Whether a browser asks with this request what it may ask for. */
export function isPreflight(method: string, fields: Fields): boolean {
  return method === "OPTIONS" && fields.has("Origin") && fields.has("Access-Control-Request-Method");
}

/** The fields that answer a preflight from an origin that is allowed. */
export function* preflightFields(
  fields: Fields,
  methods: readonly string[],
): Generator<readonly [name: string, value: string]> {
  yield ["Access-Control-Allow-Methods", methods.join(", ")];
  const asked = fields.get("Access-Control-Request-Headers");
  // Not `*`, which leaves out Authorization.
  if (asked !== null && FIELD_NAMES.test(asked)) yield ["Access-Control-Allow-Headers", asked];
  if (fields.get("Access-Control-Request-Private-Network") === "true") {
    yield ["Access-Control-Allow-Private-Network", "true"];
  }
  yield ["Access-Control-Max-Age", String(PREFLIGHT_MAX_AGE)];
}

/** The request methods that an object has a `do_` method for. */
export function methodsOf(handler: object): string[] {
  const names = new Set<string>();
  for (let type = handler; type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    for (const name of Object.getOwnPropertyNames(type)) if (name.startsWith("do_")) names.add(name);
  }
  const all = handler as unknown as Readonly<Record<string, unknown>>;
  return Array.from(names)
    .filter((name) => typeof all[name] === "function")
    .map((name) => name.slice("do_".length))
    .sort();
}
