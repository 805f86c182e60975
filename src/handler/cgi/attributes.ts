/** What can be chosen about a `CGIHTTPRequestHandler`, beside what can be of every handler of files. */

import {
  ATTRIBUTE_NAMES,
  type SimpleAttributes,
  type SimpleHTTPRequestHandlerOptions,
} from "../simple-attributes.ts";

/** The attributes that are options as well. */
export interface CGIAttributes {
  /** The directories that scripts are run in, and below them, as paths: `/cgi-bin` and `/htbin` unless set. */
  cgi_directories: readonly string[];
  /**
   * Variables of every script's environment, which go before all others: what scripts need, such as `GIT_PROJECT_ROOT`.
   * Python has no such attribute: its scripts get all that the server has.
   */
  env: Readonly<Record<string, string>>;
  /**
   * Seconds that a script may say nothing for, those not counted in which it is its client who is waited for; then it is
   * ended: 504, or an answer that is cut off. 0 or Infinity is for ever. Python has no such attribute.
   */
  cgiTimeout: number;
  /** Seconds that a script may take in all, and before that a client to send it a body in chunks. 0 or Infinity is for ever. Python has no such attribute. */
  cgiTotalTimeout: number;
  /** Scripts that run at a time, of all servers of the process; beyond that 503. Python has no such attribute. */
  maxCgiScripts: number;
}

/** The options of a `CGIHTTPRequestHandler`: each is an attribute of the same name. */
export interface CGIHTTPRequestHandlerOptions
  extends SimpleHTTPRequestHandlerOptions, Readonly<Partial<CGIAttributes>> {}

export const CGI_OPTION_NAMES: readonly (keyof CGIAttributes)[] = [
  "cgi_directories",
  "env",
  "cgiTimeout",
  "cgiTotalTimeout",
  "maxCgiScripts",
];

export const CGI_ATTRIBUTE_NAMES: readonly (keyof CGIAttributes | keyof SimpleAttributes)[] = [
  ...ATTRIBUTE_NAMES,
  ...CGI_OPTION_NAMES,
];
