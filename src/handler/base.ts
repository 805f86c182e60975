/** The class that every handler descends from: Python's `BaseHTTPRequestHandler`. */

import packageInfo from "../../package.json" with { type: "json" };
import { escapeText } from "../files/html.ts";
import { Failure, failureAnswer } from "../protocol/failure.ts";
import { ConnectionOption, connectionOptions, expectsContinue } from "../protocol/framing.ts";
import { formatHttpDate, MONTH_NAMES, WEEKDAY_NAMES } from "../protocol/http-date.ts";
import { RequestHead } from "../protocol/request-head.ts";
import { isBodiless } from "../protocol/response-head.ts";
import { HTTPStatus } from "../protocol/status.ts";
import type { Connection } from "../transport/connection.ts";
import { FULL_BYTES } from "../transport/output.ts";
import type { ConnectionHandler } from "../transport/parties.ts";
import { atOnce, isPromise, quietly } from "../transport/promises.ts";
import type { RequestBody } from "../transport/rfile.ts";
import { noteRunning } from "../transport/running.ts";
import { ticker } from "../transport/ticker.ts";
import { FramingField, type ResponseWriter } from "../transport/wfile.ts";
import { inheritFromClass } from "./attributes.ts";
import { DEFAULT_ERROR_CONTENT_TYPE, DEFAULT_ERROR_MESSAGE, type ErrorPage } from "./error-page.ts";
import { HTTPMessage } from "./http-message.ts";
import { answerMessage, errorMessage, logLine, printable } from "./log-line.ts";
import { log, logTime } from "./log.ts";
import { percentFormat, quoted } from "./percent-format.ts";
import { type RenderedHeads, renderedHeads } from "./rendered-head.ts";

/** `[host, port]` of a client; the host is empty on a unix socket. */
export type ClientAddress = readonly [host: string, port: number];

/** What a handler can count on in its server. State of your own is best kept on a subclass. */
export interface HandlerServer {
  readonly server_address: readonly [host: string, port: number] | string;
  readonly server_name: string;
  readonly server_port: number;
  shutdown(): Promise<void>;
}

/** A method that answers requests: `do_GET` and its like. */
export type RequestMethod = () => void | Promise<void>;

const VERSIONS: readonly string[] = Array.from({ length: 10 }, (_, minor) => `HTTP/1.${minor}`);
const HTTP_1_1 = "HTTP/1.1";
const NO_HEAD: RequestHead = new RequestHead();

// Not fields: with twelve of them a handler has 112 bytes, with one more 160 (the bench's case `idle` counts them), and
// either is over before the call returns in which it begins.

/** The handler that is in the middle of answering a request which no method is called for, if one is. */
let refusing: BaseHTTPRequestHandler | null = null;

/** What the `send_error()` that answered such a request last gave back: a promise where it is asynchronous. */
let refusal: void | Promise<void>;

/** The handler that is in the middle of logging an error, if one is. */
let loggingError: BaseHTTPRequestHandler | null = null;

/**
 * Answers requests. A subclass has a method for each request method that it answers: `do_GET`, `do_POST`, ...
 *
 * One instance serves one connection: what a handler keeps on `this` is there for the connection's next request.
 *
 * Python's name: `http.server.BaseHTTPRequestHandler`. Differs: the constructor does no work; the connection calls
 * `setup()`, `handle()` and `finish()`.
 */
