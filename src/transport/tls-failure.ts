/** Why a TLS handshake came to nothing, in words for the log. Pure. */

const REFUSED = "the client broke it off, as one does that does not trust the certificate";

/** By the TLS library's names. */
const WORDS: Readonly<Record<string, string>> = {
  HTTP_REQUEST: "plain HTTP on the TLS port",
  HTTPS_PROXY_REQUEST: "plain HTTP on the TLS port",
  WRONG_VERSION_NUMBER: "what came is not TLS",
  NO_APPLICATION_PROTOCOL: "the client speaks none of alpn_protocols",
  UNSUPPORTED_PROTOCOL: "the client speaks no version of TLS that is spoken here",
  NO_SHARED_CIPHER: "there is no cipher that both know",
  TLSV1_ALERT_UNKNOWN_CA: REFUSED,
  SSLV3_ALERT_CERTIFICATE_UNKNOWN: REFUSED,
  SSLV3_ALERT_BAD_CERTIFICATE: REFUSED,
  SSLV3_ALERT_CERTIFICATE_EXPIRED: "the client finds the certificate expired",
  // OpenSSL's clients send their alert unencrypted where TLS 1.3 has encryption begin.
  BAD_PACKET_LENGTH: REFUSED,
  NO_RENEGOTIATION: "the client asked for renegotiation",
};

/** `ERROR:library:place:NAME`, as the library has it. */
const LIBRARY_ERROR = /^error:[0-9a-f]+:[^:]*:[^:]*:([A-Z0-9_]+)/;

/**
 * What is to be said of `error`; undefined where the client has only gone.
 *
 * @param hasBegun whether the client had said anything.
 */
export function describeTlsFailure(error: Error | null, hasBegun: boolean): string | undefined {
  const name = LIBRARY_ERROR.exec(error?.message ?? "")?.[1];
  if (name === undefined) return hasBegun ? REFUSED : undefined;
  return WORDS[name] ?? name.toLowerCase().replaceAll("_", " ");
}
