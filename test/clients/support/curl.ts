/** The real curl, as people run it. */

import { type ParsedResponse, parseResponse } from "../../support/client.ts";

/** What curl says of one transfer. */
export interface Transfer {
  readonly status: number;
  readonly httpVersion: string;
  readonly contentType: string | null;
  /** Connections that were made for it: 0 where a kept one was used again. */
  readonly newConnections: number;
  readonly redirects: number;
  /** Bytes of the request's body that went out. */
  readonly uploadedBytes: number;
  /** Where redirects have led. */
  readonly url: string;
}

export interface CurlOutcome {
  readonly exitCode: number;
  readonly stdout: Buffer;
  /** One for each URL, in the order in which they ended. */
  readonly transfers: readonly Transfer[];
}

/** Without the user's settings and proxies, with URLs taken as they are, and with nothing but reports on stderr. */
const COMMON_OPTIONS: readonly string[] = [
  ...["--disable", "--noproxy", "*", "--globoff", "--max-time", "60"],
  // Each alone lets something through: errors the one, the meter of --parallel the other.
  ...["--silent", "--no-progress-meter"],
];
const REPORT_OPTIONS: readonly string[] = ["--write-out", "%{stderr}%{json}\\n"];

const INTERIM_HEAD = /^HTTP\/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n/;

/** Runs curl to its end, with `input` on its standard input. */
export async function curl(args: readonly string[], input?: Uint8Array): Promise<CurlOutcome> {
  const child = Bun.spawn(["curl", ...COMMON_OPTIONS, ...REPORT_OPTIONS, ...args], {
    stdio: [input ?? "ignore", "pipe", "pipe"],
  });
  const [exitCode, stdout, report] = await Promise.all([
    child.exited,
    child.stdout.bytes(),
    child.stderr.text(),
  ]);
  const transfers = (Bun.JSONL.parse(report) as Record<string, unknown>[]).map(toTransfer);
  return { exitCode, stdout: Buffer.from(stdout), transfers };
}

/** Runs curl for one URL; fails where curl does, or where there was more than one transfer. */
export async function transfer(
  args: readonly string[],
  input?: Uint8Array,
): Promise<{ readonly report: Transfer; readonly stdout: Buffer }> {
  const { exitCode, stdout, transfers } = await curl(args, input);
  const [report] = transfers;
  if (exitCode === 0 && report !== undefined && transfers.length === 1) return { report, stdout };
  throw new Error(`curl ${args.join(" ")}: exit status ${exitCode}, ${JSON.stringify(transfers)}`);
}

export interface IncludedResponse extends ParsedResponse {
  /** The interim answers before it, such as `100 Continue`, with their fields. */
  readonly interim: readonly string[];
}

/** Takes apart what curl prints of one transfer with `--include`, `--head` or `--dump-header -`. */
export function parseIncluded(stdout: Buffer): IncludedResponse {
  let raw = stdout.toString("latin1");
  const interim: string[] = [];
  for (let head = INTERIM_HEAD.exec(raw); head !== null; head = INTERIM_HEAD.exec(raw)) {
    interim.push(head[0].trimEnd());
    raw = raw.slice(head[0].length);
  }
  return { ...parseResponse(raw), interim };
}

function toTransfer(report: Readonly<Record<string, unknown>>): Transfer {
  return {
    status: report.response_code as number,
    httpVersion: report.http_version as string,
    contentType: report.content_type as string | null,
    newConnections: report.num_connects as number,
    redirects: report.num_redirects as number,
    uploadedBytes: report.size_upload as number,
    url: report.url_effective as string,
  };
}