export class BaseHTTPRequestHandler implements ConnectionHandler {
  /** The first part of the Server field. */
  static server_version: string = `BaseHTTP/${packageInfo.version}`;
  /** The second part of the Server field; empty to say less. */
  static sys_version = `Bun/${Bun.version}`;
  /**
   * The version that is spoken: HTTP/1.1, or HTTP/1.0 for a connection per request.
   *
   * Differs: Python's default is HTTP/1.0.
   */
  static protocol_version: string = HTTP_1_1;
  /** The `request_version` while there is no request. */
  static default_request_version = "HTTP/0.9";
  /** The error page, with `%(code)d`, `%(message)s` and `%(explain)s`. */
  static error_message_format: string = DEFAULT_ERROR_MESSAGE;
  static error_content_type: string = DEFAULT_ERROR_CONTENT_TYPE;
  /** The class that `headers` is made of. */
  static MessageClass: new (head: RequestHead) => HTTPMessage = HTTPMessage;
  /** Status code to phrase and description. */
  static responses: Map<number, readonly [phrase: string, description: string]> = new Map(
    [...HTTPStatus].map((status) => [status.value, [status.phrase, status.description]]),
  );
  static weekdayname: readonly string[] = Object.freeze([...WEEKDAY_NAMES]);
  /** English month names from place 1 on. */
  static monthname: readonly (string | null)[] = Object.freeze([null, ...MONTH_NAMES]);
  /** Seconds of silence after which the connection is given up; null for the server's own deadlines. */
  static timeout: number | null = null;
  /** Whether small writes go out at once. Differs: Python's default is to wait for more (Nagle's algorithm). */
  static disable_nagle_algorithm = true;
  /** Bytes that may wait while the handler does not read its request's body; -1 for the default of 256 KiB. */
  static rbufsize = -1;
  /**
   * Bytes that are gathered before they are sent without waiting for the end of the turn; 0 to send each write at
   * once. Differs: Python's default is 0.
   */
  static wbufsize: number = FULL_BYTES;
  /** Bytes that a request body may have; null for the server's limit. */
  static maxBodyBytes: number | null = null;

  declare server_version: string;
  declare sys_version: string;
  declare protocol_version: string;
  declare default_request_version: string;
  declare error_message_format: string;
  declare error_content_type: string;
  declare MessageClass: new (head: RequestHead) => HTTPMessage;
  declare responses: Map<number, readonly [phrase: string, description: string]>;
  declare weekdayname: readonly string[];
  declare monthname: readonly (string | null)[];
  declare timeout: number | null;
  declare disable_nagle_algorithm: boolean;
  declare rbufsize: number;
  declare wbufsize: number;
  declare maxBodyBytes: number | null;

  /** The methods that answer requests: any that is called `do_` and the request method. */
  [method: `do_${string}`]: RequestMethod | undefined;

  /** The connection (Python: the client's socket). */
  readonly request: Connection;
  readonly client_address: ClientAddress;
  /** What the answer is written to. */
  wfile: ResponseWriter;
  /** Whether the connection ends after this request. */
  close_connection = true;
  /** The request method; empty where the request line could not be read. */
  command = "";
  /** The version that the client speaks. */
  request_version = "";

  /** The server that the connection came to; a subclass can `declare` it to be of its own server's type. */
  declare readonly server: HandlerServer;
  /** The request's header fields; a subclass with a `MessageClass` can `declare` them to be of that. */
  declare headers: HTTPMessage;

  readonly #server: HandlerServer;
  #path: string | null = null;
  #requestline: string | null = null;
  #headers: HTTPMessage | null = null;
  /** Whether the client would have the connection go on. */
  #mayPersist = false;
  /** Ready-made beginnings of answers, unless a hook that takes part in them is overridden. */
  #rendered: RenderedHeads | undefined;

  static {
    // Not accessors of the class, which a subclass could not declare anew with a type of its own.
    Object.defineProperties(BaseHTTPRequestHandler.prototype, {
      server: {
        get(this: BaseHTTPRequestHandler): HandlerServer {
          // So that `await this.server.shutdown()` need not wait for the handler that awaits it.
          noteRunning(this.request);
          return this.#server;
        },
      },
      headers: {
        get(this: BaseHTTPRequestHandler): HTTPMessage {
          this.#headers ??= new this.MessageClass(this.#head);
          return this.#headers;
        },
        set(this: BaseHTTPRequestHandler, headers: HTTPMessage) {
          this.#headers = headers;
        },
      },
    });
  }

  /** Keeps what it is given. Subclass fields do not exist yet: nothing that can be overridden is read here. */
  constructor(request: Connection, client_address: ClientAddress, server: HandlerServer) {
    this.request = request;
    this.client_address = client_address;
    this.#server = server;
    this.wfile = request.wfile;
    request.attach(this);
  }

  // ------------------------------------------------------------------ the request

  /** The connection: another name for `request`. */
  get connection(): Connection {
    return this.request;
  }

  /** What the request's body is read from. */
  get rfile(): RequestBody {
    return this.request.rfile;
  }

  /**
   * The request target: path and query.
   *
   * Differs: of an absolute-form target only these are here, and its host is what `headers` say of Host; Python keeps
   * all of it. Leading slashes are collapsed to one, as in Python.
   */
  get path(): string {
    this.#path ??= collapseSlashes(this.#head.path());
    return this.#path;
  }

