/** An HTTPS server under test. */

import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { HTTPSServer, type HTTPSServerOptions, type RequestHandlerClass } from "../../src/index.ts";
import { someCertificate } from "./certificates.ts";
import { serve, type StartedServer } from "./client.ts";

/** A server on a free port of the loopback interface, with a certificate for it, serving until it is disposed of. */
export async function startHttpsServer(
  Handler: RequestHandlerClass,
  options: Partial<HTTPSServerOptions> = {},
): Promise<StartedServer<HTTPSServer>> {
  const certificate = options.certfile === undefined ? someCertificate() : {};
  const all = { drainTimeout: 1, ...certificate, ...options } as HTTPSServerOptions;
  return serve(new HTTPSServer(["127.0.0.1", 0], Handler, all));
}

/** The common name of the certificate that a client is shown. */
export async function shownName(to: { port: number } | { path: string }): Promise<string> {
  const options: ConnectionOptions = { ...to, rejectUnauthorized: false };
  const socket = connectTls(options);
  await new Promise((resolve, reject) => socket.on("secureConnect", resolve).on("error", reject));
  const name = socket.getPeerCertificate().subject.CN;
  socket.end();
  await new Promise((resolve) => socket.on("close", resolve));
  return String(name);
}
