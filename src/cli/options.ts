/**
 * What can be said on the command line, as one table: the parser and the help page are both made from it, so a new
 * option is one new row.
 */

import { contentType, extraHeader, type HTTPProtocol, portNumber, protocolVersion } from "./values.ts";

/** What was asked for, with the defaults where nothing was said. */
export interface Settings {
  /** 0 picks a free port. */
  port: number;
  /** An address or a name; the empty string is every address of both families. */
  bind: string;
  directory: string;
  protocol: HTTPProtocol;
  /** In the order given; sent with every file and listing. */
  headers: [name: string, value: string][];
  /** For files whose type is unknown; `undefined` leaves the handler's own. */
  contentType: string | undefined;
  quiet: boolean;
  /** Set when a page is asked for in place of a server. */
  page: "help" | "version" | undefined;
}

export function defaultSettings(): Settings {
  return {
    port: 8000,
    bind: "",
    directory: ".",
    protocol: "HTTP/1.1",
    headers: [],
    contentType: undefined,
    quiet: false,
    page: undefined,
  };
}

export interface Positional {
  readonly name: string;
  readonly help: string;
  /** Writes the value into the settings, or throws a `UsageError` that says what is wrong with it. */
  readonly apply: (settings: Settings, value: string) => void;
}

export interface Option {
  readonly long: string;
  readonly short?: string;
  /** The names of the values that follow it, as the help page shows them: none for a flag. */
  readonly values: readonly string[];
  readonly help: string;
  /** Writes the values into the settings, or throws a `UsageError` that says what is wrong with them. */
  readonly apply: (settings: Settings, ...values: string[]) => void;
}

export const POSITIONALS: readonly Positional[] = [
  {
    name: "port",
    help: "listen on this port, 0 for any free one (default: 8000)",
    apply: (settings, port) => {
      settings.port = portNumber(port);
    },
  },
];

export const OPTIONS: readonly Option[] = [
  {
    long: "help",
    short: "h",
    values: [],
    help: "show this help message and exit",
    apply: (settings) => {
      settings.page = "help";
    },
  },
  {
    long: "version",
    values: [],
    help: "show the version and exit",
    apply: (settings) => {
      settings.page = "version";
    },
  },
  {
    long: "bind",
    short: "b",
    values: ["ADDRESS"],
    help: "listen on this address (default: all addresses, IPv4 and IPv6)",
    apply: (settings, address) => {
      settings.bind = address;
    },
  },
  {
    long: "directory",
    short: "d",
    values: ["DIRECTORY"],
    help: "serve this directory (default: the current one)",
    apply: (settings, directory) => {
      settings.directory = directory;
    },
  },
  {
    long: "protocol",
    short: "p",
    values: ["VERSION"],
    help: "speak this version, HTTP/1.0 or HTTP/1.1 (default: HTTP/1.1)",
    apply: (settings, version) => {
      settings.protocol = protocolVersion(version);
    },
  },
  {
    long: "header",
    short: "H",
    values: ["NAME", "VALUE"],
    help: "send this header with every file and listing (repeatable)",
    apply: (settings, name, value) => {
      settings.headers.push(extraHeader(name, value));
    },
  },
  {
    long: "content-type",
    values: ["TYPE"],
    help: "the type of files whose name does not tell it (default: application/octet-stream)",
    apply: (settings, type) => {
      settings.contentType = contentType(type);
    },
  },
  {
    long: "quiet",
    short: "q",
    values: [],
    help: "do not log requests",
    apply: (settings) => {
      settings.quiet = true;
    },
  },
];
