/** The public names of basehttp. */

export { type CompressedBytes, Compressor, type CompressorOptions } from "./files/compressor.ts";
export type { ContentCoding } from "./files/content-coding.ts";
export type { Sink, Source } from "./files/copy.ts";
export type { ExtensionsMap } from "./files/mime.ts";
export type { OpenedFile } from "./files/opened-file.ts";
export { Passwords } from "./files/passwords.ts";
export {
  BaseHTTPRequestHandler,
  type ClientAddress,
  type HandlerServer,
  type RequestMethod,
} from "./handler/base.ts";
export { CGIHTTPRequestHandler } from "./handler/cgi.ts";
export type { CGIHTTPRequestHandlerOptions } from "./handler/cgi/attributes.ts";
export { DEFAULT_ERROR_CONTENT_TYPE, DEFAULT_ERROR_MESSAGE, type ErrorPage } from "./handler/error-page.ts";
export { HTTPMessage } from "./handler/http-message.ts";
export type { ExtraResponseHeaders } from "./handler/extra-fields.ts";
export type { Cors } from "./handler/preflight.ts";
export { type SendHeadResult, SimpleHTTPRequestHandler } from "./handler/simple.ts";
export type { SimpleHTTPRequestHandlerOptions } from "./handler/simple-attributes.ts";
export type { RequestHead } from "./protocol/request-head.ts";
export { HTTPMethod } from "./protocol/method.ts";
export { HTTPStatus } from "./protocol/status.ts";
export { HTTPServer, type RequestHandlerClass } from "./server/http-server.ts";
export type { Counters } from "./server/counters.ts";
export { HTTPSServer, type HTTPSServerOptions } from "./server/https-server.ts";
export type { HTTPServerOptions } from "./server/options.ts";
export { LoopError } from "./server/supervisor.ts";
export {
  type ServerClass,
  Threading,
  ThreadingHTTPServer,
  ThreadingHTTPSServer,
  type ThreadingOptions,
  type ThreadingServer,
  type ThreadingServerClass,
} from "./server/threading.ts";
export { CertificateError, type KeyPassword } from "./transport/certificate.ts";
export type { Connection } from "./transport/connection.ts";
export { type ListenAddress, ListenError } from "./transport/listen-address.ts";
export { type RequestBody, RequestBodyError } from "./transport/rfile.ts";
export { ConnectionClosedError } from "./transport/socket-writer.ts";
export type { ResponseWriter } from "./transport/wfile.ts";
