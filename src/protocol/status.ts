/**
 * The status codes, with the names, phrases and descriptions that Python's `http.HTTPStatus` has since 3.14.
 */

/**
 * A status code: its number, phrase and description. It converts to its number wherever one is wanted:
 * `Number(HTTPStatus.OK)`, `${HTTPStatus.OK}` and `JSON.stringify(HTTPStatus.OK)` give 200. The class iterates over
 * all statuses by number.
 *
 * Python's name: `http.HTTPStatus`. Differs: a member is an object and not itself a number, so comparisons are
 * written with its `value`.
 */
export class HTTPStatus {
  static readonly #byValue = new Map<number, HTTPStatus>();

  // RFC 9110 15.2; 102: RFC 2518 10.1; 103: RFC 8297 2.
  static readonly CONTINUE: HTTPStatus = new HTTPStatus(100, "Continue", "Request received, please continue");
  static readonly SWITCHING_PROTOCOLS: HTTPStatus = new HTTPStatus(
    101,
    "Switching Protocols",
    "Switching to new protocol; obey Upgrade header",
  );
  static readonly PROCESSING: HTTPStatus = new HTTPStatus(
    102,
    "Processing",
    "Server is processing the request",
  );
  static readonly EARLY_HINTS: HTTPStatus = new HTTPStatus(
    103,
    "Early Hints",
    "Headers sent to prepare for the response",
  );

  // RFC 9110 15.3; 207: RFC 4918 11.1; 208: RFC 5842 7.1; 226: RFC 3229 10.4.1.
  static readonly OK: HTTPStatus = new HTTPStatus(200, "OK", "Request fulfilled, document follows");
  static readonly CREATED: HTTPStatus = new HTTPStatus(201, "Created", "Document created, URL follows");
  static readonly ACCEPTED: HTTPStatus = new HTTPStatus(
    202,
    "Accepted",
    "Request accepted, processing continues off-line",
  );
  static readonly NON_AUTHORITATIVE_INFORMATION: HTTPStatus = new HTTPStatus(
    203,
    "Non-Authoritative Information",
    "Request fulfilled from cache",
  );
  static readonly NO_CONTENT: HTTPStatus = new HTTPStatus(
    204,
    "No Content",
    "Request fulfilled, nothing follows",
  );
  static readonly RESET_CONTENT: HTTPStatus = new HTTPStatus(
    205,
    "Reset Content",
    "Clear input form for further input",
  );
  static readonly PARTIAL_CONTENT: HTTPStatus = new HTTPStatus(
    206,
    "Partial Content",
    "Partial content follows",
  );
  static readonly MULTI_STATUS: HTTPStatus = new HTTPStatus(
    207,
    "Multi-Status",
    "Response contains multiple statuses in the body",
  );
  static readonly ALREADY_REPORTED: HTTPStatus = new HTTPStatus(
    208,
    "Already Reported",
    "Operation has already been reported",
  );
  static readonly IM_USED: HTTPStatus = new HTTPStatus(
    226,
    "IM Used",
    "Request completed using instance manipulations",
  );

  // RFC 9110 15.4.
  static readonly MULTIPLE_CHOICES: HTTPStatus = new HTTPStatus(
    300,
    "Multiple Choices",
    "Object has several resources -- see URI list",
  );
  static readonly MOVED_PERMANENTLY: HTTPStatus = new HTTPStatus(
    301,
    "Moved Permanently",
    "Object moved permanently -- see URI list",
  );
  static readonly FOUND: HTTPStatus = new HTTPStatus(
    302,
    "Found",
    "Object moved temporarily -- see URI list",
  );
  static readonly SEE_OTHER: HTTPStatus = new HTTPStatus(
    303,
    "See Other",
    "Object moved -- see Method and URL list",
  );
  static readonly NOT_MODIFIED: HTTPStatus = new HTTPStatus(
    304,
    "Not Modified",
    "Document has not changed since given time",
  );
  static readonly USE_PROXY: HTTPStatus = new HTTPStatus(
    305,
    "Use Proxy",
    "You must use proxy specified in Location to access this resource",
  );
  static readonly TEMPORARY_REDIRECT: HTTPStatus = new HTTPStatus(
    307,
    "Temporary Redirect",
    "Object moved temporarily -- see URI list",
  );
  static readonly PERMANENT_REDIRECT: HTTPStatus = new HTTPStatus(
    308,
    "Permanent Redirect",
    "Object moved permanently -- see URI list",
  );

