/** An HTTPS server under test. */

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