  set path(path: string) {
    this.#path = path;
  }

  /** The request line, without its line end. */
  get requestline(): string {
    this.#requestline ??= this.#readRequestLine();
    return this.#requestline;
  }

  set requestline(requestline: string) {
    this.#requestline = requestline;
  }

  /** The request line as bytes, with its line end. */
  get raw_requestline(): Uint8Array {
    return Buffer.from(`${this.requestline}\r\n`, "latin1");
  }

  get #head(): RequestHead {
    return this.request.head ?? NO_HEAD;
  }

  /**
   * Whether the request has conditions, or asks for a part. Does not make `headers` of its head.
   *
   * @internal
   */
  get isSelective(): boolean {
    return (this.#headers ?? this.#head).isSelective;
  }

  /**
   * The values of all fields of a name as one list (RFC 9110 5.3); null where there is none. Does not make `headers` of the
   * request's head, which could not be used again then.
   *
   * @internal
   */
  listedField(lowerCaseName: string): string | null {
    if (this.#headers !== null) return this.#headers.get_all(lowerCaseName)?.join(", ") ?? null;
    const head = this.#head;
    let index = head.find(lowerCaseName);
    if (index < 0) return null;
    let list = head.fieldValue(index);
    for (
      index = head.find(lowerCaseName, index + 1);
      index >= 0;
      index = head.find(lowerCaseName, index + 1)
    ) {
      list += `, ${head.fieldValue(index)}`;
    }
    return list;
  }

  #readRequestLine(): string {
    const head = this.#head;
    return head.failure === Failure.TARGET_TOO_LONG ? "" : head.requestLine();
  }

  // ------------------------------------------------------------------ the life of a connection

  /** Called once, before anything else: reads the class's attributes. An override calls it first. */
  setup(): void | Promise<void> {
    const { request, protocol_version } = this;
    request.isHttp10 = protocol_version < HTTP_1_1;
    request.timeout = this.timeout ?? 0;
    request.maxBodyBytes = this.maxBodyBytes ?? request.maxBodyBytes;
    if (this.rbufsize >= 0) request.maxWaitingBytes = this.rbufsize;
    request.wfile.bufferBytes = this.wbufsize;
    if (!this.disable_nagle_algorithm) request.setNoDelay(false);
    if (this.#hasOwnHead()) return;
    // A response head begins the same for all whose attributes are the same.
    this.#rendered = renderedHeads(protocol_version, this.version_string());
  }

  /**
   * Handles the connection's requests. The default has them pushed to `handle_one_request()` as they come.
   *
   * Differs: Python's loops. A subclass that overrides it owns the loop, and `handle_one_request()` then waits for
   * the next request and gives a promise: `do await this.handle_one_request(); while (!this.close_connection)`.
   */
  handle(): void | Promise<void> {
    this.request.push();
  }

  /** Parses one request and calls the method that answers it. */
  handle_one_request(): void | Promise<void> {
    if (!this.request.hasRequest) return this.#pullRequest();
    return this.#handleRequest();
  }

  /** Called once, when there will be no more requests: sends what is left. An override calls it last. */
  finish(): void | Promise<void> {
    this.request.wfile.close();
  }

  /** Waits for the next request where `handle()` is overridden. */
  async #pullRequest(): Promise<void> {
    if (!(await this.request.nextRequest())) {
      this.close_connection = true;
      return;
    }
    await this.#handleRequest();
    this.request.completeRequest();
  }

  #handleRequest(): void | Promise<void> {
    this.#path = null;
    this.#requestline = null;
    this.#headers = null;
    refusal = undefined;
    const isParsed = this.parse_request();
    if (isParsed !== true && !atOnce("parse_request()", isParsed)) return refusal;
    const isAdmitted = this.admitRequest();
    if (isAdmitted === true) return this.#callMethod();
    if (isAdmitted !== false) return this.#callMethodIf(isAdmitted);
  }

  async #callMethodIf(isAdmitted: Promise<boolean>): Promise<void> {
    if (await isAdmitted) await this.#callMethod();
  }

  #callMethod(): void | Promise<void> {
    const method = this.#findMethod();
    return typeof method === "function" ? method.call(this) : this.refuseMethod();
  }

  /**
   * Answers a request whose method there is not, or that is turned off: 501.
   *
   * @internal
   */
  refuseMethod(): void | Promise<void> {
    refusal = undefined;
    this.#refuse(501, `Unsupported method (${quoted(this.command)})`);
    return refusal;
  }

  /**
   * Called before the method for a request is, whichever it is, and whether or not there is one: the place to look at
   * who asks. Python has no such hook.
   *
   * @returns whether the request is to be handled, at once or by a promise. An override that gives `false` has
   * answered it.
   */
  admitRequest(): boolean | Promise<boolean> {
    return true;
  }

  /** The method for the request's command. The common ones are looked up by a name that the runtime knows. */
  #findMethod(): RequestMethod | undefined {
    switch (this.command) {
      case "GET":
        return this.do_GET;
      case "HEAD":
        return this.do_HEAD;
      case "POST":
        return this.do_POST;
      case "PUT":
        return this.do_PUT;
      default:
        return this[`do_${this.command}`];
    }
  }

  /**
   * Says so where a request was handled without a complete answer, and gives one.
   *
   * @internal
   */
  answerMissing(hasBegun: boolean): void {
    const isOverridden = this.handle_one_request !== BaseHTTPRequestHandler.prototype.handle_one_request;
    const what = hasBegun
      ? "ended without end_headers(): is that, or an await, missing?"
      : "ended without a response: is an await or a return missing?";
    const where = isOverridden ? "handle_one_request()" : `do_${this.command}`;
    this.request.watch(this.log_error("%s %s", where, what));
    this.close_connection = true;
    this.request.watch(this.send_error(500));
  }

  /**
   * Takes in the request line and the fields that matter to the connection.
   *
   * @returns `false` where the request has been answered already, because it was broken or its expectation was not
   * met: nothing more is to be done then.
   */
  parse_request(): boolean {
    const head = this.#head;
    this.close_connection = true;
    this.#mayPersist = false;
    if (head.failure !== Failure.NONE) {
      this.#refuseHead(head);
      return false;
    }
    this.command = head.method();
    this.request_version = VERSIONS[head.minorVersion]!;
    const isPersistent = !this.request.isHttp10;
    if (isPersistent && head.minorVersion >= 1) this.close_connection = false;
    if (head.connectionField >= 0) {
      const options = connectionOptions(head);
      if ((options & ConnectionOption.CLOSE) !== 0) this.close_connection = true;
      else if ((options & ConnectionOption.KEEP_ALIVE) !== 0 && isPersistent) this.close_connection = false;
    }
    this.#mayPersist = !this.close_connection;
    return head.expectField < 0 || head.minorVersion === 0 || !isPersistent || this.#meetExpectation(head);
  }

  /** Answers a request that no method is called for. What it says may quote the client: the reason phrase does not. */
  #refuse(status: number, message: string): void {
    refusing = this;
    try {
      refusal = this.send_error(status, message);
    } finally {
      refusing = null;
    }
  }

  #refuseHead(head: RequestHead): void {
    const isLineLost = head.failure === Failure.TARGET_TOO_LONG;
    this.command = isLineLost ? "" : head.method();
    this.request_version = isLineLost ? "" : this.default_request_version;
    const { status, explain } = failureAnswer(head.failure);
    this.#refuse(status, explain);
  }

  #meetExpectation(head: RequestHead): boolean {
    const closesAnyway = this.close_connection;
    // After a refusal the body may or may not follow: nobody could tell it from a request.
    this.close_connection = true;
    if (!expectsContinue(head)) {
      this.#refuse(417, failureAnswer(Failure.UNKNOWN_EXPECTATION).explain);
      return false;
    }
    if (!atOnce("handle_expect_100()", this.handle_expect_100())) return false;
    this.close_connection = closesAnyway;
    return true;
  }

  /**
   * Answers `Expect: 100-continue`, before the method is called and whether or not it reads the body, as in Python.
   *
   * @returns whether the request is to be handled. An override may `send_error(417)` and return `false`.
   */
  handle_expect_100(): boolean {
    this.send_response_only(100);
    this.end_headers();
    return true;
  }

  // ------------------------------------------------------------------ the answer

  /**
   * Answers with an error page, and logs it.
   *
   * Differs: the connection stays open after an error about a well-formed request; Python closes after each. An
   * answer of which nothing has left yet is replaced.
   *
   * @param code the status code
   * @param message the reason phrase; the standard one unless given
   * @param explain what the page says about it; the standard description unless given
   */
  send_error(code: number | HTTPStatus, message?: string | null, explain?: string | null): void {
    const status = Number(code);
    const [phrase, description] = this.responses.get(status) ?? ["???", "???"];
    const text = message ?? phrase;
    this.request.watch(this.log_error("code %d, message %s", status, text));
    const { wfile } = this.request;
    if (wfile.hasBegun && wfile.canRestart) wfile.restart();
    this.send_response(code, refusing === this ? phrase : text);
    if (this.close_connection || this.request.isEnding) this.send_header("Connection", "close");
    // Nor fields about a body (OUT-8).
    if (isBodiless(status)) {
      this.end_headers();
      return;
    }
    const { contentType, body } = this.errorPage(status, text, explain ?? description);
    this.send_header("Content-Type", contentType);
    this.send_header("Content-Length", body.length);
    this.end_headers();
    if (this.command !== "HEAD") this.wfile.write(body);
  }

  /**
   * The page that {@link send_error} answers with: {@link error_message_format}, filled in. Python has no such hook.
   *
   * @param message the reason phrase, or what the error is called in its place
   * @param explain what the page says about it
   */
  errorPage(code: number, message: string, explain: string): ErrorPage {
    const values = { code, message: escapeText(message), explain: escapeText(explain) };
    const body = Buffer.from(percentFormat(this.error_message_format, values));
    return { contentType: this.error_content_type, body };
  }

  /**
   * Begins an answer: logs the request, and sends the status line with the Server and Date fields.
   *
   * @throws TypeError when an answer has been begun already, or the message cannot be sent.
   */
  send_response(code: number | HTTPStatus, message?: string | null): void {
    const status = statusOf(code);
    // Before it is logged: an answer that is refused to its author never was one.
    this.request.wfile.checkUnbegun();
    this.request.watch(this.log_request(status));
    if (this.#rendered !== undefined && message == null) {
      const head = this.#rendered.get(status);
      if (head !== undefined) {
        this.request.wfile.beginRendered(status, head);
        return;
      }
    }
    this.send_response_only(code, message);
    this.send_header("Server", this.version_string());
    this.send_header("Date", this.date_time_string());
  }

  /**
   * Begins an answer with a status line alone. A status of 100 to 199 (but 101) makes an interim answer: it goes out
   * with its `end_headers()`, and the final one can follow.
   *
   * @throws TypeError when an answer has been begun already, or the message holds CR, LF, another control character
   * or one beyond Latin-1. Differs: Python lets CR and LF through.
   */
  send_response_only(code: number | HTTPStatus, message?: string | null): void {
    const status = statusOf(code);
    const reason = message ?? this.responses.get(status)?.[0] ?? "";
    if (this.request.wfile.beginHead(this.protocol_version, status, reason)) return;
    throw new TypeError(
      `send_response(${status}, ${JSON.stringify(reason)}): the message must be Latin-1 without control characters`,
    );
  }

  /**
   * Adds a header field to the answer. `Connection` decides whether the connection goes on, as far as the client
   * and the server leave that open.
   *
   * @throws TypeError when there is no answer to add it to, no value, when the name is not a token, and when the value holds
   * CR, LF, another control character or one beyond Latin-1. Differs: Python lets CR and LF through.
   */
  send_header(keyword: string, value: string | number): void {
    if (value == null) throw new TypeError(`send_header("${keyword}", ${value}): there is no value`);
    const text = typeof value === "string" ? value : textOf(keyword, value);
    const field = this.request.wfile.addField(keyword, text);
    if (field === FramingField.NONE) return;
    if (field === FramingField.CONNECTION) this.#followConnection(text);
    else if (field === -1) throw unsendable(keyword, text);
  }

  /** Takes the handler's Connection field at its word, unless the client has asked for the connection to end. */
  #followConnection(value: string): void {
    const options = value.split(",").map((option) => option.trim().toLowerCase());
    if (options.includes("close")) this.close_connection = true;
    else if (options.includes("keep-alive") && this.#mayPersist) this.close_connection = false;
  }

  /**
   * Ends the header fields, and puts the head on its way together with what is written in the same turn.
   *
   * @throws TypeError without a response.
   */
  end_headers(): void {
    this.request.wfile.endHead(this.#connectionNotice());
    this.flush_headers();
  }

  /** What an answer has to say of the connection: only what its version does not imply. */
  #connectionNotice(): string {
    if (this.request.isHttp10) return "";
    if (this.request.isEnding) this.close_connection = true;
    if (this.close_connection) return "close";
    return this.request_version === "HTTP/1.0" ? "keep-alive" : "";
  }

  /** Called by `end_headers()`. Differs: a head leaves when it is complete, so there is nothing to do here. */
  flush_headers(): void {}

  // ------------------------------------------------------------------ the log

  /** Logs an answer that is being begun: the request line, the status and the size. */
  log_request(code: number | string | HTTPStatus = "-", size: number | string = "-"): void {
    if (this.log_message !== BaseHTTPRequestHandler.prototype.log_message) {
      this.request.watch(this.log_message('"%s" %s %s', this.requestline, String(code), String(size)));
      return;
    }
    // What the default would make of it, without taking a format apart for every request.
    this.#log(answerMessage(this.requestline, String(code), String(size)));
  }

  /** Logs what went wrong. */
  log_error(format: string, ...args: unknown[]): void {
    loggingError = this;
    try {
      this.request.watch(this.log_message(format, ...args));
    } finally {
      loggingError = null;
    }
  }

  /**
   * Logs a message in Python's `%` format: a line on standard error with the client's address and the time, in colours
   * where that is a terminal.
   */
  log_message(format: string, ...args: unknown[]): void {
    const message = percentFormat(format, args);
    this.#log(loggingError === this ? errorMessage(message) : printable(message));
  }

  #log(message: string): void {
    log.write(logLine(this.address_string(), this.log_date_time_string(), message));
  }

  /** What the Server field says. */
  version_string(): string {
    return this.sys_version === "" ? this.server_version : `${this.server_version} ${this.sys_version}`;
  }

  /** A date as header fields have it: of `timestamp`, in seconds since 1970, or of now. */
  date_time_string(timestamp?: number | null): string {
    return timestamp == null ? ticker.httpDate : formatHttpDate(timestamp);
  }

  /** The time of a log line: local, to the second. */
  log_date_time_string(): string {
    return logTime(ticker.epochSeconds);
  }

  /**
   * The client's host, for the log; `unix` where it came by a unix socket, `-` where it had gone before anybody could ask.
   * Differs: IPv4 addresses are plain also on a socket for both families.
   */
  address_string(): string {
    return this.client_address[0] || (typeof this.server.server_address === "string" ? "unix" : "-");
  }

  /** Whether something that takes part in the beginning of each answer is the subclass's own. */
  #hasOwnHead(): boolean {
    const base = BaseHTTPRequestHandler.prototype;
    return (
      this.send_response_only !== base.send_response_only ||
      this.send_header !== base.send_header ||
      this.version_string !== base.version_string ||
      this.date_time_string !== base.date_time_string ||
      this.responses !== BaseHTTPRequestHandler.responses
    );
  }
}

