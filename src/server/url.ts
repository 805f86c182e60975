export type Scheme = "http" | "https";

/** The URL of a host's root. An IPv6 address stands in brackets. */
export function urlOf(scheme: Scheme, host: string, port: number): string {
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}/`;
}
