/**
 * The request methods of RFC 9110 9.3 and RFC 5789 (PATCH), as Python's `http.HTTPMethod` has them. A member is its
 * own string: `HTTPMethod.GET === "GET"`.
 */
export const HTTPMethod = {
  /** Establish a connection to the server. */
  CONNECT: "CONNECT",
  /** Remove the target. */
  DELETE: "DELETE",
  /** Retrieve the target. */
  GET: "GET",
  /** Same as GET, but only retrieve the status line and header section. */
  HEAD: "HEAD",
  /** Describe the communication options for the target. */
  OPTIONS: "OPTIONS",
  /** Apply partial modifications to a target. */
  PATCH: "PATCH",
  /** Perform target-specific processing with the request payload. */
  POST: "POST",
  /** Replace the target with the request payload. */
  PUT: "PUT",
  /** Perform a message loop-back test along the path to the target. */
  TRACE: "TRACE",
} as const;

/** One of the methods in {@link HTTPMethod}. */
export type HTTPMethod = (typeof HTTPMethod)[keyof typeof HTTPMethod];
