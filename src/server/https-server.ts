/** Python's `HTTPSServer`: an `HTTPServer` whose connections are encrypted. */

import { logLine } from "../handler/log-line.ts";
import { logTime } from "../handler/log.ts";
import { encodeProtocols } from "../transport/alpn.ts";
import { type Certificate, type KeyPassword, readCertificate } from "../transport/certificate.ts";
import { type HandshakeOwner, Handshakes } from "../transport/handshakes.ts";
import type { ListenAddress } from "../transport/listen-address.ts";
import type { ListenOptions } from "../transport/listener.ts";
import { HTTPServer, type RequestHandlerClass } from "./http-server.ts";
import { Notices } from "./notices.ts";
import type { HTTPServerOptions } from "./options.ts";
import type { Scheme } from "./url.ts";

/** What an `HTTPSServer` has to know, besides what can be chosen about every server. */
export interface HTTPSServerOptions extends HTTPServerOptions {
  /** A PEM file with the certificate, those that lead from it to a root behind it, and the key unless that is apart. */
  readonly certfile: string;
  /** A PEM file with the key. Default: `certfile`. */
  readonly keyfile?: string | null;
  /** The key's password, or a function that gives it and is called only where the key is locked. */
  readonly password?: KeyPassword | null;
  /** What is offered to clients by ALPN, and `http/1.0` behind `http/1.1`. Default: `["http/1.1"]`. */
  readonly alpn_protocols?: readonly string[] | null;
}

/** Of clients whose handshakes fail: enough to see what is going on, and no way to fill a disk. */
const MOST_FAILURES_A_MINUTE = 20;

/**
 * An HTTPS server on an address: `new HTTPSServer(["", 8443], Handler, { certfile: "cert.pem", keyfile: "key.pem" })`.
 *
 * Python's name: `http.server.HTTPSServer`. Differs: handshakes hold up nobody, have a deadline (`handshakeTimeout`) and
 * leave a line in the log where they fail; clients that speak none of `alpn_protocols` are refused; the certificate is
 * looked at by the constructor even where `bind_and_activate` is false.
 */
export class HTTPSServer extends HTTPServer implements HandshakeOwner {
  /** Python's names; what they say counts from the next `reload_certificate()` on. */
  certfile: string;
  keyfile: string | null;
  password: KeyPassword | null;
  readonly alpn_protocols: readonly string[];

  protected override readonly handshakes: Handshakes = new Handshakes(this);
  readonly #protocols: Uint8Array;
  readonly #failures: Notices = new Notices(MOST_FAILURES_A_MINUTE);
  readonly #dropped: Notices = new Notices(1);
  #certificate: Certificate;

  /**
   * @throws CertificateError when the certificate or its key cannot be read, or do not fit together.
   * @throws TypeError for a protocol that is not spoken here, and RangeError for a name that is none.
   * @throws ListenError, RangeError and TypeError as `HTTPServer` does.
   */
  constructor(
    server_address: ListenAddress,
    RequestHandlerClass: RequestHandlerClass,
    options: HTTPSServerOptions,
  ) {
    const { certfile, keyfile, password, alpn_protocols, bind_and_activate, ...others } = options ?? {};
    super(server_address, RequestHandlerClass, { ...others, bind_and_activate: false });
    this.certfile = certfile;
    this.keyfile = keyfile ?? null;
    this.password = password ?? null;
    this.alpn_protocols = alpn_protocols ?? ["http/1.1"];
    this.#protocols = encodeProtocols(this.alpn_protocols);
    this.#certificate = this.#readCertificate();
    if (bind_and_activate ?? true) {
      this.server_bind();
      this.server_activate();
    }
  }

  /**
   * Reads the certificate and its key again: whoever connects from now on gets the new one, and open connections go on
   * with the one that they began with. Where it cannot be served, the old one stays.
   *
   * @returns a promise that settles when it is in service.
   * @throws CertificateError (a rejection) when the files cannot be read, or do not fit together.
   * @throws ListenError (a rejection) where the system is not Linux.
   */
  async reload_certificate(): Promise<void> {
    const certificate = this.#readCertificate();
    this.socket?.renew(certificate);
    this.#certificate = certificate;
  }

  protected override listenOptions(): ListenOptions {
    const tls = {
      certificate: this.#certificate,
      protocols: this.#protocols,
      owner: this,
      handshakes: this.handshakes,
    };
    return { ...super.listenOptions(), tls };
  }

  protected override get scheme(): Scheme {
    return "https";
  }

  #readCertificate(): Certificate {
    const { certfile, keyfile, password } = this;
    return readCertificate({ certfile, keyfile, password });
  }

  // ------------------------------------------------------------------ what the transport tells

  /** @internal */
  tlsFailed(host: string, reason: string): void {
    const time = logTime(Math.floor(Date.now() / 1000));
    const unknown = typeof this.server_address === "string" ? "unix" : "-";
    this.#failures.report(logLine(host || unknown, time, `TLS failed: ${reason}`));
  }

  /** @internal */
  handshakeEnded(): void {
    this.wakeDrainWaiters();
  }

  /** @internal */
  handshakeDropped(): void {
    const { maxHandshakes } = this.limits;
    this.#dropped.report(
      `${maxHandshakes} TLS handshakes are under way (maxHandshakes): some are broken off`,
    );
  }
}
