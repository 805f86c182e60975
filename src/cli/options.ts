/**
 * What can be said on the command line and in the environment, as one table: the parser, the help page and the names of
 * the variables are made from it, so a new option is one new row.
 */

import type { EntityTagKind } from "../files/entity-tag.ts";
import {
  booleanWord,
  byteCount,
  cacheSeconds,
  contentType,
  corsOrigin,
  entityTagKind,
  extraHeader,
  headerLines,
  type HTTPProtocol,
  isOrigin,
  pageName,
  portNumber,
  protocolVersion,
  realmName,
  userAndPassword,
  workerCount,
} from "./values.ts";

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
  /** The path of a certificate, which has the server speak TLS. */
  tlsCert: string | undefined;
  tlsKey: string | undefined;
  tlsPasswordFile: string | undefined;
  tlsSelfSigned: boolean;
  listing: boolean;
  dotfiles: boolean;
  followSymlinks: boolean;
  /** Every origin, or those in the list. */
  cors: boolean | string[];
  isolate: boolean;
  /** In seconds; null for saying nothing of it. */
  cache: number | null;
  spa: boolean;
  cleanUrls: boolean;
  /** Empty for none; `undefined` leaves the handler's own. */
  notFoundPage: string | undefined;
  /** `user:password`. */
  auth: string | undefined;
  authFile: string | undefined;
  authRealm: string | undefined;
  /** Event loops; 0 is one for each core. */
  workers: number;
  open: boolean;
  qr: boolean;
  upload: boolean;
  uploadOverwrite: boolean;
  /** `undefined` leaves the limit of every body. */
  maxUploadBytes: number | undefined;
  compress: boolean;
  precompressed: boolean;
  sendfile: boolean;
  /** `undefined` leaves the handler's own. */
  etag: EntityTagKind | undefined;
  cgi: boolean;
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
    tlsCert: undefined,
    tlsKey: undefined,
    tlsPasswordFile: undefined,
    tlsSelfSigned: false,
    listing: true,
    dotfiles: false,
    followSymlinks: false,
    cors: false,
    isolate: false,
    cache: null,
    spa: false,
    cleanUrls: false,
    notFoundPage: undefined,
    auth: undefined,
    authFile: undefined,
    authRealm: undefined,
    workers: 1,
    open: false,
    qr: false,
    upload: false,
    uploadOverwrite: false,
    maxUploadBytes: undefined,
    compress: true,
    precompressed: true,
    sendfile: true,
    etag: undefined,
    cgi: false,
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
  /** Its value may be left out: a word behind it is its value if this says so. */
  readonly isValue?: (word: string) => boolean;
  readonly help: string;
  /** Writes the values into the settings, or throws a `UsageError` that says what is wrong with them. */
  readonly apply: (settings: Settings, ...values: string[]) => void;
  /** What `--no-` before its name does: every flag has that. */
  readonly negate?: (settings: Settings) => void;
  /** It is on unless it is negated: so the help page shows it. */
  readonly isOnByDefault?: true;
  /** The values that the text of its variable stands for, once or several times. */
  readonly valuesOfVariable?: (text: string) => string[][];
  /** There is no variable for it. */
  readonly isForThisTime?: true;
}

/** The variable that stands for an option: `BASEHTTP_CONTENT_TYPE`. */
export function variableOf(name: string): string {
  return `BASEHTTP_${name.toUpperCase().replaceAll("-", "_")}`;
}

type FlagName = {
  [Name in keyof Settings]: Settings[Name] extends boolean ? Name : never;
}[keyof Settings];