  // RFC 9110 15.5; 418: RFC 2324 2.3.2; 423 and 424: RFC 4918 11.3 and 11.4; 425: RFC 8470 5.2; 428, 429 and 431: RFC 6585; 451: RFC 7725 3.
  static readonly BAD_REQUEST: HTTPStatus = new HTTPStatus(
    400,
    "Bad Request",
    "Bad request syntax or unsupported method",
  );
  static readonly UNAUTHORIZED: HTTPStatus = new HTTPStatus(
    401,
    "Unauthorized",
    "No permission -- see authorization schemes",
  );
  static readonly PAYMENT_REQUIRED: HTTPStatus = new HTTPStatus(
    402,
    "Payment Required",
    "No payment -- see charging schemes",
  );
  static readonly FORBIDDEN: HTTPStatus = new HTTPStatus(
    403,
    "Forbidden",
    "Request forbidden -- authorization will not help",
  );
  static readonly NOT_FOUND: HTTPStatus = new HTTPStatus(404, "Not Found", "Nothing matches the given URI");
  static readonly METHOD_NOT_ALLOWED: HTTPStatus = new HTTPStatus(
    405,
    "Method Not Allowed",
    "Specified method is invalid for this resource",
  );
  static readonly NOT_ACCEPTABLE: HTTPStatus = new HTTPStatus(
    406,
    "Not Acceptable",
    "URI not available in preferred format",
  );
  static readonly PROXY_AUTHENTICATION_REQUIRED: HTTPStatus = new HTTPStatus(
    407,
    "Proxy Authentication Required",
    "You must authenticate with this proxy before proceeding",
  );
  static readonly REQUEST_TIMEOUT: HTTPStatus = new HTTPStatus(
    408,
    "Request Timeout",
    "Request timed out; try again later",
  );
  static readonly CONFLICT: HTTPStatus = new HTTPStatus(409, "Conflict", "Request conflict");
  static readonly GONE: HTTPStatus = new HTTPStatus(
    410,
    "Gone",
    "URI no longer exists and has been permanently removed",
  );
  static readonly LENGTH_REQUIRED: HTTPStatus = new HTTPStatus(
    411,
    "Length Required",
    "Client must specify Content-Length",
  );
  static readonly PRECONDITION_FAILED: HTTPStatus = new HTTPStatus(
    412,
    "Precondition Failed",
    "Precondition in headers is false",
  );
  static readonly CONTENT_TOO_LARGE: HTTPStatus = new HTTPStatus(
    413,
    "Content Too Large",
    "Content is too large",
  );
  static readonly URI_TOO_LONG: HTTPStatus = new HTTPStatus(414, "URI Too Long", "URI is too long");
  static readonly UNSUPPORTED_MEDIA_TYPE: HTTPStatus = new HTTPStatus(
    415,
    "Unsupported Media Type",
    "Entity body in unsupported format",
  );
  static readonly RANGE_NOT_SATISFIABLE: HTTPStatus = new HTTPStatus(
    416,
    "Range Not Satisfiable",
    "Cannot satisfy request range",
  );
  static readonly EXPECTATION_FAILED: HTTPStatus = new HTTPStatus(
    417,
    "Expectation Failed",
    "Expect condition could not be satisfied",
  );
  static readonly IM_A_TEAPOT: HTTPStatus = new HTTPStatus(
    418,
    "I'm a Teapot",
    "Server refuses to brew coffee because it is a teapot",
  );
  static readonly MISDIRECTED_REQUEST: HTTPStatus = new HTTPStatus(
    421,
    "Misdirected Request",
    "Server is not able to produce a response",
  );
  static readonly UNPROCESSABLE_CONTENT: HTTPStatus = new HTTPStatus(
    422,
    "Unprocessable Content",
    "Server is not able to process the contained instructions",
  );
  static readonly LOCKED: HTTPStatus = new HTTPStatus(423, "Locked", "Resource of a method is locked");
  static readonly FAILED_DEPENDENCY: HTTPStatus = new HTTPStatus(
    424,
    "Failed Dependency",
    "Dependent action of the request failed",
  );
  static readonly TOO_EARLY: HTTPStatus = new HTTPStatus(
    425,
    "Too Early",
    "Server refuses to process a request that might be replayed",
  );
  static readonly UPGRADE_REQUIRED: HTTPStatus = new HTTPStatus(
    426,
    "Upgrade Required",
    "Server refuses to perform the request using the current protocol",
  );
  static readonly PRECONDITION_REQUIRED: HTTPStatus = new HTTPStatus(
    428,
    "Precondition Required",
    "The origin server requires the request to be conditional",
  );
  static readonly TOO_MANY_REQUESTS: HTTPStatus = new HTTPStatus(
    429,
    "Too Many Requests",
    'The user has sent too many requests in a given amount of time ("rate limiting")',
  );
  static readonly REQUEST_HEADER_FIELDS_TOO_LARGE: HTTPStatus = new HTTPStatus(
    431,
    "Request Header Fields Too Large",
    "The server is unwilling to process the request because its header fields are too large",
  );
  static readonly UNAVAILABLE_FOR_LEGAL_REASONS: HTTPStatus = new HTTPStatus(
    451,
    "Unavailable For Legal Reasons",
    "The server is denying access to the resource as a consequence of a legal demand",
  );

