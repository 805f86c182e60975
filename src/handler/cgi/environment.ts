/** What a script is told by its environment (RFC 3875 4.1): made from nothing, but for a few of the server's own. */

import { isUtf8 } from "node:buffer";
import { resolve } from "node:path";
import type { ClientAddress, HandlerServer } from "../base.ts";
import type { HTTPMessage } from "../http-message.ts";
import type { Script } from "./script.ts";

/** What the environment of a script is made of. */
export interface ScriptRequest {
  readonly command: string;
  readonly path: string;
  readonly request_version: string;
  readonly headers: HTTPMessage;
  readonly client_address: ClientAddress;
  readonly server: HandlerServer;
  readonly auth: unknown;
  readonly env: Readonly<Record<string, string>>;
  verifiedUser(): string | null;
  version_string(): string;
  translate_path(path: string): string;
}

/** Those of the server's own that scripts get as well: none of them says more than where programs are and how to talk. */
const INHERITED: readonly string[] = ["PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SYSTEMROOT"];

/** For a server that has none. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/**
 * Fields that are no HTTP_ variables: told by variables of their own, or about the connection, or met by the server
 * already (RFC 3875 4.1.18). `Proxy` is none of HTTP's, and HTTP_PROXY means something else to programs (CVE-2016-5385).
 */
const WITHHELD: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "content-type",
  "expect",
  "keep-alive",
  "proxy",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The environment of a script.
 *
 * @param contentLength how long the request's body is; null where it has none.
 */
export function scriptEnvironment(
  request: ScriptRequest,
  script: Script,
  contentLength: number | null,
): Record<string, string> {
  const { client_address, command, headers, path, server } = request;
  const [host, port] = client_address;
  const queryStart = path.indexOf("?");
  const isTranslated = script.pathInfo !== "";
  return {
    ...inherited(),
    ...fieldVariables(headers, request.auth !== null),
    ...authVariables(request.verifiedUser()),
    ...bodyVariables(headers, contentLength),
    GATEWAY_INTERFACE: "CGI/1.1",
    ...(isSecure(server) ? { HTTPS: "on" } : {}),
    PATH_INFO: script.pathInfo,
    ...(isTranslated ? { PATH_TRANSLATED: translated(request, script.pathInfo) } : {}),
    QUERY_STRING: queryStart < 0 ? "" : path.slice(queryStart + 1),
    REMOTE_ADDR: host,
    REMOTE_HOST: host,
    REMOTE_PORT: String(port),
    REQUEST_METHOD: command,
    REQUEST_URI: path,
    SCRIPT_NAME: script.name,
    SERVER_NAME: serverName(headers.get("Host"), server.server_name),
    SERVER_PORT: String(server.server_port),
    SERVER_PROTOCOL: request.request_version,
    SERVER_SOFTWARE: request.version_string(),
    ...request.env,
  };
}

function inherited(): Record<string, string> {
  const variables: Record<string, string> = { PATH: DEFAULT_PATH };
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

/**
 * The fields as HTTP_ variables. Names that hold anything but letters, digits and `-` are left out: `X_User` would be
 * taken for `X-User`, which a proxy may have vouched for.
 */
function fieldVariables(headers: HTTPMessage, isAuthenticated: boolean): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lowerCaseName = name.toLowerCase();
    if (WITHHELD.has(lowerCaseName) || !/^[a-z0-9-]+$/.test(lowerCaseName)) continue;
    // Who has been let in is told by REMOTE_USER: the password is nobody else's business.
    if (isAuthenticated && lowerCaseName === "authorization") continue;
    const variable = `HTTP_${name.toUpperCase().replaceAll("-", "_")}`;
    const before = variables[variable];
    const separator = lowerCaseName === "cookie" ? "; " : ", ";
    variables[variable] = before === undefined ? textOf(value) : `${before}${separator}${textOf(value)}`;
  }
  return variables;
}

/** Who asks, where the server itself has verified it (RFC 3875 4.1.11): what a client merely says of itself is no user. */
function authVariables(user: string | null): Record<string, string> {
  return user === null ? {} : { AUTH_TYPE: "Basic", REMOTE_USER: user };
}

function bodyVariables(headers: HTTPMessage, contentLength: number | null): Record<string, string> {
  if (contentLength === null) return {};
  const type = headers.get("Content-Type");
  return {
    CONTENT_LENGTH: String(contentLength),
    ...(type === null ? {} : { CONTENT_TYPE: textOf(type) }),
  };
}

/** What PATH_INFO would be as a file's path (RFC 3875 4.1.6). */
function translated(request: ScriptRequest, pathInfo: string): string {
  return resolve(request.translate_path(pathInfo.split("/").map(encodeURIComponent).join("/")));
}

/** The host that the client asked for, without its port (RFC 3875 4.1.14); else the one that the server is bound to. */
function serverName(host: string | null, boundHost: string): string {
  const asked = host?.replace(/:[0-9]*$/, "") ?? "";
  if (asked !== "") return asked;
  if (boundHost.startsWith("/")) return "localhost";
  return boundHost.includes(":") ? `[${boundHost}]` : boundHost;
}

/** Whether clients come by TLS: a server that speaks it has a certificate, as Python's does. */
function isSecure(server: HandlerServer): boolean {
  return "certfile" in server && server.certfile != null;
}

/** The bytes of a field's value, which an environment holds as UTF-8: those that are not stand for Latin-1. */
function textOf(value: string): string {
  const bytes = Buffer.from(value, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : value;
}
