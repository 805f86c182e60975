/**
 * Whether a request that changes something comes from a page of another site: browsers send such requests for
 * any page that is open in them, to servers on the user's own machine too. Pure.
 */

/** What a browser says about where a request comes from; null where it says nothing. */
export interface RequestOrigin {
  readonly secFetchSite: string | null;
  readonly origin: string | null;
  readonly host: string | null;
}

const ORIGIN = /^(https?):\/\/([^/?#@]+)$/;
const DEFAULT_PORT: { readonly [scheme: string]: RegExp } = { http: /:(?:80)?$/, https: /:(?:443)?$/ };

/**
 * Sec-Fetch-Site is the browser's own judgement, which it only makes known to servers that it reaches by TLS
 * or on its own machine. All browsers send Origin with requests that change something. Who sends neither is
 * no browser.
 */
export function isFromElsewhere({ secFetchSite, origin, host }: RequestOrigin): boolean {
  if (secFetchSite !== null) return secFetchSite !== "same-origin" && secFetchSite !== "none";
  return origin !== null && !isOriginOf(origin.toLowerCase(), (host ?? "").toLowerCase());
}

/** Whether `host` is `origin`'s. The scheme may differ: a proxy in front may have ended the TLS. */
function isOriginOf(origin: string, host: string): boolean {
  const [, scheme = "", authority = ""] = ORIGIN.exec(origin) ?? [];
  const defaultPort = DEFAULT_PORT[scheme];
  if (defaultPort === undefined || host === "") return false;
  return authority.replace(defaultPort, "") === host.replace(defaultPort, "");
}
