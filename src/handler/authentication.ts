/** Basic authentication (RFC 7617): what a request says of its sender, and what it is told when that is not enough. */

/** The user and the password that a request came with. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The credentials in a request's Authorization fields; undefined where there are none that can be read. Two fields are
 * none: whoever stands in front may have looked at the other one.
 */
export function basicCredentials(fields: readonly string[] | null): Credentials | undefined {
  const encoded = fields?.length === 1 ? BASIC.exec(fields[0]!)?.[1] : undefined;
  const pair = encoded === undefined ? undefined : decode(encoded);
  const colon = pair?.indexOf(":") ?? -1;
  if (pair === undefined || colon < 0) return undefined;
  return { user: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/** The text of what is UTF-8 without control characters (RFC 7617 2). */
function decode(encoded: string): string | undefined {
  try {
    const text = utf8.decode(Buffer.from(encoded, "base64"));
    return /\p{Cc}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** What WWW-Authenticate says. */
export function basicChallenge(realm: string): string {
  return `Basic realm="${realm.replace(/["\\]/g, "\\$&")}", charset="UTF-8"`;
}