function flag(long: string, name: FlagName, help: string): Option {
  return {
    long,
    values: [],
    help,
    apply: (settings) => {
      settings[name] = true;
    },
    negate: (settings) => {
      settings[name] = false;
    },
  };
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
    isForThisTime: true,
    apply: (settings) => {
      settings.page = "help";
    },
  },
  {
    long: "version",
    values: [],
    help: "show the version and exit",
    isForThisTime: true,
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
    valuesOfVariable: headerLines,
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
    long: "tls-cert",
    values: ["PATH"],
    help: "serve HTTPS with this certificate, in PEM; the key may be in the same file",
    apply: (settings, path) => {
      settings.tlsCert = path;
    },
  },
  {
    long: "tls-key",
    values: ["PATH"],
    help: "the certificate's key, in PEM",
    apply: (settings, path) => {
      settings.tlsKey = path;
    },
  },
  {
    long: "tls-password-file",
    values: ["PATH"],
    help: "a file with the key's password",
    apply: (settings, path) => {
      settings.tlsPasswordFile = path;
    },
  },
  flag("tls-self-signed", "tlsSelfSigned", "serve HTTPS with a certificate made for this time by openssl"),
  {
    ...flag("listing", "listing", "answer 404 where a directory has no index page"),
    isOnByDefault: true,
  },
  flag("dotfiles", "dotfiles", "serve and list names that begin with a dot"),
  flag("follow-symlinks", "followSymlinks", "follow links that lead out of the directory"),
  {
    long: "cors",
    values: ["ORIGIN"],
    isValue: isOrigin,
    help: "let scripts of this origin (repeatable), or of all, read what is served",
    apply: (settings, origin) => {
      const allowed = origin === undefined ? "*" : corsOrigin(origin);
      if (allowed === "*") settings.cors = true;
      else if (settings.cors !== true) settings.cors = [...(settings.cors || []), allowed];
    },
    negate: (settings) => {
      settings.cors = false;
    },
    valuesOfVariable: (text) => text.split(/[\s,]+/).map((origin) => [origin]),
  },
  flag(
    "isolate",
    "isolate",
    "isolate pages from other sites, as SharedArrayBuffer wants it (COOP, COEP, CORP)",
  ),
  {
    long: "cache",
    values: ["SECONDS"],
    help:
      "let clients keep files this long, and files with a hash in their name for good; pages and listings are " +
      "asked about each time (default: say nothing)",
    apply: (settings, seconds) => {
      settings.cache = cacheSeconds(seconds);
    },
  },
  flag("spa", "spa", "serve /index.html for pages that are not there"),
  flag("clean-urls", "cleanUrls", "serve about.html as /about"),
  {
    long: "not-found-page",
    values: ["NAME"],
    help: "show the nearest page of this name for what is not there, '' for none (default: 404.html)",
    apply: (settings, name) => {
      settings.notFoundPage = pageName(name);
    },
  },
  {
    long: "auth",
    values: ["USER:PASSWORD"],
    help: "ask for this user and password; other users of this machine can see them here, but not in BASEHTTP_AUTH",
    apply: (settings, pair) => {
      settings.auth = userAndPassword(pair);
    },
  },
  {
    long: "auth-file",
    values: ["FILE"],
    help: "ask for one of the users in this file, lines of USER:HASH as 'htpasswd -B' makes them",
    apply: (settings, file) => {
      settings.authFile = file;
    },
  },
  {
    long: "auth-realm",
    values: ["NAME"],
    help: "what browsers call the place that the password is for (default: basehttp)",
    apply: (settings, realm) => {
      settings.authRealm = realmName(realm);
    },
  },
  flag("upload", "upload", "let clients store files: PUT, and forms and drag and drop on listings"),
  flag("upload-overwrite", "uploadOverwrite", "let them replace files, too"),
  {
    long: "max-upload",
    values: ["BYTES"],
    help: "take no request that is larger than this (default: 134217728)",
    apply: (settings, bytes) => {
      settings.maxUploadBytes = byteCount(bytes);
    },
  },
  {
    ...flag("compress", "compress", "do not compress text while it is asked for"),
    isOnByDefault: true,
  },
  {
    ...flag("precompressed", "precompressed", "do not send a.js.br, a.js.zst or a.js.gz for a.js"),
    isOnByDefault: true,
  },
  {
    ...flag(
      "sendfile",
      "sendfile",
      "read files that are sent, so that changing them in place makes no mixture",
    ),
    isOnByDefault: true,
  },
  {
    long: "etag",
    values: ["KIND"],
    help:
      "make entity tags of size and time (stat), of content, the same on every host (content), or none " +
      "(default: stat)",
    apply: (settings, kind) => {
      settings.etag = entityTagKind(kind);
    },
  },
  flag("cgi", "cgi", "run the programs in cgi-bin and htbin as CGI scripts"),
  {
    long: "workers",
    values: ["N"],
    help: "serve by so many event loops, 0 for one on each core (default: 1)",
    apply: (settings, count) => {
      settings.workers = workerCount(count);
    },
  },
  flag("open", "open", "open it in the browser"),
  flag("qr", "qr", "show its address on the network as a QR code, in a terminal"),
  { ...flag("quiet", "quiet", "do not log requests"), short: "q" },
];

/** Whether an option is on or off, and has nothing else to say. */
export function isFlag({ values }: Option): boolean {
  return values.length === 0;
}

/** Applies the text of an option's variable. */
export function applyVariable(option: Option, settings: Settings, text: string): void {
  const isOn = option.negate === undefined ? undefined : booleanWord(text, !isFlag(option));
  if (isOn === true) option.apply(settings);
  else if (isOn === false) option.negate?.(settings);
  else for (const values of option.valuesOfVariable?.(text) ?? [[text]]) option.apply(settings, ...values);
}
