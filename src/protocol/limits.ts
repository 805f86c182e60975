/**
 * How much of a message is read before it is refused. Each limit is a parameter of the code that enforces it;
 * these are its type and default.
 */

export interface HeadLimits {
  /** Bytes of a whole request head: request line, fields and the empty line. */
  readonly maxHeadBytes: number;
  /** Bytes of a request target. */
  readonly maxTargetBytes: number;
  /** Field lines in one head. */
  readonly maxFields: number;
}

export interface ChunkedLimits {
  /** Bytes of chunk extensions in one message. */
  readonly maxExtensionBytes: number;
  /** Bytes of the trailer section. */
  readonly maxTrailerBytes: number;
  /** Field lines in the trailer section. */
  readonly maxTrailerFields: number;
}

const MAX_HEAD_BYTES: number = 64 * 1024;

export const DEFAULT_HEAD_LIMITS: HeadLimits = {
  maxHeadBytes: MAX_HEAD_BYTES,
  // As long as the head lets it be: its limit is there to be lowered.
  maxTargetBytes: MAX_HEAD_BYTES,
  maxFields: 100,
};

export const DEFAULT_CHUNKED_LIMITS: ChunkedLimits = {
  maxExtensionBytes: 16 * 1024,
  maxTrailerBytes: 16 * 1024,
  maxTrailerFields: 100,
};

/** Bytes of a request body. */
export const DEFAULT_MAX_BODY_BYTES: number = 128 * 1024 * 1024;
