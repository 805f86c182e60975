/** The real curl, as people run it. */

import type { ParsedResponse } from "../../support/client.ts";
import { parseResponse } from "../../support/client.ts";

/** What `--write-out` says of one transfer, under curl's own names. */
export interface Transfer {
  readonly response_code: number;
  /** New connections: 0 where a kept one was used again. */
  readonly num_connects: number;
  readonly num_redirects: number;
  readonly size_download: number;
  readonly content_type: string | null;
  readonly http_version: string;
  readonly url_effective: string;
  readonly errormsg: string | null;
}

export interface CurlOutcome {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  /** One for each URL, in the order in which they ended. */
  readonly transfers: readonly Transfer[];
}

/** Not the user's settings, no proxy, names as they are, and no longer than a test may take. */
const COMMON_OPTIONS = ["--disable", "--silent", "--noproxy", "*", "--globoff", "--max-time", "60"];
const WRITE_OUT = ["--write-out", "%{stderr}%{json}\\n"];

const INTERIM_HEAD = /^HTTP\/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n/;

/** Runs curl to its end, with `input` on its standard input. */
export async function curl(args: readonly string[], input?: Uint8Array): Promise<CurlOutcome> {
  const child = Bun.spawn(["curl", ...COMMON_OPTIONS, ...WRITE_OUT, ...args], {
    stdio: [input ?? "ignore", "pipe", "pipe"],
  });
  const [exitCode, stdout, report] = await Promise.all([
    child.exited,
    child.stdout.bytes(),
    child.stderr.text(),
  ]);
  return { exitCode, stdout, transfers: Bun.JSONL.parse(report) as Transfer[] };
}

/** What {@link curl} gives for one URL; fails where curl does. */
export async function transfer(
  args: readonly string[],
  input?: Uint8Array,
): Promise<Transfer & { readonly body: Uint8Array }> {
  const { exitCode, stdout, transfers } = await curl(args, input);
  const [only] = transfers;
  if (exitCode !== 0 || transfers.length !== 1 || only === undefined) {
    throw new Error(`curl ${args.join(" ")}: exit status ${exitCode}, ${JSON.stringify(transfers)}`);
  }
  return { ...only, body: stdout };
}

export interface IncludedResponse extends ParsedResponse {
  /** The status lines of the interim answers that came first. */
  readonly interim: readonly string[];
  readonly bytes: Uint8Array;
}

/** Takes apart what curl prints with `--include` or `--head`. */
export function parseIncluded(stdout: Uint8Array): IncludedResponse {
  let raw = Buffer.from(stdout).toString("latin1");
  const interim: string[] = [];
  for (let head = INTERIM_HEAD.exec(raw); head !== null; head = INTERIM_HEAD.exec(raw)) {
    interim.push(head[0].slice(0, head[0].indexOf("\r\n")));
    raw = raw.slice(head[0].length);
  }
  const response = parseResponse(raw);
  return { ...response, interim, bytes: Buffer.from(response.body, "latin1") };
}