  // RFC 9110 15.6; 506: RFC 2295 8.1; 507: RFC 4918 11.5; 508: RFC 5842 7.2; 510: RFC 2774 7; 511: RFC 6585 6.
  static readonly INTERNAL_SERVER_ERROR: HTTPStatus = new HTTPStatus(
    500,
    "Internal Server Error",
    "Server got itself in trouble",
  );
  static readonly NOT_IMPLEMENTED: HTTPStatus = new HTTPStatus(
    501,
    "Not Implemented",
    "Server does not support this operation",
  );
  static readonly BAD_GATEWAY: HTTPStatus = new HTTPStatus(
    502,
    "Bad Gateway",
    "Invalid responses from another server/proxy",
  );
  static readonly SERVICE_UNAVAILABLE: HTTPStatus = new HTTPStatus(
    503,
    "Service Unavailable",
    "The server cannot process the request due to a high load",
  );
  static readonly GATEWAY_TIMEOUT: HTTPStatus = new HTTPStatus(
    504,
    "Gateway Timeout",
    "The gateway server did not receive a timely response",
  );
  static readonly HTTP_VERSION_NOT_SUPPORTED: HTTPStatus = new HTTPStatus(
    505,
    "HTTP Version Not Supported",
    "Cannot fulfill request",
  );
  static readonly VARIANT_ALSO_NEGOTIATES: HTTPStatus = new HTTPStatus(
    506,
    "Variant Also Negotiates",
    "Server has an internal configuration error",
  );
  static readonly INSUFFICIENT_STORAGE: HTTPStatus = new HTTPStatus(
    507,
    "Insufficient Storage",
    "Server is not able to store the representation",
  );
  static readonly LOOP_DETECTED: HTTPStatus = new HTTPStatus(
    508,
    "Loop Detected",
    "Server encountered an infinite loop while processing a request",
  );
  static readonly NOT_EXTENDED: HTTPStatus = new HTTPStatus(
    510,
    "Not Extended",
    "Request does not meet the resource access policy",
  );
  static readonly NETWORK_AUTHENTICATION_REQUIRED: HTTPStatus = new HTTPStatus(
    511,
    "Network Authentication Required",
    "The client needs to authenticate to gain network access",
  );

  // The names of 413, 414, 416 and 422 before RFC 9110.
  static readonly REQUEST_ENTITY_TOO_LARGE: HTTPStatus = HTTPStatus.CONTENT_TOO_LARGE;
  static readonly REQUEST_URI_TOO_LONG: HTTPStatus = HTTPStatus.URI_TOO_LONG;
  static readonly REQUESTED_RANGE_NOT_SATISFIABLE: HTTPStatus = HTTPStatus.RANGE_NOT_SATISFIABLE;
  static readonly UNPROCESSABLE_ENTITY: HTTPStatus = HTTPStatus.UNPROCESSABLE_CONTENT;

  /** The three-digit code. */
  readonly value: number;

  /** The member's name, such as `NOT_FOUND`. */
  readonly name: string;

  /** The reason phrase, such as `Not Found`. */
  readonly phrase: string;

  /** A line that says what the code means, such as `Nothing matches the given URI`. */
  readonly description: string;

  private constructor(value: number, phrase: string, description: string) {
    this.value = value;
    this.name = memberName(phrase);
    this.phrase = phrase;
    this.description = description;
    Object.freeze(this);
    HTTPStatus.#byValue.set(value, this);
  }

  /** The status with this code, or undefined when none is registered. */
  static from(code: number): HTTPStatus | undefined {
    return HTTPStatus.#byValue.get(code);
  }

  /** All statuses, by number; aliases do not repeat them. */
  static [Symbol.iterator](): IterableIterator<HTTPStatus> {
    return HTTPStatus.#byValue.values();
  }

  /** Whether the code is 1xx: interim, a final response follows. */
  get is_informational(): boolean {
    return isInClass(this.value, 1);
  }

  /** Whether the code is 2xx. */
  get is_success(): boolean {
    return isInClass(this.value, 2);
  }

  /** Whether the code is 3xx. */
  get is_redirection(): boolean {
    return isInClass(this.value, 3);
  }

  /** Whether the code is 4xx. */
  get is_client_error(): boolean {
    return isInClass(this.value, 4);
  }

  /** Whether the code is 5xx. */
  get is_server_error(): boolean {
    return isInClass(this.value, 5);
  }

  /** The code, so that arithmetic and comparison work. */
  valueOf(): number {
    return this.value;
  }

  /** The code in digits, as it stands in a status line. */
  toString(): string {
    return String(this.value);
  }

  /** The code, so that JSON has the number. */
  toJSON(): number {
    return this.value;
  }
}

/** Every member is named as its phrase reads: "I'm a Teapot" is `IM_A_TEAPOT`. */
function memberName(phrase: string): string {
  return phrase.replaceAll("'", "").replaceAll(/[ -]/g, "_").toUpperCase();
}

/** Whether the first digit of `code` is `hundreds` (RFC 9110 15). */
function isInClass(code: number, hundreds: number): boolean {
  return Math.floor(code / 100) === hundreds;
}
