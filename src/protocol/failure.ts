/**
 * Every way in which a peer can break the protocol, as a small integer, and the one table that says what it is
 * answered with. Code that meets a failure names it; nothing but this table knows statuses and wording.
 */

export const Failure = {
  NONE: 0,
  BAD_REQUEST_LINE: 1,
  BAD_METHOD: 2,
  BAD_TARGET: 3,
  BAD_VERSION: 4,
  UNSUPPORTED_VERSION: 5,
  BARE_LINE_END: 6,
  BAD_FIELD_NAME: 7,
  BAD_FIELD_VALUE: 8,
  FOLDED_FIELD: 9,
  TARGET_TOO_LONG: 10,
  HEAD_TOO_LARGE: 11,
  TOO_MANY_FIELDS: 12,
  TOO_MANY_EMPTY_LINES: 13,
  MISSING_HOST: 14,
  REPEATED_HOST: 15,
  BAD_HOST: 16,
  BAD_CONTENT_LENGTH: 17,
  CONFLICTING_FRAMING: 18,
  BAD_TRANSFER_ENCODING: 19,
  UNSUPPORTED_TRANSFER_ENCODING: 20,
  TRANSFER_ENCODING_IN_HTTP_1_0: 21,
  BODY_TOO_LARGE: 22,
  BAD_CHUNK_SIZE: 23,
  BAD_CHUNK_EXTENSION: 24,
  BAD_CHUNK_TERMINATOR: 25,
  CHUNK_TOO_LARGE: 26,
  CHUNK_EXTENSIONS_TOO_LARGE: 27,
  BAD_TRAILER: 28,
  TRAILERS_TOO_LARGE: 29,
  TRUNCATED: 30,
  HEAD_TIMEOUT: 31,
  BODY_TIMEOUT: 32,
  UNKNOWN_EXPECTATION: 33,
} as const;

export type Failure = (typeof Failure)[keyof typeof Failure];

/** What a failure is answered with. The texts are ours alone: nothing of the peer's bytes is in them. */
export interface FailureAnswer {
  readonly status: number;
  /** One line for the peer and the log: what was wrong. */
  readonly explain: string;
}

const answer = (status: number, explain: string): FailureAnswer => ({ status, explain });

const ANSWERS: { readonly [failure in Failure]: FailureAnswer } = {
  [Failure.NONE]: answer(500, "No failure"),
  [Failure.BAD_REQUEST_LINE]: answer(400, "Bad request line"),
  [Failure.BAD_METHOD]: answer(400, "Bad request method"),
  [Failure.BAD_TARGET]: answer(400, "Bad request target"),
  [Failure.BAD_VERSION]: answer(400, "Bad request version"),
  [Failure.UNSUPPORTED_VERSION]: answer(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here"),
  [Failure.BARE_LINE_END]: answer(400, "A line must end with CRLF"),
  [Failure.BAD_FIELD_NAME]: answer(400, "Bad field name"),
  [Failure.BAD_FIELD_VALUE]: answer(400, "Bad field value"),
  [Failure.FOLDED_FIELD]: answer(400, "Field lines must not be folded"),
  [Failure.TARGET_TOO_LONG]: answer(414, "The request target is too long"),
  [Failure.HEAD_TOO_LARGE]: answer(431, "The header fields are too large"),
  [Failure.TOO_MANY_FIELDS]: answer(431, "Too many header fields"),
  [Failure.TOO_MANY_EMPTY_LINES]: answer(400, "Too many empty lines before the request"),
  [Failure.MISSING_HOST]: answer(400, "An HTTP/1.1 request needs a Host field"),
  [Failure.REPEATED_HOST]: answer(400, "More than one Host field"),
  [Failure.BAD_HOST]: answer(400, "Bad Host field"),
  [Failure.BAD_CONTENT_LENGTH]: answer(400, "Bad Content-Length"),
  [Failure.CONFLICTING_FRAMING]: answer(400, "Content-Length and Transfer-Encoding exclude each other"),
  [Failure.BAD_TRANSFER_ENCODING]: answer(400, "Bad Transfer-Encoding"),
  [Failure.UNSUPPORTED_TRANSFER_ENCODING]: answer(501, "The only transfer coding understood here is chunked"),
  [Failure.TRANSFER_ENCODING_IN_HTTP_1_0]: answer(400, "HTTP/1.0 has no Transfer-Encoding"),
  [Failure.BODY_TOO_LARGE]: answer(413, "The request body is too large"),
  [Failure.BAD_CHUNK_SIZE]: answer(400, "Bad chunk size"),
  [Failure.BAD_CHUNK_EXTENSION]: answer(400, "Bad chunk extension"),
  [Failure.BAD_CHUNK_TERMINATOR]: answer(400, "A chunk must end with CRLF"),
  [Failure.CHUNK_TOO_LARGE]: answer(413, "The chunk is too large"),
  [Failure.CHUNK_EXTENSIONS_TOO_LARGE]: answer(413, "The chunk extensions are too large"),
  [Failure.BAD_TRAILER]: answer(400, "Bad trailer field"),
  [Failure.TRAILERS_TOO_LARGE]: answer(431, "The trailer fields are too large"),
  [Failure.TRUNCATED]: answer(400, "The request was cut short"),
  [Failure.HEAD_TIMEOUT]: answer(408, "The request head did not arrive in time"),
  [Failure.BODY_TIMEOUT]: answer(408, "The request body did not arrive in time"),
  [Failure.UNKNOWN_EXPECTATION]: answer(417, "The only expectation understood here is 100-continue"),
};

/** The status and explanation that `failure` is answered with. */
export function failureAnswer(failure: Failure): FailureAnswer {
  return ANSWERS[failure];
}
