/** The protocols that a TLS server offers to its clients (ALPN, RFC 7301), as the runtime wants them. Pure. */

/** Protocols that clients take up at once where they are offered, and that nothing here speaks. */
const UNSPOKEN: readonly string[] = ["h2", "h3"];

/** Whoever speaks the first speaks the second: clients that offer nothing else (`curl --http1.0`) are not refused. */
const HTTP_1_1 = "http/1.1";
const HTTP_1_0 = "http/1.0";

const MAX_NAME_BYTES = 255;

/** A list has its length in two bytes. */
const MAX_LIST_BYTES = 65_535;

/**
 * The names in their order, each behind a byte with its length (RFC 7301 3.1). HTTP/1.0 comes last where HTTP/1.1 is
 * among them.
 *
 * @throws TypeError for what is not a list of names, and for HTTP/2 and HTTP/3, which are not spoken here.
 * @throws RangeError for a name that is not 1 to 255 bytes long, and for too many of them.
 */
export function encodeProtocols(names: readonly string[]): Uint8Array {
  if (!Array.isArray(names)) throw new TypeError("alpn_protocols: a list of names is wanted");
  const offered = names.includes(HTTP_1_1) && !names.includes(HTTP_1_0) ? [...names, HTTP_1_0] : names;
  const encoded = offered.map(encodeName);
  const length = encoded.reduce((sum, name) => sum + 1 + name.length, 0);
  if (length > MAX_LIST_BYTES) throw new RangeError(`alpn_protocols: ${names.length} names are too many`);
  return Buffer.concat(encoded.flatMap((name) => [Uint8Array.of(name.length), name]));
}

function encodeName(name: unknown): Uint8Array {
  if (typeof name !== "string") throw new TypeError(`alpn_protocols: a name is a string, not ${typeof name}`);
  if (UNSPOKEN.includes(name)) {
    throw new TypeError(`alpn_protocols: this server does not speak '${name}', only HTTP/1.1 and HTTP/1.0`);
  }
  const bytes = Buffer.from(name);
  if (bytes.length >= 1 && bytes.length <= MAX_NAME_BYTES) return bytes;
  throw new RangeError(`alpn_protocols: a name has 1 to ${MAX_NAME_BYTES} bytes, not ${bytes.length}`);
}