inheritFromClass(BaseHTTPRequestHandler, [
  "server_version",
  "sys_version",
  "protocol_version",
  "default_request_version",
  "error_message_format",
  "error_content_type",
  "MessageClass",
  "responses",
  "weekdayname",
  "monthname",
  "timeout",
  "disable_nagle_algorithm",
  "rbufsize",
  "wbufsize",
  "maxBodyBytes",
]);

/** @throws RangeError for what is no status code. */
function statusOf(code: number | HTTPStatus): number {
  const status = Number(code);
  if (status >= 100 && status <= 999 && Number.isInteger(status)) return status;
  throw new RangeError(`send_response(${code}): a status code has three digits`);
}

/** @throws TypeError for a promise, of which nothing could be sent. */
function textOf(keyword: string, value: unknown): string {
  if (!isPromise(value)) return String(value);
  void quietly(value);
  throw new TypeError(`send_header("${keyword}"): the value is a promise: is an await missing?`);
}

function collapseSlashes(path: string): string {
  return path.startsWith("//") ? `/${path.replace(/^\/+/, "")}` : path;
}

function unsendable(keyword: string, value: string): TypeError {
  return new TypeError(
    `send_header(${JSON.stringify(keyword)}, ${JSON.stringify(value)}): the name must be a token and the value ` +
      "Latin-1 without control characters such as CR and LF",
  );
}
